"""The recipes of docs/recipes and docs/sdk.md are run as they stand. Those of larger libraries: test_libraries.py."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
import yaml  # type: ignore[import-untyped]  # has none

from docs import examples
from recipes.pages import DOCS, RECIPES, block, blocks
from recipes.test_libraries import LIBRARIES
from sdk.conftest import Project, program
from sdk.models import models
from server.process import Server, environment

ROOT = Path(__file__).parents[2]
HERE = ("OpenAI", "A model of your own", "Serverless")
"""Recipes whose libraries are among the packages of development."""


def test_every_python_recipe_is_run() -> None:
    assert sorted(title for title, _ in blocks("python.md", "python")) == sorted((*HERE, *LIBRARIES))


@pytest.mark.parametrize("title", HERE)
def test_a_python_recipe_makes_one_labelled_call(mine: Project, title: str) -> None:
    with models() as env:
        done = program(block("python.md", title, "python"), PROMPTPULSE_KEY=mine.key, PROMPTPULSE_URL=mine.url, **env)  # type: ignore[arg-type]
    assert done.returncode == 0, done.stderr
    (row,) = mine.rows()
    assert (row["prompt_id"], row["prompt_version"], row["status"]) == ("support-reply", "3", "success"), done.stderr
    if title != "Serverless":
        assert row["user_id"] == "user-42"
    if title == "OpenAI":
        assert (row["input_tokens"], row["output_tokens"], row["service"]) == (1000, 200, "shop")


@pytest.mark.parametrize("page", ["environment.md", "monitoring.md"])
def test_the_requests_of_recipes_are_answered(server: Server, mine: Project, page: str) -> None:
    variables = {"PROMPTPULSE_URL": mine.url, "PROMPTPULSE_KEY": mine.key}
    curls = [text for _, text in blocks(page, "sh") if text.startswith("curl ")]
    assert curls
    for text in curls:
        answer = examples.curl(text, variables).send(mine.client)
        assert answer.is_success, f"{text}\n{answer.text}"


def test_the_grafana_dashboard_asks_for_metrics_and_labels_that_are_there(mine: Project) -> None:
    """SLAs need a day of data before they tell anything: what they are called stands in operations.md, which is tested."""
    call = {"prompt_id": "greeting", "model": "gpt-4o-mini", "latency_ms": 1, "input_tokens": 9, "output_tokens": 9}
    mine.post("/api/v1/calls", {"calls": [call | {"status": status} for status in ("success", "error")]})
    dashboard = json.loads((RECIPES / "grafana.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    scraped = mine.client.get("/metrics").text
    lines = re.findall(r"^(\w+)\{(.+)\} ", scraped, re.MULTILINE)
    told = {name: set(re.findall(r"(\w+)=", labels)) for name, labels in lines}
    listed = re.findall(r"^\| `(promptpulse_sla_\w+)`", (DOCS / "operations.md").read_text(), re.MULTILINE)
    told.update({name: {"sla"} for name in listed})
    for query in queries:
        names = re.findall(r"promptpulse_\w+", query)
        by = re.findall(r"by \((.+?)\)", query) + re.findall(r"(\w+)=", query)
        assert names, query
        for name in names:
            assert {label.strip() for one in by for label in one.split(",")} <= told[name], query
    assert len(queries) >= 8
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


def test_prometheus_scrapes_what_the_recipe_says(mine: Project) -> None:
    (job,) = yaml.safe_load(block("monitoring.md", "Prometheus", "yaml"))["scrape_configs"]
    assert job["authorization"]["type"] == "Bearer"
    answer = httpx.get(f"{mine.url}{job['metrics_path']}", headers={"Authorization": f"Bearer {mine.key}"})
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/plain")


def test_keda_reads_one_number_at_the_address_of_the_recipe(mine: Project) -> None:
    parts = {part["kind"]: part for part in yaml.safe_load_all(block("monitoring.md", "KEDA", "yaml"))}
    (trigger,) = parts["ScaledObject"]["spec"]["triggers"]
    address = httpx.URL(trigger["metadata"]["url"])
    figure = mine.client.get(address.raw_path.decode()).json()[trigger["metadata"]["valueLocation"]]
    assert figure == 0  # `empty=0`: the project has no calls
    assert float(trigger["metadata"]["targetValue"]) > 0
    (secret,) = parts["TriggerAuthentication"]["spec"]["secretTargetRef"]
    assert secret["name"] == parts["Secret"]["metadata"]["name"]
    assert secret["key"] in parts["Secret"]["stringData"]
    assert trigger["authenticationRef"]["name"] == parts["TriggerAuthentication"]["metadata"]["name"]


def test_pipelines_of_the_collector_use_parts_that_are_set_up(mine: Project) -> None:
    collector = yaml.safe_load(block("environment.md", "OpenTelemetry Collector", "yaml"))
    for pipeline in collector["service"]["pipelines"].values():
        for kind, names in pipeline.items():
            assert set(names) <= set(collector[kind])
    (exporter,) = collector["exporters"].values()
    headers = {name: value.replace("${env:PROMPTPULSE_KEY}", mine.key) for name, value in exporter["headers"].items()}
    for signal in collector["service"]["pipelines"]:  # the exporter adds the path of each
        sent = httpx.post(
            f"{mine.url}/v1/{signal}", content=b"", headers={**headers, "Content-Type": "application/x-protobuf"}
        )
        assert sent.status_code == 200, f"{signal}: {sent.text}"


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
    text = "\n".join(text for _, text in blocks("../sdk.md", "python"))
    with models() as env:
        done = program(text, PROMPTPULSE_KEY=mine.key, PROMPTPULSE_URL=mine.url, **env)  # type: ignore[arg-type]
    assert (done.returncode, done.stderr) == (0, "")
    assert {row["prompt_id"] for row in mine.rows()} == {"support-reply"}
    assert mine.rows("/api/v1/scores")
    assert mine.rows(f"/api/v1/events/experiment/{experiment['id']}", kind="outcome")


def test_the_javascript_of_laikatest_fetches_its_prompt(mine: Project) -> None:
    """Programs of the Vercel AI SDK are run by test_libraries.py."""
    mine.new_prompt("greeting", "Hello {{name}}")
    node, packages = Path(sys.executable).with_name("node"), ROOT / "tests" / "laikatest" / "node_modules"
    env = environment({"url": mine.url, "key": mine.key}) | {"NODE_PATH": str(packages)}
    text = block("javascript.md", "LaikaTest", "js")
    done = subprocess.run(
        [str(node), "-"], input=text, env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "Hello Ada"), done.stderr
