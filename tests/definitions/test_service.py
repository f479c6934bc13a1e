"""Custom metrics and latency targets in both settings databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from accounts.world import World
from clock import NOON, Clock
from promptpulse.accounts.audit import entries
from promptpulse.accounts.mappings import change_mappings
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.definitions import service
from promptpulse.definitions.models import CustomMetricRow
from promptpulse.definitions.registry import LIFE, DefinitionRegistry
from promptpulse.definitions.shapes import CustomMetricIn, CustomMetricPatch, TargetsBody

ADA = By("ada@example.com", NOON + timedelta(minutes=1))
LATER = By("bo@example.com", NOON + timedelta(hours=1))
SATISFACTION = CustomMetricIn(
    name="Customer satisfaction", formula=" 100 * count(score.feedback = 'positive') / count(score.feedback) ", unit="percent",
    better="up", threshold=80, description="Share of positive feedback.",
)  # fmt: skip


def test_a_metric_is_kept_under_a_key_made_of_its_name(world: World) -> None:
    with world.database.writing() as session:
        made = service.create(session, world.project, SATISFACTION, ADA)
    assert made.key == "custom.customer_satisfaction"
    with world.database.sessions() as session:
        by_key = service.existing(session, world.project, "custom.customer_satisfaction")
        assert service.existing(session, world.project, made.id) is by_key
        metric = service.metric_of(by_key)
        audit, _ = entries(session, world.project, 1, 0)
    assert (metric.label, metric.custom, metric.unit, metric.better, metric.threshold) == (
        "Customer satisfaction", "100 * count(score.feedback = 'positive') / count(score.feedback)", "percent", "up", 80,
    )  # fmt: skip
    assert (audit[0].action, audit[0].target, audit[0].detail["name"]) == (
        "metric.create", "custom.customer_satisfaction", "Customer satisfaction",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Retry rate (%)", "custom.retry_rate"),
        ("p95/p50", "custom.p95_p50"),
        ("Zufriedenheit für Süd", "custom.zufriedenheit_für_süd"),
        ("満足度", "custom.満足度"),
        ("  A   B  ", "custom.a_b"),
    ],
)
def test_keys_are_names_without_what_queries_could_misread(name: str, key: str) -> None:
    assert service.key_of(name) == key


@pytest.mark.parametrize("name", ["Customer satisfaction", "customer  SATISFACTION!"])
def test_two_metrics_of_a_project_have_different_keys(world: World, name: str) -> None:
    other = world.new_project("shop")
    with world.database.writing() as session:
        service.create(session, world.project, SATISFACTION, ADA)
        service.create(session, other, SATISFACTION, ADA)
    with world.database.writing() as session, pytest.raises(Conflict, match="choose another name"):
        service.create(session, world.project, SATISFACTION.model_copy(update={"name": name}), ADA)
    with world.database.sessions() as session:
        assert session.scalar(select(func.count()).select_from(CustomMetricRow)) == 2


def test_a_change_keeps_the_key_and_says_in_the_audit_log_what_it_was(world: World) -> None:
    with world.database.writing() as session:
        service.create(session, world.project, SATISFACTION, ADA)
    with world.database.writing() as session:
        patch = CustomMetricPatch(name="Happiness", formula="100 * avg(score.happy)")
        changed = service.change(session, world.project, "custom.customer_satisfaction", patch, LATER)
    assert (changed.key, changed.name, changed.unit, changed.threshold, changed.created_by, changed.updated_at) == (
        "custom.customer_satisfaction", "Happiness", "percent", 80, "ada@example.com", LATER.at,
    )  # fmt: skip
    with world.database.writing() as session:
        at_last = By("bo@example.com", LATER.at + timedelta(hours=1))
        unset = service.change(session, world.project, changed.id, CustomMetricPatch(threshold=None), at_last)
        same = service.change(session, world.project, changed.id, CustomMetricPatch(unit="percent"), LATER)
    assert (unset.threshold, same.formula) == (None, "100 * avg(score.happy)")
    with world.database.sessions() as session:
        audit, _ = entries(session, world.project, 10, 0)
    assert [(row.actor, row.detail.get("fields")) for row in audit if row.action == "metric.change"] == [
        ("bo@example.com", "threshold"),
        ("bo@example.com", "name, formula"),
    ]


def test_a_name_that_another_metric_has_is_not_taken_over(world: World) -> None:
    with world.database.writing() as session:
        service.create(session, world.project, SATISFACTION, ADA)
        service.create(session, world.project, CustomMetricIn(name="Errors", formula="count(status = 'error')"), ADA)
    with world.database.writing() as session, pytest.raises(Conflict, match="'Errors'"):
        patch = CustomMetricPatch(name="Errors")
        service.change(session, world.project, "custom.customer_satisfaction", patch, LATER)


def test_a_deleted_metric_is_gone_and_others_cannot_delete_it(world: World) -> None:
    other = world.new_project("shop")
    with world.database.writing() as session:
        made = service.create(session, world.project, SATISFACTION, ADA)
    with world.database.writing() as session, pytest.raises(NotFound):
        service.delete(session, other, made.id, ADA)
    with world.database.writing() as session:
        service.delete(session, world.project, made.key, ADA)
    with world.database.sessions() as session:
        assert service.custom_metrics(session, world.project) == []
        with pytest.raises(NotFound):
            service.existing(session, world.project, made.id)


def test_a_threshold_needs_to_know_which_side_is_good(world: World) -> None:
    with world.database.writing() as session:
        service.create(session, world.project, SATISFACTION, ADA)
    with world.database.writing() as session, pytest.raises(Refused, match="needs a direction"):
        patch = CustomMetricPatch(better="neither")
        service.change(session, world.project, "custom.customer_satisfaction", patch, LATER)


def test_a_project_has_at_most_so_many_metrics(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MAX_METRICS", 1)
    with world.database.writing() as session:
        service.create(session, world.project, SATISFACTION, ADA)
    with world.database.writing() as session, pytest.raises(Conflict, match="1 is the most"):
        service.create(session, world.project, CustomMetricIn(name="Errors", formula="count()"), ADA)


def test_targets_have_defaults_and_go_up_with_the_percentile(world: World) -> None:
    with world.database.sessions() as session:
        assert service.targets(session, world.project) == TargetsBody(
            p50_latency_ms=1000, p95_latency_ms=2000, p99_latency_ms=5000
        )
    with world.database.writing() as session:
        service.change_targets(session, world.project, TargetsBody(p50_latency_ms=500), ADA)
    with world.database.writing() as session, pytest.raises(Refused, match="p99_latency_ms: 5000 is less than"):
        service.change_targets(session, world.project, TargetsBody(p95_latency_ms=6000), ADA)
    with world.database.sessions() as session:
        found = service.targets(session, world.project)
        audit, _ = entries(session, world.project, 1, 0)
    assert found == TargetsBody(p50_latency_ms=500)
    assert (audit[0].action, audit[0].detail["p50_latency_ms"]) == ("targets.change", "500")


def test_definitions_are_remembered_until_they_are_forgotten_or_old(world: World, clock: Clock) -> None:
    registry = DefinitionRegistry(world.database, clock)
    assert registry.of(world.project).metrics == {}
    with world.database.writing() as session:
        service.create(session, world.project, SATISFACTION, ADA)
        change_mappings(session, world.project, {"feedback": {"positive": 1}}, ADA)
    assert registry.of(world.project).metrics == {}
    registry.forget(world.project)
    found = registry.of(world.project)
    assert [metric.label for metric in found.metrics.values()] == ["Customer satisfaction"]
    assert found.mappings == {"feedback": {"positive": 1}}
    with world.database.writing() as session:
        service.delete(session, world.project, "custom.customer_satisfaction", ADA)
    assert registry.of(world.project) is found
    clock.now += LIFE
    assert registry.of(world.project).metrics == {}
