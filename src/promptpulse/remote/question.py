"""A question in a few words, such as `p95 by prompt last 7d`, as the body of `POST /api/v1/query`.

    question   = metrics { part }
    metrics    = metric { [","|"and"] metric }      key, label or short name of the catalogue, or "=formula" in quotes
    part       = "by" dimension { [","|"and"] dimension }      also: by hour, by day, by week, by month
               | "where" condition { "and" condition }
               | "last" number unit | "today" | "yesterday" | "this week" | "this month"
               | "since" time | "from" time "to" time
               | "per" bucket | "top" number | "vs previous"
    condition  = field ("=" | "!=" | ">" | ">=" | "<" | "<=" | "~") value { "," value }

Words know nothing of capitals. Values with blanks or commas stand in quotes. What cannot be read is named, with its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from promptpulse.core.errors import Refused
from promptpulse.core.times import rfc3339
from promptpulse.remote.client import WrongOption

Json = dict[str, object]
SHORT = {
    "p50": "p50_latency_ms", "median": "p50_latency_ms", "p75": "p75_latency_ms", "p90": "p90_latency_ms",
    "p95": "p95_latency_ms", "p99": "p99_latency_ms", "latency": "avg_latency_ms", "requests": "total_requests",
    "calls": "total_requests", "traffic": "total_requests", "rpm": "requests_per_minute", "errors": "failed_requests",
    "failures": "failed_requests", "success": "success_rate", "cost": "total_cost_usd", "costs": "total_cost_usd",
    "spend": "total_cost_usd", "tokens": "total_tokens", "users": "unique_users", "first token": "avg_first_token_ms",
    "ttft": "avg_first_token_ms", "cost per request": "cost_per_request_usd", "cost per call": "cost_per_request_usd",
    "timeouts": "timeout_errors", "rate limits": "rate_limit_errors",
}  # fmt: skip
"""Of metrics, beside their keys and labels."""
BUCKET_WORDS = {"minute": "1m", "hour": "1h", "day": "1d", "week": "1w", "month": "1mo"}
UNITS = {
    **dict.fromkeys(("m", "min", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("w", "week", "weeks"), timedelta(days=7)),
    **dict.fromkeys(("mo", "month", "months"), timedelta(days=30)),
}
OPERATORS = {"=": "in", "!=": "not_in", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "~": "contains"}
STARTS = ("by", "where", "last", "today", "yesterday", "this", "since", "from", "per", "every", "top", "vs")
USUAL = timedelta(days=1)
LONGEST = 2000
_TOKEN = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|(!=|>=|<=|[=<>~,])|([^\s,=<>~!"']+))""")
_LENGTH = re.compile(r"(\d{1,6})([a-z]*)")


class Misread(Refused):
    """Of a question: shows the word that is meant."""

    exit_code = 2

    def __init__(self, text: str, start: int, end: int, problem: str) -> None:
        self.problem, self.start, self.end = problem, start, max(end, start + 1)
        super().__init__(f"{problem}\n  {text}\n  {' ' * start}{'^' * (self.end - start)}", field="question")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names of the catalogue, in small letters, and what they stand for."""

    metrics: Mapping[str, str]
    dimensions: Mapping[str, str]
    fields: frozenset[str]
    buckets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    quoted: bool = False

    @property
    def word(self) -> str:
        return "" if self.quoted else self.text.lower()


@dataclass(slots=True)
class _Asked:
    metrics: list[str] = field(default_factory=list)
    by: list[str] = field(default_factory=list)
    where: list[Json] = field(default_factory=list)
    bucket: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    limit: int | None = None
    compare: bool = False


def vocabulary(catalogue: Mapping[str, object]) -> Vocabulary:
    """Of the answer of `GET /api/v1/metrics/catalogue`."""
    metrics: dict[str, str] = {}
    for one in _objects(catalogue["metrics"]):
        key = str(one["key"])
        metrics.setdefault(str(one["label"]).lower().replace(",", ""), key)
        metrics[key.lower()] = key
        metrics[key.lower().replace("_", " ")] = key
    known = set(metrics.values())
    metrics |= {word: key for word, key in SHORT.items() if key in known}
    dimensions: dict[str, str] = {}
    for one in _objects(catalogue["dimensions"]):
        key = str(one["key"])
        also = one["also"] if isinstance(one["also"], list) else []
        dimensions |= {name.lower(): key for name in (key, str(one["label"]), *map(str, also))}
    fields = frozenset(str(one["key"]) for one in _objects(catalogue["fields"]))
    buckets = catalogue["buckets"] if isinstance(catalogue["buckets"], list) else []
    return Vocabulary(metrics, dimensions, fields, (*map(str, buckets), "auto"))


def read(text: str, words: Vocabulary, now: datetime, zone: ZoneInfo) -> Json:
    """The body of the query. Raises `Misread`. Without a time: the last 24 hours."""
    return _Reader(text, words, now, zone).read()


def length_of(text: str) -> timedelta:
    """`7d`, `24h`, `90m`, `2w`. Raises `Refused`."""
    found = _LENGTH.fullmatch(text.strip().lower())
    if not found or found[2] not in UNITS or not int(found[1]):
        raise WrongOption(f"last: {text!r} is no length of time; write 30m, 24h, 7d, 2w or 3mo", field="last")
    return int(found[1]) * UNITS[found[2]]


class _Reader:
    def __init__(self, text: str, words: Vocabulary, now: datetime, zone: ZoneInfo) -> None:
        self._text, self._words, self._now, self._zone = text, words, now, zone
        self._tokens = list(_tokens(text))
        self._at = 0
        self._asked = _Asked()

    def read(self) -> Json:
        if not self._tokens:
            raise Misread(self._text, 0, 1, "the question is empty; write such as: p95 by prompt last 7d")
        self._metrics()
        parts: dict[str, Callable[[_Token], None]] = {
            "by": self._by, "where": self._where, "last": self._last, "today": self._calendar, "yesterday": self._calendar,
            "this": self._calendar, "since": self._since, "from": self._from, "per": self._per, "every": self._per,
            "top": self._top, "vs": self._versus,
        }  # fmt: skip
        done: set[str] = set()
        while (token := self._peek()) is not None:
            if token.word not in parts:
                raise self._misread(token, self._unknown(token, parts, "is not understood here"))
            kind = "time" if token.word in {"last", "today", "yesterday", "this", "since", "from"} else token.word
            if kind in done:
                raise self._misread(token, f"{token.text!r}: {kind} is said twice")
            done.add(kind)
            self._at += 1
            parts[token.word](token)
        return self._body()

    def _body(self) -> Json:
        asked = self._asked
        end = asked.end or self._now
        start = asked.start or end - USUAL
        body: Json = {"metrics": asked.metrics, "start": rfc3339(start), "end": rfc3339(end), "tz": self._zone.key}
        optional: Json = {
            "by": asked.by, "where": asked.where, "bucket": asked.bucket, "limit": asked.limit,
            "compare": "previous" if asked.compare else None,
        }  # fmt: skip
        return body | {name: value for name, value in optional.items() if value}

    def _metrics(self) -> None:
        names = self._words.metrics
        while (token := self._peek()) is not None and token.word not in STARTS:
            if token.text == "," or (token.word == "and" and self._asked.metrics):
                self._at += 1
            elif token.quoted and token.text.startswith("="):
                self._asked.metrics.append(token.text)
                self._at += 1
            else:
                self._asked.metrics.append(self._longest(names, token, "is no metric"))
        if not self._asked.metrics:
            raise self._misread(self._tokens[0], "say first which metric, such as p95, requests, error rate or cost")

    def _by(self, by: _Token) -> None:
        names = {**self._words.dimensions, **BUCKET_WORDS}
        before = self._at
        while (token := self._peek()) is not None and token.word not in STARTS:
            if token.text == "," or (token.word == "and" and self._at > before):
                self._at += 1
            elif token.word.startswith("properties."):
                self._asked.by.append(token.text)
                self._at += 1
            else:
                found = self._longest(names, token, "is nothing to group by")
                if found in BUCKET_WORDS.values():
                    self._asked.bucket = found
                else:
                    self._asked.by.append(found)
        if self._at == before:
            raise self._misread(by, "by what? For example: by prompt, by model, by day")

    def _where(self, where: _Token) -> None:
        while True:
            name = self._next(where, "which field? For example: where model = gpt-4o")
            key = self._words.dimensions.get(name.word, name.word)
            if key not in self._words.fields and not key.startswith(("properties.", "score.")):
                known = {*self._words.dimensions, *self._words.fields}
                raise self._misread(name, self._unknown(name, known, "is no field of a call"))
            operator = self._next(name, f"what of {name.text}? Use =, !=, >, >=, <, <= or ~ (contains)")
            if operator.quoted or operator.text not in OPERATORS:
                raise self._misread(operator, f"{operator.text!r}: use =, !=, >, >=, <, <= or ~ (contains)")
            values = [self._value(operator)]
            while (comma := self._peek()) is not None and comma.text == "," and not comma.quoted:
                self._at += 1
                values.append(self._value(comma))
            given = name.text if key.startswith(("properties.", "score.")) else key
            self._asked.where.append({"dimension": given, "op": OPERATORS[operator.text], "values": values})
            following = self._peek()
            if following is None or following.word != "and":
                return
            self._at += 1
            where = following

    def _value(self, before: _Token) -> str | None:
        token = self._next(before, "a value is missing")
        if not token.quoted and token.text in {*OPERATORS, ","}:
            raise self._misread(token, "a value is missing; put one with such characters in quotes")
        return None if token.word in {"null", "unknown"} else token.text

    def _last(self, last: _Token) -> None:
        token = self._next(last, "how long? For example: last 7d, last 24 hours")
        found = _LENGTH.fullmatch(token.word)
        unit = self._peek()
        if token.word in UNITS and len(token.word) > 2:
            length = UNITS[token.word]
        elif found and found[2] in UNITS:
            length = int(found[1]) * UNITS[found[2]]
        elif found and not found[2] and unit is not None and unit.word in UNITS:
            self._at += 1
            length = int(found[1]) * UNITS[unit.word]
        else:
            raise self._misread(token, f"{token.text!r} is no length of time; write 30m, 24h, 7d, 2w or 3mo")
        if not length:
            raise self._misread(token, "must be more than nothing")
        self._asked.end = self._now
        self._asked.start = self._now - length

    def _calendar(self, word: _Token) -> None:
        today = self._now.astimezone(self._zone).date()
        self._asked.end = self._now
        match word.word:
            case "today":
                first = today
            case "yesterday":
                first = today - timedelta(days=1)
                self._asked.end = self._midnight(today)
            case _:
                unit = self._next(word, "this what? this week or this month")
                if unit.word not in {"week", "month"}:
                    raise self._misread(unit, f"{unit.text!r}: say this week or this month")
                first = today - timedelta(days=today.weekday()) if unit.word == "week" else today.replace(day=1)
        self._asked.start = self._midnight(first)

    def _since(self, since: _Token) -> None:
        token = self._next(since, "since when? For example: since 2026-11-01")
        self._asked.start, self._asked.end = self._moment(token), self._now
        if self._asked.start >= self._now:
            raise self._misread(token, f"{token.text!r} lies in the future")

    def _from(self, begin: _Token) -> None:
        first = self._next(begin, "from when? For example: from 2026-11-01 to 2026-11-08")
        self._asked.start = self._moment(first)
        to = self._next(first, "to when? For example: to 2026-11-08 (which is not in it)")
        if to.word != "to":
            raise self._misread(to, f"{to.text!r}: after from comes to")
        last = self._next(to, "to when? For example: to 2026-11-08 (which is not in it)")
        self._asked.end = self._moment(last)
        if self._asked.end <= self._asked.start:
            raise self._misread(last, "must be later than the beginning")

    def _per(self, per: _Token) -> None:
        token = self._next(per, f"per what? One of {', '.join(self._words.buckets)}")
        bucket = BUCKET_WORDS.get(token.word, token.word)
        if bucket not in self._words.buckets:
            raise self._misread(token, f"{token.text!r} is no bucket: {', '.join(self._words.buckets)}")
        self._asked.bucket = bucket

    def _top(self, top: _Token) -> None:
        token = self._next(top, "how many? For example: top 5")
        if not token.text.isdecimal() or not 1 <= int(token.text) <= 1000:
            raise self._misread(token, f"{token.text!r}: write a number from 1 to 1000")
        self._asked.limit = int(token.text)

    def _versus(self, versus: _Token) -> None:
        token = self._next(versus, "versus what? vs previous")
        if token.word != "previous":
            raise self._misread(token, f"{token.text!r}: only vs previous is known: the period just before")
        self._asked.compare = True

    def _moment(self, token: _Token) -> datetime:
        try:
            found = datetime.fromisoformat(token.text)
        except ValueError:
            raise self._misread(token, f"{token.text!r} is no time; write 2026-11-01 or 2026-11-01T08:30:00Z") from None
        return found if found.tzinfo else found.replace(tzinfo=self._zone)

    def _midnight(self, day: object) -> datetime:
        return datetime.combine(datetime.fromisoformat(str(day)).date(), time(), self._zone)

    def _longest(self, names: Mapping[str, str], first: _Token, problem: str) -> str:
        """As many words as make a name."""
        for count in range(5, 0, -1):
            some = self._tokens[self._at : self._at + count]
            name = " ".join(token.text.lower() for token in some)
            if len(some) == count and name in names:
                self._at += count
                return names[name]
        raise self._misread(first, self._unknown(first, names, problem))

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self, before: _Token, problem: str) -> _Token:
        token = self._peek()
        if token is None:
            raise Misread(self._text, before.end, before.end + 1, problem)
        self._at += 1
        return token

    def _misread(self, token: _Token, problem: str) -> Misread:
        return Misread(self._text, token.start, token.end, problem)

    @staticmethod
    def _unknown(token: _Token, known: Iterable[str], problem: str) -> str:
        near = difflib.get_close_matches(token.text.lower(), list(known), n=3, cutoff=0.6)
        return f"{token.text!r} {problem}" + (f"; did you mean {' or '.join(near)}?" if near else "")


def _tokens(text: str) -> Iterable[_Token]:
    if len(text) > LONGEST:
        raise Refused(f"the question has more than {LONGEST} characters", field="question")
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if not found:
            start = at + len(text[at:]) - len(text[at:].lstrip())
            raise Misread(text, start, start + 1, f"{text[start]!r} is not understood; a quote may be open")
        kind = next(i for i in range(1, 5) if found[i] is not None)
        quoted = kind <= 2
        yield _Token(found[kind], found.start(kind) - quoted, found.end(kind) + quoted, quoted)
        at = found.end()


def _objects(value: object) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
