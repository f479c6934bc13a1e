"""Dossiers of incidents, made anew or kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from promptpulse.db import Database
from promptpulse.incidents import shapes
from promptpulse.metrics import Definitions
from promptpulse.metrics.baseline import Baselines
from promptpulse.store import Store


@dataclass(frozen=True, slots=True)
class Sources:
    store: Store
    database: Database
    definitions: Callable[[str], Definitions]
    baselines: Baselines


def made(sources: Sources, project_id: str, incident_id: str, now: datetime) -> shapes.DossierOut:
    raise NotImplementedError
