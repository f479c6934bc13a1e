"""Links that show one dashboard to whoever has them: made, listed, revoked, and opened without signing in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.credentials import digest, new_secret
from promptpulse.accounts.limits import RateLimits, Throttle
from promptpulse.accounts.text import is_id
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound, Refused, TooMany
from promptpulse.core.ids import uuid7
from promptpulse.dashboards.models import DashboardShare
from promptpulse.dashboards.shapes import ShareNew
from promptpulse.db import Database

MOST = 100
"""Links of a dashboard that work at the same time."""
PER_MINUTE = 600
"""Requests of a link: a dashboard of 60 widgets, opened by ten people in the same minute."""
WRONG, WINDOW = 100, timedelta(minutes=5)
"""Requests with links that do not work, from one address."""
NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Place:
    """The dashboard that is shared: one of the project's own, or a ready-made one."""

    project: str
    name: str
    dashboard_id: str | None = None
    ready_made: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    row: DashboardShare
    token: str
    """Shown once and kept nowhere."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of requests without signing in. Thread-safe."""

    of_links: RateLimits = field(default_factory=lambda: RateLimits(PER_MINUTE))
    of_addresses: Throttle = field(default_factory=lambda: Throttle(WRONG, WINDOW))

    def count(self, share: DashboardShare, now: datetime) -> None:
        """Raises TooMany."""
        rate = self.of_links.take(share.project_id, share.id, now)
        if rate.is_over:
            raise TooMany(
                f"the link was asked more than {rate.limit} times this minute; wait {rate.reset_s} s",
                retry_after_s=rate.reset_s,
            )

    def count_wrong(self, address: str, now: datetime) -> None:
        """Raises TooMany."""
        if wait_s := self.of_addresses.wait_s(address, now):
            raise TooMany(f"too many links that do not work; wait {wait_s} s", retry_after_s=wait_s)


def share(session: Session, place: Place, wanted: ShareNew, by: By) -> Made:
    """Raises Conflict over 100 links of one dashboard that work."""
    working = session.scalar(select(func.count()).where(_of(place), *_works(by.at))) or 0
    if working >= MOST:
        raise Conflict(f"{place.name!r} has {working} links that work, and {MOST} at most; revoke one first")
    if "\x00" in wanted.note:
        raise Refused("note contains a NUL character; remove it", field="note")
    token = new_secret()
    row = DashboardShare(
        id=uuid7(by.at),
        project_id=place.project,
        dashboard_id=place.dashboard_id,
        ready_made=place.ready_made,
        token_hash=digest(token),
        note=wanted.note,
        created_at=by.at,
        created_by=by.actor[:300],
        expires_at=by.at + timedelta(days=wanted.expires_in_days),
    )
    session.add(row)
    detail: dict[str, str | int | bool | None] = {"share_id": row.id, "days": wanted.expires_in_days}
    record(session, place.project, by, "dashboard.share", place.name, detail={**detail, "note": wanted.note})
    return Made(row, token)


def listed(session: Session, place: Place) -> Sequence[DashboardShare]:
    """Newest first, also those that do not work any more."""
    return session.scalars(
        select(DashboardShare)
        .where(_of(place))
        .order_by(DashboardShare.created_at.desc(), DashboardShare.id.desc())
        .limit(1000)
    ).all()


def revoke(session: Session, place: Place, share_id: str, by: By) -> None:
    """Nothing happens to a link that is revoked already. Raises NotFound."""
    row = (
        session.scalar(select(DashboardShare).where(_of(place), DashboardShare.id == share_id))
        if is_id(share_id)
        else None
    )
    if row is None:
        raise NotFound(f"{place.name!r} has no link {share_id!r}; list them with GET /api/v1/dashboards/<id>/shares")
    if row.revoked_at is None:
        row.revoked_at = by.at
        record(session, place.project, by, "dashboard.unshare", place.name, detail={"share_id": row.id})


def counts(session: Session, project_id: str, now: datetime) -> dict[str, int]:
    """How many links work, by dashboard: its id, or what a ready-made one is called."""
    of = func.coalesce(DashboardShare.dashboard_id, DashboardShare.ready_made)
    found = session.execute(
        select(of, func.count()).where(DashboardShare.project_id == project_id, *_works(now)).group_by(of)
    )
    return {str(name): int(n) for name, n in found}


def opened(session: Session, token: str, now: datetime) -> DashboardShare:
    """The link of `token`. One question for links that are wrong, expired and revoked, and one answer: NotFound.

    What is looked up is the hash: how long that takes says nothing about the token."""
    found = session.scalar(select(DashboardShare).where(DashboardShare.token_hash == digest(token), *_works(now)))
    if found is None:
        raise no_link()
    return found


def no_link() -> NotFound:
    return NotFound("this link does not work: it is wrong, has expired or was revoked; ask whoever gave it to you")


def note_use(database: Database, found: DashboardShare, now: datetime) -> None:
    """At most once a minute."""
    if found.last_used_at is not None and now - found.last_used_at < NOTED_EVERY:
        return
    older = or_(DashboardShare.last_used_at.is_(None), DashboardShare.last_used_at <= now - NOTED_EVERY)
    with database.writing() as session:
        session.execute(update(DashboardShare).where(DashboardShare.id == found.id, older).values(last_used_at=now))


def _works(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (DashboardShare.revoked_at.is_(None), DashboardShare.expires_at > now)


def _of(place: Place) -> ColumnElement[bool]:
    is_it = (
        DashboardShare.ready_made == place.ready_made
        if place.dashboard_id is None
        else DashboardShare.dashboard_id == place.dashboard_id
    )
    return and_(DashboardShare.project_id == place.project, is_it)
