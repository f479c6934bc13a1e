"""The web app's types are made from the OpenAPI document: it must be the one of today's routes."""

from __future__ import annotations

from pathlib import Path

import msgspec

from promptpulse.app import api

WRITTEN = Path(__file__).parents[2] / "web" / "openapi.json"


def test_the_written_document_is_that_of_the_routes() -> None:
    current = msgspec.json.decode(msgspec.json.encode(api().openapi()))
    assert msgspec.json.decode(WRITTEN.read_bytes()) == current, "the API has changed: run make types"


def test_every_operation_has_a_summary_its_failures_and_an_id_of_its_own() -> None:
    document = msgspec.json.decode(msgspec.json.encode(api().openapi()))
    operations = [op for path in document["paths"].values() for op in path.values()]
    assert len(operations) > 30
    assert [op["operationId"] for op in operations if not op.get("summary")] == []
    assert [op["operationId"] for op in operations if "401" not in op["responses"]] == []
    assert len({op["operationId"] for op in operations}) == len(operations)
