"""A cheap guard on real traffic; `python -m bench forecast` measures all of it."""

from __future__ import annotations

from pathlib import Path
from statistics import median

import pytest
from bench import forecast


def test_the_band_holds_on_real_clients_and_the_projection_beats_the_rate(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every fourth client of ServeGen, 14 days each, projected once a day."""
    monkeypatch.setattr(forecast, "TIMES", (13,))
    monkeypatch.setattr(forecast, "SHARED", shared / "data")
    clients = list(forecast.servegen())
    assert len(clients) == 48
    tried = [t for client in clients[::4] for period in forecast.PERIODS for t in forecast.tried(client, period)]
    assert len(tried) > 180
    assert 0.72 <= sum(t.holds for t in tried) / len(tried) <= 0.9
    assert median(t.error for t in tried) < 0.8 * median(t.naive for t in tried)
