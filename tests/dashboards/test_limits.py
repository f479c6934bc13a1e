"""How often links may be asked, without a server."""

from __future__ import annotations

import pytest

from clock import NOON
from promptpulse.accounts.limits import RateLimits, Throttle
from promptpulse.core.errors import TooMany
from promptpulse.dashboards.links import WINDOW, Limits
from promptpulse.dashboards.models import DashboardShare


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
