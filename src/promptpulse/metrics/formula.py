"""Formulas of custom metrics as small trees of values, what they are worth, and what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from promptpulse.core.errors import Refused
from promptpulse.metrics.conditions import SCORE_PREFIX, FilterOp
from promptpulse.metrics.fields import FieldType

Literals = str | float | bool | None


class FormulaError(Refused):
    """Not a formula: why, and where in its text."""

    code = "bad_formula"

    def __init__(self, problem: str, position: int, length: int) -> None:
        super().__init__(f"formula: {problem} (at character {position + 1})", field="formula")
        self.problem, self.position, self.length = problem, position, length


@dataclass(frozen=True, slots=True)
class Read:
    """A field of a call, a property or a score."""

    key: str
    """`latency_ms`, `properties.<name>`, `score.<name>`."""
    type: FieldType | Literal["any"]
    """Properties and scores may be any."""

    @property
    def is_score(self) -> bool:
        return self.key.startswith(SCORE_PREFIX)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Holds where what is read is as `op` and `values` say; None is "not known"."""

    of: Read
    op: FilterOp
    values: tuple[Literals, ...]


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    of: Condition


Condition = Comparison | Every | Some | Not


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A function over the calls, or over the values of one score, that meet `where`."""

    function: str
    of: Read | None
    """What is computed with; None: all calls, or all values of `score`, are counted."""
    where: Condition | None
    score: str | None = None
    """Name of the score whose values are read; None: calls are."""

    @property
    def is_percentile(self) -> bool:
        return self.function.startswith("p")

    @property
    def level(self) -> float:
        """Of a percentile, in (0, 1)."""
        return int(self.function.removeprefix("p")) / 100

    @property
    def is_count(self) -> bool:
        """0 where there is nothing; of all others that is no data."""
        return self.function in {"count", "uniq"}


@dataclass(frozen=True, slots=True)
class Number:
    value: float


@dataclass(frozen=True, slots=True)
class Sum:
    terms: tuple[tuple[Literal["+", "-"], Expression], ...]


@dataclass(frozen=True, slots=True)
class Product:
    factors: tuple[tuple[Literal["*", "/"], Expression], ...]


@dataclass(frozen=True, slots=True)
class IfEmpty:
    of: Expression
    otherwise: float


Expression = Number | Aggregate | Sum | Product | IfEmpty


@dataclass(frozen=True, slots=True)
class Formula:
    root: Expression
    aggregates: tuple[Aggregate, ...]
    """Each once, in the order of the text."""
    reads: tuple[str, ...]
    """Keys of all that is read, in alphabetical order."""


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    signature: str
    description: str


_OVER = "of calls, or score.<name>"
FUNCTIONS = (
    Function("count", "count(condition)", "How many calls, or values of a score, meet the condition; or have the field."),
    Function("sum", "sum(field where condition)", f"Sum of a number {_OVER}."),
    Function("avg", "avg(field where condition)", f"Mean of a number {_OVER}; true counts as 1, false as 0."),
    Function("min", "min(field where condition)", f"Least number {_OVER}."),
    Function("max", "max(field where condition)", f"Greatest number {_OVER}."),
    Function("p50 ... p99", "p95(field where condition)", f"Percentile of a number {_OVER}."),
    Function("uniq", "uniq(field where condition)", "How many different values a field has (estimate, about 0.5 %)."),
    Function("stddev", "stddev(field where condition)", f"Standard deviation of a sample of a number {_OVER}."),
    Function("if_empty", "if_empty(expression, number)", "The number where the expression is no data."),
)  # fmt: skip


def empty_value(formula: Formula) -> float | None:
    """What the formula gives where there is nothing: counts are 0, all else is no data."""
    found = evaluated(formula.root, lambda aggregate: 0.0 if aggregate.is_count else None)
    return found if found is not None and math.isfinite(found) else None


def evaluated(of: Expression, value: Callable[[Aggregate], float | None]) -> float | None:
    """The expression's value from those of its aggregates. No data spreads, and so does a division by 0."""
    match of:
        case Number():
            return of.value
        case Aggregate():
            return value(of)
        case IfEmpty():
            found = evaluated(of.of, value)
            return of.otherwise if found is None else found
        case Sum():
            return _folded(of.terms, value, 0.0)
        case Product():
            return _folded(of.factors, value, 1.0)


def is_additive(of: Expression) -> bool:
    """Whether values of parts of a time range add up to that of the range: sums and counts, and what is linear in them."""
    match of:
        case Aggregate():
            return of.function in {"count", "sum"}
        case IfEmpty():
            return of.otherwise == 0 and is_additive(of.of)
        case Sum():
            return all(is_additive(term) for _, term in of.terms)
        case Product():
            varying = [(sign, factor) for sign, factor in of.factors if not isinstance(factor, Number)]
            return len(varying) == 1 and varying[0][0] == "*" and is_additive(varying[0][1])
        case Number():
            return False


def _folded(
    parts: Sequence[tuple[str, Expression]], value: Callable[[Aggregate], float | None], neutral: float
) -> float | None:
    result = neutral
    for sign, part in parts:
        number = evaluated(part, value)
        if number is None or (sign == "/" and number == 0):
            return None
        match sign:
            case "+":
                result += number
            case "-":
                result -= number
            case "*":
                result *= number
            case _:
                result /= number
    return result


def comparisons(condition: Condition | None) -> Iterator[Comparison]:
    """All comparisons of a condition."""
    match condition:
        case None:
            return
        case Comparison():
            yield condition
        case Not():
            yield from comparisons(condition.of)
        case Every() | Some():
            for part in condition.parts:
                yield from comparisons(part)
