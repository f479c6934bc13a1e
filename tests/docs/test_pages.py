"""The documentation agrees with the code: its tables, its commands, and its examples, which are run."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup

from docs import examples, tables
from experiments.lab import experiment
from promptpulse.app import api
from promptpulse.cli import app
from promptpulse.experiments.assign import decide
from promptpulse.ingest.calls_in import CallIn
from server.making import new_incident
from server.process import Server

PAGES = examples.pages()
SENT_FIRST = {"metrics.md": "sending-calls.md", "costs.md": "sending-calls.md"}
"""Pages whose examples ask about the calls that another page sends."""
EXACT = ("getting-started.md", "sending-calls.md", "metrics.md")
"""Pages that show whole answers of their examples."""
IN_PART = (
    "prompts.md", "experiments.md", "scores.md", "laikatest.md", "dashboards.md", "analysis.md", "quality.md", "calls.md",
    "exporting.md", "custom-metrics.md",
)  # fmt: skip
"""Pages that show of an answer what matters, and whose programs are run."""
VOLATILE = frozenset({"elapsed_ms", "rows_read", "source"})
BY_CHANCE = frozenset({
    "groupName", "bucket_name", "variant_name", "prompt_version", "content", "version", "units_per_day", "hash_value",
    "hash_input", "detail", "days_running",
})  # fmt: skip
"""Follows from ids, which differ from run to run, or from the clock."""
OF_ONE_RUN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-.*|\d{4}-\d\d-\d\dT.*|.* \(.*\)|[0-9a-f]{32}")
"""Ids, times, who did it."""
TAKEN = {
    "POST /api/v1/prompts": {"PROMPT": "id"},
    "POST /api/v1/experiments": {"EXPERIMENT": "id"},
    "POST /api/v3/experiments/evaluate": {"BUCKET": "bucketId"},
    "POST /api/v1/costs/budgets": {"BUDGET": "id"},
    "POST /api/v1/costs/repricings": {"REPRICING": "id"},
    "POST /api/v1/costs/reconciliations": {"RECONCILIATION": "id"},
    "POST /api/v1/channels": {"CHANNEL": "id"},
    "POST /api/v1/slas": {"SLA": "id"},
    "POST /api/v1/policies": {"POLICY": "id"},
    "POST /api/v1/rules": {"RULE": "id"},
    "POST /api/v1/dashboards": {"DASHBOARD": "id"},
    "POST /api/v1/dashboards/{id}/shares": {"SHARE": "id", "SHARED": "path"},
}
"""What pages tell the reader to keep of an answer: variable, and field of `data`."""
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Kept = dict[str, str]
PACKAGES = Path(__file__).parents[1] / "laikatest" / "node_modules"


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


@pytest.mark.parametrize("name", ["coverage.md", "coverage-metrics.md"])
def test_what_a_coverage_page_names_is_there(name: str) -> None:
    page = (tables.PAGES / name).read_text()
    root = tables.PAGES.parent
    for file, test in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page):
        assert (root / file).exists(), file
        assert not test or f"def {test}(" in (root / file).read_text(), f"{file}::{test}"
    paths = api().openapi()["paths"]
    for method, path in re.findall(r"`(GET|POST|PUT) (/[^` ]+)`", page):
        assert method.lower() in paths.get(path, {}), f"{method} {path}"
    routes = (root / "web" / "src" / "App.tsx").read_text()
    for address in re.findall(r"\| `/([^`]*)` \|", page):
        assert f'path="{address}"' in routes if address else "<Route index" in routes, address


@pytest.mark.parametrize("page", PAGES)
def test_programs_and_json_can_be_read(page: str) -> None:
    for block in examples.blocks(page, "python"):
        compile(block.text, page, "exec")
    for text in examples.json_blocks(page):
        json.loads(text)


def test_every_formula_is_one_and_can_be_computed(server: Server) -> None:
    formulas = [
        line for page in PAGES for block in examples.blocks(page, "formula") for line in block.text.splitlines()
    ]
    assert len(formulas) > 10
    day = {"start": "2025-10-06T00:00:00Z", "end": "2025-10-07T00:00:00Z"}
    with server.client_of(server.project_key(f"project {uuid4()}").key) as client:
        for formula in formulas:
            answer = client.post("/api/v1/query", json={**day, "metrics": [f"={formula}"], "by": ["prompt_id"]})
            assert answer.is_success, f"{formula}\n{answer.text}"


@pytest.mark.parametrize("page", PAGES)
def test_every_request_is_answered_as_shown(page: str, server: Server) -> None:
    """From top to bottom, as a reader would; with the programs between them on pages that say so."""
    made = server.project_key(f"project {uuid4()}")
    taken: dict[str, str] = {}
    if "$INCIDENT" in (tables.PAGES / page).read_text():
        taken["INCIDENT"] = new_incident(server, made.project, "Slow answers")
    with server.client_of("") as client:
        for earlier in (SENT_FIRST.get(page, ""), page):
            for block in examples.blocks(earlier, "sh", "js", "python") if earlier else ():
                variables = taken | _variables(server, made.project, made.key, block.text)
                if block.text.startswith("curl "):
                    kept, tag = _check(block, variables, client, page)
                    taken = kept | taken | tag  # the first that was made; the last that was fetched
                elif block.language != "sh" and page in IN_PART:
                    _run(block, variables)


def _check(block: examples.Example, variables: dict[str, str], client: httpx.Client, page: str) -> tuple[Kept, Kept]:
    """What the reader keeps of the answer: ids, and the ETag."""
    asked = examples.curl(block.text, variables)
    assert "$" not in asked.url, f"{asked.url}: nothing was kept under this name"
    if asked.has_cookies or asked.is_stream:
        return {}, {}  # a person who does not exist here; an answer that does not end
    answer = asked.send(client)
    is_known = "If-None-Match" in asked.headers
    assert answer.status_code == 304 if is_known else answer.is_success, f"{block.text}\n{answer.text}"
    if block.answer and page in EXACT:
        assert _steady(answer.json()) == _steady(json.loads(block.answer)), block.text
    if block.answer and page in IN_PART:
        assert not (unlike := list(_unlike(json.loads(block.answer), answer.json(), ""))), f"{block.text}\n{unlike}"
    path = ID.sub("{id}", urlsplit(asked.url).path)
    kept = TAKEN.get(f"{asked.method} {path}", {})
    tag = {"ETAG": answer.headers["etag"]} if "etag" in answer.headers else {}
    return {name: answer.json()["data"][field] for name, field in kept.items()}, tag


def _unlike(shown: object, told: object, place: str) -> Iterator[str]:
    """Where an answer is not as a page shows it. Fields that the page leaves out are not asked for."""
    name = place.rpartition(".")[2]
    match shown, told:
        case dict(), dict():
            for key, value in shown.items():
                yield from _unlike(value, told[key], f"{place}.{key}") if key in told else [f"{place}.{key} is missing"]
        case list(), list() if len(shown) == len(told):
            for one, other in zip(shown, told, strict=True):
                yield from _unlike(one, other, place)
        case str(), str() if name in BY_CHANCE or (OF_ONE_RUN.fullmatch(shown) and OF_ONE_RUN.fullmatch(told)):
            return
        case int() | float(), int() | float() if name in BY_CHANCE:
            return
        case _ if shown != told:
            yield f"{place}: shown {shown!r}, told {told!r}"


def _run(block: examples.Example, variables: dict[str, str]) -> None:
    """A whole program. Those that ask a model are run by tests/laikatest."""
    is_js = block.language == "js"
    if "openai" in block.text or (is_js and "require(" not in block.text):
        return
    assert not is_js or PACKAGES.is_dir(), "the LaikaTest packages are missing: `make test` installs them"
    environment = {
        **os.environ, **variables, "NODE_PATH": str(PACKAGES), "LANGFUSE_BASE_URL": variables["PROMPTPULSE_URL"],
        "LANGFUSE_PUBLIC_KEY": "any", "LANGFUSE_SECRET_KEY": variables["PROMPTPULSE_KEY"],
    }  # fmt: skip
    program = [str(Path(sys.executable).with_name("node")), "-"] if is_js else [sys.executable, "-"]
    ended = subprocess.run(
        program, input=block.text, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, f"{block.text}\n{ended.stderr}"


def test_the_documented_hash_is_that_of_the_product() -> None:
    """Run on what the API tells of an experiment."""
    (block,) = [b for b in examples.blocks("experiments.md", "python") if "sha256" in b.text]
    page: dict[str, Callable[[object, str], str | None]] = {}
    exec(block.text, page)  # of our own page
    running = replace(experiment(20, 30, 50), traffic=70)
    told = {
        "id": running.salt,
        "traffic": running.traffic,
        "variants": [{"name": v.name, "weight": v.weight} for v in running.variants],
    }
    for n in range(500):
        got = decide(running, f"user-{n}", {}, None, 0)
        assert page["variant_of"](told, f"user-{n}") == (got.variant.name if got.enrolled else None)


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
