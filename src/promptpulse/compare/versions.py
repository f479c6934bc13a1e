"""Is the new version better? A sentence, the lines it compares, and the table it stands on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from promptpulse.compare import judge, wording
from promptpulse.compare.service import Asked, Line, Table, presented, table
from promptpulse.compare.shapes import VersionsOut
from promptpulse.metrics import BadQuery
from promptpulse.metrics.compared import Subject, newest_versions
from promptpulse.store import Store

Decision = Literal["better", "worse", "mixed", "no_difference", "too_few"]
OLD, NEW = 0, 1
TOLD = {"success_rate": "{} success", "p95_latency_ms": "{} p95", "cost_per_request_usd": "{}/req"}
"""What a line says of a version, in this order."""


@dataclass(frozen=True, slots=True)
class Verdict:
    decision: Decision
    sentence: str


def versions(store: Store, asked: Asked, prompt: str, pair: Sequence[str] | None, now: datetime) -> VersionsOut:
    """`pair`: old and new; None: the two newest with calls in the range. Raises `BadQuery`."""
    if pair and pair[OLD] == pair[NEW]:
        raise BadQuery(f"versions: {pair[NEW]!r} is named twice; name two versions", field="versions")
    newest = list(pair[::-1]) if pair else newest_versions(store, asked.scope, prompt)[:2]
    if len(newest) < 2:
        there = f"only {wording.version(newest[0])} has" if newest else "no version has"
        return VersionsOut(
            decision="too_few", title=f"Prompt {prompt} ({_period(asked.scope.start, asked.scope.end)})",
            sentence=f"There is nothing to compare: {there} calls in this range.", lines=[], evidence=None,
        )  # fmt: skip
    new, old = newest
    subjects = (Subject(prompt, old), Subject(prompt, new))
    found = table(store, replace(asked, scope=replace(asked.scope, subjects=subjects)), now)
    verdict = decided(found)
    period = _period(asked.scope.start, asked.scope.end)
    return VersionsOut(
        decision=verdict.decision,
        title=f"Prompt {prompt} {found.labels[OLD]} vs {found.labels[NEW]} ({period})",
        sentence=verdict.sentence,
        lines=[f"{label}: {told(found, i)}" for i, label in enumerate(found.labels)],
        evidence=presented(found, subjects),
    )


def decided(found: Table) -> Verdict:
    """From a table of two versions, old and new."""
    old, new = found.labels
    few = [i for i, n in enumerate(found.counts) if n.units < judge.FEWEST_UNITS]
    if few:
        counts = [f"{found.labels[i]} has {found.counts[i].units}" for i in few]
        return Verdict(
            "too_few",
            f"Too few users to tell: {wording.listed(counts)}, at least {judge.FEWEST_UNITS} are needed → wait for more traffic",
        )
    gained, lost = ([found.lines[r] for r in found.overall.ahead.get(pair, ())] for pair in ((NEW, OLD), (OLD, NEW)))
    # a loss that a single row shows is enough to doubt a gain
    doubted = [line for line in found.lines if line.row.better(OLD, NEW) and line not in lost]
    hoped = [line for line in found.lines if line.row.better(NEW, OLD) and line not in gained]
    if gained and not lost and not doubted:
        return Verdict("better", f"{new} is better: {_against(gained, NEW, OLD)} → migrate all traffic")
    if lost and not gained and not hoped:
        return Verdict("worse", f"{new} is worse: {_against(lost, NEW, OLD)} → go back to {old}")
    if gained or lost:
        up, down = [*gained, *hoped], [*lost, *doubted]
        return Verdict(
            "mixed",
            f"{new} is better in one way and worse in another: {_against(up, NEW, OLD)}; but {_against(down, NEW, OLD)}"
            " → decide what matters more",
        )
    return Verdict("no_difference", f"{new} and {old} do not differ by more than noise → either will do")


def told(found: Table, subject: int) -> str:
    """`95% success, 1,500ms p95, $0.018/req`."""
    by_key = {line.key: line for line in found.lines}
    parts = []
    for key, words in TOLD.items():
        if (line := by_key.get(key)) and (value := line.row.values[subject].value) is not None:
            parts.append(words.format(wording.figure(value, line.unit)))
    return ", ".join(parts) or "no calls"


def _against(lines: Sequence[Line], mine: int, other: int) -> str:
    return ", ".join(_pair(line, mine, other) for line in lines)


def _pair(line: Line, mine: int, other: int) -> str:
    """`98% success against 95% success`, `rating 4.3 against 3.3`."""
    here, there = (wording.figure(line.row.values[subject].value, line.unit) for subject in (mine, other))
    if words := TOLD.get(line.key):
        return f"{words.format(here)} against {words.format(there)}"
    if line.key == "avg_tokens_per_request":
        return f"{here} a request against {there.removesuffix(' tokens')}"
    return f"{line.label} {here} against {there}"


def _period(start: datetime, end: datetime) -> str:
    length = end - start
    if length % timedelta(days=1) == timedelta(0):
        days = length // timedelta(days=1)
        return "1 day" if days == 1 else f"{days} days"
    return f"{length / timedelta(hours=1):.0f} hours" if length > timedelta(hours=1) else "1 hour or less"
