"""How often links may be asked, without a server."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from fastapi import Request

from clock import NOON
from dashboards.board import Board
from promptpulse.accounts.limits import RateLimits, Throttle
from promptpulse.core.errors import NotFound, TooMany
from promptpulse.dashboards.links import WINDOW, Limits
from promptpulse.dashboards.models import DashboardShare
from promptpulse.dashboards.shared_routes import opened


def share(id_: str) -> DashboardShare:
    return DashboardShare(id=id_, project_id="project")


def test_a_link_is_asked_so_often_a_minute_and_others_go_on() -> None:
    limits = Limits(of_links=RateLimits(2))
    for _ in range(2):
        limits.count(share("a"), NOON)
    with pytest.raises(TooMany, match="more than 2 times") as refused:
        limits.count(share("a"), NOON)
    assert refused.value.retry_after_s == 60
    limits.count(share("b"), NOON)


def test_an_address_that_tries_many_links_has_to_wait() -> None:
    limits = Limits(of_addresses=Throttle(2, WINDOW))
    for _ in range(2):
        limits.count_wrong("192.0.2.1", NOON)
    with pytest.raises(TooMany) as refused:
        limits.count_wrong("192.0.2.1", NOON)
    assert refused.value.retry_after_s == 300
    limits.count_wrong("192.0.2.2", NOON)
    limits.count_wrong("192.0.2.1", NOON + WINDOW)


def asked(board: Board, limits: Limits, address: str = "192.0.2.1") -> Request:
    services = SimpleNamespace(clock=board.clock, database=board.database, links=limits)
    app = SimpleNamespace(state=SimpleNamespace(services=services))
    request = SimpleNamespace(app=app, client=SimpleNamespace(host=address))
    return cast("Request", request)  # as much of it as is read


def test_every_request_of_a_link_counts(board: Board) -> None:
    token = board.share(board.create()).token
    request = asked(board, Limits(of_links=RateLimits(2)))
    for _ in range(2):
        assert opened(request, token)[1].id == board.project
    with pytest.raises(TooMany):
        opened(request, token)
    board.clock.forward(minutes=1)
    assert opened(request, token)[0].last_used_at == NOON


def test_links_that_do_not_work_count_for_the_address_and_the_others_still_open(board: Board) -> None:
    token = board.share(board.create()).token
    limits = Limits(of_addresses=Throttle(2, WINDOW))
    for _ in range(2):
        with pytest.raises(NotFound):
            opened(asked(board, limits), "wrong")
    with pytest.raises(TooMany):
        opened(asked(board, limits), "wrong")
    with pytest.raises(NotFound):
        opened(asked(board, limits, "192.0.2.2"), "wrong")
    assert opened(asked(board, limits), token)
