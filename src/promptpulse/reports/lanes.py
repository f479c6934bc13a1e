"""Each address that gets reports has a lane of its own in the outbox: one that refuses delays no other.

A lane is a channel that people do not see: reports say who gets them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from promptpulse.core.ids import stable_hash, uuid7
from promptpulse.notify.models import REPORT, ChannelRow
from promptpulse.notify.outbox import insert_new

LONGEST_NAME = 100


def lanes(session: Session, project_id: str, addresses: Sequence[str], now: datetime) -> list[str]:
    """Ids of their channels, made where there are none."""
    names = {_name(address): address for address in addresses}
    found = _known(session, project_id, names)
    rows = [
        {
            "id": uuid7(now), "project_id": project_id, "name": name, "kind": REPORT, "enabled": True,
            "settings": {"addresses": [address]}, "secret": "", "hint": "", "failures": 0, "created_at": now,
            "created_by": "PromptPulse",
        }
        for name, address in names.items()
        if name not in found
    ]  # fmt: skip
    insert_new(session, ChannelRow, rows)
    return [*(_known(session, project_id, names) if rows else found).values()]


def _known(session: Session, project_id: str, names: Sequence[str] | dict[str, str]) -> dict[str, str]:
    which = (ChannelRow.project_id == project_id, ChannelRow.kind == REPORT, ChannelRow.name.in_([*names]))
    found = session.execute(select(ChannelRow.name, ChannelRow.id).where(*which)).all()
    return {name: channel_id for name, channel_id in found}  # noqa: C416 - rows are no pairs to mypy


def _name(address: str) -> str:
    """Not one that a person would choose: names of channels are unique in a project."""
    mark = f" (reports {stable_hash(address)[:6]})"
    return address[: LONGEST_NAME - len(mark)] + mark
