"""The command `promptpulse`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from promptpulse import __version__
from promptpulse.accounts import keys as key_service
from promptpulse.accounts.bootstrap import FIRST_ADMIN, FIRST_PROJECT, Beginning, begin, first_link
from promptpulse.accounts.service import create_project, create_user, list_projects, list_users, project_named
from promptpulse.accounts.sessions import sign_in_link
from promptpulse.accounts.values import By, Scope
from promptpulse.core.errors import AppError
from promptpulse.core.lock import FolderLock
from promptpulse.settings import Settings

app = typer.Typer(
    no_args_is_help=True, add_completion=True, help="Production metrics of LLM prompts.", pretty_exceptions_enable=False
)
keys = typer.Typer(no_args_is_help=True, help="API keys of a project.")
users = typer.Typer(no_args_is_help=True, help="People who sign in.")
projects = typer.Typer(no_args_is_help=True, help="Projects: calls of one never meet those of another.")
app.add_typer(keys, name="keys")
app.add_typer(users, name="users")
app.add_typer(projects, name="projects")
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Data = Annotated[Path | None, typer.Option("--data", help="Data folder (PROMPTPULSE_DATA).", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
OPERATOR = "command line"
MARKS = {"ok": "[green]ok[/green]     ", "warning": "[yellow]warning[/yellow]", "wrong": "[red]wrong[/red]  "}


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default=False)] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.", show_default=False)] = None,
    data: Data = None,
    store_url: Annotated[
        str | None, typer.Option(help="Event store: chdb:///folder or clickhouse(s)://...", show_default=False)
    ] = None,
    database_url: Annotated[
        str | None, typer.Option(help="Settings database: sqlite:///file or postgresql://...", show_default=False)
    ] = None,
    public_url: Annotated[str | None, typer.Option(help="Address that others use.", show_default=False)] = None,
    log_level: Annotated[str | None, typer.Option(help="debug, info, warning or error.", show_default=False)] = None,
    log_json: Annotated[
        bool | None, typer.Option("--log-json/--log-text", help="One JSON object a log line.", show_default=False)
    ] = None,
) -> None:
    """Run the server. Every option can also be set as PROMPTPULSE_<NAME>."""
    given = {
        "host": host, "port": port, "data": data, "store_url": store_url, "database_url": database_url,
        "public_url": public_url, "log_level": log_level, "log_json": log_json,
    }  # fmt: skip
    with _failures():
        settings = _settings(given)
        from promptpulse import server  # noqa: PLC0415 - the server's libraries are slow to import
        from promptpulse.app import open_services  # noqa: PLC0415

        server.configure_logging(settings)
        bound = server.listen(settings)
        settings = settings.model_copy(update={"port": bound.getsockname()[1]})
        services = open_services(settings)

        def ready(address: str) -> None:
            out.print(f"PromptPulse {__version__} answers on [bold]{address}[/bold]")
            with services.database.writing() as session:
                token = first_link(session, services.clock())
            if token:
                link = f"{address}/sign-in?token={token}"
                out.print(f"First sign-in (once, within 24 hours): [bold]{link}[/bold]", soft_wrap=True)

        server.serve(services, bound, ready)


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8321,
    data: Annotated[Path, typer.Option(help="Folder of the demo's data.")] = Path(".demo"),
    calls: Annotated[int, typer.Option(help="Calls in the last 30 days.", min=1000)] = 200_000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Serve 30 days of generated traffic and a trickle of live calls."""
    with _failures():
        from promptpulse import server  # noqa: PLC0415
        from promptpulse.app import open_services, prices_of  # noqa: PLC0415
        from promptpulse.demo.command import Demo, sign_in_token  # noqa: PLC0415
        from promptpulse.ingest.price import Prices  # noqa: PLC0415

        settings = _settings({"port": port, "data": data, "host": host, "log_level": "warning"})
        server.configure_logging(settings)
        bound = server.listen(settings)
        show = Demo(calls, _now(), out)
        services = open_services(
            settings, prepare=lambda store, database: show.fill(store, database, Prices(prices_of(database)))
        )
        show.begin(services.database, services.pipeline, services.facts, services.assigner, services.experiments)

        def ready(address: str) -> None:
            out.print(f"PromptPulse {__version__} answers on [bold]{address}[/bold]")
            out.print("Sign in (once, within 24 hours):")
            token = sign_in_token(services.database, _now())
            out.print(f"  [bold]{address}/sign-in?token={token}[/bold]", soft_wrap=True)
            out.print("Stop with Ctrl-C; the data stay in the folder", data)

        server.serve(services, bound, ready)
        show.end()


@app.command()
def dev(port: Annotated[int, typer.Option(help="Port of the API.")] = 8321) -> None:
    """Serve with reload: the API on PORT, the web app through Vite on 5173. For the source folder."""
    environment = {
        **os.environ,
        "PROMPTPULSE_PORT": str(port),
        "PROMPTPULSE_DATA": os.environ.get("PROMPTPULSE_DATA", ".demo"),
    }
    binaries = Path(sys.executable).parent
    environment["PATH"] = f"{binaries}{os.pathsep}{environment['PATH']}"
    npm = shutil.which("npm", path=environment["PATH"])
    if npm is None or not Path("web/package.json").is_file():
        raise typer.BadParameter("run this in the source folder, after make install")
    with _database(Path(environment["PROMPTPULSE_DATA"])) as (session, _settings_used):
        token = sign_in_link(session, FIRST_ADMIN, _now())
        out.print(f"Sign in: http://127.0.0.1:5173/sign-in?token={token}", soft_wrap=True)
    vite = subprocess.Popen([npm, "run", "dev"], cwd="web", env=environment)  # noqa: S603 - fixed arguments
    try:
        subprocess.run(  # noqa: S603
            [
                sys.executable, "-m", "uvicorn", "--factory", "promptpulse.app:from_environment", "--reload", "--reload-dir", "src",
                "--host", "127.0.0.1", "--port", str(port), "--timeout-graceful-shutdown", "1",
            ],
            env=environment,
            check=False,
        )  # fmt: skip
    except KeyboardInterrupt:
        pass
    finally:
        vite.terminate()
        vite.wait(10)


@app.command(name="import")
def import_calls(
    file: Annotated[
        Path, typer.Argument(help="File of calls; .gz is unpacked on the way.", exists=True, dir_okay=False)
    ],
    form: Annotated[
        str, typer.Option("--format", help="calls-ndjson, calls-csv, azure-llm, mooncake, llmperf or llmdrift.")
    ] = "",
    columns: Annotated[list[str] | None, typer.Option("--map", help="column=field, for any CSV; repeat it.")] = None,
    constants: Annotated[
        list[str] | None, typer.Option("--constant", help="field=value for every row; repeat it.")
    ] = None,
    times: Annotated[str, typer.Option(help="Times of a mapped CSV: rfc3339, s, ms or us.")] = "rfc3339",
    start: Annotated[datetime | None, typer.Option(help="When a trace with relative times began (UTC).")] = None,
    zone: Annotated[str, typer.Option(help="IANA time zone of times without an offset, in a mapped CSV.")] = "",
    ms_per_output_token: Annotated[
        float | None, typer.Option(help="Estimate latencies that the file does not have.", min=0)
    ] = None,
    project: Annotated[
        str, typer.Option(help="Name or id of the project; with --url the key decides.")
    ] = FIRST_PROJECT,
    url: Annotated[str, typer.Option(help="Send to this running server instead of writing to the data folder.")] = "",
    key: Annotated[str, typer.Option(help="API key for --url.", envvar="PROMPTPULSE_KEY")] = "",
    data: Data = None,
) -> None:
    """Import calls, each once: run it again after an interruption, or on a file that has grown."""
    from promptpulse import importing  # noqa: PLC0415

    with _failures():
        wanted = importing.Wanted(
            file,
            form,
            tuple(columns or ()),
            tuple(constants or ()),
            times,
            start,
            zone,
            ms_per_output_token,
            project,
            url,
            key,
        )
        report = importing.run(wanted, _settings({"data": data, "log_level": "warning"}), _now, out)
        for problem in report.errors:
            err.print(f"[yellow]Not imported:[/yellow] {problem}", soft_wrap=True)
        out.print(
            f"{report.stored} calls stored, {report.duplicates} were there, {report.rejected} not acceptable"
            f" ({report.seconds:.1f} s)"
        )
        if report.rejected:
            out.print(f"The rows that were not acceptable are in {importing.rejected_file(file)}", soft_wrap=True)
            raise typer.Exit(3)


@app.command()
def doctor(data: Data = None, as_json: AsJson = False) -> None:
    """Check what the server needs. Exit code 1 when something is wrong."""
    from promptpulse import checks  # noqa: PLC0415

    with _failures():
        found = checks.run(_settings({"data": data, "log_level": "error"}), _now())
        if as_json:
            print(msgspec.json.encode(found).decode())  # noqa: T201
        else:
            for check in found:
                mark = MARKS[check.state]
                out.print(f"{mark} {check.name}: {check.finding}", soft_wrap=True)
        if any(check.state == "wrong" for check in found):
            raise typer.Exit(1)


@app.command(name="rebuild-rollups")
def rebuild_rollups(data: Data = None) -> None:
    """Compute all rollups anew from the calls. The server must be stopped."""
    from promptpulse.app import owned_event_store  # noqa: PLC0415
    from promptpulse.metrics import days, rollups  # noqa: PLC0415

    with _failures(), owned_event_store(_settings({"data": data, "log_level": "warning"}), _now()) as store:
        for table in rollups.rebuild_all(store):
            out.print(f"Rebuilt {table}")
        out.print(f"Rebuilt {days.build_all(store, _now())} days")


@app.command(hidden=True)
def openapi() -> None:
    """Print the OpenAPI document, from which the web app's types are made."""
    from promptpulse.app import api  # noqa: PLC0415

    print(msgspec.json.format(msgspec.json.encode(api().openapi()), indent=1).decode())  # noqa: T201


@app.command(name="sign-in-link")
def make_sign_in_link(
    email: Annotated[str, typer.Argument(help="Whose link.")],
    data: Data = None,
) -> None:
    """Print a link that signs a person in once, within 24 hours."""
    with _failures(), _database(data) as (session, settings):
        token = sign_in_link(session, email, _now())
        out.print(f"{_address(settings)}/sign-in?token={token}", soft_wrap=True)


@keys.command("create")
def keys_create(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    project: Annotated[str, typer.Option(help="Name or id of the project.")] = FIRST_PROJECT,
    scopes: Annotated[str, typer.Option(help="Of ingest, read, admin; separated by commas.")] = "ingest",
    instance: Annotated[bool, typer.Option("--instance", help="May also manage all projects and their keys.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make an API key. It is shown once."""
    with _failures(), _database(data) as (session, _settings_used):
        wanted = key_service.NewKey(name, _scopes(scopes), instance=instance)
        made = key_service.create_key(session, project_named(session, project), wanted, By(OPERATOR, _now()))
        _show({"id": made.row.id, "name": made.row.name, "key": made.secret}, as_json=as_json, only="key")


@keys.command("list")
def keys_list(
    project: Annotated[str, typer.Option(help="Name or id of the project.")] = FIRST_PROJECT,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """List the keys of a project, revoked ones too."""
    with _failures(), _database(data) as (session, _settings_used):
        rows: list[dict[str, object]] = [
            {
                "id": k.id, "name": k.name, "prefix": k.prefix, "scopes": ", ".join(k.scopes),
                "created": k.created_at, "last used": k.last_used_at, "revoked": k.revoked_at,
            }
            for k in key_service.list_keys(session, project_named(session, project).id)
        ]  # fmt: skip
        _table(rows, as_json=as_json)


@keys.command("revoke")
def keys_revoke(key_id: Annotated[str, typer.Argument(help="Id, from `keys list`.")], data: Data = None) -> None:
    """End a key. A running server notices within 10 seconds."""
    with _failures(), _database(data) as (session, _settings_used):
        row = key_service.find_key(session, key_id)
        key_service.revoke_key(session, row, By(OPERATOR, _now()))
        out.print(f"Revoked {row.prefix} ({row.name})")


@users.command("create")
def users_create(
    email: Annotated[str, typer.Argument(help="E-mail address, for signing in.")],
    admin: Annotated[bool, typer.Option("--admin", help="Sees and manages every project.")] = False,
    password: Annotated[
        str, typer.Option(help="Password; a one-time link is printed without one.", envvar="PROMPTPULSE_NEW_PASSWORD")
    ] = "",
    data: Data = None,
) -> None:
    """Add a person to the server. Members are added to projects under Settings."""
    with _failures(), _database(data) as (session, settings):
        user = create_user(session, email, By(OPERATOR, _now()), password=password, is_admin=admin)
        out.print(f"Created {user.email}")
        if not password:
            session.flush()
            token = sign_in_link(session, email, _now())
            out.print(
                f"Sign-in link (once, within 24 hours): {_address(settings)}/sign-in?token={token}", soft_wrap=True
            )


@users.command("list")
def users_list(data: Data = None, as_json: AsJson = False) -> None:
    """List all people."""
    with _failures(), _database(data) as (session, _settings_used):
        rows: list[dict[str, object]] = [
            {"id": u.id, "email": u.email, "admin": "yes" if u.is_admin else "", "last sign-in": u.signed_in_at}
            for u in list_users(session)
        ]
        _table(rows, as_json=as_json)


@projects.command("create")
def projects_create(
    name: Annotated[str, typer.Argument(help="Name of the project.")],
    time_zone: Annotated[str, typer.Option(help="IANA time zone in which its days begin.")] = "UTC",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make a project."""
    with _failures(), _database(data) as (session, _settings_used):
        project = create_project(session, name, time_zone, By(OPERATOR, _now()))
        _show({"id": project.id, "name": project.name}, as_json=as_json, only="id")


@projects.command("list")
def projects_list(data: Data = None, as_json: AsJson = False) -> None:
    """List all projects."""
    with _failures(), _database(data) as (session, _settings_used):
        _table(
            [{"id": p.id, "name": p.name, "time zone": p.time_zone} for p in list_projects(session)], as_json=as_json
        )


def _address(settings: Settings) -> str:
    """Of the server that runs on the data folder, else where it would be."""
    owner = FolderLock.owner_of(settings.data / "lock") or ""
    return settings.public_url.rstrip("/") or (owner.split()[-1] if "http" in owner else settings.base_url)


def _now() -> datetime:
    return datetime.now(UTC)


def _settings(given: Mapping[str, object]) -> Settings:
    return Settings(**{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]  # pydantic checks them


@contextmanager
def _database(data: Path | None) -> Iterator[tuple[Session, Settings]]:
    """A transaction on the settings database, which a running server shares."""
    from promptpulse.db import migrate, open_database  # noqa: PLC0415

    settings = _settings({"data": data})
    settings.data.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.resolved_database_url)
    try:
        migrate(database)
        begin(database, Beginning(*settings.bootstrap), _now())
        with database.writing() as session:
            yield session, settings
    finally:
        database.close()


@contextmanager
def _failures() -> Iterator[None]:
    """Expected failures are a sentence and exit code 1 (2 for a bad setting), not a stack trace."""
    try:
        yield
    except AppError as e:
        _say_error(e.message)
        raise typer.Exit(1) from None
    except OperationalError as e:
        _say_error(f"the settings database cannot be used: {' '.join(str(e.orig).split())}")
        raise typer.Exit(1) from None
    except OSError as e:
        _say_error(f"{e.filename}: {e.strerror}" if e.filename else str(e))
        raise typer.Exit(1) from None
    except ValidationError as e:
        for problem in e.errors():
            _say_error(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}")
        raise typer.Exit(2) from None


def _say_error(message: str) -> None:
    err.print(f"[red]Error:[/red] {escape(message)}", soft_wrap=True)


def _scopes(text: str) -> frozenset[Scope]:
    names = {part.strip() for part in text.split(",") if part.strip()}
    unknown = names - {s.value for s in Scope}
    if unknown or not names:
        raise typer.BadParameter(
            f"{', '.join(sorted(unknown)) or 'nothing'}: use ingest, read, admin", param_hint="--scopes"
        )
    return frozenset(Scope(name) for name in names)


def _show(row: Mapping[str, object], *, as_json: bool, only: str) -> None:
    print(msgspec.json.encode(row).decode() if as_json else row[only])  # noqa: T201 - plain, to be read by programs


def _table(rows: list[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(rows).decode())  # noqa: T201
        return
    if not rows:
        out.print("None yet")
        return
    table = Table(box=None, header_style="bold")
    for name in rows[0]:
        table.add_column(name, no_wrap=name == "id", min_width=36 if name == "id" else None)  # ids are to be copied
    for row in rows:
        table.add_row(*(_cell(v) for v in row.values()))
    out.print(table)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value)


def main() -> None:
    app()
