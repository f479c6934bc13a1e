"""Numbers computed from scores: by variant, by prompt version, and which scores there are.

A score of type bool counts as 0 or 1, a text as the number that the project maps it to; a text without one has none, and
is left out of averages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from promptpulse.store import Store

Mappings = Mapping[str, Mapping[str, float]]
"""Numbers by text, by name of the score."""
SHOWN_TEXTS = 50
"""Most frequent texts of a distribution; the others are free text, which no chart can show."""
SHOWN_NAMES = 500
BEFORE_SCORE = timedelta(days=30)
"""A call is looked for this long before the scores that name it."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Of numbers, at least one."""

    count: int
    mean: float
    standard_deviation: float | None
    """Of a sample; None for fewer than two numbers."""
    min: float
    p25: float
    median: float
    p75: float
    max: float


@dataclass(slots=True)
class NamedScores:
    """All values of one name. None where none has a number, or none is a bool."""

    spread: Spread | None = None
    bool_rate: float | None = None
    """Percent of true."""
    texts: dict[str, int] = field(default_factory=dict)
    """How often each was given, the most frequent first."""


@dataclass(slots=True)
class VariantScores:
    submissions: int
    by_name: dict[str, NamedScores] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VersionScores:
    prompt_id: str
    """"" where no prompt is known, or the call is not."""
    prompt_version: str
    name: str
    type: str
    count: int
    mean: float | None
    bool_rate: float | None


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose scores: of a project in `[start, end)`, and of one experiment where one is named."""

    project: str
    start: datetime
    end: datetime
    experiment_id: str | None = None

    @property
    def where(self) -> str:
        conditions = [
            "project = {project:String}",
            "ts >= {start:DateTime64(6, 'UTC')}",
            "ts < {end:DateTime64(6, 'UTC')}",
        ]
        if self.experiment_id is not None:
            conditions.append("experiment_id = {experiment_id:String}")
        return " AND ".join(conditions)

    @property
    def params(self) -> dict[str, object]:
        given: dict[str, object] = {"project": self.project, "start": self.start, "end": self.end}
        return given if self.experiment_id is None else given | {"experiment_id": self.experiment_id}


def number(mappings: Mappings) -> tuple[str, dict[str, object]]:
    """The number of a row of `scores` as SQL, NULL for a text without one, and the values to bind."""
    pairs = [(f"{name}\x1f{text}", n) for name, numbers in mappings.items() for text, n in numbers.items()]
    if not pairs:
        return "number", {}
    place = "indexOf({mapped_texts:Array(String)}, concat(name, char(31), text))"
    mapped = f"if({place} = 0, NULL, {{mapped_numbers:Array(Float64)}}[{place}])"
    return f"if(type = 'string', {mapped}, number)", {
        "mapped_texts": [text for text, _ in pairs],
        "mapped_numbers": [float(n) for _, n in pairs],
    }


def by_variant(store: Store, scope: Scope, mappings: Mappings) -> dict[str, VariantScores]:
    """Of each variant that has scores."""
    # submissions are told apart by 64 bits of their ids: four times as fast, and two of a million equal once in 4e7 times
    value, mapped = number(mappings)
    found = {
        str(variant): VariantScores(int(str(n)))
        for variant, n in store.query(
            f"""
            SELECT variant_id, uniqExact(cityHash64(submission_id)) AS n
            FROM scores
            WHERE {scope.where}
            GROUP BY variant_id
            """,
            scope.params,
        ).rows()
    }
    numbers = store.query(
        f"""
        SELECT variant_id, name, count(value) AS n, avg(value) AS mean, stddevSampStable(value) AS deviation,
          min(value) AS least, quantilesExactInclusive(0.25, 0.5, 0.75)(value) AS quarters, max(value) AS most,
          countIf(type = 'bool') AS bools, countIf(type = 'bool' AND number = 1) AS trues
        FROM (SELECT variant_id, name, type, number, {value} AS value FROM scores WHERE {scope.where})
        GROUP BY variant_id, name
        ORDER BY name
        LIMIT {{names:UInt32}} BY variant_id
        """,
        scope.params | mapped | {"names": SHOWN_NAMES},
    )
    for variant, name, n, mean, deviation, least, quarters, most, bools, trues in numbers.rows():
        if str(variant) not in found:  # its first score has just arrived
            continue
        of_name = NamedScores(spread=_spread(n, mean, deviation, (least, quarters, most)))
        if bools:
            of_name.bool_rate = 100 * int(str(trues)) / int(str(bools))
        found[str(variant)].by_name[str(name)] = of_name
    texts = store.query(
        f"""
        SELECT variant_id, name, text, count() AS n
        FROM scores
        WHERE {scope.where} AND type = 'string'
        GROUP BY variant_id, name, text
        ORDER BY n DESC, text
        LIMIT {{texts:UInt32}} BY variant_id, name
        """,
        scope.params | {"texts": SHOWN_TEXTS},
    )
    for variant, name, text, n in texts.rows():
        of_variant = found.get(str(variant))
        if of_variant and (named := of_variant.by_name.get(str(name))):
            named.texts[str(text)] = int(str(n))
    return found


def names(store: Store, scope: Scope) -> dict[str, list[str]]:
    """The types in which each name was sent, by name in order."""
    answer = store.query(
        f"""
        SELECT name, arraySort(groupUniqArray(type)) AS types
        FROM scores
        WHERE {scope.where}
        GROUP BY name
        ORDER BY name
        LIMIT {{names:UInt32}}
        """,
        scope.params | {"names": SHOWN_NAMES},
    )
    return {str(name): [str(t) for t in types] for name, types in answer.rows() if isinstance(types, (list, tuple))}


@dataclass(frozen=True, slots=True)
class CommonScore:
    """A name that scores are given under."""

    name: str
    kind: Literal["number", "bool", "text"]
    """Of most of its values."""
    commonest_text: str = ""
    has_numbers: bool = True
    """Whether all its values count as numbers: texts need a mapping."""


def commonest(store: Store, scope: Scope, mappings: Mappings, limit: int) -> list[CommonScore]:
    """The names with the most values, most first. Free text, which no chart can show, is left out."""
    answer = store.query(
        f"""
        SELECT name, topK(1)(multiIf(type = 'bool', 'bool', type = 'string', 'text', 'number'))[1] AS kind,
          topKIf(1)(text, type = 'string') AS texts, count() AS n
        FROM scores
        WHERE {scope.where}
        GROUP BY name
        HAVING kind != 'text' OR uniqIf(text, type = 'string') <= {{texts:UInt32}}
        ORDER BY n DESC, name
        LIMIT {{limit:UInt32}}
        """,
        scope.params | {"limit": limit, "texts": SHOWN_TEXTS},
    )
    found = []
    for name, kind, texts, _ in answer.rows():
        text = str(texts[0]) if isinstance(texts, (list, tuple)) and texts else ""
        kinds: dict[str, Literal["number", "bool", "text"]] = {"bool": "bool", "text": "text"}
        has_numbers = kind != "text" or text in mappings.get(str(name), {})
        found.append(CommonScore(str(name), kinds.get(str(kind), "number"), text, has_numbers))
    return found


def by_version(
    store: Store, scope: Scope, mappings: Mappings, *, prompt_id: str | None = None, limit: int = 1000
) -> list[VersionScores]:
    """By prompt, version, name and type, in this order.

    A score belongs to the version that was stored with it: its own, or that of its variant. Where there is none, to that of the
    call it names, or else to each version that the calls of its trace used."""
    value, mapped = number(mappings)
    columns = f"name, type, number, {value} AS value"
    calls_where = (
        "project = {project:String} AND ts >= {calls_start:DateTime64(6, 'UTC')}"
        " AND ts < {calls_end:DateTime64(6, 'UTC')} AND prompt_id != ''"
    )
    trace = "if(trace_id = '~', substring(id, 1, 32), trace_id)"
    by_call = f"{scope.where} AND prompt_id = '' AND call_id != ''"
    by_trace = f"{scope.where} AND prompt_id = '' AND call_id = '' AND trace_id != ''"
    answer = store.query(
        f"""
        SELECT prompt, version, name, type, count() AS n, avg(value) AS mean, count(value) AS numbers,
          countIf(type = 'bool') AS bools, countIf(type = 'bool' AND number = 1) AS trues
        FROM (
          SELECT prompt_id AS prompt, prompt_version AS version, {columns}
          FROM scores
          WHERE {scope.where} AND (prompt_id != '' OR (call_id = '' AND trace_id = ''))
          UNION ALL
          SELECT c.prompt AS prompt, c.version AS version, name, type, number, value
          FROM (SELECT call_id, {columns} FROM scores WHERE {by_call}) AS s
          LEFT ANY JOIN (
            SELECT id, toString(prompt_id) AS prompt, toString(prompt_version) AS version
            FROM calls
            WHERE {calls_where} AND id IN (SELECT call_id FROM scores WHERE {by_call})
          ) AS c ON s.call_id = c.id
          UNION ALL
          SELECT c.prompt AS prompt, c.version AS version, name, type, number, value
          FROM (SELECT trace_id, {columns} FROM scores WHERE {by_trace}) AS s
          LEFT JOIN (
            SELECT DISTINCT {trace} AS trace, toString(prompt_id) AS prompt, toString(prompt_version) AS version
            FROM calls
            WHERE {calls_where} AND trace IN (SELECT trace_id FROM scores WHERE {by_trace})
          ) AS c ON s.trace_id = c.trace
        )
        {"WHERE prompt = {prompt:String}" if prompt_id is not None else ""}
        GROUP BY prompt, version, name, type
        ORDER BY prompt, version, name, type
        LIMIT {{limit:UInt32}}
        """,
        scope.params
        | mapped
        | {"calls_start": scope.start - BEFORE_SCORE, "calls_end": scope.end, "limit": limit}
        | ({} if prompt_id is None else {"prompt": prompt_id}),
    )
    return [
        VersionScores(
            str(prompt),
            str(version),
            str(name),
            str(kind),
            int(str(n)),
            float(str(mean)) if numbers else None,
            100 * int(str(trues)) / int(str(bools)) if bools else None,
        )
        for prompt, version, name, kind, n, mean, numbers, bools, trues in answer.rows()
    ]


def _spread(n: object, mean: object, deviation: object, five: tuple[object, object, object]) -> Spread | None:
    count = int(str(n))
    least, quarters, most = five
    if not count or not isinstance(quarters, (list, tuple)):
        return None
    p25, median, p75 = (float(str(q)) for q in quarters)
    return Spread(
        count=count,
        mean=float(str(mean)),
        standard_deviation=float(str(deviation)) if count > 1 else None,
        min=float(str(least)),
        p25=p25,
        median=median,
        p75=p75,
        max=float(str(most)),
    )
