"""`promptpulse mcp`, asked by the client of the official package, over standard input and output."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, Tool

from remote.conftest import Shop
from server.process import environment

pytestmark = pytest.mark.xdist_group("commands")
Asked = tuple[str, Mapping[str, object]]


def agent(shop: Shop, key: str, *asked: Asked) -> tuple[list[Tool], list[CallToolResult]]:
    """All tools, and the answers to some calls of them."""
    program = StdioServerParameters(
        command=sys.executable,
        args=["-m", "promptpulse", "mcp"],
        env=environment({"url": shop.server.url, "key": key}),
    )

    async def talk() -> tuple[list[Tool], list[CallToolResult]]:
        async with Client(program) as client:
            tools = (await client.list_tools()).tools
            return tools, [await client.call_tool(name, dict(given)) for name, given in asked]

    return asyncio.run(talk())


def data(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    return result.structured_content


def said(result: CallToolResult) -> str:
    assert result.is_error
    return str(getattr(result.content[0], "text", ""))


def test_an_agent_asks_for_figures_and_may_only_read(shop: Shop) -> None:
    tools, answers = agent(
        shop,
        shop.key,
        ("ask", {"question": "requests, success rate by prompt last 1h"}),
        ("query_metrics", {"metrics": ["total_requests"], "where": [{"dimension": "status", "values": ["error"]}]}),
        ("catalogue", {}),
        ("compare_prompts", {"prompt_ids": ["greeting", "farewell"], "last": "1h"}),
        ("failures", {"last": "1h"}),
        ("list_incidents", {"only_open": True}),
        ("list_experiments", {}),
        ("ask", {"question": "p95 by promt"}),
        ("query_metrics", {"metrics": ["nonsense"]}),
        ("read_incident", {"incident_id": "../projects"}),
    )
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
    found, errors, catalogue, compared, failures, incidents, experiments, misread, refused, elsewhere = answers
    assert data(found)["groups"] == [{"prompt_id": "farewell"}, {"prompt_id": "greeting"}]
    assert data(found)["values"]["success_rate"] == [[100], [50]]
    assert data(errors)["values"]["total_requests"] == [[1]]
    assert "p95_latency_ms" in {metric["key"] for metric in data(catalogue)["metrics"]}
    assert [one["calls"] for one in data(compared)["subjects"]] == [2, 2]
    assert data(failures)["failed"] == 1
    assert (data(incidents), data(experiments)) == ({"incidents": []}, {"experiments": []})
    assert "did you mean prompt" in said(misread)
    assert "'nonsense' is not a metric" in said(refused)
    assert "incident" in said(elsewhere)  # no other path of the API is reached


def test_an_agent_sees_what_its_key_may_read(shop: Shop) -> None:
    other = shop.server.project_key("of another agent")
    ingest = shop.server.new_key(other.project, "ingest")
    _, (status,) = agent(shop, other.key, ("status", {}))
    assert data(status)["calls_stored"] == 0
    _, (refused,) = agent(shop, ingest, ("status", {}))
    assert "scope" in said(refused)
