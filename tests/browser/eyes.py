"""Pages, and what went wrong on them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, TypedDict, cast

from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Request, Response, expect

from browser.product import Person, Place, Query

Scheme = Literal["light", "dark"]
WIDE = (1280, 900)
NARROW = (390, 844)
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
NO_DATA = "\u2013"
GRAVE = ("serious", "critical")


class _Violation(TypedDict):
    id: str
    impact: str
    help: str
    nodes: list[dict[str, object]]


@dataclass
class Windows:
    """Windows of people who are signed in. They outlive tests: what was loaded and compiled once is there for the next."""

    browser: Browser
    idle: dict[str, list[Page]] = field(default_factory=lambda: defaultdict(list))

    def take(self, person: Person | None) -> Page:
        """One that nobody else has, and nothing is kept in: of this person, or of somebody whom the server does not know."""
        if person and (waiting := self.idle[_cookies(person.state["cookies"])]):
            return waiting.pop()
        context = self.browser.new_context(
            storage_state=person.state if person else None,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="UTC",
            accept_downloads=True,
        )
        context.set_default_timeout(10_000)
        return context.new_page()

    def give_back(self, page: Page, person: Person | None) -> None:
        if person is None or not _emptied(page, person):
            page.context.close()
        else:
            self.idle[_cookies(person.state["cookies"])].append(page)

    def close(self) -> None:
        for page in (page for pages in self.idle.values() for page in pages):
            page.context.close()


def _emptied(page: Page, person: Person) -> bool:
    """Whether the window is as it was at first, in somewhere of the same server that asks for nothing."""
    try:
        for other in page.context.pages:
            if other is not page:
                other.close()
        page.unroute_all(behavior="ignoreErrors")
        page.mouse.move(0, 0)
        page.goto(f"{person.url}/favicon.svg")
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
    except Error:  # such as one that asks whether to leave
        return False
    return _cookies(page.context.cookies()) == _cookies(person.state["cookies"])


def _cookies(given: Iterable[Mapping[str, object]]) -> str:
    return json.dumps(sorted((str(one["name"]), str(one["value"])) for one in given))


@dataclass
class Eyes:
    """Opens pages and remembers errors in the console, exceptions and answers of 400 and above."""

    windows: Windows
    opened: list[tuple[Page, Person | None]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    tolerated: set[tuple[int, str]] = field(default_factory=set)

    def tolerate(self, status: int, path: str) -> None:
        """This test makes the server answer so; the console may say it, too."""
        self.tolerated.add((status, path))

    def open(
        self, address: str, person: Person | None = None, *, scheme: Scheme = "light", size: tuple[int, int] = WIDE
    ) -> Page:
        """A window, such as another person's: nothing is shared with those before."""
        page = self.windows.take(person)
        self.opened.append((page, person))
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.on("console", self._console)
        page.on("pageerror", self._exception)
        page.on("response", self._response)
        page.on("requestfailed", self._failed)
        page.goto(address)
        return page

    def visit(self, place: Place, path: str = "/", query: Query | None = None, *, size: tuple[int, int] = WIDE) -> Page:
        """A page of the project, as its admin."""
        return self.open(place.address(path, query), place.admin, size=size)

    def close(self) -> list[str]:
        """Leave all pages. What went wrong that was not tolerated."""
        for page, person in self.opened:
            page.remove_listener("console", self._console)
            page.remove_listener("pageerror", self._exception)
            page.remove_listener("response", self._response)
            page.remove_listener("requestfailed", self._failed)
            self.windows.give_back(page, person)
        return self.problems

    def _exception(self, error: Error) -> None:
        self.problems.append(f"exception: {error}")

    def _console(self, message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        refused = message.text.startswith("Failed to load resource")  # said by `_response`, with more
        if message.type in ("error", "warning") and not refused:
            self.problems.append(f"console {message.type}: {message.text} ({where})")

    def _response(self, answer: Response) -> None:
        if answer.status >= 400 and (answer.status, _path(answer.url)) not in self.tolerated:
            self.problems.append(f"{answer.request.method} {answer.url} answered {answer.status}")

    def _failed(self, request: Request) -> None:
        # a page that is left behind drops its requests
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"{request.method} {request.url} failed: {request.failure}")


def _path(address: str) -> str:
    return re.sub(r"^https?://[^/]+|\?.*$", "", address)


LOADING = ".mantine-Skeleton-root, .mantine-Loader-root"
SETTLED = f"""() => {{
    const charts = [...document.querySelectorAll('[role=img][aria-label*=chart]')];
    return document.querySelector('main') !== null && document.querySelector('{LOADING}') === null
        && charts.every(chart => chart.querySelector('canvas') !== null);
}}"""


def settled(page: Page) -> None:
    """Nothing is loading, and every chart is drawn."""
    try:
        # `expect` looks once a second in the end; what is waited for so often is looked for often
        page.wait_for_function(SETTLED, polling=50)
    except Error:
        expect(page.get_by_role("main")).to_be_visible(timeout=1)
        expect(page.locator(LOADING)).to_have_count(0, timeout=1)
        # some are drawn in layers, and some come late: so none is counted in advance
        charts = page.get_by_role("img", name=re.compile("chart"))
        expect(charts.filter(has_not=page.locator("canvas"))).to_have_count(0, timeout=1)
        raise


def darken(page: Page) -> None:
    """The system turns dark, and the page with it."""
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    page.wait_for_function("() => document.getAnimations().every(one => one.playState === 'finished')")
    settled(page)


@cache
def axe() -> str:
    """The source of axe-core. Raises FileNotFoundError."""
    return AXE.read_text()


def grave_violations(page: Page) -> list[str]:
    """What axe-core calls serious or critical, with where it is."""
    if not page.evaluate("'axe' in window"):
        # the page's policy forbids script elements that are not its own; the debugger's evaluation is not one
        page.evaluate(axe() + "; 0")
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {[node['target'] for node in one['nodes'][:4]]}"
        for one in cast("list[_Violation]", found)
        if one["impact"] in GRAVE
    ]


def overflow_px(page: Page) -> int:
    """How far the page can be scrolled sideways."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


def figure(page: Page, label: str) -> Locator:
    """The number of a KPI card; it leads to the calls."""
    return page.get_by_role("region", name=label, exact=True).get_by_role("link")


def exact_number(text: str | None) -> float:
    """From "1,234.5 ms: see the calls" or "$1.25"; 0 and above."""
    found = re.search(r"[\d,]+(\.\d+)?", text or "")
    assert found, f"no number in {text!r}"
    return float(found[0].replace(",", ""))
