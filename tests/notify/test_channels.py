"""Changing channels while somebody else does."""

from __future__ import annotations

import pytest

from notify.office import Office
from promptpulse.core.errors import NotFound
from promptpulse.notify import channels
from promptpulse.notify.shapes import ChannelPatch


def only_where_writers_meet(office: Office) -> None:
    if office.database.engine.dialect.name == "sqlite":
        pytest.skip("there, writing transactions are alone")


def test_two_people_who_change_a_channel_at_once_keep_both_changes(office: Office) -> None:
    only_where_writers_meet(office)
    hook = office.channel("pagerduty", routing_key="k" * 32)
    with office.database.writing() as session:
        row = channels.existing(session, office.project, hook)  # as it was before the other's change
        office.change(hook, name="On call", region="eu")
        channels.change(session, row, ChannelPatch(routing_key="n" * 32), office.keyring, office.by)
    after = office.row(hook)
    assert (after.name, after.settings["region"]) == ("On call", "eu")
    assert channels.secret_of(after, office.keyring).routing_key == "n" * 32


def test_two_who_change_parts_of_one_secret_keep_both(office: Office) -> None:
    only_where_writers_meet(office)
    hook = office.channel(url="https://example.com/one")
    with office.database.writing() as session:
        row = channels.existing(session, office.project, hook)
        office.change(hook, url="https://example.com/two")
        channels.change(session, row, ChannelPatch(authorization="Bearer x"), office.keyring, office.by)
    secret = channels.secret_of(office.row(hook), office.keyring)
    assert (secret.url, secret.authorization) == ("https://example.com/two", "Bearer x")


def test_a_channel_that_was_deleted_meanwhile_is_not_found(office: Office) -> None:
    only_where_writers_meet(office)
    hook = office.channel(url="https://example.com/one")
    with pytest.raises(NotFound), office.database.writing() as session:
        row = channels.existing(session, office.project, hook)
        with office.database.writing() as other:
            channels.delete(other, channels.existing(other, office.project, hook), office.by)
        channels.change(session, row, ChannelPatch(name="On call"), office.keyring, office.by)
