"""Which variant a unit gets. Pure.

A unit (a user, a session) is hashed twice, with the salt of the experiment, its id unless told otherwise:

    sha256("<salt>:traffic:<unit id>")   takes part when below the traffic share
    sha256("<salt>:variant:<unit id>")   picks the variant by the cumulated weights, in the order of the variants

The first 13 hex digits (52 bits), divided by 16^13 and times 100, are a number from 0 to below 100. SHA-256 of text in
UTF-8 is at hand in every language and database, so anybody can recompute it. The two hashes know nothing of each other,
nor of those of another experiment: who takes part says nothing about the variant. As ranges are cumulated, another
weight moves only those units that lie between the old and the new limits; and units that were assigned stay anyway."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import accumulate
from typing import Literal

import msgspec
from pydantic import JsonValue

from promptpulse.core.errors import Refused
from promptpulse.core.facts import Event
from promptpulse.core.ids import stable_hash
from promptpulse.core.nesting import is_too_deep
from promptpulse.core.times import to_micros
from promptpulse.experiments.shapes import Condition, UnitKind
from promptpulse.experiments.values import Experiment, Variant

Context = Mapping[str, JsonValue]
Reason = Literal["assigned", "not_targeted", "not_in_traffic", "paused", "concluded", "no_unit", "stopped"]
Purpose = Literal["traffic", "variant"]
LONGEST_UNIT = 256
LONGEST_CONTEXT = 8192
IDS: dict[UnitKind, tuple[str, str]] = {"user": ("userId", "user_id"), "session": ("sessionId", "session_id")}
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_MISSING = object()
WORDS = {
    "is": "one of",
    "is_not": "none of",
    "contains": "a text with",
    "starts_with": "a text that starts with",
    "greater": "more than",
    "less": "less than",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a unit gets, and why."""

    variant: Variant
    enrolled: bool
    """Counts in the results."""
    reason: Reason
    is_new: bool = False
    """Enrolled by this decision: to be stored before it is told."""


@dataclass(frozen=True, slots=True)
class Unit:
    """Who asks. "" for an id that the context does not have."""

    user_id: str
    session_id: str

    def id(self, kind: UnitKind) -> str:
        """What is assigned: the id of that kind, else the other one; "" without both."""
        return (self.user_id or self.session_id) if kind == "user" else (self.session_id or self.user_id)


def unit_of(context: Context) -> Unit:
    """Raises Refused for an id that is neither a text nor a whole number, or too long."""
    return Unit(_id(context, "user"), _id(context, "session"))


def _id(context: Context, kind: UnitKind) -> str:
    for name in IDS[kind]:
        value = context.get(name)
        if value is None or value == "":
            continue
        field = f"context.{name}"
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise Refused(f"{field} must be a text or a whole number, not {_shown(value)}", field=field)
        text = str(value)
        if len(text) > LONGEST_UNIT:
            raise Refused(f"{field} has {len(text)} characters; at most {LONGEST_UNIT} are allowed", field=field)
        if "\x00" in text or not _is_unicode(text):
            raise Refused(f"{field} contains a character that is no text; remove it", field=field)
        return text
    return ""


def decide(experiment: Experiment, unit_id: str, context: Context, stored: str | None, chance: float) -> Decision:
    """`stored`: id of the variant that the unit has. `chance`, from 0 to below 100, picks for who has no id.

    A unit that was assigned keeps its variant, also when its attributes have changed since; not once it is concluded.
    The experiment is not a draft."""
    if experiment.status == "concluded":
        winner = experiment.variant(experiment.winner or "")
        return Decision(winner or experiment.control, enrolled=False, reason="concluded")
    kept = experiment.variant(stored) if stored else None
    if kept is not None:
        return _unless_stopped(experiment, Decision(kept, enrolled=True, reason="assigned"))
    reason = _turned_away(experiment, unit_id, context)
    if reason is not None:
        return Decision(experiment.control, enrolled=False, reason=reason)
    if not unit_id:
        return _unless_stopped(
            experiment, Decision(picked(experiment.variants, chance), enrolled=False, reason="no_unit")
        )
    variant = picked(experiment.variants, hashed(experiment, "variant", unit_id))
    return _unless_stopped(experiment, Decision(variant, enrolled=True, reason="assigned", is_new=True))


def _unless_stopped(experiment: Experiment, decision: Decision) -> Decision:
    """Units of a stopped variant get the control and do not count, whatever they had."""
    if not decision.variant.stopped:
        return decision
    return Decision(experiment.control, enrolled=False, reason="stopped")


def _turned_away(experiment: Experiment, unit_id: str, context: Context) -> Reason | None:
    if experiment.status == "paused":
        return "paused"
    if not all(check(condition, context).holds for condition in experiment.targeting):
        return "not_targeted"
    if unit_id and not takes_part(experiment, unit_id):
        return "not_in_traffic"
    return None


def takes_part(experiment: Experiment, unit_id: str) -> bool:
    return hashed(experiment, "traffic", unit_id) < experiment.traffic


def may_be_stored(decision: Decision) -> bool:
    """Whether somebody who was turned away may have been assigned before: then it has to be looked up.

    Traffic only grows, so who is not in it never was."""
    return decision.reason in {"paused", "not_targeted", "stopped"}


def hash_input(experiment: Experiment, purpose: Purpose, unit_id: str) -> str:
    return f"{experiment.salt}:{purpose}:{unit_id}"


def hashed(experiment: Experiment, purpose: Purpose, unit_id: str) -> float:
    """From 0 to below 100, the same on every machine."""
    digest = sha256(hash_input(experiment, purpose, unit_id).encode()).digest()
    return (int.from_bytes(digest[:7], "big") >> 4) / 16**13 * 100


def limits(variants: Sequence[Variant]) -> list[float]:
    """Upper limits of the ranges, in the order of the variants; the last one is 100."""
    found = list(accumulate(v.weight for v in variants))
    return [*found[:-1], 100.0]


def picked(variants: Sequence[Variant], value: float) -> Variant:
    """The variant whose range has `value`."""
    return next((v for v, limit in zip(variants, limits(variants), strict=True) if value < limit), variants[-1])


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a condition holds, in words."""

    holds: bool
    detail: str


def check(condition: Condition, context: Context) -> Check:
    """A missing attribute (null is missing, too) is different from every value: `is_not` holds, all others do not.

    Of a list it is enough that one element fits; `is_not` wants that none does."""
    name, op = condition.attribute, condition.op
    value = attribute(context, name)
    if op in {"exists", "not_exists"}:
        is_there = value is not _MISSING
        said = f"{name} is {_shown(value)}" if is_there else f"{name} is missing"
        return Check(is_there == (op == "exists"), said)
    wanted = ", ".join(_shown(v) for v in condition.values)
    if value is _MISSING:
        return Check(op == "is_not", f"{name} is missing; wanted is {WORDS[op]} {wanted}")
    elements = value if isinstance(value, list) else [value]
    fits = any(_fits(op, element, v) for element in elements for v in condition.values)
    holds = not fits if op == "is_not" else fits
    return Check(holds, f"{name} is {_shown(value)}; wanted is {WORDS[op]} {wanted}")


def attribute(context: Context, name: str) -> object:
    """The value under `name`; dots reach into objects unless the whole name is a key. `_MISSING` without one."""
    at: object = context
    rest = name
    while isinstance(at, Mapping):
        if rest in at:
            return _MISSING if at[rest] is None else at[rest]
        head, dot, rest = rest.partition(".")
        if not dot or head not in at:
            return _MISSING
        at = at[head]
    return _MISSING


def _fits(op: str, value: object, wanted: str | float | bool) -> bool:  # noqa: FBT001 - a value, not an option
    match op:
        case "is" | "is_not":
            return _is(value, wanted)
        case "contains":
            return isinstance(wanted, str) and wanted in _text(value)
        case "starts_with":
            return isinstance(wanted, str) and _text(value).startswith(wanted)
        case _:
            left, right = _number(value), _number(wanted)
            if left is None or right is None:
                return False
            return left > right if op == "greater" else left < right


def _is(value: object, wanted: str | float | bool) -> bool:  # noqa: FBT001
    """Texts by character, numbers by value, also a number against a text that is one; true is "true", never 1."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return _truth(value) is not None and _truth(value) == _truth(wanted)
    if isinstance(value, str) and isinstance(wanted, str):
        return value == wanted
    left, right = _number(value), _number(wanted)
    return left is not None and left == right


def _truth(value: object) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and len(value) <= 40 and _NUMBER.fullmatch(value):
        return float(value)
    return None


def _text(value: object) -> str:
    """Of texts and numbers; "" for what contains no text."""
    if isinstance(value, str):
        return value
    return "" if isinstance(value, bool | Mapping | list) else _shown(value)


def _shown(value: object) -> str:
    """As in a message: texts in quotes, whole numbers without a point, long values cut."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    said = repr(value) if isinstance(value, str) else str(value)
    return said if len(said) <= 200 else f"{said[:200]}..."


def _is_unicode(text: str) -> bool:
    """False for half a surrogate pair, which JSON can spell and UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def assignment_event(experiment: Experiment, variant: Variant, unit: Unit, context: Context, now: datetime) -> Event:
    """What the event store is told of a new assignment. Its id depends on experiment and unit alone: stored once."""
    unit_id = unit.id(experiment.unit)
    return Event(
        project=experiment.project,
        id=assignment_id(experiment, unit_id),
        ts=to_micros(now),
        kind="assignment",
        experiment_id=experiment.id,
        variant_id=variant.id,
        variant_name=variant.name,
        unit_id=unit_id,
        user_id=unit.user_id,
        session_id=unit.session_id,
        prompt_id=variant.prompt,
        prompt_version=str(variant.version),
        context=kept_context(experiment, context),
    )


def assignment_id(experiment: Experiment, unit_id: str) -> str:
    """Of the event that tells of the unit's assignment."""
    return stable_hash("assignment", experiment.id, unit_id)


def claim_id(experiment: Experiment, unit_id: str, variant_id: str) -> str:
    """Of the event that says of a unit to have a variant, where that is not its assignment."""
    return stable_hash("assignment", experiment.id, unit_id, variant_id)


def takes_assignments(experiment: Experiment, at: datetime) -> bool:
    """Whether an assignment that a program made `at` that time is one of the experiment.

    Variants of a draft may still change, and who comes after the end takes no part."""
    if experiment.status == "draft":
        return False
    return experiment.concluded_at is None or at <= experiment.concluded_at


def kept_context(experiment: Experiment, context: Context) -> str:
    """JSON of the context, for the assignment event; "" when it is empty.

    Over 8 KiB, or too deep, only of what the assignment looked at; over that again nothing."""
    looked_at = {name for names in IDS.values() for name in names}
    looked_at |= {part for c in experiment.targeting for part in (c.attribute, c.attribute.partition(".")[0])}
    for kept in (context, {k: v for k, v in context.items() if k in looked_at}):
        try:
            text = msgspec.json.encode(kept).decode() if kept else ""
        except (UnicodeEncodeError, RecursionError):
            continue
        if len(text) <= LONGEST_CONTEXT and not is_too_deep(kept):
            return text
    return ""
