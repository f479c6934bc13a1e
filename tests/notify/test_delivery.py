"""The outbox and how it is emptied: order, retries, giving up, switching off, and who sends what."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from clock import NOON
from notify.office import Office, message
from notify.sinks import Reply, Sink
from promptpulse.core.errors import Conflict, NotFound
from promptpulse.notify import channels
from promptpulse.notify.delivery import BACKOFF_S, JITTER, LEASE, MOST_FAILING, MOST_LANES, tidy, wait_s
from promptpulse.notify.models import ChannelRow, DeliveryRow
from promptpulse.notify.outbox import channels_for, enqueue, resend
from promptpulse.notify.secrets import Keyring


def until(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


def test_messages_of_a_channel_arrive_in_order(office: Office, sink: Sink) -> None:
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "a", "b", "c")
    assert office.delivery().drain() == 3
    order = [office.messages()[key].id for key in "abc"]
    assert [got.headers["webhook-id"] for got in sink.got] == order
    assert office.states() == {"a": "sent", "b": "sent", "c": "sent"}
    assert {row.said for row in office.messages().values()} == {"200 ok"}


def test_a_key_is_one_message_a_channel_also_after_it_was_sent(office: Office, sink: Sink) -> None:
    first, second = office.channel(url=sink.url), office.channel(name="Other", url=sink.url)
    for _ in range(2):
        with office.database.writing() as session:
            enqueue(session, office.project, [first, second, first], message(), "fired 1", NOON)
        office.delivery().drain()
    assert len(sink.got) == 2
    assert len({got.headers["webhook-id"] for got in sink.got}) == 2


def test_what_is_rolled_back_is_never_sent(office: Office, sink: Sink) -> None:
    channel = office.channel(url=sink.url)
    with pytest.raises(ZeroDivisionError), office.database.writing() as session:
        enqueue(session, office.project, [channel], message(), "fired 1", NOON)
        raise ZeroDivisionError
    assert office.delivery().drain() == 0
    assert sink.got == []


def test_channels_of_others_and_unknown_ones_are_passed_over(office: Office, sink: Sink) -> None:
    channel = office.channel(url=sink.url)
    with office.database.writing() as session:
        enqueue(session, "00000000-0000-7000-8000-000000000000", [channel], message(), "stolen", NOON)
        enqueue(session, office.project, ["nowhere", "x\x00", NOON.isoformat()], message(), "lost", NOON)
    assert office.messages() == {}


def test_a_key_of_any_length_is_unique(office: Office, sink: Sink) -> None:
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "x" * 500 + "1", "x" * 500 + "2", "x" * 500 + "1")
    assert len(office.messages()) == 2


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again_and_later_messages_of_its_thread_wait_behind_it(
    office: Office, sink: Sink, status: int
) -> None:
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "a", "b")
    sink.reply = lambda _: Reply(status, "busy")
    assert office.delivery().drain() == 1
    assert office.states() == {"a": "waiting", "b": "waiting"}
    assert office.delivery().drain() == 0, "not before its time"
    row = office.row(channel)
    assert (row.failures, row.last_error, row.failing_since) == (1, f"{status} busy", NOON)
    retry_at = office.messages()["a"].retry_at
    assert retry_at is not None
    assert timedelta(seconds=4) <= retry_at - NOON <= timedelta(seconds=6)
    sink.reply = lambda _: Reply()
    office.clock.now = retry_at
    assert office.delivery().drain() == 2
    ids = [got.headers["webhook-id"] for got in sink.got]
    assert ids[0] == ids[1] != ids[2], "a try again has the id of the first"
    assert (office.row(channel).failures, office.row(channel).last_error) == (0, None)


def test_a_message_that_is_never_taken_holds_back_its_own_thread_alone(office: Office, sink: Sink) -> None:
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "poison", "behind it", thread="alert-1")
    office.enqueue(channel, *(f"other {i}" for i in range(3)), thread="alert-2")
    poison = office.messages()["poison"].id
    sink.reply = lambda got: Reply(500) if got.headers["webhook-id"] == poison else Reply()
    delivery = office.delivery()
    assert delivery.drain() == 4, "without a pause"
    assert office.states() == {"poison": "waiting", "behind it": "waiting", **{f"other {i}": "sent" for i in range(3)}}
    assert (office.row(channel).failures, office.row(channel).retry_at) == (0, None)
    assert delivery.drain() == 0, "nothing may be tried now"
    for i in range(5):  # its own pauses get longer; what comes in the meantime is sent at once
        office.clock.now = office.messages()["poison"].retry_at or NOON
        office.enqueue(channel, f"new {i}", thread=f"alert {i}")
        assert delivery.drain() == 2
        assert office.states()[f"new {i}"] == "sent"
    assert (office.messages()["poison"].retry_at or NOON) - office.clock.now > timedelta(minutes=4)
    assert [n.title for n in office.notifications()] == ["A message to Hook does not arrive"]
    sink.reply = lambda _: Reply()
    office.clock.now = office.messages()["poison"].retry_at or NOON
    assert delivery.drain() == 2
    assert set(office.states().values()) == {"sent"}
    assert [got.headers["webhook-id"] for got in sink.got][-2:] == [poison, office.messages()["behind it"].id]


def test_a_receiver_that_takes_nothing_is_tried_with_one_thread_after_the_other(office: Office, sink: Sink) -> None:
    channel = office.channel(url=sink.url)
    for key in "abcd":
        office.enqueue(channel, key, thread=key)
    sink.reply = lambda _: Reply(503)
    delivery = office.delivery()
    assert delivery.drain() == 2, "after two failures in a row it pauses"
    tried = []
    for _ in range(4):
        office.clock.now = office.row(channel).retry_at or NOON
        assert delivery.drain() == 1
        tried.append(sink.got[-1].headers["webhook-id"])
    names = {row.id: key for key, row in office.messages().items()}
    assert [names[one] for one in tried] == ["c", "d", "a", "b"]
    assert [n.title for n in office.notifications()] == ["Messages to Hook do not arrive"]
    office.change(channel, url=sink.url)  # given again: all is tried at once
    sink.reply = lambda _: Reply()
    assert delivery.drain() == 4


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0), ("0", None), ("1.5", None), ("99999999", 3600.0),
        ("Sat, 21 Nov 2026 12:02:00 GMT", 120.0), ("Sat, 21 Nov 2026 11:00:00 GMT", None), ("soon", None), ("-5", None),
    ],
)  # fmt: skip
def test_a_receiver_may_ask_for_a_longer_pause_but_not_for_a_shorter_one(
    office: Office, sink: Sink, header: str, seconds: float | None
) -> None:
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "a")
    sink.reply = lambda _: Reply(429, "slow down", {"Retry-After": header})
    office.delivery().drain()
    retry_at, message_id = office.messages()["a"].retry_at, office.messages()["a"].id
    assert retry_at is not None
    assert (retry_at - NOON).total_seconds() == pytest.approx(seconds or wait_s(1, message_id), abs=0.001)


@given(failures=st.integers(1, 10_000), seed=st.text(max_size=20), asked=st.none() | st.floats(0, 3600))
def test_a_pause_is_within_its_jitter_and_never_shorter_than_asked(
    failures: int, seed: str, asked: float | None
) -> None:
    base = BACKOFF_S[min(failures, len(BACKOFF_S)) - 1]
    found = wait_s(failures, seed, asked)
    assert found == wait_s(failures, seed, asked), "the same seed, the same pause"
    assert base * (1 - JITTER) <= found <= max(base * (1 + JITTER), asked or 0)
    assert found >= (asked or 0)


def test_pauses_of_channels_that_failed_together_differ() -> None:
    assert len({wait_s(1, f"channel {i}") for i in range(100)}) == 100


@pytest.mark.parametrize("status", [400, 401, 403, 405, 413, 422])
def test_what_a_receiver_will_never_take_is_dead_at_once_and_delays_nothing(
    office: Office, sink: Sink, status: int
) -> None:
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "bad", "good")
    sink.reply = lambda _: Reply(status, "no") if len(sink.got) == 1 else Reply()
    assert office.delivery().drain() == 2
    assert office.states() == {"bad": "dead", "good": "sent"}
    assert office.messages()["bad"].said == f"{status} no"
    assert office.row(channel).enabled
    assert [n.title for n in office.notifications()] == ["A message to Hook was refused"]


def test_redirects_are_not_followed(office: Office, sink: Sink, new_sink: Callable[[], Sink]) -> None:
    other = new_sink()
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "a")
    sink.reply = lambda _: Reply(307, "", {"Location": other.url})
    office.delivery().drain()
    assert (office.states(), len(sink.got), other.got) == ({"a": "dead"}, 1, [])


@pytest.mark.parametrize(("kind", "status"), [("webhook", 404), ("webhook", 410), ("slack", 404), ("slack", 410)])
def test_a_receiver_that_is_gone_switches_its_channel_off_where_all_can_see(
    office: Office, sink: Sink, kind: str, status: int
) -> None:
    channel = office.channel(kind, url=sink.url)
    office.enqueue(channel, "a", "b")
    sink.reply = lambda _: Reply(status, "no_service")
    assert office.delivery().drain() == 1
    office.enqueue(channel, "later")
    assert set(office.states().values()) == {"dead"}, "also what comes later is to be seen"
    assert "no_service" in (office.messages()["later"].said or "")
    row = office.row(channel)
    assert not row.enabled
    assert row.off_reason == f"switched off, because the receiver is gone: {status} no_service"
    assert [n.title for n in office.notifications()] == ["The channel Hook was switched off"]
    off = [entry for entry in office.audit() if entry.action == "channel.off"]
    assert [(entry.actor, entry.target) for entry in off] == [("PromptPulse", "Hook")]
    sink.reply = lambda _: Reply()
    office.change(channel, enabled=True)
    with office.database.writing() as session:
        for delivery in office.messages().values():
            resend(session, office.project, delivery.id, office.by)
    assert office.delivery().drain() == 3
    assert set(office.states().values()) == {"sent"}


def test_a_message_to_a_channel_that_a_person_switched_off_is_none(office: Office, sink: Sink) -> None:
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "before")
    office.change(channel, enabled=False)
    office.enqueue(channel, "after")
    assert office.states() == {"before": "dead"}
    assert office.messages()["before"].said == "not sent: the channel was switched off"


def test_a_dead_receiver_is_given_a_day_and_people_are_told_once(office: Office) -> None:
    channel = office.channel(url="http://127.0.0.1:9/")
    office.enqueue(channel, "first")
    for hours in range(1, 25):
        assert office.delivery().drain() == 1
        assert office.states()["first"] == "waiting"
        office.clock.now = NOON + timedelta(hours=hours)
    office.enqueue(channel, "newer")
    office.clock.forward(minutes=1)
    assert office.delivery().drain() == 1
    assert office.states() == {"first": "dead", "newer": "waiting"}
    assert (office.messages()["first"].said or "").startswith("given up after 24 h: 127.0.0.1 could not be reached")
    assert [n.title for n in office.notifications()] == ["Messages to Hook do not arrive"]
    assert office.row(channel).enabled, "it may come back"


def test_a_dead_message_is_sent_again_with_its_id_and_a_sent_one_is_not(office: Office, sink: Sink) -> None:
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "a")
    sink.reply = lambda _: Reply(400)
    office.delivery().drain()
    dead = office.messages()["a"].id
    sink.reply = lambda _: Reply()
    with office.database.writing() as session:
        resend(session, office.project, dead, office.by)
    assert office.delivery().drain() == 1
    assert [got.headers["webhook-id"] for got in sink.got] == [dead, dead]
    with pytest.raises(Conflict, match="is sent"), office.database.writing() as session:
        resend(session, office.project, dead, office.by)
    with pytest.raises(NotFound), office.database.writing() as session:
        resend(session, "another project", dead, office.by)


def test_a_process_that_died_while_it_sent_delays_its_channel_by_the_lease_and_loses_nothing(
    office: Office, sink: Sink
) -> None:
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "a")
    died = office.delivery("process 1")
    assert died._claim(channel) is not None
    alive = office.delivery("process 2")
    assert alive.drain() == 0, "the claim holds"
    office.clock.now = NOON + LEASE
    assert alive.drain() == 1
    assert office.states() == {"a": "sent"}
    assert office.messages()["a"].attempts == 2


def test_a_process_that_is_alone_need_not_wait_for_the_lease_of_a_dead_one(office: Office, sink: Sink) -> None:
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "a")
    office.delivery("process 1")._claim(channel)
    delivery = office.delivery("process 2")
    delivery.start(alone=True)
    try:
        until(lambda: office.states() == {"a": "sent"})
    finally:
        delivery.close()


def test_two_processes_never_send_the_messages_of_a_channel_at_once(office: Office, sink: Sink) -> None:
    hooks = [office.channel(name=f"Hook {i}", url=sink.url) for i in range(4)]
    running = [office.delivery(f"process {i}") for i in range(2)]
    for one in running:
        one.start(alone=False)
    try:
        for i in range(10):
            for channel in hooks:
                office.enqueue(channel, f"{channel} {i}")
        until(lambda: len(office.states()) == 40 and set(office.states().values()) == {"sent"}, 30)
    finally:
        for one in running:
            one.close()
    ids = [got.headers["webhook-id"] for got in sink.got]
    assert len(ids) == len(set(ids)) == 40
    for channel in hooks:
        of_channel = [row.id for row in office.messages().values() if row.channel_id == channel]
        assert [i for i in ids if i in of_channel] == of_channel


def test_a_receiver_that_hangs_delays_other_channels_by_nothing(
    office: Office, sink: Sink, new_sink: Callable[[], Sink]
) -> None:
    hanging = new_sink()
    hanging.silent.set()
    stuck = [office.channel(name=f"Stuck {i}", url=hanging.url) for i in range(10)]
    for channel in stuck:
        office.enqueue(channel, f"stuck {channel}")
    good = office.channel(name="Good", url=sink.url)
    delivery = office.delivery()
    delivery.start(alone=True)
    try:
        until(lambda: len(hanging.got) == 10)
        began = time.monotonic()
        office.enqueue(good, *(f"good {i}" for i in range(20)))
        until(lambda: len(sink.got) == 20)
        assert time.monotonic() - began < 3, "far less than the ten seconds that the others hang"
    finally:
        hanging.ended.set()
        delivery.close()
    assert {state for key, state in office.states().items() if key.startswith("stuck")} == {"waiting"}


def test_failing_channels_never_take_all_places(office: Office) -> None:
    assert MOST_FAILING < MOST_LANES
    sending = threading.Event()
    delivery = office.delivery()
    held: list[str] = []

    def hold(channel_id: str) -> None:
        held.append(channel_id)
        sending.wait(20)

    delivery._send_all = hold  # type: ignore[method-assign, assignment]
    failing = [(f"failing {i}", True) for i in range(100)]
    delivery._ready = lambda: [*failing, ("good", False)]  # type: ignore[method-assign]
    delivery._start_lanes()
    try:
        until(lambda: "good" in held)
        assert len(held) == MOST_FAILING + 1
    finally:
        sending.set()


def test_a_commit_wakes_delivery_at_once(office: Office, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("promptpulse.notify.delivery.LOOK_S", 60.0)
    channel = office.channel(url=sink.url)
    delivery = office.delivery()
    delivery.start(alone=True)
    try:
        office.enqueue(channel, "a")
        until(lambda: office.states() == {"a": "sent"}, 5)
    finally:
        delivery.close()


def test_a_deleted_channel_takes_its_messages_with_it_while_one_is_sent(office: Office, sink: Sink) -> None:
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "a", "b")

    def delete(_: object) -> Reply:
        with office.database.writing() as session:
            channels.delete(session, channels.existing(session, office.project, channel), office.by)
        return Reply()

    sink.reply = delete
    assert office.delivery().drain() == 1
    assert office.messages() == {}


def test_a_secret_that_another_key_encrypted_is_said_and_can_be_entered_again(office: Office, sink: Sink) -> None:
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "a")
    office.keyring = Keyring(Fernet.generate_key().decode())
    office.delivery().drain()
    assert office.row(channel).last_error == "its secret was encrypted with another key; enter it again"
    with pytest.raises(Conflict, match="enter it again"):
        office.change(channel, authorization="Bearer x")
    office.change(channel, url=sink.url)
    assert office.delivery().drain() == 1
    assert office.states() == {"a": "sent"}


def test_a_sender_that_breaks_is_a_failed_try_and_its_secret_is_not_logged(
    office: Office, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "a")
    delivery = office.delivery()

    def broken(target: object, parcel: object) -> None:
        raise RuntimeError(sink.url)

    delivery.post.senders["webhook"] = broken  # type: ignore[index]
    delivery.drain()
    assert office.states() == {"a": "waiting"}
    assert "RuntimeError" in caplog.text
    assert "sentinelsecret" not in caplog.text + str(office.row(channel).last_error)


def test_a_message_that_cannot_be_read_is_dead_and_delays_nothing(office: Office, sink: Sink) -> None:
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "of another version", "good")
    with office.database.writing() as session:
        number = office.messages()["of another version"].number
        session.get_one(DeliveryRow, number).message = {"event": "from the future"}
    assert office.delivery().drain() == 1
    assert office.states() == {"of another version": "dead", "good": "sent"}
    assert office.messages()["of another version"].said == "not sent: the stored message cannot be read"


def test_messages_go_out_when_the_clock_was_wrong_and_is_put_back(office: Office, sink: Sink) -> None:
    channel = office.channel(url=sink.url)
    office.clock.now = NOON + timedelta(days=3650)
    office.enqueue(channel, "a")
    sink.reply = lambda _: Reply(500 if len(sink.got) == 1 else 200)
    office.delivery().drain()
    with office.database.writing() as session:  # and its process was killed while it sent
        row = session.get_one(ChannelRow, channel)
        row.holder, row.held_until = "another process", office.clock() + LEASE
    office.clock.now = NOON
    assert office.delivery().drain() == 1
    assert office.states() == {"a": "sent"}


def test_alerts_go_to_the_channels_of_their_severity(office: Office, sink: Sink) -> None:
    hook = office.channel(url=sink.url)
    pager = office.channel("pagerduty", "Pager", routing_key="R" * 32)
    chat = office.channel("slack", "Chat", url=sink.url, severities=["info"])
    with office.database.sessions() as session:
        found = {s: channels_for(session, office.project, s) for s in channels.SEVERITIES}
        assert channels_for(session, "another project", "critical") == ()
    assert found == {"info": (chat,), "warning": (hook,), "critical": (hook, pager)}


def test_old_messages_and_notifications_are_forgotten(office: Office, sink: Sink) -> None:
    channel = office.channel(url=sink.url)
    office.enqueue(channel, "sent", "dead", "waiting")
    sink.reply = lambda _: Reply(400 if len(sink.got) == 2 else 200) if len(sink.got) < 3 else Reply(500)
    office.delivery().drain()
    assert office.states() == {"sent": "sent", "dead": "dead", "waiting": "waiting"}
    for days, left in ((30, ["sent", "dead", "waiting"]), (31, ["dead", "waiting"]), (91, ["waiting"])):
        with office.database.writing() as session:
            tidy(session, NOON + timedelta(days=days))
        assert list(office.messages()) == left
    assert office.notifications() == []
