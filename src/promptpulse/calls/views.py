"""Saved views: whose they are, and who may change them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.text import is_id, named
from promptpulse.accounts.values import Access, By, Role
from promptpulse.calls.models import SavedView
from promptpulse.core.errors import Conflict, Forbidden, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.db import exclusive

MOST = 200
"""Views of one owner."""


@dataclass(frozen=True, slots=True)
class Wanted:
    name: str
    page: str
    search: str
    shared: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """None leaves a value as it is."""

    name: str | None = None
    search: str | None = None
    shared: bool | None = None


def owner_of(access: Access) -> str:
    """A person, whatever they came with; or a key."""
    return access.user_id or access.key_id or ""


def visible(session: Session, access: Access, page: str | None) -> Sequence[SavedView]:
    """The caller's own and the shared ones, by name."""
    of_page = () if page is None else (SavedView.page == page,)
    return session.scalars(
        select(SavedView)
        .where(SavedView.project_id == access.project.id, _seen_by(access), *of_page)
        .order_by(func.lower(SavedView.name), SavedView.name, SavedView.id)
    ).all()


def create(session: Session, access: Access, wanted: Wanted, by: By) -> SavedView:
    """Raises Forbidden (sharing needs an editor), Conflict (the name is taken) and Refused (too many)."""
    if wanted.shared:
        _check_may_share(access)
    name, search = named(wanted.name, "name"), _searchable(wanted.search)
    owner = owner_of(access)
    exclusive(session, f"views {access.project.id} {owner}")
    own = (SavedView.project_id == access.project.id, SavedView.owner_id == owner)
    if (session.scalar(select(func.count()).select_from(SavedView).where(*own)) or 0) >= MOST:
        raise Refused(f"name: you have {MOST} saved views, which is the most; delete one first", field="name")
    _check_name(session, access.project.id, owner, wanted.page, name)
    view = SavedView(
        id=uuid7(by.at, os.urandom(10)),
        project_id=access.project.id,
        owner_id=owner,
        page=wanted.page,
        name=name,
        search=search,
        shared=wanted.shared,
        created_at=by.at,
        created_by=by.actor[:300],
    )
    session.add(view)
    _note(session, view, by, "view.create")
    session.flush()
    return view


def change(session: Session, access: Access, view_id: str, wanted: Changes, by: By) -> SavedView:
    """Raises NotFound, Forbidden (not the caller's, or sharing needs an editor) and Conflict (the name is taken)."""
    view = _changeable(session, access, view_id)
    if wanted.shared and not view.shared:
        _check_may_share(access)
    exclusive(session, f"views {access.project.id} {view.owner_id}")
    name = view.name if wanted.name is None else named(wanted.name, "name")
    if name != view.name:
        _check_name(session, access.project.id, view.owner_id, view.page, name)
        view.name = name
    view.search = view.search if wanted.search is None else _searchable(wanted.search)
    was_shared, view.shared = view.shared, view.shared if wanted.shared is None else wanted.shared
    _note(session, view, by, "view.change", was_shared=was_shared)
    session.flush()
    return view


def delete(session: Session, access: Access, view_id: str, by: By) -> None:
    """Raises NotFound and Forbidden (not the caller's)."""
    view = _changeable(session, access, view_id)
    _note(session, view, by, "view.delete")
    session.delete(view)


def _changeable(session: Session, access: Access, view_id: str) -> SavedView:
    wanted = (SavedView.id == view_id, SavedView.project_id == access.project.id, _seen_by(access))
    view = session.scalar(select(SavedView).where(*wanted)) if is_id(view_id) else None
    if view is None:
        raise NotFound(f"there is no saved view {view_id!r} that you may see")
    if view.owner_id != owner_of(access) and not access.role.covers(Role.ADMIN):
        raise Forbidden(f"the view {view.name!r} belongs to {view.created_by}; save your own, or ask an admin")
    return view


def _seen_by(access: Access) -> ColumnElement[bool]:
    return or_(SavedView.owner_id == owner_of(access), SavedView.shared)


def _searchable(search: str) -> str:
    if not search.isprintable():
        raise Refused("search: has control characters; send the query string of the page", field="search")
    return search


def _check_may_share(access: Access) -> None:
    if not access.role.covers(Role.EDITOR):
        raise Forbidden(
            f"shared: your role {access.role} may not share views; save it for yourself, or ask for the role editor",
            code="missing_role",
            field="shared",
        )


def _check_name(session: Session, project_id: str, owner: str, page: str, name: str) -> None:
    taken = select(SavedView.id).where(
        SavedView.project_id == project_id, SavedView.owner_id == owner, SavedView.page == page, SavedView.name == name
    )
    if session.scalar(taken):
        raise Conflict(f"name: there is already a view {name!r} of this page; take another name", field="name")


def _note(session: Session, view: SavedView, by: By, action: str, *, was_shared: bool = False) -> None:
    """Shared views alone: what somebody saves for themselves concerns nobody else."""
    if view.shared or was_shared:
        record(
            session, view.project_id, by, action, f"view {view.name}", detail={"page": view.page, "shared": view.shared}
        )
