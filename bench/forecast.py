"""How often the projection's band holds, and how far the projection is off, on real traffic and on the demo's.

At every day and three times of day, the running day, week and month are projected from what came before; then it is looked
at what they came to. Beside it stands the naive figure: what was spent so far, at the same rate to the end.

Series: request rates of 48 clients (ServeGen, 14 days); taxi rides of New York (Numenta Anomaly Benchmark, 7 months: the
only real series here with months in it); the cost of the demo's shop, in all and by prompt (120 days, two seeds).
Azure's and Mooncake's traces last an hour, which is too short to foretell a day."""

from __future__ import annotations

import csv
import gzip
import io
import os
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from bench.report import Row
from promptpulse.accounts.values import ProjectRef
from promptpulse.core.times import from_micros
from promptpulse.demo.traffic import World, traffic
from promptpulse.ingest.price import Prices
from promptpulse.metrics.forecast import FEWEST_DAYS, PastDay, Today, ahead
from promptpulse.metrics.spending import HISTORY_DAYS, Calendar, Period, calendar

SHARED = Path(os.environ.get("PROMPTPULSE_SHARED", Path(__file__).parents[1].parent / "shared")) / "data"
TIMES = (6, 13, 20)
"""Hours of the day at which it is projected."""
DEMO_DAYS, DEMO_CALLS_PER_DAY, DEMO_SEEDS = 120, 3000, (20_261_121, 7)
MONDAY = date(2026, 6, 1)
"""ServeGen does not say on which day it began."""
PERIODS: tuple[Period, ...] = ("day", "week", "month")
HELD = (74.0, 88.0)
"""Percent of outcomes in a band that is made for 80, on a set of series with all its periods."""


@dataclass(frozen=True, slots=True)
class Series:
    """`hours` of each day from `first` on."""

    source: str
    first: date
    hours: Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Tried:
    holds: bool
    error: float
    """Relative to what the period came to."""
    naive: float


def run(_folder: Path) -> list[Row]:
    found: dict[tuple[str, Period], list[Tried]] = defaultdict(list)
    for series in (*servegen(), *taxi(), *demo()):
        for period in PERIODS:
            found[series.source, period] += tried(series, period)
    rows = []
    for source in dict.fromkeys(source for source, _ in found):
        everything = [one for (of, _), some in found.items() if of == source for one in some]
        rows.append(_row(f"{source}: band of 80 %", everything, is_judged=True))
        rows += [
            _row(f"{source}, {period}", some, is_judged=False)
            for (of, period), some in found.items()
            if of == source and some
        ]
    return rows


def _row(name: str, some: Sequence[Tried], *, is_judged: bool) -> Row:
    held = 100 * sum(t.holds for t in some) / len(some)
    error, naive = (100 * median(values) for values in ([t.error for t in some], [t.naive for t in some]))
    told = f"{held:.0f} % held, error {error:.1f} %, at the same rate {naive:.1f} % ({len(some)} projections)"
    budget = f"{HELD[0]:.0f} to {HELD[1]:.0f} % held" if is_judged else ""
    off = max(HELD[0] / held if held else 2.0, held / HELD[1])
    return Row(name, told, budget, off, higher_is_better=False if is_judged else None)


def tried(series: Series, period: Period) -> Iterator[Tried]:
    """Periods that lie wholly in the series."""
    days = [series.first + timedelta(days=i) for i in range(len(series.hours))]
    totals = [sum(hours) for hours in series.hours]
    past = [PastDay(day.weekday(), hours) for day, hours in zip(days, series.hours, strict=True)]
    for i in range(FEWEST_DAYS + 1, len(days)):
        of = _calendar(period, days[i])
        begin, end = (of.start - series.first).days, (of.end - series.first).days
        if begin < 0 or end > len(days):
            continue
        outcome = sum(totals[begin:end])
        for hour in TIMES:
            today = sum(series.hours[i][:hour])
            spent = sum(totals[begin:i]) + today
            found = ahead(past[max(0, i - HISTORY_DAYS) : i], Today(days[i].weekday(), hour, today), end - i - 1)
            if outcome <= 0 or not found:
                continue
            last = found[-1]
            naive = spent / ((i - begin + hour / 24) / (end - begin))
            yield Tried(
                spent + last.low <= outcome <= spent + last.high,
                abs(spent + last.expected - outcome) / outcome,
                abs(naive - outcome) / outcome,
            )


def _calendar(period: Period, day: date) -> Calendar:
    return calendar(period, datetime(day.year, day.month, day.day, 12, tzinfo=UTC), "UTC")


def servegen() -> Iterator[Series]:
    rates: dict[str, list[float]] = defaultdict(list)
    with gzip.open(SHARED / "servegen_rates_10min.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            if row["model"].startswith("language/"):  # the others last a day
                rates[f"{row['model']} {row['client']}"].append(float(row["rate"]))
    for values in rates.values():
        hours = [sum(values[i : i + 6]) for i in range(0, len(values), 6)]
        yield Series("ServeGen", MONDAY, [hours[i : i + 24] for i in range(0, len(hours), 24)])


def taxi() -> Iterator[Series]:
    with tarfile.open(SHARED / "nab_part.tar.gz") as archive:
        file = archive.extractfile("nab/data/realKnownCause/nyc_taxi.csv")
        assert file is not None
        rows = list(csv.DictReader(io.TextIOWrapper(file)))
    halves = [float(row["value"]) for row in rows]
    hours = [halves[i] + halves[i + 1] for i in range(0, len(halves), 2)]
    first = datetime.fromisoformat(rows[0]["timestamp"]).date()
    yield Series("New York taxis", first, [hours[i : i + 24] for i in range(0, len(hours), 24)])


def demo() -> Iterator[Series]:
    zone = ZoneInfo("Europe/Berlin")
    anchor = datetime(2026, 11, 21, 9, tzinfo=UTC)
    project = ProjectRef("bench", "bench", zone.key, capture_content=False, price_version=0)
    prices = Prices(lambda _: [])
    for seed in DEMO_SEEDS:
        world = World(
            "bench", zone, anchor, seed=seed, calls_per_day=DEMO_CALLS_PER_DAY, days=DEMO_DAYS, with_texts=False
        )
        costs: dict[str, dict[tuple[date, int], float]] = defaultdict(lambda: defaultdict(float))
        for block in traffic(world, anchor - timedelta(days=DEMO_DAYS), anchor):
            for call in block:
                prices.price(call, project)
                at = from_micros(call.ts).astimezone(zone)
                for name in ("", call.prompt_id):
                    costs[name][at.date(), at.hour] += float(call.cost_usd or 0)
        whole = sorted({day for day, _ in costs[""]})[1:-1]
        for by_hour in costs.values():
            if sum(by_hour.values()) > 0:
                yield Series("Demo", whole[0], [[by_hour.get((day, h), 0.0) for h in range(24)] for day in whole])
