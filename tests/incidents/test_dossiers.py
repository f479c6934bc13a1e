"""The job that keeps dossiers: one that cannot be made stops no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.ward import ADA, Ward
from making import MakeCall
from promptpulse.core.errors import AppError, Refused
from promptpulse.db import Database
from promptpulse.incidents import changes, dossiers, post_mortem
from promptpulse.ingest.writer import insert
from promptpulse.metrics import NONE
from promptpulse.metrics.baseline import Baselines
from promptpulse.store import Store


@pytest.mark.parametrize("error", [ValueError("a fault of ours"), Refused("too heavy")], ids=["fault", "refusal"])
def test_dossiers_that_cannot_be_made_stop_no_other(
    store: Store, database: Database, monkeypatch: pytest.MonkeyPatch, error: Exception | AppError
) -> None:
    ward = Ward.of(database)
    alert = ward.fire(ward.signal(prompt_id="the first"))
    for i in range(dossiers.AT_ONCE):
        ward.clock.forward(minutes=1)
        ward.fire(replace(ward.signal(prompt_id=f"bad {i}"), source_id=f"rule {i}"))
    asked: list[str] = []

    def keep(_: dossiers.Sources, __: str, incident_id: str, ___: object) -> None:
        asked.append(incident_id)
        if incident_id != alert.incident_id:
            raise error

    monkeypatch.setattr(dossiers, "keep", keep)
    job = dossiers.Dossiers(dossiers.sources(store, database, lambda _: NONE, Baselines(store, ward.clock)))
    job.round(ward.clock())
    assert (len(asked), alert.incident_id in asked) == (dossiers.AT_ONCE, False)
    ward.clock.forward(seconds=15)
    job.round(ward.clock())  # those that failed wait, so that the oldest has its turn
    assert asked[dossiers.AT_ONCE :] == [alert.incident_id]
    ward.clock.now += dossiers.LATER
    job.round(ward.clock())
    assert len(set(asked)) == dossiers.AT_ONCE + 1 < len(asked)


def test_an_error_that_says_nothing_is_told_by_its_type(store: Store, database: Database, make_call: MakeCall) -> None:
    ward = Ward.of(database)
    failed = {"status": "error", "error_type": "rate_limit", "error_family": "llm", "prompt_id": "support-reply"}
    at = [ward.clock() - timedelta(seconds=n) for n in range(1, 21)]
    insert(store, [make_call(at=moment, project=ward.project, **failed) for moment in at], 0)
    ward.fire(ward.signal(prompt_id="support-reply"))
    sources = dossiers.sources(store, database, lambda _: NONE, Baselines(store, ward.clock))
    known = dossiers.made(sources, ward.project, ward.incident().id, ward.clock())
    assert "New error: rate limit (20 calls)." in known.summary
    with database.writing() as session:
        row = changes.existing(session, ward.project, ward.incident().id, to_change=True)
        post_mortem.draft(session, row, known, ADA)
        assert "- 20 x rate limit (new)" in (row.post_mortem or "")
