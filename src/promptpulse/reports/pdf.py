"""A report as PDF, A4. Its letters are those that matplotlib brings: Latin, Greek, Cyrillic and more."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from promptpulse.notify.sending.wording import link
from promptpulse.reports.content import Content, Figure, Item, Look, Section, Table
from promptpulse.reports.render import Links, drawn, pictures, words

if TYPE_CHECKING:
    from fpdf import FPDF

FONT = "dejavu"
INK, SOFT, LINE = (28, 25, 23), (87, 83, 78), (220, 217, 214)
LOOKS: dict[Look, tuple[int, int, int]] = {
    "good": (21, 128, 61), "bad": (185, 28, 28), "warning": (180, 83, 9), "neutral": SOFT,
}  # fmt: skip
MARGIN, WIDTH = 18.0, 174.0
COLUMNS = 3
_making = Lock()
"""fpdf2 reads and cuts fonts slowly: one at a time is enough."""


def pdf(content: Content, links: Links) -> bytes:
    import matplotlib as mpl  # noqa: PLC0415 - slow to load
    from fpdf import FPDF  # noqa: PLC0415

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-13)
            self.set_font(FONT, size=7.5)
            self.set_text_color(*SOFT)
            made = f"{content.made_at.astimezone(ZoneInfo(content.tz)):%Y-%m-%d %H:%M}"
            self.cell(
                WIDTH - 20, 5, self.fitting(f"Project {content.project}. Times are of {content.tz}. Made {made}.")
            )
            self.cell(20, 5, f"{self.page_no()} / {{nb}}", align="R")

        def fitting(self, text: str) -> str:
            return text if len(text) <= 110 else f"{text[:109]}…"

    fonts = Path(mpl.get_data_path()) / "fonts" / "ttf"
    with _making:
        paper = Paper(format="A4")
        paper.set_title(f"{content.name}: {content.period}")
        paper.set_creator("PromptPulse")
        paper.set_creation_date(content.made_at)
        paper.set_lang("en")
        paper.add_font(FONT, "", str(fonts / "DejaVuSans.ttf"))
        paper.add_font(FONT, "B", str(fonts / "DejaVuSans-Bold.ttf"))
        paper.set_margins(MARGIN, 16, MARGIN)
        paper.set_auto_page_break(auto=True, margin=18)
        paper.add_page()
        _head(paper, content, links)
        images = iter(pictures(content))
        for section in content.sections:
            _section(paper, section, [next(images) for _ in drawn(section)], links)
        return bytes(paper.output())


def file_name(content: Content) -> str:
    stem = re.sub(r"[^A-Za-z0-9]+", "-", f"{content.name} {content.start.astimezone(ZoneInfo(content.tz)):%Y-%m-%d}")
    return f"{stem.strip('-').lower() or 'report'}.pdf"


def _head(paper: FPDF, content: Content, links: Links) -> None:
    _text(paper, f"{content.project} · {content.period}", 9, SOFT)
    _text(paper, content.name, 18, INK, bold=True, after=1)
    _text(paper, content.headline, 11, INK, after=1)
    if content.quiet:
        _text(paper, content.quiet, 9, SOFT, after=1)
    if links.page:
        url = link(links.base_url, links.page)
        paper.set_font(FONT, size=8)
        paper.set_text_color(37, 99, 235)
        paper.cell(0, 5, "Open in PromptPulse", link=url, new_x="LMARGIN", new_y="NEXT")


def _section(paper: FPDF, section: Section, images: Sequence[bytes], links: Links) -> None:
    if paper.will_page_break(30):
        paper.add_page()
    paper.ln(3)
    paper.set_draw_color(*LINE)
    paper.line(MARGIN, paper.get_y(), MARGIN + WIDTH, paper.get_y())
    paper.ln(3)
    _text(paper, section.title, 12, INK, bold=True, after=0.5)
    if section.note:
        _text(paper, section.note, 8.5, SOFT, after=1)
    for text in section.texts:
        _text(paper, text, 9.5, INK, after=1)
    if section.figures:
        _figures(paper, section.figures)
    for item in section.items:
        _item(paper, item, links)
    for one, image in zip(drawn(section), images, strict=True):
        _picture(paper, one.title if one.title != section.title else "", image, one.said)
    for table in section.tables:
        _table(paper, table)


def _figures(paper: FPDF, figures: Sequence[Figure]) -> None:
    width = WIDTH / COLUMNS
    for begin in range(0, len(figures), COLUMNS):
        if paper.will_page_break(18):
            paper.add_page()
        top = paper.get_y()
        for column, one in enumerate(figures[begin : begin + COLUMNS]):
            x = MARGIN + column * width
            for dy, size, colour, style, text in (
                (0.0, 8, SOFT, "", one.label),
                (4.2, 13, INK, "B", one.value),
                (10.4, 7.5, LOOKS[one.look], "", f"{one.change} from {one.before}" if one.change else ""),
            ):
                paper.set_xy(x, top + dy)
                paper.set_font(FONT, style, size)
                paper.set_text_color(*colour)
                paper.cell(width - 3, 5, _cut(paper, text, width - 3))
        paper.set_xy(MARGIN, top + 16.5)


def _item(paper: FPDF, item: Item, links: Links) -> None:
    if paper.will_page_break(16):
        paper.add_page()
    top, page = paper.get_y(), paper.page
    paper.set_left_margin(MARGIN + 4)
    paper.set_x(MARGIN + 4)
    if item.mark:
        _text(paper, item.mark, 8, LOOKS[item.look], bold=True)
    _text(paper, item.title, 9.5, INK, url=link(links.base_url, item.path) if item.path and links.base_url else "")
    if item.detail:
        _text(paper, item.detail, 8.5, SOFT)
    if item.evidence:
        _text(paper, " · ".join(item.evidence), 7.5, SOFT)
    paper.set_left_margin(MARGIN)
    if paper.page == page:
        paper.set_draw_color(*LOOKS[item.look])
        paper.set_line_width(0.7)
        paper.line(MARGIN + 0.5, top + 0.5, MARGIN + 0.5, paper.get_y() - 0.5)
        paper.set_line_width(0.2)
    paper.set_x(MARGIN)
    paper.ln(2)


def _picture(paper: FPDF, title: str, image: bytes, said: str) -> None:
    width, height = _size(image)
    tall = WIDTH * height / width
    if paper.will_page_break(tall + 6):
        paper.add_page()
    if title:
        _text(paper, title, 8.5, SOFT, bold=True)
    paper.image(io.BytesIO(image), x=MARGIN, w=WIDTH, alt_text=said)
    paper.ln(1.5)


def _table(paper: FPDF, table: Table) -> None:
    from fpdf.fonts import FontFace  # noqa: PLC0415

    left = words(table)
    paper.set_font(FONT, size=8)
    paper.set_text_color(*INK)
    paper.set_draw_color(*LINE)
    widths = [3.0 if i == 0 else 1.6 for i in range(len(table.columns))]
    with paper.table(
        borders_layout="HORIZONTAL_LINES", width=WIDTH, col_widths=widths, line_height=4.6, padding=0.8,
        headings_style=FontFace(emphasis="BOLD", color=SOFT, size_pt=7.5),
        text_align=["LEFT" if i == 0 or is_left else "RIGHT" for i, is_left in enumerate(left)],
    ) as shown:  # fmt: skip
        shown.row(table.columns)
        for row in table.rows:
            shown.row(row)
    if table.more:
        _text(paper, f"and {table.more} more", 7.5, SOFT)
    paper.ln(1)


def _text(
    paper: FPDF, text: str, size: float, colour: tuple[int, int, int], *, bold: bool = False, after: float = 0,
    url: str = "",
) -> None:  # fmt: skip
    paper.set_font(FONT, "B" if bold else "", size)
    paper.set_text_color(*colour)
    paper.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT", align="L", link=url)
    if after:
        paper.ln(after)


def _cut(paper: FPDF, text: str, width: float) -> str:
    while text and paper.get_string_width(text) > width:
        text = text[:-2].rstrip() + "…" if len(text) > 2 else ""
    return text


def _size(image: bytes) -> tuple[int, int]:
    """Of a PNG, by its header."""
    return int.from_bytes(image[16:20]), int.from_bytes(image[20:24])
