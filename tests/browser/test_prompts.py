"""Prompts: written, compared, deployed, rolled back and archived by clicking; deployments on the charts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.eyes import NARROW, WIDE, Eyes, darken, figure, grave_violations, overflow_px, settled
from browser.product import Place, artefact
from server.process import Json

pytestmark = pytest.mark.xdist_group("browser")

CALL: Json = {
    "prompt_id": "greeting",
    "prompt_version": "1",
    "model": "m",
    "latency_ms": 1000,
    "input_tokens": 10,
    "output_tokens": 5,
    "cost_usd": 0.01,
}
HOUR = {"range": "1h"}


def prompt(place: Place, name: str, *contents: str, **first: object) -> str:
    """A prompt with a version for each content; the first is served in production. Its id."""
    with place.client() as client:
        made = client.post("/prompts", json={"name": name, "content": contents[0], **first}).raise_for_status()
        prompt_id = str(made.json()["data"]["id"])
        for content in contents[1:]:
            client.post(f"/prompts/{prompt_id}/versions", json={"content": content}).raise_for_status()
    return prompt_id


def post(place: Place, path: str, body: Mapping[str, object]) -> None:
    with place.client() as client:
        client.post(path, json=body).raise_for_status()


def served(place: Place, name: str, environment: str = "production") -> int:
    """The version that programs are served."""
    with place.client() as client:
        answer = client.get(f"/prompts/by-name/{quote(name, safe='')}", params={"environment": environment})
    return int(answer.raise_for_status().json()["data"]["version"])


def open_tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


def listed(page: Page) -> Locator:
    """The names in the list of prompts."""
    return page.get_by_role("region", name="Prompts").get_by_role("rowheader").get_by_role("link")


def test_the_first_prompt_is_written_with_its_variables_named_and_is_served(
    eyes: Eyes, own: Place, artefacts: Path
) -> None:
    page = eyes.visit(own, "/")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Prompts").click()
    expect(page.get_by_text("No prompts yet")).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, "prompts-empty"))
    page.get_by_role("button", name="Write the first prompt").click()
    form = page.get_by_role("dialog", name="New prompt")
    form.get_by_role("button", name="Create prompt").click()
    expect(form.get_by_text("Name it as your calls do")).to_be_visible()
    expect(form.get_by_text("Write the prompt")).to_be_visible()

    form.get_by_label("Name").fill("mails/greeting v1.0")
    form.get_by_role("textbox", name="Prompt", exact=True).fill("Greet {{ customer }} in {{language}}, {{customer}}!")
    for variable in ("customer", "language"):
        expect(form.get_by_text(variable, exact=True)).to_have_count(1)
    form.get_by_label("Configuration").fill('{"model": ')
    expect(form.get_by_text(re.compile("^Not JSON yet"))).to_be_visible()
    form.get_by_role("button", name="Create prompt").click()
    expect(form.get_by_role("textbox", name="Prompt", exact=True)).to_have_value(re.compile("^Greet"))
    form.get_by_label("Configuration").fill('{"model": "gpt-4o-mini"}')
    page.screenshot(path=artefact(artefacts, "prompt-new"))
    form.get_by_role("button", name="Create prompt").click()

    expect(page.get_by_role("heading", level=1, name="mails/greeting v1.0")).to_be_visible()
    expect(page.get_by_role("tab", name="Use it")).to_have_attribute("aria-selected", "true")
    page.reload()
    expect(page.get_by_role("heading", level=1, name="mails/greeting v1.0")).to_be_visible()
    assert served(own, "mails/greeting v1.0") == 1
    open_tab(page, "Versions")
    expect(page.get_by_role("region", name="Prompt")).to_have_text(
        "Greet {{ customer }} in {{language}}, {{customer}}!"
    )
    expect(page.get_by_label("Configuration")).to_contain_text("gpt-4o-mini")


def test_an_example_is_one_click_away(eyes: Eyes, own: Place) -> None:
    page = eyes.visit(own, "/prompts")
    page.get_by_role("button", name="Make an example").click()
    expect(listed(page)).to_have_text(["greeting"])
    assert served(own, "greeting") == 1


def test_a_name_that_is_taken_is_said_at_the_field_and_nothing_written_is_lost(eyes: Eyes, own: Place) -> None:
    prompt(own, "greeting", "Hello")
    eyes.tolerate(409, "/api/v1/prompts")
    page = eyes.visit(own, "/prompts")
    page.get_by_role("button", name="New prompt").click()
    form = page.get_by_role("dialog")
    form.get_by_label("Name").fill("greeting")
    form.get_by_role("textbox", name="Prompt", exact=True).fill("Something long")
    form.get_by_role("button", name="Create prompt").click()
    expect(form.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_text(re.compile("there is a prompt 'greeting' already"))).to_be_visible()
    expect(form.get_by_role("textbox", name="Prompt", exact=True)).to_have_value("Something long")


def test_chat_messages_are_written_moved_and_removed(eyes: Eyes, own: Place) -> None:
    page = eyes.visit(own, "/prompts", {"new": "chat"})
    form = page.get_by_role("dialog")
    form.get_by_text("Chat messages").click()
    form.get_by_label("Text of message 1").fill("Be brief.")
    form.get_by_label("Text of message 2").fill("{{question}}")
    form.get_by_role("button", name="Add a message").click()
    form.get_by_label("Text of message 3").fill("first")
    form.get_by_label("Role of message 3").select_option("assistant")
    form.get_by_role("button", name="Move message 3 up").click()
    form.get_by_role("button", name="Remove message 1").click()
    form.get_by_role("button", name="Create prompt").click()
    expect(page.get_by_role("heading", level=1, name="chat")).to_be_visible()
    (made,) = own.admin.get("/prompts", project=own.project)
    (version,) = own.admin.get(f"/prompts/{made['id']}/versions", project=own.project)
    assert version["content"] == [
        {"role": "assistant", "content": "first"},
        {"role": "user", "content": "{{question}}"},
    ]


def test_a_version_is_added_and_its_differences_are_shown(eyes: Eyes, own: Place, artefacts: Path) -> None:
    prompt(own, "greeting", "Greet {{name}}.\nBe brief.\nNo jokes.", config={"model": "large", "temperature": 0})
    page = eyes.visit(own, "/prompts/greeting")
    page.get_by_role("button", name="New version").click()
    form = page.get_by_role("dialog")
    form.get_by_role("textbox", name="Prompt", exact=True).fill("Greet {{name}}.\nBe very brief.\nNo jokes.")
    form.get_by_label("Configuration").fill('{"model": "small", "temperature": 0}')
    form.get_by_label("Why this version").fill("Shorter")
    form.get_by_role("button", name="Add version 2").click()

    changes = page.get_by_role("region", name="Changes from v1 to v2")
    expect(page.get_by_text("From v1 to v2: 1 line added, 1 line removed, 1 setting changed.")).to_be_visible()
    expect(changes.get_by_role("row").filter(has=page.get_by_role("cell", name="removed"))).to_contain_text("Be brief.")
    expect(changes.get_by_role("row").filter(has=page.get_by_role("cell", name="added"))).to_contain_text(
        "Be very brief."
    )
    settings = page.get_by_role("region", name="Changes of the configuration").get_by_role("row")
    expect(settings.nth(1)).to_have_text('model"large""small"')
    settled(page)
    page.screenshot(path=artefact(artefacts, "prompt-diff"), full_page=True)

    address = page.url
    page.get_by_label("Compare with").select_option("")
    expect(page.get_by_role("region", name="Prompt")).to_contain_text("Be very brief.")
    page.goto(address)
    expect(changes).to_be_visible()
    assert served(own, "greeting") == 1, "a new version is not served unless that is asked for"


def test_a_version_is_deployed_and_rolled_back_and_the_history_tells(eyes: Eyes, own: Place) -> None:
    prompt(own, "greeting", "one", "two", "three")
    page = eyes.visit(own, "/prompts/greeting")
    page.get_by_role("button", name="Deploy…").click()
    dialog = page.get_by_role("dialog", name="Deploy greeting")
    dialog.get_by_label("Version").select_option("2")
    expect(dialog.get_by_text("production is served v1 now")).to_be_visible()
    dialog.get_by_label("Why").fill("warmer")
    dialog.get_by_role("button", name="Serve v2 in production").click()
    expect(page.get_by_text("production is served v2 of greeting")).to_be_visible()
    assert served(own, "greeting") == 2

    page.get_by_role("button", name="Deploy…").click()
    dialog.get_by_label("Version").select_option("3")
    dialog.get_by_label("Environment", exact=True).fill("staging")
    dialog.get_by_role("button", name="Serve v3 in staging").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert (served(own, "greeting"), served(own, "greeting", "staging")) == (2, 3)

    page.get_by_role("button", name="Roll back to v1").click()
    dialog = page.get_by_role("dialog", name="Roll greeting back to v1 in production?")
    dialog.get_by_label("Why").fill("too warm")
    dialog.get_by_role("button", name="Roll back to v1").click()
    expect(page.get_by_text("production is served v1 of greeting again")).to_be_visible()
    assert served(own, "greeting") == 1
    expect(page.get_by_role("button", name=re.compile("^Roll back"))).to_have_count(0)

    open_tab(page, "Deployments")
    steps = page.get_by_role("listitem").filter(has_text=re.compile("in (production|staging)"))
    expect(steps).to_have_count(4)
    expect(steps.nth(0)).to_contain_text("Rolled back to v1 in production")
    expect(steps.nth(0)).to_contain_text("too warm")
    expect(steps.nth(0)).to_contain_text("served now")
    expect(steps.nth(2)).to_contain_text("v2 in production instead of v1")
    steps.nth(2).get_by_role("button", name="Roll back to v2").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back to v2").click()
    expect(steps).to_have_count(5)
    assert served(own, "greeting") == 2


def test_who_was_slower_is_told_that_something_else_is_served_by_now(eyes: Eyes, own: Place) -> None:
    made = prompt(own, "greeting", "one", "two", "three")
    eyes.tolerate(409, f"/api/v1/prompts/{made}/deploy")
    page = eyes.visit(own, "/prompts/greeting")
    page.get_by_role("button", name="Deploy…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("production is served v1 now")).to_be_visible()
    post(own, f"/prompts/{made}/deploy", {"version": 2})
    dialog.get_by_role("button", name="Serve v3 in production").click()
    expect(dialog.get_by_role("alert")).to_contain_text("version 2")
    assert served(own, "greeting") == 2


def test_a_prompt_is_archived_found_in_the_archive_and_restored(eyes: Eyes, own: Place) -> None:
    prompt(own, "greeting", "Hello")
    own.send(CALL)
    page = eyes.visit(own, "/prompts/greeting", HOUR)
    page.get_by_role("button", name="Archive").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive greeting").click()
    expect(page.get_by_text("Archived", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="New version")).to_have_count(0)
    assert served(own, "greeting") == 1, "programs notice nothing"

    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Prompts").click()
    expect(page.get_by_text("No prompts yet")).to_be_visible()
    page.get_by_role("switch", name="Show the archive").click()
    listed(page).filter(has_text="greeting").click()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("button", name="New version")).to_be_visible()


def test_the_list_tells_how_each_prompt_fares_and_which_versions_answer(eyes: Eyes, own: Place) -> None:
    prompt(own, "greeting", "one", "two", tags=["mail"])
    prompt(own, "quiet", "one")
    own.send(*[CALL] * 15, *[{**CALL, "prompt_version": "2"}] * 4, {**CALL, "prompt_version": "2", "status": "error"})
    own.send(*[{**CALL, "prompt_id": "wild"}] * 5)
    page = eyes.visit(own, "/prompts", HOUR)
    expect(listed(page)).to_have_text(["greeting", "wild", "quiet"])
    row = page.get_by_role("region", name="Prompts").get_by_role("row").filter(has_text="greeting")
    expect(row.get_by_role("cell").nth(0)).to_have_text("production v1")
    expect(row.get_by_role("cell").nth(1)).to_have_text("20")
    expect(row.get_by_role("cell").nth(2)).to_contain_text("95\u00a0%")
    expect(row.get_by_role("cell").nth(3)).to_have_text("1\u00a0s")
    expect(row.get_by_role("cell").nth(4)).to_have_text("$0.01")
    expect(row.get_by_role("img", name="v1 75\u00a0%, v2 25\u00a0%")).to_be_visible()

    page.get_by_role("button", name="Prompt", exact=True).click()
    expect(listed(page)).to_have_text(["greeting", "quiet", "wild"])
    page.get_by_role("searchbox").fill("mail")
    expect(listed(page)).to_have_text(["greeting"])
    page.reload()
    expect(listed(page)).to_have_text(["greeting"])
    page.get_by_role("searchbox").fill("")
    page.get_by_role("button", name="Add to the registry: wild").click()
    form = page.get_by_role("dialog", name="Add wild to the registry")
    expect(form.get_by_label("Name")).to_have_value("wild")
    form.get_by_role("textbox", name="Prompt", exact=True).fill("Go")
    form.get_by_role("button", name="Create prompt").click()
    expect(page.get_by_role("heading", level=1, name="wild")).to_be_visible()
    assert served(own, "wild") == 1


def test_versions_are_compared_by_their_figures_and_scores(eyes: Eyes, own: Place) -> None:
    prompt(own, "greeting", "one", "two")
    own.send(*[CALL] * 3, {**CALL, "prompt_version": "2", "latency_ms": 2000})
    for version, rating in (("1", 3), ("1", 5), ("2", 2)):
        scores = [{"name": "rating", "type": "int", "value": rating}]
        post(
            own,
            "/scores",
            {"scores": scores, "prompt_id": "greeting", "prompt_version": version, "userId": "u"},
        )
    page = eyes.visit(own, "/prompts/greeting", HOUR)
    rows = page.get_by_role("region", name="Versions").get_by_role("row")
    expect(rows).to_have_text(
        [
            re.compile("Requests.*Cost per request.*rating"),
            re.compile(r"v2\s*1\s*100.*2[\d.]*.s.*\$0.01.*15.*2 \(1\)"),
            re.compile(r"v1\s*production\s*3\s*100.*1.s.*\$0.01.*15.*4 \(2\)"),
        ]
    )
    expect(figure(page, "Requests")).to_have_text("4")
    rows.filter(has_text="v2").get_by_role("link", name="v2").click()
    expect(page).to_have_url(own.address("/calls", {"range": "1h", "prompt": "greeting", "prompt_version": "2"}))
    expect(page.get_by_role("region", name="Calls").get_by_role("row")).to_have_count(2)


def test_deployments_are_marked_on_every_chart_and_told_in_words(eyes: Eyes, own: Place, artefacts: Path) -> None:
    made = prompt(own, "greeting", "one", "two")
    prompt(own, "farewell", "one")
    own.send(*[CALL] * 3)
    post(own, f"/prompts/{made}/deploy", {"version": 2, "message": "warmer"})
    post(own, f"/prompts/{made}/rollback", {})
    page = eyes.visit(own, "/", HOUR)
    charts = page.get_by_role("img", name=re.compile(", chart with 4 deployments marked"))
    expect(charts).to_have_count(5)  # there are no errors to draw
    requests = page.get_by_role("img", name=re.compile("^Requests, chart"))
    box = requests.bounding_box()
    assert box is not None
    last = page.get_by_text("still filling")
    for left in range(14, 60, 4):  # the last minutes are at the right edge, wherever the labels of the axis end
        requests.hover(position={"x": box["width"] - left, "y": 90})
        if page.get_by_text("greeting rolled back to v1 in production, by ").count():
            break
    expect(page.get_by_text(re.compile("greeting v2 in production, by "))).to_be_visible()
    assert last.count() <= 1
    page.screenshot(path=artefact(artefacts, "overview-deployments"))

    legend = page.get_by_role("button", name="4 deployments").first
    legend.click()
    expect(legend).to_have_attribute("aria-pressed", "false")
    expect(charts).to_have_count(4)

    page.get_by_role("button", name="Menu of Tokens").click()
    page.get_by_role("menuitem", name="View as table").click()
    told = page.get_by_role("region", name="Tokens, table")
    expect(told.get_by_text("greeting rolled back to v1 in production")).to_be_visible()

    page.get_by_role("button", name="Prompts: All prompts").click()
    page.get_by_role("option", name="greeting").click()
    expect(page.get_by_role("button", name="3 deployments").first).to_be_visible()
    expect(told.get_by_text("farewell")).to_have_count(0)


def test_overview_counts_what_there_is_and_tells_what_changed_last(eyes: Eyes, own: Place) -> None:
    made = prompt(own, "greeting", "one", "two")
    prompt(own, "farewell", "one")
    post(own, f"/prompts/{made}/deploy", {"version": 2})
    own.send(CALL)
    page = eyes.visit(own, "/", HOUR)
    for name in ("Prompts: 2", "Versions: 3", "Active experiments: 0"):
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile(r"^[\d,]+ of 60,000 a minute$"))).to_be_visible()
    changes = page.get_by_role("listitem").filter(has_text=re.compile("(greeting|farewell).* by "))
    expect(changes.first).to_contain_text("greeting: version 2 is served in production")
    changes.first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1, name="greeting")).to_be_visible()


def test_a_call_shows_its_scores_and_leads_to_its_prompt(eyes: Eyes, own: Place) -> None:
    own.send({**CALL, "id": "the-call"})
    values = [
        {"name": "rating", "type": "int", "value": 4},
        {"name": "helpful", "type": "bool", "value": True},
        {"name": "remark", "type": "string", "value": "<b>kind</b>"},
    ]
    post(own, "/scores", {"scores": values, "callId": "the-call", "userId": "u", "comment": "by hand"})
    page = eyes.visit(own, "/calls/the-call", HOUR)
    rows = page.get_by_role("dialog", name="Call").get_by_role("row").filter(has_text="by hand")
    expect(rows).to_have_text(
        [re.compile("^helpfultrueby hand"), re.compile("^rating4by hand"), re.compile("^remark<b>kind</b>by hand")]
    )
    page.get_by_role("dialog").get_by_role("link", name="greeting").click()
    expect(page.get_by_role("heading", level=1, name="greeting")).to_be_visible()
    expect(page.get_by_text("This prompt is not in the registry")).to_be_visible()


def test_the_palette_opens_the_page_of_a_prompt(eyes: Eyes, own: Place) -> None:
    prompt(own, "greeting", "one")
    page = eyes.visit(own, "/settings/project")
    settled(page)
    page.keyboard.press("Control+k")
    page.get_by_role("textbox", name="Find a page, a prompt or an action").fill("open prompt gree")
    expect(page.get_by_role("button", name="Open prompt greeting")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="greeting")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", level=1, name="Prompts")).to_be_visible()


def test_a_viewer_sees_prompts_and_changes_nothing(eyes: Eyes, own: Place) -> None:
    prompt(own, "greeting", "one", "two")
    own.send(CALL, {**CALL, "prompt_id": "wild"})
    page = eyes.open(own.invite(f"vera@{own.project}.example", "viewer"))
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_attached()
    page.goto(own.address("/prompts", {**HOUR, "new": ""}))
    expect(listed(page)).to_have_count(2)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("New prompt|Add to"))).to_have_count(0)
    for tab in ("metrics", "versions", "deployments"):
        page.goto(own.address("/prompts/greeting", {**HOUR, "tab": tab}))
        settled(page)
        expect(page.get_by_role("button", name=re.compile("^(New version|Deploy|Roll|Archive|Edit)"))).to_have_count(0)


@pytest.fixture(scope="module")
def shop(demo: Place) -> Place:
    """A project with a prompt of everything; tests only look at it."""
    made = demo.admin.create("/projects", {"name": "shop", "time_zone": "UTC"})
    place = Place(demo.admin, str(made["id"]), "shop")
    text = "You answer for {{shop}}.\n" + "\n".join(f"Rule {i}: be kind." for i in range(20)) + "\nSign as {{agent}}."
    reply = prompt(
        place,
        "support-reply",
        text,
        text.replace("Rule 7: be kind", "Rule 7: be brief"),
        config={"model": "gpt-4o", "temperature": 0.2},
        tags=["support"],
        description="First answer to a customer's mail",
    )
    post(place, f"/prompts/{reply}/deploy", {"version": 2, "message": "Shorter"})
    post(place, f"/prompts/{reply}/deploy", {"version": 1, "environment": "staging"})
    post(place, f"/prompts/{reply}/rollback", {"message": "Too short"})
    calls: list[Json] = [{**CALL, "prompt_id": "support-reply", "prompt_version": str(1 + i % 2)} for i in range(30)]
    place.send(*calls, {**calls[0], "status": "error", "error_type": "timeout"}, {**CALL, "prompt_id": "tag-product"})
    score = [{"name": "rating", "type": "int", "value": 4}, {"name": "helpful", "type": "bool", "value": True}]
    about = {"prompt_id": "support-reply", "prompt_version": "1", "userId": "u"}
    post(place, "/scores", {"scores": score, **about})
    return place


PAGES: dict[str, tuple[str, dict[str, str], str]] = {
    "prompts": ("/prompts", {}, "support-reply"),
    "prompt": ("/prompts/support-reply", {}, "Tokens per request"),
    "prompt-versions": ("/prompts/support-reply", {"tab": "versions"}, "Rule 19: be kind."),
    "prompt-changes": ("/prompts/support-reply", {"tab": "versions", "v": "2", "with": "1"}, "Show 5 equal lines"),
    "prompt-deployments": ("/prompts/support-reply", {"tab": "deployments"}, "Too short"),
    "prompt-calls": ("/prompts/support-reply", {"tab": "calls"}, "Timeout"),
    "prompt-experiments": ("/prompts/support-reply", {"tab": "experiments"}, "No experiments with this prompt"),
    "prompt-use": ("/prompts/support-reply", {"tab": "use"}, "Fetch it from a program"),
    "prompt-unregistered": ("/prompts/tag-product", {}, "This prompt is not in the registry"),
    "prompt-form": ("/prompts", {"new": ""}, "Create prompt"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_prompts_has_no_grave_barrier_in_light_and_in_dark_and_fits_a_phone(
    eyes: Eyes, shop: Place, artefacts: Path, name: str
) -> None:
    path, query, shows = PAGES[name]
    page = eyes.open(shop.address(path, {**HOUR, **query}), shop.admin, size=WIDE)
    expect(page.get_by_text(shows).locator("visible=true").first).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, f"{name}-light"), full_page=True)
    light = grave_violations(page)
    darken(page)
    page.screenshot(path=artefact(artefacts, f"{name}-dark"), full_page=True)
    assert {"light": light, "dark": grave_violations(page)} == {"light": [], "dark": []}
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    expect(page.get_by_text(shows).locator("visible=true").first).to_be_visible()
    page.screenshot(path=artefact(artefacts, f"{name}-390"), full_page=True)
    assert overflow_px(page) == 0
