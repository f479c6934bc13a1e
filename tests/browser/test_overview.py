"""Overview: what it says is what the API answers, and what is chosen is in the address."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.eyes import NO_DATA, Eyes, exact_number, figure, settled
from browser.product import Days, Place, artefact, days_ago
from server.process import Json

pytestmark = pytest.mark.xdist_group("browser")

CARDS = {
    "Requests": "total_requests",
    "Success rate": "success_rate",
    "Latency, p95": "p95_latency_ms",
    "Error rate": "error_rate",
    "Tokens": "total_tokens",
    "Cost": "total_cost_usd",
}
CHARTS = ("Requests", "Success rate", "Latency", "Errors by type", "Tokens", "Cost")
PAST = days_ago(9, 2)


def in_address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def chart(page: Page, title: str) -> Locator:
    return page.get_by_role("img", name=f"{title}, chart")


def figures(page: Page) -> dict[str, float]:
    return {label: exact_number(figure(page, label).get_attribute("title")) for label in CARDS}


def prompts_listed(page: Page) -> list[str]:
    return page.get_by_role("region", name="Prompts").get_by_role("rowheader").all_inner_texts()


def only_prompt(page: Page, prompt: str) -> None:
    """The page shows one prompt and nothing else."""
    expect(page.get_by_role("button", name=f"Prompts: {prompt}", exact=True)).to_be_visible()
    expect(page.get_by_role("region", name="Prompts").get_by_role("rowheader")).to_have_text([prompt])
    settled(page)


def calls_of(prompt: str, *, good: int, bad: int) -> list[Json]:
    """A second each, 10 tokens in and 5 out, one cent."""
    told: Json = {
        "prompt_id": prompt,
        "model": "m",
        "latency_ms": 1000,
        "input_tokens": 10,
        "output_tokens": 5,
        "cost_usd": 0.01,
    }
    failed: Json = {**told, "status": "error", "error_type": "timeout"}
    return [told] * good + [failed] * bad


def test_each_key_figure_is_what_the_api_answers_for_the_range(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/", PAST.query)
    settled(page)
    answered = demo.totals(PAST, *CARDS.values())
    shown = figures(page)
    assert shown == {label: pytest.approx(answered[metric], rel=1e-3) for label, metric in CARDS.items()}
    assert shown["Requests"] > 1000
    assert len(page.get_by_role("img", name=re.compile(", chart")).all()) == len(CHARTS)
    for title in CHARTS:
        expect(chart(page, title)).to_be_visible()


@pytest.mark.parametrize(
    ("bad", "rate", "word"), [(0, "100\u00a0%", "Healthy"), (1, "95\u00a0%", "Warning"), (3, "85\u00a0%", "Critical")]
)
def test_twenty_known_calls_have_known_figures_and_the_status_is_an_icon_and_a_word(
    eyes: Eyes, own: Place, bad: int, rate: str, word: str
) -> None:
    own.send(*calls_of("greeting", good=20 - bad, bad=bad))
    page = eyes.visit(own, "/", {"range": "1h"})
    expect(figure(page, "Requests")).to_have_text("20")
    expect(figure(page, "Success rate")).to_have_text(rate)
    expect(figure(page, "Latency, p95")).to_have_text("1\u00a0s")
    expect(figure(page, "Tokens")).to_have_text("300")
    expect(figure(page, "Cost")).to_have_text("$0.20")
    status = page.get_by_role("region", name="Success rate").get_by_text(word)
    expect(status).to_be_visible()
    expect(status.locator("svg")).to_be_visible()


def test_the_table_of_prompts_sorts_by_every_column_both_ways(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/", PAST.query)
    settled(page)
    table = page.get_by_role("region", name="Prompts")
    names = prompts_listed(page)
    assert len(names) > 5
    for place, header in enumerate(table.get_by_role("columnheader").all()[1:-1]):
        for direction in ("ascending", "descending"):
            if header.get_attribute("aria-sort") != direction:
                header.get_by_role("button").click()
            if header.get_attribute("aria-sort") != direction:
                header.get_by_role("button").click()
            expect(header).to_have_attribute("aria-sort", direction)
            cells = [row.get_by_role("cell").nth(place) for row in table.get_by_role("row").all()[1:]]
            texts = [cell.get_attribute("title") or "" for cell in cells]
            values = [exact_number(text) for text in texts if text != NO_DATA]
            assert values == sorted(values, reverse=direction == "descending"), header.inner_text()
            assert all(text == NO_DATA for text in texts[len(values) :]), "what is not known comes last"
    table.get_by_role("button", name="Prompt", exact=True).click()
    assert prompts_listed(page) == sorted(names)


def test_a_click_on_a_prompt_shows_only_it_and_its_address_gives_the_same_view(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/", PAST.query)
    row = page.get_by_role("region", name="Prompts").get_by_role("link", name="support-reply", exact=True)
    row.click()
    only_prompt(page, "support-reply")
    assert in_address(page)["prompt"] == ["support-reply"]
    answered = demo.totals(PAST, "total_requests", where={"prompt_id": "support-reply"})
    shown = figures(page)
    assert shown["Requests"] == answered["total_requests"]

    page.reload()
    only_prompt(page, "support-reply")
    assert figures(page) == shown
    copied = eyes.open(page.url, demo.admin)
    only_prompt(copied, "support-reply")
    assert figures(copied) == shown

    page.go_back()
    expect(page.get_by_role("button", name="Prompts: All prompts")).to_be_visible()


def test_a_preset_changes_the_address_and_the_numbers(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo)
    settled(page)
    before = exact_number(figure(page, "Requests").get_attribute("title"))
    for preset, name in (("7d", "Last 7 days"), ("30d", "Last 30 days")):
        title = figure(page, "Requests").get_attribute("title") or ""
        page.get_by_role("button", name=re.compile("^Last .* UTC")).click()
        page.get_by_role("dialog", name="Time range").get_by_role("button", name=name).click()
        expect(page).to_have_url(demo.address("/", {"range": preset}))
        expect(page.get_by_role("button", name=f"{name} UTC")).to_be_visible()
        expect(figure(page, "Requests")).not_to_have_attribute("title", title)
        now = exact_number(figure(page, "Requests").get_attribute("title"))
        assert now > 2 * before
        before = now


def test_a_day_of_the_calendar_is_that_day(eyes: Eyes, demo: Place) -> None:
    day = days_ago(3, 2)
    page = eyes.visit(demo)
    page.get_by_role("button", name=re.compile("^Last 24 hours")).click()
    choice = page.get_by_role("dialog", name="Time range")
    choice.get_by_role("button", name="Custom").click()
    expect(choice.get_by_role("button", name="Next month")).to_be_visible()
    if day.first.month != datetime.now(UTC).month:
        choice.get_by_role("button", name="Previous month").click()
    one = choice.get_by_role("button", name=f"{day.first.day} {day.first:%B %Y}", exact=True)
    one.click()
    one.click()
    choice.get_by_role("button", name="Show this range").click()
    expect(page).to_have_url(demo.address("/", day.query))
    answered = demo.totals(day, "total_requests")["total_requests"]
    expect(figure(page, "Requests")).to_have_attribute("title", f"{answered:,}: see the calls")


def test_a_drag_on_a_chart_zooms_all_and_back_zooms_out(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/", PAST.query)
    settled(page)
    whole = page.url
    before = exact_number(figure(page, "Requests").get_attribute("title"))
    drag(page, chart(page, "Requests"), 0.4, 0.6)
    expect(page).not_to_have_url(whole)
    start, end = (datetime.fromisoformat(in_address(page)[name][0]) for name in ("start", "end"))
    assert PAST.first < start < end < PAST.last
    assert (end - start) < (PAST.last - PAST.first) / 3
    zoomed = Days(start, last=end)
    answered = demo.totals(zoomed, "total_requests")["total_requests"]
    expect(figure(page, "Requests")).to_have_attribute("title", f"{answered:,}: see the calls")
    assert 0 < answered < before / 2

    page.go_back()
    expect(page).to_have_url(whole)
    expect(figure(page, "Requests")).to_have_attribute("title", f"{int(before):,}: see the calls")
    drag(page, chart(page, "Cost"), 0.4, 0.6)
    expect(page).not_to_have_url(whole)
    settled(page)
    chart(page, "Cost").dblclick()
    expect(page).to_have_url(whole)


def drag(page: Page, over: Locator, begin: float, end: float) -> None:
    """From and to, as shares of the width."""
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + begin * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], middle, steps=5)
    page.mouse.up()


def test_two_prompts_are_compared_side_by_side(eyes: Eyes, demo: Place, artefacts: Path) -> None:
    page = eyes.visit(demo, "/", PAST.query)
    page.get_by_role("button", name="Prompts: All prompts").click()
    page.get_by_role("switch", name="Compare up to 3").click()
    for prompt in ("support-reply", "tag-product"):
        page.get_by_role("option", name=prompt, exact=True).click()
    expect(page.get_by_role("button", name="Prompts: Compare 2 prompts")).to_be_visible()
    page.keyboard.press("Escape")
    assert in_address(page)["prompt"] == ["support-reply", "tag-product"]
    card = page.get_by_role("region", name="Requests", exact=True)
    expect(card.get_by_role("listitem")).to_have_count(2)
    settled(page)
    for prompt in ("support-reply", "tag-product"):
        answered = demo.totals(PAST, "failed_requests", "success_rate", where={"prompt_id": prompt})
        rate = page.get_by_role("region", name="Success rate").get_by_role("listitem").filter(has_text=prompt)
        assert exact_number(rate.get_by_role("link").inner_text()) == pytest.approx(answered["success_rate"], abs=0.06)
    expect(chart(page, "Latency, p95")).to_be_visible()
    expect(page.get_by_role("button", name="support-reply", exact=True).first).to_have_attribute("aria-pressed", "true")
    page.screenshot(path=artefact(artefacts, "overview-compared"), full_page=True)


def test_the_previous_period_can_be_left_out(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/", PAST.query)
    change = page.get_by_role("region", name="Requests").get_by_text(re.compile("rising|falling|about the same"))
    expect(change).to_be_visible()
    switch = page.get_by_role("switch", name="Previous period")
    expect(switch).to_be_checked()
    switch.click()
    expect(switch).not_to_be_checked()
    expect(change).to_have_count(0)
    expect(page).to_have_url(demo.address("/", {**PAST.query, "previous": "0"}))
    page.reload()
    expect(figure(page, "Requests")).to_be_visible()
    expect(change).to_have_count(0)


def test_a_call_appears_by_itself_while_live(eyes: Eyes, own: Place) -> None:
    own.send(*calls_of("greeting", good=1, bad=0))
    page = eyes.visit(own, "/", {"range": "1h"})
    expect(figure(page, "Requests")).to_have_text("1")
    with page.expect_response(re.compile("/api/v1/live")):
        page.get_by_role("button", name="Live").click()
    expect(page).to_have_url(own.address("/", {"range": "1h", "live": "1"}))
    own.send(*calls_of("greeting", good=1, bad=0))
    expect(figure(page, "Requests")).to_have_text("2", timeout=12_000)  # pushed: long before the 30 s are over


def test_a_chart_is_read_as_a_table_and_taken_away_as_csv(eyes: Eyes, demo: Place, tmp_path: Path) -> None:
    page = eyes.visit(demo, "/", PAST.query)
    settled(page)
    menu = page.get_by_role("button", name="Menu of Requests")
    menu.click()
    page.get_by_role("menuitem", name="View as table").click()
    rows = page.get_by_role("region", name="Requests, table").get_by_role("row")
    expect(rows).to_have_count(1 + 7 * 24)
    shown = [exact_number(row.get_by_role("cell").first.inner_text()) for row in rows.all()[1:]]
    assert sum(shown) == demo.totals(PAST, "total_requests")["total_requests"]

    menu.click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="Download CSV").click()
    download.value.save_as(tmp_path / "volume.csv")
    with (tmp_path / "volume.csv").open(newline="") as file:
        header, *lines = list(csv.reader(file))
    assert header == ["time (UTC)", "Requests (count)", "Previous period (count)"]
    assert [float(line[1]) for line in lines] == shown[::-1]

    menu.click()
    page.get_by_role("menuitem", name="View as chart").click()
    expect(chart(page, "Requests")).to_be_visible()
    menu.click()
    with page.expect_download() as picture:
        page.get_by_role("menuitem", name="Download PNG").click()
    picture.value.save_as(tmp_path / "volume.png")
    assert (tmp_path / "volume.png").read_bytes().startswith(b"\x89PNG")


def test_a_series_is_switched_off_at_its_name(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/", PAST.query)
    name = page.get_by_role("button", name="Latency, p99")
    expect(name).to_have_attribute("aria-pressed", "true")
    name.click()
    expect(name).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Menu of Latency").click()
    page.get_by_role("menuitem", name="View as table").click()
    headers = page.get_by_role("region", name="Latency, table").get_by_role("columnheader")
    expect(headers).to_have_text(["Time", "Latency, p50", "Latency, p95"])


def test_hovering_a_chart_tells_the_exact_values(eyes: Eyes, demo: Place, artefacts: Path) -> None:
    page = eyes.visit(demo, "/", PAST.query)
    settled(page)
    latency = chart(page, "Latency")
    latency.scroll_into_view_if_needed()
    latency.hover(position={"x": 200, "y": 80})
    for line in ("Latency, p50", "Latency, p95", "Latency, p99"):
        expect(page.get_by_text(re.compile(rf"^{line}[\d,]+\s?ms"))).to_have_count(1)
    page.screenshot(path=artefact(artefacts, "overview-hovered"))


def test_a_figure_leads_to_the_calls_behind_it(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/", PAST.query)
    figure(page, "Error rate").click()
    expect(page).to_have_url(demo.address("/calls", {**PAST.query, "status": "error"}))
    expect(page.get_by_text("Status: error")).to_be_visible()


def test_an_environment_is_chosen(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/", PAST.query)
    page.get_by_role("button", name="Environment: All environments").click()
    page.get_by_role("menuitem", name="staging").click()
    expect(page.get_by_role("button", name="Environment: staging")).to_be_visible()
    answered = demo.totals(PAST, "total_requests", where={"environment": "staging"})["total_requests"]
    expect(figure(page, "Requests")).to_have_attribute("title", f"{answered:,}: see the calls")
    assert in_address(page)["env"] == ["staging"]
