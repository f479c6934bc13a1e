"""Prompts, their versions and deployments. Functions check values and rules, and note every change; they never commit.

After the commit of a change, `Registry.forget` makes it seen in this process at once."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from pydantic import JsonValue
from sqlalchemy import Text, cast, exists, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from promptpulse.accounts.audit import Detail, record
from promptpulse.accounts.text import is_id, named
from promptpulse.accounts.values import By
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.db import exclusive
from promptpulse.prompts.content import Config, PromptType, checked_config, checked_content, is_unicode
from promptpulse.prompts.models import Prompt, PromptDeployment, PromptPointer, PromptVersion
from promptpulse.prompts.values import PRODUCTION

LATEST = "latest"
"""Of the Langfuse clients: a label that is always on the newest version, so no environment can have this name."""
MOST_ENVIRONMENTS = 50
MOST_NUMBER = 2**31 - 1
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

Kind = Literal["deploy", "rollback"]


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What somebody wants the next version to be."""

    content: JsonValue
    config: JsonValue = None
    """None: that of the version before; empty for the first one."""
    message: str = ""
    deploy_to: str | None = None
    """Environment in which it is served at once."""
    field: str = "content"
    """What the client calls the content."""


@dataclass(frozen=True, slots=True)
class NewPrompt:
    name: str
    type: PromptType
    first: NewVersion
    description: str = ""
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version that an environment is to serve."""

    number: int
    environment: str = PRODUCTION
    message: str = ""
    expected: int | None = None
    """Conflict when another version is served by now; None: whichever."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which prompts to list."""

    search: str = ""
    """Part of the name, the description or a tag."""
    name: str | None = None
    tag: str | None = None
    environment: str | None = None
    """In which a version is served."""
    changed_from: datetime | None = None
    changed_before: datetime | None = None
    archived: bool = False


def create_prompt(session: Session, project_id: str, new: NewPrompt, by: By) -> tuple[Prompt, PromptVersion]:
    """A prompt and its version 1. Raises Refused for a bad value and Conflict for a name that is taken."""
    name = named(new.name, "name", 200)
    if name in {".", ".."}:
        raise Refused(f"name {name!r} means another path in an address; choose another one", field="name")
    exclusive(session, f"prompt {project_id} {name}")
    taken = prompt_named(session, project_id, name)
    if taken is not None:
        hint = (
            "restore it, or choose another name" if taken.archived_at else "add a version to it, or choose another name"
        )
        state = "an archived prompt" if taken.archived_at else "a prompt"
        raise Conflict(f"there is {state} {name!r} already; {hint}", field="name")
    prompt = Prompt(
        id=uuid7(by.at),
        project_id=project_id,
        name=name,
        type=new.type,
        description=note(new.description, "description"),
        tags=tags_of(new.tags),
        versions=0,
        deployments=0,
        created_at=by.at,
        created_by=by.actor[:300],
        changed_at=by.at,
        archived_at=None,
    )
    session.add(prompt)
    session.flush()
    record(session, project_id, by, "prompt.create", name, detail={"type": new.type})
    return prompt, _add_version(session, prompt, new.first, by)


def create_version(session: Session, prompt: Prompt, new: NewVersion, by: By) -> PromptVersion:
    """The next version; it may equal the one before. Raises Refused for a bad value, Conflict for an archived prompt."""
    _lock(session, prompt)
    _refuse_archived(prompt, "has no new versions")
    version = _add_version(session, prompt, new, by)
    detail: Detail = {"version": version.number, "message": version.message[:200]}
    record(session, prompt.project_id, by, "prompt.version", prompt.name, detail=detail)
    return version


def _add_version(session: Session, prompt: Prompt, new: NewVersion, by: By) -> PromptVersion:
    kind: PromptType = "chat" if prompt.type == "chat" else "text"
    config: JsonValue = new.config
    if config is None:
        config = version_of(session, prompt, prompt.versions).config if prompt.versions else {}
    version = PromptVersion(
        id=uuid7(by.at),
        prompt_id=prompt.id,
        number=prompt.versions + 1,
        content=checked_content(kind, new.content, new.field),
        config=checked_config(config),
        message=note(new.message, "message"),
        author=by.actor[:300],
        created_at=by.at,
    )
    session.add(version)
    prompt.versions = version.number
    prompt.changed_at = by.at
    session.flush()
    if new.deploy_to is not None:
        _serve(session, prompt, Wanted(version.number, environment_name(new.deploy_to, "deploy_to")), "deploy", by)
    return version


def change_prompt(
    session: Session, prompt: Prompt, by: By, *, description: str | None = None, tags: Sequence[str] | None = None
) -> None:
    """None leaves a value as it is."""
    _lock(session, prompt)
    changed: dict[str, str | int | bool | None] = {}
    if description is not None and note(description, "description") != prompt.description:
        prompt.description = description
        changed["description"] = description[:200]
    if tags is not None and tags_of(tags) != prompt.tags:
        prompt.tags = tags_of(tags)
        changed["tags"] = ", ".join(prompt.tags)[:200]
    if changed:
        record(session, prompt.project_id, by, "prompt.change", prompt.name, detail=changed)


def archive(session: Session, prompt: Prompt, by: By) -> None:
    """Hide it and freeze it. Programs are still served what they were. Nothing happens to an archived one."""
    _lock(session, prompt)
    if prompt.archived_at is None:
        prompt.archived_at = by.at
        record(session, prompt.project_id, by, "prompt.archive", prompt.name)


def restore(session: Session, prompt: Prompt, by: By) -> None:
    """Nothing happens to one that is not archived."""
    _lock(session, prompt)
    if prompt.archived_at is not None:
        prompt.archived_at = None
        record(session, prompt.project_id, by, "prompt.restore", prompt.name)


def deploy(
    session: Session,
    project_id: str,
    prompt_name: str,
    number: int,
    environment: str,
    message: str,
    by: By,
    *,
    expected: int | None = None,
) -> PromptDeployment:
    """Serve a version from now on.

    Raises NotFound, and Conflict for an archived prompt, a version that is served already, or another than expected."""
    prompt = prompt_named(session, project_id, prompt_name)
    if prompt is None:
        raise no_prompt(prompt_name)
    return deploy_version(session, prompt, Wanted(number, environment, message, expected), by)


def deploy_version(session: Session, prompt: Prompt, wanted: Wanted, by: By) -> PromptDeployment:
    """As `deploy`."""
    environment = environment_name(wanted.environment)
    _lock(session, prompt)
    _refuse_archived(prompt, "is not deployed")
    if not 1 <= wanted.number <= prompt.versions:
        raise _no_version(prompt, wanted.number, "version")
    served = pointers(session, prompt).get(environment)
    _check_expected(prompt, environment, served, wanted.expected)
    if served == wanted.number:
        raise Conflict(
            f"{environment} serves version {served} of {prompt.name!r} already; nothing was changed", field="version"
        )
    return _serve(session, prompt, replace(wanted, environment=environment), "deploy", by)


def ensure_deployed(session: Session, prompt: Prompt, wanted: Wanted, by: By) -> PromptDeployment | None:
    """As `deploy`, but None, and nothing is done, when the version is served already."""
    _lock(session, prompt)
    if pointers(session, prompt).get(environment_name(wanted.environment)) == wanted.number:
        return None
    return deploy_version(session, prompt, wanted, by)


def roll_back(
    session: Session,
    prompt: Prompt,
    by: By,
    *,
    environment: str = PRODUCTION,
    to: int | None = None,
    message: str = "",
    expected: int | None = None,
) -> PromptDeployment:
    """Serve `to` again, or what was served before the present version; twice goes back two steps.

    Raises Conflict when there is nothing to go back to, and Refused for a version that was never served there."""
    environment = environment_name(environment)
    _lock(session, prompt)
    _refuse_archived(prompt, "is not rolled back")
    past = session.execute(
        select(PromptDeployment.kind, PromptDeployment.number)
        .where(PromptDeployment.prompt_id == prompt.id, PromptDeployment.environment == environment)
        .order_by(PromptDeployment.position)
    )
    stack, ever = still_below([(kind, number) for kind, number in past])
    served = stack[-1] if stack else None
    _check_expected(prompt, environment, served, expected)
    if served is None:
        raise Conflict(f"{environment} serves no version of {prompt.name!r} yet; deploy one", field="environment")
    if to is None and len(stack) == 1:
        raise Conflict(
            f"version {served} is the first that {environment} serves of {prompt.name!r}; there is none to go back to",
            field="environment",
        )
    number = stack[-2] if to is None else to
    if number == served:
        raise Conflict(
            f"{environment} serves version {served} of {prompt.name!r} already; nothing was changed", field="to_version"
        )
    if number not in ever:
        raise Refused(
            f"to_version {number} was never served in {environment}; those that were: "
            f"{', '.join(map(str, sorted(ever)))}; deploy it instead",
            field="to_version",
        )
    return _serve(session, prompt, Wanted(number, environment, message), "rollback", by)


def still_below(past: Iterable[tuple[str, int]]) -> tuple[list[int], set[int]]:
    """What rolling back uncovers, the present version last; and every version that was ever served.

    `past`: kind and version of the deployments of one environment, oldest first. A deployment puts a version on top; a
    roll-back takes off what is above its version, or puts it on top when it lies there no more."""
    stack: list[int] = []
    ever: set[int] = set()
    for kind, number in past:
        if kind == "rollback" and number in stack[:-1]:
            stack.pop()
            while stack[-1] != number:
                stack.pop()
        else:
            stack.append(number)
        ever.add(number)
    return stack, ever


def _serve(session: Session, prompt: Prompt, wanted: Wanted, kind: Kind, by: By) -> PromptDeployment:
    """Move the pointer, and write down that it moved."""
    pointer = session.get(PromptPointer, (prompt.id, wanted.environment))
    previous = None if pointer is None else pointer.number
    if pointer is None:
        if len(pointers(session, prompt)) >= MOST_ENVIRONMENTS:
            raise Conflict(
                f"{prompt.name!r} is served in {MOST_ENVIRONMENTS} environments; use one of them", field="environment"
            )
        session.add(PromptPointer(prompt_id=prompt.id, environment=wanted.environment, number=wanted.number))
    else:
        pointer.number = wanted.number
    prompt.deployments += 1
    prompt.changed_at = by.at
    deployment = PromptDeployment(
        id=uuid7(by.at),
        project_id=prompt.project_id,
        prompt_id=prompt.id,
        position=prompt.deployments,
        environment=wanted.environment,
        number=wanted.number,
        previous=previous,
        kind=kind,
        message=note(wanted.message, "message"),
        at=by.at,
        by=by.actor[:300],
    )
    session.add(deployment)
    session.flush()
    detail: Detail = {"version": wanted.number, "environment": wanted.environment, "previous": previous}
    record(session, prompt.project_id, by, f"prompt.{kind}", prompt.name, detail=detail)
    return deployment


def list_prompts(
    session: Session, project_id: str, selection: Selection, limit: int, offset: int
) -> tuple[Sequence[Prompt], int]:
    """A page, the one changed last first, and how many there are in all."""
    texts = (selection.search, selection.name, selection.tag, selection.environment)
    if not all(is_findable(text or "") for text in texts):
        return [], 0
    where = [Prompt.project_id == project_id, *_selecting(selection)]
    newest = select(Prompt).where(*where).order_by(Prompt.changed_at.desc(), Prompt.id.desc())
    total = session.scalar(select(func.count()).select_from(Prompt).where(*where)) or 0
    return session.scalars(newest.limit(limit).offset(offset)).all(), total


def _selecting(selection: Selection) -> Iterator[ColumnElement[bool]]:
    yield Prompt.archived_at.is_not(None) if selection.archived else Prompt.archived_at.is_(None)
    tags = cast(Prompt.tags, Text)  # JSON text, in which letters outside ASCII are escaped
    for word in selection.search.lower().split():
        texts = func.lower(Prompt.name + " " + Prompt.description)
        escaped = json.dumps(word)[1:-1]
        yield texts.contains(word, autoescape=True) | func.lower(tags).contains(escaped, autoescape=True)
    if selection.name is not None:
        yield Prompt.name == selection.name
    if selection.tag is not None:
        yield tags.contains(json.dumps(selection.tag), autoescape=True)
    if selection.environment is not None:
        served = PromptPointer.prompt_id == Prompt.id, PromptPointer.environment == selection.environment
        yield exists().where(*served)
    if selection.changed_from is not None:
        yield Prompt.changed_at >= selection.changed_from
    if selection.changed_before is not None:
        yield Prompt.changed_at < selection.changed_before


def find_prompt(session: Session, project_id: str, prompt_id: str) -> Prompt:
    """Raises NotFound, also for a prompt of another project."""
    prompt = session.get(Prompt, prompt_id) if is_id(prompt_id) else None
    if prompt is None or prompt.project_id != project_id:
        raise NotFound(f"there is no prompt with the id {prompt_id!r}; list them with GET /api/v1/prompts")
    return prompt


def prompt_named(session: Session, project_id: str, name: str) -> Prompt | None:
    """Archived ones too."""
    if not is_findable(name):
        return None
    return session.scalar(select(Prompt).where(Prompt.project_id == project_id, Prompt.name == name))


def versions_of(session: Session, prompt: Prompt, limit: int, offset: int) -> Sequence[PromptVersion]:
    """Newest first; there are `prompt.versions` in all."""
    newest = select(PromptVersion).where(PromptVersion.prompt_id == prompt.id).order_by(PromptVersion.number.desc())
    return session.scalars(newest.limit(limit).offset(offset)).all()


def version_of(session: Session, prompt: Prompt, number: int, field: str | None = None) -> PromptVersion:
    """Raises NotFound, blaming `field`."""
    version = (
        session.scalar(
            select(PromptVersion).where(PromptVersion.prompt_id == prompt.id, PromptVersion.number == number)
        )
        if 1 <= number <= MOST_NUMBER
        else None
    )
    if version is None:
        raise _no_version(prompt, number, field)
    return version


def find_version(session: Session, project_id: str, version_id: str) -> tuple[Prompt, PromptVersion] | None:
    if not is_id(version_id):
        return None
    found = session.execute(
        select(Prompt, PromptVersion)
        .join(PromptVersion, PromptVersion.prompt_id == Prompt.id)
        .where(PromptVersion.id == version_id, Prompt.project_id == project_id)
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def pointers(session: Session, prompt: Prompt) -> dict[str, int]:
    """The version that is served, by environment."""
    return deployed(session, [prompt]).get(prompt.id, {})


def deployed(session: Session, prompts: Sequence[Prompt]) -> dict[str, dict[str, int]]:
    """The versions that are served, by id of the prompt and environment."""
    rows = session.execute(
        select(PromptPointer.prompt_id, PromptPointer.environment, PromptPointer.number)
        .where(PromptPointer.prompt_id.in_([prompt.id for prompt in prompts]))
        .order_by(PromptPointer.environment)
    )
    found: dict[str, dict[str, int]] = {}
    for prompt_id, environment, number in rows:
        found.setdefault(prompt_id, {})[environment] = number
    return found


def newest_configs(session: Session, prompts: Sequence[Prompt]) -> dict[str, Config]:
    """Configuration of the newest version, by id of the prompt."""
    rows = session.execute(
        select(PromptVersion.prompt_id, PromptVersion.config)
        .join(Prompt, (Prompt.id == PromptVersion.prompt_id) & (Prompt.versions == PromptVersion.number))
        .where(Prompt.id.in_([prompt.id for prompt in prompts]))
    )
    return {row.prompt_id: row.config for row in rows}


def deployments_of(session: Session, prompt: Prompt, limit: int, offset: int) -> Sequence[PromptDeployment]:
    """Newest first; there are `prompt.deployments` in all."""
    newest = (
        select(PromptDeployment)
        .where(PromptDeployment.prompt_id == prompt.id)
        .order_by(PromptDeployment.position.desc())
    )
    return session.scalars(newest.limit(limit).offset(offset)).all()


@dataclass(frozen=True, slots=True)
class Span:
    """Deployments to look for: `[start, end)`, of one prompt and environment or of all."""

    start: datetime
    end: datetime
    prompt: str | None = None
    """Its name."""
    environment: str | None = None


def deployments_in(session: Session, project_id: str, span: Span, limit: int) -> Sequence[tuple[PromptDeployment, str]]:
    """Newest first, each with the name of its prompt; archived prompts too."""
    if not is_findable(span.prompt or "") or not is_findable(span.environment or ""):
        return []
    asked = (
        select(PromptDeployment, Prompt.name)
        .join(Prompt, Prompt.id == PromptDeployment.prompt_id)
        .where(
            PromptDeployment.project_id == project_id,
            PromptDeployment.at >= span.start,
            PromptDeployment.at < span.end,
        )
        .order_by(PromptDeployment.at.desc(), PromptDeployment.position.desc(), PromptDeployment.id.desc())
    )
    if span.prompt is not None:
        asked = asked.where(Prompt.name == span.prompt)
    if span.environment is not None:
        asked = asked.where(PromptDeployment.environment == span.environment)
    return [(deployment, name) for deployment, name in session.execute(asked.limit(limit))]


def counts(session: Session, project_id: str) -> tuple[int, int]:
    """Prompts that are not archived, and their versions."""
    of_project = (Prompt.project_id == project_id, Prompt.archived_at.is_(None))
    found = session.execute(select(func.count(), func.coalesce(func.sum(Prompt.versions), 0)).where(*of_project)).one()
    return int(found[0]), int(found[1])


def environment_name(text: str, field: str = "environment") -> str:
    name = named(text, field)
    if name == LATEST:
        raise Refused(f'{field} "latest" always means the newest version; choose another name', field=field)
    return name


def note(text: str, field: str, longest: int = 2000) -> str:
    """A text of several lines, as it is kept."""
    if len(text) > longest:
        raise Refused(f"{field} has {len(text)} characters; at most {longest} are allowed", field=field)
    if _CONTROL.search(text):
        raise Refused(f"{field} contains a control character; remove it", field=field)
    return text


def tags_of(tags: Sequence[str]) -> list[str]:
    """Each once, in their order."""
    if len(tags) > 50:
        raise Refused(f"tags has {len(tags)} entries; at most 50 are allowed", field="tags")
    return list(dict.fromkeys(named(tag, "tags") for tag in tags))


def is_findable(text: str) -> bool:
    """Whether a name can be this. Ask before a query: PostgreSQL refuses a NUL in a bound text."""
    return "\x00" not in text and is_unicode(text)


def no_prompt(name: str) -> NotFound:
    return NotFound(f"Prompt not found: {name!r}; list prompts with GET /api/v1/prompts", field="name")


def _no_version(prompt: Prompt, number: int, field: str | None) -> NotFound:
    return NotFound(
        f"Prompt not found: {prompt.name!r} has no version {number}; the newest is {prompt.versions}", field=field
    )


def _lock(session: Session, prompt: Prompt) -> None:
    """Wait for others who change this prompt, and see what they left. On SQLite writers are alone anyway."""
    session.refresh(prompt, with_for_update=True)


def _refuse_archived(prompt: Prompt, what: str) -> None:
    if prompt.archived_at is not None:
        raise Conflict(f"prompt {prompt.name!r} is archived and {what}; restore it first")


def _check_expected(prompt: Prompt, environment: str, served: int | None, expected: int | None) -> None:
    if expected is not None and served != expected:
        now = "no version" if served is None else f"version {served}"
        raise Conflict(
            f"{environment} serves {now} of {prompt.name!r} by now, not {expected}; look again, then repeat",
            code="expected_version",
            field="expected_version",
        )
