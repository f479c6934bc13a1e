"""Several spans may describe one LLM request: which of them is counted (contracts B5 and F).

Descriptions of one request form a `Group`; one member owns it and is its row, the others only fill what it leaves
empty. Groups are remembered for some minutes, so that a description in a later body finds the one that was counted.

How many calls a tree of spans stands for is the number of its lowest descriptions, and that number can be kept while
spans arrive in any order: a span above a known one adds nothing; a span below a known one takes its place if it is the
first there (nothing is added, the stored row stays), and adds one call otherwise."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from promptpulse.core.call import Call, CostSource, Status
from promptpulse.ingest.otlp.normalise import REQUEST_HALF, RESULT_HALF, Facts

MAX_SPANS = 60_000
"""In one of the two generations that are kept; about 80 MB in all when full."""
GENERATION_S = 300.0
PENDING_S = 60.0
"""A row whose writing was neither committed nor abandoned counts as stored for so long."""
MAX_HOPS = 64
MAX_BELOW = 512
MAX_ALIKE = 32
"""Earlier and later descriptions that are compared when the tree does not link them."""
MAX_ROW = 4096
WINDOW_NS = 300 * 10**9
SLACK_NS = 1_000_000
"""JavaScript cuts start times to milliseconds."""


class Group(msgspec.Struct, gc=False):
    """The descriptions of one request."""

    scopes: tuple[str, ...]
    halves: str = ""
    owner: str = ""
    """Key of the description that is the row; "" while none is."""
    pending: int = 0
    pending_until: float = 0.0
    stored: bool = False
    into: Group | None = None
    """Set when this group turned out to be another one."""

    def is_owned(self, now_s: float) -> bool:
        return bool(self.owner) and (self.stored or (self.pending > 0 and now_s < self.pending_until))


class Description(msgspec.Struct, gc=False):
    """A span that describes a request, as it is remembered."""

    facts: Facts
    group: Group
    has_lower: bool = False


class _Shelf:
    """Descriptions under a key, in order of their starts. Most keys have one, which is kept without a list."""

    def __init__(self) -> None:
        self._ones: dict[object, Description] = {}
        self._rows: dict[object, _Row] = {}

    def add(self, key: object, description: Description) -> None:
        one = self._ones.setdefault(key, description)
        if one is description:
            return
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = _Row([], [], set())
            row.add(one)
        row.add(description)

    def near(self, key: object, start_ns: int) -> Sequence[Description]:
        """Those that start next before and after `start_ns`."""
        row = self._rows.get(key)
        if row is None:
            one = self._ones.get(key)
            return () if one is None else (one,)
        at = bisect_left(row.starts, start_ns)
        return row.descriptions[max(0, at - MAX_ALIKE) : at + MAX_ALIKE]

    def others(self, key: object, facts: Facts) -> Sequence[Description]:
        """The same, but none when all are of the scope of `facts`: what one library says twice is two calls."""
        row = self._rows.get(key)
        scopes = row.scopes if row is not None else ()
        return () if len(scopes) == 1 and facts.scope in scopes else self.near(key, facts.start_ns)


class _Row(msgspec.Struct, gc=False):
    starts: list[int]
    descriptions: list[Description]
    scopes: set[str]

    def add(self, description: Description) -> None:
        start_ns = description.facts.start_ns
        at = bisect_left(self.starts, start_ns)
        self.starts.insert(at, start_ns)
        self.descriptions.insert(at, description)
        self.scopes.add(description.facts.scope)
        if len(self.starts) > MAX_ROW:
            del self.starts[: MAX_ROW // 2], self.descriptions[: MAX_ROW // 2]


class _Table:
    """What one generation remembers of one project."""

    def __init__(self) -> None:
        self.described: dict[str, Description] = {}
        self.parents: dict[str, str] = {}
        self.children: dict[str, list[str]] = {}
        self.by_response = _Shelf()
        self.by_usage = _Shelf()
        self.requests = _Shelf()
        self.results = _Shelf()


class _Generation:
    def __init__(self, began_s: float) -> None:
        self.began_s = began_s
        self.tables: dict[str, _Table] = {}
        self.spans = 0


class Plan(msgspec.Struct):
    """What is to be written of one body. Give it back with `commit` or `abandon`."""

    calls: list[Call]
    dropped: Counter[str]
    groups: list[Group]


class RecentCalls:
    """The calls of the last minutes of all projects, bounded in number and age. One lock guards everything."""

    def __init__(self, max_spans: int = MAX_SPANS, generation_s: float = GENERATION_S) -> None:
        self._max_spans = max_spans
        self._generation_s = generation_s
        self._lock = threading.Lock()
        self._young = _Generation(0.0)
        self._old = _Generation(0.0)

    def match(
        self, project: str, links: Sequence[tuple[str, str]], described: Sequence[tuple[Call, Facts]], now_s: float
    ) -> Plan:
        """Which calls of one body are new or sent again. `links` are the spans of the body: key and key of the parent.

        The rows count as stored from now on; `abandon` takes that back."""
        with self._lock:
            self._age(len(links), now_s)
            body = _Body(self._young.tables.setdefault(project, _Table()), self._old.tables.get(project), now_s)
            return body.plan(links, described)

    def commit(self, plan: Plan) -> None:
        with self._lock:
            for group in plan.groups:
                group.pending -= 1
                group.stored = True

    def abandon(self, plan: Plan) -> None:
        """The rows were not stored: whoever describes these calls next is counted."""
        with self._lock:
            for group in plan.groups:
                group.pending -= 1
                if not group.stored and group.pending <= 0:
                    group.owner = ""

    def _age(self, spans: int, now_s: float) -> None:
        young = self._young
        if now_s - young.began_s >= self._generation_s or young.spans + spans > self._max_spans:
            recent = now_s - young.began_s < 2 * self._generation_s
            self._old = young if recent else _Generation(now_s)
            self._young = _Generation(now_s)
        self._young.spans += spans


class _Body:
    """One body against what is remembered. Used under the lock."""

    def __init__(self, young: _Table, old: _Table | None, now_s: float) -> None:
        self.young = young
        self.tables = (young,) if old is None else (young, old)
        self.now_s = now_s

    def plan(self, links: Sequence[tuple[str, str]], described: Sequence[tuple[Call, Facts]]) -> Plan:
        dropped: Counter[str] = Counter()
        self._link(links)
        items: dict[str, tuple[Call, Description]] = {}
        fresh: list[Description] = []
        for call, facts in self._lowest_first(described):
            if facts.key in items:
                dropped["repeated_span"] += 1
                continue
            description = self._known(facts.key)
            if description is None:
                description = self._placed(facts)
                fresh.append(description)
            items[facts.key] = call, description
        for description in fresh:
            if description.facts.half:
                self._join_halves(description)
        for description in fresh:
            if description.facts.response_id:
                self._join_by_response(description)
        for description in fresh:
            self._join_by_usage(description)
        return self._owned(items, dropped)

    def _owned(self, items: dict[str, tuple[Call, Description]], dropped: Counter[str]) -> Plan:
        grouped: dict[int, list[tuple[Call, Description]]] = {}
        groups: dict[int, Group] = {}
        for item in items.values():
            group = root(item[1].group)
            groups[id(group)] = group
            grouped.setdefault(id(group), []).append(item)
        calls, kept = [], []
        for number, members in grouped.items():
            group = groups[number]
            if not group.is_owned(self.now_s):
                group.owner, group.pending, group.stored = "", 0, False
            call = row_of(members, group.owner)
            if call is None:
                late = "late_stream_result" if members[0][1].facts.half == RESULT_HALF else "repeated_description"
                dropped[late] += len(members)
                continue
            dropped["repeated_description"] += len(members) - 1
            group.owner = call.id
            group.pending += 1
            group.pending_until = self.now_s + PENDING_S
            calls.append(call)
            kept.append(group)
        return Plan(calls, +dropped, kept)

    # --- the tree of spans

    def _link(self, links: Sequence[tuple[str, str]]) -> None:
        parents, children = self.young.parents, self.young.children
        for key, parent in links:
            if parent and key not in parents:
                parents[key] = parent
                if parent in children:
                    if len(children[parent]) < MAX_BELOW:
                        children[parent].append(key)
                else:
                    children[parent] = [key]

    def _lowest_first(self, described: Sequence[tuple[Call, Facts]]) -> Sequence[tuple[Call, Facts]]:
        if not any(facts.key in table.children for table in self.tables for _, facts in described):
            return described
        return sorted(described, key=lambda item: -sum(1 for _ in self._above(item[1].key)))

    def _known(self, key: str) -> Description | None:
        for table in self.tables:
            if (description := table.described.get(key)) is not None:
                return description
        return None

    def _above(self, key: str) -> Iterator[str]:
        for _ in range(MAX_HOPS):
            parent = next((p for table in self.tables if (p := table.parents.get(key))), None)
            if parent is None:
                return
            yield parent
            key = parent

    def _below(self, key: str) -> Iterator[str]:
        """Everything under a span, level by level."""
        level, seen = [key], 0
        while level and seen < MAX_BELOW:
            level = [c for k in level for table in self.tables for c in table.children.get(k, ())]
            seen += len(level)
            yield from level

    def _placed(self, facts: Facts) -> Description:
        """A new description, in the group of the nearest one of its family below or, being the first there, above."""
        description = Description(facts, Group((facts.scope,), facts.half))
        lower = self._nearest(self._below(facts.key), facts.family) if self._has_children(facts.key) else None
        if lower is not None:
            description.has_lower = True
            self._merge(description, lower)
        elif facts.parent_key:
            upper = self._nearest(self._above(facts.key), facts.family)
            if upper is not None and not upper.has_lower:
                upper.has_lower = True
                self._merge(description, upper)
        self.young.described[facts.key] = description
        return description

    def _has_children(self, key: str) -> bool:
        return any(key in table.children for table in self.tables)

    def _nearest(self, keys: Iterable[str], family: str) -> Description | None:
        for key in keys:
            found = self._known(key)
            if found is not None and found.facts.family == family:
                return found
        return None

    # --- descriptions that the tree does not link

    def _join_halves(self, description: Description) -> None:
        facts = description.facts
        is_result = facts.half == RESULT_HALF
        partners = [
            other
            for table in self.tables
            for other in (table.requests if is_result else table.results).near(facts.half_key, facts.start_ns)
            if facts.half not in root(other.group).halves and _in_turn(facts, other.facts)
        ]
        if partners:
            # the result tells how long it took, counted from when the request had been opened
            self._merge(description, min(partners, key=lambda o: _opened_apart(facts, o.facts)))
        (self.young.results if is_result else self.young.requests).add(facts.half_key, description)

    def _join_by_response(self, description: Description) -> None:
        facts = description.facts
        self._join_nearest(
            description,
            (
                other
                for table in self.tables
                for other in table.by_response.others(facts.response_id, facts)
                if other.facts.family == facts.family and abs(other.facts.start_ns - facts.start_ns) <= WINDOW_NS
            ),
        )
        self.young.by_response.add(facts.response_id, description)

    def _join_by_usage(self, description: Description) -> None:
        facts = description.facts
        if facts.half == REQUEST_HALF or not (facts.failed or facts.tokens):
            return
        key = (facts.process, facts.family, None if facts.failed else facts.tokens)
        self._join_nearest(
            description,
            (
                other
                for table in self.tables
                for other in table.by_usage.others(key, facts)
                if _one_inside_the_other(facts, other.facts) and _same_call(facts, other.facts)
            ),
        )
        self.young.by_usage.add(key, description)

    def _join_nearest(self, description: Description, others: Iterable[Description]) -> None:
        start_ns = description.facts.start_ns
        partners = [other for other in others if _apart(description, other)]
        if partners:
            self._merge(description, min(partners, key=lambda o: abs(o.facts.start_ns - start_ns)))

    def _merge(self, description: Description, other: Description) -> None:
        """The two describe one request, unless both were counted already."""
        mine, theirs = root(description.group), root(other.group)
        if mine is theirs:
            return
        if mine.owner:
            if theirs.owner:
                return
            mine, theirs = theirs, mine
        mine.into = theirs
        theirs.scopes += mine.scopes
        theirs.halves += mine.halves


def root(group: Group) -> Group:
    while group.into is not None:
        group = group.into
    return group


def _apart(one: Description, other: Description) -> bool:
    """No library describes a call twice in two trees: the same scope on both sides means two requests."""
    scopes = root(other.group).scopes
    return not any(scope in scopes for scope in root(one.group).scopes)


def _in_turn(one: Facts, other: Facts) -> bool:
    request, result = (one, other) if one.half == REQUEST_HALF else (other, one)
    return request.start_ns <= result.end_ns <= request.start_ns + WINDOW_NS


def _opened_apart(one: Facts, other: Facts) -> int:
    request, result = (one, other) if one.half == REQUEST_HALF else (other, one)
    return abs(request.end_ns - result.start_ns)


def _one_inside_the_other(one: Facts, other: Facts) -> bool:
    for result, whole in ((one, other), (other, one)):
        if result.half == RESULT_HALF:  # it does not tell when the request was sent, only when the stream was open
            return result.start_ns <= whole.end_ns <= result.end_ns + SLACK_NS
    starts, ends = one.start_ns - other.start_ns, one.end_ns - other.end_ns
    return (starts >= -SLACK_NS and ends <= SLACK_NS) or (starts <= SLACK_NS and ends >= -SLACK_NS)


def _same_call(one: Facts, other: Facts) -> bool:
    if one.failed != other.failed or (one.response_id and other.response_id):
        return False
    models = {one.model, one.response_model} - {""}
    return bool(models & {other.model, other.response_model})


# --- the row of a group


def row_of(members: Sequence[tuple[Call, Description]], owner: str) -> Call | None:
    """The row of a group from its members in one body, or None when `owner`, a row counted before, is not among them."""
    if len(members) == 1:
        call, description = members[0]
        return call if not owner or owner == description.facts.key else None
    members = _whole_stream(members)
    if owner:
        kept = next((m for m in members if m[1].facts.key == owner), None)
    else:
        lowest = [m for m in members if not m[1].has_lower] or members
        kept = min(lowest, key=lambda m: m[1].facts.end_ns - m[1].facts.start_ns)
    if kept is None:
        return None
    for other in members:
        if other is not kept:
            fill(kept[0], other[0])
    return kept[0]


def _whole_stream(members: Sequence[tuple[Call, Description]]) -> Sequence[tuple[Call, Description]]:
    """A logfire stream: id and start of the request, everything else of the result."""
    request = next((m for m in members if m[1].facts.half == REQUEST_HALF), None)
    result = next((m for m in members if m[1].facts.half == RESULT_HALF), None)
    if request is None or result is None:
        return members
    first = request[0]
    whole = msgspec.structs.replace(
        result[0],
        id=first.id,
        ts=first.ts,
        trace_id=first.trace_id,
        parent_id=first.parent_id,
        retries=first.retries,
        latency_ms=(result[1].facts.end_ns - request[1].facts.start_ns) / 1e6,
    )
    span = msgspec.structs.replace(request[1].facts, end_ns=result[1].facts.end_ns)
    described = Description(span, request[1].group, request[1].has_lower)
    return [(whole, described), *(m for m in members if m is not request and m is not result)]


TOGETHER = (
    ("prompt_id", "prompt_version"),
    ("experiment_id", "variant_id"),
    ("input_tokens", "output_tokens", "total_tokens", "cached_input_tokens", "cache_write_tokens", "reasoning_tokens"),
)
"""Columns that are taken from one description as a whole when the row lacks the first of them."""
SINGLY = (
    "provider",
    "model",
    "response_model",
    "response_id",
    "finish_reason",
    "user_id",
    "session_id",
    "feature",
    "environment",
    "service",
    "error_message",
    "cached_input_tokens",
    "cache_write_tokens",
    "reasoning_tokens",
    "llm_ms",
    "network_ms",
    "queue_ms",
    "http_status",
    "retries",
    "input",
    "output",
    "prompt_version",
)


def fill(row: Call, other: Call) -> None:
    """Put what `other` knows of the same request where `row` knows nothing."""
    if other.first_token_ms is not None and row.first_token_ms is None:
        row.first_token_ms = max(0.0, other.first_token_ms + (other.ts - row.ts) / 1000)
    for columns in TOGETHER:
        if _lacks(row, columns[0]) and not _lacks(other, columns[0]):
            for column in columns:
                setattr(row, column, getattr(other, column))
    failed = row.status == other.status == Status.ERROR
    for column in SINGLY:
        if column in ("error_message", "http_status") and not failed:
            continue
        if _lacks(row, column) and not _lacks(other, column):
            setattr(row, column, getattr(other, column))
    if failed and not row.error_name:
        row.error_name = other.error_name
    if row.cost_usd is None and other.cost_usd is not None:
        row.cost_usd, row.cost_source = other.cost_usd, CostSource.CLIENT
    row.streaming = row.streaming or other.streaming
    if row.finish_reason or row.input_tokens is not None:
        row.incomplete = False
    if other.properties:
        row.properties = {**other.properties, **row.properties}


def _lacks(call: Call, column: str) -> bool:
    value = getattr(call, column)
    return value is None or value == ""
