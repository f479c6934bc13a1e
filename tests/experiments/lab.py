"""What tests of experiments start with: a project, a prompt `greeting` with three versions, and a clock that they move."""

from __future__ import annotations

from dataclasses import dataclass, field

from clock import NOON, Clock
from promptpulse.accounts.bootstrap import Beginning, bootstrap
from promptpulse.accounts.values import By
from promptpulse.db import Database
from promptpulse.experiments import service
from promptpulse.experiments.models import ExperimentRow
from promptpulse.experiments.shapes import Analysis, ConcludeIn, EndCriteria, ExperimentNew, ExperimentPatch
from promptpulse.experiments.values import Experiment, Variant
from promptpulse.prompts import service as prompts

TWO = [{"name": "Control", "prompt": "greeting", "version": 1}, {"name": "Short", "prompt": "greeting", "version": 2}]
RATING = {"score": "rating", "primary": True}


@dataclass
class Lab:
    """Each method is a transaction of its own."""

    database: Database
    project: str
    clock: Clock = field(default_factory=Clock)

    @property
    def by(self) -> By:
        return By("ada@example.com", self.clock())

    def wanted(self, **fields: object) -> ExperimentNew:
        return ExperimentNew.model_validate({"title": "Greeting", "variants": TWO, "metrics": [RATING], **fields})

    def create(self, **fields: object) -> ExperimentRow:
        with self.database.writing() as session:
            return service.create(session, self.project, self.wanted(**fields), self.by)

    def running(self, **fields: object) -> Experiment:
        return self.start(self.create(**fields).id)

    def start(self, experiment_id: str) -> Experiment:
        with self.database.writing() as session:
            service.start(session, service.existing(session, self.project, experiment_id, to_change=True), self.by)
        return self.value(experiment_id)

    def pause(self, experiment_id: str) -> Experiment:
        with self.database.writing() as session:
            service.pause(session, service.existing(session, self.project, experiment_id, to_change=True), self.by)
        return self.value(experiment_id)

    def change(self, experiment_id: str, **fields: object) -> Experiment:
        with self.database.writing() as session:
            row = service.existing(session, self.project, experiment_id, to_change=True)
            service.change(session, row, ExperimentPatch.model_validate(fields), self.by)
        return self.value(experiment_id)

    def conclude(self, experiment_id: str, **fields: object) -> Experiment:
        """When the verdict is "ship"."""
        with self.database.writing() as session:
            row = service.existing(session, self.project, experiment_id, to_change=True)
            service.conclude(session, row, ConcludeIn.model_validate(fields), "ship", self.by)
        return self.value(experiment_id)

    def row(self, experiment_id: str) -> ExperimentRow:
        with self.database.sessions() as session:
            return service.existing(session, self.project, experiment_id)

    def value(self, experiment_id: str) -> Experiment:
        return service.value_of(self.row(experiment_id))

    def archive(self, name: str) -> None:
        with self.database.writing() as session:
            prompt = prompts.prompt_named(session, self.project, name)
            assert prompt is not None
            prompts.archive(session, prompt, self.by)

    def served(self, name: str = "greeting") -> dict[str, int]:
        """The version that each environment serves."""
        with self.database.sessions() as session:
            prompt = prompts.prompt_named(session, self.project, name)
            assert prompt is not None
            return dict(prompts.pointers(session, prompt))


def new_lab(database: Database) -> Lab:
    """Version 1 of `greeting` is served in production; `draft` is served nowhere."""
    by = By("setup", NOON)
    with database.writing() as session:
        done = bootstrap(session, Beginning("operator-chosen-key", "root@example.com"), NOON)
        assert done is not None
        first = prompts.NewVersion("Good day, {{name}}!", deploy_to="production")
        greeting, _ = prompts.create_prompt(session, done.project_id, prompts.NewPrompt("greeting", "text", first), by)
        for text in ("Hi {{name}}", "Yo"):
            prompts.create_version(session, greeting, prompts.NewVersion(text), by)
        prompts.create_prompt(session, done.project_id, prompts.NewPrompt("draft", "text", prompts.NewVersion("?")), by)
    return Lab(database, done.project_id)


def experiment(*weights: float, salt: str = "salt", traffic: float = 100, **fields: object) -> Experiment:
    """A running one with variants A, B, ... of these weights; without a database."""
    variants = tuple(
        Variant(name, name, "greeting", 1, "version", weight, control=name == "A")
        for name, weight in zip("ABCDEFGHIJ", weights, strict=False)
    )
    given: dict[str, object] = {
        "id": salt, "project": "project", "title": salt, "status": "running", "unit": "user", "traffic": traffic,
        "salt": salt, "targeting": (), "variants": variants, "metrics": (), "end": EndCriteria(), "analysis": Analysis(),
        "planned_units": 5000, "started_at": NOON, "concluded_at": None, "winner": None,
    }  # fmt: skip
    return Experiment(**{**given, **fields})  # type: ignore[arg-type]  # fields are the test's business
