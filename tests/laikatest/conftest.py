"""The shared server of `tests/server`, and Node programs that speak to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from laikatest.program import Program, installed
from server.conftest import project, server

__all__ = ["project", "server"]


@pytest.fixture
def run() -> Iterator[Callable[..., Program]]:
    """`run("client", *arguments)`: a program that ends with the test."""
    if not installed():
        pytest.fail("the LaikaTest packages are missing: `make test` installs them, or `npm ci` in tests/laikatest")
    with ExitStack() as running:
        yield lambda name, *arguments: running.enter_context(Program(name, arguments))
