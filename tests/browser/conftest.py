"""One Chromium and two servers for all tests of the web app; a window of its own for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import cast
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from browser.eyes import AXE, Eyes, Windows, axe
from browser.product import DemoServer, Person, Place
from server.process import Server

CHROMIUM = Path(os.environ.get("PROMPTPULSE_CHROMIUM", "/usr/bin/chromium"))
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
INDEX = Path(str(files("promptpulse"))) / "static" / "index.html"
expect.set_options(timeout=10_000)


# of the package, not of the session: while Playwright runs, its thread has an event loop that other tests cannot have
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not INDEX.is_file():
        pytest.fail(f"{INDEX} is missing: build the web app with `make web`")
    try:
        axe()
    except FileNotFoundError:
        pytest.fail(f"{AXE} is missing: install the web packages with `make install`")
    if not CHROMIUM.is_file():
        pytest.fail(
            f"{CHROMIUM} is missing: install Chromium (apt install chromium) or name it in PROMPTPULSE_CHROMIUM"
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def artefacts() -> Path:
    """Where screenshots go."""
    root = os.environ.get("PROMPTPULSE_ARTEFACTS", Path(__file__).parents[2] / "artefacts")
    return Path(root) / "browser"


@pytest.fixture(scope="package")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    # receivers of the tests are on this machine
    running = DemoServer(tmp_path_factory.mktemp("demo") / "data", {"allow_private_targets": "true"})
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="package")
def used_link(demo_server: Server) -> str:
    """The link that the demo prints; the fixture `demo` signs in by it."""
    return f"{demo_server.url}/sign-in?token={demo_server.sign_in_token()}"


@pytest.fixture(scope="package")
def demo(browser: Browser, demo_server: Server, used_link: str) -> Place:
    """The demo's project and its admin, who has signed in by the printed link."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(used_link)
    expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    admin = Person(demo_server.url, context.storage_state())
    context.close()
    (project,) = cast("list[dict[str, str]]", admin.get("/projects"))
    return Place(admin, project["id"], project["name"])


@pytest.fixture
def own(demo: Place) -> Place:
    """A project without calls that no other test uses."""
    name = f"own {uuid4().hex[:8]}"
    made = demo.admin.create("/projects", {"name": name, "time_zone": "UTC"})
    return Place(demo.admin, str(made["id"]), name)


@pytest.fixture(scope="package")
def windows(browser: Browser) -> Iterator[Windows]:
    opened = Windows(browser)
    yield opened
    opened.close()


@pytest.fixture
def eyes(windows: Windows) -> Iterator[Eyes]:
    """Opens pages; a test during which one of them had an error fails."""
    opened = Eyes(windows)
    yield opened
    problems = opened.close()
    assert not problems, "\n".join(problems)
