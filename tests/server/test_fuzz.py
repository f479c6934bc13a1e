"""Whatever is sent to a documented route, the answer is a documented one; awkward values cost no good rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.making import new_experiment, new_prompt
from server.process import Json, Server
from server.test_once import total
from server.test_routes import TABLE

pytestmark = pytest.mark.xdist_group("fuzz")
JSON = {"Content-Type": "application/json"}
STREAMS = {"GET /api/v1/live"}
"""Answered without end."""
TAKES_NOTHING = {"GET /healthz", "GET /readyz", "GET /api/public/health", "GET /api/v1/shared/{token}"}
EXAMPLES = 8


@pytest.fixture(scope="module")
def document(server: Server) -> Any:
    return schemathesis.openapi.from_url(f"{server.url}/openapi.json")


@dataclass(frozen=True)
class There:
    """What is there; other ids are just not found."""

    in_paths: dict[str, str]
    in_bodies: dict[str, str]


@pytest.fixture(scope="module")
def there(server: Server) -> There:
    client, project = server.client, server.project_key("fuzzed").project
    prompt = str(new_prompt(client, "fuzzed", "Hello {{name}}", "Hi {{name}}")["id"])
    variants: list[Json] = [{"name": f"variant {n}", "prompt": "fuzzed", "version": n, "weight": 50} for n in (1, 2)]
    made = new_experiment(client, "fuzzed", variants)
    experiment, variant = str(made["id"]), str(cast("list[Json]", made["variants"])[0]["id"])
    return There(
        {"project_id": project, "prompt_id": prompt, "name": "fuzzed", "experiment_id": experiment},
        {
            "project": project, "expId": experiment, "bucketId": variant, "experiment_id": experiment, "variant_id": variant,
            "experimentTitle": "fuzzed",
        },
    )  # fmt: skip


@pytest.fixture(scope="module")
def session() -> requests.Session:
    return requests.Session()


@pytest.mark.parametrize(
    ("route", "mode"),
    [
        (route, mode)
        for route in sorted(TABLE.keys() - STREAMS)
        for mode in GenerationMode
        if mode == GenerationMode.POSITIVE or route not in TAKES_NOTHING
    ],
    ids=lambda v: v if isinstance(v, str) else str(v.value),
)
def test_answers_are_as_documented(
    server: Server, document: Any, session: requests.Session, there: There, route: str, mode: GenerationMode
) -> None:
    method, path = route.split(" ")
    operation = document[path][method.lower()]

    @seed(20_261_121)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        for asked, known in ((case.path_parameters, there.in_paths), (case.body, there.in_bodies)):
            if isinstance(asked, dict):
                asked.update({name: known[name] for name in asked.keys() & known.keys()})
        answer = case.call(
            base_url=server.url, session=session, headers={"Authorization": f"Bearer {server.key}"}, timeout=20
        )
        # A backup is given back a moment after its last byte was read.
        assert answer.status_code < 500 or answer.json()["code"] == "busy", answer.text
        case.validate_response(
            answer, checks=[status_code_conformance, content_type_conformance, response_schema_conformance]
        )

    check()


AWKWARD = [
    b"-0", b"1e999", b"-1e999", b"0.1e-400", b"9007199254740993", b"18446744073709551616", b"1" * 400, b"null", b"true", b"[]",
    b"{}", b'""', b'"a\\u0000b"', b'"\\u202e\\ufeff"', b'"{project:String}"', b'"\'); DROP TABLE calls --"', b'"%s%n"', b'"\\\\N"',
    b'"0001-01-01T00:00:00Z"', b'"9999-12-31T23:59:59Z"', b'"9999-12-31T23:59:59.999999-14:00"', b'"0001-01-01T00:00:00+14:00"',
    b'"2026-11-21T10:00:00.123456789Z"', b'"2026-02-30T00:00:00Z"', b'"2026-06-30T23:59:60Z"', b'"' + b"x" * 100_000 + b'"',
    b"[" * 500 + b"]" * 500, b'{"a":' * 500 + b"1" + b"}" * 500,
]  # fmt: skip
"""JSON that few expect."""
NO_JSON = [
    b"NaN", b"Infinity", b"-Infinity", b'"\xff"', b'"\\x"', b'"\\ud800"', b'"\\udc00\\ud800"', b"[" * 3000, b'{"a":' * 3000,
]  # fmt: skip
"""Not JSON, or nearly: some readers take it."""
FIELDS = (
    "id", "timestamp", "prompt_id", "provider", "model", "status", "error_type", "http_status", "error_message", "latency_ms",
    "first_token_ms", "input_tokens", "cached_input_tokens", "cost_usd", "user_id", "properties", "input", "trace_id",
)  # fmt: skip
GOOD = b'{"prompt_id":"good","latency_ms":1}'


def odd_row(field: str, value: bytes) -> bytes:
    values = {"prompt_id": b'"odd"', "latency_ms": b"5", field: value}
    return b"{" + b",".join(b'"%b":%b' % (name.encode(), v) for name, v in values.items()) + b"}"


@pytest.mark.parametrize("field", FIELDS)
def test_awkward_values_of_a_row_cost_no_good_rows(server: Server, project: httpx.Client, field: str) -> None:
    forms = [b"%b", b'{"k":%b}', b'{"":%b}'] if field == "properties" else [b"%b"]
    odd = [odd_row(field, form.replace(b"%b", value)) for form in forms for value in AWKWARD]
    body = b'{"calls":[' + b",".join(part for row in odd for part in (GOOD, row)) + b"]}"
    answer = project.post("/api/v1/calls", content=body, headers=JSON)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["accepted"] + told["duplicates"] + len(told["rejected"]) == 2 * len(odd)
    assert all(r["index"] % 2 == 1 and r["error"] for r in told["rejected"])
    assert total(server, project) == told["accepted"] >= len(odd)
    for value in NO_JSON:
        stored = total(server, project)
        answer = project.post(
            "/api/v1/calls", content=b'{"calls":[' + GOOD + b"," + odd_row(field, value) + b"]}", headers=JSON
        )
        assert answer.status_code in {200, 400}, (value[:40], answer.text)
        kept = answer.json()["accepted"] if answer.status_code == 200 else 0
        assert total(server, project) == int(str(stored)) + kept, value[:40]
        assert kept or answer.status_code == 400, value[:40]
    listed = project.get("/api/v1/calls", params={"limit": 1000})
    assert listed.status_code == 200, listed.text
    for row in listed.json()["data"] if field == "id" else ():
        one = project.get(f"/api/v1/calls/{quoted(str(row['id']))}")
        assert (one.status_code, one.json().get("data", {}).get("id")) == (200, row["id"]), one.text
    for path in ("/api/v1/calls?format=csv", "/api/v1/calls?format=ndjson", "/metrics", "/api/v1/status"):
        assert project.get(path).status_code == 200


QUESTION = {
    "metrics": b'["total_requests"]', "start": b'"2026-11-20T00:00:00Z"', "end": b'"2026-11-22T00:00:00Z"', "bucket": b'"1h"',
    "by": b'["prompt_id"]', "where": b'[{"dimension": "model", "op": "in", "values": ["m"]}]', "compare": b'"previous"',
    "tz": b'"UTC"', "limit": b"10", "order_by": b'"total_requests"',
}  # fmt: skip


@pytest.mark.parametrize("field", QUESTION)
def test_awkward_values_of_a_question_are_answered_or_refused(project: httpx.Client, field: str) -> None:
    wrap = {
        "metrics": (b"[%b]",), "by": (b"[%b]", b'["properties.%b"]'),
        "where": (b'[{"dimension":"model","values":[%b]}]', b'{"model":%b}', b'[{"dimension":%b,"values":["x"]}]'),
    }.get(field, ())  # fmt: skip
    for awkward in AWKWARD + NO_JSON:
        for form in (b"%b", *wrap):
            given_value = form.replace(b"%b", awkward.strip(b'"') if b"properties" in form else awkward)
            values = {**QUESTION, field: given_value}
            body = b"{" + b",".join(b'"%b":%b' % (name.encode(), value) for name, value in values.items()) + b"}"
            answer = project.post("/api/v1/query", content=body, headers=JSON)
            assert answer.status_code in {200, 400, 422}, (given_value[:60], answer.text)
            json.loads(answer.content)


SENT: dict[str, dict[str, bytes]] = {
    "/api/v1/scores": {
        "expId": b'"<experiment>"', "bucketId": b'"<variant>"', "userId": b'"user-1"', "sessionId": b'"session-1"',
        "sdkEventId": b'"e"', "source": b'"sdk"', "scores": b'[{"name": "rating", "type": "float", "value": 1}]',
    },
    "/api/v1/events": {
        "experiment_id": b'"<experiment>"', "variant_id": b'"<variant>"', "user_id": b'"user-1"', "outcome": b'"success"',
        "id": b'"e"', "score": b"1", "context": b'{"plan": "pro"}', "metadata": b"{}",
    },
    "/api/v1/prompts": {
        "name": b'"another"', "type": b'"text"', "content": b'"Hello {{name}}"', "config": b"{}", "tags": b"[]", "message": b'""',
        "deploy_to": b'"production"',
    },
    "/api/v1/experiments": {
        "title": b'"another"', "hypothesis": b'""', "unit": b'"user"', "traffic": b"100", "targeting": b"[]", "notes": b'""',
        "variants": b'[{"name": "A", "prompt": "greeting"}, {"name": "B", "prompt": "greeting"}]', "metrics": b'[{"score": "x"}]',
    },
    "/api/v3/experiments/evaluate": {"experimentTitle": b'"awkward"', "context": b'{"userId": "user-1"}'},
}  # fmt: skip
WITHIN = {
    "scores": [b'[{"name":%b,"type":"string","value":"x"}]', *(b'[{"name":"x","type":"' + kind + b'","value":%b}]'
               for kind in (b"int", b"float", b"bool", b"string"))],
    "context": [b'{"userId":%b}', b'{"userId":"user-2","plan":%b}'], "metadata": [b'{"k":%b}'], "config": [b'{"k":%b}'],
    "tags": [b"[%b]"], "targeting": [b'[{"attribute":%b,"op":"exists"}]', b'[{"attribute":"plan","values":[%b]}]'],
    "variants": [b'[{"name":%b,"prompt":"greeting"},{"name":"B","prompt":"greeting"}]'], "metrics": [b'[{"score":%b}]'],
}  # fmt: skip
"""Other places for the value, by field."""


@pytest.mark.parametrize(("path", "field"), [(path, field) for path, fields in SENT.items() for field in fields])
def test_awkward_values_are_stored_or_refused(project: httpx.Client, path: str, field: str) -> None:
    new_prompt(project, "greeting", "Hello", "Hi")
    variants: list[Json] = [{"name": f"variant {n}", "prompt": "greeting", "version": n, "weight": 50} for n in (1, 2)]
    experiment = new_experiment(project, "awkward", variants)
    known = {b"<experiment>": experiment["id"], b"<variant>": cast("list[Json]", experiment["variants"])[0]["id"]}

    def sent(values: dict[str, bytes]) -> httpx.Response:
        body = b"{" + b",".join(b'"%b":%b' % (name.encode(), value) for name, value in values.items()) + b"}"
        for name, value in known.items():
            body = body.replace(name, str(value).encode())
        return project.post(path, content=body, headers=JSON)

    assert sent(SENT[path]).is_success
    for awkward in AWKWARD + NO_JSON:
        for form in (b"%b", *WITHIN.get(field, ())):
            value = form.replace(b"%b", awkward)
            answer = sent({**SENT[path], field: value})
            assert answer.status_code in {200, 201, 400, 404, 409, 422}, (value[:60], answer.text)
            json.loads(answer.content)
    of_experiment = f"/api/v1/scores/experiments/{experiment['id']}"
    for listed in (
        "/api/v1/prompts", "/api/v1/experiments", "/api/v1/scores", "/api/v1/scores?format=csv", "/api/v1/scores/by-version",
        of_experiment, f"{of_experiment}/aggregate", f"{of_experiment}/score-names",
        f"/api/v1/events/experiment/{experiment['id']}", f"/api/v1/experiments/{experiment['id']}/results",
    ):  # fmt: skip
        answer = project.get(listed)
        assert answer.status_code == 200, (listed, answer.text)


TEXTS = [
    "\x00", "a\x00b", "\ud800", "\uffff", "%", "\\", "'", "{project:String}", "x" * 256, "💥", "-1", "NaN", "1e999", "9" * 400,
    "null", "",
]  # fmt: skip
YEARS = [
    "0001-01-01", "9999-12-31", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1969-01-01T00:00:00Z", "2299-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00", "2026-W01", "2026-11-21T24:00:00Z",
]  # fmt: skip
CURSORS = [
    "0_x", "-1_x", f"{1 << 63}_x", f"{1 << 80}_x", "1_\x00", "_", "1_", "99999999999999999_x", "1795259006019507_a_b",
]  # fmt: skip
FILTERS = {
    "start": YEARS, "end": YEARS, "cursor": CURSORS, **dict.fromkeys(("prompt_id", "status", "trace_id", "search", "format"), ()),
    **dict.fromkeys(("min_latency_ms", "limit"), ("1e308", "-0", "0x10", "1_000")),
}  # fmt: skip


def quoted(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", FILTERS)
def test_awkward_filters_are_answered_or_refused(project: httpx.Client, name: str) -> None:
    for text in [*TEXTS, *FILTERS[name]]:
        given_value = f"{name}={quoted(text)}"
        paths = [
            f"/api/v1/calls?{given_value}",
            f"/api/v1/calls?format=ndjson&{given_value}",
            f"/api/metrics?{given_value}",
        ]
        for path in paths:
            answer = project.get(path)
            assert answer.status_code in {200, 400, 422}, (path, answer.text)


@pytest.mark.parametrize("text", TEXTS)
def test_awkward_paths_are_answered_or_not_found(project: httpx.Client, text: str) -> None:
    part = quoted(text)
    assert project.get(f"/api/v1/calls/{part}").status_code in {200, 404, 422}
    assert project.get(f"/api/v1/projects/{part}").status_code in {200, 404}
    assert project.delete(f"/api/v1/keys/{part}").status_code in {404, 405}
    assert project.get(f"/api/v1/status?project={part}").status_code in {200, 403}
    for path in (
        f"prompts/{part}", f"prompts/by-name/{part}", f"prompts/{part}/versions", f"experiments/{part}",
        f"experiments/{part}/results", f"scores/experiments/{part}", f"scores/experiments/{part}/aggregate",
        f"events/experiment/{part}",
    ):  # fmt: skip
        assert project.get(f"/api/v1/{path}").status_code in {200, 404, 422}, path
    assert project.get(f"/api/public/v2/prompts/{part}").status_code in {200, 400, 404}
    assert project.get(f"/{part}").status_code in {200, 404}
    assert project.get(f"/assets/{part}").status_code in {200, 404}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=st.text(st.characters(codec="latin-1", exclude_characters="\r\n\x00"), max_size=60))
def test_no_header_makes_the_server_fail(server: Server, header: str) -> None:
    raw = header.encode("latin-1")
    with server.client_of("") as client:
        for name in ("Authorization", "X-Api-Key", "Cookie", "Content-Type", "Origin", "Accept"):
            try:
                answer = client.get("/api/v1/status", headers=[(name.encode(), raw)])
                basic = client.get("/metrics", headers=[(name.encode(), b"Basic " + raw)])
            except httpx.LocalProtocolError:
                return  # the client itself will not send it
            assert answer.status_code in {400, 401}, (name, raw)
            assert basic.status_code in {200, 400, 401}, (name, raw)
