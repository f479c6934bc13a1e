"""Rules that every project begins with, and others to begin from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from promptpulse.alerts.models import RuleRow, RuleSetRow
from promptpulse.alerts.shapes import Band, Change, Expected, NoData, RuleIn, Threshold
from promptpulse.core.ids import uuid7
from promptpulse.db import exclusive

ACTOR = "PromptPulse"


@dataclass(frozen=True, slots=True)
class Template:
    key: str
    title: str
    description: str
    rule: RuleIn
    ready_made: bool = False


def _template(key: str, rule: RuleIn, *, ready_made: bool = False) -> Template:
    return Template(key, rule.name, rule.description, rule.model_copy(update={"template": key}), ready_made)


# Minimum samples: of fewer calls a share or a percentile says little, and a project that is being tried stays quiet.
READY_MADE: tuple[Template, ...] = (
    _template("traffic-spike", RuleIn(
        name="Traffic more than 2x normal",
        description="Requests of a quarter of an hour, against what is normal at this hour of the week.",
        metric="total_requests", window_minutes=15, condition=Expected(op="above", factor=2), for_minutes=10,
        recovery_minutes=10, recovery_value=1.7, minimum_samples=100,
        runbook="See which prompt, user or feature the calls come from, and whether a release or a retry loop explains them.",
    ), ready_made=True),
    _template("success-rate", RuleIn(
        name="Success rate below 90 %", description="The border to critical.", severity="critical", metric="success_rate",
        window_minutes=5, condition=Threshold(op="below", value=90), for_minutes=5, recovery_minutes=5, recovery_value=92,
        minimum_samples=30,
        runbook="See the error types of the incident. One prompt or version: roll it back. One model: switch to the fallback.",
    ), ready_made=True),
    _template("latency-spike", RuleIn(
        name="p95 latency more than 2x baseline",
        description="Of a quarter of an hour, against what is normal at this hour of the week.", metric="p95_latency_ms",
        window_minutes=15, condition=Expected(op="above", factor=2), for_minutes=5, recovery_minutes=10, recovery_value=1.7,
        minimum_samples=100,
        runbook="Compare the latency of models and versions; longer prompts and outputs take longer, too.",
    ), ready_made=True),
    _template("error-rate", RuleIn(
        name="Error rate above 5 % for 5 minutes", description="Failed calls of the last five minutes.", metric="error_rate",
        window_minutes=5, condition=Threshold(op="above", value=5), for_minutes=5, recovery_minutes=5, recovery_value=4,
        minimum_samples=60, runbook="See the error types of the incident, and what was deployed just before.",
    ), ready_made=True),
    _template("server-errors", RuleIn(
        name="Burst of 5xx errors", description="Five or more server errors within five minutes.", severity="critical",
        metric="errors_5xx", window_minutes=5, condition=Threshold(op="above", value=4), recovery_minutes=10,
        runbook="See the provider's status page, and switch to the fallback model where there is one.",
    ), ready_made=True),
    _template("cost-anomaly", RuleIn(
        name="Cost more than 1.5x expected",
        description="Spend of three hours, against what is normal at this time of the week.", metric="total_cost_usd",
        window_minutes=180, condition=Expected(op="above", factor=1.5), for_minutes=30, recovery_minutes=30,
        recovery_value=1.3, minimum_samples=200,
        runbook="See which prompt, model or user spends more, and whether calls, tokens or prices grew.",
    ), ready_made=True),
)  # fmt: skip
OTHERS: tuple[Template, ...] = (
    _template("success-rate-95", RuleIn(
        name="Success rate below 95 %", description="For five minutes.", metric="success_rate", window_minutes=5,
        condition=Threshold(op="below", value=95), for_minutes=5, recovery_minutes=5, recovery_value=96, minimum_samples=20,
    )),
    _template("p99-latency", RuleIn(
        name="p99 latency above 5 s", description="For two minutes.", severity="critical", metric="p99_latency_ms",
        window_minutes=5, condition=Threshold(op="above", value=5000), for_minutes=2, recovery_minutes=5,
        recovery_value=4500, minimum_samples=50,
    )),
    _template("customer-satisfaction", RuleIn(
        name="Customer satisfaction below 80 %", description="Positive feedback of all feedback, for an hour.",
        metric="=100 * count(score.feedback = 'positive') / count(score.feedback)", window_minutes=60,
        condition=Threshold(op="below", value=80), for_minutes=60, recovery_minutes=30, minimum_samples=10,
    )),
    _template("no-calls", RuleIn(
        name="No calls for 15 minutes", description="Of a prompt that had calls within a day.", severity="critical",
        condition=NoData(minutes=15), by=["prompt_id"],
    )),
    _template("traffic-drop", RuleIn(
        name="Traffic less than half of normal", description="Of each prompt, against this hour of the week.",
        metric="total_requests", by=["prompt_id"], window_minutes=30, condition=Expected(op="below", factor=0.5),
        for_minutes=10, recovery_minutes=10,
    )),
    _template("latency-band", RuleIn(
        name="p95 latency of a model is unusual", description="Outside the band that is normal at this hour of the week.",
        metric="p95_latency_ms", by=["model"], window_minutes=15, condition=Band(direction="above"), for_minutes=10,
        recovery_minutes=15, minimum_samples=100,
    )),
    _template("cost-per-request-week", RuleIn(
        name="A request costs 30 % more than last week", description="Of each prompt, by the hour.",
        metric="cost_per_request_usd", by=["prompt_id"], window_minutes=60,
        condition=Change(against="week", op="above", value=30), for_minutes=30, recovery_minutes=60, minimum_samples=100,
    )),
    _template("rate-limits", RuleIn(
        name="Provider limits requests", description="More than 10 calls refused within five minutes, by model.",
        metric="rate_limit_errors", by=["model"], window_minutes=5, condition=Threshold(op="above", value=10),
        recovery_minutes=10,
    )),
    _template("unpriced", RuleIn(
        name="Calls without a price", description="More than 5 % of the calls of an hour.", severity="info",
        metric="priced_share", window_minutes=60, condition=Threshold(op="below", value=95), for_minutes=30,
        recovery_minutes=30, minimum_samples=50,
    )),
)  # fmt: skip
TEMPLATES: dict[str, Template] = {one.key: one for one in (*READY_MADE, *OTHERS)}


def give_ready_made(session: Session, project_id: str, now: datetime) -> None:
    """Once; those that somebody deleted do not come back, those of a later release come."""
    known = session.get(RuleSetRow, project_id)
    if known is not None and _missing(known.keys) == []:
        return
    exclusive(session, f"rules of {project_id}")
    known = session.get(RuleSetRow, project_id, populate_existing=True)
    missing = _missing(known.keys if known else [])
    taken = set(session.scalars(select(RuleRow.name).where(RuleRow.project_id == project_id)))
    for template in missing:
        name = template.rule.name
        if name in taken:
            name = f"{name} (ready made)"
            if name in taken:
                continue
        session.add(
            RuleRow(
                id=uuid7(now), project_id=project_id, name=name, enabled=True,
                body=template.rule.model_copy(update={"name": name}).model_dump(mode="json"), ready_made=True, revision=1,
                created_at=now, created_by=ACTOR, updated_at=now, updated_by=ACTOR,
            )
        )  # fmt: skip
    keys = [template.key for template in READY_MADE]
    if known is None:
        session.add(RuleSetRow(project_id=project_id, keys=keys, given_at=now))
    else:
        known.keys = sorted({*known.keys, *keys})
    session.flush()


def _missing(keys: Sequence[str]) -> list[Template]:
    return [template for template in READY_MADE if template.key not in keys]
