"""What people do with an incident: who is told, what is written down, what is refused."""

from __future__ import annotations

import re

import pytest

from incidents.ward import ADA, Ward
from promptpulse.accounts.audit import entries
from promptpulse.accounts.models import Membership, User
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.db import Database
from promptpulse.incidents import changes, post_mortem, present, remedies, shapes
from promptpulse.incidents.models import IncidentRow

NOTHING_KNOWN = shapes.DossierOut(
    made_at=ADA.at, stored=False, summary=[], chart=shapes.DossierChart(), causes=shapes.DossierCauses(note="Too few calls."),
    impact=shapes.DossierImpact(calls=3, failed_calls=1), errors=shapes.DossierErrors(), examples=shapes.DossierExamples(),
    changes=shapes.DossierChanges(), versions=shapes.DossierVersions(),
)  # fmt: skip


@pytest.fixture
def ward(database: Database) -> Ward:
    made = Ward.of(database)
    made.pager = made.channel("pager", "warning")
    made.fire(made.signal(prompt_id="support-reply"))
    return made


def change(ward: Ward, **wanted: object) -> IncidentRow:
    ward.clock.forward(minutes=1)
    with ward.database.writing() as session:
        row = changes.existing(session, ward.project, ward.incident().id, to_change=True)
        changes.change(session, row, shapes.IncidentPatch.model_validate(wanted), By(ADA.actor, ward.clock()))
        return row


def write(ward: Ward, markdown: str = "# It broke", revision: int | None = None) -> shapes.PostMortemOut:
    ward.clock.forward(seconds=1)
    with ward.database.writing() as session:
        row = changes.existing(session, ward.project, ward.incident().id, to_change=True)
        post_mortem.save(
            session, row, shapes.PostMortemIn(markdown=markdown, revision=revision), By(ADA.actor, ward.clock())
        )
        return post_mortem.out(row)


def draft(ward: Ward, *, replace: bool = False) -> shapes.PostMortemOut:
    with ward.database.writing() as session:
        row = changes.existing(session, ward.project, ward.incident().id, to_change=True)
        post_mortem.draft(session, row, NOTHING_KNOWN, By("grace@example.com", ward.clock()), replace=replace)
        return post_mortem.out(row)


def audited(ward: Ward) -> list[str]:
    with ward.session() as session:
        return [e.action for e in entries(session, ward.project, 50, 0)[0] if e.action.startswith("incident.")][::-1]


def test_from_firing_to_the_post_mortem_by_hand(ward: Ward) -> None:
    change(ward, status="acknowledged", comment="on it")
    change(ward, status="mitigated")
    row = change(ward, status="resolved")
    assert (row.automatic, row.resolved_at) == (False, ward.clock())
    write(ward)
    closed = change(ward, status="post_mortem")
    assert (closed.status, closed.closed_at) == ("post_mortem", ward.clock())
    assert ward.events(ward.pager) == ["fired", "acknowledged", "note", "resolved"]
    assert ward.timeline()[2:] == [
        ("status", "Acknowledged after 1 min: on it"),
        ("status", "Mitigated"),
        ("resolved", "Resolved after 8 min; 1 alert still fires"),
        ("post_mortem", "The post-mortem was saved"),
        ("status", "Closed with a post-mortem"),
    ]
    assert audited(ward) == [
        f"incident.{act}" for act in ("acknowledge", "mitigate", "resolve", "post_mortem", "close")
    ]


def test_an_alert_that_ends_after_somebody_resolved_says_nothing_more(ward: Ward) -> None:
    change(ward, status="resolved")
    ward.clear(ward.signal(prompt_id="support-reply"))
    assert ward.events(ward.pager) == ["fired", "resolved"]
    assert (ward.incident().automatic, ward.kinds()[-1]) == (False, "cleared")


def test_opened_again_by_a_person(ward: Ward) -> None:
    change(ward, status="resolved")
    row = change(ward, status="firing", comment="not fixed")
    assert (row.status, row.resolved_at) == ("firing", None)
    assert ward.timeline()[-1] == ("reopened", "Open again, before resolved: not fixed")
    assert ward.events(ward.pager) == ["fired", "resolved", "fired"]


def test_a_status_that_may_not_follow_says_which_may(ward: Ward) -> None:
    change(ward, status="resolved")
    with pytest.raises(Conflict, match=re.escape("it may become post_mortem or firing")):
        change(ward, status="mitigated")
    with pytest.raises(Refused, match="has no post-mortem yet"):
        change(ward, status="post_mortem")
    assert present_statuses(ward) == ["firing"]
    write(ward)
    assert present_statuses(ward) == ["post_mortem", "firing"]
    change(ward, status="post_mortem")
    with pytest.raises(Conflict, match="it is closed"):
        change(ward, status="firing")


def present_statuses(ward: Ward) -> list[str]:
    with ward.session() as session:
        row = changes.existing(session, ward.project, ward.incident().id)
        return [*present.detail_out(session, row, ward.clock()).next_statuses]


def test_only_members_are_assigned(ward: Ward) -> None:
    with ward.database.writing() as session:
        grace = User(
            id=uuid7(ADA.at), email="grace@example.com", name="grace", password_hash=None, is_admin=False, created_at=ADA.at,
            signed_in_at=None,
        )  # fmt: skip
        session.add(grace)
        session.flush()
        stranger = User(
            id=uuid7(ADA.at), email="joan@example.com", name="joan", password_hash=None, is_admin=False, created_at=ADA.at,
            signed_in_at=None,
        )  # fmt: skip
        session.add(stranger)
        session.add(Membership(project_id=ward.project, user_id=grace.id, role="editor", added_at=ADA.at))
    assert change(ward, assignee=grace.id).assignee_id == grace.id
    with ward.session() as session:
        (out,) = present.incidents_out(session, [changes.existing(session, ward.project, ward.incident().id)])
    assert out.assignee == shapes.PersonOfProject(user_id=grace.id, email="grace@example.com", name="grace")
    with pytest.raises(Refused, match="is no member"):
        change(ward, assignee=stranger.id)
    assert change(ward, title="Slow").assignee_id == grace.id  # absent leaves it
    assert change(ward, assignee=None).assignee_id is None
    assert [text for kind, text in ward.timeline() if kind == "assigned"] == ["Assigned to grace", "Assigned to nobody"]


def test_a_draft_never_replaces_what_a_person_wrote_unasked(ward: Ward) -> None:
    first = draft(ward)
    assert (first.revision, first.edited, first.saved_by) == (1, False, "grace@example.com")
    assert draft(ward).revision == 2  # nobody has touched it
    edited = write(ward, f"{first.markdown}\nMore.", revision=2)
    assert (edited.revision, edited.edited) == (3, True)
    with pytest.raises(Conflict, match="set replace to true") as refused:
        draft(ward)
    assert refused.value.field == "replace"
    again = draft(ward, replace=True)
    assert (again.revision, again.edited) == (4, False)
    assert again.markdown != edited.markdown


def test_two_who_write_at_once_do_not_overwrite_each_other(ward: Ward) -> None:
    first = write(ward, "# One")
    write(ward, "# Two", revision=first.revision)
    with pytest.raises(Conflict, match=re.escape("ada@example.com saved revision 2 meanwhile")) as refused:
        write(ward, "# Three", revision=first.revision)
    assert (refused.value.field, refused.value.code) == ("revision", "edited_meanwhile")


def test_names_from_outside_are_no_markup_in_a_draft(ward: Ward) -> None:
    ward.clear(ward.signal(prompt_id="support-reply"))
    ward.clock.forward(hours=1)
    ward.fire(ward.signal(prompt_id="<img src=x> | [a](http://b) *"))
    with ward.database.writing() as session:
        row = changes.existing(session, ward.project, ward.incidents()[-1].id, to_change=True)
        post_mortem.draft(session, row, NOTHING_KNOWN, ADA)
        text = row.post_mortem or ""
    assert "<img" not in text
    assert r"&lt;img src=x&gt; \| \[a\](http://b) \*" in text
    assert "| About | &lt;img" in text


def test_rolling_back_needs_to_know_what(ward: Ward) -> None:
    with ward.database.writing() as session:
        row = changes.existing(session, ward.project, ward.incident().id, to_change=True)
        with pytest.raises(NotFound, match="there is no prompt 'support-reply' in the registry"):
            remedies.roll_back(session, row, shapes.IncidentRollback(), ADA)
        row.scope = {}
        with pytest.raises(Refused, match="about no single prompt"):
            remedies.roll_back(session, row, shapes.IncidentRollback(), ADA)


def test_another_project_does_not_know_it(ward: Ward, database: Database) -> None:
    other = Ward.of(database)
    with other.session() as session, pytest.raises(NotFound):
        changes.existing(session, other.project, ward.incident().id)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (present.WantedIncidents(), 2),
        (present.WantedIncidents(statuses=["firing"]), 1),
        (present.WantedIncidents(statuses=["resolved", "post_mortem"]), 1),
        (present.WantedIncidents(open_only=True), 1),
        (present.WantedIncidents(severity="critical"), 0),
        (present.WantedIncidents(prompt="support-reply"), 2),  # the one about everything may concern it
        (present.WantedIncidents(prompt="greeting"), 1),
        (present.WantedIncidents(assignee="nobody"), 0),
    ],
    ids=str,
)
def test_incidents_are_chosen(ward: Ward, wanted: present.WantedIncidents, found: int) -> None:
    ward.clear(ward.signal(prompt_id="support-reply"))
    ward.fire(ward.signal("errors"))
    with ward.session() as session:
        rows, total = present.incidents(session, ward.project, wanted, 100, 0)
        assert (len(present.incidents_out(session, rows)), total) == (found, found)


def test_the_marks_of_a_chart_are_the_incidents_of_its_time(ward: Ward) -> None:
    ward.clock.forward(minutes=10)
    ward.clear(ward.signal(prompt_id="support-reply"))
    row = ward.incident()
    assert row.resolved_at is not None
    spans = [
        (None, row.began_at, 0),
        (None, row.opened_at, 1),
        (row.resolved_at, None, 1),
        (ward.clock.now.replace(hour=23), None, 0),
    ]
    for start, end, found in spans:
        with ward.session() as session:
            wanted = present.WantedIncidents(start=start, end=end)
            assert present.incidents(session, ward.project, wanted, 10, 0)[1] == found
