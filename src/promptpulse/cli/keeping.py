"""Commands that look after the data folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.markup import escape
from rich.progress import track

from promptpulse.accounts.bootstrap import FIRST_PROJECT
from promptpulse.cli.parts import (
    LOCAL,
    AsJson,
    Data,
    Key,
    Url,
    app,
    bytes_bar,
    connected,
    err,
    failures,
    now,
    out,
    settings_of,
    show_json,
)  # fmt: skip
from promptpulse.core.errors import NotFound, Refused

if TYPE_CHECKING:
    from promptpulse.checks import Check
    from promptpulse.remote.checkup import Finding
    from promptpulse.settings import Settings

MARKS = {"ok": "[green]ok[/green]     ", "warning": "[yellow]warning[/yellow]", "wrong": "[red]wrong[/red]  "}


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
    *,
    as_json: AsJson = False,
) -> None:
    """Import calls, each once: run it again after an interruption, or on a file that has grown."""
    from promptpulse import importing  # noqa: PLC0415

    with failures():
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
        report = importing.run(wanted, settings_of({"data": data, "log_level": "warning"}), now, err)
        for problem in report.errors:
            err.print(f"[yellow]Not imported:[/yellow] {problem}", soft_wrap=True)
        left = importing.rejected_file(file) if report.rejected else None
        if as_json:
            show_json(
                {
                    "stored": report.stored, "duplicates": report.duplicates, "rejected": report.rejected,
                    "seconds": report.seconds, "rejected_file": str(left) if left else None,
                }
            )  # fmt: skip
        else:
            out.print(
                f"{report.stored} calls stored, {report.duplicates} were there, {report.rejected} not acceptable"
                f" ({report.seconds:.1f} s)"
            )
        if left:
            if not as_json:
                out.print(f"The rows that were not acceptable are in {left}", soft_wrap=True)
            raise typer.Exit(3)


@app.command()
def doctor(
    data: Data = None,
    url: Annotated[str, typer.Option("--url", help="Ask this running server instead; needs an instance key.")] = "",
    key: Key = "",
    *,
    as_json: AsJson = False,
) -> None:
    """Check what the server needs. Exit code 1 when something is wrong."""
    with failures():
        found = _asked(url, key) if url else _looked_at(data)
        if as_json:
            print(msgspec.json.encode(found).decode())  # noqa: T201
        else:
            for check in found:
                out.print(f"{MARKS[check.state]} {check.name}: {escape(check.finding)}", soft_wrap=True)
        if any(check.state == "wrong" for check in found):
            raise typer.Exit(1)


def _looked_at(data: Path | None) -> Sequence[Check]:
    from promptpulse import checks  # noqa: PLC0415

    return checks.run(settings_of({"data": data, "log_level": "error"}), now())


def _asked(url: str, key: str) -> Sequence[Finding]:
    from promptpulse import __version__  # noqa: PLC0415
    from promptpulse.remote.checkup import checkup  # noqa: PLC0415

    with connected(url, key, "") as remote:
        return checkup(remote, now, __version__)


@app.command(name="rebuild-rollups")
def rebuild_rollups(data: Data = None) -> None:
    """Compute all rollups anew from the calls. The server must be stopped."""
    from promptpulse.app import owned_event_store  # noqa: PLC0415
    from promptpulse.metrics import days, rollups  # noqa: PLC0415

    settings = settings_of({"data": data, "log_level": "warning"})
    with failures(), owned_event_store(_with_events(settings), now()) as store:
        with err.status("Rebuilding the rollups of hours and minutes"):
            rebuilt = rollups.rebuild_all(store)
        for table in rebuilt:
            out.print(f"Rebuilt {table}")
        over = days.unbuilt(store, now())
        for day in track(over, "Rebuilding days", console=err):
            days.build(store, day)
        out.print(f"Rebuilt {len(over)} {'day' if len(over) == 1 else 'days'}")


def _with_events(settings: Settings) -> Settings:
    """Raises NotFound when there is nothing to compute from."""
    if settings.resolved_store_url.startswith("chdb:") and not settings.data.is_dir():
        raise NotFound(f"{settings.data} is not there; give the data folder with --data or PROMPTPULSE_DATA")
    return settings


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write; it holds secrets, and is readable by you alone.")],
    url: Url = LOCAL,
    key: Key = "",
    offline: Annotated[
        Path | None, typer.Option("--offline", help="Data folder of a server that is stopped.", show_default=False)
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Back up the stores of a running server: events, settings and secret.key, of one moment. Needs an instance key."""
    from promptpulse.remote import saving  # noqa: PLC0415
    from promptpulse.web import backup as stores  # noqa: PLC0415

    with failures():
        file.absolute().parent.mkdir(parents=True, exist_ok=True)
        with bytes_bar("Backing up") as progress:
            if offline is not None:
                _offline(offline, file, progress)
            else:
                with connected(url, key, "") as remote:
                    saving.save(remote, file, progress)
        with bytes_bar("Checking") as progress:
            made = stores.check(file, progress)
        if as_json:
            show_json({"calls": made.calls, "made_at": made.made_at, "version": made.version, "file": str(file)})
        else:
            out.print(f"{made.calls:,} calls and all settings of {made.made_at} in {file}", soft_wrap=True)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file of `promptpulse backup`.", exists=True, dir_okay=False)],
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Fill an empty data folder from a backup; then `serve` on it. A newer version brings it up to date by itself."""
    from promptpulse.web import backup as stores  # noqa: PLC0415

    with failures():
        settings = settings_of({"data": data})
        settings.data.mkdir(parents=True, exist_ok=True)
        with bytes_bar("Restoring") as progress:
            made = stores.restore(file, settings.data, progress)
        if as_json:
            told = {"calls": made.calls, "made_at": made.made_at, "version": made.version}
            show_json({**told, "file": str(file), "data": str(settings.data)})
            return
        out.print(
            f"{made.calls:,} calls and all settings of {made.made_at} (version {made.version}) are in {settings.data};"
            f" next: promptpulse serve --data {settings.data}",
            soft_wrap=True,
        )


def _offline(data: Path, file: Path, progress: Callable[[int, int | None], None]) -> None:
    from promptpulse.app import owned_event_store  # noqa: PLC0415
    from promptpulse.db import open_database  # noqa: PLC0415
    from promptpulse.web import backup as stores  # noqa: PLC0415

    settings = settings_of({"data": data, "log_level": "warning"})
    if not (data / "settings.db").is_file():
        raise Refused(f"{data} is no data folder of PromptPulse: there is no settings.db in it", field="offline")
    with owned_event_store(settings, now()) as store:
        database = open_database(settings.resolved_database_url)
        made = stores.Backup(stores.Sources(store, database, data), now())
        try:
            with _private(file) as target:
                for piece in made.pieces():
                    target.write(piece)
                    progress(target.tell(), max(made.size, target.tell()))
        finally:
            made.close()
            database.close()


def _private(file: Path) -> IO[bytes]:
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
