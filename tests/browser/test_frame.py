"""What surrounds every page: palette, shortcuts, colours, keyboard."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.eyes import NARROW, Eyes, settled
from browser.product import Place, artefact, days_ago

pytestmark = pytest.mark.xdist_group("browser")

PAST = days_ago(9, 2)
FOCUSED = "() => document.activeElement?.getAttribute('aria-label') || document.activeElement?.textContent || ''"


def scheme(page: Page, name: str) -> None:
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", name)


def test_the_palette_finds_pages_prompts_and_actions(eyes: Eyes, demo: Place, artefacts: Path) -> None:
    page = eyes.visit(demo, "/", PAST.query)
    settled(page)
    page.keyboard.press("Control+k")
    find = page.get_by_role("textbox", name="Find a page, a prompt or an action")
    expect(find).to_be_focused()
    page.screenshot(path=artefact(artefacts, "palette"))
    find.fill("calls")
    page.keyboard.press("Enter")
    expect(page).to_have_url(demo.address("/calls", PAST.query))

    page.keyboard.press("Control+k")
    find.fill("tag-pro")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Prompts: tag-product")).to_be_visible()
    expect(page).to_have_url(demo.address("/", {**PAST.query, "prompt": "tag-product"}))

    page.keyboard.press("Control+k")
    find.fill("last 7 days")
    page.keyboard.press("Enter")
    expect(page).to_have_url(demo.address("/", {"range": "7d", "prompt": "tag-product"}))


def test_a_question_mark_lists_the_shortcuts_and_they_work(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo)
    settled(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("G then C")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1, name="Calls")).to_be_visible()
    page.keyboard.press("l")
    expect(page).to_have_url(demo.address("/calls", {"live": "1"}))
    expect(page.get_by_role("button", name="Live")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("l")
    expect(page).to_have_url(demo.address("/calls"))


def test_a_shortcut_works_as_soon_as_the_page_is_there(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo)
    expect(page.get_by_role("main")).to_be_visible()
    page.evaluate(
        """() => {
            const early = new KeyboardEvent("keydown", { key: "?" });
            Object.defineProperty(early, "timeStamp", { value: 300 });  // milliseconds after the page was opened
            window.dispatchEvent(early);
        }"""
    )
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_dark_is_chosen_and_stays(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo)
    scheme(page, "light")
    page.get_by_role("button", name=re.compile("^Account")).click()
    page.get_by_role("menuitem", name="Dark").click()
    scheme(page, "dark")
    page.reload()
    scheme(page, "dark")


def test_everything_of_overview_is_reached_by_tab(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/", PAST.query)
    settled(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    reached: list[str] = []
    for _ in range(160):
        page.keyboard.press("Tab")
        focused = str(page.evaluate(FOCUSED))
        if focused == "Skip to the content":
            break
        reached.append(focused)
    wanted = [
        "Overview", "Calls", "Settings", "Project: default", "Prompts: All prompts", "Environment: All environments", "Refresh",
        *(f"Menu of {title}" for title in ("Requests", "Success rate", "Latency", "Errors by type", "Tokens", "Cost")),
        "Prompt", "Requests", "Success rate", "Latency, p95", "Error rate", "Tokens", "Cost", "Cost per request",
        "support-reply", "Calls of support-reply", "Latency, p99",
    ]  # fmt: skip
    assert [name for name in wanted if name not in reached] == []
    figures = page.get_by_role("region", name=re.compile("^(Requests|Success rate|Tokens|Cost)$")).get_by_role("link")
    assert [text for text in figures.all_inner_texts() if text not in reached] == []


def test_menus_and_sorting_work_by_keyboard_alone(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/", PAST.query)
    settled(page)
    page.get_by_role("button", name="Menu of Cost").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="View as table")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Cost, table")).to_be_visible()
    header = page.get_by_role("columnheader", name="Cost", exact=True).last
    header.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(header).to_have_attribute("aria-sort", "descending")
    page.keyboard.press("Space")
    expect(header).to_have_attribute("aria-sort", "ascending")


def test_the_skip_link_leads_to_the_content(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo)
    settled(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_the_navigation_of_a_phone_is_behind_a_button(eyes: Eyes, demo: Place, artefacts: Path) -> None:
    page = eyes.visit(demo, "/", PAST.query, size=NARROW)
    settled(page)
    page.get_by_role("button", name="Open the navigation").click()
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Calls").wait_for()
    page.screenshot(path=artefact(artefacts, "navigation-390"))
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Calls").click()
    expect(page).to_have_url(demo.address("/calls", PAST.query))
    expect(page.get_by_role("navigation", name="Pages")).to_have_count(0)


def test_the_navigation_shrinks_to_icons_and_stays_so(eyes: Eyes, demo: Place, artefacts: Path) -> None:
    page = eyes.visit(demo, "/", PAST.query)
    page.get_by_role("button", name="Icons only in the navigation").click()
    expect(page.get_by_role("button", name="Show words in the navigation")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Show words in the navigation")).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, "navigation-icons"))
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Calls").click()
    expect(page).to_have_url(demo.address("/calls", PAST.query))
