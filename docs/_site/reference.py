"""What the site has beside the pages: the API reference, made from the OpenAPI document of the code that stands here; and
links to source files, which the site has not, as their names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import cast

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from promptpulse.app import api

PAGE = "api-reference.md"
METHODS = ("get", "post", "put", "patch", "delete")
INTRODUCTION = """# API reference

Every route with its parameters, body and answers. Conventions, credentials and examples: [API](api.md). The same document
for programs: `/openapi.json` of a running server, or `promptpulse openapi`.

Types are written as in TypeScript. A field with `?` may be left out.
"""
Json = Mapping[str, object]


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    files.append(File.generated(config, PAGE, content=reference(api().openapi())))
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: object) -> str:
    above_docs = "../" * (page.file.src_uri.count("/") + 1)
    return re.sub(rf"\[([^\]]+)\]\({re.escape(above_docs)}[^)]*\)", r"\1", markdown)


def reference(document: Json) -> str:
    """The document as a page: groups of routes in the order of the code, then the shapes they speak of."""
    groups: dict[str, list[str]] = defaultdict(list)
    for path, operations in _of(document, "paths").items():
        for method in METHODS:
            operation = _of(cast("Json", operations), method)
            if operation:
                tags = cast("list[str]", operation.get("tags") or ["server"])
                groups[tags[0]].append("\n".join(_route(method, path, operation)))
    parts = [INTRODUCTION]
    for tag, routes in groups.items():
        parts += [f"## {tag.capitalize()}\n", *routes]
    parts.append("## Shapes\n")
    for name, schema in sorted(_of(_of(document, "components"), "schemas").items()):
        if not name.startswith("Answer_"):
            parts.append("\n".join(_shape(name, cast("Json", schema))))
    return "\n".join(parts)


def _route(method: str, path: str, operation: Json) -> Iterator[str]:
    yield f"### {operation.get('summary') or path} {{ #{_anchor(method, path)} }}\n"
    yield f"`{method.upper()} {path}`\n"
    if description := _prose(operation.get("description")):
        yield f"{description}\n"
    parameters = cast("list[Json]", operation.get("parameters") or [])
    if parameters:
        yield "| Parameter | In | Type | Meaning |\n| --- | --- | --- | --- |"
        for given in parameters:
            mark = "" if given.get("required") else "?"
            meaning = _cell(given.get("description") or _of(given, "schema").get("description"))
            yield f"| `{given['name']}{mark}` | {given['in']} | {_type(_of(given, 'schema'))} | {meaning} |"
        yield ""
    if body := _content(_of(operation, "requestBody")):
        yield f"Body: {body}\n"
    for status, answer in _of(operation, "responses").items():
        if status.startswith("2"):
            told = _content(cast("Json", answer))
            yield f"Answer {status}: {told}\n" if told else f"Answer {status}.\n"


def _shape(name: str, schema: Json) -> Iterator[str]:
    yield f"### {_title(name)} {{ #{_shape_anchor(name)} }}\n"
    if description := _prose(schema.get("description")):
        yield f"{description}\n"
    fields = _of(schema, "properties")
    if not fields:
        yield f"{_type(schema)}\n"
        return
    required = cast("list[str]", schema.get("required") or [])
    yield "| Field | Type | Meaning |\n| --- | --- | --- |"
    for field, kind in fields.items():
        mark = "" if field in required else "?"
        yield f"| `{field}{mark}` | {_type(cast('Json', kind))} | {_cell(cast('Json', kind).get('description'))} |"
    yield ""


def _content(holder: Json) -> str:
    """Types of a body, by media type; JSON needs no name."""
    told = []
    for media, content in _of(holder, "content").items():
        kind = _type(_of(cast("Json", content), "schema"))
        told.append(kind if media == "application/json" else f"`{media}`")
    return " or ".join(told)


def _type(schema: Json) -> str:
    for union in ("anyOf", "oneOf", "allOf", "enum"):
        if union in schema:
            words = (
                f"`{v}`" if union == "enum" else _type(cast("Json", v)) for v in cast("list[object]", schema[union])
            )
            return " \\| ".join(dict.fromkeys(words))
    if "$ref" in schema:
        return _referred(str(schema["$ref"]).rpartition("/")[2])
    return f"`{schema['const']}`" if "const" in schema else _plain(schema)


def _plain(schema: Json) -> str:
    match schema.get("type"):
        case "array":
            inner = _type(_of(schema, "items"))
            return f"({inner})[]" if "|" in inner else f"{inner}[]"
        case "object":
            values = schema.get("additionalProperties")
            return f"object of {_type(cast('Json', values))}" if isinstance(values, dict) and values else "object"
        case list() as kinds:
            return " \\| ".join(str(kind) for kind in kinds)
        case kind:
            return str(schema.get("format") or kind or "any")


def _referred(name: str) -> str:
    wrapped = re.fullmatch(r"Answer_(list_)?(\w+?)_*", name)
    return f"`data` {_link(wrapped[2])}{'[]' if wrapped[1] else ''}" if wrapped else _link(name)


def _link(name: str) -> str:
    """Every shape that is no envelope has a heading."""
    return "object" if name.startswith("Answer_") else f"[{_title(name)}](#{_shape_anchor(name)})"


def _of(holder: Json, key: str) -> Json:
    return cast("Json", holder.get(key) or {})


def _anchor(method: str, path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", f"{method} {path}".lower()).strip("-")


def _title(name: str) -> str:
    """Two shapes of one name are told apart by their modules, pages by what is on them."""
    page = re.fullmatch(r"Page_(\w+?)_*", name)
    return f"Page of {page[1]}" if page else name.removeprefix("promptpulse__").replace("__shapes__", ".")


def _shape_anchor(name: str) -> str:
    return f"shape-{re.sub(r'[^a-z0-9]+', '-', name.lower())}".strip("-")


def _prose(text: object) -> str:
    """A docstring as a paragraph: what looks like a tag or a link target stays text."""
    return str(text or "").strip().replace("<", "&lt;")


def _cell(text: object) -> str:
    return " ".join(_prose(text).split()).replace("|", "\\|")
