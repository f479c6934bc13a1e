"""Alerts: rules written beside their trial, templates, silences, and the way from a chart, by clicking."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.eyes import NARROW, Eyes, darken, grave_violations, overflow_px, settled
from browser.product import Place, artefact
from server.process import Json

pytestmark = pytest.mark.xdist_group("browser")

TRIAL_MS = 30_000
"""A trial reads a month, and machines are busy."""
CALL: Json = {"prompt_id": "greeting", "model": "m", "latency_ms": 1000}
FAILED: Json = {**CALL, "status": "error", "error_type": "timeout"}
RULE: Json = {"metric": "error_rate", "condition": {"kind": "threshold", "op": "above", "value": 50}}


def minutes_ago(minutes: int) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


def fail_for_a_while(place: Place) -> None:
    """Ten calls a minute for half an hour; those of four minutes in its middle fail."""
    place.send(*[
        {**(FAILED if 20 <= minute < 24 else CALL), "timestamp": minutes_ago(minute)}
        for minute in range(8, 38) for _ in range(10)
    ])  # fmt: skip


def rules(place: Place) -> dict[str, Json]:
    return {str(rule["name"]): rule for rule in place.admin.get("/rules", project=place.project)}


def rule(place: Place, name: str, **part: object) -> Json:
    answer = place.admin.api.post("/rules", params={"project": place.project}, json={**RULE, "name": name, **part})
    made: Json = answer.raise_for_status().json()["data"]
    return made


def choose_metric(page: Page, name: str) -> None:
    page.get_by_role("button", name="Metric").click()
    page.get_by_role("textbox", name="Find a metric").fill(name)
    page.get_by_role("listbox", name="Metrics").get_by_role("option", name=name).first.click()


def number(page: Page, label: str) -> Locator:
    return page.get_by_role("textbox", name=label, exact=True)


def trial(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Trial of the rule")


def summary(page: Page) -> Locator:
    return trial(page).get_by_role("status")


def test_a_rule_is_written_beside_its_trial_and_saved(eyes: Eyes, own: Place, artefacts: Path) -> None:
    fail_for_a_while(own)
    page = eyes.visit(own, "/alerts")
    expect(page.get_by_text("Nothing fires now")).to_be_visible()
    page.get_by_role("link", name="New alert").click()
    choose_metric(page, "Error rate")
    number(page, "Threshold").fill("10")
    number(page, "Duration").fill("0")
    expect(summary(page)).to_contain_text("Would have fired once in 30 days", timeout=TRIAL_MS)
    expect(trial(page).get_by_role("region", name="Times it would have fired").get_by_role("row")).to_have_count(2)
    expect(trial(page).get_by_role("img", name=re.compile("^Error rate, chart"))).to_be_visible()
    page.get_by_text("Critical", exact=True).click()
    settled(page)
    page.screenshot(path=artefact(artefacts, "alert-written"), full_page=True)
    # nothing that is typed about who is told asks for another trial
    with page.expect_response(lambda answer: answer.url.endswith(f"/rules?project={own.project}")) as saved:
        page.get_by_role("button", name="Create alert").click()
    assert saved.value.status == 201
    expect(page.get_by_role("heading", name="Error rate above 10\u00a0%", level=1)).to_be_visible()
    made = rules(own)["Error rate above 10\u00a0%"]
    assert (made["severity"], made["for_minutes"], made["channels"]) == ("critical", 0, None)
    assert made["condition"] == {"kind": "threshold", "op": "above", "value": 10}


def test_a_longer_duration_fires_less_and_the_suggestion_fills_the_threshold(eyes: Eyes, own: Place) -> None:
    fail_for_a_while(own)
    page = eyes.visit(own, "/alerts/new", {"metric": "error_rate"})
    threshold, duration = number(page, "Threshold"), number(page, "Duration")
    threshold.fill("10")
    duration.fill("0")
    expect(summary(page)).to_contain_text("Would have fired once", timeout=TRIAL_MS)
    duration.fill("600")
    expect(summary(page)).to_contain_text("Would not have fired", timeout=TRIAL_MS)
    expect(trial(page).get_by_role("region", name="Times it would have fired")).to_have_count(0)
    duration.fill("0")
    threshold.fill("150")
    page.get_by_role("button", name="Use the suggested threshold").click(timeout=TRIAL_MS)
    expect(threshold).not_to_have_value("150 %")
    expect(summary(page)).to_contain_text("Would have fired", timeout=TRIAL_MS)


def test_a_template_fills_the_form(eyes: Eyes, own: Place) -> None:
    page = eyes.visit(own, "/alerts/new")
    page.get_by_role("button", name="Begin with a template").click()
    page.get_by_role("menuitem", name=re.compile("^p99 latency above")).click()
    expect(number(page, "Threshold")).to_have_value("5,000 ms")
    expect(number(page, "Duration")).to_have_value("2 min")
    name = page.get_by_role("textbox", name="Name").input_value()
    page.get_by_role("button", name="Create alert").click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    made = rules(own)[name]
    assert (made["metric"], made["severity"], made["changed"]) == ("p99_latency_ms", "critical", False)


def test_a_typo_in_a_formula_is_shown_at_the_field(eyes: Eyes, own: Place, artefacts: Path) -> None:
    own.send(CALL)
    page = eyes.visit(own, "/alerts/new")
    page.get_by_role("button", name="Metric").click()
    page.get_by_role("option", name="Write a formula").click()
    formula = page.get_by_role("textbox", name="Metric: formula")
    eyes.tolerate(422, "/api/v1/rules/preview")
    formula.fill("avg(latancy_ms)")
    number(page, "Threshold").fill("100")
    expect(formula).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text(re.compile("latancy_ms.*latency_ms")).first).to_be_visible()
    expect(trial(page).get_by_text("The rule cannot be tried like this")).to_be_visible(timeout=TRIAL_MS)
    page.screenshot(path=artefact(artefacts, "alert-with-a-typo"), full_page=True)
    formula.fill("avg(latency_ms)")
    expect(summary(page)).to_contain_text("Would", timeout=TRIAL_MS)


def test_what_is_typed_outlives_leaving_and_a_refusal(eyes: Eyes, own: Place) -> None:
    rule(own, "Taken")
    page = eyes.visit(own, "/alerts/new", {"metric": "error_rate"})
    number(page, "Threshold").fill("7")
    page.get_by_role("textbox", name="Name").fill("Taken")
    page.get_by_role("link", name="Costs").click()
    page.get_by_role("dialog").get_by_role("button", name="Leave, keep the draft").click()
    expect(page.get_by_role("heading", name="Costs", level=1)).to_be_attached()
    page.goto(own.address("/alerts/new", {"metric": "error_rate"}))
    expect(page.get_by_text("What you typed before and did not save is here again.")).to_be_visible()
    expect(number(page, "Threshold")).to_have_value("7 %")
    eyes.tolerate(409, "/api/v1/rules")
    page.get_by_role("button", name="Create alert").click()
    name = page.get_by_role("textbox", name="Name")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_value("Taken")
    name.fill("Free")
    page.get_by_role("button", name="Create alert").click()
    expect(page.get_by_role("heading", name="Free", level=1)).to_be_visible()


def test_a_rule_is_changed_switched_off_and_deleted(eyes: Eyes, own: Place) -> None:
    made = rule(own, "Errors of greeting", by=["model"], runbook="Look at the provider.")
    page = eyes.visit(own, f"/alerts/{made['id']}")
    expect(page.get_by_text("Look at the provider.")).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    page.get_by_role("textbox", name="Runbook").fill("Call the provider.")
    number(page, "Threshold").fill("60")
    number(page, "Remind every").fill("30")
    page.get_by_role("button", name="Save alert").click()
    expect(page.get_by_role("link", name="Edit")).to_be_visible()
    expect(page.get_by_text("Call the provider.")).to_be_visible()
    expect(page.get_by_text("Reminds every")).to_be_visible()
    changed = rules(own)["Errors of greeting"]
    assert changed["condition"] == {"kind": "threshold", "op": "above", "value": 60}
    assert changed["renotify_minutes"] == 30
    page.goto(own.address("/alerts", {"tab": "rules", "search": "greeting"}))
    table = page.get_by_role("region", name="Rules")
    expect(table.get_by_role("row")).to_have_count(2)
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        table.get_by_role("switch", name="Errors of greeting is on").press("Space")
    expect(table.get_by_role("cell", name="Off").first).to_be_visible()
    assert rules(own)["Errors of greeting"]["enabled"] is False
    table.get_by_role("link", name="Errors of greeting").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete “Errors of greeting”").click()
    expect(page.get_by_role("tab", name="Rules")).to_have_attribute("aria-selected", "true")
    assert "Errors of greeting" not in rules(own)


def test_alerts_are_silenced_and_it_is_ended_early_and_maintenance_repeats(
    eyes: Eyes, own: Place, artefacts: Path
) -> None:
    rule(own, "Errors")
    page = eyes.visit(own, "/alerts", {"tab": "silences"})
    expect(page.get_by_text("Nothing is kept quiet")).to_be_visible()
    page.get_by_role("button", name="Silence alerts").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Alerts of").select_option(label="Errors")
    dialog.get_by_label("For", exact=True).select_option(label="1 hour")
    dialog.get_by_label("Reason").fill("The provider knows")
    dialog.get_by_role("button", name="Silence", exact=True).click()
    row = page.get_by_role("region", name="Silences").get_by_role("row").filter(has_text="The provider knows")
    expect(row).to_contain_text("Active")
    page.get_by_role("button", name="Plan maintenance").click()
    dialog.get_by_role("switch", name="Every week").press("Space")
    dialog.get_by_label("Reason").fill("Import")
    dialog.get_by_role("button", name="Plan maintenance").click()
    expect(page.get_by_text("every Saturday, Sunday, 22:00 to 02:00")).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, "alert-silences"), full_page=True)
    row.get_by_role("button", name="End now: Errors").click()
    expect(row).to_have_count(0)
    page.get_by_label("Also those that are over").click()
    expect(row).to_contain_text("ended early")


def test_an_alert_is_created_from_a_chart(eyes: Eyes, own: Place) -> None:
    own.send(CALL, FAILED)
    page = eyes.visit(own, "/performance", {"range": "1h", "prompt": "greeting"})
    settled(page)
    page.get_by_role("button", name="Menu of Latency percentiles").click()
    page.get_by_role("menuitem", name=re.compile("p95")).click()
    expect(page.get_by_role("heading", name="New alert", level=1)).to_be_visible()
    expect(page.get_by_role("button", name="Metric")).to_contain_text("p95")
    # what the chart filters is taken over, and shown
    expect(page.get_by_role("combobox", name="Field of filter 1")).to_have_value("Prompt")
    expect(page.get_by_text("greeting", exact=True)).to_be_visible()


def test_a_viewer_sees_and_cannot_change(eyes: Eyes, own: Place) -> None:
    made = rule(own, "Errors")
    page = eyes.open(own.invite(f"kim@{own.project}.example", "viewer"))
    page.get_by_role("link", name="Alerts").click()
    expect(page.get_by_text("Nothing fires now")).to_be_visible()
    expect(page.get_by_role("link", name="New alert")).to_have_count(0)
    page.get_by_role("tab", name="Rules").click()
    expect(page.get_by_role("switch", name="Errors is on", exact=True)).to_be_disabled()
    page.get_by_role("tab", name="Silences").click()
    expect(page.get_by_text("Nothing is kept quiet")).to_be_visible()
    expect(page.get_by_role("button", name="Silence alerts")).to_have_count(0)
    page.goto(own.address(f"/alerts/{made['id']}"))
    expect(page.get_by_role("heading", name="Errors", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    page.goto(own.address("/alerts/new"))
    expect(page.get_by_text("Only editors and admins change alerts")).to_be_visible()


LOOKS = {
    "alerts-firing": ("/alerts", r"alerts? fires? now"),
    "alerts-rules": ("/alerts?tab=rules", "Burst of 5xx errors"),
    "alerts-history": ("/alerts?tab=history", r"\d+ alerts?$"),
    "alert-new": ("/alerts/new?metric=p95_latency_ms", "What it would have done"),
    "alert-rule": ("/alerts/{rule}", "Tried on the last 7 days"),
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_page_of_alerts_looks_right_in_light_and_dark_and_on_a_phone(
    eyes: Eyes, demo: Place, artefacts: Path, name: str
) -> None:
    path, shows = LOOKS[name]
    bare, _, query = path.format(rule=rules(demo)["Burst of 5xx errors"]["id"]).partition("?")
    page = eyes.open(f"{demo.address(bare)}&{query}", demo.admin)
    expect(page.get_by_text(re.compile(shows)).first).to_be_visible()
    if name == "alert-rule":
        expect(page.get_by_role("status")).to_be_visible(timeout=TRIAL_MS)
    if name == "alert-new":
        number(page, "Threshold").fill("20000")
        expect(summary(page)).to_be_visible(timeout=TRIAL_MS)
        page.locator("summary").click()
    settled(page)
    page.screenshot(path=artefact(artefacts, f"{name}-light"), full_page=True)
    light = grave_violations(page)
    darken(page)
    page.screenshot(path=artefact(artefacts, f"{name}-dark"), full_page=True)
    assert {"light": light, "dark": grave_violations(page)} == {"light": [], "dark": []}
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    settled(page)
    page.screenshot(path=artefact(artefacts, f"{name}-390"), full_page=True)
    assert overflow_px(page) == 0


def test_a_value_of_an_alert_leads_to_its_calls(eyes: Eyes, own: Place) -> None:
    fail_for_a_while(own)
    page = eyes.visit(own, "/alerts/new", {"metric": "error_rate"})
    number(page, "Threshold").fill("10")
    number(page, "Duration").fill("0")
    times = trial(page).get_by_role("region", name="Times it would have fired")
    times.get_by_role("link").first.click(timeout=TRIAL_MS)
    # the trial is left with what was typed
    page.get_by_role("dialog").get_by_role("button", name="Leave, keep the draft").click()
    expect(page.get_by_role("heading", name="Calls", level=1)).to_be_attached()
    expect(page.get_by_text("timeout").first).to_be_visible()
