"""Tables of the documentation that follow from the code.

Print one with `PYTHONPATH=tests .venv/bin/python -m docs.tables metrics`, and paste it between its two marks."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import typer.main
from typer.core import TyperCommand, TyperGroup

from promptpulse.cli import app
from promptpulse.ingest.calls_in import CallIn
from promptpulse.ingest.otlp import tables as otlp
from promptpulse.metrics import DIMENSIONS, METRICS
from promptpulse.metrics.fields import FIELDS
from promptpulse.metrics.formula import FUNCTIONS
from promptpulse.settings import Settings

PAGES = Path(__file__).parents[2] / "docs"
UNITS = {"count": "count", "per_minute": "per minute", "percent": "%", "ms": "ms", "tokens": "tokens", "usd": "US$"}
SERVE_OPTIONS = frozenset(
    {"host", "port", "data", "store_url", "database_url", "public_url", "log_level", "log_json"},
)
"""Settings that are options of `promptpulse serve`, too; `test_pages` checks them against the command."""


def metrics() -> str:
    return _table(
        ("Key", "Label", "Unit", "Better", "Empty", "Meaning"),
        [
            (f"`{m.key}`", m.label, UNITS[m.unit], m.better, "0" if m.empty == 0 else "null", m.description)
            for m in METRICS.values()
        ],
    )


def dimensions() -> str:
    return _table(
        ("Key", "Label", "Also"),
        [(f"`{d.key}`", d.label, ", ".join(f"`{a}`" for a in d.also)) for d in DIMENSIONS.values()],
    )


def functions() -> str:
    rows = [(f"`{f.signature if ' ' not in f.name else f.name}`", f.description) for f in FUNCTIONS]
    return _table(("Function", "Meaning"), rows)


def fields() -> str:
    return _table(
        ("Field", "Label", "Type", "Unit"),
        [(f"`{f.key}`", f.label, f.type, UNITS[f.unit] if f.unit else "") for f in FIELDS.values()],
    )


def settings() -> str:
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default == "" else f"`{str(field.default).lower()}`"
        option = f"`--{name.replace('_', '-')}`" if name in SERVE_OPTIONS else ""
        rows.append((f"`PROMPTPULSE_{name.upper()}`", option, default, field.description or ""))
    return _table(("Variable", "Option of `serve`", "Default", "Meaning"), rows)


def commands() -> str:
    rows = []
    for name, command in _commands(typer.main.get_command(app), "promptpulse"):
        rows.append((f"`{name}`", (command.help or "").partition("\n")[0].replace("<", "&lt;")))
    return _table(("Command", "What it does"), rows)


def attributes() -> str:
    """What fills which field of a call, in order of preference."""
    internal = {"one_model", "raw_usage", "langfuse_usage", "response_id", "total_tokens"}
    rows = []
    for column, names in otlp.COLUMNS.items():
        if column in internal:
            continue
        rows.append((NAMES_OF_COLUMNS.get(column, f"`{column}`"), ", ".join(f"`{n}`" for n in names)))
    resource = ", ".join(f"`{n}`" for n in otlp.RESOURCE_ENVIRONMENTS)
    rows.append(("`environment`, of the resource", resource))
    rows.append(("`properties`, by prefix", ", ".join(f"`{n}*`" for n in otlp.PROPERTIES)))
    return _table(("Field", "Attributes, the first that is present counts"), rows)


NAMES_OF_COLUMNS = {
    "request_model": "`model`",
    "first_chunk_s": "`first_token_ms`, in seconds",
    "first_token_at": "`first_token_ms`, as a moment",
    "finish": "`finish_reason`",
    "cost": "`cost_usd`",
}


def call_types() -> dict[str, str]:
    """Type and limits of each field of `POST /api/v1/calls`, by name."""
    found = msgspec.inspect.type_info(CallIn)
    assert isinstance(found, msgspec.inspect.StructType)
    return {field.encode_name: _described(field.type) for field in found.fields}


def _described(kind: msgspec.inspect.Type) -> str:
    match kind:
        case msgspec.inspect.UnionType(types=types):
            words = " or ".join(_described(t) for t in types if not isinstance(t, msgspec.inspect.NoneType))
        case msgspec.inspect.StrType(max_length=longest):
            words = "text" if longest is None else f"text, up to {longest}"
        case msgspec.inspect.IntType(ge=least, le=most):
            words = "whole number" if most is None else f"whole number, {least} to {_spaced(most)}"
        case msgspec.inspect.FloatType(ge=least, le=most):
            words = "number" if most is None else f"number, {least:g} to {_spaced(most)}"
        case msgspec.inspect.LiteralType(values=values):
            words = " or ".join(f"`{v}`" for v in values)
        case msgspec.inspect.EnumType(cls=cls):
            words = " or ".join(f"`{v.value}`" for v in cls)
        case _:
            words = WORDS[type(kind)]
    return words


WORDS: dict[type, str] = {
    msgspec.inspect.BoolType: "true or false",
    msgspec.inspect.DateTimeType: "time, RFC 3339",
    msgspec.inspect.DictType: "flat object",
}


def _spaced(number: float) -> str:
    return "2^53" if number == 1 << 53 else f"{number:,.0f}".replace(",", " ")


TABLES: dict[str, tuple[str, Callable[[], str]]] = {
    "metrics": ("metrics.md", metrics),
    "dimensions": ("metrics.md", dimensions),
    "functions": ("custom-metrics.md", functions),
    "fields": ("custom-metrics.md", fields),
    "settings": ("operations.md", settings),
    "commands": ("operations.md", commands),
    "attributes": ("sending-calls.md", attributes),
}
"""By name: the page, and what stands there between `<!-- table: name -->` and `<!-- end -->`."""


def in_page(name: str) -> str:
    page = (PAGES / TABLES[name][0]).read_text()
    found = re.search(rf"<!-- table: {name} -->\n(.*?)\n<!-- end -->", page, re.DOTALL)
    assert found, f"{TABLES[name][0]} has no <!-- table: {name} --> ... <!-- end -->"
    return found[1]


def rows_after(page: str, heading: str) -> list[list[str]]:
    """Cells of the first table after a heading, without its header."""
    text = (PAGES / page).read_text().partition(f"\n{heading}\n")[2]
    found = re.search(r"^(?:\|.*\n)+", text, re.MULTILINE)
    assert found, f"{page} has no table after {heading}"
    lines = found[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def _commands(command: object, name: str) -> Iterator[tuple[str, TyperCommand]]:
    match command:
        case TyperGroup():
            for word, inner in command.commands.items():
                yield from _commands(inner, f"{name} {word}")
        case TyperCommand():
            yield name, command


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(TABLES[sys.argv[1]][1]() + "\n")
