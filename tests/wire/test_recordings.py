"""Every recording of a real emitter gives the calls that EXPECTED.json says, in whatever form and order it arrives."""

from __future__ import annotations

import gzip
import json
import os
import re
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from promptpulse.core.call import Call
from promptpulse.ingest.otlp import Media, RecentCalls, read_logs, read_traces

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SHARED = Path(os.environ.get("PROMPTPULSE_SHARED") or Path(__file__).parents[3] / "shared")
RECORDINGS = SHARED / "fixtures" / "otlp"
EXPECTED: dict[str, Any] = (
    json.loads((RECORDINGS / "EXPECTED.json").read_text()) if (RECORDINGS / "EXPECTED.json").is_file() else {}
)

FORMS: dict[str, tuple[Media, Callable[[bytes], bytes]]] = {
    ".bin": ("protobuf", bytes),
    ".otlp.json": ("json", bytes),
    ".bin.gzip": ("protobuf", gzip.decompress),
    ".bin.deflate": ("protobuf", zlib.decompress),
    ".otlp.json.gzip": ("json", gzip.decompress),
}
NAME = re.compile(r"(?P<scenario>.+)\.(?P<number>\d+)\.(?P<signal>traces|logs)(?P<form>(\.otlp)?\.(json|bin)(\.\w+)?)")

DEVIATIONS = {
    # the only text of this call is in llm.input_messages.1, and B3 counts every N
    ("openinference-0.1.66__responses_stream", "has_content"): True,
}
INFERRED_PROVIDER = re.compile("gpt-|text-embedding-")
"""B3: Langfuse names no provider, infer it from the model; EXPECTED.json leaves it out."""


def bodies(scenario: str, signal: str) -> dict[str, list[tuple[bytes, Media]]]:
    """Form -> the numbered bodies in order."""
    found: dict[str, list[tuple[int, bytes, Media]]] = {}
    for path in RECORDINGS.glob(f"{scenario}.*"):
        m = NAME.fullmatch(path.name)
        if m and m["scenario"] == scenario and m["signal"] == signal and m["form"] in FORMS:
            media, undo = FORMS[m["form"]]
            found.setdefault(m["form"], []).append((int(m["number"]), undo(path.read_bytes()), media))
    return {form: [(body, media) for _, body, media in sorted(list_)] for form, list_ in found.items()}


def read_all(list_: list[tuple[bytes, Media]], recent: RecentCalls | None = None) -> list[Call]:
    recent = recent or RecentCalls()
    calls = []
    for body, media in list_:
        reading = read_traces(body, media, "p", NOW, recent, capture_content=True)
        reading.commit()
        assert reading.rejected == 0
        calls += reading.calls
    return sorted(calls, key=lambda c: c.ts)


def as_expected(call: Call) -> dict[str, object]:
    return {
        "cache_write_tokens": call.cache_write_tokens,
        "cached_tokens": call.cached_input_tokens,
        "cost": None if call.cost_usd is None else float(call.cost_usd),
        "error_class": call.error_type or None,
        "error_family": call.error_family or None,
        "error_type": call.error_name or None,
        "experiment": call.experiment_id or None,
        "finish": call.finish_reason.split(",") if call.finish_reason else [],
        "has_content": bool(call.input),
        "has_ttft": call.first_token_ms is not None,
        "http_status": call.http_status,
        "input_tokens": call.input_tokens,
        "operation": call.operation,
        "output_tokens": call.output_tokens,
        "prompt": call.prompt_id or None,
        "prompt_version": call.prompt_version or None,
        "provider": call.provider or None,
        "reasoning_tokens": call.reasoning_tokens,
        "request_model": call.model or None,
        "response_id": call.response_id or None,
        "response_model": call.response_model or None,
        "scope": call.scope,
        "session": call.session_id or None,
        "status": "incomplete" if call.incomplete else {"success": "ok", "error": "error"}[call.status],
        "streaming": call.streaming,
        "total_tokens": call.total_tokens,
        "user": call.user_id or None,
        "variant": call.variant_id or None,
    }


def expected_rows(scenario: str) -> list[dict[str, object]]:
    rows = []
    for request in EXPECTED[scenario]["requests"]:
        row = {k: v for k, v in request.items() if k != "span"}
        if scenario.startswith("langfuse") and INFERRED_PROVIDER.match(str(row["request_model"])):
            row["provider"] = "openai"
        for (name, column), value in DEVIATIONS.items():
            if name == scenario:
                row[column] = value
        rows.append(row)
    return rows


def test_the_recordings_are_there() -> None:
    assert EXPECTED, f"no recordings in {RECORDINGS}; set PROMPTPULSE_SHARED to the folder that holds fixtures/otlp"


def test_every_recorded_scenario_has_bodies_and_every_body_a_scenario() -> None:
    names = {m["scenario"] for p in RECORDINGS.iterdir() if (m := NAME.fullmatch(p.name))}
    assert names == set(EXPECTED)


@pytest.mark.parametrize("scenario", sorted(EXPECTED))
def test_a_recording_gives_the_expected_calls(scenario: str) -> None:
    forms = bodies(scenario, "traces")
    assert forms
    for form, list_ in forms.items():
        assert [as_expected(c) for c in read_all(list_)] == expected_rows(scenario), form


@pytest.mark.parametrize("scenario", sorted(EXPECTED))
def test_sent_again_and_in_reverse_a_recording_gives_the_same_number_of_calls(scenario: str) -> None:
    wanted = len(EXPECTED[scenario]["requests"])
    for list_ in bodies(scenario, "traces").values():
        assert len(read_all(list_[::-1])) == wanted
        again = RecentCalls()
        first, second = read_all(list_, again), read_all(list_, again)
        assert [c.id for c in first] == [c.id for c in second]


@pytest.mark.parametrize("scenario", sorted(s for s in EXPECTED if bodies(s, "logs")))
def test_recorded_logs_are_readable_and_hold_no_text(scenario: str) -> None:
    for list_ in bodies(scenario, "logs").values():
        contents = [c for body, media in list_ for c in read_logs(body, media)]
        # content was turned off; what remains of a tool call is its name
        assert [c.input for c in contents] == ([""] if scenario.endswith("tool") else [])
