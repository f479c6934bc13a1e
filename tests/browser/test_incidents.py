"""Incidents by clicking: acted on, resolved, written up; the bell; and where charts show them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.eyes import NARROW, Eyes, darken, grave_violations, overflow_px, settled
from browser.product import Place, artefact
from server.making import new_incident
from server.process import Json, Server

pytestmark = pytest.mark.xdist_group("browser")

PROMPT = "greeting"
CALL: Json = {"prompt_id": PROMPT, "prompt_version": "2", "model": "m", "latency_ms": 3500, "environment": "production"}
RULE = "Greetings are slow"
TITLE = f"p95 latency of {PROMPT} is above 2 s"
FOUND_MS = 20_000
"""A dossier asks a dozen questions, and machines are busy."""


def deploy_twice(place: Place) -> str:
    """A prompt whose version 2 is served in production since a moment; its id."""
    with place.client() as client:
        made = client.post("/prompts", json={"name": PROMPT, "content": "Greet {{name}}."}).raise_for_status()
        prompt = str(made.json()["data"]["id"])
        client.post(f"/prompts/{prompt}/versions", json={"content": "Greet {{name}} at length."}).raise_for_status()
        client.post(f"/prompts/{prompt}/deploy", json={"version": 2}).raise_for_status()
    return prompt


def served(place: Place) -> int:
    with place.client() as client:
        return int(client.get(f"/prompts/by-name/{PROMPT}").raise_for_status().json()["data"]["version"])


def incident(place: Place, incident_id: str) -> Json:
    answer = place.admin.api.get(f"/incidents/{incident_id}", params={"project": place.project}).raise_for_status()
    found: Json = answer.json()["data"]
    return found


def panel(page: Page, title: str) -> Locator:
    heading = page.get_by_role("heading", name=title, level=2, exact=True)
    return page.locator("section").filter(has=heading)


def act(page: Page, name: str) -> None:
    """Click a step of the head and wait until the server has taken it."""
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as taken:
        page.get_by_role("button", name=name, exact=True).click()
    assert taken.value.ok, taken.value.text()


@pytest.fixture
def opened(own: Place, demo_server: Server) -> str:
    """Id of an incident of the project about a prompt."""
    own.send(*[CALL] * 5)
    return new_incident(demo_server, own.project, RULE, prompt_id=PROMPT)


def test_an_incident_is_acted_on_and_resolved(eyes: Eyes, own: Place, demo_server: Server, artefacts: Path) -> None:
    deploy_twice(own)
    own.send(*[CALL] * 5)
    opened = new_incident(demo_server, own.project, RULE, prompt_id=PROMPT)
    page = eyes.visit(own, "/incidents")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    expect(panel(page, "What is known").get_by_role("link").first).to_be_visible(timeout=FOUND_MS)
    act(page, "Acknowledge")
    timeline = panel(page, "Timeline")
    expect(timeline.get_by_text("Acknowledged")).to_be_visible()

    page.get_by_role("combobox", name="Assigned to").click()
    page.get_by_role("listbox").get_by_role("option").first.click()
    expect(timeline.get_by_text(re.compile("Assigned to"))).to_be_visible()
    assert incident(own, opened)["assignee"] is not None

    timeline.get_by_label("Your comment").fill("Answers are ten times as long.")
    timeline.get_by_role("button", name="Add comment").click()
    expect(timeline.get_by_text("Answers are ten times as long.")).to_be_visible()
    expect(timeline.get_by_label("Your comment")).to_have_value("")

    does = f"Roll {PROMPT} back to v1 in production"
    page.get_by_role("button", name=does).click()
    page.get_by_role("dialog").get_by_role("button", name=does).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(timeline.get_by_text(re.compile("[Rr]oll.* back|version 1")).first).to_be_visible()
    assert served(own) == 1
    assert incident(own, opened)["status"] == "mitigated"

    page.get_by_label("How long it is silenced").select_option(label="4 hours")
    page.get_by_role("button", name="Silence for").click()
    expect(page.get_by_text(re.compile("^silenced until"))).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, "incident-acted-on"), full_page=True)

    act(page, "Resolve")
    expect(page.get_by_role("button", name="Open again")).to_be_visible()
    found = incident(own, opened)
    assert (found["status"], found["resolved_by_itself"]) == ("resolved", False)
    page.get_by_role("link", name="Incidents").last.click()
    expect(page.get_by_text("Nothing is wrong")).to_be_visible()
    page.get_by_text("All", exact=True).click()
    expect(page.get_by_role("row").filter(has_text=TITLE)).to_contain_text("Resolved")


def test_a_post_mortem_is_drafted_written_and_closes_the_incident(
    eyes: Eyes, own: Place, opened: str, artefacts: Path
) -> None:
    page = eyes.visit(own, f"/incidents/{opened}")
    act(page, "Resolve")
    expect(page.get_by_role("button", name="Close with the post-mortem")).to_have_count(0)
    post_mortem = panel(page, "Post-mortem")
    post_mortem.get_by_role("button", name="Draft the post-mortem").click()
    expect(post_mortem.get_by_role("heading", name="Timeline")).to_be_visible(timeout=FOUND_MS)
    post_mortem.get_by_role("button", name="Edit").click()
    text = post_mortem.get_by_label("Post-mortem, Markdown")
    text.fill(f"{text.input_value()}\n## Lessons\n\nLong answers are **slow**.\n")
    # what is typed outlives a reload
    page.reload()
    post_mortem.get_by_role("button", name="Edit").click()
    expect(text).to_have_value(re.compile("Long answers are"))
    post_mortem.get_by_role("button", name="Save post-mortem").click()
    expect(post_mortem.get_by_role("heading", name="Lessons")).to_be_visible()
    expect(post_mortem.get_by_text("slow", exact=True)).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, "incident-post-mortem"), full_page=True)
    with page.expect_download() as download:
        post_mortem.get_by_role("link", name="Markdown").click()
    assert download.value.suggested_filename.endswith(".md")
    assert "## Lessons" in Path(download.value.path()).read_text()
    act(page, "Close with the post-mortem")
    expect(page.get_by_text("Closed", exact=True)).to_be_visible()
    expect(post_mortem.get_by_role("button", name="Edit")).to_have_count(0)
    expect(panel(page, "Act")).to_have_count(0)
    assert incident(own, opened)["status"] == "post_mortem"
    assert grave_violations(page) == []


def test_a_viewer_only_looks(eyes: Eyes, own: Place, opened: str) -> None:
    page = eyes.open(own.invite(f"viewer@{own.project}.example", "viewer"))
    page.get_by_role("link", name="Incidents").click()
    page.get_by_role("link", name=TITLE).click()
    expect(panel(page, "What is known").get_by_role("link").first).to_be_visible(timeout=FOUND_MS)
    expect(panel(page, "Post-mortem").get_by_text("No post-mortem yet")).to_be_visible()
    expect(page.get_by_text("not assigned")).to_be_visible()
    buttons = "^(Acknowledge|Resolve|Mark as|Roll |Silence|Draft|Add comment)"
    expect(page.get_by_role("button", name=re.compile(buttons))).to_have_count(0)
    expect(page.get_by_label("Your comment")).to_have_count(0)
    page.goto(own.address(f"/incidents/{own.project}"))
    eyes.tolerate(404, f"/api/v1/incidents/{own.project}")
    expect(page.get_by_text("No such incident")).to_be_visible()


def test_the_bell_counts_lists_leads_there_and_is_read(eyes: Eyes, own: Place, opened: str, artefacts: Path) -> None:
    page = eyes.visit(own, "/costs")
    page.get_by_role("button", name=re.compile(r"^Notifications, 1 unread$")).click()
    box = page.get_by_role("dialog", name="Notifications")
    expect(box.get_by_role("listitem")).to_have_count(1)
    expect(box.get_by_role("listitem")).to_contain_text("Warning")
    page.screenshot(path=artefact(artefacts, "bell"))
    assert grave_violations(page) == []
    box.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(f"/incidents/{opened}"))
    expect(box).to_have_count(0)
    bell = page.get_by_role("button", name="Notifications", exact=True)
    expect(bell).to_be_visible()
    rows = own.admin.get("/notifications", project=own.project)
    assert [row["read"] for row in rows] == [True]
    # it is still there to read, and can be left by the keyboard
    bell.click()
    expect(box.get_by_role("link", name=TITLE)).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(bell).to_be_focused()


ASKED_FIRST = """() => {
  window.Notification = class {
    static permission = "default";
    static requestPermission = async () => (window.Notification.permission = "granted");
    constructor(title) { document.body.dataset.told = `${document.body.dataset.told ?? ""}${title}.`; }
  };
}"""
LOOKED_AWAY = """() => {
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_what_arrives_shows_at_the_bell_by_itself_and_the_browser_tells_who_looks_away(
    eyes: Eyes, own: Place, demo_server: Server
) -> None:
    page = eyes.visit(own, "/incidents")
    expect(page.get_by_text("Nothing is wrong")).to_be_visible()
    page.evaluate(ASKED_FIRST)
    bell = page.get_by_role("button", name="Notifications", exact=True)
    bell.click()
    page.get_by_role("button", name="Also tell me through the browser").click()
    expect(page.get_by_role("button", name="Also tell me through the browser")).to_have_count(0)
    bell.click()
    expect(page.get_by_role("dialog", name="Notifications")).to_have_count(0)
    new_incident(demo_server, own.project, RULE, prompt_id=PROMPT)
    expect(page.get_by_role("button", name="Notifications, 1 unread")).to_be_visible(timeout=FOUND_MS)
    expect(page.get_by_role("main").get_by_role("link", name=TITLE)).to_be_visible(timeout=FOUND_MS)
    expect(page.locator("body")).not_to_have_attribute("data-told", re.compile("."))  # who looks sees the bell
    page.evaluate(LOOKED_AWAY)
    new_incident(demo_server, own.project, RULE, prompt_id="another")
    told = re.compile(r"^[^.]*another[^.]*\.$")  # this one alone
    expect(page.locator("body")).to_have_attribute("data-told", told, timeout=FOUND_MS)


def test_an_incident_is_marked_on_charts_and_told_in_words(eyes: Eyes, own: Place, opened: str) -> None:
    page = eyes.visit(own, "/", {"range": "1h"})
    settled(page)
    expect(page.get_by_role("img", name=re.compile("chart with 1 incident marked")).first).to_be_visible()
    legend = page.get_by_role("button", name="1 incident").first
    legend.click()
    expect(legend).to_have_attribute("aria-pressed", "false")


LOOKS = {
    "incidents-open": ("/incidents", TITLE),
    "incidents-all": ("/incidents?show=all", "The newest 100"),
    "incident": ("/incidents/{opened}", "Most likely cause"),
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_page_of_incidents_looks_right_in_light_and_dark_and_on_a_phone(
    eyes: Eyes, own: Place, opened: str, artefacts: Path, name: str
) -> None:
    path, shows = LOOKS[name]
    bare, _, query = path.format(opened=opened).partition("?")
    page = eyes.open(f"{own.address(bare)}&{query}", own.admin)
    expect(page.get_by_text(shows).first).to_be_visible(timeout=FOUND_MS)
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
