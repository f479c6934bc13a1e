"""Rows of the server into a file, however often the way breaks off."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import msgspec

from promptpulse.core.errors import Refused
from promptpulse.core.times import rfc3339
from promptpulse.remote.client import Parameters, Remote, RemoteError, Unreachable, WrongOption
from promptpulse.remote.question import length_of

CURSORS = {
    "calls": ("timestamp", "id"),
    "scores": ("created_at", "submission_id", "name"),
    "events": ("created_at", "id"),
}
"""Columns of a row that make its place."""
TRIES = 5
PIECE = 1 << 20
FORMS = ("ndjson", "csv", "parquet")
USUAL = "30d"

Progress = Callable[[int, int | None], None]
"""Rows that are there, and how many there will be."""


@dataclass(frozen=True, slots=True)
class Wanted:
    kind: str
    path: str
    form: str
    """ndjson goes on where it broke off; csv and parquet begin again."""
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Selection:
    """As the command is given it; "" and None are not said."""

    kind: str
    form: str
    last: str
    start: str | None
    end: str | None
    prompt: str | None
    experiment: str | None


def wanted(given: Selection, file: Path, now: datetime) -> Wanted:
    """Raises `Refused`. The range of a file that was begun stays."""
    if given.kind not in CURSORS:
        raise WrongOption(f"kind: {given.kind!r} is not one of {', '.join(CURSORS)}", field="kind")
    form = given.form or file.suffix.removeprefix(".").lower() or "ndjson"
    if form not in FORMS:
        raise WrongOption(f"format: {form!r} is not one of {', '.join(FORMS)}", field="format")
    if given.last and (given.start or given.end):
        raise WrongOption("last: use either --last or --start and --end", field="last")
    start, end = given.start, given.end
    if given.last or (given.kind == "calls" and not start):
        end = end or rfc3339(now)
        start = rfc3339(datetime.fromisoformat(end) - length_of(given.last or USUAL))
    path = {"calls": "/api/v1/calls", "scores": "/api/v1/scores"}.get(given.kind, "")
    if given.experiment and given.kind != "calls":
        inside = "events/experiment" if given.kind == "events" else "scores/experiments"
        path = f"/api/v1/{inside}/{quote(given.experiment, safe='')}"
    if not path:
        raise WrongOption(
            "experiment: events belong to an experiment; give its id with --experiment", field="experiment"
        )
    first, last = ("start", "end") if given.kind == "calls" else ("start_date", "end_date")
    parameters: dict[str, str | int | bool | None] = {first: start, last: end}
    if given.prompt:
        parameters["prompt_id"] = given.prompt
    if given.kind == "calls" and given.experiment:
        parameters["experiment_id"] = given.experiment
    parameters = {name: value for name, value in parameters.items() if value is not None}
    before = begun(file)
    if before is not None and not (given.start or given.end):
        parameters |= {name: value for name, value in before.items() if name in {first, last}}
    return Wanted(given.kind, path, form, parameters)


def export(remote: Remote, wanted: Wanted, file: Path, progress: Progress) -> int:
    """Write the file; how many rows it has (for ndjson; else how many the server announced).

    The rows lie in `<file>.part` until all are there, with the question in `<file>.part.json`."""
    part, asked = file.with_name(f"{file.name}.part"), file.with_name(f"{file.name}.part.json")
    question = {"path": wanted.path, "format": wanted.form, "parameters": dict(wanted.parameters)}
    if asked.is_file() and part.is_file():
        if msgspec.json.decode(asked.read_bytes()) != question:
            raise Refused(f"{part} was begun with another question; finish that one, or delete the file", field="file")
    else:
        part.unlink(missing_ok=True)
        asked.write_bytes(msgspec.json.encode(question))
    fetch = _lines if wanted.form == "ndjson" else _whole
    try:
        rows = fetch(remote, wanted, part, progress)
    finally:
        if not part.is_file():
            asked.unlink()  # refused before anything was written
    part.replace(file)
    asked.unlink()
    return rows


def begun(file: Path) -> Parameters | None:
    """The question of a file that is not complete: its range of time is not that of now."""
    asked, part = file.with_name(f"{file.name}.part.json"), file.with_name(f"{file.name}.part")
    if not (asked.is_file() and part.is_file()):
        return None
    found = msgspec.json.decode(asked.read_bytes())
    return found["parameters"] if isinstance(found, dict) else None


def _lines(remote: Remote, wanted: Wanted, part: Path, progress: Progress) -> int:
    """NDJSON: after the last whole row it goes on, also beyond the most rows of one answer."""
    rows, last = _kept(part)
    failures = 0
    while True:
        before, total = rows, None
        try:
            parameters = {**wanted.parameters, "format": "ndjson", "cursor": _cursor(wanted.kind, last)}
            with remote.stream(wanted.path, parameters) as answer, part.open("ab") as file:
                total = rows + int(answer.headers["X-Total-Rows"])
                progress(rows, total)
                for line in _whole_lines(answer.iter_bytes(PIECE)):
                    file.write(line)
                    rows, last = rows + line.count(b"\n"), line
                    progress(rows, total)
        except (Unreachable, RemoteError) as e:
            busy = isinstance(e, Unreachable) or e.code in {"busy", "unavailable"}
            failures = 1 if rows > before else failures + 1
            if not busy or failures >= TRIES:
                raise
            time.sleep(2.0 ** (failures - 1))
            rows, last = _kept(part)
            continue
        if rows == before or _is_complete(remote, wanted, last):
            return rows


def _is_complete(remote: Remote, wanted: Wanted, last: bytes) -> bool:
    """Whether nothing comes after the row: one answer holds a million rows at most."""
    parameters = {**wanted.parameters, "format": "ndjson", "cursor": _cursor(wanted.kind, last)}
    with remote.stream(wanted.path, parameters) as answer:
        return int(answer.headers["X-Total-Rows"]) == 0


def _whole(remote: Remote, wanted: Wanted, part: Path, progress: Progress) -> int:
    with remote.stream(wanted.path, {**wanted.parameters, "format": wanted.form}) as answer, part.open("wb") as file:
        total = int(answer.headers["X-Total-Rows"])
        for piece in answer.iter_bytes(PIECE):
            file.write(piece)
            progress(0, None)
    progress(total, total)
    return total


def _whole_lines(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Whole lines of each piece, together."""
    rest = b""
    for piece in pieces:
        end = piece.rfind(b"\n") + 1
        if end:
            yield rest + piece[:end]
            rest = piece[end:]
        else:
            rest += piece


def _kept(part: Path) -> tuple[int, bytes]:
    """How many whole rows the file has, and the last; a broken one is cut off."""
    if not part.is_file():
        return 0, b""
    rows, end, last = 0, 0, b""
    with part.open("r+b") as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            rows, end, last = rows + 1, end + len(line), line
        file.truncate(end)
    return rows, last


def _cursor(kind: str, last: bytes) -> str | None:
    """After the last of these lines."""
    if not last:
        return None
    row = msgspec.json.decode(last.rstrip(b"\n").rpartition(b"\n")[2])
    return "_".join(str(row[column]) for column in CURSORS[kind])
