"""What people do and say in the demo: prompts and experiments at their times, assignments, scores, outcomes, verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from promptpulse.accounts.bootstrap import Beginning, begin
from promptpulse.accounts.mappings import mappings_of
from promptpulse.accounts.models import Project
from promptpulse.accounts.values import By, ProjectRef
from promptpulse.actions.actor import Actor
from promptpulse.actions.service import policies_of, policy_of
from promptpulse.alerts.present import rules_out
from promptpulse.alerts.service import rules_of
from promptpulse.core.call import Call
from promptpulse.core.facts import Event, Score
from promptpulse.core.times import from_micros, to_micros
from promptpulse.dashboards import service as dashboards
from promptpulse.dashboards.asking import Context, Window
from promptpulse.dashboards.data import Sources, shown
from promptpulse.dashboards.presets import READY_MADE, scores_of
from promptpulse.dashboards.shapes import WidgetData
from promptpulse.db import Database, open_database
from promptpulse.db import migrate as migrate_database
from promptpulse.demo import World, find_world, load, traffic
from promptpulse.demo.company import PROMPTS
from promptpulse.demo.history import FEEDBACK, experiments_of, keep_assignments, write_history
from promptpulse.demo.load import assigned_units, follow
from promptpulse.demo.mishaps import write_mishaps
from promptpulse.demo.opinions import LATEST_US, facts_of
from promptpulse.demo.queries import assigned
from promptpulse.demo.safeguards import write_safeguards
from promptpulse.demo.traffic import end_us
from promptpulse.experiments import service
from promptpulse.experiments.analysis import decision, findings
from promptpulse.experiments.analyst import Analyst
from promptpulse.experiments.measured import Subject
from promptpulse.experiments.models import Assignment, AssignmentCount, ExperimentRow
from promptpulse.experiments.shapes import ConcludeIn
from promptpulse.incidents.models import IncidentRow
from promptpulse.ingest.price import Prices
from promptpulse.metrics import Definitions
from promptpulse.notify.channels import channels_of
from promptpulse.notify.secrets import Keyring
from promptpulse.prompts import service as prompts
from promptpulse.prompts.models import Prompt, PromptDeployment
from promptpulse.reports.models import ReportRow
from promptpulse.slas.present import slas_out
from promptpulse.store import Store

NOW = datetime(2026, 11, 21, 14, 20, tzinfo=UTC)
DAY = timedelta(days=1)
KEYRING = Keyring(Fernet.generate_key().decode())
SHOWN = {
    "Support-reply tone": ("running", "ship"),
    "Search-query rewrite": ("concluded", "ship"),
    "Shorter ticket summaries": ("running", "keep"),
    "Stricter review moderation": ("running", "keep_running"),
    "Intents with examples": ("draft", "no_data"),
}
"""What each experiment of the demo is there to show."""


@dataclass(frozen=True)
class Demo:
    database: Database
    store: Store
    world: World
    shop: ProjectRef

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return list(self.store.query(sql, {"project": self.world.project}).rows())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Iterator[Demo]:
    """The whole of it, as `promptpulse demo` makes it."""
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('demo')}/settings.db")
    migrate_database(database)
    begin(database, Beginning(), NOW)
    with database.sessions() as session:
        project = session.scalars(select(Project)).one()
    shop = ProjectRef(project.id, "Shop", "Europe/Berlin", capture_content=False, price_version=0)
    world = find_world(store, shop, NOW)
    with database.writing() as session:
        write_history(session, shop.id, world.trials, world.anchor)
    load(store, world, shop, Prices(lambda _: ()), NOW, lambda _: None)
    with database.writing() as session:
        keep_assignments(session, assigned(store, shop.id, [t.experiment.id for t in world.trials]))
    yield Demo(database, store, world, shop)
    database.close()


def test_the_registry_serves_what_the_calls_carry(demo: Demo) -> None:
    carried = {
        (str(prompt), str(environment)): int(str(version))
        for prompt, environment, version in demo.rows(
            """
            SELECT prompt_id, environment, argMax(prompt_version, ts) FROM calls
            WHERE project = {project:String} AND ts >= toDateTime64('2026-11-20 20:00:00', 6, 'UTC') AND experiment_id = ''
            GROUP BY prompt_id, environment
            """
        )
    }
    served: dict[tuple[str, str], int] = {}
    with demo.database.sessions() as session:
        for prompt in PROMPTS:
            row = prompts.prompt_named(session, demo.shop.id, prompt.id)
            assert row is not None
            assert row.versions == len(prompt.versions)
            served |= {(prompt.id, e): number for e, number in prompts.pointers(session, row).items()}

    assert {prompt for prompt, environment in carried if environment == "production"} >= {
        p.id
        for p in PROMPTS
        if p.id not in {"moderate-review", "summarise-ticket"}  # all of theirs are in an experiment
    }
    assert carried.items() <= served.items()
    assert (served["tag-product", "production"], served["tag-product", "staging"]) == (1, 2)


def test_deployments_lie_where_the_traffic_turns(demo: Demo) -> None:
    with demo.database.sessions() as session:
        deployed = session.execute(
            select(Prompt.name, PromptDeployment.number, PromptDeployment.at)
            .join(Prompt, Prompt.id == PromptDeployment.prompt_id)
            .where(PromptDeployment.environment == "production", PromptDeployment.previous.is_not(None))
        ).all()
    firsts = {
        (prompt, version): from_micros(int(str(first)))
        for prompt, version, first in demo.rows(
            """
            SELECT prompt_id, prompt_version, toUnixTimestamp64Micro(min(ts)) FROM calls
            WHERE project = {project:String} AND ts >= toDateTime64(0, 6, 'UTC')
              AND environment = 'production' AND experiment_id = ''
            GROUP BY prompt_id, prompt_version
            """
        )
    }
    turned = [(name, number, at) for name, number, at in deployed if (name, str(number)) in firsts]

    assert len(turned) >= 9
    for name, number, at in turned:
        assert timedelta(0) <= firsts[name, str(number)] - at < timedelta(hours=3), (name, number)


def test_there_is_an_archived_prompt_a_chat_and_a_mapping(demo: Demo) -> None:
    with demo.database.sessions() as session:
        found = session.scalars(select(Prompt)).all()
        assert [p.name for p in found if p.archived_at] == ["greeting-banner"]
        assert {p.type for p in found} == {"text", "chat"}
        assert all(p.tags for p in found)
        assert mappings_of(session, demo.shop.id)["feedback"] == {"negative": 0.0, "neutral": 0.5, "positive": 1.0}


def test_each_experiment_shows_what_it_is_there_to_show(demo: Demo) -> None:
    with demo.database.sessions() as session:
        rows = session.scalars(select(ExperimentRow)).all()
        mappings = mappings_of(session, demo.shop.id)
        shown = {}
        for row in rows:
            subject = Subject(service.value_of(row), mappings, NOW)
            found = findings(demo.store, subject)
            verdict = decision(subject, found)
            shown[row.title] = (row.status, verdict.decision)
            assert found.people.multiple == found.people.calls_without_unit == 0
            if row.conclusion:
                assert row.conclusion["decision"] == verdict.decision
                assert row.conclusion["winner"] == verdict.variant_id

    assert shown == SHOWN


def test_a_winner_is_promoted(demo: Demo) -> None:
    with demo.database.sessions() as session:
        row = session.scalars(select(ExperimentRow).where(ExperimentRow.status == "concluded")).one()
        winner = next(v for v in row.variants if row.conclusion and v.id == row.conclusion["winner"])
        prompt = prompts.prompt_named(session, demo.shop.id, winner.prompt)
        assert prompt is not None
        assert prompts.pointers(session, prompt)["production"] == winner.version


def test_assignments_in_the_settings_are_those_of_the_event_store(demo: Demo) -> None:
    events = {
        (str(e), str(u)): (str(v), from_micros(int(str(ts))))
        for e, u, v, ts in demo.rows(
            """
            SELECT experiment_id, unit_id, variant_id, toUnixTimestamp64Micro(ts) FROM events
            WHERE project = {project:String} AND ts >= toDateTime64(0, 6, 'UTC') AND kind = 'assignment'
            """
        )
    }
    with demo.database.sessions() as session:
        rows = session.scalars(select(Assignment)).all()
        counts = session.execute(
            select(AssignmentCount.experiment_id, func.sum(AssignmentCount.units)).group_by("experiment_id")
        )
        by_experiment = {e: int(n) for e, n in counts}

    assert {(a.experiment_id, a.unit_id): (a.variant_id, a.assigned_at) for a in rows} == events
    assert by_experiment == Counter(e for e, _ in events)
    assert len(events) > 7_000


def test_nothing_happens_to_a_unit_before_it_is_assigned_and_all_agrees_with_it(demo: Demo) -> None:
    units = {
        (a.experiment_id, a.unit_id): (a.variant_id, to_micros(a.at))
        for a in assigned(demo.store, demo.shop.id, [t.experiment.id for t in demo.world.trials])
    }
    seen = Counter[str]()
    for table in ("calls", "scores", "events"):
        for experiment, variant, user, session, ts in demo.rows(
            f"""
            SELECT experiment_id, variant_id, user_id, session_id, toUnixTimestamp64Micro(ts) FROM {table}
            WHERE project = {{project:String}} AND ts >= toDateTime64(0, 6, 'UTC') AND experiment_id != ''
            """
        ):
            trial = demo.world.trial(str(experiment))
            assigned_to, at = units[str(experiment), str(user if trial.plan.unit == "user" else session)]
            assert variant == assigned_to
            seen[f"{table} before"] += int(str(ts)) < at
            seen[table] += 1

    assert seen["calls"] > 25_000
    assert seen["scores"] > 5_000
    assert seen["events"] > 10_000
    # a call that was answered later than the next one of its session may have begun before it
    assert seen["calls before"] + seen["scores before"] + seen["events before"] < 5


def test_a_few_percent_of_calls_are_rated_and_version_4_is_rated_worst(demo: Demo) -> None:
    ratings = {
        str(version): (float(str(mean)), int(str(n)))
        for version, mean, n in demo.rows(
            """
            SELECT prompt_version, avg(number), count() FROM scores
            WHERE project = {project:String} AND ts >= toDateTime64(0, 6, 'UTC') AND name = 'rating'
            GROUP BY prompt_version
            """
        )
    }
    calls = sum(n for _, n in ratings.values())
    share = demo.rows(
        """
        SELECT count() FROM calls
        WHERE project = {project:String} AND ts >= toDateTime64(0, 6, 'UTC') AND prompt_id = 'support-reply'
        """
    )

    assert sorted(ratings) == ["1", "2", "3", "4", "5"]
    assert ratings["4"][0] + 0.4 < ratings["3"][0] < ratings["5"][0] < 4.5
    assert 0.10 < calls / int(str(share[0][0])) < 0.20


def test_scores_have_the_four_types_and_their_values(demo: Demo) -> None:
    found = {
        str(name): (set(map(str, types)), float(str(low)), float(str(high)), sorted(map(str, texts)))  # type: ignore[call-overload]
        for name, types, low, high, texts in demo.rows(
            """
            SELECT name, groupUniqArray(type), ifNull(min(number), 0), ifNull(max(number), 0), groupUniqArray(text) FROM scores
            WHERE project = {project:String} AND ts >= toDateTime64(0, 6, 'UTC')
            GROUP BY name
            """
        )
    }

    assert found["rating"] == ({"int"}, 1, 5, [""])
    assert found["helpful"] == ({"bool"}, 0, 1, [""])
    assert found["feedback"] == ({"string"}, 0, 0, ["negative", "neutral", "positive"])
    types, low, high, _ = found["quality"]
    assert types == {"float"}
    assert 0 <= low < 0.6
    assert 0.9 < high <= 1


def test_a_call_is_always_judged_the_same_and_soon(demo: Demo) -> None:
    again = find_world(demo.store, demo.shop, NOW + DAY)
    calls = [c for block in traffic(demo.world, NOW - DAY, NOW) for c in block]
    said = [(c, fact) for c in calls for fact in facts_of(demo.world, c)]

    assert [fact for _, fact in said] == [fact for c in calls for fact in facts_of(again, c)]
    assert len(said) > 500
    for call, fact in said:
        assert end_us(call) < fact.ts <= end_us(call) + LATEST_US


def test_a_restart_adds_nothing_twice_and_what_is_missing(store: Store, project: str) -> None:
    shop = ProjectRef(project, "Shop", "UTC", capture_content=False, price_version=0)
    later = NOW + timedelta(hours=7)
    for now in (NOW, NOW + timedelta(minutes=1), later, later):
        load(store, find_world(store, shop, now, days=4, calls=6_000), shop, Prices(lambda _: ()), now, lambda _: None)
    world = find_world(store, shop, later, days=4, calls=6_000)

    def ids(sql: str) -> list[str]:
        return sorted(str(row[0]) for row in store.query(sql, {"project": project}).rows())

    since = "WHERE project = {project:String} AND ts >= toDateTime64(0, 6, 'UTC')"
    calls = [c for block in traffic(world, world.start, later) for c in block if end_us(c) <= to_micros(later)]
    facts = [f for c in calls for f in facts_of(world, c) if f.ts <= to_micros(later)]
    scores = sorted(f"{f.submission_id} {f.name}" for f in facts if isinstance(f, Score))
    outcomes = sorted(f.id for f in facts if isinstance(f, Event))
    assert ids(f"SELECT id FROM calls {since}") == sorted(c.id for c in calls)
    assert ids(f"SELECT concat(submission_id, ' ', name) FROM scores {since}") == scores
    assert ids(f"SELECT id FROM events {since} AND kind = 'outcome'") == outcomes
    units = ids(f"SELECT concat(experiment_id, unit_id) FROM events {since} AND kind = 'assignment'")
    assert units == sorted(e + u for e, u in assigned_units(store, world))
    assert len(scores) > 500 < len(units)


def test_the_history_is_written_once_whatever_a_visitor_did_with_it(demo: Demo) -> None:
    with demo.database.writing() as session:
        before = session.scalar(select(func.count()).select_from(PromptDeployment))
        write_history(session, demo.shop.id, demo.world.trials, demo.world.anchor)
        after = session.scalar(select(func.count()).select_from(PromptDeployment))

    assert before == after


def test_two_bad_times_are_over_and_the_worse_version_is_an_open_incident(demo: Demo) -> None:
    for _ in range(2):  # once a project
        write_mishaps(demo.store, demo.database, demo.world, demo.shop, NOW)
    with demo.database.sessions() as session:
        rows = session.scalars(select(IncidentRow).order_by(IncidentRow.opened_at)).all()
        found = [(row.status, row.cause and (row.cause["dimension"], row.cause["value"])) for row in rows]
        document = rows[0].post_mortem or ""
        rules = rules_out(session, demo.shop, rules_of(session, demo.shop.id), Definitions())
    assert found == [
        ("post_mortem", ("provider", "anthropic")),
        ("acknowledged", ("prompt_version", "4")),
        ("resolved", ("provider", "openai")),
    ]
    assert "Follow the status page of the provider" in document
    fired = {rule.name: rule.firing for rule in rules if rule.last_fired_at is not None}
    assert fired == {"Failing support replies": 1, "Error rate above 5 % for 5 minutes": 0}, (
        "the rules know what they have said"
    )


def test_objectives_a_policy_on_trial_and_a_channel_that_is_off_show_something_at_once(demo: Demo) -> None:
    for _ in range(2):  # once a project
        write_mishaps(demo.store, demo.database, demo.world, demo.shop, NOW)
        write_safeguards(demo.store, demo.database, demo.world, demo.shop, NOW)
    with demo.database.sessions() as session:
        states = {one.name: one.state for one in slas_out(session, demo.shop.id)}
        (channel,), (policy,) = channels_of(session, demo.shop.id), policies_of(session, demo.shop.id)
        incidents = session.scalar(select(func.count()).select_from(IncidentRow))
        (report,) = session.scalars(select(ReportRow)).all()
    left = {name: (one.status, round(one.budget.left_share or 0)) for name, one in states.items() if one is not None}
    assert left == {"Support replies are available": ("meeting", 49), "Support replies are fast": ("meeting", 85)}
    assert (channel.enabled, channel.secret) == (False, ""), "nothing leaves the machine"
    assert policy_of(policy).dry_run
    assert incidents == 3, "no objective alerts"
    assert report.next_at is not None
    assert NOW - timedelta(days=7) < report.next_at < NOW, "one is due at once"
    assert report.settings["addresses"] == []
    with demo.database.sessions() as session:
        actor = Actor(demo.store, demo.database, lambda _: Definitions(), KEYRING, httpx.Client(), lambda _: None)
        found = actor.tried(session, policy, None, NOW)
    assert found.said == "It would serve version 3 of support-reply again, instead of 4."


@pytest.mark.parametrize("name", ["Support desk", "Back office", *READY_MADE])
def test_no_widget_of_a_dashboard_is_empty(demo: Demo, name: str) -> None:
    context = Context(demo.shop.id, demo.shop.time_zone, Definitions(mappings={"feedback": FEEDBACK}), NOW)
    with demo.database.sessions() as session:
        own = {row.name: dashboards.widgets_of(row) for row in dashboards.listed(session, demo.shop.id)}
    assert own.keys() == {"Support desk", "Back office"}
    widgets = own.get(name) or READY_MADE[name].widgets(scores_of(demo.store, context))
    page = Window(NOW - timedelta(days=7), NOW)
    sources = Sources(demo.store, demo.database, Analyst(demo.store))
    empty = []
    for widget in widgets:
        found = WidgetData.model_validate(shown(sources, context, widget, page))
        rows = found.errors or found.feedback or found.experiments
        number = found.totals or found.result
        values = [v for series in number.values.values() for line in series for v in line] if number else []
        if not (rows or any(values) or (found.distribution and found.distribution.total)):
            empty.append(widget.id)
    assert empty == {"Support desk": ["runbook"], "cost": ["budgets"]}.get(name, [])


def test_who_concludes_an_experiment_sees_its_traffic_follow(demo: Demo) -> None:
    trial = next(t for t in demo.world.trials if t.plan.title == "Support-reply tone")
    with demo.database.writing() as session:
        row = service.existing(session, demo.shop.id, trial.experiment.id)
        service.conclude(session, row, ConcludeIn(winner="Warm and short"), "ship", By("visitor", NOW))
        concluded = experiments_of(session, demo.world.trials)[trial.experiment.id]
        session.rollback()

    def enrolled(at: datetime) -> Call:
        variant = trial.experiment.control
        return Call(
            project=demo.shop.id, id="c", ts=to_micros(at), latency_ms=1, prompt_id=variant.prompt,
            prompt_version=str(variant.version), experiment_id=trial.experiment.id, variant_id=variant.id, session_id="s",
        )  # fmt: skip

    before, after, paused = enrolled(NOW - DAY), enrolled(NOW), enrolled(NOW)
    follow(before, concluded, set())
    follow(after, concluded, set())
    follow(paused, replace(trial.experiment, status="paused"), {(trial.experiment.id, "another")})

    assert before == enrolled(NOW - DAY)
    assert (after.experiment_id, after.variant_id, after.prompt_version) == ("", "", "5")
    assert (paused.experiment_id, paused.variant_id, paused.prompt_version) == ("", "", "3")
