"""The client library against a real server: calls, labels, prompts, experiments, scores, events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import promptpulse
from sdk.conftest import Project
from server.process import Json, free_port

pytestmark = pytest.mark.usefixtures("fresh")
PLAIN: dict[str, Any] = {"model": "gpt-4o-mini", "provider": "openai", "input_tokens": 1000, "output_tokens": 200}


def begin(mine: Project, **more: object) -> None:
    promptpulse.init(mine.key, mine.url, "shop", instrument=False, **more)  # type: ignore[arg-type]  # of any type


def sent(mine: Project) -> list[Json]:
    """Calls of the project, as they were made."""
    assert promptpulse.flush(20)
    return list(reversed(mine.rows()))


def test_a_call_by_hand_has_all_that_was_said(mine: Project) -> None:
    begin(mine, environment="staging")
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    made = promptpulse.call(
        "support-reply", version=3, latency_ms=812.5, first_token_ms=210, user_id="user-42", session_id=7,
        feature="chat", properties={"plan": "pro", "beta": True}, input="Hi", output="Hello",
        timestamp=began, **PLAIN,
    )  # fmt: skip
    (row,) = sent(mine)
    expected = {
        **PLAIN, "id": made, "prompt_id": "support-reply", "prompt_version": "3", "latency_ms": 812.5,
        "first_token_ms": 210.0, "user_id": "user-42", "session_id": "7", "feature": "chat", "environment": "staging",
        "service": "shop", "properties": {"plan": "pro", "beta": "true"}, "status": "success", "cost_usd": 0.00027,
        "timestamp": began.isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


def test_a_block_labels_the_calls_inside(mine: Project) -> None:
    begin(mine)
    with promptpulse.labels(user_id="user-1", feature="chat", properties={"plan": "pro"}):
        with promptpulse.prompt("outer", version=2, session_id="s-1"):
            promptpulse.call(latency_ms=1, **PLAIN)
            with promptpulse.prompt("inner", feature="search"):
                promptpulse.call(latency_ms=1, properties={"step": 2}, **PLAIN)
            promptpulse.call("named", latency_ms=1, **PLAIN)
        promptpulse.call(latency_ms=1, **PLAIN)
    promptpulse.call("outside", latency_ms=1, **PLAIN)
    names = ("prompt_id", "prompt_version", "user_id", "session_id", "feature", "properties")
    by_prompt = {row["prompt_id"]: [row[name] for name in names] for row in sent(mine)}
    assert by_prompt == {
        "outer": ["outer", "2", "user-1", "s-1", "chat", {"plan": "pro"}],
        "inner": ["inner", None, "user-1", "s-1", "search", {"plan": "pro", "step": "2"}],
        "named": ["named", None, "user-1", "s-1", "chat", {"plan": "pro"}],
        None: [None, None, "user-1", None, "chat", {"plan": "pro"}],
        "outside": ["outside", None, None, None, None, {}],
    }


def test_a_decorator_labels_functions_coroutines_and_generators(mine: Project) -> None:
    begin(mine)

    @promptpulse.prompt("function")
    def function() -> str:
        return promptpulse.call(latency_ms=1, **PLAIN)

    @promptpulse.prompt("coroutine")
    async def coroutine(n: int) -> None:
        await asyncio.sleep(0)
        promptpulse.call(latency_ms=n, **PLAIN)

    @promptpulse.prompt("generator")
    def generator() -> Iterator[int]:
        yield 1
        promptpulse.call(latency_ms=1, **PLAIN)
        yield 2

    @promptpulse.prompt("async generator")
    async def async_generator() -> AsyncIterator[int]:
        yield 1
        promptpulse.call(latency_ms=1, **PLAIN)
        yield 2

    async def main() -> list[int]:
        await asyncio.gather(*(coroutine(n) for n in (1, 2)))
        return [n async for n in async_generator()]

    assert function()
    assert asyncio.run(main()) == [1, 2]
    for _ in generator():
        promptpulse.call("between", latency_ms=1, **PLAIN)
    named = sorted(str(row["prompt_id"]) for row in sent(mine))
    assert named == ["async generator", "between", "between", "coroutine", "coroutine", "function", "generator"]


def test_tasks_side_by_side_keep_their_own_labels(mine: Project) -> None:
    begin(mine)

    async def one(user: str) -> None:
        async with promptpulse.prompt("reply", user_id=user):
            await asyncio.sleep(0.001)
            promptpulse.call(latency_ms=1, **PLAIN)

    async def main() -> None:
        await asyncio.gather(*(one(f"user-{n}") for n in range(20)))

    asyncio.run(main())
    assert sorted(str(row["user_id"]) for row in sent(mine)) == sorted(f"user-{n}" for n in range(20))


def test_a_timed_call_has_its_latency_and_its_failure(mine: Project) -> None:
    begin(mine)
    with promptpulse.timed_call("good", model="m") as made:
        made.first_token()
        made.set(output_tokens=3)
    with pytest.raises(TimeoutError), promptpulse.timed_call("bad", model="m"):
        raise TimeoutError("no answer")
    good, bad = sent(mine)
    assert (good["id"], good["status"], good["output_tokens"], good["streaming"]) == (made.id, "success", 3, True)
    assert 0 <= float(str(good["latency_ms"])) < 5000
    assert (bad["status"], bad["error_type"], bad["error_name"]) == ("error", "timeout", "builtins.TimeoutError")


def test_prompts_are_fetched_compiled_and_scored(mine: Project) -> None:
    mine.new_prompt("greeting", "Hello {{ name }}, {{other}}", config={"model": "gpt-4o-mini"})
    chat = [{"role": "system", "content": "In {{language}}."}, {"type": "placeholder", "name": "history"}]
    mine.new_prompt("support/tutor", chat)
    begin(mine)

    prompt = promptpulse.get_prompt("greeting")
    assert prompt.compile(name="Ada") == "Hello Ada, {{other}}"
    assert (prompt.version, prompt.variables, prompt.config) == (1, ["name", "other"], {"model": "gpt-4o-mini"})
    assert not prompt.is_fallback
    assert asyncio.run(promptpulse.aget_prompt("greeting", 1)).version_id == prompt.version_id
    tutor = promptpulse.get_prompt("support/tutor")
    assert tutor.compile(language="Dutch", history=[{"role": "user", "content": "Hoi"}]) == [
        {"role": "system", "content": "In Dutch."},
        {"role": "user", "content": "Hoi"},
    ]

    with promptpulse.prompt(prompt, user_id="user-42"):
        made = promptpulse.call(latency_ms=5, **PLAIN)
        promptpulse.score("helpful", True)  # of the last call inside
    prompt.push_score("rating", 5, user_id="user-7", comment="quick")
    (row,) = sent(mine)
    assert (row["prompt_id"], row["prompt_version"]) == ("greeting", "1")
    rating, helpful = mine.rows("/api/v1/scores")
    assert helpful["scores"] == [{"name": "helpful", "type": "bool", "value": True}]
    assert (helpful["call_id"], helpful["user_id"]) == (made, "user-42")
    assert rating["scores"] == [{"name": "rating", "type": "int", "value": 5}]
    named = ("prompt_id", "prompt_version", "user_id", "comment", "source")
    assert [rating[name] for name in named] == ["greeting", "1", "user-7", "quick", "sdk"]


def test_a_prompt_that_is_not_there_is_the_fallback_or_an_error(mine: Project) -> None:
    begin(mine)
    spare = promptpulse.get_prompt("nothing", fallback="Hi {{name}}")
    assert (spare.compile(name="Ada"), spare.is_fallback, spare.version) == ("Hi Ada", True, None)
    assert promptpulse.get_prompt("nothing", fallback=[{"role": "user", "content": "{{q}}"}]).messages(q="Why?") == [
        {"role": "user", "content": "Why?"}
    ]
    with pytest.raises(promptpulse.PromptUnavailable, match="give fallback"):
        promptpulse.get_prompt("nothing")


def test_an_experiment_gives_a_variant_and_takes_scores_and_events(mine: Project) -> None:
    mine.new_prompt("greeting", "Hello {{name}}", config={"model": "gpt-4o-mini"})
    variants = [{"name": "A", "prompt": "greeting"}, {"name": "B", "prompt": "greeting"}]
    metrics = [{"score": "rating", "primary": True}]
    made = mine.post("/api/v1/experiments", {"title": "Greeting", "variants": variants, "metrics": metrics})
    mine.post(f"/api/v1/experiments/{made['id']}/start", {})
    begin(mine)

    prompt = promptpulse.get_experiment_prompt("Greeting", {"user_id": "user-42", "plan": "pro"})
    again = promptpulse.get_experiment_prompt("Greeting", {"user_id": "user-42", "plan": "pro"})
    assert (prompt.experiment_id, prompt.variant_id) == (made["id"], again.variant_id)
    assert (prompt.enrolled, prompt.variant in {"A", "B"}, prompt.config) == (True, True, {"model": "gpt-4o-mini"})
    with promptpulse.prompt(prompt):
        promptpulse.call(latency_ms=5, **PLAIN)
    prompt.push_score("rating", 4)
    prompt.push_event("success", score=0.9)
    promptpulse.event("clicked", experiment="Greeting", user_id="user-42", metadata={"cart_usd": 42.5})

    (row,) = sent(mine)
    variant = prompt.variant_id
    assert [row[name] for name in ("experiment_id", "variant_id", "user_id")] == [made["id"], variant, "user-42"]
    (score,) = mine.rows(f"/api/v1/scores/experiments/{made['id']}")
    assert (score["bucket_id"], score["user_id"]) == (variant, "user-42")
    events = mine.rows(f"/api/v1/events/experiment/{made['id']}", kind="outcome")
    assert {(e["outcome"], e["variant_id"], e["user_id"]) for e in events} == {
        ("success", variant, "user-42"),
        ("clicked", variant, "user-42"),
    }
    assert promptpulse.get_experiment_prompt("None of these", fallback="Hi").is_fallback


def test_who_is_not_part_of_an_experiment_has_no_outcomes_of_it_and_nothing_is_refused(mine: Project) -> None:
    mine.new_prompt("greeting", "Hello {{name}}")
    variants = [{"name": "A", "prompt": "greeting"}, {"name": "B", "prompt": "greeting"}]
    targeting = [{"attribute": "plan", "op": "is", "values": ["pro"]}]
    asked = {"title": "For some", "variants": variants, "metrics": [{"score": "rating", "primary": True}]}
    made = mine.post("/api/v1/experiments", {**asked, "targeting": targeting})
    mine.post(f"/api/v1/experiments/{made['id']}/start", {})
    begin(mine)
    prompt = promptpulse.get_experiment_prompt("For some", {"user_id": "user-42", "plan": "free"})
    assert (prompt.enrolled, prompt.compile(name="Ada")) == (False, "Hello Ada")
    away = promptpulse.get_experiment_prompt("None of these", {"user_id": "user-42"}, fallback="Hi")
    for one in (prompt, away):
        assert one.push_event("success") == ""
        with promptpulse.prompt(one):
            assert promptpulse.event("success") == ""
            promptpulse.call(latency_ms=5, **PLAIN)
        assert one.push_score("rating", 4, user_id="user-42")
    assert [row["prompt_id"] for row in sent(mine)] == ["greeting", "None of these"]
    assert promptpulse.stats().rejected == {}


def test_what_the_server_refuses_is_counted_and_told_once(mine: Project, caplog: pytest.LogCaptureFixture) -> None:
    begin(mine)
    for _ in range(3):
        promptpulse.call("wrong", latency_ms=-1)
    promptpulse.call("not a number", latency_ms=float("nan"))
    promptpulse.call("half a pair \ud83d", latency_ms=1)
    promptpulse.call("right", latency_ms=1)
    promptpulse.event("lost", experiment="No such experiment", user_id="u")
    assert [row["prompt_id"] for row in sent(mine)] == ["half a pair ?", "right"]
    stats = promptpulse.stats()
    assert (stats.sent, stats.rejected, stats.waiting) == ({"calls": 2}, {"calls": 4, "events": 1}, 0)
    told = [r.message for r in caplog.records if r.name == "promptpulse"]
    assert [text for text in told if "latency_ms: -1" in text] == [told[1]], told
    assert len(told) == 3


@pytest.mark.parametrize("given", [{}, {"key": "of nobody"}, {"key": "any", "enabled": False}])
def test_without_a_key_that_counts_nothing_fails(mine: Project, given: dict[str, object]) -> None:
    promptpulse.init(endpoint=mine.url, instrument=False, **given)  # type: ignore[arg-type]  # of any type
    with promptpulse.prompt("greeting"):
        promptpulse.call(latency_ms=1)
    promptpulse.score("rating", 1)
    promptpulse.event("success")
    assert promptpulse.get_prompt("greeting", fallback="Hi").compile() == "Hi"
    assert promptpulse.flush(10)
    assert mine.rows() == []


def test_what_makes_no_sense_raises_nothing(mine: Project) -> None:
    begin(mine)
    assert promptpulse.call("greeting", latency_ms="fast") == ""  # type: ignore[arg-type]
    promptpulse.call("greeting", latency_ms=1, properties=[1])  # type: ignore[arg-type]
    promptpulse.score("rating", object())  # type: ignore[arg-type]
    promptpulse.init(mine.key, "no address", instrument=False)
    promptpulse.call("greeting", latency_ms=1)
    assert not promptpulse.flush(0.3)


class Unspeakable:
    """As a lazy object of a framework whose text cannot be had now."""

    def __str__(self) -> str:
        raise RuntimeError("not now")

    __repr__ = __str__


@pytest.mark.parametrize("properties", ["pro", [1], {"plan": Unspeakable()}], ids=["text", "list", "unspeakable"])
def test_labels_that_make_no_sense_cost_neither_the_program_nor_the_other_labels(
    mine: Project, properties: Any
) -> None:
    begin(mine)
    with promptpulse.prompt("greeting", version=3, properties=properties):
        promptpulse.call(latency_ms=1)
    with promptpulse.prompt(Unspeakable()):  # type: ignore[arg-type]
        promptpulse.call(latency_ms=1, model="m")
    assert [(row["prompt_id"], row["prompt_version"]) for row in sent(mine)] == [("greeting", "3"), (None, None)]


def test_a_value_that_cannot_be_written_down_costs_its_own_call_alone(mine: Project) -> None:
    begin(mine)
    promptpulse.call("right", latency_ms=1)
    promptpulse.call("wrong", latency_ms=1, model=Unspeakable())  # type: ignore[arg-type]
    assert [row["prompt_id"] for row in sent(mine)] == ["right"]
    assert promptpulse.stats().rejected == {"calls": 1}


def test_a_fallback_that_is_none_is_as_none(mine: Project) -> None:
    promptpulse.init(mine.key, f"http://127.0.0.1:{free_port()}", instrument=False)
    with pytest.raises(promptpulse.PromptUnavailable, match="fallback"):
        promptpulse.get_prompt("greeting", fallback=5)  # type: ignore[arg-type]
    with pytest.raises(promptpulse.PromptUnavailable, match="fallback"):
        promptpulse.get_experiment_prompt("Greeting", {"user_id": "u"}, fallback=[1])  # type: ignore[list-item]
