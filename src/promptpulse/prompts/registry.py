"""What programs are served, from memory: fetching a prompt asks the settings database rarely, and ClickHouse never."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from promptpulse.core.errors import NotFound
from promptpulse.core.ids import stable_hash
from promptpulse.db import Database
from promptpulse.prompts import service
from promptpulse.prompts.content import wire_content
from promptpulse.prompts.models import Prompt, PromptVersion
from promptpulse.prompts.values import PRODUCTION, Served

LIFE = timedelta(seconds=5)
REFRESH = LIFE / 2
"""From this age on, the first who asks reads anew, while others are still served."""


@dataclass(slots=True)
class _Known:
    """A prompt and its pointers, as they were at `read_at`."""

    prompt_id: str
    deployed: Mapping[str, int]
    read_at: datetime
    is_being_read: bool = False


class Registry:
    """Versions and pointers. Thread-safe; `_lock` guards everything.

    A change in this process is seen at once when `forget` follows its commit; one in another process within 5 s.
    What is not found is looked up each time, so a new prompt or version is there at once, wherever it was made."""

    def __init__(
        self, database: Database, clock: Callable[[], datetime], *, prompts: int = 10_000, characters: int = 50_000_000
    ) -> None:
        """Remembers at most `prompts` prompts, and versions of `characters` in all."""
        self._database, self._clock = database, clock
        self._prompts_kept, self._characters_kept = prompts, characters
        self._lock = Lock()
        self._known: OrderedDict[tuple[str, str], _Known] = OrderedDict()
        """By project and name; the longest unused is forgotten first."""
        self._versions: OrderedDict[tuple[str, int], Served] = OrderedDict()
        """By prompt and number. They never change, so they never grow old."""
        self._places: dict[str, tuple[str, str, int]] = {}
        """Project, prompt and number of what is in `_versions`, by id of the version."""
        self._characters = 0
        self._changes = 0

    def served(self, project_id: str, name: str, *, number: int | None = None, environment: str = PRODUCTION) -> Served:
        """Version `number`, or the one that `environment` serves. Archived prompts are served too. Raises NotFound."""
        return self.cached(project_id, name, number=number, environment=environment) or self._read(
            project_id, name, number, environment
        )

    def cached(
        self, project_id: str, name: str, *, number: int | None = None, environment: str = PRODUCTION
    ) -> Served | None:
        """As `served`, without ever waiting for the database; None when memory does not know."""
        now = self._clock()
        with self._lock:
            known = self._known.get((project_id, name))
            if known is None or not timedelta(0) <= (age := now - known.read_at) < LIFE:
                return None
            if age >= REFRESH and not known.is_being_read:
                known.is_being_read = True
                return None
            self._known.move_to_end((project_id, name))
            wanted = known.deployed.get(environment) if number is None else number
            return None if wanted is None else self._version(known.prompt_id, wanted)

    def by_version_id(self, project_id: str, version_id: str) -> Served | None:
        """The version that a client names by `promptVersionId`."""
        with self._lock:
            project, prompt_id, number = self._places.get(version_id, ("", "", 0))
            found = self._version(prompt_id, number) if project == project_id else None
        if found is not None:
            return found
        with self._database.sessions() as session:
            row = service.find_version(session, project_id, version_id)
        return None if row is None else self._keep(project_id, *row)

    def forget(self, project_id: str) -> None:
        """After a change of the project's prompts was committed."""
        with self._lock:
            self._changes += 1
            for key in [key for key in self._known if key[0] == project_id]:
                del self._known[key]

    def _read(self, project_id: str, name: str, number: int | None, environment: str) -> Served:
        now = self._clock()
        with self._lock:
            changes = self._changes
        with self._database.sessions() as session:
            prompt, deployed, version = _look_up(session, project_id, name, number, environment)
        with self._lock:
            # Pointers that moved while we read must not come back.
            if changes == self._changes:
                self._known[project_id, name] = _Known(prompt.id, deployed, now)
                self._known.move_to_end((project_id, name))
                while len(self._known) > self._prompts_kept:
                    self._known.popitem(last=False)
        return self._keep(project_id, prompt, version)

    def _version(self, prompt_id: str, number: int) -> Served | None:
        found = self._versions.get((prompt_id, number))
        if found is not None:
            self._versions.move_to_end((prompt_id, number))
        return found

    def _keep(self, project_id: str, prompt: Prompt, version: PromptVersion) -> Served:
        found = served_version(prompt, version)
        place = (prompt.id, version.number)
        with self._lock:
            if place not in self._versions:
                self._versions[place] = found
                self._places[found.version_id] = (project_id, *place)
                self._characters += len(found.wire_content)
            while self._characters > self._characters_kept and len(self._versions) > 1:
                _, oldest = self._versions.popitem(last=False)
                del self._places[oldest.version_id]
                self._characters -= len(oldest.wire_content)
        return found


def served_version(prompt: Prompt, version: PromptVersion) -> Served:
    return Served(
        prompt_id=prompt.id,
        name=prompt.name,
        type="chat" if prompt.type == "chat" else "text",
        version_id=version.id,
        number=version.number,
        wire_content=wire_content(version.content),
        config=version.config,
        etag=f'"{stable_hash(prompt.id, version.id)}"',
    )


def _look_up(
    session: Session, project_id: str, name: str, number: int | None, environment: str
) -> tuple[Prompt, dict[str, int], PromptVersion]:
    prompt = service.prompt_named(session, project_id, name)
    if prompt is None:
        raise service.no_prompt(name)
    deployed = service.pointers(session, prompt)
    wanted = deployed.get(environment) if number is None else number
    if wanted is None:
        raise NotFound(
            f"Prompt not found: {name!r} has no version in {environment!r}; deploy one, or ask for a version by its number",
            field="environment",
        )
    return prompt, deployed, service.version_of(session, prompt, wanted, "versionNumber")
