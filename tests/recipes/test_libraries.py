"""Recipes of libraries that are not among the packages of development: `make recipes` installs them, and runs this.

Each program stands in docs/recipes and is run as it is. The provider is one on this machine; PromptPulse is real."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # has none

import promptpulse
from recipes.pages import block
from sdk.conftest import Project
from sdk.models import models
from server.process import environment

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".cache" / "recipes" / "bin" / "python"
NODE = Path(sys.executable).with_name("node")
PACKAGES = Path(__file__).with_name("node_modules")
NOWHERE = "http://127.0.0.1:9"
LIBRARIES = ("Anthropic", "LiteLLM SDK", "LangChain", "LlamaIndex", "Pydantic AI")
"""Recipes of docs/recipes/python.md."""

NO_NETWORK = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "HTTP_PROXY": NOWHERE,
    "HTTPS_PROXY": NOWHERE,
    "NO_PROXY": "127.0.0.1",
}
"""Some libraries fetch lists when they begin."""

pytestmark = pytest.mark.skipif(
    "PROMPTPULSE_RECIPES" not in os.environ, reason="`make recipes` installs these libraries, and runs their recipes"
)


def run(command: list[str], mine: Project, env: Mapping[str, str], folder: Path) -> str:
    """To its end; what it wrote to the error output."""
    path = f"{PYTHON.parent}:{os.environ['PATH']}"
    ours = {"PROMPTPULSE_KEY": mine.key, "PROMPTPULSE_URL": mine.url, "PATH": path, **NO_NETWORK}
    done = subprocess.run(
        command, env={**environment({}), **ours, **env}, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr


def labelled(mine: Project) -> dict[str, object]:
    (row,) = mine.rows()
    assert (row["prompt_id"], row["prompt_version"], row["user_id"]) == ("support-reply", "3", "user-42")
    return row


@pytest.mark.parametrize("title", LIBRARIES)
def test_a_python_recipe_makes_one_labelled_call(mine: Project, title: str, tmp_path: Path) -> None:
    sources = {"PYTHONPATH": str(Path(promptpulse.__file__).parents[1])}
    with models() as env:
        run([str(PYTHON), "-c", block("python.md", title, "python")], mine, {**env, **sources}, tmp_path)
    row = labelled(mine)
    assert (row["status"], row["service"]) == ("success", "shop")
    assert (row["input_tokens"], row["output_tokens"]) == (1000, 200)


def module(folder: Path, text: str) -> list[str]:
    """The command that runs it, with the packages of this folder."""
    folder.joinpath("node_modules").symlink_to(PACKAGES)
    folder.joinpath("program.mjs").write_text(text)
    return [str(NODE), "program.mjs"]


def test_the_vercel_ai_sdk_makes_one_labelled_call(mine: Project, tmp_path: Path) -> None:
    with models() as env:
        run(module(tmp_path, block("javascript.md", "Vercel AI SDK", "js")), mine, env, tmp_path)
    row = labelled(mine)
    assert (row["provider"], row["service"], row["input_tokens"], row["output_tokens"]) == ("openai", "shop", 1000, 200)


OLDER = """
import { openai } from "@ai-sdk/openai";
import { LegacyOpenTelemetry } from "@ai-sdk/otel";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace";
import { generateText, registerTelemetry } from "ai";

const exporter = new OTLPTraceExporter({
  url: `${process.env.PROMPTPULSE_URL}/v1/traces`,
  headers: { Authorization: `Bearer ${process.env.PROMPTPULSE_KEY}` },
});
const sdk = new NodeSDK({ spanProcessors: [new PromptNames(), new BatchSpanProcessor({ exporter })] });
sdk.start();
registerTelemetry(new LegacyOpenTelemetry());
await withPrompt("support-reply", 3, () => generateText({ model: openai("gpt-4o-mini"), prompt: "Say hello" }));
await sdk.shutdown();
"""
"""`LegacyOpenTelemetry` writes the spans of versions 5 and 6."""


def test_spans_of_older_versions_of_the_vercel_ai_sdk_get_the_name_of_the_prompt(mine: Project, tmp_path: Path) -> None:
    with models() as env:
        run(module(tmp_path, block("javascript.md", "Vercel AI SDK 5 and 6", "js") + OLDER), mine, env, tmp_path)
    (row,) = mine.rows()
    assert (row["prompt_id"], row["prompt_version"], row["provider"]) == ("support-reply", "3", "openai")
    assert (row["input_tokens"], row["output_tokens"]) == (1000, 200)


ASKS = """
from anthropic import Anthropic

hello = [{"role": "user", "content": "Say hello"}]
Anthropic().messages.create(model="claude-3-5-haiku-20241022", max_tokens=9, messages=hello)
"""


def test_environment_variables_alone_send_the_calls_of_a_program(mine: Project, tmp_path: Path) -> None:
    tmp_path.joinpath("app.py").write_text(ASKS)
    starts = "exec opentelemetry-instrument python app.py"
    with models() as env:
        run(["sh", "-c", block("environment.md", "Plain OpenTelemetry", "sh") + starts], mine, env, tmp_path)
    (row,) = mine.rows()
    assert (row["service"], row["environment"], row["provider"]) == ("shop", "production", "anthropic")
    assert (row["input_tokens"], row["output_tokens"]) == (1000, 200)


def test_the_callback_of_the_litellm_proxy_sends_with_the_variables_of_the_recipe(
    mine: Project, tmp_path: Path
) -> None:
    """The proxy itself is fifty packages more; its callback and its variables are those of the library."""
    proxy = yaml.safe_load(block("environment.md", "LiteLLM proxy", "yaml"))
    asks = (
        f"import litellm, time; litellm.callbacks = {proxy['litellm_settings']['callbacks']!r}\n"
        "litellm.completion(model='openai/gpt-4o-mini', messages=[{'role': 'user', 'content': 'Hi'}])\n"
        "from opentelemetry import trace; time.sleep(1); trace.get_tracer_provider().force_flush()\n"
    )
    tmp_path.joinpath("app.py").write_text(asks)
    variables = block("environment.md", "LiteLLM proxy", "sh")
    with models() as env:
        run(["sh", "-c", f"{variables}exec {PYTHON} app.py"], mine, env, tmp_path)
    (row,) = mine.rows()
    assert (row["provider"], row["input_tokens"], row["output_tokens"]) == ("openai", 1000, 200)
