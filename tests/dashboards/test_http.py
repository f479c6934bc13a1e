"""Dashboards over HTTP, against a real server."""

from __future__ import annotations

import re
from copy import deepcopy

import httpx
import pytest

from dashboards.board import listed, widget
from server.making import new_experiment, new_prompt
from server.process import Json

PATH = "/api/v1/dashboards"
IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")


def create(client: httpx.Client, name: str = "Support", *widgets: Json, **fields: object) -> Json:
    answer = client.post(PATH, json={"name": name, "widgets": widgets or [widget()], **fields})
    assert answer.status_code == 201, answer.text
    data: Json = answer.json()["data"]
    return data


def read(client: httpx.Client, dashboard_id: object, what: str = "") -> Json:
    answer = client.get(f"{PATH}/{dashboard_id}{what}")
    assert answer.status_code == 200, answer.text
    data: Json = answer.json()["data"]
    return data


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("field", "")


def names(client: httpx.Client) -> list[str]:
    return [d["name"] for d in client.get(PATH).json()["data"]]


def test_a_new_project_has_the_four_ready_made_ones(project: httpx.Client) -> None:
    found = project.get(PATH).json()["data"]
    assert [d["id"] for d in found] == ["executive", "performance", "cost", "quality"]
    assert all(d["ready_made"] and d["widgets"] >= 5 and d["shares"] == 0 for d in found)
    assert read(project, "cost")["name"] == "Cost"


def test_a_dashboard_is_kept_as_it_was_sent(project: httpx.Client) -> None:
    sent = widget(
        "a", "area", "total_requests", by=["model"], where=[{"dimension": "env", "values": [None, "production"]}]
    )
    made = create(project, "Support", sent, description="For the team.", range="24h")
    found = read(project, made["id"])
    assert found == made
    (stored,) = listed(found, "widgets")
    assert listed(stored, "query", "where") == [{"dimension": "env", "op": "in", "values": [None, "production"]}]
    assert (found["description"], found["range"], found["revision"], found["ready_made"]) == (
        "For the team.",
        "24h",
        1,
        False,
    )
    assert names(project)[4:] == ["Support"]


def test_two_people_who_edit_at_once_lose_nothing(project: httpx.Client) -> None:
    made = create(project)
    mine = {"name": "Support", "widgets": [widget("mine")], "revision": made["revision"]}
    theirs = {**mine, "widgets": [widget("theirs")]}
    assert project.put(f"{PATH}/{made['id']}", json=theirs).json()["data"]["revision"] == 2
    answer = project.put(f"{PATH}/{made['id']}", json=mine)
    assert (refused(answer), answer.json()["code"]) == ((409, "revision"), "edited_meanwhile")
    assert [w["id"] for w in listed(read(project, made["id"]), "widgets")] == ["theirs"]
    assert project.post(f"{PATH}", json={"name": "Mine", "widgets": mine["widgets"]}).status_code == 201


def test_a_change_of_a_ready_made_one_makes_a_copy(project: httpx.Client) -> None:
    executive = read(project, "executive")
    changed = {
        "name": "Executive",
        "range": "30d",
        "widgets": listed(executive, "widgets")[:3],
        "revision": executive["revision"],
    }
    copy = project.put(f"{PATH}/executive", json=changed).json()["data"]
    assert (copy["name"], copy["ready_made"], copy["revision"], len(copy["widgets"])) == ("Executive copy", False, 1, 3)
    assert read(project, "executive") == executive
    again = project.put(f"{PATH}/executive", json={**changed, "name": "For me"}).json()["data"]
    assert names(project)[4:] == ["Executive copy", "For me"]
    assert again["id"] != copy["id"]


def test_ready_made_ones_stay(project: httpx.Client) -> None:
    assert project.delete(f"{PATH}/executive").status_code == 409
    assert names(project) == ["Executive", "Performance", "Cost", "Quality"]


def test_duplicates_are_dashboards_of_their_own(project: httpx.Client) -> None:
    made = create(project)
    copies = [project.post(f"{PATH}/{id_}/duplicate").json()["data"] for id_ in (made["id"], made["id"], "quality")]
    assert [c["name"] for c in copies] == ["Support copy", "Support copy 2", "Quality copy"]
    assert copies[0]["widgets"] == made["widgets"]
    assert project.delete(f"{PATH}/{made['id']}").status_code == 200
    assert project.get(f"{PATH}/{made['id']}").status_code == 404
    assert read(project, copies[0]["id"])["revision"] == 1


def test_a_file_makes_the_same_dashboard_elsewhere(project: httpx.Client, elsewhere: httpx.Client) -> None:
    made = create(project, "Support", widget("a"), widget("b", "pie", by=["prompt_id"]), description="For the team.")
    file = read(project, made["id"], "/export")
    assert file["promptpulse_dashboard"] == 1
    assert not IDS.search(str(file))
    for name in ("Support", "Support 2"):
        answer = elsewhere.post(f"{PATH}/import", json=file)
        assert answer.status_code == 201, answer.text
        found = answer.json()["data"]
        sent = file["dashboard"]
        assert isinstance(sent, dict)
        assert {**sent, "name": name} == {key: found[key] for key in sent}


def test_experiments_go_by_their_names_in_files(project: httpx.Client, elsewhere: httpx.Client) -> None:
    def experiment(client: httpx.Client) -> Json:
        new_prompt(client, "greeting", "Hello", "Hi")
        halves = [{"name": n, "prompt": "greeting", "version": v, "weight": 50} for n, v in (("A", 1), ("B", 2))]
        return new_experiment(client, "Tone", halves)

    here, there = experiment(project), experiment(elsewhere)
    where = [
        {"dimension": "experiment", "op": "in", "values": [here["id"], "of another program"]},
        {"dimension": "variant_id", "op": "not_in", "values": [listed(here, "variants")[1]["id"], None]},
    ]
    file = read(project, create(project, "Tone", widget(where=where))["id"], "/export")
    (stored,) = listed(file, "dashboard", "widgets")
    spelled = [f["values"] for f in listed(stored, "query", "where")]
    assert spelled == [["Tone", "of another program"], ["Tone / B", None]]
    found = elsewhere.post(f"{PATH}/import", json=file).json()["data"]["widgets"][0]["query"]["where"]
    assert [f["values"] for f in found] == [
        [there["id"], "of another program"],
        [listed(there, "variants")[1]["id"], None],
    ]


@pytest.mark.parametrize(
    ("path", "value", "field", "says"),
    [
        ("promptpulse_dashboard", 2, "promptpulse_dashboard", "version 2, this server reads 1"),
        ("promptpulse_dashboard", "1", "promptpulse_dashboard", "must be 1"),
        ("promptpulse_dashboard", None, "promptpulse_dashboard", "must be 1"),
        ("extra", 1, "extra", "no such field"),
        ("dashboard.theme", "dark", "dashboard.theme", "no such field"),
        ("dashboard.widgets.0.colour", "red", "dashboard.widgets.0.colour", "no such field"),
        ("dashboard.widgets.0.query.having", 1, "dashboard.widgets.0.query.having", "no such field"),
        ("dashboard.widgets.0.kind", "gauge", "dashboard.widgets.0.kind", "must be 'line'"),
        ("dashboard.widgets.0.id", "a b", "dashboard.widgets.0.id", "characters that are not allowed"),
        ("dashboard.widgets.0.query.metrics", ["nothing"], "dashboard.widgets.0.query.metrics", "is not a metric"),
        ("dashboard.name", " ", "name", "is empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_field(
    project: httpx.Client, path: str, value: object, field: str, says: str
) -> None:
    file: Json = {"promptpulse_dashboard": 1, "dashboard": {"name": "Support", "widgets": [deepcopy(widget())]}}
    place: object = file
    *way, last = path.split(".")
    for part in way:
        place = place[int(part)] if isinstance(place, list) else place[part]  # type: ignore[index]  # of our own file
    place[last] = value  # type: ignore[index]  # as above
    answer = project.post(f"{PATH}/import", json=file)
    assert refused(answer) == (422, field), answer.text
    assert says in answer.json()["error"]
    assert len(names(project)) == 4


def test_a_file_of_a_later_version_is_told_so_before_its_new_fields(project: httpx.Client) -> None:
    file = {"promptpulse_dashboard": 3, "dashboard": {"title": "Support"}, "layout": "tabs"}
    assert refused(project.post(f"{PATH}/import", json=file)) == (422, "promptpulse_dashboard")


def test_the_data_of_a_widget_are_also_a_file(project: httpx.Client) -> None:
    asked = {"widget": widget("w", "table"), "start": "2026-11-14T00:00:00Z", "end": "2026-11-21T00:00:00Z"}
    answer = project.post(f"{PATH}/data", params={"format": "csv"}, json=asked)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.split() == ["total_requests", "0"]
    text = {**asked, "widget": widget("w", "text")}
    assert refused(project.post(f"{PATH}/data", params={"format": "csv"}, json=text)) == (422, "widget.kind")


def test_a_deleted_metric_fails_its_widget_and_not_the_dashboard(project: httpx.Client) -> None:
    metric = {"name": "Failures", "formula": "100 * count(status = 'error') / count()", "unit": "percent"}
    defined = project.post("/api/v1/metrics/custom", json=metric).json()["data"]
    made = create(project, "Support", widget("gone", "number", defined["key"]), widget("stays", "number"))
    link = project.post(f"{PATH}/{made['id']}/shares", json={}).json()["data"]["path"]
    shared = f"/api/v1{link}"
    time = {"start": "2026-11-14T00:00:00Z", "end": "2026-11-21T00:00:00Z"}
    known = [m["key"] for m in project.get(shared).json()["data"]["metrics"]]
    assert known == [defined["key"], "total_requests"]
    assert project.delete(f"/api/v1/metrics/custom/{defined['id']}").status_code == 200

    opened = read(project, made["id"])
    assert [w["id"] for w in listed(opened, "widgets")] == ["gone", "stays"]
    answers = [project.post(f"{PATH}/data", json={"widget": w, **time}) for w in listed(opened, "widgets")]
    assert refused(answers[0]) == (422, "widget.query.metrics")
    assert defined["key"] in answers[0].json()["error"]
    assert answers[1].status_code == 200
    assert [m["key"] for m in project.get(shared).json()["data"]["metrics"]] == ["total_requests"]
    answers = [project.get(f"{shared}/widgets/{id_}", params=time) for id_ in ("gone", "stays")]
    assert [a.status_code for a in answers] == [422, 200]
    assert refused(answers[0]) == (422, "widgets.0.query.metrics")
    file = read(project, made["id"], "/export")
    assert refused(project.post(f"{PATH}/import", json=file)) == (422, "dashboard.widgets.0.query.metrics")
