"""What the people of the shop did in the product, each at its time: prompts, deployments, experiments, a mapping."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import cast

from pydantic import JsonValue
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.mappings import change_mappings, mappings_of
from promptpulse.accounts.values import By
from promptpulse.core.times import to_micros
from promptpulse.costs import budgets
from promptpulse.costs.shapes import BudgetIn
from promptpulse.dashboards import service as dashboards
from promptpulse.dashboards.asking import Context
from promptpulse.demo.boards import BOARDS, Board
from promptpulse.demo.company import NEVER, PROMPTS
from promptpulse.demo.queries import Assigned
from promptpulse.demo.traffic import Turn
from promptpulse.demo.trials import MIN_UNITS, Trial
from promptpulse.demo.wording import RETIRED, RETIRED_WORDING, WORDINGS, Wording, Written
from promptpulse.experiments import rules
from promptpulse.experiments import service as experiments
from promptpulse.experiments.models import Assignment, AssignmentCount, ExperimentRow, ExperimentVariant
from promptpulse.experiments.shapes import Analysis, ConcludeIn, EndCriteria, MetricIn
from promptpulse.experiments.values import Experiment, MetricSpec, Variant
from promptpulse.metrics import Definitions
from promptpulse.prompts import service as prompts
from promptpulse.prompts.models import Prompt, PromptDeployment, PromptVersion
from promptpulse.prompts.service import NewPrompt, NewVersion

ACTOR = "demo"
BEFORE_DAYS = 44.0
"""The first versions are so many days old."""
REVIEW_DAYS = 1.5
"""Between the writing of a version and its deployment."""
RETIRED_DAYS_AGO = 21.0
BUDGETS_DAYS_AGO = 27.0
BUDGETS = (
    BudgetIn(name="Everything, monthly", amount_usd=240),
    BudgetIn(name="Support replies, monthly", amount_usd=70, prompt_id="support-reply"),
    BudgetIn(name="Staging, weekly", amount_usd=1.5, period="week", environment="staging"),
)
"""Of the 200,000 calls that the demo makes a month: one is kept, one is at risk once the version with long instructions
is out, one is small."""
FEEDBACK = {"positive": 1.0, "neutral": 0.5, "negative": 0.0}


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody wrote about an experiment."""

    hypothesis: str
    metrics: tuple[MetricIn, ...]
    end: EndCriteria
    notes: str = ""
    reason: str = ""
    """Why its treatment won."""
    decision: str = "ship"


TOLD = {
    "Support-reply tone": Told(
        "A reply that thanks first and is shorter is rated higher, and resolves as many questions.",
        (
            MetricIn(score="rating", primary=True, min_effect=3),
            MetricIn(metric="success_rate", guardrail=True, max_harm=3),
            MetricIn(metric="p95_latency_ms", guardrail=True, max_harm=25),
            MetricIn(score="helpful"),
            MetricIn(score="feedback"),
            MetricIn(outcome="resolved"),
            MetricIn(outcome="escalated", better="down"),
            MetricIn(metric="cost_per_request_usd"),
        ),
        EndCriteria(sample_goal=6000, on_decision=True),
        "Only German and English for now: nobody has read the tone in the other languages yet.",
    ),
    "Search-query rewrite": Told(
        "Customers leave out what everybody in a shop for outdoor equipment would add. Said to the index, results fit better.",
        (
            MetricIn(score="helpful", primary=True, min_effect=5),
            MetricIn(metric="success_rate", guardrail=True, max_harm=2),
            MetricIn(metric="p95_latency_ms", guardrail=True, max_harm=25),
            MetricIn(outcome="purchase"),
            MetricIn(metric="cost_per_request_usd"),
        ),
        EndCriteria(sample_goal=600, on_decision=True),
        "Short queries gained most: \"tent\" now finds tents for the season. A fifth more tokens is a fifth of nearly nothing.",
        "Results are marked helpful far more often, and a search takes no longer.",
    ),
    "Shorter ticket summaries": Told(
        "One sentence is enough for the colleague who takes over, and it is there sooner.",
        (
            MetricIn(metric="avg_latency_ms", primary=True, min_effect=5),
            MetricIn(score="quality", guardrail=True, max_harm=3),
            MetricIn(metric="cost_per_request_usd"),
            MetricIn(metric="avg_output_tokens", better="down"),
        ),
        EndCriteria(sample_goal=4000),
        "The order number is what is missing most: colleagues open the ticket again to find it.",
    ),
    "Stricter review moderation": Told(
        "With the rules in the prompt, fewer decisions are taken back by hand.",
        (
            MetricIn(score="quality", primary=True, min_effect=2),
            MetricIn(metric="success_rate", guardrail=True, max_harm=3),
            MetricIn(metric="cost_per_request_usd"),
        ),
        EndCriteria(sample_goal=2000),
    ),
    "Intents with examples": Told(
        "Three examples settle the messages with two intents.",
        (MetricIn(score="quality", primary=True, min_effect=2), MetricIn(metric="p95_latency_ms", guardrail=True, max_harm=10)),
        EndCriteria(sample_goal=1500),
    ),
}  # fmt: skip
"""By title."""

Step = tuple[datetime, Callable[[], object]]


def write_history(session: Session, project_id: str, trials: list[Trial], anchor: datetime) -> None:
    """Once a project: nothing happens where it has been written, whatever was done with it since."""
    if prompts.prompt_named(session, project_id, PROMPTS[0].id) is not None:
        return
    told = _History(session, project_id, anchor)
    for _, step in sorted(told.steps(trials), key=lambda s: s[0]):
        step()
    session.flush()


@dataclass(frozen=True, slots=True)
class _History:
    session: Session
    project_id: str
    anchor: datetime

    def steps(self, trials: list[Trial]) -> Iterator[Step]:
        """In no order; each may need those before it in time."""
        begun = self._ago(BEFORE_DAYS)
        winners = {(t.plan.prompt, t.plan.treatment): t for t in trials if t.concluded_at}
        for i, prompt in enumerate(PROMPTS):
            wording = WORDINGS[prompt.id]
            yield begun, partial(self._create, prompt.id, wording, begun)
            for number, version in enumerate(prompt.versions[1:], start=2):
                days = version.days_ago
                written = version.written_days_ago
                if written is None:
                    written = (days or 0.0) + REVIEW_DAYS
                at = self._ago(written)
                yield at, partial(self._write, prompt.id, number, at)
                for environment, ago in (("staging", version.in_staging_days_ago), ("production", days)):
                    if ago is None or ago == NEVER:
                        continue
                    if environment == "production" and (i, number) in winners:
                        continue  # the conclusion of the experiment deploys it
                    at = self._ago(ago)
                    yield at, partial(self._deploy, prompt.id, number, environment, at)
        yield begun, partial(self._create, RETIRED, RETIRED_WORDING, begun)
        yield self._ago(29.0), partial(self._write, RETIRED, 2, self._ago(29.0))
        yield self._ago(28.5), partial(self._deploy, RETIRED, 2, "production", self._ago(28.5))
        yield self._ago(RETIRED_DAYS_AGO), self._retire
        for trial in trials:
            yield trial.written_at, partial(self._plan, trial)
            if trial.started_at:
                yield trial.started_at, partial(self._start, trial)
            if trial.concluded_at:
                yield trial.concluded_at, partial(self._conclude, trial)
        yield from self._settings(begun)

    def _settings(self, begun: datetime) -> Iterator[Step]:
        at = self._ago(BUDGETS_DAYS_AGO)
        for budget in BUDGETS:
            yield at, partial(budgets.create, self.session, self.project_id, budget, By(ACTOR, at))
        for board in BOARDS:
            at = self._ago(board.made_days_ago)
            yield at, partial(self._board, board, at)
        if not mappings_of(self.session, self.project_id):
            yield (
                begun,
                partial(change_mappings, self.session, self.project_id, {"feedback": FEEDBACK}, By(ACTOR, begun)),
            )

    def _ago(self, days: float) -> datetime:
        return self.anchor - timedelta(days=days)

    def _create(self, name: str, wording: Wording, at: datetime) -> None:
        first = wording.versions[0]
        new = NewPrompt(
            name, wording.type, replace(_version(first), deploy_to="production"),
            wording.description, wording.tags,
        )  # fmt: skip
        prompts.create_prompt(self.session, self.project_id, new, By(ACTOR, at))
        if name != RETIRED:
            prompts.deploy(self.session, self.project_id, name, 1, "staging", "", By(ACTOR, at))

    def _write(self, name: str, number: int, at: datetime) -> None:
        prompt = prompts.prompt_named(self.session, self.project_id, name)
        assert prompt is not None, name  # noqa: S101 - its creation is an earlier step
        wording = RETIRED_WORDING if name == RETIRED else WORDINGS[name]
        written = wording.versions[number - 1]
        prompts.create_version(self.session, prompt, _version(written), By(ACTOR, at))

    def _deploy(self, name: str, number: int, environment: str, at: datetime) -> None:
        prompts.deploy(self.session, self.project_id, name, number, environment, "", By(ACTOR, at))

    def _board(self, board: Board, at: datetime) -> None:
        context = Context(self.project_id, "UTC", Definitions(), at)
        dashboards.create(self.session, context, board.body, By(ACTOR, at))

    def _retire(self) -> None:
        prompt = prompts.prompt_named(self.session, self.project_id, RETIRED)
        assert prompt is not None  # noqa: S101 - as above
        prompts.archive(self.session, prompt, By(ACTOR, self._ago(RETIRED_DAYS_AGO)))

    def _plan(self, trial: Trial) -> None:
        """As `experiments.service.create` does it, but with the ids and the salt that the demo's calls know."""
        e, told = trial.experiment, TOLD[trial.plan.title]
        row = ExperimentRow(
            id=e.id,
            project_id=self.project_id,
            title=e.title,
            hypothesis=told.hypothesis,
            status="draft",
            unit=e.unit,
            traffic=e.traffic,
            salt=e.salt,
            targeting=[condition.model_dump(mode="json") for condition in e.targeting],
            metrics=[asdict(spec) for spec in specs(trial)],
            end_criteria=told.end.model_dump(mode="json"),
            analysis=Analysis(min_units=MIN_UNITS).model_dump(mode="json"),
            weight_history=[],
            planned_units=told.end.sample_goal or experiments.PLANNED_UNITS,
            notes=told.notes,
            created_at=trial.written_at,
            created_by=ACTOR,
            variants=[self._variant(v, i) for i, v in enumerate(e.variants)],
        )
        self.session.add(row)
        self.session.flush()
        by = By(ACTOR, trial.written_at)
        record(self.session, self.project_id, by, "experiment.create", e.title, detail={"experiment_id": e.id})

    def _variant(self, variant: Variant, position: int) -> ExperimentVariant:
        prompt = prompts.prompt_named(self.session, self.project_id, variant.prompt)
        assert prompt is not None  # noqa: S101 - as above
        version_id = self.session.scalar(
            select(PromptVersion.id).where(
                PromptVersion.prompt_id == prompt.id, PromptVersion.number == variant.version
            )
        )
        return ExperimentVariant(
            id=variant.id,
            position=position,
            name=variant.name,
            prompt=variant.prompt,
            prompt_id=prompt.id,
            version=variant.version,
            version_id=version_id,
            weight=variant.weight,
            control=variant.control,
        )

    def _start(self, trial: Trial) -> None:
        assert trial.started_at is not None  # noqa: S101 - else it is no step
        row = experiments.existing(self.session, self.project_id, trial.experiment.id)
        experiments.start(self.session, row, By(ACTOR, trial.started_at))

    def _conclude(self, trial: Trial) -> None:
        assert trial.concluded_at is not None  # noqa: S101 - else it is no step
        told = TOLD[trial.plan.title]
        row = experiments.existing(self.session, self.project_id, trial.experiment.id)
        wanted = ConcludeIn(winner=trial.plan.treatment_name, reason=told.reason, deploy=True)
        experiments.conclude(self.session, row, wanted, told.decision, By(ACTOR, trial.concluded_at))


def _version(written: Written) -> NewVersion:
    return NewVersion(cast("JsonValue", written.content), written.config, written.why)  # a list's type is invariant


def specs(trial: Trial) -> list[MetricSpec]:
    return rules.metrics(TOLD[trial.plan.title].metrics)


def experiments_of(session: Session, trials: Sequence[Trial]) -> dict[str, Experiment]:
    """As they are by now, by id."""
    ids = [trial.experiment.id for trial in trials]
    rows = session.scalars(select(ExperimentRow).where(ExperimentRow.id.in_(ids)))
    return {row.id: experiments.value_of(row) for row in rows}


def turns_of(session: Session, project_id: str, anchor: datetime) -> tuple[Turn, ...]:
    """What visitors have deployed since, of the versions that the demo knows; how others would behave it cannot say."""
    numbers = {prompt.id: i for i, prompt in enumerate(PROMPTS)}
    rows = session.execute(
        select(Prompt.name, PromptDeployment.environment, PromptDeployment.at, PromptDeployment.number)
        .join(Prompt, Prompt.id == PromptDeployment.prompt_id)
        .where(PromptDeployment.project_id == project_id, PromptDeployment.at > anchor)
        .order_by(PromptDeployment.at, PromptDeployment.position)
    )
    return tuple(
        Turn(numbers[name], environment == "staging", to_micros(at), number)
        for name, environment, at, number in rows
        if name in numbers
        and environment in {"production", "staging"}
        and number <= len(PROMPTS[numbers[name]].versions)
    )


def keep_assignments(session: Session, known: Sequence[Assigned]) -> None:
    """Also in the settings, where they are sticky: those that are missing of what the event store knows."""
    ids = sorted({a.experiment_id for a in known})
    rows = session.execute(
        select(Assignment.experiment_id, Assignment.unit_id).where(Assignment.experiment_id.in_(ids))
    )
    kept = {(e, u) for e, u in rows}
    missing = [
        {"experiment_id": a.experiment_id, "unit_id": a.unit_id, "variant_id": a.variant_id, "assigned_at": a.at}
        for a in known
        if (a.experiment_id, a.unit_id) not in kept
    ]
    if not missing:
        return
    session.execute(insert(Assignment), missing)
    session.execute(delete(AssignmentCount).where(AssignmentCount.experiment_id.in_(ids)))
    counted = (
        select(Assignment.experiment_id, Assignment.variant_id, func.count())
        .where(Assignment.experiment_id.in_(ids))
        .group_by(Assignment.experiment_id, Assignment.variant_id)
    )
    session.execute(insert(AssignmentCount).from_select(["experiment_id", "variant_id", "units"], counted))
