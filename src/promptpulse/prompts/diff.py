"""What changed between two versions. Pure."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from pydantic import JsonValue

MOST_PAIRS = 100_000
"""Of equal lines, one old and one new; more take difflib seconds."""


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
    """Every line of both, in order; what is replaced is removed first, then added.

    Long texts with very many equal lines are compared at their beginning and end only."""
    head = _equal(old, new)
    tail = _equal(old[head:][::-1], new[head:][::-1])
    old_end, new_end = len(old) - tail, len(new) - tail
    found = [Line("same", old[i], i + 1, i + 1) for i in range(head)]
    for same, i, j, m, n in _blocks(old[head:old_end], new[head:new_end]):
        if same:
            found += [Line("same", old[head + i + k], head + i + k + 1, head + m + k + 1) for k in range(j - i)]
        else:
            found += [Line("removed", old[head + k], head + k + 1, None) for k in range(i, j)]
            found += [Line("added", new[head + k], None, head + k + 1) for k in range(m, n)]
    return found + [Line("same", old[old_end + k], old_end + k + 1, new_end + k + 1) for k in range(tail)]


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


def _blocks(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[bool, int, int, int, int]]:
    """Whether equal, the range of old lines, the range of new lines."""
    in_old, in_new = Counter(old), Counter(new)
    if sum(count * in_new[line] for line, count in in_old.items()) > MOST_PAIRS:
        yield False, 0, len(old), 0, len(new)
        return
    for tag, *edges in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        i, j, m, n = edges
        yield tag == "equal", i, j, m, n


def _equal(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines at the beginning are the same."""
    return next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _is_same(old: JsonValue, new: JsonValue) -> bool:
    # As JSON, true is not 1, though Python says so; and 1.0 is 1 for JavaScript, but not for everybody.
    return json.dumps(old, sort_keys=True) == json.dumps(new, sort_keys=True)
