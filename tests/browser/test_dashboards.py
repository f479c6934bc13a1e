"""Dashboards: built by clicking and by keyboard, kept, shared with people without an account, taken along as files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.eyes import NARROW, Eyes, darken, grave_violations, overflow_px, settled
from browser.product import Place, artefact
from server.process import Json

pytestmark = pytest.mark.xdist_group("browser")

CALLS: list[Json] = [
    {"prompt_id": "greeting", "model": "m", "latency_ms": 100, "status": "success"},
    {"prompt_id": "greeting", "model": "m", "latency_ms": 300, "status": "success"},
    {"prompt_id": "farewell", "model": "m", "latency_ms": 200, "status": "error", "error_type": "timeout"},
]


def number(id_: str, metric: str, x: int, y: int) -> Json:
    query = {"metrics": [metric]}
    return {"id": id_, "kind": "number", "query": query, "place": {"x": x, "y": y, "w": 3, "h": 3}}


def create(place: Place, name: str, *widgets: Json) -> str:
    body: Json = {"name": name, "widgets": list(widgets)}
    answer = place.admin.api.post("/dashboards", params={"project": place.project}, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"]["id"])


def read(place: Place, dashboard: str) -> Json:
    answer = place.admin.api.get(f"/dashboards/{dashboard}", params={"project": place.project}).raise_for_status()
    return cast("Json", answer.json()["data"])


def places(dashboard: Json) -> dict[str, tuple[int, int]]:
    widgets = cast("list[dict[str, dict[str, int]]]", dashboard["widgets"])
    return {str(one["id"]): (one["place"]["x"], one["place"]["y"]) for one in widgets}


def widget(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def dialog(page: Page, name: str) -> Locator:
    return page.get_by_role("dialog", name=name)


def test_a_dashboard_is_built_and_shared_and_opened_by_somebody_without_an_account(
    eyes: Eyes, own: Place, artefacts: Path
) -> None:
    own.send(*CALLS)
    page = eyes.visit(own, "/dashboards")
    expect(page.get_by_text("No dashboards of your own yet")).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, "dashboards-empty"))
    page.get_by_role("main").get_by_role("link", name="New dashboard").first.click()
    page.get_by_label("Name").fill("Support desk")

    page.get_by_role("button", name="Add widget").last.click()
    adding = dialog(page, "Add widget")
    adding.get_by_role("radio", name="Number").click()
    expect(adding.get_by_role("region", name="Preview").get_by_text("3", exact=True)).to_be_visible()
    adding.get_by_role("button", name="Add to the dashboard").click()

    page.get_by_role("button", name="Add widget").click()
    adding.get_by_role("radio", name="Table").click()
    adding.get_by_label("Title").fill("By prompt")
    adding.get_by_role("button", name="Add filter").click()
    adding.get_by_role("combobox", name="Values of filter 1").fill("m")
    adding.get_by_role("combobox", name="Values of filter 1").press("Enter")
    expect(adding.get_by_role("region", name="Preview").get_by_role("link", name="greeting")).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, "dashboard-widget"))
    assert grave_violations(page) == []
    adding.get_by_role("button", name="Add to the dashboard").click()

    page.get_by_role("button", name="Save dashboard").click()
    expect(page.get_by_role("heading", name="Support desk", level=1)).to_be_visible()
    expect(widget(page, "Requests").get_by_role("link", name="3")).to_be_visible()
    rows = widget(page, "By prompt").get_by_role("row")
    expect(rows).to_have_text([re.compile("Prompt"), re.compile("greeting.*2"), re.compile("farewell.*1")])

    page.get_by_role("button", name="Share").click()
    page.get_by_label("Note").fill("For the board")
    page.get_by_role("button", name="Create link").click()
    link = page.get_by_label("Link to the dashboard").inner_text()
    expect(page.get_by_text("never opened")).to_be_visible()

    theirs = eyes.open(link)
    expect(theirs.get_by_role("heading", name="Support desk", level=1)).to_be_visible()
    expect(widget(theirs, "Requests").get_by_text("3", exact=True)).to_be_visible()
    expect(widget(theirs, "By prompt").get_by_role("row")).to_have_count(3)
    expect(theirs.get_by_role("navigation")).to_have_count(0)
    expect(theirs.get_by_role("link")).to_have_count(0)
    theirs.get_by_role("radiogroup", name="Time range").get_by_text("1 hour").click()
    expect(theirs).to_have_url(re.compile(r"range=1h"))
    expect(widget(theirs, "Requests").get_by_text("3", exact=True)).to_be_visible()
    settled(theirs)
    theirs.screenshot(path=artefact(artefacts, "dashboard-shared"))
    assert grave_violations(theirs) == []
    theirs.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    theirs.screenshot(path=artefact(artefacts, "dashboard-shared-390"), full_page=True)
    assert overflow_px(theirs) == 0

    page.get_by_role("button", name="Revoke").click()
    dialog(page, "Revoke the link").get_by_role("button", name="Revoke the link").click()
    expect(page.get_by_text(re.compile("^revoked"))).to_be_visible()
    eyes.tolerate(404, f"/api/v1/shared/{link.rsplit('/', 1)[1]}")
    theirs.reload()
    expect(theirs.get_by_role("heading", name="This link does not work")).to_be_visible()
    darken_alone(theirs)
    assert grave_violations(theirs) == []


def darken_alone(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")


def paste(page: Page, text: str) -> None:
    """As Ctrl-V does, without the clipboard that tests on this machine share."""
    page.evaluate(
        """text => {
            const held = new DataTransfer();
            held.setData("text/plain", text);
            document.body.dispatchEvent(new ClipboardEvent("paste", {clipboardData: held, bubbles: true}));
        }""",
        text,
    )


def test_widgets_are_moved_and_sized_by_keyboard_which_is_told_undone_and_outlives_a_reload(
    eyes: Eyes, own: Place
) -> None:
    made = create(own, "Keys", number("a", "total_requests", 0, 0), number("b", "success_rate", 0, 3))
    page = eyes.visit(own, f"/dashboards/{made}/edit")
    grip = page.get_by_role("button", name="Move or resize Requests")
    told = page.get_by_role("main").get_by_role("status")
    grip.press("ArrowUp")
    expect(told).to_have_text("It cannot move further that way")
    expect(page.get_by_role("button", name="Save dashboard")).to_be_disabled()
    grip.press("ArrowDown")
    expect(told).to_have_text("Requests: column 1, row 4, 3 wide, 3 tall")
    expect(grip).to_be_focused()
    grip.press("Shift+ArrowRight")
    expect(told).to_have_text("Requests: column 1, row 4, 4 wide, 3 tall")
    page.keyboard.press("Control+z")
    expect(grip).to_have_attribute("aria-description", re.compile("row 4, 3 wide"))
    page.keyboard.press("Control+Shift+z")
    expect(grip).to_have_attribute("aria-description", re.compile("row 4, 4 wide"))
    page.keyboard.press("Control+z")
    copied: Json = {**number("c", "error_rate", 0, 0), "title": "Pasted", "text": ""}
    copied["query"] = {"metrics": ["error_rate"], "by": [], "where": []}
    paste(page, json.dumps(copied))
    expect(widget(page, "Pasted")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(widget(page, "Pasted")).to_have_count(0)

    page.reload()
    expect(page.get_by_text("What you changed before and did not save is here again.")).to_be_visible()
    expect(grip).to_have_attribute("aria-description", re.compile("row 4, 3 wide"))
    page.get_by_role("link", name="Overview").click()
    asked = dialog(page, "Leave without saving?")
    asked.get_by_role("button", name="Stay here").click()
    page.get_by_role("button", name="Save dashboard").click()
    expect(page.get_by_role("heading", name="Keys", level=1)).to_be_visible()
    assert places(read(own, made)) == {"a": (0, 3), "b": (0, 0)}


def test_what_somebody_else_saved_meanwhile_and_what_is_mine_are_both_kept(eyes: Eyes, own: Place) -> None:
    made = create(own, "Shared work", number("a", "total_requests", 0, 0))
    page = eyes.visit(own, f"/dashboards/{made}/edit")
    page.get_by_label("Description").fill("mine")
    theirs = {key: read(own, made)[key] for key in ("name", "range", "widgets", "revision")} | {"description": "theirs"}
    path = f"/dashboards/{made}"
    own.admin.api.put(path, params={"project": own.project}, json=theirs).raise_for_status()
    eyes.tolerate(409, f"/api/v1{path}")
    page.keyboard.press("Control+s")
    choice = dialog(page, "Somebody else changed this dashboard")
    expect(choice).to_contain_text("with 1 widget")
    choice.get_by_role("button", name="Keep both").click()
    expect(page.get_by_role("heading", name="Shared work (my version)", level=1)).to_be_visible()
    kept = {str(one["name"]): one["description"] for one in own.admin.get("/dashboards", project=own.project)}
    assert kept["Shared work"] == "theirs"
    assert kept["Shared work (my version)"] == "mine"


def test_on_a_phone_widgets_stand_in_one_column_and_change_their_order(eyes: Eyes, own: Place, artefacts: Path) -> None:
    made = create(own, "Phone", number("a", "total_requests", 0, 0), number("b", "success_rate", 3, 0))
    page = eyes.visit(own, f"/dashboards/{made}/edit", size=NARROW)
    page.get_by_role("button", name="Move Success rate up").click()
    expect(page.get_by_role("main").get_by_role("heading", level=2)).to_have_text(["Success rate", "Requests"])
    page.get_by_role("button", name="Edit Requests").click()
    dialog(page, "Edit Requests").get_by_label("Title").fill("All requests")
    assert overflow_px(page) == 0
    page.screenshot(path=artefact(artefacts, "dashboard-widget-390"))
    dialog(page, "Edit Requests").get_by_role("button", name="Apply").click()
    settled(page)
    page.screenshot(path=artefact(artefacts, "dashboard-builder-own-390"))
    assert grave_violations(page) == []
    page.get_by_role("button", name="Save dashboard").click()
    expect(page.get_by_role("heading", name="Phone", level=1)).to_be_visible()
    assert places(read(own, made)) == {"b": (0, 0), "a": (3, 0)}


def test_a_dashboard_is_taken_along_as_a_file(eyes: Eyes, own: Place, tmp_path: Path) -> None:
    made = create(own, "Support / desk", number("a", "total_requests", 0, 0))
    page = eyes.visit(own, "/dashboards")
    page.get_by_role("button", name="Menu of Support / desk").click()
    with page.expect_download() as sent:
        page.get_by_role("menuitem", name="Export JSON").click()
    assert sent.value.suggested_filename == "support-desk.json"
    file = tmp_path / "support-desk.json"
    sent.value.save_as(file)
    assert made not in file.read_text()

    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps({"name": "x"}))
    page.get_by_label("File of a dashboard").set_input_files(broken)
    expect(page.get_by_text("This is not an exported dashboard")).to_be_visible()
    page.get_by_label("File of a dashboard").set_input_files(file)
    expect(page.get_by_role("heading", name="Support / desk 2", level=1)).to_be_visible()
    copied = read(own, page.url.split("/dashboards/")[1].split("?")[0])
    assert copied["widgets"] == read(own, made)["widgets"]


def test_a_chart_is_put_on_a_dashboard_from_its_menu(eyes: Eyes, own: Place) -> None:
    own.send(*CALLS)
    page = eyes.visit(own, "/", {"range": "1h"})
    page.get_by_role("button", name="Menu of Requests").click()
    page.get_by_role("menuitem", name="Add to dashboard").click()
    adding = dialog(page, "Add to dashboard")
    adding.get_by_label("Its name").fill("From the overview")
    adding.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("link", name="Open the dashboard").click()
    expect(page.get_by_role("heading", name="From the overview", level=1)).to_be_visible()
    expect(widget(page, "Requests").get_by_role("img")).to_be_visible()


def test_a_metric_with_a_typo_shows_where_and_is_used_once_it_is_right(eyes: Eyes, own: Place, artefacts: Path) -> None:
    own.send(*CALLS)
    page = eyes.visit(own, "/settings/metrics")
    expect(page.get_by_text("No custom metrics yet")).to_be_visible()
    page.get_by_role("link", name="New metric").click()
    page.get_by_label("Name").fill("Failures of all")
    formula = page.get_by_label("Formula", exact=True)
    formula.fill("100 * count(status = 'error') / cuont()")
    expect(page.get_by_text("Character 33: ")).to_contain_text("did you mean count?")
    expect(page.locator("mark")).to_have_text("cuont")
    expect(page.get_by_role("button", name="Create metric")).to_be_disabled()
    settled(page)
    page.screenshot(path=artefact(artefacts, "settings-metrics-typo"), full_page=True)
    assert grave_violations(page) == []

    formula.fill("100 * count(status = 'error') / count()")
    page.get_by_label("Unit").select_option("percent")
    page.get_by_label("Direction").select_option("down")
    page.get_by_label("Threshold, at most").fill("10")
    expect(page.get_by_role("region", name="Preview")).to_contain_text("33.3")
    darken(page)
    page.screenshot(path=artefact(artefacts, "settings-metrics-dark"), full_page=True)
    page.get_by_role("button", name="Create metric").click()
    row = page.get_by_role("region", name="Custom metrics").get_by_role("row").filter(has_text="Failures of all")
    expect(row).to_contain_text("at most 10")

    page.goto(own.address("/dashboards/new"))
    page.get_by_label("Name").fill("Failures")
    page.get_by_role("button", name="Add widget").last.click()
    adding = dialog(page, "Add widget")
    adding.get_by_role("button", name="Metric 1").click()
    page.get_by_placeholder("Find a metric").fill("failures of")
    page.get_by_role("option", name=re.compile("^Failures of all")).click()
    expect(
        adding.get_by_role("region", name="Preview").get_by_role("img", name=re.compile("Failures of all"))
    ).to_be_visible()
    adding.get_by_role("radio", name="Number").click()
    expect(adding.get_by_role("region", name="Preview")).to_contain_text("33.3")
    adding.get_by_role("button", name="Add to the dashboard").click()
    page.get_by_role("button", name="Save dashboard").click()
    expect(page.get_by_role("heading", name="Failures", level=1)).to_be_visible()
    expect(widget(page, "Failures of all")).to_contain_text("33.3")
    board = page.url

    page.goto(own.address("/settings/metrics"))
    row.get_by_role("button", name="Delete").click()
    asked = dialog(page, "Delete the metric")
    expect(asked.get_by_role("link", name="Failures")).to_be_visible()
    asked.get_by_role("button", name="Delete the metric").click()
    expect(page.get_by_text("No custom metrics yet")).to_be_visible()
    page.goto(board)
    expect(page.get_by_text("This metric was deleted")).to_be_visible()


def test_a_viewer_looks_and_cannot_change_anything(eyes: Eyes, own: Place) -> None:
    create(own, "To look at", number("a", "total_requests", 0, 0))
    page = eyes.open(own.invite(f"kim@{own.project}.example", "viewer"))
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    page.keyboard.press("Control+k")
    find = page.get_by_role("textbox", name="Find a page, a prompt or an action")
    find.fill("to look at")
    page.get_by_role("button", name="Open dashboard To look at").click()
    expect(page.get_by_role("heading", name="To look at", level=1)).to_be_visible()
    settled(page)
    assert page.get_by_role("main").get_by_role("button", name=re.compile("Share|Edit")).count() == 0
    assert page.get_by_role("main").get_by_role("link", name=re.compile("^Edit")).count() == 0
    page.get_by_role("link", name="Dashboards").last.click()
    expect(page.get_by_role("link", name="To look at")).to_be_visible()
    expect(page.get_by_role("link", name="New dashboard")).to_have_count(0)
    page.get_by_role("button", name="Menu of Executive").click()
    expect(page.get_by_role("menuitem")).to_have_text(["Export JSON"])
