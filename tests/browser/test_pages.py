"""Every page: with data, in light and dark, wide and narrow, and for those who do not see it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.eyes import NARROW, NO_DATA, WIDE, Eyes, darken, grave_violations, overflow_px, settled
from browser.product import Place, artefact, days_ago
from server.process import Json

pytestmark = pytest.mark.xdist_group("browser")


@dataclass(frozen=True)
class Visited:
    """A page, and what shows that it has its data."""

    path: str
    heading: str
    shows: str
    range: str = "7d"


PAGES = {
    "overview": Visited("/", "Overview", "support-reply"),
    "performance": Visited("/performance", "Performance", "Similar failures"),
    "costs": Visited("/costs", "Costs", "by the end"),
    "calls": Visited("/calls", "Calls", "Success", range="1h"),
    "call": Visited("/calls/{call}", "Calls", "Tokens and cost", range="1h"),
    "failed-call": Visited("/calls/{failed}", "Calls", "HTTP status", range="1h"),
    "compare": Visited("/compare?prompt=support-reply&prompt=summarise-ticket", "Compare", "Cost per request"),
    "versions": Visited("/compare?prompt=support-reply", "Compare", "success,", range="30d"),
    "cohorts": Visited("/cohorts", "Cohorts", "By the hour that clocks in"),
    "quality": Visited("/quality", "Quality", "A/B tests"),
    "dashboards": Visited("/dashboards", "Dashboards", "High-level KPIs"),
    "dashboard": Visited("/dashboards/executive", "Executive", "Top issues"),
    "dashboard-builder": Visited("/dashboards/new?from=quality", "New dashboard", "A/B test results"),
    "connect": Visited("/start", "Send the first call to", "Connected:"),
    "settings-project": Visited("/settings/project", "Settings", "Keep the texts of calls"),
    "settings-keys": Visited("/settings/keys", "Settings", "tests"),
    "settings-prices": Visited("/settings/prices", "Settings", "shop-tagger-7b"),
    "settings-scores": Visited("/settings/scores", "Settings", "feedback"),
    "settings-metrics": Visited("/settings/metrics?metric=new", "Settings", "Functions and fields"),
    "settings-members": Visited("/settings/members", "Settings", "(you)"),
    "settings-audit": Visited("/settings/audit", "Settings", "key.create"),
    "settings-account": Visited("/settings/account", "Settings", "New password"),
    "nowhere": Visited("/nowhere", "", "There is no such page"),
}


@pytest.fixture(scope="module")
def addresses(demo: Place) -> dict[str, str]:
    """Of all pages, in the demo's project."""
    ids = {"call": told_call(demo)["id"], "failed": demo.calls(days_ago(7), status="error", limit=1)[0]["id"]}
    assert demo.key
    return {name: _address(demo, page.path.format(**ids), page.range) for name, page in PAGES.items()}


def _address(demo: Place, path: str, span: str) -> str:
    bare, _, query = path.partition("?")
    return f"{demo.address(bare, {'range': span})}&{query}"


def told_call(demo: Place) -> Json:
    """A call of the demo whose texts are kept: half of those of the last hour."""
    for row in demo.calls(days_ago(1, -1), status="success", limit=50):
        call = demo.call(str(row["id"]))
        if call["input"] and call["output"]:
            return call
    pytest.fail("none of the demo's newest calls has texts")


def is_there(page: Page, name: str) -> None:
    wanted = PAGES[name]
    if wanted.heading:
        expect(page.get_by_role("heading", level=1, name=wanted.heading)).to_be_attached()
    expect(page.get_by_text(wanted.shows).locator("visible=true").first).to_be_visible()
    settled(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_its_data_fits_a_phone_and_has_no_grave_barrier_in_light_and_in_dark(
    eyes: Eyes, demo: Place, addresses: dict[str, str], artefacts: Path, name: str
) -> None:
    # on a phone first: what is decided once is decided there
    page = eyes.open(addresses[name], demo.admin, size=NARROW)
    is_there(page, name)
    page.screenshot(path=artefact(artefacts, f"{name}-390"), full_page=not name.endswith("call"))
    overflow = overflow_px(page)
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    is_there(page, name)
    page.screenshot(path=artefact(artefacts, f"{name}-light"), full_page=not name.endswith("call"))
    light = grave_violations(page)
    darken(page)
    page.screenshot(path=artefact(artefacts, f"{name}-dark"), full_page=not name.endswith("call"))
    found = {"overflow": overflow, "light": light, "dark": grave_violations(page)}
    assert found == {"overflow": 0, "light": [], "dark": []}


def test_the_sign_in_page_has_no_grave_barrier_and_fits_a_phone(eyes: Eyes, demo: Place, artefacts: Path) -> None:
    page = eyes.open(f"{demo.admin.url}/sign-in", size=WIDE)
    expect(page.get_by_label("Email")).to_be_focused()
    page.screenshot(path=artefact(artefacts, "sign-in-light"))
    light = grave_violations(page)
    darken(page)
    page.screenshot(path=artefact(artefacts, "sign-in-dark"))
    assert {"light": light, "dark": grave_violations(page)} == {"light": [], "dark": []}
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    page.screenshot(path=artefact(artefacts, "sign-in-390"))
    assert overflow_px(page) == 0


def test_a_range_without_calls_says_so_instead_of_drawing_nothing(eyes: Eyes, demo: Place, artefacts: Path) -> None:
    page = eyes.visit(demo, "/", days_ago(200, 190).query)
    expect(page.get_by_text("No calls in this time range").first).to_be_visible()
    expect(page.get_by_role("region", name="Requests").get_by_role("link")).to_have_text("0")
    expect(page.get_by_role("region", name="Success rate").get_by_role("link")).to_have_text(NO_DATA)
    settled(page)
    page.screenshot(path=artefact(artefacts, "overview-without-calls"), full_page=True)


def test_an_answer_that_fails_is_told_and_can_be_asked_again(eyes: Eyes, demo: Place, artefacts: Path) -> None:
    page = eyes.visit(demo, "/settings/project")
    settled(page)
    page.route("**/api/v1/query?*", lambda route: route.fulfill(status=503, json=UNAVAILABLE))
    eyes.tolerate(503, "/api/v1/query")
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_text("The key figures could not be loaded")).to_be_visible()
    expect(page.get_by_text("the store is busy; try again").first).to_be_visible()
    page.screenshot(path=artefact(artefacts, "overview-failing"), full_page=True)
    page.unroute("**/api/v1/query?*")
    page.get_by_role("button", name="Try again").first.click()
    expect(page.get_by_role("region", name="Requests").get_by_role("link")).to_be_visible()


UNAVAILABLE = {"success": False, "error": "the store is busy; try again", "code": "unavailable"}
