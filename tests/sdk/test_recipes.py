"""The recipes of docs/recipes and docs/sdk.md are run as they stand, where their parts are installed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import pytest

from docs import examples
from sdk.conftest import Project, program
from sdk.models import models
from server.process import Server

DOCS = Path(__file__).parents[2] / "docs"
RECIPES = DOCS / "recipes"
_BLOCK = re.compile(r"^## (.+?)$|^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEEDS = {
    "OpenAI": ("openai", "opentelemetry.instrumentation.genai.openai"),
    "Anthropic": ("anthropic", "opentelemetry.instrumentation.anthropic"),
    "LiteLLM SDK": ("litellm", "openinference.instrumentation.litellm"),
    "LangChain": ("langchain_openai", "openinference.instrumentation.langchain"),
    "LlamaIndex": ("llama_index", "openinference.instrumentation.llama_index"),
    "Pydantic AI": ("pydantic_ai",),
    "A model of your own": (),
    "Serverless": (),
}
"""Title of a recipe -> what it imports. The larger ones are not among the packages of development: see docs/sdk.md."""


def blocks(page: Path, language: str) -> list[tuple[str, str]]:
    """Titles and texts."""
    title, found = "", []
    for match in _BLOCK.finditer(page.read_text()):
        title = match[1] or title
        if match[2] == language:
            found.append((title, match[3]))
    return found


def is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def test_every_python_recipe_is_known_here() -> None:
    assert [title for title, _ in blocks(RECIPES / "python.md", "python")] == list(NEEDS)


@pytest.mark.parametrize("title", NEEDS)
def test_a_python_recipe_makes_one_labelled_call(mine: Project, title: str) -> None:
    if missing := [name for name in NEEDS[title] if not is_installed(name)]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    (text,) = [text for known, text in blocks(RECIPES / "python.md", "python") if known == title]
    with models() as env:
        done = program(text, PROMPTPULSE_KEY=mine.key, PROMPTPULSE_URL=mine.url, **env)  # type: ignore[arg-type]
    assert done.returncode == 0, done.stderr
    (row,) = mine.rows()
    assert (row["prompt_id"], row["prompt_version"], row["status"]) == ("support-reply", "3", "success"), done.stderr
    if title != "Serverless":
        assert row["user_id"] == "user-42"
    if NEEDS[title]:
        assert (row["input_tokens"], row["output_tokens"], row["service"]) == (1000, 200, "shop")


@pytest.mark.parametrize("page", ["environment.md", "monitoring.md"])
def test_the_requests_of_recipes_are_answered(server: Server, mine: Project, page: str) -> None:
    variables = {"PROMPTPULSE_URL": mine.url, "PROMPTPULSE_KEY": mine.key}
    curls = [text for _, text in blocks(RECIPES / page, "sh") if text.startswith("curl ")]
    assert curls
    for text in curls:
        answer = examples.curl(text, variables).send(mine.client)
        assert answer.is_success, f"{text}\n{answer.text}"


def test_the_grafana_dashboard_asks_for_metrics_that_are_there(server: Server, mine: Project) -> None:
    dashboard = json.loads((RECIPES / "grafana.json").read_text())
    asked = {
        name
        for panel in dashboard["panels"]
        for target in panel["targets"]
        for name in re.findall(r"promptpulse_\w+", target["expr"])
    }
    listed = set(re.findall(r"^\| `(promptpulse_\w+)`", (DOCS / "operations.md").read_text(), re.MULTILINE))
    assert len(asked) >= 8
    assert asked <= listed
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_links_of_recipes_lead_somewhere() -> None:
    for page in (*RECIPES.glob("*.md"), DOCS / "sdk.md"):
        for target in re.findall(r"\]\(([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_examples_of_the_library_run_from_top_to_bottom(mine: Project) -> None:
    made = mine.new_prompt("support-reply", "Hello {{name}}, {{question}}")
    assert made["name"] == "support-reply"
    variants = [{"name": name, "prompt": "support-reply"} for name in ("A", "B")]
    metrics = [{"score": "rating", "primary": True}]
    experiment = mine.post(
        "/api/v1/experiments", {"title": "Shorter greeting", "variants": variants, "metrics": metrics}
    )
    mine.post(f"/api/v1/experiments/{experiment['id']}/start", {})
    text = "\n".join(text for _, text in blocks(DOCS / "sdk.md", "python"))
    with models() as env:
        done = program(text, PROMPTPULSE_KEY=mine.key, PROMPTPULSE_URL=mine.url, **env)  # type: ignore[arg-type]
    assert (done.returncode, done.stderr) == (0, "")
    assert {row["prompt_id"] for row in mine.rows()} == {"support-reply"}
    assert mine.rows("/api/v1/scores")
    assert mine.rows(f"/api/v1/events/experiment/{experiment['id']}", kind="outcome")


def test_the_javascript_of_recipes_can_be_read(tmp_path: Path) -> None:
    node = Path(sys.executable).with_name("node")
    for n, (_, text) in enumerate(blocks(RECIPES / "javascript.md", "js")):
        file = tmp_path / f"{uuid4()}-{n}.{'cjs' if 'require(' in text else 'mjs'}"
        file.write_text(text)
        done = subprocess.run(
            [str(node), "--check", str(file)], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
