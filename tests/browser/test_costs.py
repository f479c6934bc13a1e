"""Costs: budgets, bills and missing prices, by clicking."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.eyes import Eyes, figure, settled
from browser.product import Place, artefact
from server.process import Json

pytestmark = pytest.mark.xdist_group("browser")

CENT: Json = {
    "prompt_id": "greeting", "provider": "acme", "model": "m", "latency_ms": 1000, "input_tokens": 1000,
    "output_tokens": 1000, "cost_usd": 0.01,
}  # fmt: skip


def test_a_budget_is_set_changed_and_deleted(eyes: Eyes, own: Place, artefacts: Path) -> None:
    own.send(*[CENT] * 20)
    page = eyes.visit(own, "/costs", {"range": "1h"})
    expect(figure(page, "Cost")).to_have_text("$0.20")
    page.get_by_role("button", name="New budget").click()
    page.get_by_label("Name").fill("Greetings")
    page.get_by_label("Amount, US dollars").fill("0.15")
    page.get_by_role("button", name="Create budget").click()
    expect(page.get_by_role("heading", name="Greetings")).to_be_visible()
    expect(page.get_by_text("Crossed", exact=True)).to_be_visible()
    expect(page.get_by_text("$0.20 of $0.15 this month")).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, "costs-with-a-budget"), full_page=True)
    page.get_by_role("button", name="Edit: budget “Greetings”").click()
    page.get_by_label("Amount, US dollars").fill("100")
    page.get_by_role("button", name="Save budget").click()
    expect(page.get_by_text("$0.20 of $100.00 this month")).to_be_visible()
    page.get_by_role("button", name="Delete: Delete budget").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete budget “Greetings”").click()
    expect(page.get_by_text("No budgets yet")).to_be_visible()


def test_a_bill_is_compared_and_its_gap_is_shown_by_model_and_day(eyes: Eyes, own: Place, artefacts: Path) -> None:
    own.send(*[CENT] * 20)
    page = eyes.visit(own, "/costs", {"range": "1h"})
    today = datetime.now(UTC).date().isoformat()
    bill = f"date,model,cost_usd\n{today},m,0.25\n"
    page.locator("input[type=file]").set_input_files(
        {"name": "bill.csv", "mimeType": "text/csv", "buffer": bill.encode()}
    )
    gap = page.get_by_role("region", name="Gap of bill.csv", exact=True)
    expect(gap.get_by_text("$0.05 (20\u00a0%)")).to_be_visible()
    expect(gap.get_by_role("rowheader", name="m")).to_be_visible()
    gap.get_by_text("By model and day").click()
    expect(gap.get_by_role("columnheader", name="Day (UTC)")).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, "costs-with-a-bill"), full_page=True)
    page.get_by_role("button", name="Delete: Delete the comparison").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete the comparison").click()
    expect(page.get_by_text("No bill was compared yet")).to_be_visible()


def test_a_missing_price_is_added_and_stored_calls_get_it(eyes: Eyes, own: Place) -> None:
    own.send(*[{**CENT, "model": "mystery-1", "cost_usd": None}] * 5)
    own.send({"model": "mystery-1", "latency_ms": 1, "status": "error"})  # used nothing, so it lacks no cost
    page = eyes.visit(own, "/costs", {"range": "1h"})
    expect(figure(page, "Priced calls").first).to_have_text("0\u00a0%")
    figure(page, "Priced calls").first.click()
    expect(page.get_by_role("region", name="Calls").get_by_role("row")).to_have_count(1 + 5)
    page.go_back()
    page.get_by_role("button", name="Add a price: mystery-1").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("From (UTC day)").fill("2026-01-01")
    dialog.get_by_label("Input, $ per million").fill("10")
    dialog.get_by_label("Output, $ per million").fill("30")
    dialog.get_by_role("button", name="Add price").click()
    expect(page.get_by_role("combobox", name="Model")).to_have_value("mystery-1")
    page.get_by_role("button", name="Price these calls anew").click()
    expect(page.get_by_role("region", name="Priced anew").get_by_text("Done")).to_be_visible()
    expect(page.get_by_role("region", name="Priced anew").get_by_text("5 of 5")).to_be_visible()
    page.get_by_role("button", name="Refresh").click()
    # 5 x (1000 x $10 + 1000 x $30) a million
    expect(figure(page, "Cost")).to_have_text("$0.20")
    expect(page.get_by_text("Every call in this time range has a cost")).to_be_visible()


def test_a_project_without_calls_says_what_will_be_here(eyes: Eyes, own: Place, artefacts: Path) -> None:
    page = eyes.visit(own, "/costs")
    for text in (
        "Nothing was spent in this period yet",
        "No budgets yet",
        "No savings found",
        "No bill was compared yet",
    ):
        expect(page.get_by_text(text).first).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, "costs-empty"), full_page=True)
