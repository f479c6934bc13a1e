"""What changed between two versions. Pure."""

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from pydantic import JsonValue

MOST_PAIRS = 20_000
"""Of equal lines, one old and one new, between two anchors; difflib takes a second for 100,000."""

Pair = tuple[int, int]
"""Place of a line in the old and in the new text, from 0."""


@dataclass(frozen=True, slots=True)
class Line:
    kind: Literal["same", "added", "removed"]
    text: str
    old_line: int | None
    """Counted from 1; None for an added line."""
    new_line: int | None
    """Counted from 1; None for a removed line."""


@dataclass(frozen=True, slots=True)
class Change:
    key: str
    old: JsonValue
    new: JsonValue
    kind: Literal["added", "removed", "changed"]


def diff_lines(old: Sequence[str], new: Sequence[str]) -> list[Line]:
    """Every line of both, in order; what is replaced is removed first, then added."""
    found: list[Line] = []
    i = j = 0
    for at, to in [*_matches(old, new), (len(old), len(new))]:
        found += [Line("removed", old[k], k + 1, None) for k in range(i, at)]
        found += [Line("added", new[k], None, k + 1) for k in range(j, to)]
        if at < len(old):
            found.append(Line("same", old[at], at + 1, to + 1))
        i, j = at + 1, to + 1
    return found


def diff_config(old: Mapping[str, JsonValue], new: Mapping[str, JsonValue]) -> list[Change]:
    """Top-level keys whose value differs, by name."""
    found: list[Change] = []
    for key in sorted({*old, *new}):
        if key not in old:
            found.append(Change(key, None, new[key], "added"))
        elif key not in new:
            found.append(Change(key, old[key], None, "removed"))
        elif not _is_same(old[key], new[key]):
            found.append(Change(key, old[key], new[key], "changed"))
    return found


def _matches(old: Sequence[str], new: Sequence[str]) -> Iterator[Pair]:
    """Places of lines that stay, ascending: those that occur once in both texts, and what matches between them."""
    i = j = 0
    for at, to in [*_anchors(old, new), (len(old), len(new))]:
        yield from _between(old, new, (i, j), (at, to))
        if at < len(old):
            yield at, to
        i, j = at + 1, to + 1


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """The longest run of lines that occur once in both texts and stand in the same order (Bram Cohen's patience diff).

    They cut long texts into short pieces, between which difflib is fast."""
    in_old, in_new = Counter(old), Counter(new)
    places = {line: j for j, line in enumerate(new) if in_new[line] == 1 == in_old[line]}
    pairs = [(i, places[line]) for i, line in enumerate(old) if line in places]
    ends: list[int] = []  # smallest last place of a run, by its length
    last: list[int] = []  # index in `pairs` of that place
    before: list[int] = []  # index in `pairs` of the one before, or -1
    for k, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        last[length : length + 1] = [k]
    run: list[Pair] = []
    k = last[-1] if last else -1
    while k >= 0:
        run.append(pairs[k])
        k = before[k]
    return run[::-1]


def _between(old: Sequence[str], new: Sequence[str], start: Pair, end: Pair) -> Iterator[Pair]:
    """Where too many lines are equal, only those at the beginning and the end match."""
    (i, j), (at, to) = start, end
    while i < at and j < to and old[i] == new[j]:
        yield i, j
        i, j = i + 1, j + 1
    tail = 0
    while tail < min(at - i, to - j) and old[at - 1 - tail] == new[to - 1 - tail]:
        tail += 1
    left, right = old[i : at - tail], new[j : to - tail]
    in_right = Counter(right)
    if sum(in_right[line] for line in left) <= MOST_PAIRS:
        for block in SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks():
            yield from ((i + block.a + k, j + block.b + k) for k in range(block.size))
    yield from ((at - tail + k, to - tail + k) for k in range(tail))


def _is_same(old: JsonValue, new: JsonValue) -> bool:
    # As JSON, true is not 1, though Python says so; and 1.0 is 1 for JavaScript, but not for everybody.
    return json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)
