"""Programs and configurations as they stand in docs/recipes."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
RECIPES = DOCS / "recipes"
_BLOCK = re.compile(r"^## (.+?)$|^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str, language: str) -> list[tuple[str, str]]:
    """Titles and texts."""
    title, found = "", []
    for match in _BLOCK.finditer((RECIPES / page).read_text()):
        title = match[1] or title
        if match[2] == language:
            found.append((title, match[3]))
    return found


def block(page: str, title: str, language: str) -> str:
    """The first under a title."""
    return next(text for known, text in blocks(page, language) if known == title)
