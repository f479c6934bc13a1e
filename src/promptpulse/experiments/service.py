"""Experiments: create, change, start, pause, conclude. Functions check the rules and note every change; they never commit.

draft ──start──> running ──pause──> paused ──start──> running        a draft may be changed freely, and deleted
                 running | paused ──conclude──> concluded            then only its notes change

Call `Experiments.forget` after the commit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import Detail, record
from promptpulse.accounts.text import is_id, named
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.core.times import rfc3339
from promptpulse.db import flush_or
from promptpulse.experiments import rules
from promptpulse.experiments.models import AssignmentCount, ExperimentRow, ExperimentVariant, Json
from promptpulse.experiments.shapes import (
    Analysis,
    ConcludeIn,
    Conclusion,
    Condition,
    EndCriteria,
    ExperimentNew,
    ExperimentPatch,
    MetricIn,
    StatusName,
    VariantIn,
)
from promptpulse.experiments.values import Experiment, MetricSpec, Variant, WeightsInForce
from promptpulse.prompts import service as prompts
from promptpulse.prompts.models import Prompt
from promptpulse.prompts.values import PRODUCTION

PLANNED_UNITS = 5000
INSTEAD = "conclude this experiment and create another one"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which experiments of a list. Absent values choose all."""

    status: StatusName | None = None
    prompt: str | None = None
    """Name of a prompt that a variant serves."""
    search: str = ""
    """Part of the title or the hypothesis, in either case."""


def create(session: Session, project_id: str, wanted: ExperimentNew, by: By) -> ExperimentRow:
    """A draft. Raises Refused for a bad value and Conflict for a title that is taken."""
    experiment_id = uuid7(by.at)
    row = ExperimentRow(
        id=experiment_id,
        project_id=project_id,
        title=named(wanted.title, "title", 200),
        hypothesis=rules.text(wanted.hypothesis, "hypothesis"),
        status="draft",
        unit=wanted.unit,
        traffic=wanted.traffic,
        salt=experiment_id,
        targeting=_dumped(rules.targeting(wanted.targeting)),
        metrics=[asdict(spec) for spec in rules.metrics(wanted.metrics)],
        end_criteria=rules.end(wanted.end, by.at).model_dump(mode="json"),
        analysis=wanted.analysis.model_dump(mode="json"),
        weight_history=[],
        planned_units=wanted.end.sample_goal or PLANNED_UNITS,
        notes=rules.text(wanted.notes, "notes"),
        created_at=by.at,
        created_by=by.actor,
        variants=_variants(session, project_id, wanted.variants, by),
    )
    session.add(row)
    flush_or(session, _taken(row.title))
    _note(session, row, by, "experiment.create")
    return row


def find(session: Session, project_id: str, experiment_id: str) -> ExperimentRow | None:
    row = session.get(ExperimentRow, experiment_id) if is_id(experiment_id) else None
    return row if row is not None and row.project_id == project_id else None


def titled(session: Session, project_id: str, title: str) -> ExperimentRow | None:
    if not prompts.is_findable(title):
        return None
    return session.scalar(
        select(ExperimentRow).where(ExperimentRow.project_id == project_id, ExperimentRow.title == title)
    )


def existing(session: Session, project_id: str, experiment_id: str, *, to_change: bool = False) -> ExperimentRow:
    """Raises NotFound. `to_change`: others wait until this transaction ends."""
    row = find(session, project_id, experiment_id)
    if row is None:
        raise no_experiment(experiment_id)
    if to_change:
        # NO KEY: assignments, which refer to the row, are not held up
        session.refresh(row, with_for_update={"key_share": True})
    return row


def no_experiment(experiment_id: str) -> NotFound:
    return NotFound(f"there is no experiment {experiment_id!r}; list them with GET /api/v1/experiments")


def page(
    session: Session, project_id: str, wanted: Wanted, limit: int, offset: int
) -> tuple[Sequence[ExperimentRow], int]:
    """Newest first, and how many there are in all."""
    where = [ExperimentRow.project_id == project_id]
    if wanted.status is not None:
        where.append(ExperimentRow.status == wanted.status)
    if wanted.prompt is not None:
        serving = select(ExperimentVariant.experiment_id).where(
            ExperimentVariant.prompt == rules.text(wanted.prompt, "prompt")
        )
        where.append(ExperimentRow.id.in_(serving))
    if wanted.search:
        part = rules.text(wanted.search, "search")
        where.append(
            or_(
                ExperimentRow.title.icontains(part, autoescape=True),
                ExperimentRow.hypothesis.icontains(part, autoescape=True),
            )
        )
    total = session.scalar(select(func.count()).select_from(ExperimentRow).where(*where)) or 0
    newest = select(ExperimentRow).where(*where).order_by(ExperimentRow.created_at.desc(), ExperimentRow.id.desc())
    return session.scalars(newest.limit(limit).offset(offset)).all(), total


def units_of(session: Session, experiment_ids: Iterable[str]) -> dict[str, int]:
    """How many units were assigned, by experiment; those without one are left out."""
    found = session.execute(
        select(AssignmentCount.experiment_id, func.sum(AssignmentCount.units))
        .where(AssignmentCount.experiment_id.in_(list(experiment_ids)))
        .group_by(AssignmentCount.experiment_id)
    )
    return {experiment_id: int(units) for experiment_id, units in found}


def change(session: Session, row: ExperimentRow, wanted: ExperimentPatch, by: By) -> None:
    """Raises Refused for a bad value, and Conflict for what the status forbids, with the reason."""
    match row.status:
        case "draft":
            changed = _change_draft(session, row, wanted, by)
        case "concluded":
            changed = _change_notes(row, wanted)
        case _:
            changed = _change_running(row, wanted, by)
    flush_or(session, _taken(row.title))
    if changed:
        _note(session, row, by, "experiment.change", fields=", ".join(changed))


def start(session: Session, row: ExperimentRow, by: By) -> None:
    """Of a draft; or go on after a pause. Raises Conflict when the status forbids it, Refused for what is missing."""
    if row.status in {"running", "concluded"}:
        raise Conflict(f"experiment {row.title!r} is {row.status}; only a draft or a paused one can be started")
    rules.end(EndCriteria.model_validate(row.end_criteria), by.at)
    if row.status == "draft":
        _check_ready(session, row)
        row.started_at = by.at
        row.weight_history = [_in_force(row, by.at)]
    row.status = "running"
    row.paused_at = None
    _note(session, row, by, "experiment.start")


def pause(session: Session, row: ExperimentRow, by: By) -> None:
    """Units that were assigned keep their variant; no others are. Raises Conflict unless it runs."""
    if row.status != "running":
        raise Conflict(f"experiment {row.title!r} is {row.status}; only a running one can be paused")
    row.status = "paused"
    row.paused_at = by.at
    _note(session, row, by, "experiment.pause")


def stop_variant(session: Session, row: ExperimentRow, variant_id: str, by: By) -> None:
    """Its units get the control from now on and do not count; what they did before stays in the results.

    Raises NotFound, and Conflict for the control, for one that is stopped, and for an experiment that is over or a draft."""
    variant = _stoppable(row, variant_id)
    if variant.control:
        raise Conflict(
            f"{variant.name!r} is the control, which all others get when they are stopped; pause the experiment"
        )
    if variant.stopped_at is not None:
        raise Conflict(f"the variant {variant.name!r} is stopped already")
    variant.stopped_at = by.at
    row.weight_history = [*row.weight_history, _in_force(row, by.at)]
    _note(session, row, by, "experiment.stop_variant", variant=variant.name)


def resume_variant(session: Session, row: ExperimentRow, variant_id: str, by: By) -> None:
    """Of a stopped one. Raises NotFound and Conflict."""
    variant = _stoppable(row, variant_id)
    if variant.stopped_at is None:
        raise Conflict(f"the variant {variant.name!r} is not stopped")
    variant.stopped_at = None
    row.weight_history = [*row.weight_history, _in_force(row, by.at)]
    _note(session, row, by, "experiment.resume_variant", variant=variant.name)


def _stoppable(row: ExperimentRow, variant_id: str) -> ExperimentVariant:
    variant = next((v for v in row.variants if v.id == variant_id), None)
    if variant is None:
        raise NotFound(f"the experiment {row.title!r} has no variant {variant_id!r}")
    if row.status not in {"running", "paused"}:
        raise Conflict(
            f"experiment {row.title!r} is {row.status}; only variants of a running or paused one are stopped"
        )
    return variant


def conclude(session: Session, row: ExperimentRow, wanted: ConcludeIn, decision: str, by: By) -> None:
    """Everybody gets the winner, or control. `decision` is that of the verdict at this moment.

    With `deploy`, the winner's version is also served in an environment. Raises Refused, Conflict."""
    if row.status not in {"running", "paused"}:
        raise Conflict(
            f"experiment {row.title!r} is {row.status}; only a running or paused one can be concluded"
            + ("; a draft can be deleted" if row.status == "draft" else "")
        )
    winner = _winner(row, wanted.winner)
    deployed = rules.text(wanted.environment, "environment") if wanted.deploy else None
    if wanted.deploy:
        if winner is None:
            raise Refused("deploy needs a winner; name one, or leave deploy out", field="winner")
        _deploy(session, row, winner, wanted.environment, by)
    row.status = "concluded"
    row.concluded_at = by.at
    row.conclusion = Conclusion(
        winner=winner.id if winner else None,
        reason=rules.text(wanted.reason, "reason"),
        deployed_to=deployed,
        decision=decision,
        by=by.actor,
        at=by.at,
    ).model_dump(mode="json")
    _note(session, row, by, "experiment.conclude", winner=winner.name if winner else None, environment=deployed)


def _deploy(session: Session, row: ExperimentRow, winner: ExperimentVariant, environment: str, by: By) -> None:
    """Nothing happens where the version is served already: often control wins, or somebody was faster."""
    prompt = prompts.prompt_named(session, row.project_id, winner.prompt)
    if prompt is None:
        raise prompts.no_prompt(winner.prompt)
    message = f"Winner of the experiment {row.title!r}: {winner.name}"
    prompts.ensure_deployed(session, prompt, prompts.Wanted(winner.version, environment, message), by)


def delete(session: Session, row: ExperimentRow, by: By) -> None:
    """Raises Conflict for anything but a draft: what ran is evidence."""
    if row.status != "draft":
        raise Conflict(f"experiment {row.title!r} is {row.status}; only a draft can be deleted")
    session.delete(row)
    _note(session, row, by, "experiment.delete")


def value_of(row: ExperimentRow) -> Experiment:
    """As the hot path and the analysis know it."""
    conclusion = Conclusion.model_validate(row.conclusion) if row.conclusion else None
    return Experiment(
        id=row.id,
        project=row.project_id,
        title=row.title,
        status=row.status,  # type: ignore[arg-type]  # only this module writes it
        unit=row.unit,  # type: ignore[arg-type]  # from a Literal
        traffic=row.traffic,
        salt=row.salt,
        targeting=tuple(Condition.model_validate(c) for c in row.targeting),
        variants=tuple(
            Variant(v.id, v.name, v.prompt, v.version, v.version_id, v.weight, v.control, v.stopped_at is not None)
            for v in row.variants
        ),
        metrics=tuple(specs(row)),
        end=EndCriteria.model_validate(row.end_criteria),
        analysis=Analysis.model_validate(row.analysis),
        planned_units=row.planned_units,
        started_at=row.started_at,
        concluded_at=row.concluded_at,
        winner=conclusion.winner if conclusion else None,
        weight_history=tuple(_weights_in_force(entry) for entry in row.weight_history),
    )


def specs(row: ExperimentRow) -> list[MetricSpec]:
    return [MetricSpec(**spec) for spec in row.metrics]  # type: ignore[arg-type]  # written by `asdict`


def _weights_in_force(entry: Json) -> WeightsInForce:
    since, by_variant = entry["since"], entry["by_variant"]
    assert isinstance(since, str)  # noqa: S101 - written by `_in_force`
    assert isinstance(by_variant, dict)  # noqa: S101
    return WeightsInForce(datetime.fromisoformat(since), {k: float(str(v)) for k, v in by_variant.items()})


def _in_force(row: ExperimentRow, since: datetime) -> Json:
    by_variant: Json = {v.id: 0 if v.stopped_at else v.weight for v in row.variants}
    return {"since": rfc3339(since), "by_variant": by_variant}


def _variants(
    session: Session, project_id: str, given: Sequence[VariantIn], by: By, known: frozenset[str] = frozenset()
) -> list[ExperimentVariant]:
    """`known`: ids that variants may keep."""
    names, weights, control = rules.variant_names(given), rules.weights(given), rules.control_of(given)
    found = []
    for i, variant in enumerate(given):
        prompt_id, version_id, number = _version(session, project_id, variant, f"variants.{i}")
        found.append(
            ExperimentVariant(
                id=variant.id if variant.id in known else uuid7(by.at),
                position=i,
                name=names[i],
                prompt=variant.prompt,
                prompt_id=prompt_id,
                version=number,
                version_id=version_id,
                weight=weights[i],
                control=i == control,
            )
        )
    return found


def _version(session: Session, project_id: str, variant: VariantIn, place: str) -> tuple[str, str, int]:
    """Ids of prompt and version, and its number: the given one, or that served in production now."""
    name = rules.text(variant.prompt, f"{place}.prompt")
    prompt = prompts.prompt_named(session, project_id, name)
    if prompt is None:
        raise Refused(
            f"{place}.prompt: there is no prompt {name!r}; list them with GET /api/v1/prompts", field=f"{place}.prompt"
        )
    number = variant.version or prompts.pointers(session, prompt).get(PRODUCTION)
    if number is None:
        raise Refused(
            f"{place}.version: prompt {name!r} is not served in {PRODUCTION}; name a version",
            field=f"{place}.version",
        )
    if number > prompt.versions:
        raise Refused(
            f"{place}.version: prompt {name!r} has no version {number}; the newest is {prompt.versions}",
            field=f"{place}.version",
        )
    return prompt.id, prompts.version_of(session, prompt, number).id, number


def _change_draft(session: Session, row: ExperimentRow, wanted: ExperimentPatch, by: By) -> list[str]:
    changed = _change_texts(row, wanted)
    if wanted.title is not None:
        changed += _set(row, "title", named(wanted.title, "title", 200))
    if wanted.unit is not None:
        changed += _set(row, "unit", wanted.unit)
    if wanted.traffic is not None:
        changed += _set(row, "traffic", wanted.traffic)
    if wanted.targeting is not None:
        changed += _set(row, "targeting", _dumped(rules.targeting(wanted.targeting)))
    if wanted.metrics is not None:
        changed += _set(row, "metrics", [asdict(spec) for spec in rules.metrics(wanted.metrics)])
    if wanted.analysis is not None:
        changed += _set(row, "analysis", wanted.analysis.model_dump(mode="json"))
    if wanted.end is not None:
        changed += _set_end(row, wanted.end, by.at)
        row.planned_units = wanted.end.sample_goal or PLANNED_UNITS
    if wanted.variants is not None:
        variants = _variants(session, row.project_id, wanted.variants, by, frozenset(v.id for v in row.variants))
        row.variants.clear()
        session.flush()  # two variants may swap their names
        row.variants.extend(variants)
        changed.append("variants")
    return changed


def _change_running(row: ExperimentRow, wanted: ExperimentPatch, by: By) -> list[str]:
    _refuse_change("title", wanted.title, row.title, "programs ask for the experiment by it")
    _refuse_change("unit", wanted.unit, row.unit, "the units that are assigned are of the other kind")
    if wanted.targeting is not None:
        given = _dumped(rules.targeting(wanted.targeting))
        _refuse_change("targeting", given, row.targeting, "units before and after would not be comparable")
    if wanted.analysis is not None:
        given_analysis = wanted.analysis.model_dump(mode="json")
        reason = "nobody may choose afterwards what makes a result"
        _refuse_change("analysis", given_analysis, row.analysis, reason)
    changed = _change_texts(row, wanted)
    if wanted.traffic is not None:
        if wanted.traffic < row.traffic:
            raise Conflict(
                f"traffic: {wanted.traffic:g} is less than {row.traffic:g}; units that take part cannot be taken out."
                f" It may only grow; to take no new units, pause, else {INSTEAD}",
                field="traffic",
            )
        changed += _set(row, "traffic", wanted.traffic)
    if wanted.end is not None:
        changed += _set_end(row, wanted.end, by.at)
    if wanted.metrics is not None:
        changed += _set(row, "metrics", [asdict(spec) for spec in _more_metrics(row, wanted.metrics)])
    if wanted.variants is not None:
        changed += _change_weights(row, wanted.variants, by)
    return changed


def _change_notes(row: ExperimentRow, wanted: ExperimentPatch) -> list[str]:
    for field in sorted(wanted.model_fields_set - {"notes"}):
        if getattr(wanted, field) is not None:
            raise Conflict(
                f"{field}: experiment {row.title!r} is concluded, only its notes can be changed;"
                " to test again, create another one",
                field=field,
            )
    return _change_texts(row, wanted)


def _change_texts(row: ExperimentRow, wanted: ExperimentPatch) -> list[str]:
    changed = []
    if wanted.hypothesis is not None:
        changed += _set(row, "hypothesis", rules.text(wanted.hypothesis, "hypothesis"))
    if wanted.notes is not None:
        changed += _set(row, "notes", rules.text(wanted.notes, "notes"))
    return changed


def _set_end(row: ExperimentRow, given: EndCriteria, now: datetime) -> list[str]:
    before = EndCriteria.model_validate(row.end_criteria)
    # One that has passed may stay: the rest of `end` can be changed all the same.
    checked = given if given.end_at is not None and given.end_at == before.end_at else rules.end(given, now)
    return _set(row, "end_criteria", checked.model_dump(mode="json"), "end")


def _set(row: ExperimentRow, column: str, value: object, field: str = "") -> list[str]:
    """The name of the field when this changes it."""
    if getattr(row, column) == value:
        return []
    setattr(row, column, value)
    return [field or column]


def _refuse_change(field: str, given: object, present: object, reason: str) -> None:
    if given is not None and given != present:
        raise Conflict(f"{field} cannot be changed once the experiment ran: {reason}; {INSTEAD}", field=field)


def _more_metrics(row: ExperimentRow, given: Sequence[MetricIn]) -> list[MetricSpec]:
    """Those there are, in their order, then new ones that are not primary."""
    present = specs(row)
    wanted = rules.metrics(given)
    reason = "nobody may choose afterwards what makes a result"
    for spec in present:
        again = next((w for w in wanted if w.key == spec.key), None)
        if again != spec:
            done = "taken out" if again is None else "changed"
            raise Conflict(
                f"metrics: {spec.key} cannot be {done} once the experiment ran: {reason}; {INSTEAD}", field="metrics"
            )
    keys = {spec.key for spec in present}
    for i, spec in enumerate(wanted):
        if spec.key not in keys and spec.role == "primary":
            raise Conflict(
                f"metrics.{i}.primary: {spec.key} cannot become primary once the experiment ran: {reason};"
                f" add it as secondary, or {INSTEAD}",
                field=f"metrics.{i}.primary",
            )
    return present + [spec for spec in wanted if spec.key not in keys]


def _change_weights(row: ExperimentRow, given: Sequence[VariantIn], by: By) -> list[str]:
    """Units that are assigned keep their variant; new ones follow the new weights."""
    places = _same_variants(row, given)
    if all(v.weight is None for v in given):
        return []
    weights = rules.weights(given)
    if all(variant.weight == weights[places[variant.id]] for variant in row.variants):
        return []
    for variant in row.variants:
        variant.weight = weights[places[variant.id]]
    row.weight_history = [*row.weight_history, _in_force(row, by.at)]
    return ["weights"]


def _same_variants(row: ExperimentRow, given: Sequence[VariantIn]) -> dict[str, int]:
    """Where each variant is in `given`, by id. Raises Conflict when anything but weights differs."""
    names = rules.variant_names(given)
    control = rules.control_of(given) if any(v.control for v in given) else None
    places: dict[str, int] = {}
    for i, wanted in enumerate(given):
        variant = next((v for v in row.variants if wanted.id == v.id or (not wanted.id and names[i] == v.name)), None)
        if variant is None or variant.id in places:
            raise _frozen(f"variants.{i}", f"variant {names[i]!r} cannot be added")
        places[variant.id] = i
        said = f"variant {variant.name!r}"
        if names[i] != variant.name:
            raise _frozen(f"variants.{i}.name", f"{said} cannot be renamed")
        if wanted.prompt != variant.prompt:
            raise _frozen(f"variants.{i}.prompt", f"{said} keeps its prompt {variant.prompt!r}")
        if wanted.version is not None and wanted.version != variant.version:
            raise _frozen(f"variants.{i}.version", f"{said} keeps its version {variant.version}")
        if control is not None and variant.control != (i == control):
            raise _frozen(f"variants.{i}.control", "another variant cannot become control")
    for variant in row.variants:
        if variant.id not in places:
            raise _frozen("variants", f"variant {variant.name!r} cannot be taken out")
    return places


def _frozen(field: str, what: str) -> Conflict:
    return Conflict(
        f"{field}: {what} once the experiment ran, its results would mix two things; only weights may change, else"
        f" {INSTEAD}",
        field=field,
    )


def _check_ready(session: Session, row: ExperimentRow) -> None:
    if not any(spec.role == "primary" for spec in specs(row)):
        raise Refused("metrics: none is primary; say what decides before the start", field="metrics")
    archived = session.scalars(
        select(Prompt.name).where(Prompt.id.in_({v.prompt_id for v in row.variants}), Prompt.archived_at.is_not(None))
    ).all()
    for i, variant in enumerate(row.variants):
        if variant.prompt in archived:
            raise Conflict(
                f"variants.{i}.prompt: {variant.prompt!r} is archived; restore it, or choose another prompt",
                field=f"variants.{i}.prompt",
            )


def _winner(row: ExperimentRow, winner: str | None) -> ExperimentVariant | None:
    if winner is None:
        return None
    found = next((v for v in row.variants if winner == v.id), None)
    found = found or next((v for v in row.variants if winner == v.name), None)
    if found is None:
        names = ", ".join(repr(v.name) for v in row.variants)
        raise Refused(f"winner: {winner!r} is no variant of the experiment; there are {names}", field="winner")
    return found


def _taken(title: str) -> Conflict:
    return Conflict(f"there is an experiment {title!r} already; choose another title", field="title")


def _note(session: Session, row: ExperimentRow, by: By, action: str, **detail: str | int | None) -> None:
    facts: Detail = {"experiment_id": row.id, **detail}
    record(session, row.project_id, by, action, row.title, detail=facts)


def _dumped(conditions: Sequence[Condition]) -> list[dict[str, object]]:
    return [c.model_dump(mode="json") for c in conditions]
