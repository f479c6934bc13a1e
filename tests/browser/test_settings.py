"""Settings: what is changed there is so everywhere, and who may change it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.eyes import NARROW, Eyes, figure, grave_violations, overflow_px, settled
from browser.product import Place, artefact

pytestmark = pytest.mark.xdist_group("browser")

CALL = {
    "prompt_id": "greeting",
    "provider": "north",
    "model": "tagger",
    "latency_ms": 100,
    "input_tokens": 1_000_000,
    "output_tokens": 0,
}


def confirm(page: Page, does: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=does, exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_time_zone_is_changed_and_overview_tells_times_by_it(eyes: Eyes, own: Place) -> None:
    own.send(CALL)
    page = eyes.visit(own, "/settings/project")
    zone = page.get_by_role("combobox", name="Time zone")
    zone.fill("kolkata")
    page.get_by_role("option", name="Asia/Kolkata (UTC+5:30)").click()
    page.get_by_role("button", name="Save project").click()
    expect(page.get_by_text("Project saved")).to_be_visible()
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("button", name="Last 24 hours UTC+5:30")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Last 24 hours UTC+5:30")).to_be_visible()


def test_a_key_is_shown_once_works_and_works_no_more_when_revoked(eyes: Eyes, own: Place, artefacts: Path) -> None:
    page = eyes.visit(own, "/settings/keys")
    expect(page.get_by_text("No keys yet")).to_be_visible()
    page.get_by_role("button", name="New key").click()
    page.get_by_role("button", name="Create key").click()
    expect(page.get_by_text("Say what the key is for")).to_be_visible()
    page.get_by_label("Name").fill("collector")
    page.get_by_role("button", name="Create key").click()
    key = page.get_by_label("API key", exact=True).inner_text()
    page.screenshot(path=artefact(artefacts, "settings-new-key"))
    own.send(CALL, key=key)
    with own.client(key) as client:
        assert client.get("/status").status_code == 403, "it may send, not read"
    page.get_by_role("button", name="Done").click()

    page.reload()
    row = page.get_by_role("region", name="API keys").get_by_role("row").filter(has_text="collector")
    expect(row).to_contain_text("send calls")
    assert key not in page.content()
    row.get_by_role("button", name="Revoke").click()
    confirm(page, "Revoke key “collector”")
    expect(row).to_contain_text("Revoked")
    with own.client(key) as client:
        assert client.post("/calls", json={"calls": [CALL]}).status_code == 401


def test_a_price_is_checked_added_used_and_deleted(eyes: Eyes, own: Place) -> None:
    own.send(CALL)
    page = eyes.visit(own, "/settings/prices")
    page.get_by_role("link", name="Add a price").click()
    expect(page.get_by_role("textbox", name="Model")).to_have_value("tagger")
    page.get_by_label("Input, $ per million").fill("a quarter")
    page.get_by_label("Output, $ per million").fill("2")
    page.get_by_role("button", name="Add price").click()
    expect(page.get_by_text("Enter a number such as 0.25")).to_be_visible()
    expect(page.get_by_label("Input, $ per million")).to_have_value("a quarter")
    expect(page.get_by_label("Output, $ per million")).to_have_value("2")

    page.get_by_label("Input, $ per million").fill("0.25")
    page.get_by_role("button", name="Add price").click()
    row = page.get_by_role("region", name="Your prices").get_by_role("row").filter(has_text="tagger")
    expect(row).to_contain_text("$0.25")
    own.send(CALL)
    page.get_by_role("link", name="Overview").click()
    expect(figure(page, "Cost")).to_have_attribute("title", "$0.25: see the calls")

    page.go_back()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("^Delete the price of tagger")).click()
    expect(page.get_by_text("No prices of your own")).to_be_visible()


def test_what_the_server_refuses_is_said_at_the_form_which_keeps_its_input(eyes: Eyes, own: Place) -> None:
    eyes.tolerate(422, f"/api/v1/projects/{own.project}/prices")
    eyes.tolerate(400, f"/api/v1/projects/{own.project}/prices")
    page = eyes.visit(own, "/settings/prices", {"provider": "north", "model": "tagger"})
    page.get_by_label("Input, $ per million").fill("1" * 30)
    page.get_by_label("Output, $ per million").fill("2")
    page.get_by_role("button", name="Add price").click()
    field = page.get_by_label("Input, $ per million")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("1" * 30)
    expect(page.get_by_text("No prices of your own")).to_be_visible()


def opine(place: Place, *tones: str) -> None:
    """Scores of the name tone, each of its own trace."""
    with place.client() as client:
        for i, tone in enumerate(tones):
            scores = [{"name": "tone", "type": "string", "value": tone}, {"name": "rating", "type": "int", "value": 5}]
            body = {"traceId": f"{i:032x}", "promptName": "greeting", "promptVersion": "1", "scores": scores}
            client.post("/scores", json=body).raise_for_status()


def mean_tone(place: Place) -> float | None:
    with place.client() as client:
        rows = client.get("/scores/by-version").raise_for_status().json()["data"]
    return next(float(row["mean"]) if row["mean"] is not None else None for row in rows if row["name"] == "tone")


def test_texts_of_a_score_get_numbers_which_averages_then_use(eyes: Eyes, own: Place, artefacts: Path) -> None:
    opine(own, "kind", "kind", "kind", "rude", "odd")
    assert mean_tone(own) is None
    page = eyes.visit(own, "/settings/scores")
    expect(page.get_by_text("No text has a number")).to_be_visible()
    page.get_by_role("combobox", name="Score").click()
    expect(page.get_by_role("option")).to_have_text(["tone"])  # rating is a number already
    page.get_by_role("option", name="tone").click()
    listed = page.get_by_role("table").last.get_by_role("row")
    expect(listed).to_have_count(4)
    expect(listed.nth(1).get_by_role("cell").nth(1)).to_have_text("3")
    expect(page.get_by_role("button", name="Save numbers")).to_be_disabled()

    page.get_by_label("Number for “kind”").fill("one")
    expect(page.get_by_text("Enter a number such as 0.5")).to_be_visible()
    page.get_by_label("Number for “kind”").fill("1")
    page.get_by_label("Number for “rude”").fill("-1")
    page.get_by_role("button", name="Add a text").click()
    page.get_by_role("textbox", name="Text", exact=True).fill("kind")
    expect(page.get_by_text("This text is there already")).to_be_visible()
    page.get_by_role("textbox", name="Text", exact=True).fill("warm")
    page.get_by_label("Number for “warm”").fill("0.5")
    settled(page)
    page.screenshot(path=artefact(artefacts, "settings-scores-form"), full_page=True)
    assert grave_violations(page) == []
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    assert overflow_px(page) == 0
    page.get_by_role("button", name="Save numbers").click()
    expect(page.get_by_text("Numbers of tone saved")).to_be_visible()
    kept = page.get_by_role("region", name="Numbers for texts").get_by_role("row")
    expect(kept).to_contain_text("kind = 1, rude = -1, warm = 0.5")
    assert mean_tone(own) == 0.5, "of 1, 1, 1 and -1: odd stays out"

    page.reload()
    page.get_by_role("button", name="Remove “rude”").click()
    page.get_by_role("button", name="Save numbers").click()
    expect(kept).to_contain_text("kind = 1, warm = 0.5")
    assert mean_tone(own) == 1
    page.get_by_role("link", name="Change the numbers of tone").click()
    expect(page.get_by_label("Number for “warm”")).to_have_value("0.5")


def test_a_text_that_is_refused_is_named_and_kept_and_other_scores_keep_their_numbers(eyes: Eyes, own: Place) -> None:
    eyes.tolerate(422, "/api/v1/scores/mappings")
    opine(own, "kind")
    page = eyes.visit(own, "/settings/scores", {"score": "tone"})
    page.get_by_label("Number for “kind”").fill("1")
    page.get_by_role("button", name="Add a text").click()
    text = page.get_by_role("textbox", name="Text", exact=True)
    text.fill("x" * 201)
    page.get_by_label(re.compile("^Number for “xx")).fill("2")
    with own.client() as client:  # meanwhile, somebody else
        client.put("/scores/mappings", json={"mappings": {"mood": {"good": 1}}}).raise_for_status()
    page.get_by_role("button", name="Save numbers").click()
    expect(page.get_by_text("a text of 201 characters; at most 200 are allowed", exact=True)).to_be_visible()
    expect(text).to_have_attribute("aria-invalid", "true")
    expect(text).to_have_value("x" * 201)
    expect(page.get_by_label("Number for “kind”")).to_have_value("1")
    text.fill("fine")
    page.get_by_role("button", name="Save numbers").click()
    expect(page.get_by_text("Numbers of tone saved")).to_be_visible()
    kept = page.get_by_role("region", name="Numbers for texts").get_by_role("row")
    expect(kept).to_contain_text(["good = 1", "kind = 1, fine = 2"])


def test_a_viewer_sees_the_numbers_and_cannot_change_them(eyes: Eyes, own: Place) -> None:
    opine(own, "kind")
    with own.client() as client:
        client.put("/scores/mappings", json={"mappings": {"tone": {"kind": 1}}}).raise_for_status()
    page = eyes.open(own.invite(f"kim@{own.project}.example", "viewer"))
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Scores").click()
    expect(page.get_by_role("region", name="Numbers for texts")).to_contain_text("kind = 1")
    settled(page)
    main = page.get_by_role("main")
    expect(main.get_by_role("heading", level=2)).to_have_text(["Numbers for texts"])
    expect(main.get_by_role("button")).to_have_count(0)
    expect(main.get_by_role("link", name=re.compile("Change"))).to_have_count(0)


def test_a_member_signs_in_by_the_link_shown_and_sees_without_changing(eyes: Eyes, own: Place, artefacts: Path) -> None:
    own.send(CALL)
    page = eyes.visit(own, "/settings/members")
    page.get_by_label("Email").fill("not an address")
    page.get_by_role("button", name="Add member").click()
    expect(page.get_by_text("Enter an email address")).to_be_visible()
    page.get_by_label("Email").fill(f"lin@{own.project}.example")
    page.get_by_role("button", name="Add member").click()
    link = page.get_by_label("Sign-in link").inner_text()
    expect(page.get_by_role("region", name="Members")).to_contain_text(f"lin@{own.project}.example")

    theirs = eyes.open(link)
    expect(figure(theirs, "Requests")).to_have_text("1")
    theirs.get_by_role("link", name="Settings").click()
    expect(theirs.get_by_text("Only admins change these. You are a viewer.")).to_be_visible()
    expect(theirs.get_by_role("textbox", name="Name")).to_be_disabled()
    settled(theirs)
    theirs.screenshot(path=artefact(artefacts, "settings-viewer"))
    parts = theirs.get_by_role("navigation", name="Settings").get_by_role("link")
    expect(parts).to_have_text(
        ["Project", "Prices", "Scores", "Custom metrics", "Channels", "Retention", "My account", "Troubleshooting"]
    )
    parts.filter(has_text="Prices").click()
    expect(theirs.get_by_role("heading", name="Your prices")).to_be_visible()
    settled(theirs)
    expect(theirs.get_by_role("button", name=re.compile("^(Add|Delete)"))).to_have_count(0)
    theirs.goto(own.address("/settings/keys"))
    expect(theirs.get_by_role("heading", name="Project")).to_be_visible()


def test_a_member_becomes_editor_and_is_removed(eyes: Eyes, own: Place) -> None:
    email = f"kay@{own.project}.example"
    own.invite(email, "viewer")
    page = eyes.visit(own, "/settings/members")
    row = page.get_by_role("region", name="Members").get_by_role("row").filter(has_text=email)
    with page.expect_response(lambda response: response.request.method == "PATCH"):
        row.get_by_label(f"Role of {email}").select_option("editor")
    page.reload()
    expect(row.get_by_label(f"Role of {email}")).to_have_value("editor")
    row.get_by_role("button", name="Remove").click()
    confirm(page, f"Remove {email}")
    expect(row).to_have_count(0)


def test_the_last_admin_cannot_leave_and_reads_why(eyes: Eyes, own: Place) -> None:
    (me,) = own.admin.get(f"/projects/{own.project}/members")
    eyes.tolerate(409, f"/api/v1/projects/{own.project}/members/{me['user_id']}")
    page = eyes.visit(own, "/settings/members")
    page.get_by_role("button", name="Leave").click()
    page.get_by_role("dialog").get_by_role("button", name=f"Leave {own.name}").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("admin")


def test_the_audit_log_lists_each_change_newest_first(eyes: Eyes, own: Place) -> None:
    email = f"mae@{own.project}.example"
    own.invite(email, "viewer")
    assert own.key
    page = eyes.visit(own, "/settings/project")
    page.get_by_role("textbox", name="Name").fill(f"{own.name} renamed")
    page.get_by_role("button", name="Save project").click()
    expect(page.get_by_text("Project saved")).to_be_visible()
    expect(page.get_by_role("button", name=f"Project: {own.name} renamed")).to_be_visible()
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Audit log").click()
    rows = page.get_by_role("region", name="Audit log").get_by_role("row")
    expect(rows.nth(1)).to_contain_text("project.change")
    expect(rows.nth(1)).to_contain_text(f"{own.name} renamed")
    actions = [row.get_by_role("cell").nth(2).inner_text() for row in rows.all()[1:]]
    assert actions == [
        "project.change",
        "key.create",
        "member.add",
        "member.add",
        "project.create",
    ]  # the first is the creator


def test_an_admin_makes_a_project_and_is_in_it(eyes: Eyes, own: Place) -> None:
    page = eyes.visit(own, "/settings/project")
    page.get_by_role("button", name=f"Project: {own.name}").click()
    page.get_by_role("menuitem", name="New project").click()
    page.get_by_role("dialog").get_by_label("Name").fill(f"{own.name} sister")
    page.get_by_role("button", name="Create project").click()
    expect(page.get_by_role("button", name=f"Project: {own.name} sister")).to_be_visible()
    expect(page).not_to_have_url(re.compile(own.project))
