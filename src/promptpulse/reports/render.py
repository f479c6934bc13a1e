"""A report as HTML and text. Images are named by a function: a mail has them attached, a page inside."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from promptpulse.notify.sending.wording import cut, link, one_line
from promptpulse.reports.charts import png
from promptpulse.reports.content import Bars, Chart, Content, Figure, Item, Section, Table
from promptpulse.reports.wording import NONE

LONGEST_SUBJECT = 200
NO_BREAK = "\u00a0"
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
Name = Callable[[int, bytes], str]
"""The address of an image, by its number."""


@dataclass(frozen=True, slots=True)
class Links:
    base_url: str
    page: str = ""
    """Path of its page; "" leaves the button out."""
    unsubscribe: str = ""
    """Address; "" leaves it out."""


@dataclass(frozen=True, slots=True)
class Written:
    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class _Image:
    title: str
    said: str
    source: str


@dataclass(frozen=True, slots=True)
class _Table:
    columns: list[str]
    rows: list[list[str]]
    more: int
    words: list[bool]
    """Of each column: it holds words, not numbers."""


@dataclass(frozen=True, slots=True)
class _Shown:
    title: str
    note: str
    figures: list[Figure]
    items: list[Item]
    texts: list[str]
    tables: list[_Table]
    images: list[_Image]


def subject(content: Content) -> str:
    return cut(one_line(f"[{content.project}] {content.name}: {content.period}"), LONGEST_SUBJECT)


def pictures(content: Content) -> tuple[bytes, ...]:
    """PNGs of its charts, in order."""
    return _pictures(content.model_dump_json())


@lru_cache(maxsize=8)
def _pictures(content: str) -> tuple[bytes, ...]:
    """Each recipient gets the same: they are drawn once."""
    read = Content.model_validate_json(content)
    return tuple(png(one, read.tz) for section in read.sections for one in drawn(section))


def drawn(section: Section) -> list[Chart | Bars]:
    return [*section.charts, *section.bars]


def inside(_number: int, image: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(image).decode()}"


def written(content: Content, links: Links, name: Name = inside) -> Written:
    images = pictures(content)
    sections: list[_Shown] = []
    number = 0
    for section in content.sections:
        shown = []
        for one in drawn(section):
            shown.append(_Image(one.title, one.said, name(number, images[number])))
            number += 1
        sections.append(_shown(section, shown))
    said = {
        "c": content,
        "sections": sections,
        "subject": subject(content),
        "made": f"{content.made_at.astimezone(ZoneInfo(content.tz)):%Y-%m-%d %H:%M}",
        "page_url": link(links.base_url, links.page) if links.page else "",
        "unsubscribe_url": links.unsubscribe,
        "link": lambda path: link(links.base_url, path),
    }
    return Written(
        subject(content),
        _TEMPLATES.get_template("report.html").render(said).strip(),
        _TEMPLATES.get_template("report.txt").render(said),
    )


def unsubscribe_page(title: str, text: str, button: str = "", *, again: bool = False) -> str:
    return _TEMPLATES.get_template("unsubscribe.html").render(title=title, text=text, button=button, again=again)


def _shown(section: Section, images: list[_Image]) -> _Shown:
    tables = [_Table(t.columns, [[_whole(c) for c in row] for row in t.rows], t.more, words(t)) for t in section.tables]
    return _Shown(section.title, section.note, section.figures, section.items, section.texts, tables, images)


def _whole(cell: str) -> str:
    """Figures are not broken: `5.5 s (+3 %)` in two lines at most."""
    return NO_BREAK.join(cell.split(" ")).replace(f"{NO_BREAK}(", " (") if _is_number(cell) else cell


def words(table: Table) -> list[bool]:
    """Which columns are read from the left."""
    return [all(not _is_number(row[i]) for row in table.rows if i < len(row)) for i in range(len(table.columns))]


def _is_number(cell: str) -> bool:
    return cell.lstrip("-$+")[:1].isdigit() or cell in {NONE, ""}


def lines(content: Content) -> Sequence[str]:
    """Sentences of its sections, for channels that show text alone."""
    return [f"{i.mark}: {i.title}" if i.mark else i.title for s in content.sections for i in s.items]
