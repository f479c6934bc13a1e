"""The documentation agrees with the code: its tables, its commands, and its examples, which are run."""

from __future__ import annotations

import json
import re
from typing import cast
from uuid import uuid4

import httpx
import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup

from docs import examples, tables
from promptpulse.cli import app
from promptpulse.ingest.calls_in import CallIn
from server.process import Server

PAGES = examples.pages()
SENT_FIRST = {"metrics.md": "sending-calls.md"}
"""Pages whose examples ask about the calls that another page sends."""
EXACT = ("getting-started.md", "sending-calls.md", "metrics.md")
"""Pages that show whole answers of their examples."""
VOLATILE = frozenset({"elapsed_ms", "rows_read", "source"})


@pytest.mark.parametrize("name", tables.TABLES)
def test_a_table_says_what_the_code_says(name: str) -> None:
    assert tables.in_page(name) == tables.TABLES[name][1](), f"print it with: python -m docs.tables {name}"


def test_every_field_of_a_call_is_described_with_its_limits() -> None:
    rows = tables.rows_after("sending-calls.md", "### Fields")
    assert {row[0].strip("`"): row[1] for row in rows} == tables.call_types()
    assert all(len(row) == 3 and row[2] for row in rows)
    assert [row[0].strip("`") for row in rows] == list(CallIn.__struct_fields__)


def test_the_options_of_serve_are_the_settings_that_say_so() -> None:
    assert {p.name for p in _command(["serve"])[0].params} - {"help"} == tables.SERVE_OPTIONS


def test_every_prometheus_metric_is_listed(server: Server) -> None:
    key = server.project_key(f"project {uuid4()}").key
    with server.client_of(key) as client:
        server.send([{"prompt_id": "greeting", "latency_ms": 10}], client)
        scraped = client.get("/metrics").text
    listed = set(re.findall(r"^\| `(promptpulse_\w+)`", (tables.PAGES / "operations.md").read_text(), re.MULTILINE))
    types = dict(re.findall(r"^# TYPE (promptpulse_\w+) (\w+)$", scraped, re.MULTILINE))
    assert {name for name in types if not name.endswith("_created")} == listed


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists_with_its_options(page: str) -> None:
    for words in examples.commands(page):
        command, arguments = _command(words)
        known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        assert {word for word in arguments if word.startswith("--")} <= known, words


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", (tables.PAGES / page).read_text()):
        file, _, heading = target.partition("#")
        path = tables.PAGES / (file or page)
        assert path.exists(), target
        if heading:
            titles = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
            assert heading in {_anchor(title) for title in titles}, target


def test_the_contents_name_every_page() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", (tables.PAGES / "README.md").read_text()))
    assert listed == {*PAGES} - {"README.md"}


@pytest.mark.parametrize("page", PAGES)
def test_programs_and_json_can_be_read(page: str) -> None:
    for block in examples.blocks(page, "python"):
        compile(block.text, page, "exec")
    for text in examples.json_blocks(page):
        json.loads(text)


@pytest.mark.parametrize("page", PAGES)
def test_every_request_is_answered_as_shown(page: str, server: Server) -> None:
    made = server.project_key(f"project {uuid4()}")
    with server.client_of("") as client:
        for earlier in (SENT_FIRST.get(page, ""), page):
            for block in examples.blocks(earlier, "sh") if earlier else ():
                if block.text.startswith("curl "):
                    _check(block, _variables(server, made.project, made.key, block.text), client, page)


def _check(block: examples.Example, variables: dict[str, str], client: httpx.Client, page: str) -> None:
    asked = examples.curl(block.text, variables)
    if asked.has_cookies or asked.is_stream:
        return  # a person who does not exist here; an answer that does not end
    answer = asked.send(client)
    assert answer.is_success, f"{block.text}\n{answer.text}"
    if block.answer and page in EXACT:
        assert _steady(answer.json()) == _steady(json.loads(block.answer)), block.text


def _variables(server: Server, project: str, key: str, text: str) -> dict[str, str]:
    makes_a_project = '/api/v1/projects" \\\n' in text
    return {
        "PROMPTPULSE_URL": server.url,
        "PROMPTPULSE_KEY": server.key if makes_a_project else key,
        "PROJECT": project,
    }


def _steady(value: object) -> object:
    """Without what differs from run to run."""
    if isinstance(value, dict):
        return {k: _steady(v) for k, v in value.items() if k not in VOLATILE}
    return [_steady(v) for v in value] if isinstance(value, list) else value


def _command(words: list[str]) -> tuple[TyperCommand, list[str]]:
    """The command that `words` begin with, and what is left of them."""
    found: object = typer.main.get_command(app)
    rest = list(words)
    while isinstance(found, TyperGroup):
        found = found.commands[rest.pop(0)]
    return cast("TyperCommand", found), rest


def _anchor(title: str) -> str:
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
