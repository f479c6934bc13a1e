"""What the rows of known files mean. A format turns a row into the fields of `POST /api/v1/calls`.

Traces of research lack things that a call has; what is filled in is said at each format, and marked on each row by the
property `latency: estimated`, so that it can be told from a measurement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from promptpulse.core.errors import Refused
from promptpulse.ingest.imports.records import Kind, Record

Fields = dict[str, object]

FIRST_TOKEN_MS = 457.0
MS_PER_OUTPUT_TOKEN = 15.6
"""Medians of the 2,306 successful calls of LLMPerf 2023-12, over 19 endpoints."""
MOONCAKE_START = datetime(2024, 7, 1, tzinfo=UTC)
LLMPERF_START = datetime(2023, 12, 1, tzinfo=UTC)
MOONCAKE_BLOCK_TOKENS = 512
FORMULA_STARTS = ("'=", "'+", "'-", "'@", "'\t", "'\r")
"""How cells begin that an export made harmless to spreadsheets."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Latency of a call whose trace has none: the first token, then one after another."""

    first_token_ms: float = FIRST_TOKEN_MS
    ms_per_output_token: float = MS_PER_OUTPUT_TOKEN

    def latency_ms(self, output_tokens: int) -> float:
        return round(self.first_token_ms + self.ms_per_output_token * max(output_tokens - 1, 0), 3)


@dataclass(frozen=True, slots=True)
class Options:
    start: datetime | None = None
    """When a trace began whose times are relative, or that has none; None: the format's own date."""
    estimate: Estimate | None = None
    """How to fill in a latency that is not there; None: the format's own way."""


@dataclass(frozen=True, slots=True)
class Format:
    """`fields` takes a row and its number (from 1) and raises `ValueError` that names the column and the value."""

    name: str
    kind: Kind
    needs: tuple[str, ...]
    """Columns that must be there."""
    fields: Callable[[Record, int], Fields]
    settings: str = ""
    """All that changes what a row becomes; with another one, the same file is another import."""


def named(name: str, options: Options) -> Format:
    """Raises `Refused` that lists the formats."""
    if name not in FORMATS:
        raise Refused(
            f"format: {name!r} is not known; take one of {', '.join(FORMATS)}, or --map for any CSV", field="format"
        )
    return FORMATS[name](options)


def calls_ndjson(_: Options) -> Format:
    """One JSON object a line: the fields of `POST /api/v1/calls`, or what `GET /api/v1/calls?format=ndjson` gave."""
    return Format("calls-ndjson", "ndjson", (), lambda record, _: _object(record))


def calls_csv(_: Options) -> Format:
    """The same in columns, named by field. An empty cell is "not known", `properties` is JSON."""
    return Format("calls-csv", "csv", ("latency_ms",), lambda record, _: _export_row(_cells(record)))


def azure_llm(options: Options) -> Format:
    """Azure LLM inference trace 2023: time and tokens of two services, `code` and `conv`.

    Filled in: prompt `azure-<service>`, every call a success; the latency is estimated. Provider and model are unknown."""
    estimate = options.estimate or Estimate()

    def fields(record: Record, _: int) -> Fields:
        row = _cells(record)
        service = row.get("service", "")
        output = whole(row, "GeneratedTokens")
        return {
            "timestamp": _utc(row, "TIMESTAMP"),
            "prompt_id": f"azure-{service}" if service else "azure",
            "service": service or None,
            "feature": service or None,
            "input_tokens": whole(row, "ContextTokens"),
            "output_tokens": output,
            **estimated(estimate, output),
        }

    return Format("azure-llm", "csv", ("TIMESTAMP", "ContextTokens", "GeneratedTokens"), fields, repr(estimate))


def mooncake(options: Options) -> Format:
    """Mooncake conversation trace: milliseconds since its start, lengths, and blocks of the prefix that were seen before.

    Filled in: it began at `start`, by default on 2024-07-01 (the trace does not say); prompt `mooncake-conversation`; a
    block seen before is 512 cached tokens; every call a success; the latency is estimated. Provider and model are unknown."""
    estimate = options.estimate or Estimate()
    start = options.start or MOONCAKE_START

    def fields(record: Record, _: int) -> Fields:
        row = _cells(record)
        given, output = whole(row, "input_length"), whole(row, "output_length")
        return {
            "timestamp": start + timedelta(milliseconds=whole(row, "timestamp_ms")),
            "prompt_id": "mooncake-conversation",
            "input_tokens": given,
            "output_tokens": output,
            "cached_input_tokens": min(given, MOONCAKE_BLOCK_TOKENS * whole(row, "prefix_blocks_seen_before")),
            **estimated(estimate, output),
        }

    needs = ("timestamp_ms", "input_length", "output_length", "prefix_blocks_seen_before")
    return Format("mooncake", "csv", needs, fields, f"{estimate!r} {start.isoformat()}")


def llmperf(options: Options) -> Format:
    """LLMPerf 2023-12: calls to endpoints of eight providers, with errors, time to first token and latency.

    Filled in: row n began n - 1 seconds after `start`, by default 2023-12-01 (the trace has no times); prompt `llmperf`.
    A call without an answer (429, -1) has neither tokens nor a measured time: its latency is the estimated one of a first
    token. -100 is the benchmark's own complaint about a short answer, and is kept as a model error."""
    estimate = options.estimate or Estimate()
    start = options.start or LLMPERF_START

    def fields(record: Record, number: int) -> Fields:
        row = _cells(record)
        code = round(decimal(row, "error_code")) if row["error_code"] else 0
        found: Fields = {
            "timestamp": start + timedelta(seconds=number - 1),
            "prompt_id": "llmperf",
            "provider": row["provider"],
            "model": row["model"],
            "streaming": True,
        }
        if decimal(row, "end_to_end_latency_s") > 0:
            found["latency_ms"] = round(decimal(row, "end_to_end_latency_s") * 1000, 3)
            found["first_token_ms"] = round(decimal(row, "ttft_s") * 1000, 3)
            found["input_tokens"], found["output_tokens"] = whole(row, "input_tokens"), whole(row, "output_tokens")
        else:
            found |= estimated(estimate, 1)
        if code:
            found["status"], found["error_message"] = "error", row["error_msg"] or None
            if code >= 100:
                found["http_status"] = code
            else:
                found["error_type"] = "model_error" if code == -100 else "other"
                found["error_name"] = "output_too_short" if code == -100 else str(code)
        return found

    needs = (
        "provider",
        "model",
        "error_code",
        "error_msg",
        "ttft_s",
        "end_to_end_latency_s",
        "input_tokens",
        "output_tokens",
    )
    return Format("llmperf", "csv", needs, fields, f"{estimate!r} {start.isoformat()}")


def llmdrift(_: Options) -> Format:
    """LLMDrift: questions to two snapshots each of GPT-3.5 and GPT-4, with texts, latency, cost and whether it was right.

    Filled in: prompt `llmdrift-prime`; times are read as UTC; the cost is the trace's own. Input tokens are unknown."""

    def fields(record: Record, _: int) -> Fields:
        row = _cells(record)
        snapshot = row["model"].rpartition("/")[2]
        properties = {"dataset": row["dataset"], "correct": row["correct"], "reference": row["ref_answer"].lower()}
        return {
            "timestamp": _utc(row, "timestamp"),
            "prompt_id": "llmdrift-prime",
            "provider": "openai",
            "model": snapshot.rpartition("-")[0],
            "response_model": snapshot,
            "latency_ms": round(decimal(row, "latency") * 1000, 3),
            "output_tokens": whole(row, "answer_token"),
            "cost_usd": decimal(row, "cost"),
            "properties": {**properties, "temperature": row["temperature"]},
            "input": row["query"],
            "output": row["answer"],
        }

    needs = (
        "model",
        "temperature",
        "dataset",
        "query",
        "ref_answer",
        "answer",
        "latency",
        "cost",
        "timestamp",
        "answer_token",
        "correct",
    )
    return Format("llmdrift", "csv", needs, fields)


FORMATS: dict[str, Callable[[Options], Format]] = {
    "calls-ndjson": calls_ndjson,
    "calls-csv": calls_csv,
    "azure-llm": azure_llm,
    "mooncake": mooncake,
    "llmperf": llmperf,
    "llmdrift": llmdrift,
}


def estimated(estimate: Estimate, output_tokens: int) -> Fields:
    return {"latency_ms": estimate.latency_ms(output_tokens), "properties": {"latency": "estimated"}}


def whole(row: Mapping[str, str], column: str) -> int:
    try:
        return int(row[column])
    except ValueError:
        raise ValueError(f"{column}: {row[column]!r} is not a whole number") from None


def decimal(row: Mapping[str, str], column: str) -> float:
    try:
        return float(row[column])
    except ValueError:
        raise ValueError(f"{column}: {row[column]!r} is not a number") from None


def _utc(row: Mapping[str, str], column: str) -> datetime:
    try:
        found = datetime.fromisoformat(row[column])
    except ValueError:
        raise ValueError(f"{column}: {row[column]!r} is not a time") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _cells(record: Record) -> dict[str, str]:
    assert record.cells is not None  # noqa: S101 - rows of a CSV have cells
    return record.cells


def _object(record: Record) -> Fields:
    try:
        return msgspec.json.decode(record.content, type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as e:
        raise ValueError(f"the line is not a JSON object: {e}") from None


def _export_row(cells: Mapping[str, str]) -> Fields:
    found: Fields = {}
    for name, cell in cells.items():
        if not cell:
            continue
        if name == "properties":
            try:
                found[name] = msgspec.json.decode(cell, type=dict[str, object])
            except msgspec.MsgspecError as e:
                raise ValueError(f"properties: {cell[:40]!r} is not a JSON object: {e}") from None
        else:
            found[name] = cell[1:] if cell.startswith(FORMULA_STARTS) else cell
    return found
