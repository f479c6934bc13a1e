"""Stored scores and events as the API shows them, and as rows of a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import cast

from pydantic import JsonValue

from promptpulse.core.times import from_micros, rfc3339
from promptpulse.experiments.values import Experiment
from promptpulse.files import Kind
from promptpulse.metrics import scores as metrics
from promptpulse.scores import shapes
from promptpulse.scores.keep import Kept
from promptpulse.scores.queries import Row, Submission, Version

VariantName = Callable[[str, str], str | None]
"""Name of a variant by ids of experiment and variant; None for one that is not there any more."""

SCORE_FILE: dict[str, Kind] = {
    "submission_id": "text", "created_at": "time", "experiment_id": "text", "bucket_id": "text", "bucket_name": "text",
    "name": "text", "type": "text", "number": "number", "text": "text", "prompt_id": "text", "prompt_version": "text",
    "user_id": "text", "session_id": "text", "trace_id": "text", "call_id": "text", "environment": "text",
    "source": "text", "comment": "text",
}  # fmt: skip
"""Columns of a file: one row a value. A bool has the number 0 or 1."""
EVENT_FILE: dict[str, Kind] = {
    "id": "text", "created_at": "time", "kind": "text", "experiment_id": "text", "variant_id": "text",
    "variant_name": "text", "outcome": "text", "score": "number", "user_id": "text", "session_id": "text",
    "prompt_id": "text", "prompt_version": "text", "trace_id": "text", "call_id": "text", "context": "map",
    "metadata": "map",
}  # fmt: skip


def submission_out(
    submission: Submission, prompts: Mapping[str, Version], variant_name: VariantName
) -> shapes.SubmissionOut:
    """`prompts`: versions of calls, for scores that name a call and no prompt."""
    row = submission.rows[0]
    prompt, version = _text(row, "prompt_id"), _text(row, "prompt_version")
    if prompt is None:
        of_call = prompts.get(str(row["call_id"]), ("", ""))
        prompt, version = of_call[0] or None, of_call[1] or None
    experiment, bucket = _text(row, "experiment_id"), _text(row, "variant_id")
    return shapes.SubmissionOut(
        id=str(row["submission_id"]),
        experiment_id=experiment,
        bucket_id=bucket,
        bucket_name=variant_name(experiment, bucket) if experiment and bucket else None,
        scores=[_value(r) for r in submission.rows],
        prompt_id=prompt,
        prompt_version=version,
        user_id=_text(row, "user_id"),
        session_id=_text(row, "session_id"),
        trace_id=_text(row, "trace_id"),
        call_id=_text(row, "call_id"),
        source=_text(row, "source"),
        comment=_text(row, "comment"),
        created_at=from_micros(_us(row)),
    )


def _value(row: Row) -> shapes.ScoreValue:
    kind = cast("shapes.ScoreType", row["type"])
    if kind == "string":
        return shapes.ScoreValue(name=str(row["name"]), type=kind, value=str(row["text"]))
    number = float(str(row["number"]))
    value: float | bool = number == 1 if kind == "bool" else int(number) if kind == "int" else number
    return shapes.ScoreValue(name=str(row["name"]), type=kind, value=value)


def score_rows(rows: Iterable[Row], variant_name: VariantName) -> Iterator[dict[str, object]]:
    for row in rows:
        shown = {name: _none(row.get(name)) for name in SCORE_FILE}
        experiment, bucket = str(row["experiment_id"]), str(row["variant_id"])
        shown["created_at"] = rfc3339(from_micros(_us(row)))
        shown["bucket_id"] = bucket or None
        shown["bucket_name"] = variant_name(experiment, bucket) if experiment and bucket else None
        shown["text"] = row["text"] if row["type"] == "string" else None
        yield shown


def event_out(row: Row, variant_name: VariantName) -> shapes.EventOut:
    experiment, variant = str(row["experiment_id"]), str(row["variant_id"])
    return shapes.EventOut(
        id=str(row["id"]),
        kind=cast("shapes.EventKind", row["kind"]),
        experiment_id=experiment,
        variant_id=variant,
        variant_name=variant_name(experiment, variant) or str(row["variant_name"]),
        outcome=_text(row, "outcome"),
        score=cast("float | None", row["score"]),
        user_id=_text(row, "user_id"),
        session_id=_text(row, "session_id"),
        prompt_id=_text(row, "prompt_id"),
        prompt_version=_text(row, "prompt_version"),
        trace_id=_text(row, "trace_id"),
        call_id=_text(row, "call_id"),
        context=_object(row["context"]),
        metadata=_object(row["metadata"]),
        created_at=from_micros(_us(row)),
    )


def event_stored(kept: Kept, experiment: Experiment) -> shapes.EventStored:
    variant = experiment.variant(kept.variant_id)
    return shapes.EventStored(
        id=kept.id,
        duplicate=kept.duplicate,
        variant_id=kept.variant_id or None,
        variant_name=variant.name if variant else None,
    )


def event_rows(rows: Iterable[Row], variant_name: VariantName) -> Iterator[dict[str, object]]:
    for row in rows:
        shown = {name: _none(row.get(name)) for name in EVENT_FILE}
        shown["created_at"] = rfc3339(from_micros(_us(row)))
        shown["variant_name"] = variant_name(str(row["experiment_id"]), str(row["variant_id"])) or row["variant_name"]
        shown["context"], shown["metadata"] = _object(row["context"]), _object(row["metadata"])
        yield shown


def buckets_out(experiment: Experiment, found: Mapping[str, metrics.VariantScores]) -> list[shapes.BucketScores]:
    """Every variant, also without scores."""
    return [
        _bucket(v.id, v.name, found.get(v.id) or metrics.VariantScores(0), control=v.control)
        for v in experiment.variants
    ]


def _bucket(bucket_id: str, name: str, of: metrics.VariantScores, *, control: bool) -> shapes.BucketScores:
    named = of.by_name
    return shapes.BucketScores(
        bucket_id=bucket_id,
        bucket_name=name,
        control=control,
        count=of.submissions,
        avg_scores={n: s.spread.mean if s.spread else None for n, s in named.items()},
        spread={n: shapes.Spread(**asdict(s.spread)) for n, s in named.items() if s.spread},
        bool_rates={n: s.bool_rate for n, s in named.items() if s.bool_rate is not None},
        distributions={n: s.texts for n, s in named.items() if s.texts},
    )


def versions_out(found: Sequence[metrics.VersionScores]) -> list[shapes.VersionScores]:
    return [
        shapes.VersionScores(
            prompt_id=v.prompt_id or None,
            prompt_version=v.prompt_version or None,
            name=v.name,
            type=cast("shapes.ScoreType", v.type),
            count=v.count,
            mean=v.mean,
            bool_rate=v.bool_rate,
        )
        for v in found
    ]


def _us(row: Row) -> int:
    return int(str(row["us"]))


def _text(row: Row, name: str) -> str | None:
    return str(row[name]) or None


def _none(value: object) -> object:
    return None if value == "" else value


def _object(text: object) -> dict[str, JsonValue]:
    return cast("dict[str, JsonValue]", json.loads(str(text))) if text else {}
