"""Dossiers of incidents: made anew for who asks, and kept when an incident opens, a while later, and when it is over."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from promptpulse.core.errors import AppError, NotFound
from promptpulse.db import Database
from promptpulse.incidents import changes, service, shapes, silences
from promptpulse.incidents.dossier import Case, dossier
from promptpulse.incidents.life import OPEN
from promptpulse.incidents.models import AlertRow, IncidentRow
from promptpulse.metrics import Definitions
from promptpulse.metrics.baseline import Baselines
from promptpulse.metrics.drift import Drifts
from promptpulse.store import Store

log = logging.getLogger(__name__)

AGAIN = timedelta(minutes=10)
"""After it opened: by then there are calls to compare."""
SETTLED = timedelta(minutes=1)
"""After it resolved: late calls are there."""
AT_ONCE = 10
"""Incidents of one round."""
LATER = timedelta(minutes=2)
"""When one that failed is tried again."""
SHUFFLES = 20_261_121
"""Seed: the same calls have drifted alike whenever they are looked at."""
OLDEST, RECENT = timedelta(days=7), timedelta(days=1)
"""Of incidents that are looked at: opened, resolved."""


@dataclass(frozen=True, slots=True)
class Sources:
    store: Store
    database: Database
    definitions: Callable[[str], Definitions]
    """Of a project."""
    baselines: Baselines
    drifts: Drifts


def sources(
    store: Store, database: Database, definitions: Callable[[str], Definitions], baselines: Baselines
) -> Sources:
    """To be made once: it remembers what changes slowly."""
    return Sources(store, database, definitions, baselines, Drifts(store, SHUFFLES))


def made(
    sources: Sources, project_id: str, incident_id: str, now: datetime, *, as_of: datetime | None = None
) -> shapes.DossierOut:
    """`as_of`: as it would have been then. Raises NotFound."""
    return dossier(
        sources.store,
        sources.baselines,
        sources.drifts,
        sources.database.sessions,
        _case(sources, project_id, incident_id, as_of or now, now),
    )


def keep(
    sources: Sources, project_id: str, incident_id: str, now: datetime, *, as_of: datetime | None = None
) -> shapes.DossierOut:
    """Make it, and store it with the incident; a cause that was not known before is told. Raises NotFound."""
    found = made(sources, project_id, incident_id, now, as_of=as_of).model_copy(update={"stored": True})
    at = as_of or now
    with sources.database.writing() as session:
        row = changes.existing(session, project_id, incident_id, to_change=True)
        row.dossier = found.model_dump(mode="json")
        row.dossier_at = at
        cause = found.causes.most_likely
        if cause is None:
            return found
        before = row.cause
        row.cause = cause.model_dump(mode="json")
        session.flush()
        if before is None or (before.get("dimension"), before.get("value")) != (cause.dimension, cause.value):
            detail = {
                "dimension": cause.dimension,
                "value": cause.value,
                "prompt_id": cause.prompt_id,
                "share": cause.share,
            }
            text = f"Most likely cause: {cause.text}"
            service.note(session, row.id, service.PROMPTPULSE, "cause", text, at, detail)
            if before is None and row.status in OPEN:
                told = " ".join(found.summary)
                service.inform_all(session, row, "note", f"Likely cause: {row.title}", told, at, informs=False)
    return found


class Dossiers:
    """A job: keeps the dossiers that are due, and tells of alerts whose silence is over."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self._failed: dict[str, datetime] = {}
        """When, by id of the incident."""

    def round(self, now: datetime) -> None:
        database = self.sources.database
        with database.sessions() as session:
            muted = service.projects_with_muted(session)
        for project_id in muted:
            with database.writing() as session:
                service.unmute(session, project_id, now)
        for project_id, incident_id in self.due(now):
            try:
                keep(self.sources, project_id, incident_id, now)
            except Exception as e:
                self._failed[incident_id] = now
                if isinstance(e, AppError):
                    log.warning("the dossier of incident %s could not be made: %s", incident_id, e.message)
                else:
                    log.exception("the dossier of incident %s could not be made", incident_id)

    def due(self, now: datetime) -> Sequence[tuple[str, str]]:
        """Project and id of incidents, the newest first; those that failed just now wait, so that others have their turn."""
        self._failed = {id_: at for id_, at in self._failed.items() if timedelta() <= now - at < LATER}
        row = IncidentRow
        may_be = or_(row.dossier_at.is_(None), row.status.in_(OPEN), row.resolved_at > now - RECENT)
        with self.sources.database.sessions() as session:
            found = session.execute(
                select(row.project_id, row.id, row.opened_at, row.resolved_at, row.dossier_at)
                .where(row.opened_at > now - OLDEST, may_be)
                .order_by(row.opened_at.desc())
            ).all()
        due = [(one[0], one[1]) for one in found if one[1] not in self._failed and is_due(one[2], one[3], one[4], now)]
        return due[:AT_ONCE]


def is_due(opened_at: datetime, resolved_at: datetime | None, dossier_at: datetime | None, now: datetime) -> bool:
    if dossier_at is None:
        return True
    moment = opened_at + AGAIN if resolved_at is None else resolved_at + SETTLED
    return dossier_at < moment <= now


def _case(sources: Sources, project_id: str, incident_id: str, as_of: datetime, now: datetime) -> Case:
    with sources.database.sessions() as session:
        row = changes.existing(session, project_id, incident_id)
        # ids are in order of time
        first = session.scalar(select(AlertRow).where(AlertRow.incident_id == row.id).order_by(AlertRow.id).limit(1))
        if first is None:
            raise NotFound("the incident has no alerts, so there is nothing to look at")
        return Case(row, first, silences.time_zone(session, project_id), sources.definitions(project_id), as_of, now)
