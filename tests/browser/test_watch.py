"""What watches and acts by itself: SLAs, policies, and the channels that are told, by clicking."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.eyes import NARROW, WIDE, Eyes, darken, grave_violations, overflow_px, settled
from browser.product import Person, Place, artefact
from notify.sinks import Reply, Sink
from server.making import new_incident, new_run
from server.process import Json, Server

pytestmark = pytest.mark.xdist_group("browser")

CALL: Json = {"prompt_id": "greeting", "model": "m", "latency_ms": 1000}
FAILED: Json = {**CALL, "status": "error", "error_type": "timeout"}
SHOWN_MS = 20_000
"""A preview reads a month, and machines are busy."""


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = Sink()
    yield made
    made.close()


def make(person: Person, project: str, path: str, body: Json) -> str:
    """Its id."""
    answer = person.api.post(path, params={"project": project}, json=body).raise_for_status()
    return str(answer.json()["data"]["id"])


def panel(page: Page, title: str) -> Locator:
    heading = page.get_by_role("heading", name=title, level=2, exact=True)
    return page.locator("section").filter(has=heading)


def test_an_sla_is_defined_beside_its_preview_changed_and_deleted(eyes: Eyes, own: Place, artefacts: Path) -> None:
    at = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    own.send(*[{**CALL, "timestamp": at}] * 99, {**FAILED, "timestamp": at})
    page = eyes.visit(own, "/slas")
    expect(page.get_by_text("No SLAs yet")).to_be_visible()
    page.get_by_role("link", name="New SLA").first.click()
    target = page.get_by_label("Target, percent good")
    page.get_by_role("button", name="Create SLA").click()
    expect(page.get_by_text("Name it, such as Support is up")).to_be_visible()
    target.fill("101")
    expect(target).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Name").fill("Greetings arrive")
    target.fill("90")
    preview = panel(page, "The last 30 days")
    expect(preview.get_by_text("Meeting")).to_be_visible(timeout=SHOWN_MS)
    expect(panel(page, "Error budget").get_by_text("1 of 100")).to_be_visible()
    preview.get_by_role("button", name=re.compile("^Take ")).click()
    expect(target).not_to_have_value("90")
    target.fill("95")
    settled(page)
    page.screenshot(path=artefact(artefacts, "sla-defined"), full_page=True)
    page.get_by_role("button", name="Create SLA").click()
    expect(page.get_by_role("heading", name="Greetings arrive", level=1)).to_be_visible()
    expect(page.get_by_text("Meeting")).to_be_visible(timeout=SHOWN_MS)
    expect(panel(page, "Error budget").get_by_text("1 of 100")).to_be_visible()
    expect(page.get_by_role("region", name="Compliance by day").get_by_role("row").nth(1)).to_contain_text("99")

    page.get_by_role("link", name="Edit").click()
    target.fill("99.9")
    page.get_by_label("Runbook").fill("Call the provider.")
    page.get_by_role("button", name="Save SLA").click()
    expect(page.get_by_role("heading", name="Greetings arrive", level=1)).to_be_visible()
    expect(page.get_by_text("Call the provider.")).to_be_visible()
    expect(page.get_by_text("At risk")).to_be_visible(timeout=SHOWN_MS)
    page.get_by_role("link", name="SLAs").last.click()
    expect(page.get_by_role("row").filter(has_text="Greetings arrive")).to_contain_text("At risk")
    page.get_by_role("link", name="Greetings arrive").click()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete SLA “Greetings arrive”").click()
    expect(page.get_by_text("No SLAs yet")).to_be_visible()
    assert own.admin.get("/slas", project=own.project) == []


def test_what_is_refused_of_an_sla_is_told_at_its_field_and_kept(eyes: Eyes, own: Place) -> None:
    body: Json = {"name": "Taken", "objective": {"kind": "success_rate"}, "target": 99}
    make(own.admin, own.project, "/slas", body)
    page = eyes.visit(own, "/slas/new")
    eyes.tolerate(409, "/api/v1/slas")
    name = page.get_by_label("Name")
    name.fill("Taken")
    page.get_by_label("What is measured").select_option(label="Latency")
    page.get_by_label("Good is under, milliseconds").fill("1500")
    page.get_by_label("Target, percent good").fill("95")
    page.get_by_role("button", name="Create SLA").click()
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(name).to_have_value("Taken")
    page.reload()
    expect(page.get_by_text("What you typed before and did not save is here again.")).to_be_visible()
    expect(page.get_by_label("Good is under, milliseconds")).to_have_value("1500")
    name.fill("Free")
    page.get_by_role("button", name="Create SLA").click()
    expect(page.get_by_role("heading", name="Free", level=1)).to_be_visible()


def test_a_policy_is_made_tried_and_acts_only_after_it_was_asked(
    eyes: Eyes, own: Place, demo_server: Server, artefacts: Path
) -> None:
    own.send(*[CALL] * 5)
    page = eyes.visit(own, "/actions")
    expect(page.get_by_text("No policies yet")).to_be_visible()
    page.get_by_role("link", name="New policy").first.click()
    page.get_by_role("button", name="Create policy").click()
    name = page.get_by_label("Name")
    expect(name).to_have_attribute("aria-invalid", "true")
    name.fill("Bad greeting")
    page.get_by_label("What is done").select_option(label="Stop a variant")
    page.get_by_label("Variant", exact=True).fill("Short answers")
    expect(page.get_by_text("When a critical alert fires, stop Short answers.")).to_be_visible()
    page.get_by_label("What is done").select_option(label="Roll the prompt back")
    page.get_by_role("combobox", name="Prompt", exact=True).fill("greeting")
    page.get_by_label("Acts a day, at most").fill("1")
    expect(page.get_by_text("When a critical alert fires, roll greeting back in production.")).to_be_visible()
    page.get_by_role("button", name="Create policy").click()
    expect(page.get_by_role("heading", name="Bad greeting", level=1)).to_be_visible()
    expect(page.get_by_text("Dry run", exact=True)).to_be_visible()

    page.get_by_role("button", name="What would it do now?").click()
    expect(panel(page, "Try it").get_by_role("status")).to_contain_text("Nothing fires that it is for.")
    page.get_by_role("button", name="Let it act").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("it may roll greeting back in production without asking, once a day at most")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Dry run", exact=True)).to_be_visible()
    page.get_by_role("button", name="Let it act").click()
    dialog.get_by_role("button", name="Let “Bad greeting” act by itself").click()
    expect(page.get_by_text("Acts by itself", exact=True)).to_be_visible()
    (policy,) = own.admin.get("/policies", project=own.project)
    assert (policy["dry_run"], policy["daily_cap"]) == (False, 1)
    expect(panel(page, "History").get_by_text("Nothing done yet")).to_be_visible()
    page.screenshot(path=artefact(artefacts, "policy-acts"), full_page=True)

    incident = new_incident(demo_server, own.project, "Slow", prompt_id="greeting")
    new_run(demo_server, own.project, incident, "greeting", "Served version 1 again")
    page.get_by_role("link", name="Actions").last.click()
    history = panel(page, "History").get_by_role("row").filter(has_text="Served version 1 again")
    expect(history).to_contain_text("Recovered")
    expect(panel(page, "Policies").get_by_role("row").filter(has_text="Bad greeting")).to_contain_text("Acts by itself")
    history.get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"/incidents/{incident}"))
    page.goto(own.address(f"/actions/{policy['id']}"))
    page.get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("Off", exact=True)).to_be_visible()
    page.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete policy “Bad greeting”").click()
    expect(page.get_by_text("No policies yet")).to_be_visible()


def test_a_webhook_is_added_its_secret_is_shown_once_and_a_test_says_what_it_said(
    eyes: Eyes, own: Place, sink: Sink, artefacts: Path
) -> None:
    page = eyes.visit(own, "/settings/channels")
    expect(page.get_by_text("No channels yet")).to_be_visible()
    page.get_by_role("button", name="New channel").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Hook")
    dialog.get_by_label("Kind").select_option(label="Webhook")
    url = dialog.get_by_label("URL", exact=True)
    url.fill("ftp://example.com/hook")
    eyes.tolerate(422, "/api/v1/channels")
    dialog.get_by_role("button", name="Create channel").click()
    expect(url).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_text("must begin with https://")).to_be_visible()
    expect(url).to_have_value("ftp://example.com/hook")
    url.fill(sink.url)
    dialog.get_by_role("button", name="Create channel").click()
    secret = page.get_by_label("Signing secret").last.inner_text()
    assert secret.startswith("whsec_")
    page.get_by_role("button", name="Done").click()
    row = page.get_by_role("row").filter(has_text="Webhook")
    expect(row).to_contain_text("Nothing sent yet")
    page.reload()
    expect(row).to_contain_text("127.0.0.1")
    assert secret not in page.content()
    assert "sentinel" not in page.content()

    test = row.get_by_role("button", name="Send test: channel “Hook”")
    test.click()
    expect(page.get_by_text("A test message arrived at “Hook”")).to_be_visible()
    expect(row).to_contain_text("Works")
    assert "webhook-signature" in sink.got[0].headers
    sink.reply = lambda _: Reply(status=503, text="out of order")
    test.click()
    expect(page.get_by_text("“Hook” did not take the test message")).to_be_visible()
    expect(page.get_by_text(re.compile("503")).first).to_be_visible()
    page.screenshot(path=artefact(artefacts, "channel-tested"), full_page=True)

    row.get_by_role("button", name="Edit").click()
    dialog.get_by_label("Name").fill("Pager")
    dialog.get_by_role("button", name="Save channel").click()
    expect(dialog).to_have_count(0)
    expect(row).to_contain_text("Pager")
    row.get_by_role("switch", name="Pager is on").press("Space")
    expect(row.get_by_text("Off", exact=True)).to_be_visible()
    row.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete channel “Pager”").click()
    expect(page.get_by_text("No channels yet")).to_be_visible()


def test_mail_that_cannot_be_sent_says_why(eyes: Eyes, own: Place) -> None:
    page = eyes.visit(own, "/settings/channels")
    page.get_by_role("button", name="New channel").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("On call")
    addresses = dialog.get_by_label("Addresses")
    addresses.fill("nobody")
    addresses.press("Enter")
    eyes.tolerate(422, "/api/v1/channels")
    dialog.get_by_role("button", name="Create channel").click()
    expect(addresses).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_text("nobody", exact=True)).to_be_visible()
    addresses.press("Backspace")
    addresses.fill("ada@example.com")
    addresses.press("Enter")
    dialog.get_by_role("button", name="Create channel").click()
    row = page.get_by_role("row").filter(has_text="ada@example.com")
    expect(row).to_contain_text("Email")
    row.get_by_role("button", name="Send test: channel “On call”").click()
    expect(page.get_by_text("“On call” did not take the test message")).to_be_visible()
    expect(page.get_by_role("alert").get_by_text("PROMPTPULSE_SMTP_URL")).to_be_visible()


def test_a_viewer_only_looks(eyes: Eyes, own: Place) -> None:
    body: Json = {"name": "Kept", "objective": {"kind": "success_rate"}, "target": 99}
    sla = make(own.admin, own.project, "/slas", body)
    page = eyes.open(own.invite(f"kim@{own.project}.example", "viewer"))
    page.get_by_role("link", name="SLAs").click()
    page.get_by_role("link", name="Kept").click()
    expect(page.get_by_role("heading", name="Kept", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    expect(page.get_by_role("button", name="Delete")).to_have_count(0)
    page.goto(own.address(f"/slas/{sla}/edit"))
    expect(page.get_by_text("Editors and admins define SLAs")).to_be_visible()
    page.get_by_role("link", name="Actions").click()
    expect(page.get_by_text("No policies yet")).to_be_visible()
    expect(page.get_by_role("link", name="New policy")).to_have_count(0)
    page.goto(own.address("/actions/new"))
    expect(page.get_by_text("Editors and admins make policies")).to_be_visible()
    page.goto(own.address("/settings/channels"))
    expect(page.get_by_text("No channels yet")).to_be_visible()
    expect(page.get_by_role("button", name="New channel")).to_have_count(0)


@pytest.fixture(scope="module")
def watched(demo: Place) -> Iterator[dict[str, str]]:
    """Ids of an SLA, a policy and a channel of the demo, which tell nobody."""
    bodies: dict[str, Json] = {
        "slas": {"name": "Answers", "objective": {"kind": "availability"}, "target": 99.5, "alerts": False},
        "policies": {
            "name": "Bad version", "enabled": False,
            "trigger": {"kind": "alert", "severities": ["critical"]}, "action": {"kind": "rollback"},
        },
        "channels": {"name": "Hook", "kind": "webhook", "url": "https://example.com/hook", "severities": []},
    }  # fmt: skip
    ids = {path: make(demo.admin, demo.project, f"/{path}", body) for path, body in bodies.items()}
    yield ids
    for path, made in ids.items():
        demo.admin.api.delete(f"/{path}/{made}", params={"project": demo.project})


LOOKS = {
    "slas": ("/slas", "Answers"),
    "sla": ("/slas/{slas}", "Compliance by day"),
    "sla-edit": ("/slas/{slas}/edit", "Error budget"),
    "actions": ("/actions", "Bad version"),
    "policy": ("/actions/{policies}", "Nothing done yet"),
    "policy-new": ("/actions/new", "Within these limits"),
    "channels": ("/settings/channels", "example.com"),
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_page_looks_right_in_light_and_dark_and_on_a_phone(
    eyes: Eyes, demo: Place, watched: dict[str, str], artefacts: Path, name: str
) -> None:
    path, shows = LOOKS[name]
    page = eyes.visit(demo, path.format(**watched))
    there = page.get_by_role("region", name=shows) if name == "sla" else page.get_by_text(shows).first
    expect(there).to_be_visible(timeout=SHOWN_MS)
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


def test_a_problem_is_diagnosed_and_each_finding_leads_on(eyes: Eyes, own: Place, artefacts: Path) -> None:
    """Of 40 calls of the last hour, those of version 2 time out; the day before had version 1 alone."""
    now = datetime.now(UTC)
    calls: list[Json] = []
    for n in range(80):
        new = n < 40
        failing: Json = {"status": "error", "error_type": "timeout"} if new and n % 2 else {}
        at = now - timedelta(minutes=n / 2 + 1) - (timedelta(0) if new else timedelta(days=1))
        calls.append({"timestamp": at.isoformat(), **CALL, "prompt_version": "2" if new else "1", **failing})
    own.send(*calls)
    page = eyes.visit(own, "/settings/project", size=NARROW)
    page.get_by_role("link", name="Troubleshooting").click()
    page.get_by_role("link", name="Success rate dropped").click()
    checks = panel(page, "Success rate dropped").get_by_role("listitem")
    timeouts = checks.filter(has_text="Are there timeouts?")
    expect(timeouts).to_contain_text("Timeouts: 20 since, 0 before.", timeout=SHOWN_MS)
    expect(timeouts).to_contain_text("Found")
    expect(checks.filter(has_text="Is the newest version worse")).to_contain_text("Compare v2 and v1")
    expect(panel(page, "Which calls carry the change")).to_contain_text(
        "Version 2 of greeting carries 100 % of the change"
    )
    settled(page)
    page.screenshot(path=artefact(artefacts, "diagnosis-390"), full_page=True)
    assert overflow_px(page) == 0
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    page.screenshot(path=artefact(artefacts, "diagnosis-light"), full_page=True)
    assert grave_violations(page) == []
    darken(page)
    assert grave_violations(page) == []
    timeouts.get_by_role("link", name="See these calls").click()
    expect(page).to_have_url(re.compile("error_type=timeout"))
    page.go_back()
    page.get_by_role("link", name="Metrics are not updating").click()
    expect(panel(page, "Metrics are not updating")).to_contain_text(
        re.compile(r"The newest call is \d+ min old"), timeout=SHOWN_MS
    )
