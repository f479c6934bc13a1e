"""Re-pricing: raw calls and rollups tell the new costs exactly, whatever was cut off on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from clock import NOON
from experiments.lab import Lab
from metrics.test_raw_equals_rollup import assert_equal
from promptpulse.accounts.values import By, PriceOverride, Prices
from promptpulse.core.call import Call, CostSource
from promptpulse.core.errors import Conflict, Refused
from promptpulse.core.times import to_micros
from promptpulse.costs import repricing
from promptpulse.costs.models import RepricingRow
from promptpulse.costs.shapes import RepricingIn
from promptpulse.ingest.writer import Writer, insert
from promptpulse.metrics import METRICS, Query, days, repriced, rollups, run
from promptpulse.store import Store

NOW = datetime.now(UTC)
TODAY = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)
DAYS_AGO = (1, 4)
"""One that the rollup of minutes still has, and one that it has forgotten."""
PRICE = Prices(Decimal(2), Decimal(10))
"""A call of 1000 input and 100 output tokens costs 0.002 + 0.001 US$."""
COST = Decimal("0.003")


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Shop:
    """On two days, as many calls at noon: 3 without a price, and one each that the client priced, that
    failed before it used anything, that does not say its tokens, and that the list prices."""

    lab: Lab
    store: Store
    own_prices: list[PriceOverride] = field(default_factory=list)
    asked: int = 0

    def __post_init__(self) -> None:
        usage = {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}
        listed = {"cost_usd": Decimal("0.5"), "cost_source": CostSource.PRICE_LIST, "price_date": "2026-01-01"}
        made: list[Call] = []
        for n in DAYS_AGO:
            noon = TODAY - n * DAY + timedelta(hours=12)
            made += self.calls(noon, 3, provider="acme", model="acme-large", user_id="u", **usage)
            made += self.calls(noon, 1, model="acme-large", cost_usd=Decimal(1), cost_source=CostSource.CLIENT, **usage)
            made += self.calls(noon, 1, model="acme-large", status="error")
            made += self.calls(noon, 1, model="acme-large")
            made += self.calls(noon, 1, provider="openai", model="gpt-4o", **listed, **usage)
        insert(self.store, made, int(NOW.timestamp()))
        for day in days.unbuilt(self.store, TODAY + timedelta(hours=1)):
            if day[0] == self.lab.project:  # those of other tests are many
                days.build(self.store, day)

    def calls(self, at: datetime, count: int, **fields: object) -> list[Call]:
        return [
            Call(project=self.lab.project, id=str(uuid4()), ts=to_micros(at) + i, prompt_id="p", **fields)  # type: ignore[arg-type]
            for i in range(count)
        ]

    def set_price(self, provider: str = "acme", model: str = "acme-large", prices: Prices = PRICE) -> None:
        self.own_prices.append(PriceOverride(str(uuid4()), provider, model, date(2020, 1, 1), prices, NOON, "ada"))

    def ask(self, **fields: object) -> str:
        wanted = {"start": TODAY - 9 * DAY, "end": NOW, **fields}
        self.asked += 1
        by = By("ada", NOW + timedelta(milliseconds=self.asked))
        with self.lab.database.writing() as session:
            return repricing.create(session, self.lab.project, RepricingIn.model_validate(wanted), by).id

    def worker(self, pause: Callable[[], AbstractContextManager[None]] = nullcontext) -> repricing.Repricer:
        return repricing.Repricer(self.store, self.lab.database, lambda _: self.own_prices, pause, lambda: NOW)

    def row(self, job: str) -> RepricingRow:
        with self.lab.database.sessions() as session:
            return repricing.existing(session, self.lab.project, job)

    def cost(self, start: datetime, end: datetime, source: rollups.Source | None = None) -> float:
        frame = run(self.store, Query(self.lab.project, ("total_cost_usd",), start, end), NOW, source=source)
        return float(frame.total("total_cost_usd") or 0)

    def assert_rollups_agree(self) -> None:
        for query in (
            Query(self.lab.project, tuple(METRICS), TODAY - 4 * DAY, TODAY, bucket="1h", by=("prompt_id",)),
            Query(self.lab.project, tuple(METRICS), TODAY - 2 * DAY, NOW + timedelta(seconds=1), by=("model",)),
        ):
            raw, planned = run(self.store, query, NOW, source=rollups.RAW), run(self.store, query, NOW)
            assert planned.source != "calls"
            assert_equal(planned, raw)


@pytest.fixture
def shop(lab: Lab, store: Store) -> Shop:
    return Shop(lab, store)


sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_stored_calls_get_the_prices_of_now_and_every_rollup_says_so(shop: Shop) -> None:
    assert shop.cost(TODAY - 4 * DAY, TODAY) == 2 * 1.5
    shop.set_price()
    job = shop.ask(reason="price agreed")
    worker = shop.worker()
    assert worker.run_next()
    assert not worker.run_next()
    row = shop.row(job)
    assert (row.status, row.calls_seen, row.calls_changed, row.calls_unpriced) == ("done", 8, 6, 2)
    assert (row.before_usd, row.after_usd, row.done_until, row.error) == (None, 6 * COST, row.end, None)
    for source in (None, rollups.RAW, rollups.ROLLUPS[0]):
        assert shop.cost(TODAY - 4 * DAY, TODAY, source) == pytest.approx(2 * (1.5 + 0.009), rel=1e-12)
    assert len(days.whole_days(shop.store, shop.lab.project, TODAY - 4 * DAY, TODAY)) == 2
    shop.assert_rollups_agree()


@sqlite_only
def test_all_means_priced_calls_too_and_what_the_client_said_stays(shop: Shop) -> None:
    shop.set_price("openai", "gpt-4o")
    job = shop.ask(which="all")
    shop.worker().run_next()
    row = shop.row(job)
    assert (row.calls_seen, row.calls_changed, row.calls_unpriced) == (10, 2, 8)
    assert (row.before_usd, row.after_usd) == (2 * Decimal("0.5"), 2 * COST)
    assert shop.cost(TODAY - 4 * DAY, TODAY) == pytest.approx(2 * 1.003)
    shop.assert_rollups_agree()
    again = shop.ask(which="all")
    shop.worker().run_next()
    assert shop.row(again).calls_changed == 0


@sqlite_only
def test_a_price_that_is_gone_leaves_no_cost(shop: Shop) -> None:
    shop.set_price()
    shop.ask()
    shop.worker().run_next()
    shop.own_prices.clear()
    job = shop.ask(which="all", model="acme-large")
    shop.worker().run_next()
    row = shop.row(job)
    assert (row.calls_changed, row.before_usd, row.after_usd) == (6, 6 * COST, None)
    assert shop.cost(TODAY - 4 * DAY, TODAY) == 2 * 1.5
    shop.assert_rollups_agree()


@sqlite_only
def test_only_the_range_and_the_model_asked_for_are_touched(shop: Shop) -> None:
    shop.set_price()
    other = shop.ask(model="gpt-4o")
    shop.worker().run_next()
    assert shop.row(other).calls_seen == 0
    noon = TODAY - 4 * DAY + timedelta(hours=12)
    job = shop.ask(start=noon, end=noon + timedelta(microseconds=2), provider="acme")
    shop.worker().run_next()
    assert (shop.row(job).calls_seen, shop.row(job).calls_changed) == (2, 2)
    assert shop.cost(TODAY - 4 * DAY, TODAY - 3 * DAY) == pytest.approx(1.506)
    shop.assert_rollups_agree()


@sqlite_only
@pytest.mark.parametrize(
    ("when", "name"),
    [("after", "stage"), ("before", "apply"), ("after", "apply"), ("after", "retell")],
)
def test_what_was_cut_off_is_done_once(shop: Shop, monkeypatch: pytest.MonkeyPatch, name: str, when: str) -> None:
    small_steps(monkeypatch)
    shop.set_price()
    job = shop.ask()
    with monkeypatch.context() as patched:
        patched.setattr(repriced, name, killing(getattr(repriced, name), when))
        with pytest.raises(Killed):
            shop.worker().run_next()
    worker = shop.worker()
    worker.release()
    assert worker.run_next()
    row = shop.row(job)
    assert (row.status, row.calls_seen, row.calls_changed, row.calls_unpriced) == ("done", 8, 6, 2)
    assert row.after_usd == 6 * COST
    assert shop.cost(TODAY - 4 * DAY, TODAY) == pytest.approx(2 * 1.509)
    shop.assert_rollups_agree()


def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three changes."""
    monkeypatch.setattr(repriced, "PAGE", 1)
    monkeypatch.setattr(repricing, "STEP_CHANGES", 3)


def killing(function: Callable[..., object], when: str) -> Callable[..., object]:
    """In the second step."""
    calls = iter(range(1, 100))

    def killed(*args: object) -> object:
        last = next(calls) == 2
        if last and when == "before":
            raise Killed
        found = function(*args)
        if last:
            raise Killed
        return found

    return killed


@sqlite_only
def test_many_changes_are_several_steps(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    small_steps(monkeypatch)
    steps = []
    apply = repriced.apply

    def noted(store: Store, project: str, start: datetime, end: datetime) -> None:
        steps.append(end)
        apply(store, project, start, end)

    monkeypatch.setattr(repriced, "apply", noted)
    shop.set_price()
    job = shop.ask()
    shop.worker().run_next()
    assert (shop.row(job).calls_seen, shop.row(job).calls_changed, len(steps)) == (8, 6, 2)
    shop.assert_rollups_agree()


@sqlite_only
def test_calls_that_arrive_meanwhile_wait_and_are_stored_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repriced, "PART_CALLS", 1)  # day by day
    writer = Writer(shop.store, lambda: NOW)
    writer.start()
    late: list[Call] = []

    @contextmanager
    def pause() -> Iterator[None]:
        with writer.paused():
            call = Call(project=shop.lab.project, id=str(uuid4()), ts=to_micros(TODAY - DAY + timedelta(hours=12)))
            late.append(call)
            stored = writer.write([call])
            yield
            assert not stored.done()

    shop.set_price()
    shop.ask()
    shop.worker(pause).run_next()
    writer.close()
    frame = run(shop.store, Query(shop.lab.project, ("total_requests",), TODAY - 4 * DAY, TODAY), NOW)
    assert frame.total("total_requests") == 14 + len(late)
    assert len(late) == 2
    shop.assert_rollups_agree()


def test_jobs_wait_for_each_other(shop: Shop) -> None:
    shop.set_price()
    first, second = shop.ask(), shop.ask()
    one, other = shop.worker(), shop.worker()
    assert one._claim() == first
    assert not other.run_next()  # another process holds it
    one.release()
    assert [other.run_next() for _ in range(3)] == [True, True, False]
    assert [shop.row(job).calls_changed for job in (first, second)] == [6, 0]


def test_a_range_that_is_none_is_refused_and_so_is_one_job_too_many(shop: Shop) -> None:
    with pytest.raises(Refused, match="end"):
        shop.ask(start=NOW, end=NOW)
    with pytest.raises(Refused, match="tomorrow"):
        shop.ask(start=NOW + 5 * DAY, end=NOW + 6 * DAY)
    for _ in range(repricing.MOST_WAITING):
        shop.ask()
    with pytest.raises(Conflict):
        shop.ask()
