"""What is done with a mouse: widgets are dragged and sized, and charts are taken along as pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from browser.eyes import Eyes, settled
from browser.product import Place
from browser.test_dashboards import CALLS, create, number, read, widget
from server.process import Json

pytestmark = pytest.mark.xdist_group("browser")

PNG = b"\x89PNG\r\n\x1a\n"
GAP_PX, ROW_PX = 12, 40
"""Of the grid: web/src/features/dashboards/layout.ts."""


@dataclass(frozen=True)
class Steps:
    """Of the grid, pixels."""

    column: float
    row: float = ROW_PX + GAP_PX


def rectangle(located: Locator) -> FloatRect:
    found = located.bounding_box()
    assert found is not None
    return found


def drag(page: Page, held: Locator, right: float, down: float) -> None:
    """As a hand does: over several places, not in one leap."""
    box = rectangle(held)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right, y + down, steps=8)
    page.mouse.up()


def places(dashboard: Json) -> dict[str, tuple[int, int, int, int]]:
    """Column, row, width and height by id."""
    widgets = cast("list[dict[str, dict[str, int]]]", dashboard["widgets"])
    return {
        str(one["id"]): (one["place"]["x"], one["place"]["y"], one["place"]["w"], one["place"]["h"]) for one in widgets
    }


def test_widgets_are_dragged_and_sized_by_mouse_and_stay_so(eyes: Eyes, own: Place) -> None:
    made = create(own, "By mouse", number("a", "total_requests", 0, 0), number("b", "success_rate", 3, 0))
    page = eyes.visit(own, f"/dashboards/{made}/edit")
    grip = page.get_by_role("button", name="Move or resize Requests")
    requests, success = widget(page, "Requests"), widget(page, "Success rate")
    expect(grip).to_have_attribute("aria-description", re.compile("^column 1, row 1, 3 wide, 3 tall"))
    settled(page)
    steps = Steps((rectangle(requests)["width"] + GAP_PX) / 3)

    drag(page, grip, 6 * steps.column, 0)
    expect(grip).to_have_attribute("aria-description", re.compile("^column 7, row 1, 3 wide, 3 tall"))
    corner = page.locator(".react-grid-item").filter(has=requests).locator(".react-resizable-handle")
    drag(page, corner, 2 * steps.column, 2 * steps.row)
    expect(grip).to_have_attribute("aria-description", re.compile("^column 7, row 1, 5 wide, 5 tall"))
    # dropped on another, it pushes that one down
    drag(page, grip, -4 * steps.column, 0)
    expect(grip).to_have_attribute("aria-description", re.compile("^column 3, row 1, 5 wide, 5 tall"))
    page.keyboard.press("Control+z")
    expect(grip).to_have_attribute("aria-description", re.compile("^column 7, row 1, 5 wide, 5 tall"))

    page.get_by_role("button", name="Save dashboard").click()
    expect(page.get_by_role("heading", name="By mouse", level=1)).to_be_visible()
    assert places(read(own, made)) == {"a": (6, 0, 5, 5), "b": (3, 0, 3, 3)}
    page.reload()
    settled(page)
    big, small = rectangle(requests), rectangle(success)
    assert big["width"] == pytest.approx(5 * steps.column - GAP_PX, abs=2)
    assert big["height"] == pytest.approx(5 * steps.row - GAP_PX, abs=2)
    assert small["width"] == pytest.approx(3 * steps.column - GAP_PX, abs=2)
    assert big["x"] - small["x"] == pytest.approx(3 * steps.column, abs=2)
    assert big["y"] == pytest.approx(small["y"], abs=2)


@pytest.mark.parametrize(("where", "name"), [("page", "volume.png"), ("dashboard", "requests.png")])
def test_a_chart_is_taken_along_as_a_picture(eyes: Eyes, own: Place, tmp_path: Path, where: str, name: str) -> None:
    own.send(*CALLS)
    if where == "page":
        page = eyes.visit(own, "/", {"range": "1h"})
    else:
        chart: Json = {
            "id": "line", "kind": "line", "title": "Requests", "query": {"metrics": ["total_requests"], "range": "1h"},
            "place": {"x": 0, "y": 0, "w": 6, "h": 6},
        }  # fmt: skip
        page = eyes.visit(own, f"/dashboards/{create(own, 'Pictures', chart)}")
    drawing = page.get_by_role("img", name=re.compile("^Requests, chart"))
    expect(drawing.locator("canvas").first).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Menu of Requests").click()
    with page.expect_download() as sent:
        page.get_by_role("menuitem", name="Download PNG").click()
    assert sent.value.suggested_filename == name
    file = tmp_path / name
    sent.value.save_as(file)
    content = file.read_bytes()
    assert content.startswith(PNG)
    assert content.endswith(b"IEND\xaeB`\x82")
    shown = rectangle(drawing)
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == pytest.approx((2 * shown["width"], 2 * shown["height"]), abs=4)  # sharp when enlarged
    assert len(content) > 5000, "nothing is drawn on it"


def test_a_chart_without_data_is_no_picture(eyes: Eyes, own: Place) -> None:
    own.send(*CALLS)
    page = eyes.visit(own, "/", {"range": "1h", "prompt": "nobody"})
    settled(page)
    page.get_by_role("button", name="Menu of Requests").click()
    expect(page.get_by_role("menuitem", name="Download PNG")).to_be_disabled()
