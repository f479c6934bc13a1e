"""Files of calls become calls: all good rows, once, with the totals of the file."""

from __future__ import annotations

import csv
import gzip
import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from promptpulse.accounts.values import ProjectRef
from promptpulse.core.call import Call
from promptpulse.core.errors import AppError, BadRequest, NotFound, Refused
from promptpulse.ingest.imports import (
    Estimate,
    ImportReport,
    Options,
    Sent,
    Write,
    direct_writer,
    import_file,
    mapped,
    named,
    read_mapping,
)
from promptpulse.ingest.price import Prices
from promptpulse.metrics import rollups
from promptpulse.store import Store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
Row = dict[str, object]


@pytest.fixture
def write(store: Store, project: str) -> Write:
    ref = ProjectRef(project, "Imports", "UTC", capture_content=True, price_version=0)
    return direct_writer(store, ref, Prices(lambda _: ()), lambda: NOW)


def run(path: Path, write: Write, name: str = "calls-ndjson", **kwargs: Path) -> ImportReport:
    return import_file(path, named(name, Options()), write, NOW, lambda _rows, _share: None, **kwargs)


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.rows, report.stored, report.duplicates, report.rejected


def rows(store: Store, project: str, columns: str) -> list[tuple[object, ...]]:
    sql = f"SELECT {columns} FROM calls WHERE project = {{project:String}} ORDER BY ts, id"
    return list(store.query(sql, {"project": project}).rows())


def text_file(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def trace(shared: Path, name: str) -> list[dict[str, str]]:
    with gzip.open(shared / "data" / name, "rt", newline="") as file:
        return list(csv.DictReader(file))


# --- real traces ---------------------------------------------------------------------------------


def test_the_azure_trace_has_the_totals_of_its_file_by_service_and_hour(
    store: Store, project: str, write: Write, shared: Path
) -> None:
    expected: Counter[tuple[str, str, str]] = Counter()
    for row in trace(shared, "azure_llm_2023.csv.gz"):
        key = row["service"], row["TIMESTAMP"][:13]
        expected[*key, "calls"] += 1
        expected[*key, "input"] += int(row["ContextTokens"])
        expected[*key, "output"] += int(row["GeneratedTokens"])

    report = run(shared / "data" / "azure_llm_2023.csv.gz", write, "azure-llm")

    assert counts(report) == (28_185, 28_185, 0, 0)
    found: Counter[tuple[str, str, str]] = Counter()
    hours = store.query(
        """
        SELECT service, formatDateTime(ts, '%Y-%m-%d %H', 'UTC') AS hour, count() AS n, sum(input_tokens), sum(output_tokens)
        FROM calls
        WHERE project = {project:String}
        GROUP BY service, hour
        """,
        {"project": project},
    )
    for service, hour, *values in hours.rows():
        for name, value in zip(("calls", "input", "output"), values, strict=True):
            found[str(service), str(hour), name] = int(str(value))
    assert found == expected
    rolled = store.query(
        """
        SELECT feature, sum(calls_state), sum(input_state), sum(output_state)
        FROM calls_1h
        WHERE project = {project:String}
        GROUP BY feature
        """,
        {"project": project},
    )
    for service, *values in rolled.rows():
        names = ("calls", "input", "output")
        assert [int(str(v)) for v in values] == [
            sum(n for (s, _, what), n in expected.items() if (s, what) == (service, name)) for name in names
        ]


def test_the_first_row_of_the_azure_trace(store: Store, project: str, write: Write, shared: Path) -> None:
    run(shared / "data" / "azure_llm_2023.csv.gz", write, "azure-llm")
    first = rows(
        store,
        project,
        "service, prompt_id, toUnixTimestamp64Micro(ts), input_tokens, output_tokens, latency_ms, properties",
    )[0]

    # conv,2023-11-16 18:15:46.6805900,374,44: latency 457 + 15.6 * 43
    at = datetime(2023, 11, 16, 18, 15, 46, 680590, tzinfo=UTC)
    assert first == ("conv", "azure-conv", round(at.timestamp() * 1e6), 374, 44, 1127.8, {"latency": "estimated"})


def test_the_mooncake_trace_has_the_totals_of_its_file(store: Store, project: str, write: Write, shared: Path) -> None:
    given = trace(shared, "mooncake_conversation.csv.gz")

    report = run(shared / "data" / "mooncake_conversation.csv.gz", write, "mooncake")

    assert counts(report) == (12_031, 12_031, 0, 0)
    found = rows(store, project, "input_tokens, output_tokens, cached_input_tokens, toUnixTimestamp64Milli(ts)")
    inputs, outputs, cached, times = ([int(str(v)) for v in column] for column in zip(*found, strict=True))
    assert sum(inputs) == sum(int(row["input_length"]) for row in given)
    assert sum(outputs) == sum(int(row["output_length"]) for row in given)
    assert sum(cached) == sum(
        min(512 * int(row["prefix_blocks_seen_before"]), int(row["input_length"])) for row in given
    )
    assert times[-1] - times[0] == max(int(row["timestamp_ms"]) for row in given)


def test_the_llmperf_trace_keeps_its_rate_limits_and_latencies(
    store: Store, project: str, write: Write, shared: Path
) -> None:
    given = trace(shared, "llmperf_2023_12.csv.gz")

    report = run(shared / "data" / "llmperf_2023_12.csv.gz", write, "llmperf")

    assert counts(report) == (2_845, 2_845, 0, 0)
    kinds = Counter(kind for (kind,) in rows(store, project, "error_type"))
    assert kinds == {"": 2_306, "rate_limit": 392, "model_error": 146, "other": 1}
    measured = [ms for (ms,) in rows(store, project, "latency_ms") if ms != 457.0]
    seconds = [float(row["end_to_end_latency_s"]) for row in given if float(row["end_to_end_latency_s"])]
    assert sum(float(str(ms)) for ms in measured) == pytest.approx(sum(seconds) * 1000, rel=1e-6)


def test_the_llmdrift_trace_keeps_costs_texts_and_who_was_right(
    store: Store, project: str, write: Write, shared: Path
) -> None:
    given = trace(shared, "llmdrift_prime.csv.gz")

    report = run(shared / "data" / "llmdrift_prime.csv.gz", write, "llmdrift")

    assert counts(report) == (4_000, 4_000, 0, 0)
    right: Counter[object] = Counter()
    cost = 0.0
    for snapshot, correct, usd, source in rows(
        store, project, "response_model, properties['correct'], toFloat64(cost_usd), cost_source"
    ):
        right[snapshot] += int(str(correct))
        cost += float(str(usd))
        assert source == "client"
    assert (right["gpt-4-0314"], right["gpt-4-0613"]) == (840, 511)
    assert cost == pytest.approx(sum(float(row["cost"]) for row in given), rel=1e-6)
    texts = store.query("SELECT count() FROM call_texts WHERE project = {project:String}", {"project": project})
    assert next(texts.rows()) == (4_000,)


# --- once ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "file,name,n",
    [("azure_llm_2023.csv.gz", "azure-llm", 28_185), ("mooncake_conversation.csv.gz", "mooncake", 12_031)],
)
def test_a_trace_that_is_imported_twice_is_stored_once(
    store: Store, project: str, write: Write, shared: Path, file: str, name: str, n: int
) -> None:
    run(shared / "data" / file, write, name)

    assert counts(run(shared / "data" / file, write, name)) == (n, 0, n, 0)
    assert len(rows(store, project, "id")) == n


def test_an_import_that_was_killed_half_way_goes_on(store: Store, project: str, shared: Path) -> None:
    class Killed(Exception):
        pass

    def fresh_writer() -> Write:  # of a new process, which remembers nothing
        ref = ProjectRef(project, "Imports", "UTC", capture_content=True, price_version=0)
        return direct_writer(store, ref, Prices(lambda _: ()), lambda: NOW)

    def mortal(life: Write, *, after_storing: bool) -> Write:
        batches = iter(range(3))

        def write(calls: Sequence[Call]) -> Sent:
            if next(batches) < 2:
                return life(calls)
            if after_storing:
                life(calls)
            raise Killed

        return write

    path = shared / "data" / "azure_llm_2023.csv.gz"
    with pytest.raises(Killed):
        run(path, mortal(fresh_writer(), after_storing=False), "azure-llm")
    assert len(rows(store, project, "id")) == 10_000
    with pytest.raises(Killed):
        run(path, mortal(fresh_writer(), after_storing=True), "azure-llm")
    report = run(path, fresh_writer(), "azure-llm")

    assert counts(report) == (28_185, 13_185, 15_000, 0)
    assert len(set(rows(store, project, "id"))) == len(rows(store, project, "id")) == 28_185
    today = datetime.now(UTC)  # the rollup of minutes keeps the last three days of the real clock
    assert not [r.table for r in rollups.ROLLUPS if rollups.differing_hours(store, r, today)]


def test_a_file_that_was_renamed_zipped_or_has_grown_adds_only_what_is_new(
    store: Store, project: str, write: Write, tmp_path: Path
) -> None:
    lines = [f'{{"model": "m", "latency_ms": {n}, "timestamp": "2026-11-01T00:00:0{n}Z"}}\n' for n in range(5)]
    first = tmp_path / "monday.ndjson"
    first.write_text("".join(lines[:3]))
    assert counts(run(first, write)) == (3, 3, 0, 0)

    zipped = tmp_path / "week.ndjson.gz"
    zipped.write_bytes(gzip.compress("".join(lines).encode()))

    assert counts(run(zipped, write)) == (5, 2, 3, 0)
    assert [row[0] for row in rows(store, project, "latency_ms")] == [0, 1, 2, 3, 4]


def test_equal_rows_of_a_file_are_calls_of_their_own_and_equal_ids_are_not(
    store: Store, project: str, write: Write, tmp_path: Path
) -> None:
    same = '{"model": "m", "latency_ms": 1, "timestamp": "2026-11-01T00:00:00Z"}'
    named_one = same.replace("{", '{"id": "a", ', 1)
    path = text_file(tmp_path / "calls.ndjson", same, same, named_one, named_one)

    assert counts(run(path, write)) == (4, 3, 1, 0)


# --- bad rows and bad files ----------------------------------------------------------------------


def test_bad_rows_are_kept_aside_with_their_line_and_reason(
    store: Store, project: str, write: Write, tmp_path: Path
) -> None:
    good = '{"id": "%s", "model": "m", "latency_ms": 1, "timestamp": "2026-11-01T00:00:00Z"}'
    path = text_file(
        tmp_path / "calls.ndjson",
        good % "a",
        "",
        '{"model": "m", "latency_ms": "fast", "timestamp": "2026-11-01T00:00:00Z"}',
        '{"model": "m", "latency_ms": 1}',
        "not json",
        '{"model": "m", "latency_ms": 1, "timestamp": "2026-11-01T00:00:00Z", "colour": "red"}',
        good % "b",
    )
    aside = tmp_path / "calls.ndjson.rejected.ndjson"

    report = run(path, write, rejected_to=aside)

    assert counts(report) == (6, 2, 0, 4)
    assert [row[0] for row in rows(store, project, "id")] == ["a", "b"]
    kept = [json.loads(line) for line in aside.read_text().splitlines()]
    assert [row["line"] for row in kept] == [3, 4, 5, 6]
    assert kept[0]["error"] == "latency_ms: Expected `float`, got `str`"
    assert "timestamp" in kept[1]["error"] and "not a JSON object" in kept[2]["error"] and "colour" in kept[3]["error"]
    assert report.errors[0] == "line 3: latency_ms: Expected `float`, got `str`"


def test_the_rejected_rows_of_an_earlier_run_do_not_stay(write: Write, tmp_path: Path) -> None:
    path, aside = tmp_path / "calls.ndjson", tmp_path / "aside.ndjson"
    text_file(path, '{"model": "m"}')
    run(path, write, rejected_to=aside)
    assert aside.exists()

    text_file(path, '{"model": "m", "latency_ms": 1, "timestamp": "2026-11-01T00:00:00Z"}')
    run(path, write, rejected_to=aside)

    assert not aside.exists()


def test_a_place_that_cannot_be_written_to_costs_no_good_row(write: Write, tmp_path: Path) -> None:
    good = '{"model": "m", "latency_ms": 1, "timestamp": "2026-11-01T00:00:00Z"}'
    path = text_file(tmp_path / "calls.ndjson", "bad", good)

    report = run(path, write, rejected_to=tmp_path / "no such folder" / "aside.ndjson")

    assert counts(report) == (2, 1, 0, 1)
    assert "rejected rows cannot be kept there: No such file or directory" in report.errors[1]


def test_rows_of_a_csv_are_named_by_the_line_they_begin_in(write: Write, tmp_path: Path) -> None:
    path = text_file(
        tmp_path / "calls.csv",
        "timestamp,model,latency_ms,input",
        '2026-11-01T00:00:00Z,m,1,"two',
        'lines"',
        "2026-11-01T00:00:01Z,m,soon,",
        "2026-11-01T00:00:02Z,m",
    )

    report = run(path, write, "calls-csv")

    assert counts(report) == (3, 1, 0, 2)
    assert report.errors == (
        "line 4: latency_ms: Expected `float`, got `str`",
        "line 5: the row has 2 cells, the header has 4",
    )


def test_a_row_that_is_not_utf_8_is_rejected_alone(write: Write, tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(
        b"timestamp,model,latency_ms\n2026-11-01T00:00:00Z,caf\xe9,1\n2026-11-01T00:00:00Z,caf\xc3\xa9,1\n"
    )

    report = run(path, write, "calls-csv")

    assert counts(report) == (2, 1, 0, 1)
    assert report.errors == ("line 2: the row is not UTF-8; convert the file",)


def test_a_zip_that_is_cut_off_keeps_what_was_read_and_can_be_imported_whole(
    store: Store, project: str, write: Write, shared: Path, tmp_path: Path
) -> None:
    whole = (shared / "data" / "azure_llm_2023.csv.gz").read_bytes()
    path = tmp_path / "azure.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadRequest, match="cut off after line"):
        run(path, write, "azure-llm")
    assert len(rows(store, project, "id")) >= 10_000

    path.write_bytes(whole)
    run(path, write, "azure-llm")

    assert len(rows(store, project, "id")) == 28_185


@pytest.mark.parametrize(
    "content,name,error,said",
    [
        (None, "calls-ndjson", NotFound, "No such file"),
        ("", "calls-csv", Refused, "empty"),
        (
            "a,b\n1,2\n",
            "azure-llm",
            Refused,
            "the column 'TIMESTAMP', which azure-llm needs, is not there; the file has a, b",
        ),
        ("latency_ms,latency_ms\n1,2\n", "calls-csv", Refused, "is there twice"),
        ("", "parquet", Refused, "calls-ndjson, calls-csv, azure-llm"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    write: Write, tmp_path: Path, content: str | None, name: str, error: type[AppError], said: str
) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_text(content)

    with pytest.raises(error, match=said):
        run(path, write, name)


def test_progress_tells_rows_and_the_share_of_the_file(write: Write, shared: Path) -> None:
    told: list[tuple[int, float]] = []
    path = shared / "data" / "azure_llm_2023.csv.gz"

    import_file(path, named("azure-llm", Options()), write, NOW, lambda n, share: told.append((n, share)))

    assert [n for n, _ in told] == [5_000, 10_000, 15_000, 20_000, 25_000, 28_185]
    assert told[-1][1] == 1.0
    assert [share for _, share in told] == sorted(share for _, share in told)


# --- any CSV -------------------------------------------------------------------------------------


def test_any_csv_is_imported_by_naming_its_columns(store: Store, project: str, write: Write, tmp_path: Path) -> None:
    path = text_file(
        tmp_path / "log.csv",
        "when;llm;took;in;out;team;ignored",
        "1700000000.25;gpt-4o-mini;1.5;1000;500;blue;x",
        "1700000001;gpt-4o-mini;0.25;;;;y",
    )
    mapping = read_mapping(
        [
            "when=timestamp",
            "llm=model",
            "took=latency_s",
            "in=input_tokens",
            "out=output_tokens",
            "team=properties.team",
        ],
        ["provider=openai", "environment=production"],
        times="s",
    )

    report = import_file(path, mapped(mapping), write, NOW, lambda _rows, _share: None)

    assert counts(report) == (2, 2, 0, 0)
    found = rows(
        store, project,
        "toUnixTimestamp64Milli(ts), provider, model, latency_ms, input_tokens, properties, environment, toFloat64(cost_usd)",
    )  # fmt: skip
    # 1000 input tokens at $0.15 and 500 output tokens at $0.60 a million
    assert found == [
        (1_700_000_000_250, "openai", "gpt-4o-mini", 1500.0, 1000, {"team": "blue"}, "production", 0.00045),
        (1_700_000_001_000, "openai", "gpt-4o-mini", 250.0, None, {}, "production", None),
    ]


def one_time(cell: str, **options: object) -> Callable[[Write, Path], ImportReport]:
    def imported(write: Write, folder: Path) -> ImportReport:
        mapping = read_mapping(["t=timestamp", "ms=latency_ms"], ["model=m"], **options)  # type: ignore[arg-type]
        path = text_file(folder / "log.csv", "t,ms", f"{cell},1")
        return import_file(path, mapped(mapping), write, NOW, lambda _rows, _share: None)

    return imported


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    "imported,expected",
    [
        (one_time("2026-11-01T12:00:00Z"), datetime(2026, 11, 1, 12, tzinfo=UTC)),
        (one_time("2026-11-01 12:00:00+01:00"), datetime(2026, 11, 1, 11, tzinfo=UTC)),
        (one_time("2026-11-01 12:00:00", zone=BERLIN), datetime(2026, 11, 1, 11, tzinfo=UTC)),
        (one_time("1700000000", times="s"), datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        (one_time("1700000000123", times="ms"), datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC)),
        (one_time("1700000000123456", times="us"), datetime(2023, 11, 14, 22, 13, 20, 123_456, tzinfo=UTC)),
        (one_time("90500", times="ms", start=datetime(2026, 1, 1, tzinfo=UTC)), datetime(2026, 1, 1, 0, 1, 30, 500_000, UTC)),
    ],
    ids=["rfc 3339", "offset", "zone", "s", "ms", "us", "since start"],
)  # fmt: skip
def test_times_are_read_in_the_format_that_was_named(
    store: Store,
    project: str,
    write: Write,
    tmp_path: Path,
    imported: Callable[[Write, Path], ImportReport],
    expected: datetime,
) -> None:
    assert counts(imported(write, tmp_path)) == (1, 1, 0, 0)
    assert rows(store, project, "toUnixTimestamp64Micro(ts)") == [(round(expected.timestamp() * 1e6),)]


@pytest.mark.parametrize(
    "imported,said",
    [
        (one_time("2026-11-01 12:00:00"), "has no time zone; say which with --zone"),
        (one_time("1700000000"), "say --times s, ms or us"),
        (one_time("noon", times="s"), "'noon' is not a time in s"),
        (one_time("NaN", times="s"), "'NaN' is not a time in s"),
        (one_time("1700000000000", times="s"), "is not a time in s"),
        (one_time("", times="s"), "must say when the call began"),
    ],
)
def test_a_time_that_cannot_be_read_rejects_the_row(
    write: Write, tmp_path: Path, imported: Callable[[Write, Path], ImportReport], said: str
) -> None:
    report = imported(write, tmp_path)

    assert counts(report) == (1, 0, 0, 1)
    assert said in report.errors[0]


def test_a_latency_that_is_not_there_is_estimated_only_when_asked_for(
    store: Store, project: str, write: Write, tmp_path: Path
) -> None:
    path = text_file(tmp_path / "log.csv", "t,out", "2026-11-01T00:00:00Z,11")
    columns = ["t=timestamp", "out=output_tokens"]
    with pytest.raises(Refused, match="no column gives the latency"):
        read_mapping(columns, ["model=m"])

    mapping = read_mapping(columns, ["model=m"], estimate=Estimate(first_token_ms=200, ms_per_output_token=30))
    import_file(path, mapped(mapping), write, NOW, lambda _rows, _share: None)

    assert rows(store, project, "latency_ms, properties") == [(500.0, {"latency": "estimated"})]


@pytest.mark.parametrize(
    "columns,constants,said",
    [
        (["when"], [], "map: 'when' must be column=field"),
        (["when=time"], [], "map: 'time' is not a field; take one of"),
        (["a=timestamp", "b=timestamp"], [], "timestamp is filled twice"),
        (["a=latency_ms", "b=latency_s"], [], "latency_ms is filled twice"),
        (["a=latency_ms"], ["model=m"], "no column gives the time"),
        (["a=timestamp", "b=latency_ms"], [], "nothing gives prompt_id or model"),
        (["a=timestamp", "b=latency_ms"], ["model="], "constant: 'model=' must be field=value"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_before_a_row_is_read(
    columns: list[str], constants: list[str], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        read_mapping(columns, constants)
