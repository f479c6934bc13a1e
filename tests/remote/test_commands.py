"""Commands that ask a running server, as a user types them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from promptpulse import __version__
from promptpulse.remote.client import Address, Remote
from promptpulse.remote.exporting import Selection, export, wanted
from remote.conftest import Run, Shop
from server.process import COMMAND, environment

pytestmark = pytest.mark.xdist_group("commands")


def test_status_says_what_is_stored_and_that_nothing_is_wrong(promptpulse: Run) -> None:
    done = promptpulse("status")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Calls      4, the newest of " in done.stdout
    assert "Incidents  none" in done.stdout
    told = json.loads(promptpulse("status", "--json").stdout)
    assert (told["calls_stored"], told["incidents"], told["alerts"]) == (4, [], [])


def test_a_question_is_answered_with_a_table(promptpulse: Run) -> None:
    done = promptpulse("query", "requests, success rate by prompt last 1h")
    assert [line.split() for line in done.stdout.splitlines()[2:]] == [
        ["farewell", "2", "100.00", "%"],
        ["greeting", "2", "50.00", "%"],
    ]


def test_a_question_is_answered_with_json_for_scripts(promptpulse: Run) -> None:
    told = json.loads(promptpulse("query", "requests where prompt = greeting", "--json").stdout)
    assert told["values"] == {"total_requests": [[2]]}


def test_a_question_that_cannot_be_read_points_at_the_word_and_ends_with_2(promptpulse: Run) -> None:
    done = promptpulse("query", "p95 by promt")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-2:] == ["  p95 by promt", "         ^^^^^"]


@pytest.mark.parametrize(
    ("settings", "code", "says"),
    [({"key": "wrong"}, 4, "Invalid API key"), ({"url": "http://127.0.0.1:1"}, 5, "does not answer")],
)
def test_exit_codes_tell_refusals_from_servers_that_are_away(
    promptpulse: Run, settings: dict[str, str], code: int, says: str
) -> None:
    done = promptpulse("status", **settings)
    assert done.returncode == code
    assert says in done.stderr


def test_tail_shows_stored_calls_and_then_those_that_arrive(shop: Shop) -> None:
    own = shop.server.project_key("followed").key
    with shop.server.client_of(own) as client:
        shop.server.send([{"id": "stored", "model": "m", "latency_ms": 1}], client)
    following = subprocess.Popen(
        [*COMMAND, "tail", "-n", "1", "--json"],
        env=environment({"url": shop.server.url, "key": own}),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert following.stdout is not None
        assert json.loads(following.stdout.readline())["id"] == "stored"
        with shop.server.client_of(shop.server.project_key("elsewhere").key) as other:
            shop.server.send([{"id": "not-ours", "model": "m", "latency_ms": 1}], other)
        with shop.server.client_of(own) as client:
            shop.server.send([{"id": "fresh", "prompt_id": "tailed", "model": "m", "latency_ms": 1}], client)
        watchdog = threading.Timer(30, following.kill)
        watchdog.start()
        assert json.loads(following.stdout.readline())["id"] == "fresh"
        watchdog.cancel()
    finally:
        following.kill()
        following.wait(10)


def test_export_writes_whole_files_in_every_format(promptpulse: Run, tmp_path: Path) -> None:
    for form in ("ndjson", "csv", "parquet"):
        done = promptpulse("export", "calls", str(tmp_path / f"calls.{form}"), "--prompt", "greeting")
        assert (done.returncode, done.stdout.split()[0]) == (0, "2"), done.stderr
    rows = [json.loads(line) for line in (tmp_path / "calls.ndjson").read_text().splitlines()]
    assert [row["id"] for row in rows] == ["call-0", "call-1"]
    assert [row["id"] for row in csv.DictReader((tmp_path / "calls.csv").open())] == ["call-0", "call-1"]
    assert (tmp_path / "calls.parquet").read_bytes()[:4] == b"PAR1"
    assert {file.suffix for file in tmp_path.iterdir()} == {".ndjson", ".csv", ".parquet"}


def test_an_export_that_broke_off_goes_on_after_its_last_whole_row(shop: Shop, tmp_path: Path) -> None:
    file, now = tmp_path / "calls.ndjson", datetime.now(UTC)
    given = Selection("calls", "", "1h", None, None, "greeting", None)
    with Remote(Address(shop.server.url, shop.key)) as remote:
        whole = wanted(given, file, now)
        export(remote, whole, file, lambda _done, _total: None)
        complete = file.read_bytes()
        first = complete.splitlines(keepends=True)[0]
        file.with_name("calls.ndjson.part").write_bytes(first + b'{"id": "half a ro')
        question = {"path": whole.path, "format": "ndjson", "parameters": dict(whole.parameters)}
        file.with_name("calls.ndjson.part.json").write_text(json.dumps(question))
        file.unlink()
        seen: list[int] = []
        again = wanted(given, file, now.replace(year=now.year + 1))  # the range that was begun stays
        assert export(remote, again, file, lambda done, _total: seen.append(done)) == 2
    assert file.read_bytes() == complete
    assert seen[0] == 1  # the first row was not fetched again


def test_another_question_does_not_go_on_with_a_file_that_was_begun(promptpulse: Run, tmp_path: Path) -> None:
    (tmp_path / "a.ndjson.part").write_text("")
    (tmp_path / "a.ndjson.part.json").write_text('{"kind": "scores", "parameters": {}}')
    done = promptpulse("export", "calls", str(tmp_path / "a.ndjson"))
    assert (done.returncode, "begun with another question" in done.stderr) == (1, True)


def test_files_go_out_and_in_with_answers_for_scripts_and_bars_beside_them(
    promptpulse: Run, shop: Shop, tmp_path: Path
) -> None:
    file = tmp_path / "calls.ndjson"
    done = promptpulse("export", "calls", str(file), "--prompt", "greeting", "--json")
    assert json.loads(done.stdout) == {"kind": "calls", "rows": 2, "file": str(file)}
    elsewhere = shop.server.project_key("files").key
    done = promptpulse(
        "import", str(file), "--format", "calls-ndjson", "--url", shop.server.url, "--json", key=elsewhere
    )
    told = json.loads(done.stdout)
    assert (told["stored"], told["duplicates"], told["rejected"], told["rejected_file"]) == (2, 0, 0, None)
    backup = tmp_path / "b.tar"
    made = json.loads(promptpulse("backup", str(backup), "--json", key=shop.server.key).stdout)
    assert (made["calls"] >= 4, made["file"]) == (True, str(backup))
    back = json.loads(promptpulse("restore", str(backup), "--data", str(tmp_path / "back"), "--json").stdout)
    assert back == {**made, "file": str(backup), "data": str(tmp_path / "back")}


def test_an_export_that_is_refused_leaves_nothing_behind(promptpulse: Run, tmp_path: Path) -> None:
    done = promptpulse("export", "events", str(tmp_path / "e.ndjson"), "--experiment", "none")
    assert (done.returncode, "there is no experiment 'none'" in done.stderr) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_a_test_message_that_was_not_taken_ends_with_1(promptpulse: Run, shop: Shop) -> None:
    body = {"kind": "email", "name": "on call", "addresses": ["oncall@example.com"]}
    with shop.server.client_of(shop.key) as client:
        assert client.post("/api/v1/channels", json=body).status_code == 201
    done = promptpulse("alerts", "test", "on call")
    assert (done.returncode, done.stdout.split(":")[0]) == (1, "not taken")  # the server knows no mail server
    none = promptpulse("alerts", "test", "nobody")
    assert (none.returncode, "there is: on call" in none.stderr) == (1, True)


def test_only_an_instance_key_makes_a_backup(promptpulse: Run, tmp_path: Path) -> None:
    done = promptpulse("backup", str(tmp_path / "b.tar"))
    assert done.returncode == 4
    assert list(tmp_path.iterdir()) == []


def test_top_shows_the_last_minutes_by_prompt(promptpulse: Run) -> None:
    done = promptpulse("top", "--once", "--last", "1h", "--sort", "errors")
    assert [line.split()[:4] for line in done.stdout.splitlines()[-4:]] == [
        ["prompt", "rpm", "requests", "errors"],
        ["all", "0.0667", "4", "25.00"],
        ["greeting", "0.0333", "2", "50.00"],
        ["farewell", "0.0333", "2", "0.00"],
    ]
    assert promptpulse("top", "--once", "--by", "nothing").returncode == 1


def test_the_doctor_asks_a_running_server(promptpulse: Run, shop: Shop) -> None:
    done = promptpulse("doctor", "--url", shop.server.url, "--json", key=shop.server.key)
    found = {check["name"]: check for check in json.loads(done.stdout)}
    assert (done.returncode, found["clock"]["state"], found["event store"]["state"]) == (0, "ok", "ok")
    assert (found["mail"]["state"], found["mail"]["finding"]) == ("warning", "PROMPTPULSE_SMTP_URL is not set")
    assert promptpulse("doctor", "--url", shop.server.url).returncode == 4  # the key of a project


def test_a_folder_that_is_not_there_is_said_and_not_made(promptpulse: Run, tmp_path: Path) -> None:
    absent = tmp_path / "data"
    done = promptpulse("doctor", "--data", str(absent))
    assert (done.returncode, "is not there yet" in done.stdout) == (0, True)
    done = promptpulse("rebuild-rollups", "--data", str(absent))
    assert (done.returncode, "is not there" in done.stderr) == (1, True)
    assert not absent.exists()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("export", "calls", "a.xls"), "format"),
        (("export", "things", "a.csv"), "kind"),
        (("export", "calls", "a.csv", "--last", "soon"), "last"),
        (("export", "events", "a.csv"), "experiment"),
        (("top", "--once", "--sort", "size"), "sort"),
    ],
    ids=["format", "kind", "last", "experiment", "sort"],
)
def test_an_option_that_cannot_be_meant_ends_with_2(promptpulse: Run, words: tuple[str, ...], named: str) -> None:
    done = promptpulse(*words)
    assert (done.returncode, named in done.stderr) == (2, True)


def test_a_report_is_made_now_and_sent_to_one_address_as_a_test(promptpulse: Run, shop: Shop) -> None:
    body = {"name": "Morning", "schedule": {"kind": "daily"}, "addresses": ["ada@example.com"]}
    with shop.server.client_of(shop.key) as client:
        made = client.post("/api/v1/reports", json=body)
        assert made.status_code == 201, made.text
        done = promptpulse("report", "send", "morning", "--to", "grace@example.com", "--json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert (told["kind"], told["state"], [d["to"] for d in told["deliveries"]]) == (
            "test", "made", ["grace@example.com"],
        )  # fmt: skip
        (report,) = client.get("/api/v1/reports").json()["data"]
    assert report["next_at"] == made.json()["data"]["next_at"]


def test_a_report_that_is_not_there_is_not_sent(promptpulse: Run) -> None:
    done = promptpulse("report", "send", "nothing")
    assert (done.returncode, "'nothing' is no report" in done.stderr) == (1, True)


def test_a_command_without_a_key_ends_as_with_a_wrong_option(promptpulse: Run) -> None:
    # not with 1, which says of `status` that alerts fire
    done = promptpulse("status", key=" ")
    assert (done.returncode, "PROMPTPULSE_KEY" in done.stderr) == (2, True)


def test_a_reader_that_has_seen_enough_is_no_error(shop: Shop) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [*COMMAND, "tail", "--no-follow", "--json"],
            env=environment({"url": shop.server.url, "key": shop.key}),
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert done.stderr == ""


def test_a_list_in_a_pipe_has_its_values_whole(promptpulse: Run, tmp_path: Path) -> None:
    folder = str(tmp_path / "data")
    made = json.loads(
        promptpulse("keys", "create", "first application", "--scopes", "ingest,read", "--data", folder, "--json").stdout
    )
    listed = promptpulse("keys", "list", "--data", folder).stdout
    assert all(one in listed for one in (made["id"], "first application", "ingest, read", made["key"][:11]))
    asked = promptpulse(
        "query", "requests, success, errors, p50, p95, p99, cost, tokens by prompt, model, status last 1h"
    )
    assert len(asked.stdout.splitlines()) == 2 + 3  # greeting failed and succeeded


def test_the_version_is_told(promptpulse: Run) -> None:
    assert promptpulse("--version").stdout == f"PromptPulse {__version__}\n"


def test_shells_complete_commands() -> None:
    # `--show-completion` is for the shell that it is typed in, which a machine that tests may not have
    script = Path(sys.executable).with_name("promptpulse")
    given = {**os.environ, "_PROMPTPULSE_COMPLETE": "source_bash"}
    shown = subprocess.run([script], env=given, capture_output=True, text=True, timeout=60, check=False).stdout
    assert "complete -o default -F" in shown
