"""A bounded number of things at the same time."""

import pytest

from promptpulse.core.errors import Unavailable
from promptpulse.core.slots import Slots


def test_who_comes_too_late_is_told_to_try_again() -> None:
    slots = Slots("exports", 2)
    give_back, _ = slots.take(), slots.take()
    with pytest.raises(Unavailable, match="too many exports at the same time") as refused:
        slots.take()
    assert refused.value.retry_after_s == 5
    give_back()
    slots.take()


def test_a_slot_is_given_back_once() -> None:
    slots = Slots("exports", 2)
    give_back, _ = slots.take(), slots.take()
    give_back()
    give_back()
    assert slots.taken == 1
