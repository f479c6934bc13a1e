"""Comparing, cohorts and quality: what is chosen stands in the address, what is shown is what the API answers."""

from __future__ import annotations

import re
from typing import cast

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.eyes import NO_DATA, Eyes, grave_violations, settled
from browser.product import Place, days_ago
from server.process import Json

pytestmark = pytest.mark.xdist_group("browser")

PAST = days_ago(15, 1)
MONTH = days_ago(28, 1)
PROMPTS = ("support-reply", "classify-intent", "product-search")
PLACES = {1: "1st", 2: "2nd", 3: "3rd", None: NO_DATA}


def side_by_side(page: Page) -> Locator:
    return page.get_by_role("region", name="Side by side")


def compared(demo: Place, **more: object) -> Json:
    body = {"subjects": [{"prompt_id": prompt} for prompt in PROMPTS], "start": PAST.start, "end": PAST.end, **more}
    answer = demo.admin.api.post("/compare", params={"project": demo.project}, json=body).raise_for_status()
    return cast("Json", answer.json()["data"])


def test_three_prompts_are_chosen_in_the_top_bar_and_ranked(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/compare", PAST.query)
    page.get_by_role("button", name="Prompts: All prompts").click()
    page.get_by_role("switch", name="Compare up to 3").check()
    for prompt in PROMPTS:
        page.get_by_role("option", name=prompt, exact=True).click()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("&".join(f"prompt={prompt}" for prompt in PROMPTS)))
    found = compared(demo)
    subjects = cast("list[Json]", found["subjects"])
    assert sorted(str(s["place"]) for s in subjects) == ["1", "2", "3"]
    for i, subject in enumerate(subjects):
        expect(side_by_side(page).get_by_role("columnheader").nth(i + 1)).to_have_text(str(subject["label"]))
        place = side_by_side(page).get_by_role("row", name=re.compile("^Place")).get_by_role("cell").nth(i)
        expect(place).to_have_text(PLACES[cast("int", subject["place"])])
    rows = cast("list[Json]", found["rows"])
    for row in rows:
        shown = side_by_side(page).get_by_role("row").filter(
            has=page.get_by_role("rowheader", name=str(row["label"]), exact=True)
        )  # fmt: skip
        for i, value in enumerate(cast("list[Json]", row["values"])):
            if value["rank"] is not None:
                expect(shown.get_by_role("cell").nth(i)).to_contain_text(PLACES[cast("int", value["rank"])])
    # a chart for each row, scores with them
    for row in rows:
        title = "Requests" if row["key"] == "total_requests" else str(row["label"])
        expect(page.get_by_role("img", name=re.compile(f"^{re.escape(title)}, chart"))).to_be_visible()
    settled(page)
    assert grave_violations(page) == []


def test_a_metric_and_a_formula_are_added_to_a_comparison_and_taken_away(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/compare", {**PAST.query, "prompt": list(PROMPTS)})
    expect(side_by_side(page)).to_be_visible()
    scores = [str(row["label"]) for row in cast("list[Json]", compared(demo)["rows"])[5:]]
    assert scores
    page.get_by_role("button", name="Add a metric").click()
    page.get_by_role("button", name="Metric to add").click()
    page.get_by_role("option", name=re.compile("^Error rate")).click()
    row = side_by_side(page).get_by_role("row").filter(has_text="Error rate")
    expect(row.get_by_role("cell").first).to_contain_text("%")
    page.get_by_role("button", name="Add a metric").click()
    page.get_by_role("button", name="Metric to add").click()
    page.get_by_role("option", name="Write a formula").click()
    page.get_by_label("Metric to add: formula").fill("max(latency_ms")
    expect(page.get_by_role("button", name="Add the formula")).to_be_disabled()
    page.get_by_label("Metric to add: formula").fill("max(output_tokens)")
    page.get_by_role("button", name="Add the formula").click()
    row = side_by_side(page).get_by_role("row").filter(has_text="max(output_tokens)")
    expect(row).to_be_visible()
    page.reload()
    expect(row).to_be_visible()
    for score in scores:
        expect(side_by_side(page).get_by_role("rowheader", name=score, exact=True)).to_be_visible()
    side_by_side(page).get_by_role("button", name="Remove Error rate").click()
    expect(side_by_side(page).get_by_text("Error rate")).to_have_count(0)
    expect(row).to_be_visible()


def test_two_versions_get_a_verdict(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/compare", {**MONTH.query, "prompt": "support-reply"})
    versions = page.get_by_role("group", name="Versions to compare")
    for version in ("1", "2"):
        versions.get_by_text(f"Version {version}", exact=True).click()
    expect(side_by_side(page).get_by_role("link", name="v1", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Is the newer version better?")).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text=re.compile("v2 .*→"))).to_be_visible()
    settled(page)
    assert grave_violations(page) == []


def test_the_cohorts_chosen_are_in_the_address(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/cohorts", PAST.query)
    page.get_by_role("combobox", name="Cut by").click()
    page.get_by_role("option", name="A property of your own").click()
    page.get_by_role("button", name="channel", exact=True).click()
    expect(page).to_have_url(re.compile(r"by=properties\.channel"))
    cohorts = page.get_by_role("region", name="Cohorts")
    first = cohorts.get_by_role("rowheader").first
    expect(first).to_be_visible()
    name = first.inner_text()
    page.reload()
    expect(first).to_have_text(name)
    expect(page.get_by_role("combobox", name="Property")).to_have_value("channel")
    first.get_by_role("link").click()
    expect(page.get_by_role("region", name="Calls").get_by_role("row").nth(1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/calls\?.*properties\.channel"))


def test_quality_shows_drift_and_what_was_said(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/quality", MONTH.query)
    params: dict[str, str | int] = {"project": demo.project, "start": MONTH.start, "end": MONTH.end}
    drift = demo.admin.api.get("/quality/drift", params=params).raise_for_status().json()["data"]
    said = demo.admin.get("/quality/feedback", **params, limit=50)
    models = page.get_by_role("region", name="Models over time")
    assert drift["models"]
    for model in drift["models"]:
        expect(models.get_by_role("rowheader").filter(has_text=model["sentence"])).to_be_visible()
    stream = page.get_by_role("list", name="Feedback").get_by_role("listitem")
    expect(stream).to_have_count(len(said))
    expect(stream.first).to_contain_text(str(said[0]["name"]))
    settled(page)
    assert grave_violations(page) == []


def test_a_day_is_too_short_for_drift_and_a_month_is_one_click_away(eyes: Eyes, demo: Place) -> None:
    page = eyes.visit(demo, "/quality", {"range": "24h"})
    expect(page.get_by_text("Too few days with calls to tell")).to_be_visible()
    page.get_by_role("button", name="Show the last 30 days").click()
    expect(page.get_by_role("region", name="Models over time").get_by_role("rowheader").first).to_be_visible()


def test_feedback_shows_up_live(eyes: Eyes, own: Place) -> None:
    own.send({"id": "answered", "prompt_id": "greeting", "latency_ms": 5})
    page = eyes.visit(own, "/quality", {"live": "1"})
    expect(page.get_by_text("No feedback in this time range")).to_be_visible()
    with own.client() as client:
        scores = [{"name": "thumb", "type": "bool", "value": True}]
        body = {"callId": "answered", "scores": scores, "comment": "just what I needed"}
        client.post("/scores", json=body).raise_for_status()
    expect(page.get_by_role("list", name="Feedback").get_by_text("just what I needed")).to_be_visible(timeout=20_000)
