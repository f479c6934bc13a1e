"""The language of custom metrics: from a text to the tree of `formula.py`. Knows the fields of a call, and no SQL.

    100 * count(score.feedback = 'positive') / count(score.feedback)
    avg(latency_ms where model = 'gpt-4o' and status = 'error')

A fault is a `FormulaError` that points at the characters and says what to do. Length, nesting and size are bounded, so
neither reading nor computing a formula can be made expensive."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal

from promptpulse.metrics.catalogue import ALIASES, METRICS, PROPERTY_PREFIX, Metric
from promptpulse.metrics.conditions import SCORE_PREFIX, FilterOp
from promptpulse.metrics.fields import FIELDS
from promptpulse.metrics.formula import (
    FUNCTIONS,
    Aggregate,
    Comparison,
    Condition,
    Every,
    Expression,
    Formula,
    FormulaError,
    IfEmpty,
    Literals,
    Not,
    Number,
    Product,
    Read,
    Some,
    Sum,
    comparisons,
)  # fmt: skip

MAX_LENGTH = 2000
MAX_NESTING = 20
MAX_PARTS = 200
"""Numbers, functions and comparisons of one formula."""
_OF_NUMBERS = {"sum", "avg", "min", "max", "stddev"}
_PERCENTILE = re.compile(r"p[1-9][0-9]?")
_NAMES = [*(f.name for f in FUNCTIONS if " " not in f.name), "p50", "p75", "p90", "p95", "p99"]
_WORDS = {"where", "and", "or", "not", "in", "contains", "true", "false", "null"}
_SIGNS: dict[str, FilterOp] = {"=": "in", "!=": "not_in", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[^\W\d]\w*)
    | (?P<text>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<sign><=|>=|!=|==|<>|&&|\|\||[-=<>+*/(),.])
    )""",
    re.VERBOSE,
)
_SYNONYMS = {
    "median": "p50", "mean": "avg", "average": "avg", "total": "sum", "distinct": "uniq", "unique": "uniq", "std": "stddev",
    "coalesce": "if_empty", "ifnull": "if_empty", "number": "count", "percentile": "p95",
}  # fmt: skip
_NOT_PLAIN = "put texts between plain quotes: 'text'"
_INSTEAD = {
    "==": "write = once", "<>": "write !=", "&&": "write and", "||": "write or", "!": "write not",
    "\u00d7": "write *", "\u00b7": "write *", "\u00f7": "write /", "^": "multiply instead",
    "\u2212": "write - (a plain hyphen)", "\u2013": "write - (a plain hyphen)", "%": "multiply by 100 to get percent",
    "\u2018": _NOT_PLAIN, "\u2019": _NOT_PLAIN, "\u201c": _NOT_PLAIN, "\u201d": _NOT_PLAIN,
    ";": "a formula is one expression; take it away",
}  # fmt: skip


def formula_of(metric: Metric) -> Formula | None:
    """The tree of a custom metric; None for one of the catalogue. Raises `FormulaError`."""
    return None if metric.custom is None else parsed(metric.custom)


@lru_cache(maxsize=4096)
def parsed(text: str) -> Formula:
    """The tree of `text`. Raises `FormulaError`."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            f"has {len(text)} characters; at most {MAX_LENGTH} are allowed", MAX_LENGTH, len(text) - MAX_LENGTH
        )
    if "\x00" in text:
        raise FormulaError("holds a NUL character; remove it", text.index("\x00"), 1)
    return _Parser(text).formula()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["number", "name", "text", "quoted", "sign", "end"]
    text: str
    position: int

    @property
    def length(self) -> int:
        return len(self.text)

    @property
    def word(self) -> str:
        """Lower case of a name, so that words of the language may be written in any case."""
        return self.text.lower() if self.kind == "name" else ""

    def __str__(self) -> str:
        shown = self.text if len(self.text) <= 40 else self.text[:40] + "..."
        return "the end" if self.kind == "end" else repr(shown) if self.kind != "text" else shown


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise _character_fault(text, at)
        kind = found.lastgroup
        part = found[kind or 0]
        if part in _INSTEAD:
            raise FormulaError(
                f"{part!r} is not a sign of formulas; {_INSTEAD[part]}", found.end() - len(part), len(part)
            )
        yield _Token(kind, part, found.end() - len(part))  # type: ignore[arg-type]  # a group of _TOKEN
        at = found.end()
    yield _Token("end", "", len(text))


def _character_fault(text: str, at: int) -> FormulaError:
    character = text[at]
    if character in "'\"":
        return FormulaError(f"the text that begins here has no closing {character}", at, len(text) - at)
    advice = _INSTEAD.get(character, "take it away, or put texts between quotes: 'text'")
    return FormulaError(f"{character!r} is not a sign of formulas; {advice}", at, 1)


class _Parser:
    """Recursive descent; every way down passes `_deeper`, and every part is counted."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._depth = 0
        self._parts = 0
        self._aggregates: dict[Aggregate, None] = {}
        self._reads: set[str] = set()

    def formula(self) -> Formula:
        first = self._token
        if first.kind == "end":
            raise FormulaError("is empty; write a function over calls or scores, such as count(status = 'error')", 0, 0)
        root = self._expression()
        token = self._token
        if token.kind != "end":
            raise self._unexpected(token, "an operator (+ - * /) or the end")
        if not self._aggregates:
            length = token.position - first.position
            raise FormulaError(
                "reads nothing; use a function over calls or scores, such as count()", first.position, length
            )
        return Formula(root, tuple(self._aggregates), tuple(sorted(self._reads)))

    # Expressions

    def _expression(self) -> Expression:
        terms: list[tuple[Literal["+", "-"], Expression]] = [("+", self._term())]
        while (sign := self._token.text) in {"+", "-"} and self._token.kind == "sign":
            self._next()
            terms.append(("+" if sign == "+" else "-", self._term()))
        return terms[0][1] if len(terms) == 1 else Sum(tuple(terms))

    def _term(self) -> Expression:
        factors: list[tuple[Literal["*", "/"], Expression]] = [("*", self._signed())]
        while (sign := self._token.text) in {"*", "/"} and self._token.kind == "sign":
            self._next()
            factors.append(("*" if sign == "*" else "/", self._signed()))
        return factors[0][1] if len(factors) == 1 else Product(tuple(factors))

    def _signed(self) -> Expression:
        if not self._is_sign("-"):
            return self._primary()
        token = self._next()
        with self._deeper(token):
            found = self._signed()
        if isinstance(found, Number):
            return Number(-found.value)
        return Sum((("-", found),))

    def _primary(self) -> Expression:
        token = self._next()
        if token.kind == "number":
            return Number(self._number(token))
        if token.kind == "sign" and token.text == "(":
            with self._deeper(token):
                found = self._expression()
            self._close(token)
            return found
        if token.kind == "name" and self._is_sign("("):
            return self._call(token)
        if token.kind == "name":
            raise self._bare_name_fault(token)
        if token.kind == "text":
            raise self._fault(token, "a text stands only in a condition, as in count(model = 'gpt-4o')")
        raise self._unexpected(token, "a number, a function or (")

    def _call(self, name: _Token) -> Expression:
        function = name.word
        if function == "if_empty":
            return self._if_empty(name)
        if function not in _NAMES and not _PERCENTILE.fullmatch(function):
            raise self._fault(name, f"{name.text!r} is not a function{_did_you_mean(function, _NAMES, _NAMES)}")
        self._count_part(name)
        bracket = self._next()
        with self._deeper(name):
            found = self._count_of(bracket) if function == "count" else self._aggregate_of(name, function)
        self._close(bracket)
        self._aggregates[found] = None
        return found

    def _if_empty(self, name: _Token) -> Expression:
        bracket = self._next()
        with self._deeper(name):
            of = self._expression()
        if not self._is_sign(","):
            raise self._unexpected(self._token, "a comma and a number, as in if_empty(avg(score.rating), 0)")
        self._next()
        negative = self._is_sign("-")
        if negative:
            self._next()
        token = self._next()
        if token.kind != "number":
            raise self._unexpected(token, "a number, as in if_empty(avg(score.rating), 0)")
        otherwise = self._number(token)
        self._close(bracket)
        return IfEmpty(of, -otherwise if negative else otherwise)

    # Aggregates

    def _count_of(self, bracket: _Token) -> Aggregate:
        of: Read | None = None
        condition: Condition | None = None
        first = self._token
        begin = self._at
        if first.word == "distinct":
            raise self._fault(first, "count has no distinct; write uniq(user_id)")
        if not (self._is_sign(")") or self._is_word("where")):
            of = self._lone_read()
            if of is None:
                condition = self._condition()
        scores = sorted(
            {t.of.key for t in comparisons(condition) if t.of.is_score} | ({of.key} if of and of.is_score else set())
        )
        if len(scores) > 1:
            raise self._fault_between(
                begin,
                f"a count is over the values of one score, not of {' and '.join(scores)}; put the other behind where",
            )
        where = self._where(bracket)
        whole = where if condition is None else condition if where is None else Every((condition, where))
        score = scores[0].removeprefix(SCORE_PREFIX) if scores else None
        return Aggregate("count", None if of and of.is_score else of, whole, score)

    def _lone_read(self) -> Read | None:
        """What stands alone between the brackets; None where a condition does, such as a boolean."""
        begin, parts = self._at, self._parts
        if self._token.kind != "name" or self._is_word("not"):
            return None
        of = self._read()
        if of.type != "boolean" and (self._is_sign(")") or self._is_word("where")):
            return of
        self._at, self._parts = begin, parts
        return None

    def _aggregate_of(self, name: _Token, function: str) -> Aggregate:
        token = self._token
        if token.kind != "name" or self._is_word("where"):
            raise self._unexpected(
                token, f"a field or a score, as in {function}({'user_id' if function == 'uniq' else 'latency_ms'})"
            )
        of = self._read()
        if of.type == "text" and (function in _OF_NUMBERS or _PERCENTILE.fullmatch(function)):
            raise self._fault(
                token, f"{name.text} needs a number, and {of.key} is a text; uniq({of.key}) counts its values,"
                f" count({of.key} = '...') the calls that have one"
            )  # fmt: skip
        if not (self._is_sign(")") or self._is_word("where")):
            raise self._unexpected(self._token, f"where or ), as in {function}({of.key} where status = 'success')")
        where = self._where(name)
        return Aggregate(function, of, where, of.key.removeprefix(SCORE_PREFIX) if of.is_score else None)

    def _where(self, _opening: _Token) -> Condition | None:
        if not self._is_word("where"):
            return None
        self._next()
        return self._condition()

    # Conditions

    def _condition(self) -> Condition:
        parts = [self._all()]
        while self._is_word("or"):
            self._next()
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _all(self) -> Condition:
        parts = [self._negated()]
        while self._is_word("and"):
            self._next()
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _negated(self) -> Condition:
        token = self._token
        if self._is_word("not"):
            self._next()
            with self._deeper(token):
                return Not(self._negated())
        if self._is_sign("("):
            self._next()
            with self._deeper(token):
                found = self._condition()
            self._close(token)
            return found
        return self._comparison()

    def _comparison(self) -> Condition:
        token = self._token
        if token.kind != "name" or (token.word in _WORDS and token.word != "not"):
            raise self._unexpected(token, "a condition, such as status = 'error'")
        of = self._read()
        sign = self._token
        if sign.kind == "sign" and sign.text in _SIGNS:
            self._next()
            return self._compared(of, sign, (self._literal(of, sign),))
        if self._is_word("contains"):
            self._next()
            return self._containing(of, sign)
        if self._is_word("in") or (self._is_word("not") and self._tokens[self._at + 1].word == "in"):
            negated = self._is_word("not")
            self._next()
            if negated:
                self._next()
            among = self._among(of, sign)
            return Not(among) if negated else among
        if of.type == "boolean":
            return Comparison(of, "in", (True,))
        raise self._fault(token, f"{of.key} alone is not a condition; compare it, as in {_example(of)}")

    def _among(self, of: Read, sign: _Token) -> Condition:
        bracket = self._token
        if not self._is_sign("("):
            raise self._unexpected(bracket, "values in brackets, as in model in ('gpt-4o', 'o1')")
        self._next()
        values = [self._literal(of, sign)]
        while self._is_sign(","):
            self._next()
            values.append(self._literal(of, sign))
        self._close(bracket)
        return self._compared(of, sign, tuple(values))

    def _containing(self, of: Read, sign: _Token) -> Condition:
        token = self._next()
        if of.type in {"number", "boolean"}:
            raise self._fault(
                sign, f"{of.key} is a {of.type}, not a text, so contains does not fit; write {_example(of)}"
            )
        if token.kind != "text" or token.text == "''":
            raise self._unexpected(token, "a text, as in error_message contains 'quota'")
        return Comparison(of, "contains", (_unquoted(token.text),))

    def _literal(self, of: Read, sign: _Token) -> Literals:
        """The value that is compared with; of a type that fits."""
        negative = self._is_sign("-")
        if negative:
            self._next()
        token = self._next()
        self._count_part(token)
        value: Literals
        if token.kind == "number":
            value = -self._number(token) if negative else self._number(token)
        elif negative:
            raise self._unexpected(token, "a number")
        elif token.kind == "text":
            value = _unquoted(token.text)
        elif token.kind == "quoted":
            raise self._fault(token, f"texts stand between single quotes: '{token.text[1:-1]}'")
        elif token.word in {"true", "false", "null"}:
            value = {"true": True, "false": False, "null": None}[token.word]
        elif token.kind == "name":
            raise self._fault(
                token, f"{token.text!r} is not a value; texts stand between single quotes: '{token.text}'"
            )
        else:
            raise self._unexpected(token, f"a value, as in {_example(of)}")
        self._check_type(of, sign, token, value)
        return value

    def _check_type(self, of: Read, sign: _Token, token: _Token, value: Literals) -> None:
        is_number = isinstance(value, float)
        if sign.text in {"<", "<=", ">", ">="}:
            if of.type in {"text", "boolean"}:
                raise self._fault(
                    sign, f"{of.key} is a {of.type}, and {sign.text} compares numbers; write {_example(of)}"
                )
            if not is_number:
                raise self._fault(token, f"{sign.text} compares with a number, as in {of.key} {sign.text} 4")
        if value is None:
            if of.is_score:
                raise self._fault(token, f"a score always has a value; count({of.key}) counts them")
            return
        fits = {"text": isinstance(value, str), "number": is_number, "boolean": isinstance(value, bool), "any": True}
        if not fits[of.type]:
            shown = "a text" if isinstance(value, str) else "a number" if is_number else "true or false"
            raise self._fault(token, f"{of.key} is a {of.type}, not {shown}; write {_example(of)}")

    def _compared(self, of: Read, sign: _Token, values: tuple[Literals, ...]) -> Condition:
        op = _SIGNS.get(sign.text, "in")
        if op == "not_in":
            return Not(Comparison(of, "in", values))
        return Comparison(of, op, values)

    # Names

    def _read(self) -> Read:
        token = self._next()
        self._count_part(token)
        prefix = f"{token.word}."
        if prefix in {PROPERTY_PREFIX, SCORE_PREFIX} and self._is_sign("."):
            self._next()
            found = Read(prefix + self._free_name(prefix), "any")
        elif f"{token.word}s." == PROPERTY_PREFIX or token.word == "scores":
            right = f"{PROPERTY_PREFIX}<name>" if token.word == "property" else f"{SCORE_PREFIX}<name>"
            raise self._fault(token, f"{token.text!r} is not a field; write {right}")
        else:
            key = ALIASES.get(token.text, token.text)
            if key not in FIELDS:
                raise self._field_fault(token)
            found = Read(key, FIELDS[key].type)
        self._reads.add(found.key)
        return found

    def _free_name(self, prefix: str) -> str:
        """`feedback`, `a.b` or `"any characters"`."""
        token = self._next()
        if token.kind == "quoted":
            name = token.text[1:-1].replace('""', '"')
            if not name:
                raise self._fault(token, f'write a name between the quotes, as in {prefix}"user rating"')
            return name
        if token.kind != "name":
            raise self._unexpected(token, f'a name, as in {prefix}rating or {prefix}"user rating"')
        name = token.text
        while self._is_sign(".") and self._tokens[self._at + 1].kind == "name":
            self._next()
            name += f".{self._next().text}"
        return name

    def _field_fault(self, token: _Token) -> FormulaError:
        known = [key for key in FIELDS if "." not in key]
        if token.word in _NAMES or _PERCENTILE.fullmatch(token.word):
            return self._fault(
                token, f"{token.text!r} is a function; a function holds one field, and no other function"
            )
        advice = _did_you_mean(token.text, known, None)
        return self._fault(
            token,
            f"{token.text!r} is not a field{advice or '; see the fields of the catalogue, properties.<name> and score.<name>'}",
        )

    def _bare_name_fault(self, token: _Token) -> FormulaError:
        name = ALIASES.get(token.text, token.text)
        if token.word == "if_empty" or token.word in _NAMES or _PERCENTILE.fullmatch(token.word):
            return self._fault(
                token, f"{token.text} lacks its brackets, as in {token.word}({'' if token.word == 'count' else '...'})"
            )
        if name in FIELDS:
            of = f"{'uniq' if FIELDS[name].type == 'text' else 'avg'}({name})"
            return self._fault(token, f"{token.text} is a field; put a function around it, such as {of}")
        if f"{token.word}." in {PROPERTY_PREFIX, SCORE_PREFIX}:
            return self._fault(token, f"put a function around {token.text}.<name>, such as avg({token.text}.<name>)")
        if token.text in METRICS:
            return self._fault(
                token,
                f"{token.text} is a metric of the catalogue; formulas are made of functions, such as count(status = 'error')",
            )
        return self._fault(
            token, f"{token.text!r} is neither a number nor a function{_did_you_mean(token.word, _NAMES, _NAMES)}"
        )

    # Tokens

    @property
    def _token(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        token = self._token
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _is_sign(self, sign: str) -> bool:
        return self._token.kind == "sign" and self._token.text == sign

    def _is_word(self, word: str) -> bool:
        return self._token.word == word

    def _number(self, token: _Token) -> float:
        self._count_part(token)
        value = float(token.text)
        if not math.isfinite(value):
            raise self._fault(token, f"{token.text} is too large a number")
        return value

    def _close(self, bracket: _Token) -> None:
        token = self._token
        if self._is_sign(")"):
            self._next()
        elif token.kind == "end":
            raise FormulaError(
                f"the bracket at character {bracket.position + 1} is not closed; add )", token.position, 0
            )
        else:
            raise self._unexpected(token, ")")

    @contextmanager
    def _deeper(self, token: _Token) -> Iterator[None]:
        """One level of nesting."""
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise self._fault(token, f"is nested more than {MAX_NESTING} deep; make it flatter")
        yield
        self._depth -= 1

    def _count_part(self, token: _Token) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise self._fault(
                token, f"the formula has more than {MAX_PARTS} numbers, functions and comparisons; make it shorter"
            )

    def _unexpected(self, token: _Token, wanted: str) -> FormulaError:
        return self._fault(token, f"expected {wanted}, not {token}")

    def _fault(self, token: _Token, problem: str) -> FormulaError:
        return FormulaError(problem, token.position, token.length)

    def _fault_between(self, begin: int, problem: str) -> FormulaError:
        """Points at all from the `begin`-th token to here."""
        start, last = self._tokens[begin].position, self._tokens[self._at - 1]
        return FormulaError(problem, start, last.position + last.length - start)


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'")


def _example(of: Read) -> str:
    values = {"number": "> 1000", "boolean": "= true", "text": "= 'text'", "any": "= 'text'"}
    return f"{of.key} {values[of.type]}"


def _did_you_mean(name: str, known: Sequence[str], all_of: Sequence[str] | None) -> str:
    """Names like `name`; else `all_of` there are."""
    if all_of and name.lower() in _SYNONYMS:
        return f"; did you mean {_SYNONYMS[name.lower()]}?"
    close = get_close_matches(name.lower(), known, n=3) or [k for k in known if len(name) > 2 and name.lower() in k][:3]
    if close:
        return f"; did you mean {' or '.join(close)}?"
    return f"; use one of {', '.join(all_of)}" if all_of else ""
