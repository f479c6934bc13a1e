"""Pages, and what went wrong on them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, TypedDict, cast

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

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
class Eyes:
    """Opens pages and remembers errors in the console, exceptions and answers of 400 and above."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    tolerated: set[tuple[int, str]] = field(default_factory=set)

    def tolerate(self, status: int, path: str) -> None:
        """This test makes the server answer so; the console may say it, too."""
        self.tolerated.add((status, path))

    def open(
        self, address: str, person: Person | None = None, *, scheme: Scheme = "light", size: tuple[int, int] = WIDE
    ) -> Page:
        """A new window, such as another person's: nothing is shared with the pages before."""
        context = self.browser.new_context(
            storage_state=person.state if person else None,
            color_scheme=scheme,
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="UTC",
            accept_downloads=True,
        )
        context.set_default_timeout(10_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"exception: {error}"))
        page.on("response", self._response)
        page.on("requestfailed", self._failed)
        page.goto(address)
        return page

    def visit(self, place: Place, path: str = "/", query: Query | None = None, *, size: tuple[int, int] = WIDE) -> Page:
        """A page of the project, as its admin."""
        return self.open(place.address(path, query), place.admin, size=size)

    def close(self) -> list[str]:
        """End all windows. What went wrong that was not tolerated."""
        for context in self.contexts:
            context.close()
        return self.problems

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


def settled(page: Page) -> None:
    """Nothing is loading, and every chart is drawn."""
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.locator(".mantine-Skeleton-root, .mantine-Loader-root")).to_have_count(0)
    charts = page.get_by_role("img", name=re.compile("chart"))
    # some are drawn in layers, and some come late: so none is counted in advance
    expect(charts.filter(has_not=page.locator("canvas"))).to_have_count(0)


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
