"""Performance: zooming, targets, and the way from a failure to the calls that fail alike."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.eyes import Eyes, figure, settled
from browser.product import Place, artefact, days_ago
from server.process import Json

pytestmark = pytest.mark.xdist_group("browser")

PAST = days_ago(9, 2)
CHARTS = (
    "Requests", "Success rate", "Failures by kind", "Latency percentiles", "Where the time goes", "How latency is spread",
    "Failed requests", "Tokens over time",
)  # fmt: skip
CALL: Json = {"prompt_id": "greeting", "model": "m", "latency_ms": 1000, "input_tokens": 10, "output_tokens": 5}


def timeout(number: int) -> Json:
    message = f"request {number} timed out after {number} ms"
    return {**CALL, "status": "error", "error_type": "timeout", "error_message": message}


def chart(page: Page, title: str) -> Locator:
    return page.get_by_role("img", name=re.compile(f"^{title}, chart"))


def test_a_drag_on_the_heatmap_sets_the_range_of_the_page_and_back_takes_it_back(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/performance", PAST.query)
    settled(page)
    for title in CHARTS:
        expect(chart(page, title)).to_be_visible()
    whole = page.url
    heatmap = chart(page, "How latency is spread")
    heatmap.scroll_into_view_if_needed()
    box = heatmap.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.4 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], middle, steps=5)
    page.mouse.up()
    expect(page).not_to_have_url(whole)
    asked = parse_qs(urlsplit(page.url).query)
    start, end = (datetime.fromisoformat(asked[name][0]) for name in ("start", "end"))
    assert PAST.first < start < end < PAST.last
    assert (end - start) < (PAST.last - PAST.first) / 3
    settled(page)
    page.go_back()
    expect(page).to_have_url(whole)


def test_a_target_is_changed_in_its_place_taken_back_and_kept(eyes: Eyes, own: Place) -> None:
    own.send(*[CALL] * 10)
    page = eyes.visit(own, "/performance", {"range": "1h"})
    median = page.get_by_role("region", name="Latency, p50")
    expect(median.get_by_text("within target 1\u00a0s")).to_be_visible()

    def change(milliseconds: str) -> None:
        page.get_by_role("button", name="Edit targets").click()
        page.get_by_label("p50 target, ms").fill(milliseconds)
        page.get_by_role("button", name="Save targets").click()

    change("800")
    expect(median.get_by_text("above target 800\u00a0ms")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(median.get_by_text("within target 1\u00a0s")).to_be_visible()
    change("900")
    expect(median.get_by_text("above target 900\u00a0ms")).to_be_visible()
    page.reload()
    expect(median.get_by_text("above target 900\u00a0ms")).to_be_visible()


def test_a_target_that_is_refused_keeps_what_was_typed(eyes: Eyes, own: Place) -> None:
    page = eyes.visit(own, "/performance", {"range": "1h"})
    refusal = {"success": False, "error": "too fast to be true", "code": "invalid", "field": "p95_latency_ms"}
    eyes.tolerate(422, "/api/v1/metrics/targets")
    page.get_by_role("button", name="Edit targets").click()
    page.route("**/api/v1/metrics/targets?*", lambda route: route.fulfill(status=422, json=refusal))
    page.get_by_label("p95 target, ms").fill("7")
    page.get_by_role("button", name="Save targets").click()
    expect(page.get_by_text("too fast to be true")).to_be_visible()
    expect(page.get_by_label("p95 target, ms")).to_have_value("7")


def test_failures_that_differ_by_numbers_are_one_and_lead_to_their_calls(
    eyes: Eyes, own: Place, artefacts: Path
) -> None:
    day = days_ago(3, 2)
    late = {"timestamp": (day.last - timedelta(minutes=5)).isoformat()}
    calls = [*[CALL] * 6, timeout(123), timeout(456), {**timeout(1), "error_message": "the connection broke"}]
    own.send(*[{**call, **late} for call in calls])
    page = eyes.visit(own, "/performance", day.query)
    expect(figure(page, "Requests")).to_have_text("9")
    table = page.get_by_role("region", name="Commonest failures")
    expect(table.get_by_role("row")).to_have_count(3)
    settled(page)
    errors = chart(page, "Failed requests")
    errors.scroll_into_view_if_needed()
    box = errors.bounding_box()
    assert box
    # the last quarter of an hour of the day is the bucket at the right
    errors.hover(position={"x": box["width"] - 16, "y": box["height"] / 2})
    expect(page.get_by_text(re.compile(r"^request \d+ timed out after \d+ ms$")).locator("visible=true")).to_have_count(
        2
    )
    page.screenshot(path=artefact(artefacts, "performance-hovered"))
    table.get_by_role("link", name=re.compile("Similar failures: request")).click()
    expect(page.get_by_role("heading", name="Calls", level=1)).to_be_attached()
    expect(page.get_by_role("region", name="Calls").get_by_text("timeout")).to_have_count(2)


def test_a_click_on_failed_requests_opens_the_calls_of_that_moment(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/performance", PAST.query)
    settled(page)
    errors = chart(page, "Failed requests")
    errors.scroll_into_view_if_needed()
    errors.click(position={"x": 300, "y": 90})
    page.wait_for_url("**/calls?*")
    asked = parse_qs(urlsplit(page.url).query)
    start, end = (datetime.fromisoformat(asked[name][0]) for name in ("start", "end"))
    assert asked["status"] == ["error"]
    assert (end - start).total_seconds() == 3600


def test_a_range_without_calls_says_so_in_every_panel(eyes: Eyes, demo: Place, artefacts: Path) -> None:
    page = eyes.visit(demo, "/performance", days_ago(200, 190).query)
    expect(page.get_by_text("No calls in this time range").first).to_be_visible()
    expect(page.get_by_text("No errors in this time range").first).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, "performance-without-calls"), full_page=True)
