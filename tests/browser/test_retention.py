"""Settings, Retention: periods with what they would delete, a redaction that is tried, a user whose data goes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.eyes import NARROW, Eyes, darken, grave_violations, overflow_px, settled
from browser.product import Place, artefact

pytestmark = pytest.mark.xdist_group("browser")
SHOWN_MS = 60_000


def test_periods_are_seen_before_they_are_saved_a_pattern_is_tried_and_a_user_is_deleted(
    eyes: Eyes, own: Place, artefacts: Path
) -> None:
    now = datetime.now(UTC)
    old, new = ((now - timedelta(days=n)).isoformat() for n in (60, 1))
    call = {"model": "tagger", "latency_ms": 100, "user_id": "ada"}
    own.send(*({**call, "prompt_id": f"p{i}", "timestamp": old} for i in range(3)), {**call, "timestamp": new})
    page = eyes.visit(own, "/settings/retention")

    page.get_by_role("textbox", name="Calls", exact=True).fill("30")
    page.get_by_role("button", name="Show what would be deleted").click()
    expect(page.get_by_text("Whole days from 35 to 3650, or nothing for ever")).to_be_visible()
    page.get_by_role("textbox", name="Calls", exact=True).fill("35")
    page.get_by_role("button", name="Show what would be deleted").click()
    before = (now - timedelta(days=35)).strftime("%-d %b %Y")
    expect(page.get_by_text(f"3 calls of 3 prompts, before {before}")).to_be_visible()

    page.get_by_role("button", name="Add pattern").click()
    page.get_by_label("Name", exact=True).fill("orders")
    page.get_by_label("Pattern", exact=True).fill(r"order-\d{4}")
    page.get_by_label("Try it").fill("order-1234 for 4111 1111 1111 1111")
    page.get_by_role("button", name="Show what is stored").click()
    expect(page.get_by_text("[orders] for [card_numbers]")).to_be_visible()

    page.get_by_label("User id").fill("ada")
    settled(page)
    page.mouse.wheel(0, -5000)
    page.screenshot(path=artefact(artefacts, "retention-light"), full_page=True)
    light = grave_violations(page)
    darken(page)
    page.screenshot(path=artefact(artefacts, "retention-dark"), full_page=True)
    assert {"light": light, "dark": grave_violations(page)} == {"light": [], "dark": []}
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    settled(page)
    page.screenshot(path=artefact(artefacts, "retention-390"), full_page=True)
    assert overflow_px(page) == 0

    page.get_by_role("button", name="Save periods").click()
    expect(page.get_by_text("Until then the periods can be taken back")).to_be_visible()
    page.get_by_role("button", name="Delete all data").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete all data of “ada”", exact=True).click()
    row = page.get_by_role("row").filter(has_text="calls 4")
    expect(row).to_contain_text("Done", timeout=SHOWN_MS)
    page.reload()
    expect(page.get_by_role("textbox", name="Calls", exact=True)).to_have_value("35")
    page.screenshot(path=artefact(artefacts, "retention-done-390"), full_page=True)
