"""What an experiment may look like, and what may happen to it, on each engine."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event

from clock import NOON
from experiments.lab import RATING, TWO, Lab
from promptpulse.accounts.audit import entries
from promptpulse.accounts.service import create_project
from promptpulse.core.errors import AppError, Conflict, NotFound, Refused
from promptpulse.experiments import service
from promptpulse.experiments.present import experiment_out
from promptpulse.experiments.registry import Experiments
from promptpulse.prompts.service import deploy

LONG_AGO, LATER = "2020-01-01T00:00:00Z", "2026-12-24T00:00:00Z"


def test_a_draft_has_nothing_left_to_a_default(lab: Lab) -> None:
    e = lab.value(
        lab.create(variants=[{"name": "A", "prompt": "greeting"}, {"name": "B", "prompt": "greeting", "version": 3}]).id
    )
    assert [(v.name, v.version, v.weight, v.control) for v in e.variants] == [("A", 1, 50, True), ("B", 3, 50, False)]
    assert (e.status, e.unit, e.traffic, e.planned_units, e.salt) == ("draft", "user", 100, 5000, e.id)
    assert [(m.key, m.role, m.better, m.per) for m in e.metrics] == [("score:rating", "primary", "up", "value")]
    assert e.weight_history == ()


def test_an_absent_version_is_the_one_served_when_it_was_created(lab: Lab) -> None:
    made = lab.create(variants=[{"name": n, "prompt": "greeting"} for n in "AB"])
    with lab.database.writing() as session:
        deploy(session, lab.project, "greeting", 2, "production", "", lab.by)
    assert [v.version for v in lab.value(made.id).variants] == [1, 1]
    assert [
        v.version
        for v in lab.value(
            lab.create(title="2", variants=[{"name": n, "prompt": "greeting"} for n in "AB"]).id
        ).variants
    ] == [2, 2]


@pytest.mark.parametrize(
    ("given", "key", "better", "role"),
    [
        ({"score": "rating"}, "score:rating", "up", "secondary"),
        ({"score": "tickets", "per": "unit", "better": "down"}, "score:tickets:unit", "down", "secondary"),
        ({"metric": "p95_latency_ms", "guardrail": True, "max_harm": 5}, "metric:p95_latency_ms", "down", "guardrail"),
        ({"metric": "success_rate"}, "metric:success_rate", "up", "secondary"),
        ({"metric": "total_requests", "better": "up"}, "metric:total_requests", "up", "secondary"),
        ({"outcome": "success", "primary": True}, "outcome:success", "up", "primary"),
    ],
)
def test_a_metric_takes_its_direction_from_the_catalogue(
    lab: Lab, given: dict[str, object], key: str, better: str, role: str
) -> None:
    (spec,) = lab.value(lab.create(metrics=[given]).id).metrics
    assert (spec.key, spec.better, spec.role) == (key, better, role)


def pair(first: dict[str, object], second: dict[str, object]) -> dict[str, object]:
    return {"variants": [{**TWO[0], **first}, {**TWO[1], **second}]}


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"title": " "}, "title", "empty"),
        ({"title": "a\x00"}, "title", "control character"),
        ({"notes": "a\x00"}, "notes", "NUL"),
        (pair({"weight": 60}, {"weight": 39}), "variants", "sum to 99"),
        (pair({"weight": 60}, {}), "variants.1.weight", "missing"),
        (pair({"weight": 100}, {"weight": 0}), "variants.1.weight", "never be seen"),
        (pair({"name": "X"}, {"name": " X "}), "variants.1.name", "two variants 'X'"),
        (pair({"control": True}, {"control": True}), "variants.1.control", "2 variants"),
        (pair({}, {"version": 4}), "variants.1.version", "no version 4; the newest is 3"),
        (pair({}, {"version": 10**30}), "variants.1.version", "no version"),
        (pair({}, {"prompt": "nobody"}), "variants.1.prompt", "no prompt 'nobody'"),
        (pair({}, {"prompt": "draft", "version": None}), "variants.1.version", "not served in production"),
        ({"metrics": [{}]}, "metrics.0", "none of them"),
        ({"metrics": [{"score": "a", "outcome": "b"}]}, "metrics.0", "score and outcome"),
        ({"metrics": [RATING, RATING]}, "metrics", "score:rating is there 2 times"),
        ({"metrics": [{"metric": "peak_rpm"}]}, "metrics.0.metric", "use one of success_rate"),
        ({"metrics": [{"metric": "total_tokens"}]}, "metrics.0.better", "say up or down"),
        ({"metrics": [{"metric": "success_rate", "per": "unit"}]}, "metrics.0.per", "scores only"),
        ({"metrics": [{"score": "a", "max_harm": 1}]}, "metrics.0.max_harm", "guardrail"),
        ({"metrics": [{"score": "a", "primary": True, "guardrail": True}]}, "metrics.0.guardrail", "either"),
        ({"metrics": [{"score": s, "primary": True} for s in "abcdef"]}, "metrics", "at most 5"),
        ({"targeting": [{"attribute": "a"}]}, "targeting.0.values", "one value or more"),
        ({"targeting": [{"attribute": "a", "op": "exists", "values": [1]}]}, "targeting.0.values", "no values"),
        ({"targeting": [{"attribute": "a", "op": "greater", "values": ["x"]}]}, "targeting.0.values", "exactly one number"),
        ({"targeting": [{"attribute": "a", "op": "less", "values": [1, 2]}]}, "targeting.0.values", "exactly one number"),
        ({"targeting": [{"attribute": "a", "op": "greater", "values": [True]}]}, "targeting.0.values", "number"),
        ({"targeting": [{"attribute": "a", "op": "contains", "values": [1]}]}, "targeting.0.values", "one text"),
        ({"targeting": [{"attribute": "a", "values": [float("inf")]}]}, "targeting.0.values", "finite"),
        ({"end": {"end_at": LONG_AGO}}, "end.end_at", "has passed"),
        ({"end": {"end_at": "2026-12-24T00:00:00"}}, "end.end_at", "time zone"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_named(lab: Lab, fields: dict[str, object], field: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as caught:
        lab.create(**fields)
    assert caught.value.field == field
    assert caught.value.message.startswith(field)
    with lab.database.sessions() as session:
        assert service.page(session, lab.project, service.Wanted(), 10, 0)[1] == 0


def test_a_title_is_there_once_a_project(lab: Lab) -> None:
    first = lab.create()
    with pytest.raises(Conflict, match="there is an experiment 'Greeting' already") as caught:
        lab.create()
    assert caught.value.field == "title"
    second = lab.create(title="Other")
    with pytest.raises(Conflict, match="Greeting"):
        lab.change(second.id, title="Greeting")
    with lab.database.writing() as session:
        other = create_project(session, "other", "UTC", lab.by).id
    with lab.database.sessions() as session:
        assert service.titled(session, lab.project, "Greeting") is not None
        assert service.titled(session, other, "Greeting") is None
        with pytest.raises(NotFound):
            service.existing(session, other, first.id)


def test_a_start_needs_a_primary_metric_prompts_and_a_time_to_run(lab: Lab) -> None:
    e = lab.create(metrics=[{"score": "rating"}], end={"end_at": LATER})
    with pytest.raises(Refused, match="none is primary") as caught:
        lab.start(e.id)
    assert caught.value.field == "metrics"
    lab.change(e.id, metrics=[RATING])
    lab.clock.forward(days=60)
    with pytest.raises(Refused) as caught:
        lab.start(e.id)
    assert caught.value.field == "end.end_at"
    lab.change(e.id, end={})
    lab.archive("greeting")
    with pytest.raises(Conflict, match="'greeting' is archived") as archived:
        lab.start(e.id)
    assert archived.value.field == "variants.0.prompt"
    assert lab.row(e.id).status == "draft"


def test_the_way_from_draft_to_conclusion(lab: Lab) -> None:
    lab.clock.forward(hours=-1)
    e = lab.create()
    lab.clock.forward(hours=1)
    assert lab.start(e.id).started_at == NOON
    lab.clock.forward(hours=1)
    assert lab.pause(e.id).status == "paused"
    assert lab.row(e.id).paused_at == NOON + timedelta(hours=1)
    lab.clock.forward(hours=1)
    again = lab.start(e.id)
    assert (again.status, again.started_at, lab.row(e.id).paused_at) == ("running", NOON, None)
    lab.clock.forward(hours=1)
    done = lab.conclude(e.id, winner="Short", reason="it is shorter")
    assert (done.status, done.concluded_at, done.winner) == ("concluded", lab.clock(), done.variants[1].id)
    assert lab.row(e.id).conclusion == {
        "winner": done.variants[1].id, "reason": "it is shorter", "deployed_to": None, "decision": "ship",
        "by": "ada@example.com", "at": "2026-11-21T15:00:00Z",
    }  # fmt: skip
    with lab.database.sessions() as session:
        found, _ = entries(session, lab.project, 20, 0)
    of_experiments = [f for f in found if f.action.startswith("experiment.")]
    assert [(f.action, f.target, f.detail["experiment_id"]) for f in of_experiments] == [
        (f"experiment.{what}", "Greeting", e.id) for what in ("conclude", "start", "pause", "start", "create")
    ]


@pytest.mark.parametrize(
    ("before", "act", "said"),
    [
        ([], "pause", "is draft; only a running one"),
        ([], "conclude", "a draft can be deleted"),
        (["start"], "start", "is running"),
        (["start", "pause"], "pause", "is paused"),
        (["start", "conclude"], "start", "is concluded"),
        (["start", "conclude"], "pause", "is concluded"),
        (["start", "conclude"], "conclude", "is concluded"),
    ],
)
def test_a_step_that_the_status_forbids(lab: Lab, before: list[str], act: str, said: str) -> None:
    e = lab.create()
    for step in before:
        getattr(lab, step)(e.id)
    status = lab.row(e.id).status
    with pytest.raises(Conflict, match=said):
        getattr(lab, act)(e.id)
    assert lab.row(e.id).status == status


def test_only_a_draft_can_be_deleted(lab: Lab) -> None:
    draft, running = lab.create(title="Draft"), lab.running()
    with lab.database.writing() as session:
        service.delete(session, service.existing(session, lab.project, draft.id), lab.by)
    with pytest.raises(NotFound):
        lab.row(draft.id)
    with pytest.raises(Conflict, match="only a draft"), lab.database.writing() as session:
        service.delete(session, service.existing(session, lab.project, running.id), lab.by)


def test_a_draft_takes_every_change(lab: Lab) -> None:
    e = lab.value(lab.create().id)
    control, short = e.variants
    changed = lab.change(
        e.id, title="New", unit="session", traffic=10, targeting=[{"attribute": "plan", "values": ["pro"]}],
        metrics=[{"outcome": "success", "primary": True}], end={"sample_goal": 400}, analysis={"alpha": 1},
        # names are swapped, one is new, the other's version is another
        variants=[
            {"id": short.id, "name": "Control", "prompt": "greeting", "version": 3, "weight": 20},
            {"id": control.id, "name": "Short", "prompt": "greeting", "version": 1, "weight": 30, "control": True},
            {"id": "not-one-of-ours", "name": "Third", "prompt": "greeting", "version": 2, "weight": 50},
        ],
    )  # fmt: skip
    assert (changed.title, changed.unit, changed.traffic, changed.planned_units) == ("New", "session", 10, 400)
    assert [(v.name, v.version, v.weight, v.control) for v in changed.variants] == [
        ("Control", 3, 20, False), ("Short", 1, 30, True), ("Third", 2, 50, False),
    ]  # fmt: skip
    assert [v.id for v in changed.variants][:2] == [short.id, control.id]
    assert changed.variants[2].id not in {short.id, control.id, "not-one-of-ours"}
    assert lab.value(e.id).salt == e.id


def ids(lab: Lab, experiment_id: str) -> list[dict[str, object]]:
    return [
        {"id": v.id, "name": v.name, "prompt": v.prompt, "version": v.version, "weight": v.weight, "control": v.control}
        for v in lab.value(experiment_id).variants
    ]


@pytest.mark.parametrize("paused", [False, True])
def test_a_running_experiment_takes_what_keeps_its_meaning(lab: Lab, *, paused: bool) -> None:
    e = lab.running(traffic=10, targeting=[{"attribute": "plan", "values": ["pro"]}])
    if paused:
        lab.pause(e.id)
    lab.clock.forward(hours=2)
    latency = {"metric": "p95_latency_ms", "guardrail": True, "max_harm": 10}
    first, second = ids(lab, e.id)
    changed = lab.change(
        e.id, title=e.title, unit="user", traffic=50, notes="so far so good", hypothesis="h", end={"sample_goal": 9},
        metrics=[latency, RATING], targeting=[{"attribute": "plan", "values": ["pro"]}], analysis={},
        variants=[{**second, "weight": 20}, {**first, "weight": 80}],
    )  # fmt: skip
    assert (changed.traffic, changed.end.sample_goal, changed.planned_units) == (
        50,
        9,
        5000,
    )  # n* is fixed at the start
    assert [m.key for m in changed.metrics] == ["score:rating", "metric:p95_latency_ms"]
    assert [(v.name, v.weight) for v in changed.variants] == [("Control", 80), ("Short", 20)]
    assert (lab.row(e.id).notes, lab.row(e.id).hypothesis) == ("so far so good", "h")
    with lab.database.sessions() as session:
        (last, *_), _ = entries(session, lab.project, 1, 0)
    assert last.detail["fields"] == "hypothesis, notes, traffic, end, metrics, weights"


def test_weights_are_kept_with_the_time_from_which_they_hold(lab: Lab) -> None:
    e = lab.running()
    control, short = (v.id for v in e.variants)
    lab.clock.forward(hours=2)
    by_name = [{"name": v.name, "prompt": "greeting"} for v in e.variants]
    lab.change(e.id, variants=by_name)  # without weights: as they are
    lab.change(e.id, variants=[{**v, "weight": w} for v, w in zip(by_name, (90, 10), strict=True)])
    changed = lab.change(e.id, variants=[{**v, "weight": w} for v, w in zip(by_name, (90, 10), strict=True)])
    assert [(w.since, w.by_variant) for w in changed.weight_history] == [
        (NOON, {control: 50, short: 50}),
        (NOON + timedelta(hours=2), {control: 90, short: 10}),
    ]


@pytest.mark.parametrize(
    ("fields", "field", "said"),
    [
        ({"title": "Other"}, "title", "programs ask for"),
        ({"unit": "session"}, "unit", "other kind"),
        ({"traffic": 49}, "traffic", "may only grow"),
        ({"targeting": [{"attribute": "plan", "values": ["pro"]}]}, "targeting", "comparable"),
        ({"analysis": {"alpha": 10}}, "analysis", "choose afterwards"),
        ({"metrics": []}, "metrics", "score:rating cannot be taken out"),
        ({"metrics": [{"score": "rating"}]}, "metrics", "score:rating cannot be changed"),
        ({"metrics": [{**RATING, "min_effect": 1}]}, "metrics", "score:rating cannot be changed"),
        ({"metrics": [RATING, {"score": "b", "primary": True}]}, "metrics.1.primary", "cannot become primary"),
        (pair({}, {"version": 3}), "variants.1.version", "'Short' keeps its version 2"),
        (pair({}, {"prompt": "draft", "version": 1}), "variants.1.prompt", "keeps its prompt 'greeting'"),
        (pair({}, {"name": "Other"}), "variants.1", "'Other' cannot be added"),
        ({"variants": [*TWO, {"name": "Third", "prompt": "greeting"}]}, "variants.2", "'Third' cannot be added"),
        (pair({}, {"control": True}), "variants.0.control", "control"),
        (pair({"weight": 50}, {"weight": 40}), "variants", "sum to 90"),
        ({"end": {"end_at": LONG_AGO}}, "end.end_at", "has passed"),
    ],
)  # fmt: skip
def test_a_running_experiment_refuses_what_would_change_its_meaning(
    lab: Lab, fields: dict[str, object], field: str, said: str
) -> None:
    e = lab.running(traffic=50)
    with pytest.raises(AppError, match=said) as caught:
        lab.change(e.id, notes="not kept either", **fields)
    assert caught.value.field == field
    assert lab.value(e.id) == e
    assert lab.row(e.id).notes == ""
    if field not in {"variants", "end.end_at"}:
        assert caught.value.status == 409
        assert "conclude this experiment and create another one" in caught.value.message


def test_a_variant_of_a_running_experiment_is_not_taken_out_or_renamed(lab: Lab) -> None:
    e = lab.running(variants=[*TWO, {"name": "Third", "prompt": "greeting", "version": 3}])
    with pytest.raises(Conflict, match="'Third' cannot be taken out"):
        lab.change(e.id, variants=ids(lab, e.id)[:2])
    first, second, third = ids(lab, e.id)
    with pytest.raises(Conflict, match="'Third' cannot be renamed"):
        lab.change(e.id, variants=[first, second, {**third, "name": "Other"}])


def test_of_a_concluded_experiment_only_notes_change(lab: Lab) -> None:
    e = lab.running()
    lab.conclude(e.id)
    lab.change(e.id, notes="why it won")
    assert lab.row(e.id).notes == "why it won"
    with pytest.raises(Conflict, match="only its notes") as caught:
        lab.change(e.id, hypothesis="as I always said", notes="x")
    assert caught.value.field == "hypothesis"
    assert lab.row(e.id).notes == "why it won"


def test_the_winner_is_deployed_with_the_conclusion(lab: Lab) -> None:
    e = lab.running()
    lab.conclude(e.id, winner=e.variants[1].id, deploy=True)
    assert lab.served() == {"production": 2}
    assert lab.row(e.id).conclusion["deployed_to"] == "production"  # type: ignore[index]  # it is concluded


def test_control_that_is_served_already_needs_no_deployment(lab: Lab) -> None:
    e = lab.running()
    lab.conclude(e.id, winner="Control", deploy=True, environment="production")
    assert lab.row(e.id).conclusion["deployed_to"] == "production"  # type: ignore[index]  # it is concluded


def test_a_winner_that_somebody_deploys_meanwhile_is_served_and_concluded(lab: Lab) -> None:
    e, waits, failed = lab.running(), threading.Event(), []

    def before(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if threading.current_thread() is other and ("FROM prompts" in statement or statement == "BEGIN IMMEDIATE"):
            waits.set()

    def conclude() -> None:
        try:
            lab.conclude(e.id, winner="Short", deploy=True)
        except AppError as error:
            failed.append(error.message)

    other = threading.Thread(target=conclude)
    event.listen(lab.database.engine, "before_cursor_execute", before)
    try:
        with lab.database.writing() as session:
            deploy(session, lab.project, "greeting", 2, "production", "", lab.by)
            session.flush()
            other.start()
            assert waits.wait(20), "for the prompt, or for the database"
        other.join(20)
    finally:
        event.remove(lab.database.engine, "before_cursor_execute", before)
    assert failed == []
    assert (lab.value(e.id).status, lab.served()) == ("concluded", {"production": 2})


def test_two_who_conclude_at_once_conclude_once(lab: Lab) -> None:
    e, start = lab.running(), threading.Barrier(2)
    outcomes: list[str] = []

    def conclude(winner: str) -> None:
        start.wait(20)
        try:
            outcomes.append(lab.conclude(e.id, winner=winner, deploy=True).status)
        except AppError as error:
            outcomes.append(error.code)

    threads = [threading.Thread(target=conclude, args=(v.name,)) for v in e.variants]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["concluded", "conflict"]
    concluded = lab.value(e.id)
    winner = next(v for v in concluded.variants if v.id == concluded.winner)
    assert lab.served() == {"production": winner.version}


def test_two_who_change_the_weights_at_once_leave_both_in_the_history(lab: Lab) -> None:
    e, start = lab.running(), threading.Barrier(2)

    def change(first: int) -> None:
        start.wait(20)
        weights = zip(e.variants, (first, 100 - first), strict=True)
        lab.change(e.id, variants=[{"name": v.name, "prompt": "greeting", "weight": w} for v, w in weights])

    threads = [threading.Thread(target=change, args=(first,)) for first in (10, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    changed = lab.value(e.id)
    history = [list(w.by_variant.values()) for w in changed.weight_history]
    assert (history[0], sorted(history[1:])) == ([50, 50], [[10, 90], [20, 80]])
    assert [v.weight for v in changed.variants] == history[-1]


def test_a_list_asks_the_database_as_often_for_many_as_for_one(lab: Lab) -> None:
    def asked() -> int:
        statements: list[str] = []

        def before(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            statements.append(statement)

        event.listen(lab.database.engine, "before_cursor_execute", before)
        try:
            with lab.database.sessions() as session:
                rows, _ = service.page(session, lab.project, service.Wanted(), 100, 0)
                service.units_of(session, [row.id for row in rows])
                assert all(len(experiment_out(row, 0, lab.clock()).variants) == 2 for row in rows)
        finally:
            event.remove(lab.database.engine, "before_cursor_execute", before)
        return sum("SELECT" in statement for statement in statements)

    lab.create(title="0")
    one = asked()
    for i in range(1, 8):
        lab.create(title=str(i))
    assert asked() == one == 4


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"winner": "Nobody"}, "winner"), ({"deploy": True}, "winner")],
)
def test_a_winner_is_one_of_the_variants(lab: Lab, fields: dict[str, object], field: str) -> None:
    e = lab.running()
    with pytest.raises(Refused) as caught:
        lab.conclude(e.id, **fields)
    assert caught.value.field == field
    assert lab.value(e.id).status == "running"


def test_a_deployment_that_fails_leaves_the_experiment_running(lab: Lab) -> None:
    e = lab.running()
    lab.archive("greeting")
    with pytest.raises(Conflict):
        lab.conclude(e.id, winner="Short", deploy=True)
    assert lab.value(e.id).status == "running"
    assert lab.conclude(e.id, winner="Short").status == "concluded"


def test_a_page_is_newest_first_and_knows_how_many_there_are(lab: Lab) -> None:
    for i in range(4):
        lab.create(title=f"{i} greeting 50%_", hypothesis="Short is SWEET" if i == 2 else "")
        lab.clock.forward(minutes=1)
    other = {"variants": [{"name": n, "prompt": "draft", "version": 1} for n in "AB"]}
    lab.start(lab.create(title="of another prompt", **other).id)

    def page(limit: int = 10, offset: int = 0, **wanted: str) -> tuple[list[str], int]:
        with lab.database.sessions() as session:
            rows, total = service.page(session, lab.project, service.Wanted(**wanted), limit, offset)  # type: ignore[arg-type]
        return [row.title.split()[0] for row in rows], total

    assert page() == (["of", "3", "2", "1", "0"], 5)
    assert page(2, 1) == (["3", "2"], 5)
    assert page(status="running") == (["of"], 1)
    assert page(prompt="greeting") == (["3", "2", "1", "0"], 4)
    assert page(search="GREETING 50%_") == (["3", "2", "1", "0"], 4)
    assert page(search="%") == (["3", "2", "1", "0"], 4)
    assert page(search="sweet", status="draft", prompt="greeting") == (["2"], 1)
    assert page(search="nothing") == ([], 0)


def test_memory_forgets_what_was_changed_here_and_what_is_older_than_four_seconds(lab: Lab) -> None:
    memory = Experiments(lab.database, lab.clock)
    assert memory.by_title(lab.project, "Greeting") is None
    assert memory.remembered(lab.project, "Greeting") == (None, True)
    e = lab.value(lab.create().id)
    assert memory.remembered(lab.project, "Greeting") == (None, True)
    memory.forget(lab.project)
    assert memory.remembered(lab.project, "Greeting") == (None, False)
    assert memory.by_title(lab.project, "Greeting") == memory.by_id(lab.project, e.id) == e
    assert memory.prompt_of(lab.project, e.id, e.variants[1].id) == ("greeting", "2")
    assert memory.prompt_of(lab.project, e.id, "none") is None
    assert memory.by_id("another project", e.id) is None
    started = lab.start(e.id)  # as another process does it
    lab.clock.forward(seconds=1.9)
    assert memory.remembered(lab.project, "Greeting") == (e, True)
    lab.clock.forward(seconds=0.1)
    assert memory.remembered(lab.project, "Greeting") == (None, False), "the first who asks reads anew"
    assert memory.remembered(lab.project, "Greeting") == (e, True), "while others need not wait"
    lab.clock.forward(seconds=2)
    assert memory.remembered(lab.project, "Greeting") == (None, False), "too old, though nobody has read it"
    assert memory.read(lab.project, "Greeting") == started
    assert memory.remembered(lab.project, "Greeting") == (started, True)


def test_what_was_changed_during_a_read_does_not_come_back(lab: Lab) -> None:
    value = lab.value(lab.create().id)
    memory = Experiments(lab.database, lab.clock)

    def change_meanwhile(*_: object) -> None:
        memory.forget(lab.project)

    event.listen(lab.database.engine, "before_cursor_execute", change_meanwhile)
    try:
        assert memory.by_title(lab.project, "Greeting") == value
    finally:
        event.remove(lab.database.engine, "before_cursor_execute", change_meanwhile)
    assert memory.remembered(lab.project, "Greeting") == (None, False)
