"""The three walk-throughs of docs/walkthroughs.md, on the demo. `make pictures` puts their pictures into docs/pictures."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.eyes import Eyes, settled
from browser.product import Place, artefact

pytestmark = pytest.mark.xdist_group("browser")

SIZE = (1280, 800)
WEEK = {"range": "7d"}
Shoot = Callable[[Page, str], None]


@pytest.fixture
def shoot(artefacts: Path) -> Shoot:
    def picture(page: Page, name: str) -> None:
        settled(page)
        page.screenshot(path=artefact(artefacts / "walkthroughs", name))

    return picture


def test_a_day_of_monitoring(eyes: Eyes, demo: Place, shoot: Shoot) -> None:
    page = eyes.visit(demo, "/", WEEK, size=SIZE)
    expect(page.get_by_role("region", name="Success rate").get_by_role("link")).to_contain_text("%")
    shoot(page, "overview")
    page.get_by_role("link", name="Alerts", exact=True).click()
    page.get_by_role("tab", name="History").click()
    expect(page.get_by_text("Failing support replies").first).to_be_visible()
    page.get_by_role("tab", name=re.compile("Firing")).click()
    shoot(page, "alerts")
    page.get_by_role("link", name="Incidents", exact=True).click()
    page.get_by_text("All", exact=True).click()
    page.get_by_role("link", name="Error rate of support-reply, version 4 is above 4.5 %").click()
    expect(page.get_by_text("Most likely cause").first).to_be_visible()
    expect(page.get_by_text(re.compile("Version 4 of support-reply carries")).first).to_be_visible()
    shoot(page, "incident")
    page.goto(demo.address("/compare", {"prompt": "support-reply", "version": ["3", "4"], **WEEK}))
    expect(page.get_by_text("v4 is worse")).to_be_visible()
    shoot(page, "versions")
    page.goto(demo.address("/prompts/support-reply", WEEK))
    expect(page.get_by_role("button", name=re.compile("Roll back"))).to_be_visible()


def test_saving_money(eyes: Eyes, demo: Place, shoot: Shoot) -> None:
    page = eyes.visit(demo, "/costs", {"range": "30d"}, size=SIZE)
    expect(page.get_by_text("by the end").first).to_be_visible()
    shoot(page, "costs")
    expect(page.get_by_role("button", name="New budget")).to_be_visible()
    page.get_by_text("By model", exact=True).click()
    expect(page.get_by_role("link", name="claude-haiku-4-5").first).to_be_visible()
    expect(page.get_by_role("heading", name="Where to save")).to_be_visible()
    expect(page.get_by_role("heading", name="Models without a price")).to_be_visible()
    expect(page.get_by_text("shop-tagger-7b").first).to_be_visible()
    page.get_by_role("heading", name="Where to save").scroll_into_view_if_needed()
    shoot(page, "savings")


def test_an_ab_test(eyes: Eyes, demo: Place, shoot: Shoot) -> None:
    page = eyes.visit(demo, "/experiments", size=SIZE)
    page.get_by_role("link", name="Support-reply tone").click()
    expect(page.get_by_role("button", name=re.compile("Conclude"))).to_be_visible()
    expect(page.get_by_text(re.compile("interval", re.IGNORECASE)).first).to_be_attached()
    shoot(page, "experiment")
    page.goto(demo.address("/dashboards/executive", WEEK))
    expect(page.get_by_role("heading", name="Top issues")).to_be_visible()
    shoot(page, "dashboard")
