"""The pages show the known numbers: those of tests/golden/known.py, which a reader can recompute."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.eyes import NO_DATA, Eyes, exact_number, figure, settled
from browser.product import Place
from golden import known
from server.process import Json, Server

pytestmark = pytest.mark.xdist_group("browser")

SPACE = "\u00a0"


@dataclass(frozen=True)
class Known(Place):
    dashboard: str
    shared: str

    def budget(self) -> Json:
        (one,) = self.admin.get("/costs/budgets", project=self.project)
        return one


@pytest.fixture(scope="module")
def place(demo: Place, demo_server: Server) -> Known:
    """A project in Kathmandu that knows the calls."""
    project = str(demo.admin.create("/projects", {"name": "known numbers", "time_zone": known.ZONE})["id"])
    key = Place(demo.admin, project, "known numbers").key
    with demo_server.client_of(key) as client:
        told = known.tell(client, project)
    return Known(demo.admin, project, "known numbers", told.dashboard, told.shared)


def opened(eyes: Eyes, place: Known, path: str, **query: str) -> Page:
    page = eyes.visit(place, path, {**known.RANGE, **query})
    settled(page)
    return page


def lines(page: Page, region: str) -> list[list[str]]:
    """The cells of a table, row by row, without its head."""
    rows = page.get_by_role("region", name=region, exact=True).get_by_role("row").all()[1:]
    return [[_plain(cell) for cell in row.locator("th, td").all()] for row in rows]


def _plain(cell: Locator) -> str:
    return " ".join(cell.inner_text().split())


def as_table(page: Page, title: str) -> list[list[str]]:
    """The numbers of a chart over time, oldest first."""
    page.get_by_role("button", name=f"Menu of {title}", exact=True).click()
    page.get_by_role("menuitem", name="View as table").click()
    expect(page.get_by_role("region", name=f"{title}, table", exact=True).get_by_role("row").first).to_be_visible()
    return lines(page, f"{title}, table")[::-1]


def told_at(day: date, clock: str) -> str:
    """As pages write a moment."""
    month = "Sept" if day.month == 9 else f"{day:%b}"
    return f"{day.day} {month}, {clock}"


def shown(page: Page, label: str) -> float:
    return exact_number(figure(page, label).first.get_attribute("title"))


def test_the_overview_shows_the_known_numbers(eyes: Eyes, place: Known) -> None:
    page = opened(eyes, place, "/")
    expect(figure(page, "Requests")).to_have_text("12")
    expect(figure(page, "Success rate")).to_have_text(f"75{SPACE}%")
    expect(figure(page, "Error rate")).to_have_text(f"25{SPACE}%")
    expect(figure(page, "Cost")).to_have_text("$1.70")
    assert shown(page, "Tokens") == known.TOTALS["total_tokens"]
    expect(page.get_by_role("region", name="Requests", exact=True)).to_contain_text("peak 3/min")
    expect(page.get_by_role("main")).to_contain_text(f"80{SPACE}% of calls priced; the cost leaves out 2 calls")
    prompts = {row[0]: [row[n] for n in (1, 2, 5, 6, 7)] for row in lines(page, "Prompts")}
    assert prompts == {
        "answer": ["6", "Critical 83.3 %", "7,200", "$1.17", "$0.195"],
        "digest": ["6", "Critical 66.7 %", "4,800", "$0.53", "$0.133"],  # .53 / (2 priced + 2 free)
    }
    counted = [(when, int(calls)) for when, calls, *_ in as_table(page, "Requests") if calls != "0"]
    assert counted == [
        (told_at(known.MONDAY, "00:00"), 1), (told_at(known.MONDAY, "10:00"), 2), (told_at(known.MONDAY, "23:00"), 1),
        (told_at(known.TUESDAY, "00:00"), 1), (told_at(known.TUESDAY, "14:00"), 3), (told_at(known.TUESDAY, "23:00"), 1),
        (told_at(known.WEDNESDAY, "00:00"), 1), (told_at(known.WEDNESDAY, "12:00"), 2),
    ]  # fmt: skip


def test_performance_shows_the_known_numbers(eyes: Eyes, place: Known) -> None:
    page = opened(eyes, place, "/performance")
    expect(figure(page, "Requests").first).to_have_text("12")
    expect(figure(page, "Peak requests per minute")).to_have_text("3/min")
    peak = page.get_by_role("region", name="Peak requests per minute", exact=True)
    expect(peak).to_contain_text(f"at {told_at(known.TUESDAY, '14:00')}")
    expect(figure(page, "Latency, mean")).to_have_text(f"1{SPACE}s")
    assert shown(page, "Latency, p50") == pytest.approx(1000, rel=known.WITHIN)
    assert shown(page, "Latency, p95") == pytest.approx(4000, rel=known.WITHIN)
    expect(page.get_by_role("region", name="Errors", exact=True)).to_contain_text(f"25{SPACE}% of requests, 3 failed")
    failures = [row[:5] for row in lines(page, "Commonest failures")]
    assert sorted(failures) == [
        ["a variable is missing", "Validation", "1", "33.3 %", "digest"],
        ["no answer within 4000 ms", "Timeout", "1", "33.3 %", "answer"],
        ["slow down", "Rate limit", "1", "33.3 %", "digest"],
    ]
    assert shown(page, "Input tokens") == 10_000
    assert shown(page, "Output tokens") == 2000
    assert shown(page, "Tokens per request") == 1000
    # c2 and c3, of Monday at 10: (700 + 3000) / 2, 200 / 2, (100 + 600) / 2, and what lacks to 2500
    (ten,) = [row for row in as_table(page, "Where the time goes") if row[0] == told_at(known.MONDAY, "10:00")]
    assert ten[1:] == ["1,850 ms", "100 ms", "350 ms", "200 ms"]


def test_cohorts_show_the_known_numbers(eyes: Eyes, place: Known) -> None:
    page = opened(eyes, place, "/cohorts", by="weekday")
    # tokens: 4000 / 4, 5900 / 5, 2100 / 3; dollars: .48 / 3, .92 / 5, .30 / 2
    assert [[row[n] for n in (0, 1, 2, 3, 5, 6)] for row in lines(page, "Cohorts")] == [
        ["Monday", "4", "2", "75 %", "1,000", "$0.16"],
        ["Tuesday", "5", "2", "80 %", "1,180", "$0.184"],
        ["Wednesday", "3", "2", "66.7 %", "700", "$0.15"],
    ]
    weeks = {row[0]: row[1:4] for row in lines(page, "Users who come back")}
    names = [told_at(day, "").removesuffix(", ") for day in (known.WEEK_BEFORE, known.MONDAY)]
    assert [weeks[name] for name in names] == [["1", "100 %", "100 %"], ["3", "100 %", "0 %"]]
    page = opened(eyes, place, "/cohorts", by="new_users")
    assert [row[:4] for row in lines(page, "Cohorts")] == [
        ["New users", "8", "3", "75 %"],
        ["Returning users", "4", "1", "75 %"],
    ]


def test_quality_shows_the_known_numbers(eyes: Eyes, place: Known) -> None:
    page = opened(eyes, place, "/quality")
    for text in (
        "mean 4, given 3 times, 12 calls in all",
        f"50{SPACE}% true, given 2 times, 12 calls in all",
        f"negative 50{SPACE}%, positive 50{SPACE}%, given 2 times, 12 calls in all",
    ):
        expect(page.get_by_text(text)).to_be_visible()
    spread = {row[0]: [row[1], row[2].split(" %")[0]] for row in lines(page, "Consistency")}
    assert spread == {
        "answer · version 1": ["4", "0"],
        "answer · version 2": ["2", "47.1"],  # 141.4 of 300
        "digest · version 1": ["4", "50"],  # 100 of 200
        "digest · version 2": ["2", f"{NO_DATA} 200 to 200"],
    }
    newest = page.get_by_role("list", name="Feedback").get_by_role("listitem").first
    expect(newest).to_contain_text(re.compile("negative.*answer.*v2.*u2.*too long", re.DOTALL))
    given = [(when, mean) for when, mean in as_table(page, "rating") if mean != NO_DATA]
    assert given == [
        (told_at(known.MONDAY, "00:00"), "5"), (told_at(known.MONDAY, "10:00"), "4"), (told_at(known.TUESDAY, "23:00"), "3"),
    ]  # fmt: skip


def test_costs_show_the_known_numbers(eyes: Eyes, place: Known) -> None:
    page = opened(eyes, place, "/costs")
    expect(figure(page, "Cost")).to_have_text("$1.70")
    expect(figure(page, "Cost per request")).to_have_text("$0.17")
    expect(figure(page, "Priced calls").first).to_have_text(f"80{SPACE}%")
    assert lines(page, "Cost by prompt") == [
        ["answer", "$1.17", "6", "$0.195", "7,200", "68.8 %"],  # 117 / 170
        ["digest 2 unpriced", "$0.53", "6", "$0.133", "4,800", "31.2 %"],
    ]
    assert [row[:4] for row in lines(page, "Models without a price")] == [["acme-new", "acme", "2", "16.7 %"]]
    since = date.fromisoformat(str(place.budget()["start"]))
    spent = sum(usd for day, usd in known.SPENT.items() if day >= since)
    expect(page.get_by_text(f"${spent:.2f} of $2.00 this month" if spent else "$0 of $2.00 this month")).to_be_visible()
    days = {row[0]: row[1] for row in as_table(page, "Cost trend")}
    assert [days[told_at(day, "00:00")] for day in known.SPENT] == ["$0.48", "$0.92", "$0.30"]


def test_the_list_of_calls_shows_the_known_numbers(eyes: Eyes, place: Known) -> None:
    page = opened(eyes, place, "/calls")
    rows = lines(page, "Calls")
    assert [row[0].split()[-1] for row in rows] == [
        "12:30:00", "12:00:00", "00:05:00", "23:55:00", "14:00:40", "14:00:20", "14:00:00", "00:05:00", "23:55:00", "10:00:30",
        "10:00:00", "00:05:00",
    ]  # fmt: skip
    assert [row[7] for row in rows] == [
        NO_DATA, NO_DATA, "$0.30", "$0.19", NO_DATA, "$0.28", "$0.25", "$0.20", NO_DATA, "$0.10", "$0.18", "$0.20",
    ]  # fmt: skip
    assert rows[5][4:7] == ["1 s", NO_DATA, "1,500, 300"]


def test_a_dashboard_shows_the_known_numbers_inside_and_through_its_link(eyes: Eyes, place: Known) -> None:
    inside = opened(eyes, place, f"/dashboards/{place.dashboard}")
    start, end = known.RANGE.values()
    outside = eyes.open(f"{place.admin.url}/shared/{place.shared}?start={start}&end={end}")
    settled(outside)
    for page in (inside, outside):
        expect(page.get_by_role("region", name="Requests", exact=True)).to_contain_text("12")
        expect(page.get_by_role("region", name="Satisfaction", exact=True)).to_contain_text(f"50{SPACE}%")
        halves = page.get_by_role("region", name="Halves", exact=True).first.get_by_role("row")
        expect(halves).to_have_text([
            re.compile("Prompt"), re.compile(r"answer.*6.*83\.3.*\$1\.17.*7,200"), re.compile(r"digest.*6.*66\.7.*\$0\.53.*4,800"),
        ])  # fmt: skip
    assert as_table(inside, "Days") == [
        [told_at(day, "00:00"), cost] for day, cost in zip(known.SPENT, ("$0.48", "$1.40", "$1.70"), strict=True)
    ]
