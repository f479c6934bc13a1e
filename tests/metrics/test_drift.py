"""Whether answers changed, and whose doing it was: on simulated models, and on calls of a real one that did."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from making import MakeCall
from promptpulse.core.call import Call
from promptpulse.ingest.writer import insert
from promptpulse.metrics import BadQuery
from promptpulse.metrics.drift import MEASURED, Drift, Drifts, Scope, Series, Shift, Stratum, drift, shifts_of
from promptpulse.quality.telling import sentence
from promptpulse.store import Store

TOKENS, LATENCY, REFUSALS = MEASURED
DAYS, AT = 30, 18
SINCE = np.arange(DAYS) >= AT
FIRST = date(2026, 1, 1)
CHANGED = FIRST + timedelta(days=AT)
PROMPTS = (Stratum("a", "1", "f"), Stratum("b", "1", "g"), Stratum("c", "2", "g"))
Array = NDArray[np.float64]


def series(
    rng: np.random.Generator,
    *,
    strata: Sequence[Stratum] = PROMPTS,
    levels: Sequence[float] = (200, 100, 400),
    shares: Array | None = None,
    factor: Array | None = None,
    alike: float = 0.0,
    weekly: float = 0.0,
    days: int = DAYS,
) -> Series:
    """Some 200 calls a day, fewer at times; days vary by 5 %, and resemble the day before as `alike` says (correlation)."""
    mood = np.zeros(days)
    for d in range(days):
        mood[d] = (alike * mood[d - 1] if d else 0.0) + rng.normal(0, 0.05 * np.sqrt(1 - alike**2))
    mood += weekly * np.sin(2 * np.pi * np.arange(days) / 7)
    means = np.outer(levels, np.exp(mood) * (1 if factor is None else factor))
    mix = np.full((len(strata), days), 1 / len(strata)) if shares is None else shares
    calls = rng.poisson(200 * (1 + 0.5 * np.sin(2 * np.pi * np.arange(days) / 7)) * mix).astype(float)
    sums = np.where(calls > 0, rng.gamma(2 * np.maximum(1, calls), means / 2), 0.0)
    return Series(tuple(strata), tuple(FIRST + timedelta(days=d) for d in range(days)), calls, sums)


def one(found: Series, rng: np.random.Generator) -> Shift:
    """Beside nine models that did not change."""
    others = [series(rng) for _ in range(9)]
    return shifts_of([found, *others], [TOKENS] * 10, rng)[0]


@pytest.mark.parametrize(
    ("alike", "weekly", "days"), [(0.0, 0.0, 30), (0.3, 0.0, 30), (0.5, 0.0, 30), (0.0, 0.2, 30), (0.3, 0.0, 14)]
)
def test_models_that_do_not_change_are_told_to_in_one_of_twenty_answers_at_most(
    alike: float, weekly: float, days: int
) -> None:
    rng = np.random.default_rng(7)
    rounds, models = 60, 4
    alarms = 0
    for _ in range(rounds):
        found = [series(rng, alike=alike, weekly=weekly, days=days) for _ in range(models)]
        alarms += any(shift.cause != "none" for shift in shifts_of(found, [TOKENS] * models, rng))
    # 3 are expected; 7 are more by chance in 3 of 100 such tests; these do not change from run to run
    assert alarms <= 6


def test_a_shift_within_prompts_that_did_not_change_is_the_providers() -> None:
    rng = np.random.default_rng(1)
    for _ in range(10):
        shift = one(series(rng, factor=np.where(SINCE, 0.6, 1.0)), rng)
        assert shift.cause == "provider"
        assert shift.changed_on is not None
        assert abs((shift.changed_on - CHANGED).days) <= 1
        assert shift.low_percent is not None
        assert shift.high_percent is not None
        assert shift.low_percent < -40 < shift.high_percent < -20


def test_a_shift_that_begins_with_a_new_version_is_ones_own() -> None:
    rng = np.random.default_rng(2)
    strata = (Stratum("a", "1", "f"), Stratum("a", "2", "f"), Stratum("c", "2", "g"))
    shares = np.stack([np.where(SINCE, 0.0, 0.5), np.where(SINCE, 0.5, 0.0), np.full(DAYS, 0.5)])
    found = [one(series(rng, strata=strata, levels=(200, 100, 150), shares=shares), rng) for _ in range(10)]
    assert [(s.cause, s.changed_on) for s in found] == [("own_change", CHANGED)] * 10


def test_a_shift_because_other_prompts_use_the_model_is_the_mix() -> None:
    rng = np.random.default_rng(3)
    shares = np.stack([np.where(SINCE, 0.2, 0.6), np.where(SINCE, 0.7, 0.2), np.full(DAYS, 0.2)])
    found = [one(series(rng, levels=(200, 100, 200), shares=shares), rng) for _ in range(10)]
    assert {s.cause for s in found} == {"mix"}
    assert sum(s.changed_on == CHANGED for s in found) >= 7


def test_a_shift_of_the_provider_is_found_though_the_mix_hides_it() -> None:
    """Answers halve; and prompts with answers of twice the length come to the model."""
    rng = np.random.default_rng(4)
    shares = np.stack([np.where(SINCE, 0.1, 0.9), np.where(SINCE, 0.9, 0.1)])
    found = one(
        series(rng, strata=PROMPTS[:2], levels=(100, 200), shares=shares, factor=np.where(SINCE, 0.6, 1.0)), rng
    )
    assert (found.cause, found.changed_on) == ("provider", CHANGED)
    assert found.change_percent == pytest.approx(-40, abs=5)


def test_less_than_a_twentieth_is_not_told_however_sure() -> None:
    calls = np.full((1, DAYS), 1000.0)
    levels = np.where(SINCE, 97.0, 100.0) + np.resize([0.1, -0.1, 0.05], DAYS)
    found = Series(PROMPTS[:1], tuple(FIRST + timedelta(days=d) for d in range(DAYS)), calls, calls * levels)
    shift = shifts_of([found], [TOKENS], np.random.default_rng(5))[0]
    assert (shift.cause, shift.after, shift.changed_on) == ("none", None, None)
    assert shift.before == pytest.approx((18 * 100 + 12 * 97) / 30, abs=0.1)


def test_levels_before_and_since_are_means_over_calls() -> None:
    """18 days of 100 calls with 10 tokens, then 12 days with 20: twice as many."""
    calls = np.full((1, DAYS), 100.0)
    levels = np.where(SINCE, 20.0, 10.0)
    found = Series(PROMPTS[:1], tuple(FIRST + timedelta(days=d) for d in range(DAYS)), calls, calls * levels)
    shift = shifts_of([found], [TOKENS], np.random.default_rng(5))[0]
    assert shift == Shift(10, 20, 100, 100, 100, CHANGED, "provider")


def test_fewer_than_ten_days_are_too_few() -> None:
    rng = np.random.default_rng(6)
    assert shifts_of([series(rng, days=9)], [TOKENS], rng)[0].cause == "too_few"


NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def asked(project: str, days: int = 30) -> Scope:
    return Scope(project, NOON - timedelta(days=days), NOON, "Europe/Stockholm")


def found_in(store: Store, scope: Scope) -> list[Drift]:
    return drift(store, scope, np.random.default_rng(1))


def test_gpt_4_of_march_and_june_is_told_to_have_changed(
    store: Store, project: str, shared: Path, make_call: MakeCall
) -> None:
    """Real answers of both; the days are made up: 14 of March, then 14 of June."""
    first = NOON - timedelta(days=28)
    calls: list[Call] = []
    with gzip.open(shared / "data" / "llmdrift_prime.csv.gz", "rt", newline="") as file:
        places = {"openaichat/gpt-4-0314": 0, "openaichat/gpt-4-0613": 14}
        seen = dict.fromkeys(places, 0)
        for row in csv.DictReader(file):
            if row["model"] not in places or not row["answer_token"]:
                continue
            day = places[row["model"]] + seen[row["model"]] % 14
            seen[row["model"]] += 1
            calls.append(make_call(
                at=first + timedelta(days=day), provider="openai", model="gpt-4", prompt_id="prime", prompt_version="1",
                response_model=row["model"].removeprefix("openaichat/"), latency_ms=1000 * float(row["latency"]),
                output_tokens=int(float(row["answer_token"])),
            ))  # fmt: skip
    insert(store, calls, 0)
    (model,) = found_in(store, asked(project))
    tokens, latency, refusals = model.metrics
    changed = (first + timedelta(days=14)).date()
    assert [(m.shift.cause, m.shift.changed_on) for m in (tokens, latency)] == [("provider", changed)] * 2
    assert tokens.shift.before == pytest.approx(215.4, abs=0.1)  # mean of the 1,000 answers of March
    assert tokens.shift.after == pytest.approx(2.9, abs=0.1)
    assert refusals.shift.cause == "none"
    assert (model.snapshot, model.snapshot_since) == ("gpt-4-0613", changed)
    assert sentence(model).startswith(
        f"gpt-4: answers are 99 % shorter since {changed}, while no prompt changed: the provider changed. Answers are "
    )
    assert sentence(model).endswith(f"Since {changed} it answers as gpt-4-0613.")


def test_refusals_are_finish_reasons_and_errors_of_filters(store: Store, project: str, make_call: MakeCall) -> None:
    def day(n: int, refused: int) -> list[Call]:
        at = NOON - timedelta(days=n)
        kinds: list[dict[str, object]] = [
            {"finish_reason": "content_filter"}, {"finish_reason": "REFUSAL"},
            {"status": "error", "error_type": "model_error", "error_name": "ContentFilterFinishReasonError"},
            {"status": "error", "error_type": "validation", "error_message": "against our content management policy"},
        ]  # fmt: skip
        failed = [make_call(at=at, model="m", status="error", error_type="timeout")]
        return failed + [make_call(at=at, model="m", **(kinds[i % 4] if i < refused else {})) for i in range(99)]

    for n in range(1, 25):
        insert(store, day(n, 12 + n % 2 if n <= 8 else n % 2), 0)
    (model,) = found_in(store, asked(project))
    refusals = model.metrics[2].shift
    assert refusals.changed_on == (NOON - timedelta(days=8)).date()
    # of 16 days before, 8 with 0 and 8 with 1 of 100; of 8 days since, 4 with 12 and 4 with 13
    assert (refusals.before, refusals.after, refusals.cause) == (0.5, 12.5, "provider")
    assert "12.5 % of the calls are refused, against 0.5 % before" in sentence(model)


def test_days_are_those_of_the_zone_and_gaps_stay_gaps(store: Store, project: str, make_call: MakeCall) -> None:
    late = datetime(2026, 11, 10, 23, 30, tzinfo=UTC)  # the 11th in Stockholm
    insert(store, [make_call(at=late, model="m", output_tokens=5, latency_ms=100.0),
                   make_call(at=late, model="m", output_tokens=15, latency_ms=400.0),
                   make_call(at=late + timedelta(days=2), model="m", status="error", output_tokens=99)], 0)  # fmt: skip
    (model,) = found_in(store, asked(project))
    eleventh, twelfth, thirteenth = (date(2026, 11, d) for d in (11, 12, 13))
    assert model.metrics[0].days == ((eleventh, 10), (twelfth, None), (thirteenth, None))
    assert model.metrics[1].days[0][1] == pytest.approx(200)  # geometric: the root of 100 x 400
    assert model.metrics[2].days == ((eleventh, 0), (twelfth, None), (thirteenth, 0))
    assert {m.shift.cause for m in model.metrics} == {"too_few"}
    assert sentence(model) == "m: too few days with calls to tell."


def test_a_snapshot_that_was_there_before_is_not_new(store: Store, project: str, make_call: MakeCall) -> None:
    insert(store, [
        make_call(ago=timedelta(days=d), at=NOON, model="m", response_model=name)
        for d, name in ((45, "m-1"), (20, "m-1"), (40, "m-0"), (10, "m-0"))
    ], 0)  # fmt: skip
    assert [m.snapshot for m in found_in(store, asked(project))] == [""]
    insert(store, [make_call(ago=timedelta(days=3), at=NOON, model="m", response_model="m-2")], 0)
    assert [(m.snapshot, m.snapshot_since) for m in found_in(store, asked(project))] == [("m-2", date(2026, 11, 18))]


def test_nothing_is_found_where_there_is_nothing(store: Store, project: str) -> None:
    assert found_in(store, asked(project)) == []
    with pytest.raises(BadQuery, match="end"):
        found_in(store, Scope(project, NOON, NOON, "UTC"))


def test_what_was_found_is_kept_for_an_hour(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Scope] = []

    def found(_: Store, scope: Scope, __: object) -> list[Drift]:
        asked.append(scope)
        return []

    monkeypatch.setattr("promptpulse.metrics.drift.drift", found)
    clock = [0.0]
    drifts = Drifts(store, 1, lambda: clock[0])
    end = datetime(2026, 11, 21, 12, tzinfo=UTC)
    one, other = (
        Scope("shop", end - timedelta(days=30), end, "UTC"),
        Scope("other", end - timedelta(days=30), end, "UTC"),
    )
    for scope, seconds, times in ((one, 0, 1), (one, 3599, 1), (other, 3599, 2), (one, 3600, 3), (other, 3600, 3)):
        clock[0] = float(seconds)
        drifts.of(scope)
        assert len(asked) == times
