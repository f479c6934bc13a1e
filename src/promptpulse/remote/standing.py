"""How a project stands: what it has, and what is wrong now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from promptpulse.remote.client import Json, Remote, as_object, as_objects
from promptpulse.remote.wording import NOTHING, alarm, local

MOST = 100


@dataclass(frozen=True, slots=True)
class Standing:
    url: str
    status: Json
    incidents: list[Json]
    alerts: list[Json]

    @property
    def trouble(self) -> bool:
        return bool(self.incidents or self.alerts)

    def as_json(self) -> Json:
        return {"url": self.url, **self.status, "incidents": self.incidents, "alerts": self.alerts}

    def lines(self) -> Iterator[tuple[str, str]]:
        project = as_object(self.status["project"])
        zone = ZoneInfo(str(project["time_zone"]))
        yield "Server", self.url
        yield "Project", f"{project['name']} ({zone.key})"
        stored, newest = self.status["calls_stored"], local(self.status["last_call_at"], zone, seconds=True)
        yield "Calls", f"{stored:,}, the newest of {newest}" if newest != NOTHING else f"{stored}"
        for model in as_objects(self.status["unpriced_models"]):
            yield "No price", f"{model['provider'] or NOTHING} {model['model'] or NOTHING}: {model['calls']} calls"
        yield "Alerts", self._some(self.alerts, "firing")
        for alert in self.alerts:
            yield "", alarm(alert)
        yield "Incidents", self._some(self.incidents, "open")
        for incident in self.incidents:
            yield "", f"{incident['severity']}: {incident['title']} ({incident['status']})"

    @staticmethod
    def _some(found: list[Json], word: str) -> str:
        return f"{'at least ' if len(found) == MOST else ''}{len(found)} {word}" if found else "none"


def standing(remote: Remote) -> Standing:
    return Standing(
        remote.address.url,
        remote.one("/api/v1/status"),
        remote.many("/api/v1/incidents", open=True, limit=MOST),
        remote.many("/api/v1/alerts", status="firing", limit=MOST),
    )
