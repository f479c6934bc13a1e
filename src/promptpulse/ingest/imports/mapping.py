"""Any CSV: which column is which field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal
from zoneinfo import ZoneInfo

from promptpulse.core.errors import Refused
from promptpulse.core.times import EPOCH
from promptpulse.ingest.calls_in import CallIn
from promptpulse.ingest.imports.formats import Estimate, Fields, Format, estimated
from promptpulse.ingest.imports.records import Record

TimeFormat = Literal["rfc3339", "s", "ms", "us"]
MICROS = {"s": 1_000_000, "ms": 1_000, "us": 1}
PROPERTY = "properties."
FIELDS = frozenset(CallIn.__struct_fields__) - {"properties"}
SECONDS = {f"{name.removesuffix('_ms')}_s": name for name in FIELDS if name.endswith("_ms")}
"""Names for columns in seconds, by the field that they fill: `latency_s` fills `latency_ms`."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """`columns`: pairs of column and field; `constants`: pairs of field and value. Fields are those of
    `POST /api/v1/calls`, `properties.<key>`, and `latency_s` and the like for durations in seconds."""

    columns: tuple[tuple[str, str], ...]
    constants: tuple[tuple[str, str], ...] = ()
    times: TimeFormat = "rfc3339"
    """`s`, `ms` and `us`: since 1970, or since `start` where there is one."""
    start: datetime | None = None
    zone: ZoneInfo | None = None
    """Of times without an offset; None: such rows are rejected."""
    estimate: Estimate | None = None
    """Fills in a latency that no column has, from the output tokens."""


def read_mapping(
    columns: Sequence[str],
    constants: Sequence[str] = (),
    *,
    times: TimeFormat = "rfc3339",
    start: datetime | None = None,
    zone: ZoneInfo | None = None,
    estimate: Estimate | None = None,
) -> Mapping:
    """A mapping from `column=field` and `field=value` texts. Raises `Refused` that names the option and the value."""
    pairs, fixed = [], []
    for text in columns:
        column, equals, name = text.rpartition("=")
        if not equals or not column:
            raise Refused(f"map: {text!r} must be column=field, such as duration=latency_ms", field="map")
        pairs.append((column, _field(name, "map")))
    for text in constants:
        name, equals, value = text.partition("=")
        if not equals or not value:
            raise Refused(f"constant: {text!r} must be field=value, such as provider=openai", field="constant")
        fixed.append((_field(name, "constant"), value))
    filled = [SECONDS.get(name, name) for name in (*(f for _, f in pairs), *(f for f, _ in fixed))]
    twice = sorted({name for name in filled if filled.count(name) > 1})
    if twice:
        raise Refused(f"map: {twice[0]} is filled twice; keep one", field="map")
    if "timestamp" not in filled:
        raise Refused("map: no column gives the time; add --map <column>=timestamp", field="map")
    if "latency_ms" not in filled and (estimate is None or "output_tokens" not in filled):
        raise Refused(
            "map: no column gives the latency; add --map <column>=latency_ms (or latency_s), or map output_tokens and give"
            " --ms-per-output-token to have it estimated",
            field="map",
        )
    if not {"prompt_id", "model"} & set(filled):
        raise Refused("map: nothing gives prompt_id or model; add a column or --constant prompt_id=<name>", field="map")
    if start is not None and times == "rfc3339":
        raise Refused("start: times are RFC 3339 already; leave --start out, or say --times s, ms or us", field="start")
    return Mapping(tuple(pairs), tuple(fixed), times, start, zone, estimate)


def mapped(mapping: Mapping) -> Format:
    """The format of a CSV with these columns; columns that are not named are left out."""

    def fields(record: Record, _: int) -> Fields:
        cells = record.cells or {}
        found: Fields = {}
        properties: dict[str, object] = {}
        given = [(name, cells[column]) for column, name in mapping.columns]
        for name, cell in (*mapping.constants, *given):
            if not cell:
                continue
            if name.startswith(PROPERTY):
                properties[name.removeprefix(PROPERTY)] = cell
            elif name == "timestamp":
                found[name] = instant(cell, mapping)
            elif name in SECONDS:
                found[SECONDS[name]] = _milliseconds(name, cell)
            else:
                found[name] = cell
        if "latency_ms" not in found and mapping.estimate and "output_tokens" in found:
            output = str(found["output_tokens"])
            if not output.isdecimal():
                raise ValueError(f"output_tokens: {output!r} is not a whole number")
            filled = estimated(mapping.estimate, int(output))
            found["latency_ms"] = filled["latency_ms"]
            properties.setdefault("latency", "estimated")
        if properties:
            found["properties"] = properties
        return found

    return Format("map", "csv", tuple(column for column, _ in mapping.columns), fields, repr(mapping))


def instant(cell: str, mapping: Mapping) -> datetime:
    """The aware time in `cell`. Raises `ValueError` that says what to do."""
    if mapping.times == "rfc3339":
        try:
            found = datetime.fromisoformat(cell.strip())
        except ValueError:
            raise ValueError(
                f"timestamp: {cell!r} is not an RFC 3339 time; say --times s, ms or us for numbers"
            ) from None
        if found.tzinfo is None and mapping.zone is None:
            raise ValueError(f"timestamp: {cell!r} has no time zone; say which with --zone")
        return found if found.tzinfo else found.replace(tzinfo=mapping.zone)
    try:
        micros = int(Decimal(cell.strip()) * MICROS[mapping.times])
        return (mapping.start or EPOCH) + timedelta(microseconds=micros)
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(f"timestamp: {cell!r} is not a time in {mapping.times}") from None


def _milliseconds(name: str, cell: str) -> float:
    try:
        return float(Decimal(cell.strip()) * 1000)
    except InvalidOperation:
        raise ValueError(f"{name}: {cell!r} is not a number of seconds") from None


def _field(name: str, option: str) -> str:
    if name in FIELDS or name in SECONDS or (name.startswith(PROPERTY) and len(name) > len(PROPERTY)):
        return name
    raise Refused(
        f"{option}: {name!r} is not a field; take one of {', '.join(sorted(FIELDS))} or properties.<key>", field=option
    )
