"""What each kind of channel sends: valid by the receiver's own rules, whatever the message says."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue
from standardwebhooks import Webhook, WebhookVerificationError

from clock import NOON
from notify.office import BASE_URL, Office, client, new_office
from notify.rules import pagerduty_problems, slack_problems
from notify.sinks import Got, MailSink, Reply, Sink
from promptpulse.core.errors import Refused
from promptpulse.db import Database, migrate, open_database
from promptpulse.notify.guard import Answered
from promptpulse.notify.messages import Event, Fact, Message, Severity
from promptpulse.notify.sending import pagerduty, slack, webhook
from promptpulse.notify.sending.http import deliver, outcome_of, scrubbed
from promptpulse.notify.sending.mail import mail, mail_server
from promptpulse.notify.signing import new_secret, signed
from promptpulse.notify.values import Delivered, Later, Parcel, Secret, Target, message_from, message_json
from promptpulse.notify.values import Refused as Never

SEVEN = ["alert_type", "severity", "prompt_id", "metric", "value", "threshold", "timestamp"]
EVENTS: list[Event] = ["fired", "reminder", "acknowledged", "resolved", "escalated", "note", "test"]
SEVERITIES: list[Severity] = ["info", "warning", "critical"]
TARGET = Target("id-of-the-channel", "On call", "slack", "shop", (), "us", Secret(routing_key="R" * 32))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=4000)
MESSAGES = st.builds(
    Message,
    event=st.sampled_from(EVENTS),
    thread=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=400),
    severity=st.sampled_from(SEVERITIES),
    title=TEXTS,
    text=TEXTS | st.just("<&>" * 2000),
    at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - of the strategy
    url=st.sampled_from(["", "/incidents/1", "https://elsewhere.example/1", "x" * 4000, "/" + "y" * 4000]),
    facts=st.lists(st.builds(Fact, TEXTS, TEXTS), max_size=30).map(tuple),
    body=st.just({}),
)


@pytest.fixture
def lite(tmp_path: Path) -> Database:
    """For what does not depend on the engine."""
    database = open_database(f"sqlite:///{tmp_path}/settings.db")
    migrate(database)
    return database


@pytest.fixture
def desk(lite: Database) -> Office:
    return new_office(lite)


def recorded(shared: Path, path: str) -> list[dict[str, Any]]:
    """Bodies that PagerDuty's and Slack's own clients sent."""
    file = shared / "fixtures/outgoing/pagerduty-7.2.0_slack_sdk-3.47.0.jsonl"
    return [r["body"] for r in map(json.loads, file.read_text().splitlines()) if r["path"] == path]


def test_the_rules_accept_what_the_receivers_own_clients_send(shared: Path) -> None:
    events, messages = recorded(shared, "/v2/enqueue"), recorded(shared, "/slack")
    assert len(events) == 3
    assert messages
    assert [pagerduty_problems(event) for event in events] == [[], [], []]
    assert {problem for m in messages for problem in slack_problems(m)} == set()


def test_the_rules_refuse_what_is_wrong() -> None:
    assert slack_problems(
        {"text": "", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]}
    )
    assert slack_problems({"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "a<b"}}]})
    assert pagerduty_problems({"routing_key": "short", "event_action": "trigger", "dedup_key": "x"})


@given(MESSAGES)
def test_slack_takes_any_message(given_message: Message) -> None:
    assert slack_problems(slack.payload(given_message, "shop", BASE_URL)) == []


@given(text=st.text(st.sampled_from("a&<>"), max_size=60), longest=st.integers(1, 60))
def test_escaping_cuts_no_entity(text: str, longest: int) -> None:
    found = slack.escaped(text, longest)
    assert len(found) <= longest
    plain = found.removesuffix("…").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert text.startswith(plain)
    assert (plain == text) == (not found.endswith("…"))


@given(MESSAGES.filter(lambda m: m.event != "note"))
def test_pagerduty_takes_any_message(given_message: Message) -> None:
    event = pagerduty.event(given_message, TARGET, BASE_URL)
    assert pagerduty_problems(event) == []
    assert len(json.dumps(event)) < 512_000


@given(MESSAGES)
def test_a_stored_message_comes_back_as_it_was(given_message: Message) -> None:
    assert message_from(json.loads(json.dumps(message_json(given_message)))) == given_message


def test_slack_gets_a_headline_facts_and_a_button(desk: Office, sink: Sink) -> None:
    channel = desk.channel("slack", url=sink.url)
    desk.enqueue(channel, "a")
    desk.delivery().drain()
    sent = sink.got[0].json
    assert sink.got[0].headers["content-type"] == "application/json"
    assert sent["text"] == "Critical: p95 latency of support-reply is above 2 s"
    assert [block["type"] for block in sent["blocks"]] == ["header", "section", "section", "context", "actions"]
    assert sent["blocks"][2]["fields"][0]["text"] == "*p95 latency*\n3.5 s"
    assert sent["blocks"][4]["elements"][0]["url"] == f"{BASE_URL}/incidents/1"


def test_pagerduty_opens_acknowledges_and_resolves_one_incident_a_thread(desk: Office, sink: Sink) -> None:
    channel = desk.channel("pagerduty", url=sink.url, routing_key="R" * 32)
    sink.reply = lambda _: Reply(202, '{"status": "success", "message": "Event processed"}')
    events: list[Event] = ["fired", "reminder", "acknowledged", "resolved", "note"]
    for event in events:
        desk.enqueue(channel, event, event=event)
    desk.delivery().drain()
    sent = [got.json for got in sink.got]
    assert [one["event_action"] for one in sent] == ["trigger", "trigger", "acknowledge", "resolve"]
    assert {one["dedup_key"] for one in sent} == {"alert-1"}
    assert sent[0]["payload"] == {
        "summary": "p95 latency of support-reply is above 2 s",
        "source": "PromptPulse, default",
        "severity": "critical",
        "timestamp": "2026-11-21T11:59:00Z",
        "group": "default",
        "component": "support-reply",
        "class": "latency_spike",
        "custom_details": {"p95 latency": "3.5 s", "Threshold": "2 s", "text": "It is 3.5 s since 11:55."},
    }
    assert desk.messages()["note"].said == "a note: PagerDuty is told of alerts only"


def test_a_test_of_pagerduty_leaves_no_open_incident(desk: Office, sink: Sink) -> None:
    channel = desk.channel("pagerduty", url=sink.url, routing_key="R" * 32)
    assert desk.delivery().test(desk.project, channel, desk.by).ok
    sent = [got.json for got in sink.got]
    assert [one["event_action"] for one in sent] == ["trigger", "resolve"]
    assert sent[0]["dedup_key"] == sent[1]["dedup_key"]


def test_pagerduty_is_asked_where_the_account_is() -> None:
    assert pagerduty.RECEIVERS["us"] == "https://events.pagerduty.com/v2/enqueue"
    assert pagerduty.RECEIVERS["eu"] == "https://events.eu.pagerduty.com/v2/enqueue"


def test_a_webhook_gets_exactly_the_seven_fields_first_and_more_after_them(desk: Office, sink: Sink) -> None:
    channel = desk.channel(url=sink.url)
    desk.enqueue(channel, "a")
    desk.delivery().drain()
    sent = sink.got[0].json
    assert list(sent)[:7] == SEVEN
    assert [sent[name] for name in SEVEN] == [
        "latency_spike", "critical", "support-reply", "p95_latency", 3500, 2000, "2026-11-21T11:59:00Z",
    ]  # fmt: skip
    assert list(sent)[7:] == ["rule", "event", "title", "text", "url", "thread", "facts"]


@given(MESSAGES)
def test_the_seven_fields_are_first_whatever_the_message_holds(given_message: Message) -> None:
    bodies: list[dict[str, JsonValue]] = [{}, {"value": 1, "zeta": 2, "alert_type": "no_data", "event": "mine"}]
    for body in bodies:
        assert list(webhook.body_of(replace(given_message, body=body), BASE_URL))[:7] == SEVEN


def verified(secret: str, got: Got, at: datetime) -> object:
    """By the reference library, to which the moment of the request is now: it has no other clock than the machine's."""
    shift = int(datetime.now(UTC).timestamp()) - int(at.timestamp())
    second = str(int(got.headers["webhook-timestamp"]) + shift)
    assert abs(int(second) - int(datetime.now(UTC).timestamp())) < 60
    verifier = Webhook(secret)
    expected = verifier.sign(got.headers["webhook-id"], at.replace(tzinfo=None), got.body.decode())
    if expected not in got.headers["webhook-signature"].split(" "):
        raise WebhookVerificationError("No matching signature found")
    return json.loads(got.body)


def test_the_reference_library_verifies_a_webhook(desk: Office, sink: Sink) -> None:
    channel, secret = desk.signing(url=sink.url, authorization="Bearer token-of-the-receiver")
    desk.clock.now = datetime.now(UTC)  # the library refuses what is older than five minutes
    desk.enqueue(channel, "a", text="Grüße — 終わり")
    desk.delivery().drain()
    got = sink.got[0]
    assert Webhook(secret).verify(got.body, got.headers)["metric"] == "p95_latency"
    assert got.headers["authorization"] == "Bearer token-of-the-receiver"
    assert "." not in got.headers["webhook-id"]
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(got.body + b" ", got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(got.body, got.headers)


def test_a_retry_is_signed_anew_with_the_same_id(desk: Office, sink: Sink) -> None:
    channel, secret = desk.signing(url=sink.url)
    desk.clock.now = datetime.now(UTC) - timedelta(seconds=60)
    desk.enqueue(channel, "a")
    sink.reply = lambda _: Reply(503)
    desk.delivery().drain()
    desk.clock.forward(seconds=60)
    desk.delivery().drain()
    first, second = sink.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert Webhook(secret).verify(second.body, second.headers)


def test_a_replaced_signing_secret_signs_beside_the_new_one_for_a_day(desk: Office, sink: Sink) -> None:
    channel, old = desk.signing(url=sink.url)
    new = desk.change(channel, new_signing_secret=True)
    assert new is not None
    assert new != old
    desk.enqueue(channel, "a")
    desk.delivery().drain()
    assert verified(old, sink.got[0], NOON)
    assert verified(new, sink.got[0], NOON)
    desk.clock.forward(days=1)
    desk.enqueue(channel, "b")
    desk.delivery().drain()
    assert verified(new, sink.got[1], desk.clock())
    with pytest.raises(WebhookVerificationError):
        verified(old, sink.got[1], desk.clock())


@given(st.binary(max_size=2000), st.integers(1, 4_000_000_000))
def test_signatures_are_those_of_the_reference_library(body: bytes, second: int) -> None:
    secret, at = new_secret(), datetime.fromtimestamp(second, UTC)
    text = body.decode(errors="ignore")
    found = signed((secret,), "msg_1", at, text.encode())
    assert found["webhook-signature"] == Webhook(secret).sign("msg_1", at.replace(tzinfo=None), text)
    assert found["webhook-timestamp"] == str(second)


@pytest.fixture
def post_office(lite: Database, mail_sink: MailSink) -> Office:
    return new_office(lite, mail_sink.url)


def test_a_mail_has_text_and_html_and_stays_in_the_thread_of_its_alert(
    post_office: Office, mail_sink: MailSink
) -> None:
    channel = post_office.channel("email", addresses=["Grace@example.com", "ada@example.com"])
    post_office.enqueue(channel, "a", text="5xx <b>everywhere</b> & more", facts=(Fact("Users", "12"),))
    post_office.enqueue(channel, "b", event="resolved")
    post_office.enqueue(channel, "c", thread="another alert")
    post_office.delivery().drain()
    (to, first), (_, second), (_, third) = mail_sink.got
    assert to == ["grace@example.com", "ada@example.com"]
    assert first["Subject"] == "[default] Critical: p95 latency of support-reply is above 2 s"
    assert second["Subject"] == "[default] Resolved: p95 latency of support-reply is above 2 s"
    assert first["From"] == "PromptPulse <pulse@example.com>"
    assert first["List-Id"].endswith(".alerts.example.com>")
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["In-Reply-To"] == second["In-Reply-To"] != third["In-Reply-To"]
    assert len({mail["Message-ID"] for mail in (first, second, third)}) == 3
    plain, html = first.get_body(("plain",)), first.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "5xx <b>everywhere</b> & more\n\nUsers: 12\n\nhttps://pulse.example.com/incidents/1" in _lines(
        plain.get_content()
    )
    assert "5xx &lt;b&gt;everywhere&lt;/b&gt; &amp; more" in html.get_content()


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


@given(MESSAGES)
def test_any_message_is_a_mail(given_message: Message) -> None:
    server = mail_server("smtp://localhost", "")
    assert server is not None
    target = replace(TARGET, addresses=("ada@example.com",), project="a\nb")
    parcel = Parcel("p", given_message, NOON)
    found = mail(given_message, target, server, parcel, BASE_URL)
    assert found.as_bytes()
    assert "\n" not in found["Subject"]


@pytest.mark.parametrize(
    ("answer", "state", "said"),
    [
        ("550 no such user", "dead", "refused: ada@example.com (550 no such user)"),
        ("451 greylisted", "waiting", "refused: ada@example.com (451 greylisted)"),
    ],
)
def test_a_recipient_is_refused_for_good_or_for_now(
    post_office: Office, mail_sink: MailSink, answer: str, state: str, said: str
) -> None:
    channel = post_office.channel("email", addresses=["ada@example.com"])
    post_office.enqueue(channel, "a")
    mail_sink.refuse = lambda _: answer
    post_office.delivery().drain()
    assert post_office.states() == {"a": state}
    assert post_office.messages()["a"].said == said


def test_a_mail_that_reaches_some_is_sent_and_says_whom_it_missed(post_office: Office, mail_sink: MailSink) -> None:
    channel = post_office.channel("email", addresses=["ada@example.com", "gone@example.com"])
    post_office.enqueue(channel, "a")
    mail_sink.refuse = lambda address: "550 no such user" if address.startswith("gone") else ""
    post_office.delivery().drain()
    assert post_office.states() == {"a": "sent"}
    assert post_office.messages()["a"].said == "sent, but not to gone@example.com (550 no such user)"


@pytest.mark.parametrize("url", ["", "smtp://127.0.0.1:9"])
def test_mails_wait_for_a_mail_server(lite: Database, url: str) -> None:
    office = new_office(lite, url)
    channel = office.channel("email", addresses=["ada@example.com"])
    office.enqueue(channel, "a")
    office.delivery().drain()
    assert office.states() == {"a": "waiting"}


def test_mails_are_not_sent_in_the_clear_when_tls_is_required(lite: Database, mail_sink: MailSink) -> None:
    office = new_office(lite, f"{mail_sink.url}?tls=required")
    office.enqueue(office.channel("email", addresses=["ada@example.com"]), "a")
    office.delivery().drain()
    assert "STARTTLS" in (office.messages()["a"].said or "")
    assert mail_sink.got == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://host.example", ("host.example", 25, "", "", False, False)),
        ("smtp://u%40x:p%2Fw@host.example", ("host.example", 587, "u@x", "p/w", False, False)),
        ("smtps://u:p@host.example", ("host.example", 465, "u", "p", True, False)),
        ("smtp://u:p@host.example:2525?tls=required", ("host.example", 2525, "u", "p", False, True)),
    ],
)
def test_the_mail_server_is_read_from_its_url(url: str, expected: tuple[object, ...]) -> None:
    found = mail_server(url, "")
    assert found is not None
    assert (found.host, found.port, found.user, found.password, found.implicit_tls, found.tls_required) == expected


@pytest.mark.parametrize(
    "url", ["http://u:sentinel@host", "smtp://", "smtp://u:sentinel@host:x", "smtp://h?tsl=required"]
)
def test_a_bad_url_of_a_mail_server_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(Refused, match="smtp_url") as refused:
        mail_server(url, "")
    assert "sentinel" not in refused.value.message


def test_apprise_sends_to_what_it_knows(desk: Office, sink: Sink) -> None:
    channel = desk.channel("apprise", url=f"json://127.0.0.1:{sink.port}/path")
    desk.enqueue(channel, "a")
    desk.delivery().drain()
    assert sink.got[0].json["title"] == "Critical: p95 latency of support-reply is above 2 s"
    assert sink.got[0].json["type"] == "failure"
    assert "p95 latency: 3.5 s" in sink.got[0].json["message"]
    sink.reply = lambda _: Reply(500, "no")
    desk.enqueue(channel, "b")
    desk.delivery().drain()
    assert desk.states() == {"a": "sent", "b": "waiting"}
    assert (desk.messages()["b"].said or "").startswith("not sent: ")


LONG = "https://hooks.slack.com/services/T00000000/B00000000/sentinelsecret9xYz"


@pytest.mark.parametrize(
    "text",
    [
        f"no route to {LONG}", "Cannot POST /services/T00000000/B00000000/sentinelsecret9xYz", "sentinelsecret9xYz is unknown",
        "Authorization: Bearer sentinelsecret9xYz", "user sentineluser:sentinelpass", "?token=sentineltoken&x=1",
    ],
)  # fmt: skip
def test_what_a_receiver_repeats_of_a_secret_is_taken_out(text: str) -> None:
    secrets = [LONG, "Bearer sentinelsecret9xYz", "https://sentineluser:sentinelpass@h/p?token=sentineltoken"]
    assert "sentinel" not in scrubbed(text, secrets)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Delivered("200 x")), (202, Delivered("202 x")), (204, Delivered("204 x")),
        (301, Never("301 x: redirects are not followed; enter the final address")), (400, Never("400 x")),
        (404, Never("404 x", gone=True)), (410, Never("410 x", gone=True)), (429, Later("429 x", 7.0)), (500, Later("500 x", 7.0)),
    ],
)  # fmt: skip
def test_an_answer_says_whether_another_try_helps(status: int, outcome: object) -> None:
    assert outcome_of(Answered(status, " x ", "7"), (), frozenset({404, 410}), NOON) == outcome


def test_a_receiver_that_drips_its_answer_is_left(
    new_sink: Callable[[], Sink], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes in time, but the whole does not."""
    monkeypatch.setattr("promptpulse.notify.guard.LONGEST_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not stop.wait(0.05):
                    try:
                        connection.sendall(b"X-A: b\r\n")
                    except OSError:
                        return

        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        outcome = deliver(client(), url, b"{}", {}, secrets=(), gone=frozenset(), now=NOON)
        stop.set()
        dripping.join(5)
    assert outcome == Later("127.0.0.1 did not answer in time")


def test_no_more_of_an_answer_is_read_than_is_shown(desk: Office, sink: Sink) -> None:
    channel = desk.channel(url=sink.url)
    desk.enqueue(channel, "a")
    sink.reply = lambda _: Reply(400, "y" * 1_000_000)
    desk.delivery().drain()
    assert len(desk.messages()["a"].said or "") <= 300
