"""Saved views: whose they are, and who may change them; on each engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import pytest
from sqlalchemy import delete

from clock import NOON
from promptpulse.accounts.audit import entries
from promptpulse.accounts.keys import ref
from promptpulse.accounts.models import Project
from promptpulse.accounts.service import create_project
from promptpulse.accounts.values import Access, By, ProjectRef, Role, Scope
from promptpulse.calls import views
from promptpulse.calls.models import SavedView
from promptpulse.calls.views import Changes, Wanted
from promptpulse.core.errors import AppError, Conflict, Forbidden, NotFound, Refused
from promptpulse.db import Database


@dataclass
class Book:
    """Each method is a transaction of its own."""

    database: Database
    project: ProjectRef

    def __post_init__(self) -> None:
        ids = count(1)
        self.person: Callable[[Role], Access] = lambda role: Access(
            self.project, role, frozenset({Scope.READ}), f"person {next(ids)}", None, f"{role}@example.com"
        )

    def save(self, who: Access, name: str = "Slow", *, shared: bool = False, page: str = "calls") -> str:
        with self.database.writing() as session:
            return views.create(session, who, Wanted(name, page, "range=7d", shared), By(who.actor, NOON)).id

    def change(self, who: Access, view_id: str, **changes: object) -> None:
        with self.database.writing() as session:
            views.change(session, who, view_id, Changes(**changes), By(who.actor, NOON))  # type: ignore[arg-type]  # in short

    def delete(self, who: Access, view_id: str) -> None:
        with self.database.writing() as session:
            views.delete(session, who, view_id, By(who.actor, NOON))

    def seen(self, who: Access, page: str | None = None) -> list[str]:
        with self.database.sessions() as session:
            return [view.name for view in views.visible(session, who, page)]

    def noted(self) -> list[str]:
        with self.database.sessions() as session:
            return [e.action for e in entries(session, self.project.id, 50, 0)[0] if e.action.startswith("view.")]


@pytest.fixture
def book(database: Database) -> Book:
    with database.writing() as session:
        made = create_project(session, "Shop", "UTC", By("setup", NOON))
        return Book(database, ref(made))


def test_a_personal_view_is_seen_by_its_owner_alone(book: Book) -> None:
    ada, bob = book.person(Role.VIEWER), book.person(Role.ADMIN)
    mine = book.save(ada)
    assert (book.seen(ada), book.seen(bob)) == (["Slow"], [])
    with pytest.raises(NotFound):
        book.change(bob, mine, name="x")
    with pytest.raises(NotFound):
        book.delete(bob, mine)
    assert book.noted() == []


def test_a_shared_view_is_seen_by_all_and_changed_by_its_owner_and_admins(book: Book) -> None:
    ada, bob, admin = (book.person(role) for role in (Role.EDITOR, Role.EDITOR, Role.ADMIN))
    shared = book.save(ada, shared=True)
    assert book.seen(bob) == ["Slow"]
    with pytest.raises(Forbidden, match="belongs to editor@"):
        book.change(bob, shared, name="x")
    with pytest.raises(Forbidden):
        book.delete(bob, shared)
    book.change(admin, shared, name="Slower")
    assert book.seen(ada) == ["Slower"]
    book.delete(ada, shared)
    assert book.seen(bob) == []
    assert sorted(book.noted()) == ["view.change", "view.create", "view.delete"]


def test_sharing_needs_an_editor(book: Book) -> None:
    viewer = book.person(Role.VIEWER)
    with pytest.raises(Forbidden, match=r"^shared: "):
        book.save(viewer, shared=True)
    mine = book.save(viewer)
    with pytest.raises(Forbidden, match=r"^shared: "):
        book.change(viewer, mine, shared=True)


def test_a_view_that_is_not_shared_any_more_is_gone_for_others(book: Book) -> None:
    ada, bob = book.person(Role.EDITOR), book.person(Role.ADMIN)
    shared = book.save(ada, shared=True)
    book.change(ada, shared, shared=False)
    assert (book.seen(ada), book.seen(bob)) == (["Slow"], [])


def test_views_of_one_page_are_listed_by_name(book: Book) -> None:
    ada = book.person(Role.EDITOR)
    for name, page in [("b", "calls"), ("A", "calls"), ("c", "costs")]:
        book.save(ada, name, page=page)
    assert (book.seen(ada, "calls"), book.seen(ada)) == (["A", "b"], ["A", "b", "c"])


def test_a_name_is_taken_once_an_owner_and_page(book: Book) -> None:
    ada, bob = book.person(Role.EDITOR), book.person(Role.EDITOR)
    book.save(ada, " Slow ")
    book.save(bob, "Slow")
    book.save(ada, "Slow", page="costs")
    other = book.save(ada, "Other")
    with pytest.raises(Conflict):
        book.save(ada, "Slow")
    with pytest.raises(Conflict):
        book.change(ada, other, name="Slow")


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"name": " "}, Refused), ({"name": "a\x00b"}, Refused), ({"search": "a\x00b"}, Refused)],
    ids=["a name of spaces", "a NUL in the name", "a NUL in the search"],
)
def test_what_cannot_be_kept_is_refused(book: Book, changes: dict[str, object], error: type[AppError]) -> None:
    ada = book.person(Role.EDITOR)
    mine = book.save(ada)
    with pytest.raises(error) as refused:
        book.change(ada, mine, **changes)
    assert refused.value.field in changes


@pytest.mark.parametrize("view_id", ["nothing", "\x00", "01997c5e-8f00-7000-8000-000000000001"])
def test_a_view_that_is_not_there_is_not_found(book: Book, view_id: str) -> None:
    with pytest.raises(NotFound):
        book.delete(book.person(Role.ADMIN), view_id)


def test_views_go_with_their_project(book: Book) -> None:
    book.save(book.person(Role.EDITOR))
    with book.database.writing() as session:
        session.execute(delete(Project).where(Project.id == book.project.id))
    with book.database.sessions() as session:
        assert session.query(SavedView).count() == 0


def test_nobody_has_more_views_than_can_be_listed(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST", 1)
    ada = book.person(Role.EDITOR)
    book.save(ada)
    with pytest.raises(Refused, match="delete one first"):
        book.save(ada, "Another")
