"""Prompts of one project, each change in a transaction of its own, at a clock that the test turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from clock import NOON, Clock
from promptpulse.accounts.audit import entries
from promptpulse.accounts.service import create_project
from promptpulse.accounts.values import By
from promptpulse.db import Database
from promptpulse.prompts import service
from promptpulse.prompts.models import Prompt, PromptDeployment

ADA = "ada@example.com"
P = ParamSpec("P")
T = TypeVar("T")


@dataclass
class Shelf:
    database: Database
    project: str
    clock: Clock = field(default_factory=Clock)

    @property
    def by(self) -> By:
        return By(ADA, self.clock())

    def put(self, name: str, *contents: str, deploy_to: str | None = "production") -> Prompt:
        """A text prompt with a version for each content, the first of them deployed."""
        first, *rest = contents or ("Hello {{name}}",)
        new = service.NewPrompt(name, "text", service.NewVersion(first, deploy_to=deploy_to))
        with self.database.writing() as session:
            prompt, _ = service.create_prompt(session, self.project, new, self.by)
            for content in rest:
                service.create_version(session, prompt, service.NewVersion(content), self.by)
        return prompt

    def deploy(
        self, prompt: Prompt, number: int, environment: str = "production", expected: int | None = None
    ) -> PromptDeployment:
        return self.change(
            prompt, service.deploy_version, service.Wanted(number, environment, expected=expected), self.by
        )

    def roll_back(self, prompt: Prompt, **how: object) -> PromptDeployment:
        return self.change(prompt, service.roll_back, self.by, **how)  # type: ignore[arg-type]  # the test's business

    def change(
        self, prompt: Prompt, what: Callable[Concatenate[Session, Prompt, P], T], *given: P.args, **named: P.kwargs
    ) -> T:
        """One function of the service on a prompt."""
        with self.database.writing() as session:
            return what(session, service.find_prompt(session, self.project, prompt.id), *given, **named)

    def served(self, prompt: Prompt) -> dict[str, int]:
        with self.database.sessions() as session:
            return service.pointers(session, prompt)

    def history(self, prompt: Prompt) -> list[tuple[str, str, int, int | None]]:
        """Environment, kind, version and the one before; oldest first."""
        with self.database.sessions() as session:
            found = service.deployments_of(session, prompt, 100, 0)
        return [(row.environment, row.kind, row.number, row.previous) for row in reversed(found)]

    def audit(self) -> list[tuple[str, str]]:
        """Action and target, oldest first; without the project's own."""
        with self.database.sessions() as session:
            found, _ = entries(session, self.project, 100, 0)
        return [(row.action, row.target) for row in reversed(found) if row.action != "project.create"]


def new_project(database: Database, name: str) -> str:
    with database.writing() as session:
        return create_project(session, name, "UTC", By("setup", NOON)).id
