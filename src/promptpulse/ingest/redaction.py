"""Redaction: secrets and card numbers are taken out of texts before anything is stored.

A text without any of the beginnings of a key and without a long number is only searched, which costs some microseconds a
kilobyte. Patterns of a project are bounded (`compiled`), so that no text can keep the server busy."""

from __future__ import annotations

import importlib
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final, TypeVar

from promptpulse.core.call import Call
from promptpulse.core.errors import AppError, Refused, Unavailable
from promptpulse.core.facts import Event, Score

API_KEYS: Final = "api_keys"
CARD_NUMBERS: Final = "card_numbers"
SHORTEST = 13
"""No key and no card number is shorter."""
MAX_PATTERN = 300
MOST_STEPS = 500
"""Characters that a pattern may look at, at worst, from one place of a text."""
MOST_REPEATS = 1000
CACHE_LIFE = timedelta(seconds=10)

# How keys begin, and what follows. Literal beginnings, so that texts without them are told by a plain search.
_BEGINNINGS: Mapping[str, str] = {
    "sk-": r"[A-Za-z0-9_-]{16,}",  # OpenAI, Anthropic, DeepSeek, OpenRouter, LiteLLM, Langfuse
    "sk_": r"(?:live|test)_[A-Za-z0-9]{16,}",
    "rk_": r"(?:live|test)_[A-Za-z0-9]{16,}",
    "pk-lf-": r"[A-Za-z0-9-]{16,}",
    "whsec_": r"[A-Za-z0-9+/=]{16,}",
    "pp_": r"[A-Za-z0-9_-]{24,}",
    "gsk_": r"[A-Za-z0-9]{20,}",
    "xai-": r"[A-Za-z0-9]{20,}",
    "pplx-": r"[A-Za-z0-9]{20,}",
    "hf_": r"[A-Za-z0-9]{20,}",
    "r8_": r"[A-Za-z0-9]{20,}",
    "AIza": r"[A-Za-z0-9_-]{30,}",
    "AKIA": r"[A-Z0-9]{16}",
    "ASIA": r"[A-Z0-9]{16}",
    "ghp_": r"[A-Za-z0-9]{20,}",
    "gho_": r"[A-Za-z0-9]{20,}",
    "ghs_": r"[A-Za-z0-9]{20,}",
    "github_pat_": r"[A-Za-z0-9_]{20,}",
    "glpat-": r"[A-Za-z0-9_-]{16,}",
    "npm_": r"[A-Za-z0-9]{20,}",
    "xox": r"[abeprs]-[A-Za-z0-9-]{10,}",
    "SG.": r"[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    "eyJ": r"[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,}",
    "earer ": r"[A-Za-z0-9._~+/-]{20,}={0,2}",
    "-----BEGIN ": r"[A-Z ]{0,20}PRIVATE KEY-----"
    r"(?:[A-Za-z0-9+/=\s\\:,]|-(?!----)){0,8000}(?:-----END [A-Z ]{0,20}PRIVATE KEY-----)?",
}
_ALONE = r"(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt])|(?<=[=_-])(?!eyJ))"
"""No part of a longer word, such as "task-": a letter may only be the end of an escape, as JSON writes a line break."""
_WITHIN_WORDS = frozenset({"earer "})
"""Beginnings that stand in the middle of a word, in capitals or not."""
_KEYS: Mapping[str, re.Pattern[str]] = {
    start: re.compile(("" if start in _WITHIN_WORDS else _ALONE) + re.escape(start) + rest, re.ASCII)
    for start, rest in _BEGINNINGS.items()
}
_STARTS: Mapping[str, Sequence[str]] = {
    "-": ("sk-", "pk-lf-", "xai-", "pplx-", "glpat-", "xox", "-----BEGIN "),
    "_": tuple(start for start in _BEGINNINGS if start.endswith("_")),
    "A": ("AIza", "AKIA", "ASIA"),
    "J": ("eyJ",),
    "G": ("SG.",),
    "r": ("earer ",),
}
"""By a character that each of them, or what follows, has."""
_DIGITS = re.compile(r"[0-9](?:[ -]?[0-9]){12,}")
_CARD = re.compile(
    r"(?<![0-9])(?:[2-6][0-9]{12,18}|(?P<first>[2-6][0-9]{3})[ -](?:"
    r"[0-9]{4}[ -][0-9]{4}[ -](?:[0-9]{4}(?P<more>[ -][0-9]{3}(?![0-9]))?|[0-9])"
    r"|[0-9]{6}[ -][0-9]{4,5}))(?![0-9])"
)
"""A number that begins as cards do: in one piece, or in one of the ways in which they are written in groups."""
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")
"""Twice a digit, less 9 where that has two."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A project's own pattern."""

    name: str
    expression: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is taken out of the texts of a project."""

    api_keys: bool = True
    card_numbers: bool = True
    own: tuple[Pattern, ...] = ()

    @property
    def is_off(self) -> bool:
        return not (self.api_keys or self.card_numbers or self.own)

    def text(self, text: str, counts: Counter[str]) -> str:
        """`text` with `[name]` in place of what must not be kept; each replacement is counted by name."""
        is_long = len(text) >= SHORTEST
        if self.api_keys and is_long:
            text = _without_keys(text, counts)
        if self.card_numbers and is_long:
            text = _DIGITS.sub(lambda match: _without_cards(match, counts), text)
        for pattern in self.own:
            text, n = pattern.expression.subn(_constant(f"[{pattern.name}]"), text)
            if n:
                counts[pattern.name] += n
        return text

    def calls(self, calls: Sequence[Call], counts: Counter[str]) -> None:
        for call in calls:
            if call.input:
                call.input = self.text(call.input, counts)
            if call.output:
                call.output = self.text(call.output, counts)
            if call.error_message:
                call.error_message = self.text(call.error_message, counts)
            if call.properties:
                call.properties = {key: self.text(value, counts) for key, value in call.properties.items()}

    def score(self, score: Score, counts: Counter[str]) -> None:
        if score.text:
            score.text = self.text(score.text, counts)
        if score.comment:
            score.comment = self.text(score.comment, counts)

    def event(self, event: Event, counts: Counter[str]) -> None:
        if event.context:
            event.context = self.text(event.context, counts)
        if event.metadata:
            event.metadata = self.text(event.metadata, counts)


BUILT_IN = Redaction()
Row = TypeVar("Row", Call, Score | Event)
Read = Callable[[str], Redaction]
"""What a project takes out."""


class Redactor:
    """Redacts for every project, and counts. Thread-safe; `_lock` guards what changes.

    A change is seen in this process after `forget`, in others within 10 s."""

    def __init__(self, read: Read, clock: Callable[[], datetime]) -> None:
        self._read, self._clock = read, clock
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Redaction, datetime]] = {}
        self._counts: dict[str, Counter[str]] = {}
        self._changes = 0

    def calls(self, calls: Sequence[Call]) -> None:
        """In place. Raises `Unavailable` when it is not known what a project takes out: nothing is stored then."""
        for project, of_project in _by_project(calls).items():
            redaction = self.of(project)
            if not redaction.is_off:
                counts: Counter[str] = Counter()
                redaction.calls(of_project, counts)
                self._add(project, counts)

    def facts(self, facts: Sequence[Score | Event]) -> None:
        """In place; raises as `calls`."""
        for project, of_project in _by_project(facts).items():
            redaction = self.of(project)
            if redaction.is_off:
                continue
            counts: Counter[str] = Counter()
            for fact in of_project:
                if isinstance(fact, Score):
                    redaction.score(fact, counts)
                else:
                    redaction.event(fact, counts)
            self._add(project, counts)

    def text(self, project: str, text: str) -> str:
        counts: Counter[str] = Counter()
        found = self.of(project).text(text, counts) if text else text
        self._add(project, counts)
        return found

    def of(self, project: str) -> Redaction:
        now = self._clock()
        with self._lock:
            known = self._known.get(project)
            changes = self._changes
        if known is not None and now - known[1] < CACHE_LIFE:
            return known[0]
        try:
            found = self._read(project)
        except AppError:
            raise
        except Exception as e:
            raise Unavailable(
                "what is redacted in this project cannot be read at the moment; send again in a moment", retry_after_s=5
            ) from e
        with self._lock:
            if changes == self._changes:
                self._known[project] = (found, now)
        return found

    def forget(self) -> None:
        """After a change was committed."""
        with self._lock:
            self._changes += 1
            self._known.clear()

    def take_counts(self) -> dict[str, Counter[str]]:
        """Replacements by project and name since the last call."""
        with self._lock:
            taken, self._counts = self._counts, {}
        return taken

    def give_back(self, counts: Mapping[str, Counter[str]]) -> None:
        """Counts that could not be kept."""
        for project, of_project in counts.items():
            self._add(project, of_project)

    def _add(self, project: str, counts: Counter[str]) -> None:
        if counts:
            with self._lock:
                self._counts.setdefault(project, Counter()).update(counts)


def _by_project(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.project, []).append(row)
    return found


def _constant(text: str) -> Callable[[re.Match[str]], str]:
    return lambda _match: text


def _without_keys(text: str, counts: Counter[str]) -> str:
    for character, starts in _STARTS.items():
        if character not in text:
            continue  # one character is found much quicker than several
        for start in starts:
            if start not in text:
                continue
            pattern = _KEYS[start]
            kept = start if start in _WITHIN_WORDS else ""
            text, n = pattern.subn(f"{kept}[{API_KEYS}]", text)
            if n:
                counts[API_KEYS] += n
    return text


def _without_cards(match: re.Match[str], counts: Counter[str]) -> str:
    text = match[0]
    before = match.string[max(0, match.start() - 2) : match.start()]
    if before.endswith(".") and before[:1].isdigit():
        return text  # the decimals of a number
    parts: list[str] = []
    done = at = 0
    while found := _CARD.search(text, at):
        end = _end_of_card(found)
        if end:
            counts[CARD_NUMBERS] += 1
            parts += [text[done : found.start()], f"[{CARD_NUMBERS}]"]
            done = at = end
        else:  # the next may begin with the next group
            at = found.end("first") if found["first"] else found.end()
    return "".join([*parts, text[done:]])


def _end_of_card(found: re.Match[str]) -> int:
    """Where the card number ends; 0 when it is none."""
    if _luhn(found[0]):
        return found.end()
    if found["more"] and _luhn(found.string[found.start() : found.start("more")]):
        return found.start("more")
    return 0


def _luhn(text: str) -> bool:
    """Of digits, blanks and hyphens."""
    digits = text.replace("-", "").replace(" ", "").encode()
    every_second = digits[-2::-2].translate(_DOUBLED)
    return (sum(digits[::-2]) + sum(every_second) - ord("0") * len(digits)) % 10 == 0


def compiled(expression: str, name_of_field: str) -> re.Pattern[str]:
    """A pattern that is safe on every text. Raises `Refused` that says what to write instead.

    Backtracking is bounded by the pattern itself: every repeat has an end, and the number of ways in which it may
    match from one place is limited."""
    if not expression or len(expression) > MAX_PATTERN:
        raise Refused(f"{name_of_field}: must have 1 to {MAX_PATTERN} characters", field=name_of_field)
    try:
        parsed = _parser.parse(expression)
        work = _Work(name_of_field)
        work.of(parsed)
        found = re.compile(expression)
    except (re.error, OverflowError, RecursionError) as e:
        raise Refused(f"{name_of_field}: {expression[:60]!r} is no pattern: {e}", field=name_of_field) from None
    if work.steps > MOST_STEPS:
        raise Refused(
            f"{name_of_field}: {expression[:60]!r} may look at more than {MOST_STEPS} characters from one place;"
            " shorten its repeats, or end each with a character that it does not contain",
            field=name_of_field,
        )
    if found.match("") or parsed.getwidth()[0] < 3:
        raise Refused(
            f"{name_of_field}: must match 3 characters or more, else it takes out nearly everything",
            field=name_of_field,
        )
    return found


LARGEST = 10**9
_parser: Any = importlib.import_module("re._parser")
_FREE = {"AT", "LITERAL", "NOT_LITERAL", "IN", "ANY", "CATEGORY"}
_PROBE = [chr(i) for i in range(256)] + ["\u017f", "\u212a", "\u0663", "\u2003", "\u4e2d", "\U0001f642"]


@dataclass(slots=True)
class _Work:
    """Bounds what a pattern may look at from one place."""

    field_name: str
    steps: int = field(default=0)

    def of(self, items: Sequence[Any], before: int = 1) -> int:
        """In how many ways a sequence may match: those of its items multiplied. A repeat of one class that is followed by
        what the class does not contain can end at one place only. `before`: ways in which one may come here."""
        ways = 1
        for item, after in pairwise([*items, None]):
            of_item = self._item(item, after, before * ways)
            self.steps += min(before * ways * _width(item), LARGEST)
            ways = min(ways * of_item, LARGEST)
        return ways

    def _item(self, item: Any, after: Any, before: int) -> int:
        name, value = str(item[0]), item[1]
        if name in _FREE:
            return 1
        if name == "BRANCH":
            return int(sum(self.of(branch, before) for branch in value[1]))
        if name == "SUBPATTERN":
            return self.of(value[3], before)
        if name in {"ASSERT", "ASSERT_NOT"}:
            return self.of(value[1], before)
        if name in {"MAX_REPEAT", "MIN_REPEAT"}:
            return self._repeat(value, after, before)
        raise Refused(
            f"{self.field_name}: references to groups, conditions, atomic groups and possessive repeats are not supported;"
            " write the text out",
            field=self.field_name,
        )

    def _repeat(self, value: Any, after: Any, before: int) -> int:
        low, high, inner = int(value[0]), value[1], list(value[2])
        if str(high) == "MAXREPEAT" or int(high) > MOST_REPEATS:
            raise Refused(
                f"{self.field_name}: every repeat needs an end of at most {MOST_REPEATS};"
                " write {1,100} in place of +, and {0,100} in place of *",
                field=self.field_name,
            )
        high = int(high)
        each = self.of(inner, before)
        if each == 1:
            single = len(inner) == 1 and _disjoint(inner[0], after)
            return 1 if low == high or single else high - low + 1
        total = sum(int(each**n) for n in range(low, min(high, 40) + 1))
        self.steps += min(before * total, LARGEST)
        return min(total, LARGEST)


def _width(item: Any) -> int:
    return int(min(_parser.SubPattern(_parser.State(), [item]).getwidth()[1], LARGEST))


def _disjoint(one: Any, other: Any) -> bool:
    """Whether no character matches both: two single characters or classes."""
    if other is None:
        return False
    first, second = _class_of(one), _class_of(other)
    if first is None or second is None:
        return False
    return not any(first.match(c) and second.match(c) for c in _PROBE)


def _class_of(item: Any) -> re.Pattern[str] | None:
    """A pattern of the one character that the item matches, or None."""
    name = str(item[0])
    if name in {"MAX_REPEAT", "MIN_REPEAT"} and int(item[1][0]) >= 1 and len(list(item[1][2])) == 1:
        return _class_of(next(iter(item[1][2])))
    if name not in {"LITERAL", "NOT_LITERAL", "IN", "ANY"}:
        return None
    compiler: Any = importlib.import_module("re._compiler")
    tree = _parser.SubPattern(_parser.State(), [item])
    tree.state.str = ""
    made: re.Pattern[str] = compiler.compile(tree, re.DOTALL | re.IGNORECASE)
    return made
