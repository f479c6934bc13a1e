"""An empty server: from the printed link to the first call on Overview."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page, Route, expect

from browser.eyes import NARROW, Eyes, darken, figure, grave_violations, overflow_px, settled
from browser.product import Place, artefact
from server.process import Server

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Server]:
    """`promptpulse serve` on a new folder. Asked for before `eyes`, so that pages close before it stops."""
    running = Server(tmp_path / "data", key="").start()
    yield running
    running.close()


def snippet(page: Page, label: str) -> str:
    return page.get_by_label(label, exact=True).inner_text()


def test_the_first_call_turns_the_light_green_and_leads_to_overview(empty: Server, eyes: Eyes, artefacts: Path) -> None:
    page = eyes.open("about:blank")
    page.clock.set_fixed_time(datetime.now(UTC) - timedelta(minutes=5))
    page.goto(f"{empty.url}/sign-in?token={empty.sign_in_token()}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Send the first call")
    light = page.get_by_role("status").filter(has_text="call")
    expect(light).to_contain_text("Waiting for the first call. This turns green by itself.")
    settled(page)
    page.screenshot(path=artefact(artefacts, "first-run-light"), full_page=True)
    assert grave_violations(page) == []

    page.get_by_role("button", name="Create an API key").click()
    key = snippet(page, "API key")
    for language in ("Python", "OpenTelemetry", "curl", "JavaScript"):
        page.get_by_role("tab", name=language).click()
        assert key in snippet(page, f"{language} snippet")
        assert empty.url in snippet(page, f"{language} snippet")

    call = {"prompt_id": "hello", "provider": "openai", "model": "gpt-4o-mini", "latency_ms": 640}
    sent = httpx.post(
        f"{empty.url}/api/v1/calls", json={"calls": [call]}, headers={"Authorization": f"Bearer {key}"}, timeout=30
    )
    assert sent.status_code == 200, sent.text
    expect(light).to_contain_text("Connected: 1 call has arrived")
    page.screenshot(path=artefact(artefacts, "first-run-connected"), full_page=True)
    # it took somebody five minutes to send it: Overview begins when they go there, not when they came
    page.clock.set_fixed_time(datetime.now(UTC))
    page.get_by_role("link", name="Go to Overview").click()
    expect(figure(page, "Requests")).to_have_text("1")


def test_an_empty_project_leads_from_overview_to_the_first_run_page_which_fits_a_phone(
    eyes: Eyes, own: Place, artefacts: Path
) -> None:
    page = eyes.visit(own, "/", size=NARROW)
    expect(page).to_have_url(own.address("/start"))
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Send the first call to {own.name}")
    settled(page)
    page.screenshot(path=artefact(artefacts, "first-run-390"), full_page=True)
    darken(page)
    page.screenshot(path=artefact(artefacts, "first-run-390-dark"), full_page=True)
    assert grave_violations(page) == []
    assert overflow_px(page) == 0


def test_a_viewer_is_told_to_ask_an_admin_for_a_key(eyes: Eyes, own: Place) -> None:
    page = eyes.open(own.invite("viewer@example.com", "viewer"))
    expect(page).to_have_url(own.address("/start"))
    expect(page.get_by_text("Only admins make keys")).to_be_visible()
    expect(page.get_by_role("button", name="Create an API key")).to_have_count(0)


def test_whoever_has_gone_on_is_not_taken_back_to_the_first_run_page(eyes: Eyes, own: Place) -> None:
    page = eyes.visit(own, "/settings")
    settled(page)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile("/api/v1/status"), hold)
    with page.expect_request(re.compile("/api/v1/status")):
        page.goto(own.address("/"))
    # a click changes the address at once, and the page a moment later; the answer comes in between
    page.evaluate("to => history.pushState({}, '', to)", own.address("/dashboards"))
    with page.expect_response(re.compile("/api/v1/status")) as answer:
        held[0].continue_()
    answer.value.finished()
    expect(page.get_by_role("heading", level=1)).to_have_count(0)
    page.evaluate("dispatchEvent(new PopStateEvent('popstate'))")
    expect(page.get_by_role("heading", name="Dashboards", level=1)).to_be_visible()
    assert urlsplit(page.url).path == "/dashboards"
