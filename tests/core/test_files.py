"""Files that are made while they are sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pyarrow.parquet as pq
import pytest
from pyarrow import BufferReader
from starlette.types import Message

from promptpulse.files import FORMATS, Attachment, Format, Kind, export

COLUMNS: dict[str, Kind] = {"n": "integer", "text": "text"}


def endless(closed: list[bool]) -> Iterator[dict[str, object]]:
    try:
        n = 0
        while True:
            yield {"n": n, "text": "x" * 1000}
            n += 1
    finally:
        closed.append(True)


def aborted(form: Format) -> tuple[list[bool], list[str], int]:
    """What was closed and called, and the bytes sent, when a client goes away after the first piece."""
    closed: list[bool] = []
    ended: list[str] = []
    sent = 0

    async def run() -> None:
        nonlocal sent
        gone = asyncio.Event()

        async def receive() -> Message:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            nonlocal sent
            sent += len(message.get("body", b""))
            if sent > 1000:  # more than the first bytes of Parquet
                gone.set()
            await asyncio.sleep(0)

        attachment = Attachment("calls", endless(closed), COLUMNS, form, on_end=lambda: ended.append("ended"))
        scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}}
        await asyncio.wait_for(attachment(scope, receive, send), 30)

    asyncio.run(run())
    return closed, ended, sent


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_whose_reader_went_away_is_closed_and_its_slot_given_back(form: Format) -> None:
    closed, ended, sent = aborted(form)
    assert (closed, ended) == ([True], ["ended"])
    assert sent > 0


def test_a_file_says_its_name_and_how_many_rows_come() -> None:
    headers = Attachment("calls", [], COLUMNS, "csv", total=3).headers
    assert headers["content-disposition"] == 'attachment; filename="calls.csv"'
    assert headers["x-total-rows"] == "3"


def test_parquet_comes_in_pieces() -> None:
    pieces = list(export(({"n": n, "text": f"{n}"} for n in range(25_000)), COLUMNS, "parquet"))
    assert len(pieces) >= 4
    assert pieces[0].startswith(b"PAR1")
    table = pq.read_table(BufferReader(b"".join(pieces)))
    assert table.column("n").to_pylist() == list(range(25_000))
