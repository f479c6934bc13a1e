"""What pydantic found wrong, in our words: what is expected, what was sent, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Error = Mapping[str, object]
"""Of `ValidationError.errors()`."""

TEXT, NUMBER, WHOLE, TRUTH = "a text", "a number", "a whole number", "true or false"
LIST, OBJECT = "a list: [...]", "an object: {{...}}"
TIME, DAY = "a time such as 2026-11-21T12:00:00Z", "a day such as 2026-11-21"
KINDS = {
    "string_type": TEXT, "string_unicode": "a text of whole characters",
    "int_type": WHOLE, "int_parsing": WHOLE, "int_parsing_size": "a smaller number",
    "int_from_float": WHOLE, "float_type": NUMBER, "float_parsing": NUMBER, "finite_number": "a finite number",
    "bool_type": TRUTH, "bool_parsing": TRUTH, "list_type": LIST, "dict_type": OBJECT, "model_type": OBJECT,
    "model_attributes_type": OBJECT, "datetime_type": TIME, "datetime_parsing": TIME, "datetime_from_date_parsing": TIME,
    "datetime_object_invalid": TIME, "date_type": DAY, "date_parsing": DAY, "date_from_datetime_parsing": DAY,
    "date_from_datetime_inexact": DAY, "literal_error": "{expected}", "enum": "{expected}", "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}", "less_than": "less than {lt}", "less_than_equal": "at most {le}",
}  # fmt: skip
"""What a value must be, by pydantic's name of the error; what was sent is said behind it."""
OTHERS = {
    "missing": "is missing; send it",
    "extra_forbidden": "there is no such field here; leave it out, or correct its name",
    "too_short": "has {actual_length} entries; send at least {min_length}",
    "too_long": "has more than {max_length} entries; send fewer",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "has characters that are not allowed; it must match {pattern}",
}
EMPTY = {"too_short": "is empty; send at least {min_length}", "string_too_short": "must not be empty"}
BRANCHES = frozenset({"str", "int", "float", "bool", "datetime", "date"})
LONGEST_SHOWN = 60


def problem(errors: Sequence[Error]) -> tuple[str, str]:
    """The field of the first thing that is wrong, and what. Where several kinds of value are possible: all of them."""
    first = _location(errors[0])
    same = [error for error in errors if _location(error)[: len(first)] == first] if len(errors) > 1 else [*errors]
    # of a list that may also be a text, what is wrong inside says more than that it is no text
    deepest = max((_location(error) for error in same), key=len)
    said = [_words(error) for error in same if _location(error) == deepest]
    return ".".join(deepest), said[0] if len(said) == 1 else _either(said, same[0])


def _location(error: Error) -> tuple[str, ...]:
    """Without pydantic's names for the branches of a union, such as "list[FilterIn]", "literal['json']" and "str"."""
    given = error["loc"]
    assert isinstance(given, tuple)  # noqa: S101 - pydantic's
    parts = [str(part) for part in given]
    kept = [part for part in parts if "[" not in part]
    return tuple(kept[:-1] if len(kept) > 1 and kept[-1] in BRANCHES and error["type"] in KINDS else kept)


def _words(error: Error) -> str:
    kind, context = str(error["type"]), error.get("ctx")
    values = (
        {k: f"{v:g}" if isinstance(v, float) else v for k, v in context.items()} if isinstance(context, dict) else {}
    )
    if kind in KINDS:
        return f"must be {KINDS[kind].format(**values)}, not {_shown(error.get('input'))}"
    if kind in EMPTY and (values.get("actual_length") == 0 or error.get("input") == ""):
        return EMPTY[kind].format(**values)
    if kind in OTHERS:
        return OTHERS[kind].format(**values).replace(" 1 entries", " 1 entry").replace(" 1 characters", " 1 character")
    return str(error["msg"]).removeprefix("Value error, ")


def _either(said: Sequence[str], error: Error) -> str:
    kinds = list(dict.fromkeys(text.removeprefix("must be ").rpartition(", not ")[0] for text in said))
    return f"must be {' or '.join(kinds)}, not {_shown(error.get('input'))}" if all(kinds) else said[0]


def _shown(value: object) -> str:
    """As in JSON, and not too long."""
    match value:
        case None | bool():
            return "null" if value is None else str(value).lower()
        case dict():
            return "an object"
        case list():
            return "a list"
        case _:
            text = repr(value)
            return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
