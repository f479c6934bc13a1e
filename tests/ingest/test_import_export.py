"""What was exported comes back as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest

from promptpulse.accounts.values import ProjectRef
from promptpulse.calls import queries
from promptpulse.calls.shapes import COLUMNS
from promptpulse.core.call import Call
from promptpulse.files import export
from promptpulse.ingest.imports import Options, direct_writer, import_file, named
from promptpulse.ingest.price import Prices
from promptpulse.ingest.writer import insert
from promptpulse.store import Store

NOW = datetime(2026, 11, 21, 12, 34, 56, tzinfo=UTC)
RANGE = queries.Selection(NOW - timedelta(days=2), NOW)
MakeCall = Callable[..., Call]


@pytest.fixture
def calls(make_call: MakeCall) -> list[Call]:
    hour = timedelta(hours=1)
    return [
        make_call(ago=hour, scope="api"),
        make_call(
            ago=hour * 2, prompt_version="3", provider="openai", model="gpt-4o-mini", response_model="gpt-4o-mini-2024-07-18",
            finish_reason="stop", streaming=True, retries=1, latency_ms=812.125, inexact_latency=True, llm_ms=700.5,
            network_ms=100.0, queue_ms=11.625, first_token_ms=210.0, input_tokens=1000, output_tokens=500, total_tokens=1501,
            cached_input_tokens=128, cache_write_tokens=0, reasoning_tokens=64, cost_usd=Decimal("0.000440400"),
            cost_source="price_list", price_date="2026-11-20", user_id="0042", session_id="s, \"quoted\"\nand broken",
            feature="=SUM(A1)", environment="production", service="shop", scope="opentelemetry.instrumentation.openai",
            experiment_id="tone", variant_id="b", trace_id="0af7651916cd43dd8448eb211c80319c", parent_id="00f067aa0ba902b7",
            properties={"plan": "plus", "näme": "+1"},
        ),
        make_call(
            ago=hour * 3, scope="api", status="error", error_type="model_error", error_family="5xx",
            error_name="openai.InternalServerError",
            error_message="-1: the server had an error", latency_ms=30.0, model="gpt-4o", provider="openai", incomplete=True,
        ),
        make_call(ago=hour * 4, scope="api", status="error", error_type="rate_limit", error_family="llm", http_status=429),
        make_call(ago=hour * 5, scope="api", cost_usd=Decimal("0.125"), cost_source="client", model="house", input_tokens=5),
        make_call(ago=hour * 6, scope="api", operation="embeddings", model="house-embed", input_tokens=7, total_tokens=7),
    ]  # fmt: skip


def exported(store: Store, project: str) -> list[queries.Row]:
    return list(queries.stream(store, project, RANGE, 100))


@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_an_export_is_the_same_after_it_was_imported_elsewhere(
    store: Store, project: str, calls: list[Call], tmp_path: Path, form: Literal["ndjson", "csv"]
) -> None:
    insert(store, calls, int(NOW.timestamp()))
    before = exported(store, project)
    body = export(before, COLUMNS, form)
    path = tmp_path / f"calls.{form}"
    path.write_bytes(b"".join(body))
    elsewhere = f"{project}-copy"
    ref = ProjectRef(elsewhere, "Copy", "UTC", capture_content=True, price_version=0)
    write = direct_writer(store, ref, Prices(lambda _: ()), lambda: NOW)

    report = import_file(path, named(f"calls-{form}", Options()), write, NOW, lambda _rows, _share: None)

    assert (report.stored, report.errors) == (6, ())
    assert exported(store, elsewhere) == before


def test_an_export_that_is_imported_where_it_came_from_adds_nothing(
    store: Store, project: str, calls: list[Call], tmp_path: Path
) -> None:
    insert(store, calls, int(NOW.timestamp()))
    path = tmp_path / "calls.ndjson"
    path.write_bytes(b"".join(export(exported(store, project), COLUMNS, "ndjson")))
    ref = ProjectRef(project, "Same", "UTC", capture_content=True, price_version=0)
    write = direct_writer(store, ref, Prices(lambda _: ()), lambda: NOW)

    report = import_file(path, named("calls-ndjson", Options()), write, NOW, lambda _rows, _share: None)

    assert (report.stored, report.duplicates) == (0, 6)
