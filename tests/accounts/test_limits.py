"""Rate limits of keys: counts, headers, refusals."""

from datetime import timedelta

import pytest

from accounts.world import BOOTSTRAP_KEY, World, build
from clock import NOON
from promptpulse.accounts.limits import RateLimits, Throttle, is_otlp
from promptpulse.accounts.state import AccountSettings
from promptpulse.accounts.values import Scope


@pytest.fixture
def limited(world: World) -> World:
    """Three requests a minute a key."""
    world.app = build(world.database, world.clock, AccountSettings(rate_limit_per_minute=3))
    return world


def rate(headers: dict[str, str]) -> tuple[str, str, str]:
    return headers["ratelimit-limit"], headers["ratelimit-remaining"], headers["ratelimit-reset"]


def test_every_answer_to_a_key_says_where_it_stands(limited: World) -> None:
    limited.clock.forward(seconds=20)
    assert rate(limited.call("GET", "/probe/read", BOOTSTRAP_KEY).headers) == ("3", "2", "40")
    missing = limited.call("GET", "/api/v1/projects/nowhere", BOOTSTRAP_KEY)
    assert (missing.status, rate(missing.headers)) == (404, ("3", "1", "40"))


def test_the_fourth_request_waits_for_the_next_minute(limited: World) -> None:
    limited.clock.forward(seconds=20)
    replies = [limited.call("GET", "/probe/read", BOOTSTRAP_KEY) for _ in range(4)]
    assert [reply.status for reply in replies] == [200, 200, 200, 429]
    assert (replies[3].code, replies[3].headers["retry-after"]) == ("rate_limited", "40")
    assert rate(replies[3].headers) == ("3", "0", "40")
    limited.clock.forward(seconds=40)
    assert limited.call("GET", "/probe/read", BOOTSTRAP_KEY).status == 200


def test_an_exporter_is_told_to_come_back_soon_with_503(limited: World) -> None:
    replies = [limited.call("POST", "/v1/traces", BOOTSTRAP_KEY) for _ in range(4)]
    assert [reply.status for reply in replies] == [200, 200, 200, 503]
    assert replies[3].headers["retry-after"] == "5"
    limited.clock.forward(seconds=58)
    assert limited.call("POST", "/v1/traces", BOOTSTRAP_KEY).headers["retry-after"] == "2"


def test_keys_do_not_share_their_limit(limited: World) -> None:
    key = limited.new_key("default", Scope.READ)
    for _ in range(3):
        limited.call("GET", "/probe/read", BOOTSTRAP_KEY)
    assert limited.call("GET", "/probe/read", key).headers["ratelimit-remaining"] == "2"


def test_people_and_strangers_have_no_rate_headers(limited: World) -> None:
    assert "ratelimit-limit" not in limited.signed_in("root@example.com").send("GET", "/probe/me").headers
    assert "ratelimit-limit" not in limited.call("GET", "/probe/me", "wrong").headers


def test_usage_is_of_the_minute_and_reading_it_does_not_count() -> None:
    limits = RateLimits(10)
    for _ in range(3):
        limits.take("project", "key", NOON)
    limits.take("project", "other key", NOON)
    assert (limits.usage("key", NOON).used, limits.usage("other key", NOON).used) == (3, 1)
    assert limits.project_usage("project", NOON).used == 3
    assert limits.project_usage("other project", NOON).used == 0
    assert limits.usage("key", NOON + timedelta(minutes=1)).used == 0


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/traces", True),
        ("//v1/logs", True),
        ("/otel/v1/traces", True),
        ("/api/public/otel/v1/traces", True),
        ("/api/v1/calls", False),
        ("/api/v1/traces", False),
    ],
)
def test_exporters_are_known_by_their_path(path: str, expected: bool) -> None:
    assert is_otlp(path) is expected


def test_a_throttle_counts_from_the_first_attempt_and_forgets_old_names() -> None:
    throttle = Throttle(2, timedelta(minutes=1), names=2)
    waits = [throttle.wait_s("a", NOON + timedelta(seconds=s)) for s in (0, 30, 40, 59, 60)]
    assert waits == [0, 0, 20, 1, 0]
    throttle.wait_s("b", NOON)
    throttle.wait_s("c", NOON)
    assert set(throttle._seen) == {"b", "c"}
