"""Commands that serve."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from promptpulse import __version__
from promptpulse.accounts.bootstrap import FIRST_ADMIN, first_link
from promptpulse.accounts.sessions import sign_in_link
from promptpulse.cli.parts import Data, app, database, failures, now, out, settings_of


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
    with failures():
        settings = settings_of(given)
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
    with failures():
        from promptpulse import server  # noqa: PLC0415
        from promptpulse.app import open_services, prices_of  # noqa: PLC0415
        from promptpulse.demo.command import Demo, sign_in_token  # noqa: PLC0415
        from promptpulse.ingest.price import Prices  # noqa: PLC0415

        settings = settings_of({"port": port, "data": data, "host": host, "log_level": "warning"})
        server.configure_logging(settings)
        bound = server.listen(settings)
        show = Demo(calls, now(), out)
        services = open_services(
            settings, prepare=lambda store, database: show.fill(store, database, Prices(prices_of(database)))
        )
        show.begin(services.database, services.pipeline, services.facts, services.assigner, services.experiments)

        def ready(address: str) -> None:
            out.print(f"PromptPulse {__version__} answers on [bold]{address}[/bold]")
            out.print("Sign in (once, within 24 hours):")
            token = sign_in_token(services.database, now())
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
    with database(Path(environment["PROMPTPULSE_DATA"])) as (session, _used):
        token = sign_in_link(session, FIRST_ADMIN, now())
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


@app.command(hidden=True)
def openapi() -> None:
    """Print the OpenAPI document, from which the web app's types are made."""
    from promptpulse.app import api  # noqa: PLC0415

    print(msgspec.json.format(msgspec.json.encode(api().openapi()), indent=1).decode())  # noqa: T201
