"""Redaction: what is taken out of texts, what is left alone, which patterns are refused, and that it ends in time."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from clock import Clock
from making import NOW, MakeCall
from promptpulse.core.errors import Refused, Unavailable
from promptpulse.core.facts import Event, Score
from promptpulse.core.times import to_micros
from promptpulse.ingest import redaction
from promptpulse.ingest.redaction import BUILT_IN, Pattern, Redaction, Redactor, compiled

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq\n-----END RSA PRIVATE KEY-----"


def redacted(text: str, redaction: Redaction = BUILT_IN) -> str:
    return redaction.text(text, Counter())


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"my key sk-proj-{LETTERS}.", "my key [api_keys]."),
        (f"OPENAI_API_KEY=sk-{LETTERS}", "OPENAI_API_KEY=[api_keys]"),
        (f'{{"content": "a\\nsk-ant-api03-{LETTERS}"}}', '{"content": "a\\n[api_keys]"}'),
        (f"Authorization: Bearer {LETTERS}", "Authorization: Bearer [api_keys]"),
        (f"ghp_{LETTERS} hf_{LETTERS}", "[api_keys] [api_keys]"),
        ("AKIAIOSFODNN7EXAMPLE", "[api_keys]"),
        (f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.{LETTERS}", "[api_keys]"),
        (f"before {PEM} after", "before [api_keys] after"),
        (PEM.replace("\n", "\\n"), "[api_keys]"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQ cut", "[api_keys]"),
        ("4111111111111111", "[card_numbers]"),
        ("pay 4111 1111 1111 1111 2 times", "pay [card_numbers] 2 times"),
        ("4111-1111-1111-1111, 5500005555555559", "[card_numbers], [card_numbers]"),
        ("Amex 3782 822463 10005", "Amex [card_numbers]"),
        ('{"card": "4111111111111111"}', '{"card": "[card_numbers]"}'),
    ],
)
def test_keys_and_card_numbers_are_taken_out(text: str, kept: str) -> None:
    assert redacted(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a task-force-of-many-people-meets",
        f"risk-{LETTERS}",
        "4111111111111112",  # the check digit is wrong
        "1763759000123456",  # microseconds, no issuer begins with 1
        "0.4111111111111111",
        "4111 1111",
        "41111111111111111111111111111111",  # longer than a card number
        "sk-short",
        "the bearer of good news",
        "2026-11-21 10:00:00 2026-11-21 10:00:00",
    ],
)
def test_what_only_looks_alike_stays(text: str) -> None:
    assert redacted(text) == text


def test_replacements_are_counted_by_name() -> None:
    counts: Counter[str] = Counter()
    own = Redaction(own=(Pattern("customers", compiled(r"cust-\d{6}", "pattern")),))
    assert own.text(f"cust-123456 cust-654321 sk-{LETTERS}", counts) == "[customers] [customers] [api_keys]"
    assert counts == {"customers": 2, "api_keys": 1}


def test_each_kind_can_be_switched_off() -> None:
    text = f"sk-{LETTERS} 4111111111111111"
    assert redacted(text, Redaction(api_keys=False)) == f"sk-{LETTERS} [card_numbers]"
    assert redacted(text, Redaction(card_numbers=False)) == "[api_keys] 4111111111111111"
    assert Redaction(api_keys=False, card_numbers=False).is_off


@pytest.mark.parametrize(
    "pattern",
    [
        r"cust-\d{6}", r"\bEMP\d{5}\b", r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}", r"(?i)iban [A-Z]{2}\d{2}[A-Z0-9]{10,30}",
        r"(?:red|green|blue) \d{1,9}", r"(?<=ticket )\d{4,12}",
    ],
)  # fmt: skip
def test_usual_patterns_are_accepted(pattern: str) -> None:
    assert compiled(pattern, "pattern").pattern == pattern


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(a+)+b", "every repeat needs an end"),
        ("abc.*", "every repeat needs an end"),
        (r"\d{3,}", "every repeat needs an end"),
        ("(a{1,10}){1,10}b", "characters from one place"),
        ("(?:a|a){1,40}b", "characters from one place"),
        ("a{1,100}a{1,100}a{1,100}b", "characters from one place"),
        ("(?i)[a-z]{1,100}[A-Z]{1,100}!", "characters from one place"),
        (r"(abc)\1", "not supported"),
        ("(?:a{1,9}){1,9}+b", "not supported"),
        ("a", "3 characters or more"),
        ("(?:abc)?", "3 characters or more"),
        ("[", "no pattern"),
        ("x" * 301, "1 to 300 characters"),
        ("(" * 150 + ")" * 150, "3 characters or more"),
    ],
    ids=lambda value: value[:24],
)
def test_patterns_that_could_run_for_ever_or_take_everything_are_refused(pattern: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        compiled(pattern, "patterns.0.pattern")
    assert refused.value.field == "patterns.0.pattern"


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN PRIVATE KEY-----" * 8000 + "#", "eyJ" * 70_000, "eyJ-" * 50_000, "SG.a-" * 40_000, "sk-" * 70_000,
        "5 " * 100_000, "4111-" * 40_000, "4" * 200_000, "eyJaaaaaaaaaa." * 14_000, "Bearer " * 30_000,
    ],
    ids=lambda text: text[:10],
)  # fmt: skip
def test_no_text_of_200_kb_takes_seconds(text: str) -> None:
    started = time.process_time()
    redacted(text)
    assert time.process_time() - started < 4


@pytest.mark.parametrize(
    "piece", ["4111-", "4111 ", "4111-1111-1111-1112 123 ", "4111-111111-1111-", "4111111111111112 "]
)
def test_numbers_are_checked_once_a_group_at_most(monkeypatch: pytest.MonkeyPatch, piece: str) -> None:
    checked: list[str] = []
    luhn = redaction._luhn

    def counted(text: str) -> bool:
        checked.append(text)
        return luhn(text)

    monkeypatch.setattr(redaction, "_luhn", counted)
    work = []
    for length in (10_000, 20_000):
        checked.clear()
        redacted((piece * length)[:length])
        assert 0 < len(checked) <= length / 5
        assert max(map(len, checked)) <= 23  # 19 digits in five groups
        work.append(len(checked))
    assert work[1] == pytest.approx(2 * work[0], abs=4)


def test_every_text_of_calls_scores_and_events_is_redacted(make_call: MakeCall, project: str) -> None:
    secret = f"sk-{LETTERS}"
    redactor = Redactor(lambda _project: BUILT_IN, lambda: NOW)
    call = make_call(
        input=secret, output=f"no {secret}", error_message=f"Incorrect API key: {secret}", properties={"k": secret},
        status="error",
    )  # fmt: skip
    score = Score(
        project=project, submission_id="s", ts=to_micros(NOW), name="n", type="string", text="4111111111111111"
    )
    score.comment = secret
    event = Event(
        project=project, id="e", ts=to_micros(NOW), kind="outcome", experiment_id="x", variant_id="v",
        context=f'{{"a": "{secret}"}}', metadata=f'{{"b": "{secret}"}}',
    )  # fmt: skip
    redactor.calls([call])
    redactor.facts([score, event])
    assert (call.input, call.output) == ("[api_keys]", "no [api_keys]")
    assert (call.error_message, call.properties) == ("Incorrect API key: [api_keys]", {"k": "[api_keys]"})
    assert (score.text, score.comment) == ("[card_numbers]", "[api_keys]")
    assert (event.context, event.metadata) == ('{"a": "[api_keys]"}', '{"b": "[api_keys]"}')
    assert redactor.take_counts() == {project: {"api_keys": 7, "card_numbers": 1}}
    assert redactor.take_counts() == {}


def test_a_change_is_seen_after_10_s_or_at_once_when_told(make_call: MakeCall) -> None:
    clock = Clock()
    kept = [BUILT_IN]
    redactor = Redactor(lambda _project: kept[0], clock)
    assert redactor.text("p", "4111111111111111") == "[card_numbers]"
    kept[0] = Redaction(card_numbers=False)
    assert redactor.text("p", "4111111111111111") == "[card_numbers]"
    clock.forward(seconds=10)
    assert redactor.text("p", "4111111111111111") == "4111111111111111"
    kept[0] = BUILT_IN
    redactor.forget()
    assert redactor.text("p", "4111111111111111") == "[card_numbers]"


def test_nothing_passes_while_the_settings_cannot_be_read(make_call: MakeCall) -> None:
    def fail(_project: str) -> Redaction:
        raise OSError("the database is away")

    with pytest.raises(Unavailable, match="send again"):
        Redactor(fail, lambda: NOW).calls([make_call(input="x")])
