"""How dashboards are kept: names, revisions, checks, links; on each engine."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select

from clock import NOON
from dashboards.board import PLACE, Board, Json, widget
from promptpulse.accounts.audit import entries
from promptpulse.accounts.models import Project
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.dashboards import links, service
from promptpulse.dashboards.models import DashboardShare
from promptpulse.dashboards.shapes import DashboardBody
from promptpulse.metrics import Definitions, Metric

SATISFACTION = Metric("custom.satisfaction", "Satisfaction", "percent", "100 * {calls}", "", custom="100 * count()")


def actions(board: Board) -> list[tuple[str, str]]:
    with board.database.sessions() as session:
        return [(e.action, e.target) for e in entries(session, board.project, 100, 0)[0] if "dashboard" in e.action]


def test_what_is_created_is_read_back(board: Board) -> None:
    made = board.create("Support", widget("a", "number"), description="For the team.", range="24h")
    row = board.row(made.id)
    assert (row.name, row.description, row.opens_with, row.revision) == ("Support", "For the team.", "24h", 1)
    assert (row.created_by, row.created_at, row.updated_at) == ("ada@example.com", NOON, NOON)
    (stored,) = service.widgets_of(row)
    assert (stored.id, stored.kind, stored.query.metrics, stored.place.w) == ("a", "number", ["total_requests"], 6)
    assert actions(board) == [("dashboard.create", "Support")]


def test_any_text_may_be_filtered_by(board: Board) -> None:
    values = ["\x00", "ä'\\", None]
    made = board.create("Support", widget("a", where=[{"dimension": "model", "values": values}]))
    assert service.widgets_of(board.row(made.id))[0].query.where[0].values == values


def test_dashboards_are_listed_by_name_in_either_case(board: Board) -> None:
    for name in ("b", "A", "C"):
        board.create(name)
    assert board.names() == ["A", "b", "C"]


@pytest.mark.parametrize("name", ["Support", " Support ", "Executive"])
def test_a_name_belongs_to_one_dashboard(board: Board, name: str) -> None:
    board.create("Support")
    with pytest.raises(Conflict, match="already") as refused:
        board.create(name)
    assert refused.value.field == "name"


def test_saving_counts_revisions_and_notes_what_changed(board: Board) -> None:
    made = board.create()
    board.clock.forward(hours=1)
    saved = board.save(made.id, "Help desk", widget("b", "pie", by=["model"]), revision=1)
    assert (saved.name, saved.revision, saved.created_at) == ("Help desk", 2, NOON)
    assert saved.updated_at == board.clock()
    with board.database.sessions() as session:
        newest = entries(session, board.project, 1, 0)[0][0]
    assert (newest.action, newest.detail["fields"]) == ("dashboard.change", "name, widgets")
    assert board.save(made.id, "Help desk", widget("b", "pie", by=["model"]), revision=2).revision == 2, "nothing new"


def test_who_edited_an_older_revision_is_told_and_nothing_is_lost(board: Board) -> None:
    made = board.create()
    board.save(made.id, "Theirs", revision=1)
    with pytest.raises(Conflict, match=r"ada@example.com changed 'Theirs'.*revision 2 and not 1") as refused:
        board.save(made.id, "Mine", revision=1)
    assert (refused.value.code, refused.value.field) == ("edited_meanwhile", "revision")
    assert board.row(made.id).name == "Theirs"
    assert board.save(made.id, "Mine").name == "Mine", "without a revision, the last one counts"


def test_a_name_that_is_taken_cannot_be_saved_either(board: Board) -> None:
    board.create("Sales")
    made = board.create()
    for name in ("Sales", "Quality"):
        with pytest.raises(Conflict):
            board.save(made.id, name)
    assert board.names() == ["Sales", "Support"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ([widget("a"), widget("a")], "widgets.1.id"),
        ([{**widget("a"), "place": {**PLACE, "x": 7}}], "widgets.0.place.w"),
        ([widget("a"), widget("b", "line", "no_such_metric")], "widgets.1.query.metrics"),
        ([widget("a", "line", "custom.gone")], "widgets.0.query.metrics"),
        ([widget("a", "table", "total_requests", "total_requests")], "widgets.0.query.metrics"),
        ([widget("a", metrics=[])], "widgets.0.query.metrics"),
        ([widget("a", "pie")], "widgets.0.query.by"),
        ([widget("a", "pie", "total_requests", "failed_requests", by=["model"])], "widgets.0.query.metrics"),
        ([widget("a", "number", "total_requests", "failed_requests")], "widgets.0.query.metrics"),
        ([widget("a", "number", by=["model"])], "widgets.0.query.by"),
        ([widget("a", by=["nothing"])], "widgets.0.query.by"),
        ([widget("a", by=["model", "model"])], "widgets.0.query.by"),
        ([widget("a", bucket="2h")], "widgets.0.query.bucket"),
        ([widget("a", where=[{"dimension": "nothing", "values": ["x"]}])], "widgets.0.query.where"),
        ([widget("a", "errors", where=[{"dimension": "latency_ms", "op": "gt", "values": ["x"]}])], "widgets.0.query.where"),
        ([widget("a", "heatmap", field="model")], "widgets.0.query.field"),
        ([widget("a", "heatmap", field="nothing")], "widgets.0.query.field"),
    ],
)  # fmt: skip
def test_every_widget_is_checked_before_it_is_stored(board: Board, given: list[Json], field: str) -> None:
    with pytest.raises(Refused) as refused:
        board.create("Support", *given)
    assert (refused.value.field or "").startswith(field)
    assert refused.value.message.startswith(field)
    assert board.names() == []


def test_a_widget_whose_metric_was_deleted_does_not_keep_the_others_from_being_saved(board: Board) -> None:
    broken = widget("a", "line", "custom.satisfaction")
    board.definitions = Definitions({SATISFACTION.key: SATISFACTION})
    made = board.create("Support", broken)
    board.definitions = Definitions()
    board.save(made.id, "Support", {**broken, "place": {**PLACE, "x": 6}}, widget("b"))
    assert [w.place.x for w in service.widgets_of(board.row(made.id))] == [6, 0]
    with pytest.raises(Refused, match=r"widgets\.2\.query\.metrics"):
        board.save(made.id, "Support", broken, widget("b"), widget("c", "number", "custom.satisfaction"))


@pytest.mark.parametrize(
    ("name", "suffix", "taken", "found"),
    [
        ("Support", "", set(), "Support"),
        ("Support", "", {"Support"}, "Support 2"),
        ("Support", "", {"Support", "Support 2"}, "Support 3"),
        ("Support", " copy", {"Support"}, "Support copy"),
        ("Support", " copy", {"Support copy"}, "Support copy 2"),
        ("S" * 100, " copy", {"S" * 95 + " copy"}, "S" * 93 + " copy 2"),
    ],
)
def test_a_copy_gets_a_free_name(name: str, suffix: str, taken: set[str], found: str) -> None:
    assert service.free_name(name, suffix, taken) == found


def test_copies_are_named_after_ready_made_ones_without_taking_their_name(board: Board) -> None:
    wanted = DashboardBody(name="Executive")
    with board.database.writing() as session:
        made = [service.create_named_freely(session, board.project, wanted, board.by) for _ in range(2)]
    assert [row.name for row in made] == ["Executive 2", "Executive 3"]


def test_a_project_has_a_bounded_number_of_dashboards(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST", 2)
    board.create("a")
    board.create("b")
    with pytest.raises(Conflict, match="delete one first"):
        board.create("c")


def test_a_dashboard_of_another_project_is_not_there(board: Board) -> None:
    made = board.create()
    with board.database.sessions() as session:
        for other in (made.id.replace(made.id[:4], "ffff"), "executive", "x\x00", ""):
            with pytest.raises(NotFound):
                service.existing(session, board.project, other)
        with pytest.raises(NotFound):
            service.existing(session, "another project", made.id)


def test_a_link_opens_its_dashboard_until_it_expires(board: Board) -> None:
    made = board.create()
    link = board.share(made, expires_in_days=2, note="for the board")
    assert len(link.token) == 43
    assert board.open(link.token) == made.id
    board.clock.forward(days=1, hours=23)
    assert board.open(link.token) == made.id
    board.clock.forward(hours=1)
    with pytest.raises(NotFound):
        board.open(link.token)


def test_the_token_of_a_link_is_kept_nowhere(board: Board) -> None:
    link = board.share(board.create())
    with board.database.sessions() as session:
        stored = session.scalars(select(DashboardShare)).one()
        logged = [(e.target, e.detail) for e in entries(session, board.project, 100, 0)[0]]
    assert link.token not in str(vars(stored)) + str(logged)
    assert len(stored.token_hash) == 64


def test_a_revoked_link_is_closed_at_once_and_others_stay_open(board: Board) -> None:
    made = board.create()
    one, other = board.share(made), board.share(made)
    place = links.Place(board.project, made.name, dashboard_id=made.id)
    for _ in range(2):  # the second time changes nothing
        with board.database.writing() as session:
            links.revoke(session, place, one.row.id, board.by)
    with pytest.raises(NotFound):
        board.open(one.token)
    assert board.open(other.token) == made.id
    with board.database.sessions() as session:
        assert links.counts(session, board.project, board.clock()) == {made.id: 1}
        assert [row.revoked_at for row in links.listed(session, place)].count(board.clock()) == 1
    assert [a for a, _ in actions(board)].count("dashboard.unshare") == 1


def test_a_link_is_revoked_by_its_own_dashboard_alone(board: Board) -> None:
    link = board.share(board.create())
    another = board.create("Another")
    place = links.Place(board.project, another.name, dashboard_id=another.id)
    with board.database.writing() as session, pytest.raises(NotFound):
        links.revoke(session, place, link.row.id, board.by)
    assert board.open(link.token)


def test_wrong_expired_and_revoked_links_are_answered_alike(board: Board) -> None:
    made = board.create()
    expired, revoked = board.share(made, expires_in_days=1), board.share(made, expires_in_days=9)
    board.clock.forward(days=2)
    with board.database.writing() as session:
        place = links.Place(board.project, made.name, dashboard_id=made.id)
        links.revoke(session, place, revoked.row.id, board.by)
    said = set()
    for token in (expired.token, revoked.token, "x" * 43, "", "\x00", "é" * 500):
        with pytest.raises(NotFound) as refused:
            board.open(token)
        said.add((refused.value.message, refused.value.code, refused.value.field))
    assert len(said) == 1


def test_a_deleted_dashboard_closes_its_links(board: Board) -> None:
    made = board.create()
    link = board.share(made)
    board.delete(made.id)
    with pytest.raises(NotFound):
        board.open(link.token)
    assert ("dashboard.delete", "Support") in actions(board)


def test_a_removed_project_closes_its_links(board: Board) -> None:
    link = board.share(board.create())
    with board.database.writing() as session:
        session.execute(delete(Project).where(Project.id == board.project))
    with pytest.raises(NotFound):
        board.open(link.token)


def test_the_use_of_a_link_is_noted_once_a_minute(board: Board) -> None:
    link = board.share(board.create())

    def used(**later: float) -> object:
        board.clock.forward(**later)
        with board.database.sessions() as session:
            found = links.opened(session, link.token, board.clock())
        links.note_use(board.database, found, board.clock())
        with board.database.sessions() as session:
            return links.opened(session, link.token, board.clock()).last_used_at

    first = used()
    assert first == NOON
    assert used(seconds=59) == NOON
    assert used(seconds=1) == board.clock()


def test_a_dashboard_has_a_bounded_number_of_links(board: Board, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "MOST", 1)
    made = board.create()
    board.share(made, expires_in_days=1)
    with pytest.raises(Conflict, match="revoke one first"):
        board.share(made)
    board.clock.forward(days=1)
    assert board.share(made).token, "one that has expired does not count"
