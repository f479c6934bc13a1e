"""`promptpulse import`: a file into the data folder, or to a running server, with a progress bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast, get_args

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from promptpulse.accounts.bootstrap import Beginning, begin
from promptpulse.accounts.keys import ref
from promptpulse.accounts.service import project_named
from promptpulse.app import owned_event_store, prices_of
from promptpulse.core.errors import Conflict, Refused
from promptpulse.db import migrate, open_database
from promptpulse.ingest import imports
from promptpulse.ingest.imports.mapping import TimeFormat
from promptpulse.ingest.price import Prices
from promptpulse.ingest.redaction import Redactor
from promptpulse.metrics import zone
from promptpulse.retention.settings import keep_counts, redaction_of
from promptpulse.settings import Settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options of the command."""

    file: Path
    form: str
    columns: tuple[str, ...]
    constants: tuple[str, ...]
    times: str
    start: datetime | None
    zone: str
    ms_per_output_token: float | None
    project: str
    url: str
    key: str


def run(wanted: Wanted, settings: Settings, clock: Callable[[], datetime], out: Console) -> imports.ImportReport:
    """Raises `Refused` for options that do not fit, `Conflict` when a server owns the folder."""
    form = _format(wanted)
    if wanted.url:
        if not wanted.key:
            raise Refused("key: give --key, or set PROMPTPULSE_KEY, to send to a server", field="key")
        return _import(wanted.file, form, imports.http_writer(wanted.url, wanted.key), clock(), out)
    try:
        with owned_event_store(settings, clock()) as store:
            database = open_database(settings.resolved_database_url)
            migrate(database)
            begin(database, Beginning(*settings.bootstrap), clock())
            with database.sessions() as session:
                project = ref(project_named(session, wanted.project))
            redactor = Redactor(redaction_of(database), clock)
            write = imports.direct_writer(store, project, Prices(prices_of(database)), clock, redactor.calls)
            try:
                report = _import(wanted.file, form, write, clock(), out)
            finally:
                keep_counts(database, redactor, clock())
            database.close()
            return report
    except Conflict as e:
        raise Conflict(f"{e.message}; or send to it with --url and --key", code=e.code) from e


def rejected_file(file: Path) -> Path:
    return file.with_name(f"{file.name}.rejected.ndjson")


def _import(
    file: Path, form: imports.Format, write: imports.Write, now: datetime, out: Console
) -> imports.ImportReport:
    columns = (
        TextColumn("Importing"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TextColumn("{task.fields[rows]} rows"),
        TimeElapsedColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=out) as progress:
        task = progress.add_task("", total=1.0, rows=0)
        return imports.import_file(
            file, form, write, now,
            lambda rows, share: progress.update(task, completed=share, rows=rows), rejected_file(file),
        )  # fmt: skip


def _format(wanted: Wanted) -> imports.Format:
    start = wanted.start.replace(tzinfo=UTC) if wanted.start else None
    estimate = (
        None if wanted.ms_per_output_token is None else imports.Estimate(ms_per_output_token=wanted.ms_per_output_token)
    )
    if wanted.columns:
        if wanted.form:
            raise Refused("format: use either --format or --map", field="format")
        if wanted.times not in get_args(TimeFormat):
            raise Refused(f"times: {wanted.times!r} is not one of {', '.join(get_args(TimeFormat))}", field="times")
        times = cast("TimeFormat", wanted.times)
        mapping = imports.read_mapping(
            wanted.columns, wanted.constants, times=times, start=start,
            zone=zone(wanted.zone) if wanted.zone else None, estimate=estimate,
        )  # fmt: skip
        return imports.mapped(mapping)
    if not wanted.form:
        raise Refused(
            f"format: say --format ({', '.join(imports.FORMATS)}), or name columns with --map", field="format"
        )
    return imports.named(wanted.form, imports.Options(start=start, estimate=estimate))
