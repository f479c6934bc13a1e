"""Examples of the documentation: fenced blocks, `curl` lines as requests, `promptpulse` lines as arguments."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import httpx

from docs.tables import PAGES

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$\n*(?:```(json)\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
ALONE = frozenset({"-N", "-i", "-s"})
"""Options of curl without a value."""


@dataclass(frozen=True)
class Example:
    """A block, and the JSON block that follows it at once, if any."""

    language: str
    text: str
    answer: str


@dataclass(frozen=True)
class Curl:
    method: str
    url: str
    headers: Mapping[str, str]
    body: str | None
    has_cookies: bool
    is_stream: bool

    def send(self, client: httpx.Client) -> httpx.Response:
        return client.request(self.method, self.url, headers=self.headers, content=self.body)


def pages() -> list[str]:
    return sorted(path.name for path in PAGES.glob("*.md"))


def blocks(page: str, *languages: str) -> Iterator[Example]:
    for found in _FENCE.finditer((PAGES / page).read_text()):
        if found[1] in languages:
            yield Example(found[1], found[2], found[4] or "")


def json_blocks(page: str) -> list[str]:
    return re.findall(r"^```json\n(.*?)^```$", (PAGES / page).read_text(), re.MULTILINE | re.DOTALL)


def curl(text: str, variables: Mapping[str, str]) -> Curl:
    """The request that a `curl` block makes."""
    for name in sorted(variables, key=len, reverse=True):  # $PROMPT is how $PROMPTPULSE_URL begins
        text = text.replace(f"${name}", variables[name].replace('"', r"\""))  # all stand inside double quotes
    words = iter(shlex.split(text.replace("\\\n", " "))[1:])
    method, url, headers, body, cookies, stream = "", "", {}, None, False, False
    query: list[tuple[str, str]] = []
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                body = next(words)
            case "-G":
                method = "GET"
            case "--data-urlencode":
                name, _, value = next(words).partition("=")
                query.append((name, value))
            case "-b" | "-c":
                cookies = bool(next(words))
            case _ if word in ALONE:
                stream = stream or word == "-N"
            case _:
                assert not word.startswith("-"), f"{word} is not known here"
                url = word
    url += f"?{urlencode(query)}" if query else ""
    return Curl(method or ("POST" if body else "GET"), url, headers, body, cookies, stream)


def commands(page: str) -> Iterator[list[str]]:
    """Arguments of each `promptpulse` line, without the word itself."""
    for block in blocks(page, "sh"):
        for line in block.text.replace("\\\n", " ").splitlines():
            if line.startswith("promptpulse "):
                yield shlex.split(line)[1:]
