"""A 200 or 201 means stored, once, whatever happens to the process: of calls, scores and events."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from bench.payloads import otlp_batch
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from promptpulse.metrics.rollups import ROLLUPS
from scores.sending import assert_once, events_of, scores_of
from scores.world import World, new_world
from server.killing import SEED, Sender, Sent, acknowledged_by, kill_while_sending, listed, sent_json
from server.process import Json, Server

KILLS = 20
DAYS = 2
"""Calls start within so many days: in hours long closed, and in the present one."""


def spread(dice: random.Random, now: datetime) -> datetime:
    return now - timedelta(seconds=dice.choice((dice.randrange(DAYS * 86_400), dice.randrange(600))))


def json_batch(sender: int, now: datetime) -> Callable[[int], Sent]:
    def make(n: int) -> Sent:
        dice = random.Random(f"{SEED} {sender} {n}")
        ids = [f"{sender}-{n}-{i}" for i in range(dice.choice((1, 40, 400)))]
        calls: list[Json] = [
            {
                "id": call_id, "timestamp": spread(dice, now).isoformat(), "prompt_id": f"prompt-{dice.randrange(5)}",
                "model": "gpt-4o-mini", "provider": "openai", "latency_ms": dice.randrange(1, 5000), "input_tokens": 100,
                "output_tokens": 10, "input": "a question" if dice.random() < 0.1 else None,
            }
            for call_id in ids
        ]  # fmt: skip
        return sent_json("/api/v1/calls", {"calls": calls}, ids)

    return make


def otlp(sender: int, now: datetime) -> Callable[[int], Sent]:
    def make(n: int) -> Sent:
        dice = random.Random(f"{SEED} {sender} {n}")
        begin = spread(dice, now - timedelta(minutes=2))
        body = otlp_batch(
            dice.choice((1, 100, 300)), dice.randrange(1 << 60), int(begin.timestamp()) * 10**9, prompts=5
        )
        spans = [
            span
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]
        return Sent("/v1/traces", "application/x-protobuf", body, [(s.trace_id + s.span_id).hex() for s in spans])

    return make


@pytest.mark.xdist_group("kill")
def test_twenty_kills_during_ingest_lose_nothing_and_count_nothing_twice(own_server: Callable[..., Server]) -> None:
    server = own_server().start()
    world = new_world(server.client)
    now = datetime.now(UTC)
    senders = [Sender(server, make) for make in (json_batch(0, now), otlp(1, now), otlp(2, now))]
    scores, events = Sender(server, scores_of(world)), Sender(server, events_of(world))
    kill_while_sending(server, (*senders, scores, events), KILLS)

    acknowledged = acknowledged_by(senders, more_than=4_000)
    rows = every_call(server, now)
    stored = Counter(str(row["id"]) for row in rows)
    assert not acknowledged - stored.keys(), "acknowledged, but lost"
    assert not stored.keys() - acknowledged, "stored, but never sent to the end"
    assert [call_id for call_id, n in stored.items() if n > 1] == [], "stored twice"
    agree(server, rows, now)
    facts_are_stored_once(server, world, scores, events)

    server.restart()  # what was in the process's memory plays no part
    agree(server, every_call(server, now), now)
    facts_are_stored_once(server, world, scores, events)


def facts_are_stored_once(server: Server, world: World, scores: Sender, events: Sender) -> None:
    assert_once(listed(server, f"/api/v1/scores/experiments/{world.experiment}"), "submission_id", scores, 2)
    assert_once(listed(server, f"/api/v1/events/experiment/{world.experiment}"), "id", events, 1)


def every_call(server: Server, now: datetime) -> list[Json]:
    """The raw list."""
    span = {"start": (now - timedelta(days=DAYS + 1)).isoformat(), "end": (now + timedelta(days=1)).isoformat()}
    return listed(server, "/api/v1/calls", **span)


QUESTIONS = (
    # metric, field of a row to sum (None: count rows), dimensions, bucket
    ("total_requests", None, ("prompt_id",), "1h"),
    ("total_tokens", "total_tokens", ("prompt_id", "model"), "1h"),
    ("total_requests", None, ("prompt_id",), "1m"),
    ("output_tokens", "output_tokens", ("prompt_id",), "1m"),
)


def agree(server: Server, rows: list[Json], now: datetime) -> None:
    """Every rollup, asked by dimension and bucket, equals the list."""
    start = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=DAYS, hours=1)
    end = start + timedelta(days=DAYS, hours=3)
    tables = set()
    for metric, column, by, bucket in QUESTIONS:
        expected: Counter[tuple[str, ...]] = Counter()
        for row in rows:
            n = 1 if column is None else int(str(row[column] or 0))
            if n:
                expected[*(str(row[d]) for d in by), str(row["timestamp"])[: 13 if bucket == "1h" else 16]] += n
        data = server.ask(
            metrics=[metric], start=start.isoformat(), end=end.isoformat(), bucket=bucket, by=by, limit=100
        )
        table = str(data["source"]).split(", ")[-1]  # groups may have been ranked from another
        assert counted(data, metric, by) == expected, f"{table} differs from the calls"
        tables.add(table)
    assert tables >= {rollup.table for rollup in ROLLUPS}, "a rollup was not asked"
    assert "calls" not in tables, "answered from the calls themselves"


def counted(data: Json, metric: str, by: tuple[str, ...]) -> Counter[tuple[str, ...]]:
    groups, buckets, values = data["groups"], data["buckets"], data["values"]
    assert isinstance(groups, list)
    assert isinstance(buckets, list)
    assert isinstance(values, dict)
    width = 13 if len(buckets) < 100 else 16
    return Counter(
        {
            (*(group[d] for d in by), bucket[:width]): value
            for group, row in zip(groups, values[metric], strict=True)
            for bucket, value in zip(buckets, row, strict=True)
            if value
        }
    )
