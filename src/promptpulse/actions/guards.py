"""Whether a policy may act now. Pure: a decision returns its reason.

It waits for what may change by itself (calls, time), and is over with an incident for what will not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from promptpulse.actions.shapes import PolicyIn
from promptpulse.incidents.models import AlertRow
from promptpulse.incidents.wording import duration, prompt_of


@dataclass(frozen=True, slots=True)
class Verdict:
    may: Literal["act", "wait", "skip"]
    reason: str = ""


ACT = Verdict("act")


@dataclass(frozen=True, slots=True)
class Facts:
    now: datetime
    today: datetime
    """Midnight in the project's time zone."""
    samples: int | None
    """Calls that the alert is about, since its condition began to hold; None: not known."""
    acts: Sequence[datetime]
    """Real ones of the policy, oldest first, at least of today and the cool-down."""
    missing_data: bool
    """The alert is about data that is not there."""


def matches(policy: PolicyIn, alert: AlertRow, likely_prompt: str | None = None) -> bool:
    """Whether the policy is for this alert. `likely_prompt`: the one that its incident is most likely about."""
    trigger = policy.trigger
    match trigger.kind:
        case "sla":
            wanted = trigger.slas is None or alert.source_id in trigger.slas
            return alert.source == "sla" and wanted and alert.series in trigger.speeds
        case "budget":
            wanted = trigger.budgets is None or alert.source_id in trigger.budgets
            return alert.source == "budget" and wanted and alert.severity in trigger.severities
        case "alert":
            if alert.source == "action" or alert.severity not in trigger.severities:
                return False
            if trigger.rules is not None and (alert.source != "rule" or alert.source_id not in trigger.rules):
                return False
            return trigger.prompts is None or (prompt_of(alert) or likely_prompt) in trigger.prompts


def verdict(policy: PolicyIn, facts: Facts) -> Verdict:
    """The first objection, gravest first."""
    if facts.missing_data:
        return Verdict("skip", "The alert is about missing data, which never triggers an action.")
    if facts.samples is None or facts.samples < policy.minimum_samples:
        known = "not known" if facts.samples is None else f"{facts.samples:,}"
        return Verdict("wait", f"Calls since it began: {known}; {policy.minimum_samples:,} are needed.")
    if policy.dry_run:
        return ACT
    cooldown = timedelta(minutes=policy.cooldown_minutes)
    if facts.acts and facts.now - facts.acts[-1] < cooldown:
        left = duration(facts.acts[-1] + cooldown - facts.now)
        return Verdict("wait", f"It acted {duration(facts.now - facts.acts[-1])} ago; the cool-down lasts {left} more.")
    if len([at for at in facts.acts if at >= facts.today]) >= policy.daily_cap:
        return Verdict("wait", f"It acted {policy.daily_cap} times today, which is its daily cap.")
    return ACT
