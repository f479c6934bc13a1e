"""Reports are made once for each period, whatever happens to the server; and what arrives by mail."""

from __future__ import annotations

import logging
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.message import EmailMessage
from threading import Barrier

import pytest

from promptpulse.accounts.models import Project
from promptpulse.core.errors import Conflict
from promptpulse.metrics import zone
from promptpulse.notify.models import DeliveryRow
from promptpulse.reports import runs, service
from promptpulse.reports.content import Content
from promptpulse.reports.mailing import read_token
from promptpulse.reports.pdf import pdf
from promptpulse.reports.render import Links
from promptpulse.server import configure_logging
from promptpulse.settings import Settings
from reports.conftest import FRIDAY, HOUR, Desk

DAILY: dict[str, object] = {"kind": "daily", "hour": 8}
NIGHTLY: dict[str, object] = {"kind": "daily", "hour": 2, "minute": 30}
SUMMER_MIDNIGHT = datetime(2037, 10, 22, 22, tzinfo=UTC)
"""Of Friday in Berlin."""
sqlite_only = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""For what a report says; when it is made is tested on each database."""


def parts(letter: EmailMessage) -> tuple[str, str, dict[str, bytes]]:
    """Text, HTML, and images by their id."""
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert isinstance(text, EmailMessage)
    assert isinstance(html, EmailMessage)
    images = {
        str(part["Content-ID"]).strip("<>"): part.get_payload(decode=True)
        for part in letter.walk()
        if part.get_content_type() == "image/png"
    }
    return str(text.get_content()), str(html.get_content()), {k: v for k, v in images.items() if isinstance(v, bytes)}


def requests_of(letter: EmailMessage) -> int:
    found = re.search(r"Requests: (\d+)", parts(letter)[0])
    assert found, parts(letter)[0]
    return int(found[1])


def test_each_night_has_its_report_over_the_end_of_summer_time(desk: Desk) -> None:
    """02:30 comes twice on Sunday, which has 25 hours."""
    desk.calls(SUMMER_MIDNIGHT, 24 * 5)
    desk.define(NIGHTLY)
    for _ in range(24 * 4 * 2):
        desk.round(minutes=30)
    made = desk.runs()
    assert [(run.kind, run.state) for run in made] == [("scheduled", "made")] * 4
    # Saturday and Sunday in summer time, which is 2 h ahead; then 1 h
    assert [f"{run.due_at:%a %H:%M}" for run in made] == ["Sat 00:30", "Sun 00:30", "Mon 01:30", "Tue 01:30"]
    assert [requests_of(letter) for letter in desk.deliver()] == [24, 24, 25, 24]


def test_a_server_that_was_away_makes_up_for_each_morning_once(desk: Desk) -> None:
    desk.calls(SUMMER_MIDNIGHT, 48)
    desk.define(DAILY)
    desk.round(days=3)  # Monday noon: Saturday's, Sunday's and Monday's are due
    desk.round()
    made = desk.runs()
    assert [run.state for run in made] == ["made"] * 3
    assert [(run.end_at - run.start_at) / HOUR for run in made] == [24, 24, 25]
    said = [letter["Subject"] for letter in desk.deliver()]
    assert [re.sub(r".*Morning: ", "", str(text)) for text in said] == [
        "Friday, 23 October 2037", "Saturday, 24 October 2037", "Sunday, 25 October 2037",
    ]  # fmt: skip
    desk.deliver()
    assert len(desk.sink.got) == 3


def test_what_is_a_week_late_is_noted_and_not_sent(desk: Desk) -> None:
    desk.define(DAILY)
    desk.round(days=10)
    states = [run.state for run in desk.runs()]
    assert states == ["skipped"] * 3 + ["made"] * 7
    assert "more than 7 days" in str(desk.runs()[0].said)


def test_two_servers_make_one_report(desk: Desk) -> None:
    desk.define(DAILY)
    desk.clock.forward(days=1)
    ready = Barrier(2)

    def one_round() -> None:
        reporter = desk.reporter()
        ready.wait(10)
        reporter.round(desk.clock())

    with ThreadPoolExecutor(2) as servers:
        for ended in [servers.submit(one_round) for _ in range(2)]:
            ended.result(60)
    assert [run.state for run in desk.runs()] == ["made"]
    assert len(desk.deliver()) == 1


def test_a_server_that_dies_while_it_makes_a_report_leaves_it_to_the_next(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.define(DAILY)

    def die(*_: object) -> Content:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(runs, "gather", die)
        with pytest.raises(KeyboardInterrupt):
            desk.round(days=1)
    assert [run.state for run in desk.runs()] == ["making"]
    desk.round(minutes=1)  # somebody may still be at it
    assert [run.state for run in desk.runs()] == ["making"]
    desk.round(minutes=10)
    assert [(run.state, run.attempts) for run in desk.runs()] == [("made", 2)]
    assert len(desk.deliver()) == 1


def test_what_cannot_be_made_is_tried_again_and_then_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.define(DAILY)

    def fail(*_: object) -> Content:
        raise Conflict("the store is away")

    monkeypatch.setattr(runs, "gather", fail)
    desk.round(days=1)
    assert [(run.state, run.said) for run in desk.runs()] == [("waiting", "the store is away")]
    for _ in range(4):
        desk.round(hours=1)
    assert [(run.state, run.attempts) for run in desk.runs()] == [("failed", 5)]
    assert desk.deliver() == []


def test_a_new_hour_does_not_repeat_a_period(desk: Desk) -> None:
    report = desk.define(DAILY)
    desk.round(days=1)
    desk.change(report, schedule={"kind": "daily", "hour": 18})
    desk.round(hours=8)  # 22:00
    assert len(desk.runs()) == 1
    desk.round(days=1)
    assert len(desk.runs()) == 2


def test_a_project_that_moves_gets_its_report_in_its_new_morning(desk: Desk) -> None:
    report = desk.define(DAILY)
    with desk.database.writing() as session:
        session.get_one(Project, desk.project).time_zone = "Asia/Tokyo"
    desk.round()
    found = desk.row(report).next_at
    assert found is not None
    assert f"{found.astimezone(zone('Asia/Tokyo')):%a %H:%M}" == "Sat 08:00"


@sqlite_only
def test_a_report_that_is_off_is_not_made(desk: Desk) -> None:
    report = desk.define(DAILY)
    desk.change(report, enabled=False)
    desk.round(days=2)
    assert desk.runs() == []
    desk.change(report, enabled=True)
    assert desk.row(report).next_at is not None
    desk.round(hours=1)
    assert desk.runs() == []  # what was missed while it was off is not made up for


@sqlite_only
def test_a_mail_shows_its_charts_and_knows_how_to_stop(desk: Desk) -> None:
    desk.calls(SUMMER_MIDNIGHT, 24)
    report = desk.define(DAILY, addresses=["ada@example.com", "grace@example.com"], pdf=True)
    desk.round(days=1)
    letters = {str(letter["To"]): letter for letter in desk.deliver()}
    assert set(letters) == {"ada@example.com", "grace@example.com"}
    letter = letters["ada@example.com"]
    text, html, images = parts(letter)
    assert "grace" not in letter.as_string()
    assert set(re.findall(r'src="cid:([^"]+)"', html)) == set(images)
    assert len(images) >= 3
    assert all(image.startswith(b"\x89PNG") for image in images.values())
    assert "prefers-color-scheme: dark" in html
    assert "<script" not in html
    assert "24 requests" in text
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (attached,) = [part for part in letter.iter_attachments() if part.get_content_type() == "application/pdf"]
    assert bytes(attached.get_payload(decode=True)).startswith(b"%PDF")
    address = str(letter["List-Unsubscribe"]).strip("<>")
    assert address in html
    token = address.rpartition("/")[2]
    found = read_token(desk.keyring, token)
    assert (found.report, found.address) == (report, "ada@example.com")
    with desk.database.writing() as session:
        service.opt_out(session, service.existing(session, desk.project, report), found.address, desk.clock())
    desk.round(days=1)
    assert [str(one["To"]) for one in desk.deliver()][2:] == ["grace@example.com"]


def test_whoever_unsubscribes_gets_not_even_what_waits(desk: Desk) -> None:
    report = desk.define(DAILY)
    desk.round(days=1)
    with desk.database.writing() as session:
        service.opt_out(session, service.existing(session, desk.project, report), "ada@example.com", desk.clock())
    assert desk.deliver() == []
    with desk.database.sessions() as session:
        assert [(d.state, d.said) for d in session.query(DeliveryRow)] == [("dead", "the recipient has unsubscribed")]


@sqlite_only
def test_an_address_that_is_refused_delays_no_other(desk: Desk) -> None:
    desk.sink.refuse = lambda address: "550 no such person" if address.startswith("gone") else ""
    desk.define(DAILY, addresses=["gone@example.com", "ada@example.com"])
    desk.round(days=1)
    assert [str(one["To"]) for one in desk.deliver()] == ["ada@example.com"]
    with desk.database.sessions() as session:
        assert sorted(d.state for d in session.query(DeliveryRow)) == ["dead", "sent"]


@sqlite_only
def test_a_quiet_report_says_nothing_when_there_is_nothing_to_say(desk: Desk) -> None:
    desk.define(DAILY, quiet=True)
    desk.round(days=1)
    (run,) = desk.runs()
    assert (run.state, run.said) == (
        "quiet", "Not sent: There were no calls in the period, no alert, and every SLA and budget is on track.",
    )  # fmt: skip
    assert desk.deliver() == []


@sqlite_only
def test_a_quiet_report_speaks_when_something_changed(desk: Desk) -> None:
    desk.calls(SUMMER_MIDNIGHT, 24)
    for minute in range(5):
        desk.calls(SUMMER_MIDNIGHT + timedelta(days=1, minutes=minute + 1), 24)
    desk.define(DAILY, quiet=True)
    desk.round(days=2)
    states = [run.state for run in desk.runs()]
    assert states[1] == "made"  # 120 requests after 24
    assert "Requests are up 400 %: 120 after 24." in parts(desk.deliver()[-1])[0]


@sqlite_only
@pytest.mark.parametrize(("dashboard", "title"), [(None, "Commonest failures"), ("executive", "Top issues")])
def test_failures_that_say_the_same_are_told_apart_by_their_names(
    desk: Desk, dashboard: str | None, title: str
) -> None:
    for minute, name in enumerate(("openai.APITimeoutError", "anthropic.APITimeoutError")):
        failed = {"status": "error", "error_type": "timeout", "error_name": name, "error_message": "Request timed out."}
        desk.calls(SUMMER_MIDNIGHT + timedelta(minutes=minute), 24, **failed)
    desk.define(DAILY, dashboard=dashboard)
    desk.round(days=1)
    content = Content.model_validate(desk.runs()[0].content)
    (failures,) = [section for section in content.sections if section.title == title]
    assert sorted(row[0] for row in failures.tables[0].rows) == [
        "Request timed out. (anthropic.APITimeoutError)", "Request timed out. (openai.APITimeoutError)",
    ]  # fmt: skip


@sqlite_only
@pytest.mark.parametrize("dashboard", ["executive", "performance", "cost", "quality"])
def test_any_dashboard_is_a_report(desk: Desk, dashboard: str) -> None:
    desk.calls(SUMMER_MIDNIGHT, 24, cost_usd=Decimal("0.001"), user_id="somebody")
    desk.define(DAILY, dashboard=dashboard)
    desk.round(days=1)
    (run,) = desk.runs()
    assert run.state == "made", run.said
    content = Content.model_validate(run.content)
    assert content.path == f"/dashboards/{dashboard}"
    assert len(content.sections) >= 4
    assert not [s.note for s in content.sections if "could not be made" in s.note]
    assert "somebody" not in content.model_dump_json()
    assert pdf(content, Links("https://pulse.example.com")).startswith(b"%PDF")


def test_letters_of_a_pdf_are_not_told_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    root, fonts = logging.getLogger(), logging.getLogger("fontTools")
    for logger in (root, fonts):
        monkeypatch.setattr(logger, "level", logger.level)
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    configure_logging(Settings(log_level="info"))
    assert not fonts.getChild("subset").isEnabledFor(logging.INFO)


def test_the_clock_of_these_tests_is_a_friday() -> None:
    assert f"{FRIDAY:%A}" == "Friday"
