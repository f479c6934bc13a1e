"""The job that keeps dossiers: one that cannot be made stops no other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from incidents.ward import Ward
from promptpulse.core.errors import AppError, Refused
from promptpulse.db import Database
from promptpulse.incidents import dossiers
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
