"""What the system can find out about an incident by itself, part by part. A part that fails says why; the others are there.

Figures come from `metrics`; here they are asked for, put side by side and worded."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar, cast

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from promptpulse.accounts.models import AuditEntry
from promptpulse.calls import queries as calls
from promptpulse.core.errors import AppError
from promptpulse.core.times import BUCKETS, auto_bucket, day_start
from promptpulse.definitions.asked import FilterIn
from promptpulse.incidents import causing, shapes
from promptpulse.incidents.models import AlertRow, IncidentRow
from promptpulse.incidents.present import where_out
from promptpulse.incidents.wording import OPS, duration, figure, filters_of
from promptpulse.metrics import METRICS, BadQuery, Definitions, Filter, Query, run, zone
from promptpulse.metrics.baseline import Baselines
from promptpulse.metrics.catalogue import Metric, Unit
from promptpulse.metrics.causes import Carrier, Causes, Change, causes
from promptpulse.metrics.drift import Drifts
from promptpulse.metrics.drift import Scope as DriftScope
from promptpulse.metrics.failures import failures
from promptpulse.metrics.query import COHORTS, checked
from promptpulse.overview.service import item
from promptpulse.prompts import service as prompts
from promptpulse.quality.telling import sentence as drift_sentence
from promptpulse.store import Store

log = logging.getLogger(__name__)

INSTEAD = "error_rate"
"""Looked at when an alert has no metric that calls can be asked for."""
COMPARED = ("total_requests", "success_rate", "p95_latency_ms", "cost_per_request_usd", "avg_output_tokens")
SHORTEST_BEFORE, LONGEST = timedelta(hours=1), timedelta(days=7)
FURTHER = (timedelta(days=1), timedelta(days=7))
"""Looked at before when there were too few calls just before."""
CHANGED_BEFORE = timedelta(hours=24)
DRIFT_DAYS = 30
CENT = 0.01
MOST_CHANGES, MOST_ERRORS, MOST_EXAMPLES, MOST_VERSIONS, MOST_SIMILAR = 50, 8, 10, 10, 5
AUDITED = ("experiment.", "price.")
NARROW = frozenset({"prompt_version", "variant_id", "experiment_id"})
"""Of a series' group these are left out when its cause is looked for: only beside others does a version stand out."""

Part = TypeVar(
    "Part",
    shapes.DossierChart, shapes.DossierCauses, shapes.DossierImpact, shapes.DossierErrors, shapes.DossierExamples,
    shapes.DossierChanges, shapes.DossierVersions,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """What is looked at."""

    incident: IncidentRow
    alert: AlertRow
    tz: str
    definitions: Definitions
    as_of: datetime
    """Nothing later is looked at."""
    now: datetime
    """Tells which tables still hold its time."""

    @property
    def end(self) -> datetime:
        """Of the incident, so far."""
        return max(min(self.incident.resolved_at or self.as_of, self.as_of), self.onset + timedelta(minutes=1))

    @property
    def onset(self) -> datetime:
        """When calls began to be different: the first value that was wrong is of a window that began earlier."""
        return self.incident.began_at - timedelta(seconds=self.alert.window_s)

    @property
    def after(self) -> tuple[datetime, datetime]:
        return max(self.onset, self.end - LONGEST), self.end

    def before(self, length: timedelta | None = None) -> tuple[datetime, datetime]:
        """As long as it lasts, an hour at least."""
        start, end = self.after
        of = length or min(LONGEST, max(SHORTEST_BEFORE, end - start))
        return start - of, start

    @property
    def where(self) -> tuple[Filter, ...]:
        """Of the source and of its series."""
        return (*filters_of(self.alert), *self.grouped())

    def grouped(self, *, narrow: bool = True) -> tuple[Filter, ...]:
        return tuple(
            Filter(dimension, "in", (value,))
            for dimension, value in self.alert.group.items()
            if dimension not in COHORTS and (narrow or dimension not in NARROW)
        )

    def query(self, span: tuple[datetime, datetime], *, where: tuple[Filter, ...] | None = None) -> Query:
        """Of the alert's metric; `INSTEAD` when it has none, or none any more."""
        asked = Query(
            self.incident.project_id,
            (self.alert.metric or INSTEAD,),
            *span,
            where=self.where if where is None else where,
            tz=self.tz,
            definitions=self.definitions,
        )
        try:
            return checked(asked)
        except BadQuery:
            return checked(replace(asked, metrics=(INSTEAD,)))


@dataclass(frozen=True, slots=True)
class Found:
    """A cause with what selects its calls."""

    out: shapes.DossierCauses
    causes: Causes | None
    carrier: Carrier | None


def dossier(
    store: Store, baselines: Baselines, drifts: Drifts, read: Callable[[], Session], case: Case
) -> shapes.DossierOut:
    """`read` opens a session for reading; none is open while the event store answers."""
    changes = _part(lambda: _changes(drifts, read, case), shapes.DossierChanges)
    found = _found(store, case, changes.items)
    out = shapes.DossierOut(
        made_at=case.as_of,
        stored=False,
        summary=[],
        chart=_part(lambda: _chart(store, baselines, case), shapes.DossierChart),
        causes=found.out,
        impact=_part(lambda: _impact(store, case, found), shapes.DossierImpact),
        errors=_part(lambda: _errors(store, case), shapes.DossierErrors),
        examples=_part(lambda: _examples(store, case, found), shapes.DossierExamples),
        changes=changes,
        versions=_part(lambda: _versions(store, case), shapes.DossierVersions),
        similar=_similar(read, case),
    )
    return out.model_copy(update={"summary": _summary(out)})


def _part(make: Callable[[], Part], shape: type[Part]) -> Part:
    try:
        return make()
    except AppError as e:
        return shape(error=e.message)
    except Exception:
        log.exception("a part of a dossier could not be made: %s", shape.__name__)
        return shape(error="it could not be made; the log of the server says why")


def _chart(store: Store, baselines: Baselines, case: Case) -> shapes.DossierChart:
    around = max(timedelta(hours=2), 2 * (case.end - case.onset))
    start, end = case.onset - min(around, LONGEST), min(case.as_of, case.end + min(around, timedelta(hours=2)))
    name = auto_bucket(start, end, at_most=120)
    query = replace(case.query((start, end)), bucket=name)
    frame = run(store, query, case.now)
    starts = frame.buckets or ()
    metric = _named(case, query.metric(query.metrics[0]))
    expected = None
    length = BUCKETS[name].seconds
    if length is not None and starts:
        step = timedelta(seconds=length)
        learned = baselines.of(query, step, starts[0] + step, starts[-1] + step).of(metric.key)
        expected = [learned.at(at + step) for at in starts]
    known = expected is not None and any(e.expected is not None for e in expected)
    return shapes.DossierChart(
        metric=metric.key,
        label=metric.label,
        unit=metric.unit,
        bucket=name,
        buckets=list(starts),
        values=list(frame.values[metric.key][0]) if frame.groups else [None] * len(starts),
        expected=[e.expected for e in expected] if expected and known else None,
        low=[e.low for e in expected] if expected and known else None,
        high=[e.high for e in expected] if expected and known else None,
        # a budget is of a whole period, not of a bucket
        threshold=case.alert.threshold if metric.key == case.alert.metric and case.alert.source != "budget" else None,
        where=[*where_out(case.alert), *(filter_out(f) for f in case.grouped())],
    )


def _found(store: Store, case: Case, changes: Sequence[shapes.ChangeLine]) -> Found:
    found: list[Causes] = []

    def make() -> shapes.DossierCauses:
        asked = _causes(store, case)
        found.append(asked)
        first = causing.likely(asked)
        out = None if first is None else _told(causing.cause_out(asked, first), changes, case)
        return shapes.DossierCauses(most_likely=out, others=causing.others(asked, first), note=causing.note(asked))

    out = _part(make, shapes.DossierCauses)
    return Found(out, found[0] if found else None, causing.likely(found[0]) if found else None)


def _causes(store: Store, case: Case) -> Causes:
    """Among the calls of the series; where these tell nothing, among all that its source looks at."""
    narrow = (*filters_of(case.alert), *case.grouped(narrow=False))
    wide = filters_of(case.alert)
    first: Causes | None = None
    for where in dict.fromkeys((narrow, wide)):
        asked = _compared(store, case, where)
        first = first or asked
        if asked.verdict in {"one", "mix", "several"}:
            return asked
    assert first is not None  # noqa: S101 - the loop ran
    return first


def _compared(store: Store, case: Case, where: tuple[Filter, ...]) -> Causes:
    found = None
    for length in (None, *FURTHER):
        change = Change(case.query(case.after, where=where), case.before(length), case.after)
        found = causes(store, change, case.now)
        if found.verdict != "too_few":
            break
    assert found is not None  # noqa: S101 - the loop ran
    return replace(found, metric=_named(case, found.metric))


def _named(case: Case, metric: Metric) -> Metric:
    """A formula as the alert calls it, such as `Latency`."""
    alert = case.alert
    if not metric.key.startswith("=") or metric.key != alert.metric or not alert.metric_label:
        return metric
    return replace(metric, label=alert.metric_label, unit=cast("Unit", alert.unit))


def _told(cause: shapes.CauseOut, changes: Sequence[shapes.ChangeLine], case: Case) -> shapes.CauseOut:
    """With the deployment that brought it."""
    deployed = causing.deployed_before(cause, changes)
    if deployed is None:
        return cause
    ago = case.incident.began_at - deployed.at
    when = f"{duration(ago)} before the alert's condition held" if ago > timedelta(0) else f"{duration(-ago)} after"
    line = f"It was deployed by {deployed.by} at {deployed.at.astimezone(zone(case.tz)):%Y-%m-%d %H:%M}, {when}."
    return cause.model_copy(update={"evidence": [line, *cause.evidence]})


def _impact(store: Store, case: Case, found: Found) -> shapes.DossierImpact:
    start, end = case.after
    if found.causes is None:
        raise AppError(found.out.error or "the calls could not be compared")
    damage = found.causes.damage
    key = "=sum(cost_usd where status = 'error')"
    where = (*filters_of(case.alert), *case.grouped(narrow=False))
    failed = run(store, replace(case.query((start, end), where=where), metrics=(key,)), case.now)
    failed_usd = failed.total(key)
    return shapes.DossierImpact(
        start=start,
        end=end,
        calls=damage.calls,
        failed_calls=damage.failed_calls,
        users=damage.users_hit if damage.users_hit is not None else damage.users,
        extra_usd=damage.extra_usd,
        failed_usd=None if failed_usd is None else float(failed_usd),
    )


def _errors(store: Store, case: Case) -> shapes.DossierErrors:
    now = failures(store, case.query(case.after), MOST_ERRORS)
    known = {one.pattern for one in failures(store, case.query(case.before(FURTHER[0])), 200).groups}
    return shapes.DossierErrors(
        failed=now.failed,
        groups=[
            shapes.DossierError(
                pattern=one.pattern,
                message=one.message,
                error_type=one.error_type,
                calls=one.calls,
                share=one.share,
                new=one.pattern not in known,
                first_at=one.first_at,
                call_id=one.call_id,
            )
            for one in now.groups
        ],
    )


def words_of(error: shapes.DossierError) -> str:
    """What it says; of one that says nothing its type."""
    return error.message or error.error_type.replace("_", " ")


def _examples(store: Store, case: Case, found: Found) -> shapes.DossierExamples:
    query = case.query(case.after)
    unit = query.metric(query.metrics[0]).unit
    where = (*query.where, *(found.carrier.where if found.carrier and found.carrier.kind != "gone" else ()))
    bound = case.alert.threshold if case.alert.threshold is not None else (found.causes and found.causes.before)
    more: Filter | None = None
    shown = "The newest calls"
    if unit == "ms" and bound:
        more, shown = Filter("latency_ms", "gt", (f"{bound:g}",)), f"Calls slower than {figure(bound, 'ms')}"
    elif unit == "percent":
        more, shown = Filter("status", "in", ("error",)), "Failed calls"
    rows = _rows(store, case, (*where, more) if more else where)
    if not rows and more:
        rows, shown = _rows(store, case, where), "The newest calls"
    return shapes.DossierExamples(shown=shown, calls=[_example(row) for row in rows])


def _rows(store: Store, case: Case, where: tuple[Filter, ...]) -> list[calls.Row]:
    asked = checked(replace(case.query(case.after), where=tuple(dict.fromkeys(where))))
    return calls.page(store, asked.project, calls.Selection(asked.start, asked.end, asked.where), None, MOST_EXAMPLES)


def _example(row: calls.Row) -> shapes.ExampleCall:
    return shapes.ExampleCall.model_validate({name: row.get(name) for name in shapes.ExampleCall.model_fields})


def _changes(drifts: Drifts, read: Callable[[], Session], case: Case) -> shapes.DossierChanges:
    start, end = case.onset - CHANGED_BEFORE, case.end
    items: list[shapes.ChangeLine] = []
    with read() as session:
        span = prompts.Span(start, end)
        for deployment, name in prompts.deployments_in(session, case.incident.project_id, span, MOST_CHANGES):
            before = f", before it {deployment.previous}" if deployment.previous is not None else ""
            text = f"{name}: {deployment.environment} serves version {deployment.number}{before}"
            kind: shapes.ChangeKind = "rollback" if deployment.kind == "rollback" else "deployment"
            items.append(_line(case, deployment.at, kind, text, deployment.by, prompt=name, version=deployment.number))
        entries = session.scalars(
            select(AuditEntry)
            .where(
                AuditEntry.project_id == case.incident.project_id,
                or_(*(AuditEntry.action.startswith(prefix) for prefix in AUDITED)),
                AuditEntry.at >= start,
                AuditEntry.at < end,
            )
            .order_by(AuditEntry.at.desc())
            .limit(MOST_CHANGES)
        ).all()
    items += [_audited(case, entry) for entry in entries]
    items += _drifted(drifts, case)
    items.sort(key=lambda one: (one.minutes_before < 0, abs(one.minutes_before)))
    return shapes.DossierChanges(start=start, end=end, items=items[:MOST_CHANGES])


def _audited(case: Case, entry: AuditEntry) -> shapes.ChangeLine:
    if entry.action.startswith("price."):
        done = "was set" if entry.action == "price.add" else "was taken away"
        since = entry.detail.get("valid_from")
        return _line(case, entry.at, "price", f"A price of {entry.target} {done}, valid from {since}", entry.actor)
    told = item(entry)
    return _line(case, entry.at, "experiment", told.text, entry.actor, experiment=told.experiment_id)


def _drifted(drifts: Drifts, case: Case) -> list[shapes.ChangeLine]:
    """Models whose answers changed within two days of the beginning, while no prompt did. Known to the hour."""
    tz = zone(case.tz)
    day = case.onset.astimezone(tz).date()
    end = case.end.replace(minute=0, second=0, microsecond=0)
    scope = DriftScope(case.incident.project_id, end - timedelta(days=DRIFT_DAYS), end, case.tz)
    found = []
    for model in drifts.of(scope):
        days = [m.shift.changed_on for m in model.metrics if m.shift.cause == "provider" and m.shift.changed_on]
        near = [on for on in (*days, model.snapshot_since) if on is not None and abs((on - day).days) <= 2]
        if near:
            at = day_start(min(near), tz)
            found.append(_line(case, at, "provider", drift_sentence(model), model.provider or "the provider"))
    return found


def _line(
    case: Case,
    at: datetime,
    kind: shapes.ChangeKind,
    text: str,
    by: str,
    *,
    prompt: str | None = None,
    version: int | None = None,
    experiment: str | None = None,
) -> shapes.ChangeLine:
    minutes = (case.incident.began_at - at) / timedelta(minutes=1)
    return shapes.ChangeLine(
        at=at, kind=kind, text=text, by=by, minutes_before=round(minutes, 1), prompt=prompt, version=version,
        experiment_id=experiment,
    )  # fmt: skip


def _versions(store: Store, case: Case) -> shapes.DossierVersions:
    """Of the prompts that the series is about, each version before and since."""
    where = (*filters_of(case.alert), *case.grouped(narrow=False))
    base = case.query(case.after, where=where)
    keys = tuple(dict.fromkeys((COMPARED[0], *base.metrics, *COMPARED)))
    sides: list[dict[tuple[str | None, ...], dict[str, float | None]]] = []
    before = case.before()
    for start, end in (before, case.after):
        asked = replace(
            base,
            metrics=keys,
            start=start,
            end=end,
            by=("prompt_id", "prompt_version"),
            limit=MOST_VERSIONS,
            order_by=keys[0],
        )
        frame = run(store, asked, case.now)
        sides.append(
            {group: {key: _float(frame.total(key, i)) for key in keys} for i, group in enumerate(frame.groups)}
        )
    groups = list(dict.fromkeys([*sides[1], *sides[0]]))[:MOST_VERSIONS]
    none: dict[str, float | None] = dict.fromkeys(keys)
    return shapes.DossierVersions(
        before_start=before[0],
        after_start=case.after[0],
        after_end=case.after[1],
        metrics=[
            shapes.DossierMetric(key=m.key, label=m.label, unit=m.unit, better=m.better) for m in map(base.metric, keys)
        ],
        lines=[
            shapes.VersionLine(
                prompt_id=group[0],
                version=group[1],
                calls_before=_int(sides[0].get(group, none)[keys[0]]),
                calls_after=_int(sides[1].get(group, none)[keys[0]]),
                before=sides[0].get(group, none),
                after=sides[1].get(group, none),
            )
            for group in groups
        ],
    )


def _similar(read: Callable[[], Session], case: Case) -> list[shapes.SimilarIncident]:
    """Earlier ones with an alert of the same source; newest first."""
    with read() as session:
        ids = (
            select(AlertRow.incident_id)
            .where(
                AlertRow.project_id == case.incident.project_id,
                AlertRow.source == case.alert.source,
                AlertRow.source_id == case.alert.source_id,
                AlertRow.incident_id.is_not(None),
            )
            .distinct()
        )
        rows = session.scalars(
            select(IncidentRow)
            .where(IncidentRow.id.in_(ids), IncidentRow.opened_at < case.incident.opened_at)
            .order_by(IncidentRow.opened_at.desc())
            .limit(MOST_SIMILAR)
        ).all()
    return [
        shapes.SimilarIncident(
            id=row.id,
            title=row.title,
            opened_at=row.opened_at,
            resolved_at=row.resolved_at,
            cause=str(row.cause["text"]) if row.cause else None,
            has_post_mortem=row.post_mortem_revision > 0,
        )
        for row in rows
    ]


def _summary(out: shapes.DossierOut) -> list[str]:
    lines = []
    cause = out.causes.most_likely
    if cause is not None:
        lines.append(cause.text)
        if causing.deployed_before(cause, out.changes.items):
            lines.append(cause.evidence[0])
    elif out.causes.note:
        lines.append(out.causes.note)
    hit = out.impact
    if hit.error is None and hit.calls is not None:
        users = "" if hit.users is None else f", {hit.users:,} {'user' if hit.users == 1 else 'users'} hit"
        extra = (
            ""
            if hit.extra_usd is None or hit.extra_usd < CENT
            else f", {figure(hit.extra_usd, 'usd')} more than before"
        )
        lines.append(f"{hit.calls:,} calls, {hit.failed_calls or 0:,} of them failed{users}{extra}.")
    new = [group for group in out.errors.groups if group.new]
    if new:
        lines.append(f"New error: {words_of(new[0])[:200]} ({new[0].calls:,} calls).")
    nearest = next((item for item in out.changes.items if 0 <= item.minutes_before <= 180), None)
    if nearest is not None and (cause is None or causing.deployed_before(cause, [nearest]) is None):
        ago = duration(timedelta(minutes=nearest.minutes_before))
        lines.append(f"{nearest.text}, {ago} before it began.")
    return lines


def filter_out(of: Filter) -> FilterIn:
    return FilterIn(dimension=of.dimension, op=OPS[of.op], values=list(of.values))


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


def _int(value: float | None) -> int | None:
    return None if value is None else int(value)


assert set(COMPARED) | {INSTEAD} <= set(METRICS)  # noqa: S101 - a renamed metric is seen when this is loaded
