"""The experiments of the demo: who takes part, and in which variant, by the product's own hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from promptpulse.core.ids import stable_hash, uuid7
from promptpulse.demo import company
from promptpulse.demo.company import EXPERIMENTS, PROMPTS
from promptpulse.experiments.assign import hashed, picked, takes_part
from promptpulse.experiments.shapes import Analysis, Condition, EndCriteria
from promptpulse.experiments.values import Experiment, Variant

WRITTEN_BEFORE = timedelta(days=0.3)
"""An experiment is written down so long before it starts."""
DRAFTED_DAYS_AGO = 0.6
MIN_UNITS = 100


@dataclass(frozen=True)
class Trial:
    """An experiment of the company in one world. Its ids and its split depend on seed and project alone."""

    plan: company.Experiment
    project: str
    seed: int
    anchor: datetime

    @cached_property
    def written_at(self) -> datetime:
        return self.started_at - WRITTEN_BEFORE if self.started_at else self._ago(DRAFTED_DAYS_AGO)

    @cached_property
    def started_at(self) -> datetime | None:
        return None if self.plan.from_days_ago is None else self._ago(self.plan.from_days_ago)

    @cached_property
    def concluded_at(self) -> datetime | None:
        return None if self.plan.to_days_ago is None else self._ago(self.plan.to_days_ago)

    @cached_property
    def experiment(self) -> Experiment:
        """While it runs; prompts as they are called, without the ids of their versions."""
        plan = self.plan
        prompt = PROMPTS[plan.prompt].id
        names = ((f"Version {plan.control}", plan.control), (plan.treatment_name, plan.treatment))
        return Experiment(
            id=self._id("experiment"),
            project=self.project,
            title=plan.title,
            status="running",
            unit=plan.unit,
            traffic=plan.traffic,
            # of the seed alone, so that the same customers are in the same variant in every demo
            salt=stable_hash("salt", str(self.seed), plan.title),
            targeting=(Condition(attribute="locale", values=list(plan.locales)),) if plan.locales else (),
            variants=tuple(
                Variant(self._id(name), name, prompt, version, "", 50, control=i == 0)
                for i, (name, version) in enumerate(names)
            ),
            metrics=(),
            end=EndCriteria(),
            analysis=Analysis(min_units=MIN_UNITS),
            planned_units=0,
            started_at=self.started_at,
            concluded_at=None,
            winner=None,
        )

    def variant_of(self, unit_id: str) -> int:
        """Number of the unit's variant; -1: it does not take part."""
        e = self.experiment
        return e.variants.index(picked(e.variants, hashed(e, "variant", unit_id))) if takes_part(e, unit_id) else -1

    def _ago(self, days: float) -> datetime:
        return self.anchor - timedelta(days=days)

    def _id(self, what: str) -> str:
        return uuid7(
            self.written_at, bytes.fromhex(stable_hash(str(self.seed), self.project, self.plan.title, what))[:10]
        )


def trials(project: str, seed: int, anchor: datetime) -> list[Trial]:
    """In the order of `EXPERIMENTS`."""
    return [Trial(plan, project, seed, anchor) for plan in EXPERIMENTS]


def context_of(user: int, session_id: str) -> Mapping[str, str]:
    """What the shop knows of a customer when it asks for a variant."""
    locale = company.locale_of(user)
    return {
        "userId": company.user_id(user), "sessionId": session_id, "channel": company.channel_of(user), "locale": locale,
        "country": company.COUNTRIES[locale], "plan": company.plan_of(user),
    }  # fmt: skip
