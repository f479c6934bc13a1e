"""Reports: defined beside their preview, sent as a test, and read as a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from browser.eyes import Eyes, grave_violations, overflow_px
from browser.product import Place

pytestmark = pytest.mark.xdist_group("browser")

MADE_MS = 60_000
"""A report reads a month, and machines are busy."""


def test_a_report_is_previewed_defined_sent_and_read(eyes: Eyes, own: Place) -> None:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    own.send(*[{"prompt_id": "greeting", "model": "m", "latency_ms": 1000, "timestamp": yesterday}] * 3)
    page = eyes.visit(own, "/reports/new")
    page.get_by_label("Name").fill("Morning summary")
    page.get_by_role("button", name="Show").click()
    preview = page.frame_locator('iframe[title="Preview of the report"]')
    expect(preview.get_by_role("heading", name="Morning summary")).to_be_visible(timeout=MADE_MS)
    page.get_by_role("button", name="Create report").click()
    expect(page.get_by_text("Every day at 08:00")).to_be_visible()
    assert not grave_violations(page)
    assert overflow_px(page) == 0
    page.get_by_label("Test to").fill("ada@example.com")
    page.get_by_role("button", name="Send test").click()
    expect(page.get_by_text("0 of 1 delivered, 1 waiting")).to_be_visible(timeout=MADE_MS)
    (report,) = own.admin.get("/reports", project=own.project)
    assert report["addresses"] == []
