import pytest

from promptpulse.metrics.trend import Change, change


@pytest.mark.parametrize(
    ("now", "before", "is_count", "expected"),
    [
        (1200, 1000, True, Change(20, "rising")),
        (800, 1000, True, Change(-20, "falling")),
        (1040, 1000, True, Change(4, "steady")),  # under 5 %
        (12, 10, True, Change(20, "steady")),  # two more of twelve is chance: 2 <= 2 sqrt(22)
        (12, 10, False, Change(20, "rising")),  # a rate is not a count
        (5, 0, True, Change(None, "rising")),  # 5 > 2 sqrt(5); growth from nothing has no percentage
        (0, 0, True, Change(None, "steady")),
        (None, 10, False, Change(None, None)),
        (10, None, False, Change(None, None)),
    ],
)
def test_a_change_is_named_when_it_is_large_and_more_than_chance(
    now: float | None, before: float | None, is_count: bool, expected: Change
) -> None:
    assert change(now, before, is_count=is_count) == expected
