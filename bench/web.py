"""What a browser waits for at 10 million calls, how large the first page is, and what twenty people on Live cost.

Needs Chromium; PROMPTPULSE_CHROMIUM names another than /usr/bin/chromium."""

from __future__ import annotations

import gzip
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from bench.queries import KPIS, SERIES, TABLE, filled
from bench.report import Row
from bench.server import Server

CALLS = 10_000_000
FIRST_PAINT_MS, BUNDLE_KB, LIVE_CORES = 1500, 600, 0.3
VIEWERS, WATCHED_S = 20, 60
REPEATS = 5
PAGES = {
    "Overview": "/?range=30d",
    "Performance": "/performance?range=30d",
    "Compare": "/compare?range=30d&prompt=prompt-01&prompt=prompt-02",
    "Cohorts": "/cohorts?range=30d",
    "Calls": "/calls?range=30d",
    "Quality": "/quality?range=30d",
    "Costs": "/costs?range=30d",
    "Dashboard": "/dashboards/executive?range=30d",
}
FIRST_DATA = "main canvas, main tbody td, main li, main [data-kind=number] a[title]"
"""None of them is there before there is an answer."""
PAINTED = f"""
    // in a frame of its own the data is there; in the next one it has been painted
    const look = () => document.querySelector("{FIRST_DATA}")
      ? requestAnimationFrame(() => {{ window.firstData = performance.now(); }})
      : requestAnimationFrame(look);
    requestAnimationFrame(look);
"""
"""Milliseconds from the beginning of the navigation."""
STATIC = Path(__file__).parents[1] / "src" / "promptpulse" / "static"


def run(folder: Path) -> list[Row]:
    filled(folder, int(os.environ.get("PROMPTPULSE_BENCH_CALLS", CALLS)), rich=True)
    chromium = os.environ.get("PROMPTPULSE_CHROMIUM", "/usr/bin/chromium")
    with Server(folder) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        try:
            page = _signed_in(browser, server)
            rows = [_bundle(page, server), *(_painted(page, server, *wanted) for wanted in PAGES.items())]
        finally:
            browser.close()
        return [*rows, _watched(server)]


def _signed_in(browser: Browser, server: Server) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page.add_init_script(PAINTED)
    page.goto(server.sign_in_link)
    page.get_by_role("navigation").first.wait_for()
    return page


def _bundle(page: Page, server: Server) -> Row:
    page.goto(f"{server.url}/")
    page.wait_for_load_state("networkidle")
    loaded = page.evaluate("() => performance.getEntriesByType('resource').map(entry => new URL(entry.name).pathname)")
    files = {STATIC / str(name).lstrip("/") for name in loaded if str(name).endswith((".js", ".css"))}
    kb = sum(len(gzip.compress(file.read_bytes(), 9)) for file in files) / 1000
    return Row("scripts and styles of the first page, gzip", f"{kb:.0f} kB", f"{BUNDLE_KB} kB", kb / BUNDLE_KB)


def _painted(page: Page, server: Server, name: str, path: str) -> Row:
    """From the address to the first chart, row or number of a widget; scripts are cached, answers are not."""
    waits = []
    for n in range(REPEATS + 1):
        page.goto("about:blank")
        page.goto(f"{server.url}{path}", wait_until="commit")
        painted = page.wait_for_function("() => window.firstData")
        if n:
            waits.append(float(str(painted.json_value())))
        page.wait_for_load_state("networkidle")  # what this page still asks is not what the next one waits for
    median = sorted(waits)[len(waits) // 2]
    what = f"{name}: first data painted, median of {REPEATS}"
    return Row(what, f"{median:.0f} ms", f"{FIRST_PAINT_MS} ms", median / FIRST_PAINT_MS)


def _watched(server: Server) -> Row:
    """Twenty who look at the last day of Overview while a call comes every half second: as the page asks, every 5 s."""
    over = threading.Event()
    people = [threading.Thread(target=_watch, args=(server, over)) for _ in range(VIEWERS)]
    for one in people:
        one.start()
    time.sleep(6)
    before, began = server.cpu_s(), time.perf_counter()
    while time.perf_counter() - began < WATCHED_S:
        server.client.post(
            "/api/v1/calls", json={"calls": [{"prompt_id": "prompt-01", "latency_ms": 5}]}
        ).raise_for_status()
        time.sleep(0.5)
    cores = (server.cpu_s() - before) / (time.perf_counter() - began)
    over.set()
    for one in people:
        one.join()
    return Row(f"{VIEWERS} people on Live", f"{cores:.2f} cores", f"{LIVE_CORES} cores", cores / LIVE_CORES)


def _watch(server: Server, over: threading.Event) -> None:
    headers = {"Authorization": str(server.client.headers["Authorization"]), "Cache-Control": "max-age=2"}
    with (
        httpx.Client(base_url=server.url, headers=headers, timeout=30) as client,
        client.stream("GET", "/api/v1/live", timeout=None),
    ):
        while not over.wait(5 - time.time() % 5):
            end = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
            span = {"start": (end - timedelta(days=1)).isoformat(), "end": end.isoformat()}
            for body in (
                {"metrics": SERIES, "bucket": "30m", "compare": "previous"},
                {"metrics": KPIS, "compare": "previous"},
                {"metrics": TABLE, "by": ["prompt_id"], "limit": 100},
                {"metrics": ["requests_per_minute"]},
            ):
                client.post("/api/v1/query", json={**span, **body}).raise_for_status()
