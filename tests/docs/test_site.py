"""The documentation as a site: every page is in it, every link leads somewhere, nothing comes from elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.tables import PAGES
from promptpulse.app import api

ROOT = PAGES.parent
MADE = {"api-reference.md"}
"""Pages that the build makes."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(folder)]
    ended = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr.strip()) == (0, "")  # warnings, of broken links too, go there
    return folder


def test_every_page_is_in_the_navigation_once() -> None:
    listed = re.findall(r"([\w/-]+\.md)", (ROOT / "mkdocs.yml").read_text().partition("\nnav:\n")[2])
    pages = {str(path.relative_to(PAGES)) for path in PAGES.rglob("*.md")}
    assert sorted(listed) == sorted(pages | MADE)


def test_a_reader_s_browser_fetches_nothing_from_elsewhere(site: Path) -> None:
    fetched = re.compile(
        r"""<(?:script|img|iframe|source)[^>]+src="?(https?:|//)|<link[^>]+href="?(https?:|//)[^>]*>"""
    )
    pages = list(site.rglob("*.html"))
    assert len(pages) > 30
    assert {str(page): fetched.findall(page.read_text()) for page in pages if fetched.search(page.read_text())} == {}
    styles = [path for path in site.rglob("*.css") if re.search(r"url\(\s*[\"']?(https?:)?//", path.read_text())]
    assert styles == []


def test_the_api_reference_has_every_route(site: Path) -> None:
    page = (site / "api-reference" / "index.html").read_text()
    routes = [f"{m.upper()} {path}" for path, operations in api().openapi()["paths"].items() for m in operations]
    assert len(routes) > 100
    assert [route for route in routes if f"<code>{route}</code>" not in page] == []


def test_the_metrics_reference_is_that_of_the_catalogue(site: Path) -> None:
    """Its table is compared with the code by test_pages.py; here it is a table of the site, not lines of text."""
    page = (site / "metrics" / "index.html").read_text()
    assert re.search(r"<td><code>total_requests</code></td>\s*<td>Requests</td>", page)


def test_lists_and_tables_are_not_run_into_paragraphs(site: Path) -> None:
    """Git hosts take a list after a line of text; the site needs an empty line before it."""
    run_in = re.compile(r"<p>(?:(?!</p>).)*\n(?:- |\d+\. |\| )", re.DOTALL)
    code = re.compile(r"<pre.*?</pre>", re.DOTALL)
    wrong = [str(p) for p in site.rglob("*.html") if run_in.search(code.sub("", p.read_text()))]
    assert wrong == []
