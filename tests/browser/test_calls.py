"""The list of calls and the detail of one."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.eyes import Eyes, exact_number, settled
from browser.product import Days, Place, days_ago
from browser.test_pages import told_call
from server.process import Json

pytestmark = pytest.mark.xdist_group("browser")

PAST = days_ago(4, 3)
FULL: Json = {
    "id": "the-call", "prompt_id": "greeting", "prompt_version": "v3", "provider": "openai", "model": "gpt-4o-mini",
    "status": "error", "error_type": "rate_limit", "http_status": 429, "error_message": "slow down, please",
    "latency_ms": 1000, "queue_ms": 100, "network_ms": 200, "llm_ms": 650, "first_token_ms": 400,
    "input_tokens": 1200, "cached_input_tokens": 200, "output_tokens": 34, "reasoning_tokens": 4, "cost_usd": 0.0125,
    "user_id": "user-7", "session_id": "session-9", "feature": "checkout", "environment": "production",
    "trace_id": "0af7651916cd43dd8448eb211c80319c", "properties": {"tenant": "north"},
}  # fmt: skip


def table(page: Page) -> Locator:
    return page.get_by_role("region", name="Calls")


def listed(page: Page) -> list[str]:
    """Ids of the calls in the list, from their addresses."""
    links: list[str] = (
        table(page)
        .get_by_role("row")
        .get_by_role("link")
        .evaluate_all(
            "links => links.map(link => decodeURIComponent(new URL(link.href).pathname.replace('/calls/', '')))"
        )
    )
    return links


def ids(place: Place, days: Days, **params: str | int) -> list[str]:
    return [str(row["id"]) for row in place.calls(days, **params)]


def field(page: Page, name: str) -> Locator:
    """The value beside a name in the detail."""
    term = page.get_by_role("dialog", name="Call").get_by_text(name, exact=True)
    return term.locator("xpath=self::dt/following-sibling::dd[last()]")


def test_calls_are_listed_newest_first_and_load_on(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/calls", PAST.query)
    expect(table(page).get_by_role("row")).to_have_count(101)
    expected = demo.calls(PAST, limit=200)
    assert [row["timestamp"] for row in expected] == sorted((str(row["timestamp"]) for row in expected), reverse=True)
    assert listed(page) == [row["id"] for row in expected[:100]]
    page.get_by_role("button", name="Load 100 more").scroll_into_view_if_needed()
    expect(table(page).get_by_role("row")).to_have_count(201)
    assert listed(page) == [row["id"] for row in expected]


def test_filters_are_chips_in_the_address(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/calls", PAST.query)
    add_filter(page, "Status", "error")
    expect(page.get_by_text("Status is error")).to_be_visible()
    expect(page).to_have_url(re.compile(r"where="))
    failed = ids(demo, PAST, status="error", limit=100)
    expect(table(page).get_by_role("row")).to_have_count(1 + len(failed))
    assert listed(page) == failed

    latencies = sorted(float(str(call["latency_ms"])) for call in demo.calls(PAST, status="error", limit=100))
    middle = int(latencies[len(latencies) // 2])
    add_filter(page, "Latency", str(middle))
    slow = ids(demo, PAST, status="error", min_latency_ms=middle, limit=100)
    assert 0 < len(slow) < len(failed)
    expect(table(page).get_by_role("row")).to_have_count(1 + len(slow))
    page.reload()
    expect(page.get_by_text(f"Latency at least {middle}")).to_be_visible()
    expect(table(page).get_by_role("row")).to_have_count(1 + len(slow))
    assert listed(page) == slow

    page.get_by_role("button", name="Remove filter Latency").click()
    expect(table(page).get_by_role("row")).to_have_count(1 + len(failed))
    page.get_by_role("button", name="Remove filter Status").click()
    expect(page).to_have_url(demo.address("/calls", PAST.query))


def add_filter(page: Page, name: str, value: str) -> None:
    """One more condition, with the comparison that is offered first."""
    page.get_by_role("button", name="Filter", exact=True).click()
    form = page.get_by_role("dialog", name="Filters")
    fields = form.get_by_role("combobox", name=re.compile("^Field of filter"))
    if fields.last.input_value():
        form.get_by_role("button", name="And").click()
    number = fields.count()
    fields.last.fill(name)
    page.get_by_role("option", name=name, exact=True).click()
    # lists of suggestions have the same name
    given = form.get_by_label(re.compile(f"^Values? of filter {number}$")).and_(page.locator("input"))
    given.last.fill(value)
    given.last.press("Enter")
    if form.is_visible():
        form.get_by_role("button", name="Apply").click()


def test_a_link_of_another_page_is_a_filter_that_can_be_taken_away(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/calls", {**PAST.query, "model": "claude-haiku-4-5"})
    expect(page.get_by_text("Model: claude-haiku-4-5")).to_be_visible()
    expect(table(page).get_by_role("row").nth(1)).to_contain_text("claude-haiku-4-5")
    page.get_by_role("button", name="Remove filter Model").click()
    expect(page).to_have_url(demo.address("/calls", PAST.query))


def test_a_view_is_saved_under_a_name_and_opened_again(eyes: Eyes, own: Place) -> None:
    own.send(FULL, {"id": "another", "prompt_id": "greeting", "latency_ms": 5})
    page = eyes.visit(own, "/calls", {"status": "error"})
    expect(table(page).get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Save this view").click()
    dialog = page.get_by_role("dialog", name="Save this view")
    dialog.get_by_label("Name").fill("Refused calls")
    dialog.get_by_role("button", name="Save view").click()
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Remove filter Status").click()
    expect(table(page).get_by_role("row")).to_have_count(3)
    page.get_by_role("button", name="Views").click()
    page.get_by_role("menuitem", name="Refused calls").click()
    expect(table(page).get_by_role("row")).to_have_count(2)
    expect(page.get_by_text("Status: error")).to_be_visible()


def test_a_failed_call_leads_to_failures_like_it(eyes: Eyes, own: Place) -> None:
    like: Json = {**FULL, "id": "like-it", "error_message": "slow down, please (request 17)"}
    own.send(
        {**FULL, "error_message": "slow down, please (request 9)"}, like,
        {"id": "other", "prompt_id": "plan", "latency_ms": 5, "status": "error", "error_message": "no such model"},
    )  # fmt: skip
    page = eyes.visit(own, "/calls/like-it")
    page.get_by_role("dialog", name="Call").get_by_role("link", name="Similar failures").click()
    expect(table(page).get_by_role("row")).to_have_count(3)
    assert sorted(listed(page)) == ["like-it", "the-call"]


def test_a_search_finds_a_call_by_its_error_message(eyes: Eyes, own: Place) -> None:
    own.send(FULL, {"id": "another", "prompt_id": "greeting", "latency_ms": 5})
    page = eyes.visit(own, "/calls")
    expect(table(page).get_by_role("row")).to_have_count(3)
    page.get_by_role("searchbox", name="Search in ids").fill("slow down")
    expect(table(page).get_by_role("row")).to_have_count(2)
    assert listed(page) == ["the-call"]
    expect(page).to_have_url(re.compile(r"search=slow(\+|%20)down"))
    page.get_by_role("searchbox", name="Search in ids").fill("no such thing")
    expect(page.get_by_text("No calls here")).to_be_visible()


def test_a_click_shows_the_call_and_its_address_shows_it_again(eyes: Eyes, own: Place) -> None:
    own.send(FULL, {"id": "sibling", "prompt_id": "plan", "latency_ms": 5, "trace_id": FULL["trace_id"]})
    page = eyes.visit(own, "/calls")
    table(page).get_by_role("cell", name="greeting").click()
    detail = page.get_by_role("dialog", name="Call")
    expect(detail.get_by_text("the-call", exact=True)).to_be_visible()
    expect(page).to_have_url(own.address("/calls/the-call"))

    page = eyes.open(page.url, own.admin)
    detail = page.get_by_role("dialog", name="Call")
    expect(detail.get_by_text("slow down, please")).to_be_visible()
    expect(detail.get_by_text("Rate limit").first).to_be_visible()
    shown = {
        "HTTP status": "429", "Queue": "100", "Network": "200", "LLM": "650", "Other": "50", "Total": "1,000", "First token": "400",
        "Input tokens": "1,200", "of them cached": "200", "Output tokens": "34", "of them reasoning": "4", "Total tokens": "1,234",
        "Cost": "$0.0125", "Cost source": "sent by the client", "Model": "gpt-4o-mini", "User": "user-7", "Feature": "checkout",
        "tenant": "north",
    }  # fmt: skip
    for name, value in shown.items():
        expect(field(page, name)).to_have_text(re.compile(rf"^{re.escape(value)}(\s?ms)?$"))
    expect(detail.get_by_text("Texts are not kept in this project.")).to_be_visible()
    expect(detail.get_by_role("heading", name=re.compile("^Trace: 2 calls in"))).to_be_visible()
    detail.get_by_role("listitem").filter(has_text="plan").get_by_role("link").click()
    expect(detail.get_by_text("sibling", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page).to_have_url(own.address("/calls"))


def test_a_call_of_the_demo_shows_its_texts(eyes: Eyes, demo: Place) -> None:
    call = told_call(demo)
    page = eyes.visit(demo, f"/calls/{call['id']}")
    words = re.compile(re.escape(str(call["input"]).split("\n", maxsplit=1)[0][:40]))
    expect(page.get_by_label("Input", exact=True)).to_have_text(words)
    expect(page.get_by_label("Output", exact=True)).not_to_be_empty()
    assert exact_number(field(page, "Total tokens").inner_text()) == call["total_tokens"]


def test_j_and_k_go_from_call_to_call(eyes: Eyes, demo: Place) -> None:
    first, second = ids(demo, PAST, limit=2)
    page = eyes.visit(demo, "/calls", PAST.query)
    table(page).get_by_role("row").nth(1).get_by_role("link").click()
    detail = page.get_by_role("dialog", name="Call")
    expect(detail.get_by_text(first, exact=True)).to_be_visible()
    expect(detail.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("j")
    expect(page).to_have_url(demo.address(f"/calls/{second}", PAST.query))
    expect(detail.get_by_text(second, exact=True)).to_be_visible()
    page.keyboard.press("k")
    expect(page).to_have_url(demo.address(f"/calls/{first}", PAST.query))


def test_an_unknown_call_is_said_to_be_unknown(eyes: Eyes, demo: Place) -> None:
    eyes.tolerate(404, "/api/v1/calls/nothing")
    page = eyes.visit(demo, "/calls/nothing")
    expect(page.get_by_role("alert")).to_contain_text("The call could not be loaded")


def test_the_list_is_exported_as_it_is_filtered_and_says_how_far_it_is(eyes: Eyes, demo: Place, tmp_path: Path) -> None:
    page = eyes.visit(demo, "/calls", {**PAST.query, "status": "error"})
    settled(page)
    page.get_by_role("button", name="Export").click()
    dialog = page.get_by_role("dialog", name="Export calls")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Export").click()
    found = len(ids(demo, PAST, status="error", limit=1000))
    expect(dialog.get_by_role("status")).to_have_text(re.compile(rf"^{found} calls, [0-9.]+\s[kM]B, complete$"))
    download.value.save_as(tmp_path / "calls.csv")
    with (tmp_path / "calls.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ids(demo, PAST, status="error", limit=1000)
    assert {row["status"] for row in rows} == {"error"}
