"""What every command needs: options, failures as sentences, output for people and for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from promptpulse import __version__
from promptpulse.accounts.bootstrap import Beginning, begin
from promptpulse.core.errors import AppError
from promptpulse.core.lock import FolderLock
from promptpulse.settings import Settings

if TYPE_CHECKING:
    from promptpulse.remote.client import Remote

app = typer.Typer(
    no_args_is_help=True, add_completion=True, help="Production metrics of LLM prompts.", pretty_exceptions_enable=False
)
out = Console(highlight=False)


def _version(wanted: bool) -> None:  # noqa: FBT001 - as typer calls it
    if wanted:
        print(f"PromptPulse {__version__}")  # noqa: T201
        raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Production metrics of LLM prompts."""


err = Console(stderr=True, highlight=False)

Data = Annotated[Path | None, typer.Option("--data", help="Data folder (PROMPTPULSE_DATA).", show_default=False)]
Url = Annotated[
    str, typer.Option("--url", help="Address of the server.", envvar="PROMPTPULSE_URL", rich_help_panel="Server")
]
Key = Annotated[
    str,
    typer.Option(
        "--key",
        help="API key or personal token.",
        envvar="PROMPTPULSE_KEY",
        rich_help_panel="Server",
        show_default=False,
    ),
]
ProjectId = Annotated[
    str,
    typer.Option(
        "--project",
        help="Id of the project, for a personal token; a key has its own.",
        envvar="PROMPTPULSE_PROJECT",
        rich_help_panel="Server",
        show_default=False,
    ),
]
PIPE_WIDTH = 200
"""Of lists that no terminal shows: `grep` wants whole lines."""
LOCAL = "http://127.0.0.1:8321"
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def address(settings: Settings) -> str:
    """Of the server that runs on the data folder, else where it would be."""
    owner = FolderLock.owner_of(settings.data / "lock") or ""
    return settings.public_url.rstrip("/") or (owner.split()[-1] if "http" in owner else settings.base_url)


def now() -> datetime:
    return datetime.now(UTC)


def settings_of(given: Mapping[str, object]) -> Settings:
    return Settings(**{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]  # pydantic checks them


@contextmanager
def database(data: Path | None) -> Iterator[tuple[Session, Settings]]:
    """A transaction on the settings database, which a running server shares."""
    from promptpulse.db import migrate, open_database  # noqa: PLC0415

    settings = settings_of({"data": data})
    settings.data.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.resolved_database_url)
    try:
        migrate(database)
        begin(database, Beginning(*settings.bootstrap), now())
        with database.writing() as session:
            yield session, settings
    finally:
        database.close()


@contextmanager
def failures() -> Iterator[None]:
    """Expected failures are a sentence and an exit code (docs/cli.md), not a stack trace."""
    try:
        yield
    except AppError as e:
        say_error(e.message)
        raise typer.Exit(getattr(e, "exit_code", 1)) from None
    except OperationalError as e:
        say_error(f"the settings database cannot be used: {' '.join(str(e.orig).split())}")
        raise typer.Exit(1) from None
    except BrokenPipeError:
        raise  # the reader has seen enough, as `head` does; click ends without a word
    except OSError as e:
        say_error(f"{e.filename}: {e.strerror}" if e.filename else str(e))
        raise typer.Exit(1) from None
    except ValidationError as e:
        for problem in e.errors():
            say_error(f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}")
        raise typer.Exit(2) from None


def say_error(message: str) -> None:
    err.print(f"[red]Error:[/red] {escape(message)}", soft_wrap=True)


def show_json(value: object) -> None:
    print(msgspec.json.encode(value).decode())  # noqa: T201 - plain, to be read by programs


def show(row: Mapping[str, object], *, as_json: bool, only: str) -> None:
    print(msgspec.json.encode(row).decode() if as_json else row[only])  # noqa: T201 - plain, to be read by programs


def table(rows: list[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(rows).decode())  # noqa: T201
        return
    if not rows:
        out.print("None yet")
        return
    table = Table(box=None, header_style="bold")
    for name in rows[0]:
        is_id = name == "id"  # to be copied
        table.add_column(name, no_wrap=is_id, min_width=36 if is_id else None, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(v) for v in row.values()))
    wide().print(table)


def wide() -> Console:
    """For tables: no narrower than they need where no terminal shows them."""
    return out if out.is_terminal else Console(highlight=False, width=PIPE_WIDTH)


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return value.strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value)


@contextmanager
def connected(url: str, key: str, project: str) -> Iterator[Remote]:
    from promptpulse.remote.client import Address, Remote, WrongOption  # noqa: PLC0415

    if not key.strip():
        raise WrongOption("key: set PROMPTPULSE_KEY, or give --key", field="key")
    with Remote(Address(url, key, project)) as remote:
        yield remote


@contextmanager
def bytes_bar(what: str) -> Iterator[Callable[[int, int | None], None]]:
    """A progress bar on the error output: bytes that are done, and how many there will be."""
    columns = (
        TextColumn(what),
        BarColumn(),
        DownloadColumn(binary_units=True),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
