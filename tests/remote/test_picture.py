"""When a picture of the stores can be taken, and what it leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from making import NOW
from promptpulse.core.errors import Conflict
from promptpulse.db import migrate, open_database
from promptpulse.store import Store
from promptpulse.web import backup
from promptpulse.web.backup import Backup, Sources


def test_no_backup_is_made_of_half_a_re_pricing(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "WAIT_S", 0.0)
    database = open_database(f"sqlite:///{tmp_path / 'settings.db'}")
    migrate(database)
    sources = Sources(store, database, tmp_path)
    store.insert("repriced", {"id": ["a"], "cost_source": ["model"]}, {"id": "String", "cost_source": "String"})
    with pytest.raises(Conflict, match="re-pricing"):
        Backup(sources, NOW)
    store.command("TRUNCATE TABLE repriced")
    made = Backup(sources, NOW)
    size = sum(map(len, made.pieces()))
    assert size > 0
    made.close()
    database.close()
    assert not list(tmp_path.glob(".backup-*"))
