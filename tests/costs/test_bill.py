"""Exports of providers, as they are downloaded; and their comparison with what was counted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from promptpulse.core.errors import Refused
from promptpulse.costs.bill import MAX_LINES, read_bill
from promptpulse.metrics.reconciled import BillLine, Counted, Gap, reconciled, spelled

DAY, NEXT = date(2026, 11, 20), date(2026, 11, 21)

OPENAI_COSTS = """\
start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,quantity,quantity_unit,line_item,user_id,project_id
1795132800,1795219200,2026-11-20T00:00:00+00:00,2026-11-21T00:00:00+00:00,0.5,usd,1000,tokens,"gpt-5-nano, input_tokens",,proj
1795132800,1795219200,2026-11-20T00:00:00+00:00,2026-11-21T00:00:00+00:00,0.25,usd,200,tokens,"gpt-5-nano, output_tokens",,proj
1795219200,1795305600,2026-11-21T00:00:00+00:00,2026-11-22T00:00:00+00:00,,,,,,,
"""
OPENAI_USAGE = """\
start_time,end_time,start_time_iso,project_id,num_model_requests,model,batch,input_tokens,output_tokens,input_cached_tokens
1795132800,1795219200,2026-11-20T00:00:00+00:00,proj,12,gpt-4o-mini-2024-07-18,,1000,200,400
"""
ANTHROPIC_COSTS = """\
usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,cost_type
2026-11-20,Claude Haiku 4.5,Default,key,message,≤ 200k,input_no_cache,0.05,0.06,token
2026-11-20,Claude Haiku 4.5,Default,key,message,≤ 200k,output,0.02,0.02,token
"""
ANTHROPIC_USAGE = """\
usage_date_utc,model_version,api_key,usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,usage_output_tokens,web_search_count
2026-11-20,claude-haiku-4-5-20251001,key,100,20,3,1000,50,0
"""
GENERIC = "Date;Model;Cost (USD);Tokens\n20.11.2026;gpt-4o;1.234,50;2.000\n"


def line(model: str, usd: str | None, tokens: int | None, day: date = DAY) -> BillLine:
    return BillLine(day, model, None if usd is None else Decimal(usd), tokens)


NO_MODEL = "day\tcost_usd\n2026-11-20 23:30:00-05:00\t1e-3\n"
UNIX = "timestamp,model,cost\n1795132800,m,2\n"
PLAIN = "date,model,prompt_tokens,completion_tokens,cost\n2026-11-20,m,1,2,$0.10\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(
            OPENAI_COSTS,
            [line("gpt-5-nano", "0.5", 1000), line("gpt-5-nano", "0.25", 200), line("", None, None, NEXT)],
            id="openai costs",
        ),
        pytest.param(OPENAI_USAGE, [line("gpt-4o-mini-2024-07-18", None, 1200)], id="openai usage"),
        pytest.param(
            ANTHROPIC_COSTS,
            [line("Claude Haiku 4.5", "0.05", None), line("Claude Haiku 4.5", "0.02", None)],
            id="anthropic costs",
        ),
        pytest.param(ANTHROPIC_USAGE, [line("claude-haiku-4-5-20251001", None, 1173)], id="anthropic usage"),
        pytest.param(PLAIN, [line("m", "0.10", 3)], id="any other"),
        pytest.param(NO_MODEL, [line("", "0.001", None, NEXT)], id="tabs, another zone, no model"),
        pytest.param(UNIX, [line("m", "2", None)], id="seconds since 1970"),
    ],
)
def test_columns_are_found_by_their_names(text: str, lines: list[BillLine]) -> None:
    assert list(read_bill(text.encode()).lines) == lines


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_spreadsheets_of_europe_are_read(encoding: str) -> None:
    bill = read_bill(GENERIC.replace("\n", "\r\n").encode(encoding))
    assert bill.lines == (line("gpt-4o", "1234.50", 2000),)
    assert bill.columns == {"day": "Date", "model": "Model", "usd": "Cost (USD)", "tokens": "Tokens"}


def test_lines_that_say_nothing_are_counted_with_the_reason() -> None:
    bill = read_bill(
        b"date,model,cost\n2026-11-20,m,1\n,m,1\n11/12/2026,m,1\n2026-11-20,m,much\n2026-11-20,m,NaN\n\n2026-11-20,Total,1\n"
    )
    assert (bill.lines, bill.read) == ((line("m", "1", None),), 6)
    assert set(bill.notes) == {
        "2 lines left out: a number cannot be read",
        "1 line left out: it has no day",
        "1 line left out: its day cannot be read; write it as 2026-11-21",
        "1 line left out: it is a total",
    }


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("date,model,amount,currency\n2026-11-20,m,1,EUR\n", "EUR", id="currency column"),
        pytest.param("date,model,cost\n2026-11-20,m,1 €\n", "€", id="currency sign"),
        pytest.param("foo,bar\n1,2\n", "names foo, bar; the file needs a day", id="other columns"),
        pytest.param("date,model\n2026-11-20,m\n", "the file needs", id="no amount"),
        pytest.param("date,cost\n", "it has no lines", id="no lines"),
        pytest.param("date,cost\nyesterday,1\n", "nothing of the file can be compared", id="no usable line"),
        pytest.param("\x00\x01", "no text", id="bytes"),
        pytest.param("date,cost\n2026-01-01,1\n2027-06-01,1\n", "more than 400 days", id="long"),
        pytest.param("date,cost\n" + "2026-11-20,1\n" * (MAX_LINES + 1), "lines", id="many lines"),
    ],
)
def test_what_cannot_be_compared_is_refused(text: str, what: str) -> None:
    with pytest.raises(Refused, match=what) as refused:
        read_bill(text.encode())
    assert refused.value.field == "body"


def calls(model: str, usd: float | None, snapshot: str | None = None, day: date = DAY, **more: object) -> Counted:
    given: dict[str, object] = {"provider": "openai", "tokens": 100, "calls": 10, "unpriced": 0 if usd else 10, **more}
    return Counted(day, model=model, response_model=snapshot, usd=usd, **given)  # type: ignore[arg-type]


def test_the_gap_is_what_was_billed_minus_what_was_counted() -> None:
    found = reconciled([line("gpt-4o", "102", 1100)], [calls("gpt-4o", 100.0, tokens=1000)])
    assert found.total == Gap(102, 100, 2, 100 * 2 / 102, 1100, 1000, 10)
    assert found.models == (("gpt-4o", found.total),)
    assert found.rows == ((DAY, "gpt-4o", found.total),)


@pytest.mark.parametrize(
    ("billed", "model", "snapshot"),
    [
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini", "gpt-4o-mini-2024-07-18"),
        ("gpt-4o-mini", "gpt-4o-mini", "gpt-4o-mini-2024-07-18"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini", None),
        ("Claude Haiku 4.5", "claude-haiku-4-5-20251001", None),
        ("claude-haiku-4-5", "anthropic/claude-haiku-4.5", None),
        ("mistral-small-latest", "mistral-small", None),
    ],
)
def test_spellings_of_a_model_are_one(billed: str, model: str, snapshot: str | None) -> None:
    found = reconciled([line(billed, "1", None)], [calls(model, 1.0, snapshot)])
    assert [name for name, _ in found.models] == [billed]
    assert (found.total.gap_usd, found.unmatched) == (0, ())


def test_billed_snapshots_are_told_apart() -> None:
    bill = [line("gpt-4o-2024-05-13", "5", None), line("gpt-4o-2024-08-06", "2", None)]
    found = reconciled(bill, [calls("gpt-4o", 5.0, "gpt-4o-2024-05-13"), calls("gpt-4o", 2.0, "gpt-4o-2024-08-06")])
    assert {name: gap.gap_usd for name, gap in found.models} == {"gpt-4o-2024-05-13": 0, "gpt-4o-2024-08-06": 0}


def test_only_days_of_the_file_count() -> None:
    found = reconciled([line("m", "1", None)], [calls("m", 1.0), calls("m", 99.0, day=NEXT)])
    assert (found.total.counted_usd, found.end) == (1, DAY)
    covered = reconciled(
        [line("m", "1", None), line("", None, None, NEXT)], [calls("m", 1.0), calls("m", 99.0, day=NEXT)]
    )
    assert (covered.total.counted_usd, covered.end) == (100, NEXT)


def test_what_is_not_known_has_no_gap() -> None:
    found = reconciled([line("m", "1", None), line("n", "2", 5)], [calls("m", None)])
    gaps = dict(found.models)
    assert (gaps["m"].counted_usd, gaps["m"].gap_usd, gaps["m"].calls) == (None, None, 10)
    assert (gaps["n"].gap_usd, gaps["n"].counted_tokens) == (None, None)
    assert (found.unpriced, found.unmatched) == (10, ("n",))


def test_models_that_were_not_billed_count_where_their_provider_billed_others() -> None:
    mine, other = calls("gpt-4o", 3.0), calls("claude", 5.0, provider="anthropic")
    found = reconciled([line("gpt-5", "1", None)], [calls("gpt-5", 1.0), mine, other])
    assert {name: gap.counted_usd for name, gap in found.models} == {"gpt-5": 1, "gpt-4o": 3}
    assert dict(found.models)["gpt-4o"].billed_usd is None


def test_a_file_without_models_is_compared_as_a_whole() -> None:
    found = reconciled([line("", "10", None)], [calls("a", 4.0), calls("b", 5.0)])
    assert (found.is_by_model, found.models[0][0], found.total.gap_usd) == (False, "all models", 1)


def test_spelling() -> None:
    assert spelled("openai/GPT-4.1 Mini") == "gpt-4-1-mini"
