"""Prompts or versions side by side: reads what they show, lets it be judged, and says what was found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from promptpulse.compare import judge, wording
from promptpulse.compare.judge import Overall, Row
from promptpulse.compare.shapes import ComparedRow, ComparedSubject, ComparedValue, CompareOut
from promptpulse.metrics import NONE, Definitions, Filter, Metric, Query, Value, run
from promptpulse.metrics.compared import (
    Counted,
    Measured,
    Scope,
    ScoreName,
    Subject,
    calls_of,
    checked,
    has_error,
    scores_of,
)
from promptpulse.store import Store

USUAL = ("total_requests", "success_rate", "p95_latency_ms", "avg_tokens_per_request", "cost_per_request_usd")
SHARES = frozenset({"success_rate", "error_rate"})
"""Metrics whose observations are 0 or 1."""
METHOD = (
    "Users vary, not calls: calls are summed by user, else by session, else they stand alone; intervals follow from the"
    " variance between these (delta method), those of percentiles through the distribution. A value is better if its"
    " difference to another leaves out 0 at {level:g} %, all pairs of a row together (Bonferroni); places and the overall"
    " winner allow for all pairs of all rows together (Holm). A score counts as better where it is higher. Prompts were not"
    " given to users by chance: who uses which may differ, and an experiment alone tells causes."
)


@dataclass(frozen=True, slots=True)
class Asked:
    scope: Scope
    metrics: tuple[str, ...] | None
    """None: the usual ones, and scores."""
    tz: str = "UTC"
    definitions: Definitions = field(default=NONE, hash=False)


@dataclass(frozen=True, slots=True)
class Line:
    """A row with what it is called."""

    key: str
    label: str
    unit: str
    better: judge.Better
    row: Row
    note: str


@dataclass(frozen=True, slots=True)
class Table:
    labels: tuple[str, ...]
    counts: tuple[Counted, ...]
    lines: tuple[Line, ...]
    overall: Overall


def table(store: Store, asked: Asked, now: datetime) -> Table:
    """Raises `BadQuery`."""
    asked = replace(asked, scope=checked(asked.scope))
    scope, keys = asked.scope, asked.metrics or USUAL
    query = Query(
        scope.project, tuple(dict.fromkeys(keys)), scope.start, scope.end,
        where=scope.where, tz=asked.tz, definitions=asked.definitions, limit=1000,
    )  # fmt: skip
    metrics = [query.metric(key) for key in query.metrics]
    with ThreadPoolExecutor(1) as beside:
        scores = beside.submit(_scores, store, asked)
        values = _values(store, query, scope.subjects, now)
        seen = calls_of(store, scope, [m.key for m in metrics if has_error(m.key)])
    labels, of_scores = _labels(scope.subjects), scores.result()
    lines = [
        of_scores[m.key].line(labels)
        if m.key in of_scores
        else _line(m, seen.metrics.get(m.key), values[m.key], labels)
        for m in metrics
    ]
    if asked.metrics is None:
        lines += [score.line(labels) for score in of_scores.values()]
    return Table(labels, seen.counts, tuple(lines), judge.overall([line.row for line in lines], len(labels)))


def compared(store: Store, asked: Asked, now: datetime) -> CompareOut:
    return presented(table(store, asked, now), asked.scope.subjects)


def presented(found: Table, subjects: Sequence[Subject]) -> CompareOut:
    return CompareOut(
        subjects=[
            ComparedSubject(
                prompt_id=s.prompt_id, prompt_version=s.prompt_version, label=label, calls=n.calls, users=n.users, place=place
            )
            for s, label, n, place in zip(subjects, found.labels, found.counts, found.overall.places, strict=True)
        ],
        rows=[
            ComparedRow(
                key=line.key, label=line.label, unit=line.unit, better=line.better,
                values=[ComparedValue(value=v.value, low=v.low, high=v.high, rank=v.rank) for v in line.row.values],
                winner=line.row.winner, note=line.note,
            )
            for line in found.lines
        ],
        winner=found.overall.winner,
        summary=_summary(found),
        level=judge.LEVEL,
        method=METHOD.format(level=judge.LEVEL),
    )  # fmt: skip


def _values(store: Store, query: Query, subjects: Sequence[Subject], now: datetime) -> dict[str, list[Value]]:
    """By metric and subject, as every other page tells them."""
    empty: dict[str, list[Value]] = {key: [query.metric(key).empty for _ in subjects] for key in query.metrics}
    for by in (("prompt_id",), ("prompt_id", "prompt_version")):
        mine = [i for i, s in enumerate(subjects) if (s.prompt_version is None) == (len(by) == 1)]
        if not mine:
            continue
        wanted = {d: tuple(dict.fromkeys(getattr(subjects[i], d) for i in mine)) for d in by}
        where = (*query.where, *(Filter(d, "in", texts) for d, texts in wanted.items()))
        frame = run(store, replace(query, by=by, where=where), now)
        place = {group: g for g, group in enumerate(frame.groups)}
        for i in mine:
            group = tuple(getattr(subjects[i], d) or None for d in by)
            if group in place:
                for key in query.metrics:
                    empty[key][i] = frame.total(key, place[group])
    return empty


def _line(metric: Metric, measured: Measured | None, values: Sequence[Value], labels: Sequence[str]) -> Line:
    bounds = (0.0, 1.0) if metric.key in SHARES else None
    found = judge.row(measured, values, metric.better, bounds)
    return Line(
        metric.key, metric.label, metric.unit, metric.better, found, _note(found, metric.better, labels, measured)
    )


@dataclass(frozen=True, slots=True)
class _Score:
    name: ScoreName
    measured: Measured

    @property
    def key(self) -> str:
        """A formula with the same value."""
        quoted = self.name.name.replace('"', '""')
        return f'=100 * avg(score."{quoted}")' if self.name.is_bool else f'=avg(score."{quoted}")'

    def line(self, labels: Sequence[str]) -> Line:
        values = [
            None if s is None or s.moments is None else self.measured.scale * s.moments.mean[0] / s.moments.mean[1]
            for s in self.measured.sides
        ]
        found = judge.row(self.measured, values, "up", (0.0, 1.0) if self.name.is_bool else None)
        unit = "percent" if self.name.is_bool else "score"
        return Line(self.key, self.name.name, unit, "up", found, _note(found, "up", labels, self.measured))


_MEAN_OF_SCORE = re.compile(r'=(?:100 \* )?avg\(score\."((?:[^"]|"")+)"\)')


def _scores(store: Store, asked: Asked) -> dict[str, _Score]:
    """By the key of its row: the commonest, or those whose keys are asked for, so that they are judged as in the row."""
    if asked.metrics is None:
        found = scores_of(store, asked.scope, asked.definitions.mappings)
    else:
        matches = [_MEAN_OF_SCORE.fullmatch(key) for key in asked.metrics]
        names = [match[1].replace('""', '"') for match in matches if match]
        if not names:
            return {}
        found = scores_of(store, asked.scope, asked.definitions.mappings, names, limit=len(names))
    scores = [_Score(name, measured) for name, measured in found]
    return {score.key: score for score in scores}


def _note(found: Row, better: judge.Better, labels: Sequence[str], measured: Measured | None) -> str:
    if better == "neither":
        return "More is neither better nor worse: not ranked."
    if measured is None:
        return "How sure these values are is not known: not ranked."
    unknown = [labels[i] for i, v in enumerate(found.values) if v.value is None]
    if unknown:
        return f"Not known of {wording.listed(unknown)}."
    if found.too_few:
        few = wording.listed([labels[i] for i in found.too_few])
        return (
            f"Too few users of {few} to tell: at least {judge.FEWEST_UNITS} are needed, and differences between them."
        )
    if found.winner is not None:
        return ""
    best = [labels[i] for i, v in enumerate(found.values) if v.rank == 1]
    return f"The difference between {wording.listed(best)} may be noise."


def _labels(subjects: Sequence[Subject]) -> tuple[str, ...]:
    if len({s.prompt_id for s in subjects}) == 1 and all(s.prompt_version for s in subjects):
        return tuple(wording.version(s.prompt_version or "") for s in subjects)
    return tuple(
        s.prompt_id if s.prompt_version is None else f"{s.prompt_id} {wording.version(s.prompt_version)}"
        for s in subjects
    )


def _summary(found: Table) -> str:
    silent = [label for label, n in zip(found.labels, found.counts, strict=True) if not n.calls]
    if silent:
        return f"{wording.listed(silent)} {'has' if len(silent) == 1 else 'have'} no calls in this range."
    few = [label for label, n in zip(found.labels, found.counts, strict=True) if n.units < judge.FEWEST_UNITS]
    if few:
        return f"Too few users of {wording.listed(few)} to tell: at least {judge.FEWEST_UNITS} are needed."
    if found.overall.winner is not None:
        won = [line.label for line in found.lines if line.row.winner == found.overall.winner]
        where = (
            f"it wins on {wording.listed([_within(w) for w in won])}" if won else "it beats each other one somewhere"
        )
        return f"{found.labels[found.overall.winner]} is best: {where} and loses nowhere."
    wins = {label: [_within(o.label) for o in found.lines if o.row.winner == i] for i, label in enumerate(found.labels)}
    told = [f"{label} wins on {wording.listed(rows)}" for label, rows in wins.items() if rows]
    if len(told) != 1:
        return f"No overall winner: {wording.listed(told) if told else 'no difference is more than noise'}."
    best = next(i for i, label in enumerate(found.labels) if wins[label])
    lost = [_within(o.label) for o in found.lines if any(o.row.better(j, best) for j in range(len(found.labels)))]
    but = (
        f"but is beaten on {wording.listed(lost)}" if lost else "which may be chance among all comparisons of the table"
    )
    return f"No overall winner: {told[0]}, {but}."


def _within(label: str) -> str:
    """Inside a sentence: `success rate`, `p95 latency`."""
    name, _, level = label.partition(", ")
    lower = name[:1].lower() + name[1:]
    return f"{level} {lower}" if level else lower
