"""A provider's export of usage or costs, line by line. Columns are found by their names, lines that say nothing are counted."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from promptpulse.core.errors import Refused
from promptpulse.metrics.reconciled import BillLine

MAX_LINES = 200_000
MAX_DAYS = 400
NEWEST, OLDEST = 2100, 2015
"""Years of a bill."""

DAY = (
    "start_time_iso", "usage_date_utc", "usage_date", "date_utc", "date", "day", "start_date", "starting_at", "start_time",
    "bucket_start", "timestamp", "created_at", "created", "time",
)  # fmt: skip
MODEL = ("model", "model_version", "model_name", "model_id", "line_item", "snapshot_id")
USD = (
    "amount_value", "cost_usd", "amount_usd", "total_cost_usd", "cost_in_usd", "usd", "cost", "total_cost", "amount", "spend",
)  # fmt: skip
CURRENCY = ("amount_currency", "currency", "currency_code", "billing_currency")
TOKENS: tuple[tuple[str, ...], ...] = (
    ("usage_input_tokens_no_cache", "usage_input_tokens_cache_write_5m", "usage_input_tokens_cache_write_1h",
     "usage_input_tokens_cache_write", "usage_input_tokens_cache_read", "usage_output_tokens"),
    ("uncached_input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"),
    ("input_tokens", "output_tokens"),
    ("prompt_tokens", "completion_tokens"),
    ("n_context_tokens_total", "n_generated_tokens_total"),
    ("total_tokens",),
    ("tokens",),
)  # fmt: skip
"""Columns that add up to all tokens; the first set whose first column the file has is taken."""
QUANTITY, QUANTITY_UNIT = "quantity", "quantity_unit"
WANTED = (
    "a day (such as date, usage_date_utc, start_time_iso) and a cost (cost_usd, amount_value) or tokens (input_tokens,"
    " output_tokens), for each model (model, model_version, line_item)"
)
_DELIMITERS = ",;\t|"
_MONEY = re.compile(r"[\s\u00a0$]|US\$|USD", re.IGNORECASE)
_FOREIGN = re.compile(r"[€£¥₹]|\b(EUR|GBP|JPY|CNY|INR|CHF|AUD|CAD)\b", re.IGNORECASE)
_UNIX = re.compile(r"\d{10}(\.0+)?|\d{13}")
_DAY_FORMATS = ("%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y")


@dataclass(frozen=True, slots=True)
class Bill:
    lines: tuple[BillLine, ...]
    read: int
    """Lines of the file, its header aside."""
    columns: Mapping[str, str]
    """Which column was taken for what."""
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Columns:
    day: int
    model: int | None
    usd: int | None
    currency: int | None
    tokens: tuple[int, ...]
    quantity: tuple[int, int] | None
    """Amount and its unit."""
    decimal_comma: bool
    names: Mapping[str, str]


class _Skip(Exception):
    """The line says nothing; the text is why."""


def read_bill(body: bytes) -> Bill:
    """Raises Refused that says what a file needs, for one that is none, is too long or is in another currency."""
    text = _text(body)
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter)
    header = next(rows, [])
    columns = _columns(header, delimiter)
    lines: list[BillLine] = []
    skipped: Counter[str] = Counter()
    read = 0
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        read += 1
        if read > MAX_LINES:
            raise Refused(
                f"body: the file has more than {MAX_LINES} lines; export by day, or a shorter time", field="body"
            )
        try:
            lines.append(_line(row, columns))
        except _Skip as why:
            skipped[str(why)] += 1
    if not lines:
        why_not = "; ".join(_said(skipped)) or "it has no lines"
        raise Refused(f"body: nothing of the file can be compared ({why_not}); it needs {WANTED}", field="body")
    days = {line.day for line in lines}
    if (max(days) - min(days)).days >= MAX_DAYS:
        raise Refused(f"body: the file spans more than {MAX_DAYS} days; export a shorter time", field="body")
    return Bill(tuple(lines), read, columns.names, tuple(_said(skipped)))


def _said(skipped: Counter[str]) -> list[str]:
    return [f"{n} {'line' if n == 1 else 'lines'} left out: {why}" for why, n in skipped.most_common()]


def _text(body: bytes) -> str:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Refused("body: the file is no text; export it as CSV", field="body")


def _delimiter(text: str) -> str:
    header = text.lstrip("\r\n").partition("\n")[0]
    return max(_DELIMITERS, key=header.count)


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as e:
        raise Refused(f"body: the file is not CSV ({e})", field="body") from e


def _named(cell: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", cell.strip().lower()).strip("_")


def _columns(header: Sequence[str], delimiter: str) -> _Columns:
    places: dict[str, int] = {}
    for i, cell in enumerate(header):
        places.setdefault(_named(cell), i)

    def find(names: Sequence[str]) -> int | None:
        return next((places[name] for name in names if name in places), None)

    day, model, usd, currency = find(DAY), find(MODEL), find(USD), find(CURRENCY)
    summed = next((names for names in TOKENS if names[0] in places), ())
    tokens = tuple(places[name] for name in summed if name in places)
    quantity = (places[QUANTITY], places[QUANTITY_UNIT]) if {QUANTITY, QUANTITY_UNIT} <= places.keys() else None
    if day is None or (usd is None and not tokens):
        found = ", ".join(cell.strip() for cell in header if cell.strip())[:300] or "nothing"
        raise Refused(f"body: the first line names {found}; the file needs {WANTED}", field="body")
    names = {"day": day, "model": model, "usd": usd, "currency": currency}
    taken = {key: header[i].strip() for key, i in names.items() if i is not None}
    if tokens or quantity:
        taken["tokens"] = " + ".join(header[i].strip() for i in tokens or (places[QUANTITY],))
    return _Columns(day, model, usd, currency, tokens, None if tokens else quantity, delimiter == ";", taken)


def _line(row: Sequence[str], columns: _Columns) -> BillLine:
    def cell(i: int | None) -> str:
        return row[i].strip() if i is not None and i < len(row) else ""

    usd_text = cell(columns.usd)
    _check_currency(cell(columns.currency), usd_text)
    usd = _number(usd_text, columns)
    tokens = _tokens([cell(i) for i in columns.tokens], columns)
    if columns.quantity and cell(columns.quantity[1]).lower() in {"token", "tokens"}:
        tokens = _tokens([cell(columns.quantity[0])], columns)
    model = cell(columns.model)
    if columns.model is not None and columns.names["model"].strip().lower() == "line_item":
        model = model.partition(",")[0].strip()
    if model.lower() in {"total", "totals", "sum"}:
        raise _Skip("it is a total")
    return BillLine(_day(cell(columns.day)), model, usd, tokens)


def _check_currency(currency: str, amount: str) -> None:
    foreign = currency if currency and currency.strip().lower() not in {"usd", "us$", "$"} else ""
    mark = _FOREIGN.search(amount)
    if foreign or mark:
        named = foreign or (mark[0] if mark else "")
        raise Refused(f"body: amounts are in {named[:20]!r}; only US dollars can be compared", field="body")


def _tokens(cells: Sequence[str], columns: _Columns) -> int | None:
    # a count has no decimals: points and commas between three digits are for the eye
    plain = [re.sub(r"[.,](?=\d{3}\b)", "", cell) for cell in cells]
    numbers = [n for n in (_number(cell, columns) for cell in plain) if n is not None]
    return int(sum(numbers)) if numbers else None


def _number(text: str, columns: _Columns) -> Decimal | None:
    """None where there is none."""
    plain = _MONEY.sub("", text)
    if plain in {"", "-"}:
        return None
    comma, point = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and (comma > point >= 0 or (point < 0 and columns.decimal_comma)):
        plain = plain.replace(".", "").replace(",", ".")
    else:
        plain = plain.replace(",", "")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        raise _Skip("a number cannot be read") from None
    if not number.is_finite() or abs(number) > Decimal(10) ** 15:
        raise _Skip("a number cannot be read")
    return number


def _day(text: str) -> date:
    """UTC."""
    if not text:
        raise _Skip("it has no day")
    day = _iso(text) or _unix(text) or _spelled(text)
    if day is None or not OLDEST <= day.year <= NEWEST:
        raise _Skip("its day cannot be read; write it as 2026-11-21")
    return day


def _iso(text: str) -> date | None:
    try:
        moment = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        return None
    if len(text) == 8:  # 20261121 is a day, and read below
        return None
    return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()


def _unix(text: str) -> date | None:
    if not _UNIX.fullmatch(text):
        return None
    seconds = int(text.partition(".")[0])
    return datetime.fromtimestamp(seconds / 1000 if seconds > 10**11 else seconds, UTC).date()


def _spelled(text: str) -> date | None:
    for form in _DAY_FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None
