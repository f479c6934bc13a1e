"""Experiments: built, started, watched, concluded and promoted by clicking; programs take part through the API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast
from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from browser.eyes import NARROW, WIDE, Eyes, darken, grave_violations, overflow_px, settled
from browser.product import Place, artefact
from server.process import Json

pytestmark = pytest.mark.xdist_group("browser")

PROMPT = "greeting"
TITLE = "Shorter greeting"
RATINGS = {"Control": (2, 3, 4), "Variant B": (3, 4, 5)}
"""What users say in turn: 3 and 4 on average, so a lift of a third."""
USERS = 300
ARRIVES_MS = 30_000
"""Results are worked out at most every few seconds."""


def write_prompt(place: Place, name: str = PROMPT, versions: int = 2) -> None:
    with place.client() as client:
        made = client.post("/prompts", json={"name": name, "content": "Greet {{name}}."}).raise_for_status()
        for number in range(2, versions + 1):
            body = {"content": f"Greet {{{{name}}}} in {number} words."}
            client.post(f"/prompts/{made.json()['data']['id']}/versions", json=body).raise_for_status()


def create(place: Place, title: str = TITLE, *, start: bool = False, **more: object) -> str:
    """Id of an experiment with two versions of the prompt, judged by ratings."""
    body = {
        "title": title,
        "variants": [
            {"name": "Control", "prompt": PROMPT, "version": 1},
            {"name": "Variant B", "prompt": PROMPT, "version": 2},
        ],
        "metrics": [{"score": "rating", "primary": True, "min_effect": 5}],
        **more,
    }
    with place.client() as client:
        made = client.post("/experiments", json=body)
        assert made.status_code == 201, made.text
        experiment_id = str(made.json()["data"]["id"])
        if start:
            client.post(f"/experiments/{experiment_id}/start").raise_for_status()
    return experiment_id


def evaluate(client: httpx.Client, user: str, title: str = TITLE) -> Json:
    asked = {"experimentTitle": title, "context": {"userId": user, "plan": "pro"}}
    answer = client.post("/api/v3/experiments/evaluate", json=asked).raise_for_status()
    return cast("Json", answer.json()["data"])


def take_part(place: Place, users: Sequence[str], ratings: Mapping[str, Sequence[int]] = RATINGS) -> dict[str, int]:
    """As a program would: each user gets a variant, is answered, and rates it. How many got which."""
    got: dict[str, int] = {}
    calls: list[Json] = []
    with httpx.Client(base_url=place.admin.url, headers={"Authorization": f"Bearer {place.key}"}, timeout=30) as client:
        for user in users:
            told = evaluate(client, user)
            name, prompt = str(told["groupName"]), cast("Json", told["prompt"])
            turn = got[name] = got.get(name, 0) + 1
            score = {"name": "rating", "type": "int", "value": ratings[name][turn % len(ratings[name])]}
            sent = {"expId": told["experimentId"], "bucketId": told["bucketId"], "scores": [score], "userId": user}
            client.post("/api/v1/scores", json=sent).raise_for_status()
            calls.append(
                {
                    "prompt_id": PROMPT, "prompt_version": str(prompt["version"]), "user_id": user, "latency_ms": 500,
                    "model": "m", "cost_usd": 0.01 if name == "Control" else 0.005, "feature": "chat",
                    "experiment_id": told["experimentId"], "variant_id": told["bucketId"],
                }
            )  # fmt: skip
    place.send(*calls)
    return got


def served(place: Place, name: str = PROMPT) -> int:
    """The version that programs are served in production."""
    with place.client() as client:
        answer = client.get(f"/prompts/by-name/{quote(name, safe='')}").raise_for_status()
    return int(answer.json()["data"]["version"])


def row(page: Page, variant: str) -> Locator:
    """The first row of a variant in the table of metrics: of the primary metric."""
    table = page.get_by_role("region", name="Metrics by variant")
    return table.get_by_role("row").filter(has=page.get_by_role("rowheader", name=re.compile(f"^{variant}"))).first


def choose(page: Page, field: str, option: str) -> None:
    """An option of a list that drops down."""
    page.get_by_role("combobox", name=field).click()
    page.get_by_role("option", name=re.compile(f"^{re.escape(option)}")).click()


def test_an_experiment_is_built_run_concluded_and_promoted_by_clicking(eyes: Eyes, own: Place, artefacts: Path) -> None:
    write_prompt(own)
    page = eyes.visit(own, "/start")
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Experiments").click()
    expect(page.get_by_text("No experiments yet")).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, "experiments-empty"))
    page.get_by_role("main").get_by_role("link", name="New experiment").last.click()

    # it says what is missing, at the fields
    expect(page.get_by_role("heading", level=1, name="New experiment")).to_be_visible()
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("Give it a title: programs ask for the experiment by it")).to_be_visible()
    expect(page.get_by_text("Choose a prompt", exact=True)).to_have_count(2)
    expect(page.get_by_role("textbox", name="Title")).to_be_focused()

    page.get_by_role("textbox", name="Title").fill(TITLE)
    page.get_by_role("textbox", name="Hypothesis").fill("Short ones are read.")
    choose(page, "Prompt of variant 1", PROMPT)
    expect(page.get_by_role("combobox", name="Version of variant 1")).to_have_value(re.compile("^v1 · production"))
    expect(page.get_by_role("combobox", name="Version of variant 2")).to_have_value(re.compile("^v2 · latest"))
    page.get_by_role("combobox", name="Score").fill("rating")
    page.get_by_role("textbox", name="Worth having from").fill("5")
    page.get_by_role("switch", name="When a decision is reached").check(force=True)
    preview = page.get_by_role("complementary", name="Power preview")
    expect(preview.get_by_text("Not known: The number of units")).to_be_visible()
    preview.get_by_role("textbox", name="Control has now, on average").fill("3")
    preview.get_by_role("textbox", name="Standard deviation between users").fill("1")
    expect(preview.get_by_text(re.compile(r"^[\d,]+ users$")).first).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, "experiment-builder"), full_page=True)
    page.get_by_role("button", name="Save draft").click()

    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    expect(page.get_by_role("heading", name="Ready to start")).to_be_visible()
    page.get_by_role("button", name="Start…").click()
    dialog = page.get_by_role("dialog", name=f"Start “{TITLE}”?")
    expect(dialog).to_contain_text("greeting v2")
    dialog.get_by_role("button", name="Start experiment").click()
    expect(page.get_by_role("heading", name="No data yet")).to_be_visible()

    got = take_part(own, [f"user-{number}" for number in range(USERS)])
    assert got.keys() == {"Control", "Variant B"} and min(got.values()) > 120, got

    # nobody reloads: the page follows what arrives
    verdict = page.get_by_role("region", name="Verdict")
    expect(verdict.get_by_role("heading", name="Ship Variant B")).to_be_visible(timeout=ARRIVES_MS)
    expect(page.get_by_text("Split as weighted")).to_be_visible()
    expect(row(page, "Control")).to_contain_text(f"{got['Control']}")
    expect(row(page, "Variant B")).to_contain_text(f"{got['Variant B']}", timeout=ARRIVES_MS)
    expect(row(page, "Variant B")).to_contain_text("Better")
    expect(row(page, "Variant B")).to_contain_text(re.compile(r"\+3[23](\.\d)?\s%"))  # 4 against 3
    expect(row(page, "Variant B").get_by_role("img", name=re.compile("^Lift"))).to_be_visible()
    expect(page.get_by_role("region", name="Bill by variant")).to_contain_text("saves")
    settled(page)
    page.screenshot(path=artefact(artefacts, "experiment-running"), full_page=True)
    assert grave_violations(page) == []

    verdict.get_by_role("button", name="Conclude and promote…").click()
    dialog = page.get_by_role("dialog", name=f"Conclude “{TITLE}”")
    expect(dialog.get_by_role("radio", name="Variant B")).to_be_checked()
    dialog.get_by_label("Why did it win?").fill("People read one sentence.")
    assert grave_violations(page) == []
    page.screenshot(path=artefact(artefacts, "experiment-conclude"))
    dialog.get_by_role("button", name="Conclude and deploy greeting v2 to production").click()

    expect(verdict.get_by_text("Concluded: Variant B won")).to_be_visible()
    expect(verdict).to_contain_text("People read one sentence.")
    assert served(own) == 2
    settled(page)
    page.screenshot(path=artefact(artefacts, "experiment-concluded"), full_page=True)
    verdict.get_by_role("link", name="greeting v2").click()
    expect(page.get_by_role("heading", level=1, name=PROMPT)).to_be_visible()


def test_weights_always_sum_to_100(eyes: Eyes, own: Place) -> None:
    write_prompt(own)
    page = eyes.visit(own, "/experiments/new")
    numbers = page.get_by_role("textbox", name=re.compile("^Weight of .*, percent$"))
    expect(numbers).to_have_count(2)

    def weights() -> list[str]:
        return [number.input_value() for number in numbers.all()]

    page.get_by_role("slider", name="Weight of Control").press("ArrowRight")
    expect(numbers.first).not_to_have_value("50 %")
    assert sum(float(text.removesuffix(" %")) for text in weights()) == 100
    numbers.first.fill("80")
    numbers.first.press("Enter")
    assert weights() == ["80 %", "20 %"]
    page.get_by_role("button", name="Add a variant").click()
    assert weights() == ["53.4 %", "13.3 %", "33.3 %"]
    page.get_by_role("button", name="Equal weights").click()
    assert weights() == ["33.4 %", "33.3 %", "33.3 %"]
    page.get_by_role("button", name="Remove variant Variant C").click()
    assert weights() == ["50 %", "50 %"]


def test_what_was_typed_outlives_a_refusal_and_a_reload(eyes: Eyes, own: Place) -> None:
    write_prompt(own)
    create(own)
    eyes.tolerate(409, "/api/v1/experiments")
    page = eyes.visit(own, "/experiments/new")
    page.get_by_role("textbox", name="Title").fill(TITLE)
    choose(page, "Prompt of variant 1", PROMPT)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_text("choose another title")).to_be_visible()
    expect(page.get_by_role("textbox", name="Title")).to_be_focused()
    page.reload()
    expect(page.get_by_role("textbox", name="Title")).to_have_value(TITLE)
    expect(page.get_by_text("What you typed before and did not save is here again.")).to_be_visible()
    page.get_by_role("button", name="Discard it").click()
    expect(page.get_by_role("textbox", name="Title")).to_have_value("")
    page.reload()
    expect(page.get_by_role("textbox", name="Title")).to_have_value("")


def test_a_running_experiment_says_what_is_fixed_and_takes_the_rest(eyes: Eyes, own: Place) -> None:
    write_prompt(own)
    experiment = create(own, start=True)
    page = eyes.visit(own, f"/experiments/{experiment}")
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_role("textbox", name="Title")).to_be_disabled()
    expect(page.get_by_text("programs ask for the experiment by its title").first).to_be_visible()
    expect(page.get_by_role("combobox", name="Version of variant 2")).to_be_disabled()
    expect(page.get_by_role("button", name="Save changes")).to_be_disabled()
    weight = page.get_by_role("textbox", name="Weight of Variant B, percent")
    weight.fill("20")
    weight.press("Enter")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Experiment saved")).to_be_visible()
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    expect(page.get_by_text("of 20 %")).to_be_visible()


def test_a_draft_without_a_primary_metric_does_not_start_and_can_be_deleted(eyes: Eyes, own: Place) -> None:
    write_prompt(own)
    experiment = create(own, metrics=[])
    page = eyes.visit(own, f"/experiments/{experiment}")
    expect(page.get_by_role("heading", name="What is missing to start")).to_be_visible()
    page.get_by_role("button", name="Start…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("A primary metric: what decides")
    expect(dialog.get_by_role("button", name="Start experiment")).to_be_disabled()
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Delete draft").click()
    page.get_by_role("dialog").get_by_role("button", name=f"Delete draft “{TITLE}”").click()
    expect(page.get_by_text("No experiments yet")).to_be_visible()


def test_pausing_resuming_stopping_a_variant_and_notes(eyes: Eyes, own: Place) -> None:
    write_prompt(own)
    experiment = create(own, start=True)
    page = eyes.visit(own, f"/experiments/{experiment}")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()

    stop = page.get_by_role("button", name="Stop: Stop variant “Variant B”")
    stop.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("gets the control from now on")
    dialog.get_by_role("button", name="Stop variant “Variant B”").click()
    go_on = page.get_by_role("button", name="Let variant “Variant B” go on")
    expect(go_on).to_be_visible()
    assert take_part(own, [f"user-{number}" for number in range(8)]) == {"Control": 8}
    go_on.click()
    expect(stop).to_be_visible()

    notes = page.get_by_role("textbox", name="Notes")
    notes.fill("Ask the support team, too.")
    page.reload()
    expect(notes).to_have_value("Ask the support team, too.")  # typed, not saved
    page.get_by_role("button", name="Save notes").click()
    expect(page.get_by_text("not saved yet, kept in this browser")).to_have_count(0)  # disabled is also who saves
    expect(page.get_by_role("button", name="Save notes")).to_be_disabled()
    own_notes = own.admin.get("/experiments", project=own.project)[0]["notes"]
    assert own_notes == "Ask the support team, too."


def test_what_is_typed_while_notes_are_saved_is_kept(eyes: Eyes, own: Place) -> None:
    write_prompt(own)
    page = eyes.visit(own, f"/experiments/{create(own, start=True)}")
    sent: list[Route] = []
    page.route(
        "**/api/v1/experiments/*",
        lambda route: sent.append(route) if route.request.method == "PATCH" else route.continue_(),
    )
    notes = page.get_by_role("textbox", name="Notes")
    notes.fill("Ask support.")
    with page.expect_request(lambda request: request.method == "PATCH"):
        page.get_by_role("button", name="Save notes").click()
    notes.fill("Ask support. And sales.")
    with page.expect_response(lambda response: response.request.method == "PATCH"):
        sent[0].continue_()
    expect(page.get_by_role("button", name="Save notes")).to_be_enabled()
    expect(notes).to_have_value("Ask support. And sales.")
    assert own.admin.get("/experiments", project=own.project)[0]["notes"] == "Ask support."
    page.reload()
    expect(notes).to_have_value("Ask support. And sales.")


def test_events_show_as_they_arrive_and_an_assignment_is_explained(eyes: Eyes, own: Place, artefacts: Path) -> None:
    write_prompt(own)
    experiment = create(own, start=True)
    page = eyes.visit(own, f"/experiments/{experiment}", {"tab": "events"})
    expect(page.get_by_text("Nothing has happened yet")).to_be_visible()
    take_part(own, ["ada"])
    events = page.get_by_role("region", name="Events")
    expect(events.get_by_role("row").filter(has_text="Assignment")).to_have_count(1, timeout=ARRIVES_MS)
    expect(events.get_by_role("row").filter(has_text="rating")).to_contain_text("ada")

    page.get_by_role("tab", name="Set-up").click()
    page.get_by_role("textbox", name="User id").fill("ada")
    page.get_by_role("button", name="Explain").click()
    expect(page.get_by_text("and is counted.")).to_be_visible()
    expect(page.get_by_text(re.compile("^assigned to '(Control|Variant B)'"))).to_be_visible()
    page.get_by_role("textbox", name="Further context, JSON").fill("{plan")
    expect(page.get_by_text(re.compile("^This is not JSON"))).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, "experiment-explain"), full_page=True)


def test_the_address_holds_method_tab_segment_and_trend(eyes: Eyes, own: Place) -> None:
    write_prompt(own)
    experiment = create(own, start=True)
    take_part(own, [f"user-{number}" for number in range(60)])
    page = eyes.visit(own, f"/experiments/{experiment}")
    page.get_by_text("Fixed", exact=True).click()
    expect(page.get_by_text("peeking, and stopping at the first good moment")).to_be_visible()
    page.get_by_text("Each period", exact=True).click()
    expect(page).to_have_url(re.compile("method=fixed&trend=value"))
    page.reload()
    expect(page.get_by_role("radio", name="Fixed")).to_be_checked()
    expect(page.get_by_role("radio", name="Each period")).to_be_checked()
    expect(row(page, "Variant B")).to_contain_text("needs 100")

    page.get_by_role("tab", name="Segments").click()
    page.get_by_role("combobox", name="Told apart by").select_option("Context of the assignment")
    page.get_by_role("textbox", name="Attribute").fill("plan")
    expect(page.get_by_role("region", name="Metric by segment").get_by_text("pro", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"by=context\.plan"))
    page.get_by_role("tab", name="Scores").click()
    expect(page.get_by_role("table", name="Values of rating").get_by_role("row")).to_have_count(1 + 4)  # 2, 3, 4, 5


def test_the_list_filters_by_status_and_title(eyes: Eyes, own: Place, artefacts: Path) -> None:
    write_prompt(own)
    create(own, "First draft")
    create(own, "Second draft")
    create(own, "The running one", start=True)
    page = eyes.visit(own, "/experiments")
    links = page.get_by_role("region", name="Experiments").get_by_role("link")
    expect(links).to_have_text(["The running one", "Second draft", "First draft"])
    page.get_by_text("Draft", exact=True).first.click()
    expect(links).to_have_text(["Second draft", "First draft"])
    page.get_by_role("searchbox", name="Search in titles").fill("second")
    expect(links).to_have_text(["Second draft"])
    expect(page).to_have_url(re.compile("status=draft&search=second"))
    page.reload()
    expect(links).to_have_text(["Second draft"])
    page.get_by_role("searchbox", name="Search in titles").fill("nothing like it")
    expect(page.get_by_text("No experiment like that")).to_be_visible()
    page.get_by_role("button", name="Show all experiments").click()
    expect(links).to_have_count(3)

    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("searchbox").or_(page.get_by_placeholder("Find a page")).first.fill(
        "running one"
    )
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="The running one")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page.get_by_role("heading", level=1, name="Experiments")).to_be_visible()


def test_a_viewer_reads_and_changes_nothing(eyes: Eyes, own: Place) -> None:
    write_prompt(own)
    experiment = create(own, start=True)
    page = eyes.open(own.invite(f"viewer@{own.project}.example", "viewer"))
    expect(page.get_by_role("link", name="Overview")).to_be_visible()  # signed in
    page.goto(own.address(f"/experiments/{experiment}"))
    expect(page.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    settled(page)
    expect(page.get_by_role("button", name=re.compile("^(Pause|Conclude|Save notes)"))).to_have_count(0)
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    page.goto(own.address("/experiments/new"))
    expect(page.get_by_text("Only editors and admins change experiments")).to_be_visible()


TABS = ("results", "segments", "scores", "events", "setup")


@pytest.fixture(scope="module")
def paths(demo: Place) -> dict[str, str]:
    """Pages of the demo's experiments: one that runs, one that is concluded, a draft, the list and the forms."""
    rows = demo.admin.get("/experiments", project=demo.project)
    by_status = {str(one["status"]): str(one["id"]) for one in rows}
    running = f"/experiments/{by_status['running']}"
    return {
        "list": "/experiments",
        "new": "/experiments/new",
        "edit": f"{running}/edit",
        "draft": f"/experiments/{by_status['draft']}",
        "concluded": f"/experiments/{by_status['concluded']}",
        **{tab: f"{running}?tab={tab}" for tab in TABS},
    }


@pytest.mark.parametrize("name", ["list", "new", "edit", "draft", "concluded", *TABS])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "390"])
def test_a_page_of_experiments_is_for_everyone(
    eyes: Eyes, demo: Place, paths: dict[str, str], artefacts: Path, name: str, size: tuple[int, int]
) -> None:
    path, _, query = paths[name].partition("?")
    tab = {"tab": query.removeprefix("tab=")} if query else {}
    page = eyes.visit(demo, path, tab, size=size)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    settled(page)
    page.screenshot(path=artefact(artefacts, f"experiments-{name}-{size[0]}-light"), full_page=True)
    assert overflow_px(page) == 0
    assert grave_violations(page) == []
    darken(page)
    page.screenshot(path=artefact(artefacts, f"experiments-{name}-{size[0]}-dark"), full_page=True)
    assert grave_violations(page) == []
