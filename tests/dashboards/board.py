"""What tests of dashboards start with: a project, a clock that they move, and widgets."""

from __future__ import annotations

from dataclasses import dataclass, field

from clock import NOON, Clock
from promptpulse.accounts.bootstrap import Beginning, bootstrap
from promptpulse.accounts.values import By
from promptpulse.dashboards import links, service
from promptpulse.dashboards.asking import Context
from promptpulse.dashboards.models import DashboardRow
from promptpulse.dashboards.shapes import DashboardBody, DashboardUpdate, ShareNew
from promptpulse.db import Database
from promptpulse.metrics import Definitions

Json = dict[str, object]


PLACE: Json = {"x": 0, "y": 0, "w": 6, "h": 6}


def widget(id_: str = "requests", kind: str = "line", *metrics: str, **query: object) -> Json:
    """Without metrics: of requests."""
    asked = {"metrics": list(metrics or ("total_requests",)), **query}
    return {"id": id_, "kind": kind, "query": asked, "place": PLACE}


def listed(found: Json, *path: str) -> list[Json]:
    """The list at the end of a path of an answer."""
    value: object = found
    for key in path:
        assert isinstance(value, dict)
        value = value[key]
    assert isinstance(value, list)
    return value


@dataclass
class Board:
    """Each method is a transaction of its own."""

    database: Database
    project: str
    clock: Clock = field(default_factory=Clock)
    definitions: Definitions = field(default_factory=Definitions)

    @property
    def by(self) -> By:
        return By("ada@example.com", self.clock())

    @property
    def context(self) -> Context:
        return Context(self.project, "Europe/Berlin", self.definitions, self.clock())

    def create(self, name: str = "Support", *widgets: Json, **fields: object) -> DashboardRow:
        wanted = DashboardBody.model_validate({"name": name, "widgets": widgets or [widget()], **fields})
        with self.database.writing() as session:
            return service.create(session, self.context, wanted, self.by)

    def save(self, dashboard_id: str, name: str = "Support", *widgets: Json, **fields: object) -> DashboardRow:
        wanted = DashboardUpdate.model_validate({"name": name, "widgets": widgets or [widget()], **fields})
        with self.database.writing() as session:
            row = service.existing(session, self.project, dashboard_id, to_change=True)
            service.save(session, row, self.context, wanted, self.by)
            return row

    def delete(self, dashboard_id: str) -> None:
        with self.database.writing() as session:
            service.delete(session, service.existing(session, self.project, dashboard_id, to_change=True), self.by)

    def row(self, dashboard_id: str) -> DashboardRow:
        with self.database.sessions() as session:
            return service.existing(session, self.project, dashboard_id)

    def names(self) -> list[str]:
        with self.database.sessions() as session:
            return [row.name for row in service.listed(session, self.project)]

    def share(self, row: DashboardRow, **fields: object) -> links.Made:
        place = links.Place(self.project, row.name, dashboard_id=row.id)
        with self.database.writing() as session:
            return links.share(session, place, ShareNew.model_validate(fields), self.by)

    def open(self, token: str) -> str | None:
        """Id of the dashboard. Raises NotFound."""
        with self.database.sessions() as session:
            return links.opened(session, token, self.clock()).dashboard_id


def new_board(database: Database) -> Board:
    with database.writing() as session:
        done = bootstrap(session, Beginning("operator-chosen-key", "root@example.com"), NOON)
        assert done is not None
    return Board(database, done.project_id)
