"""How the tests themselves are run."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("groups")
def test_tests_of_a_group_run_in_one_process(request: pytest.FixtureRequest) -> None:
    """They share servers and browsers. pytest-xdist tells processes of groups by the ids of tests."""
    is_one_of_several = request.config.getoption("loadgroup", default=False)
    assert not is_one_of_several or request.node.nodeid.endswith("@groups"), "run `make install`: pytest is too new"
