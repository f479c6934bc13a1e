"""`promptpulse demo`: the product with a past and a present."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import select

from promptpulse.accounts.keys import ref
from promptpulse.accounts.models import Project, User
from promptpulse.accounts.service import ProjectChange, change_project
from promptpulse.accounts.sessions import link_for
from promptpulse.accounts.values import By, ProjectRef
from promptpulse.db import Database
from promptpulse.demo.history import experiments_of, keep_assignments, turns_of, write_history
from promptpulse.demo.load import Doors, Units, assigned_units, find_world, load, run_live
from promptpulse.demo.mishaps import write_mishaps
from promptpulse.demo.queries import assigned
from promptpulse.demo.safeguards import write_safeguards
from promptpulse.demo.traffic import Turn, World
from promptpulse.experiments.assigner import Assigner
from promptpulse.experiments.registry import Experiments
from promptpulse.ingest.facts import FactWriter
from promptpulse.ingest.pipeline import Pipeline
from promptpulse.ingest.price import Prices
from promptpulse.metrics import days
from promptpulse.store import Store


class Demo:
    """The demo in one project; `fill` before the store's writer starts, `begin` after."""

    def __init__(self, calls: int, now: datetime, out: Console) -> None:
        self._calls = calls
        self._now = now
        self._out = out
        self._stop = threading.Event()
        self._world: World | None = None
        self._project: ProjectRef | None = None
        self._units: Units = set()

    def fill(self, store: Store, database: Database, prices: Prices) -> None:
        """Thirty days of calls and of what people did; on a later start, what has happened since."""
        with database.writing() as session:
            project = session.scalars(select(Project).order_by(Project.created_at)).first()
            if project is None:
                raise RuntimeError("a database without a project")
            # the demo shows what captured texts look like
            change_project(session, project, ProjectChange(capture_content=True), By("demo", self._now))
            self._project = ref(project)
        world = find_world(store, self._project, self._now, calls=self._calls)
        with database.writing() as session:
            write_history(session, world.project, world.trials, world.anchor)
        with database.sessions() as session:
            experiments = experiments_of(session, world.trials)
            self._world = world = replace(world, turns=turns_of(session, world.project, world.anchor))
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._out) as progress:
            task = progress.add_task("Making calls", total=self._calls)
            made = load(
                store, world, self._project, prices, self._now,
                lambda n: progress.update(task, completed=n), experiments,
            )  # fmt: skip
            progress.update(task, total=made or 1, completed=made or 1)
            days.build_all(store, self._now)
            write_mishaps(store, database, world, self._project, self._now)
            write_safeguards(store, database, world, self._project, self._now)
        with database.writing() as session:
            keep_assignments(session, assigned(store, world.project, list(experiments)))
        self._units = assigned_units(store, world)

    def begin(
        self, database: Database, pipeline: Pipeline, facts: FactWriter, assigner: Assigner, experiments: Experiments
    ) -> None:
        """A trickle of calls, and of what is said of them, until `end`. It follows what visitors deploy and conclude."""
        if self._world is None or self._project is None:
            raise RuntimeError("fill comes first")
        world = self._world

        def turns() -> tuple[Turn, ...]:
            with database.sessions() as session:
                return turns_of(session, world.project, world.anchor)

        doors = Doors(pipeline.writer.write, facts.scores, facts.events, assigner.assign, experiments.by_id, turns)
        arguments = (
            world, doors, self._project, pipeline.prices, pipeline.clock, self._stop, self._now, self._units,
        )  # fmt: skip
        threading.Thread(target=run_live, args=arguments, name="demo", daemon=True).start()

    def end(self) -> None:
        self._stop.set()


def sign_in_token(database: Database, now: datetime) -> str:
    """For the first admin; the demo gives a new link at every start."""
    with database.writing() as session:
        admin = session.scalars(select(User).where(User.is_admin).order_by(User.created_at)).first()
        if admin is None:
            raise RuntimeError("a database without an admin")
        return link_for(session, admin, now)
