from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from fixtures_postgres import database, postgres_database, postgres_server
from notify.office import Office, new_office
from notify.sinks import MailSink, Sink
from promptpulse.db import Database
from server.conftest import own_server, project, server

__all__ = ["database", "own_server", "postgres_database", "postgres_server", "project", "server"]


@pytest.fixture
def office(database: Database) -> Office:
    return new_office(database)


@pytest.fixture
def new_sink() -> Iterator[Callable[[], Sink]]:
    made: list[Sink] = []

    def make() -> Sink:
        made.append(Sink())
        return made[-1]

    yield make
    for sink in made:
        sink.close()


@pytest.fixture
def sink(new_sink: Callable[[], Sink]) -> Sink:
    return new_sink()


@pytest.fixture
def mail_sink() -> Iterator[MailSink]:
    sink = MailSink()
    yield sink
    sink.close()
