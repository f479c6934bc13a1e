"""API keys of projects and personal tokens: making, finding, revoking, and remembering when they were used."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import Detail, record
from promptpulse.accounts.credentials import KEY_MARK, LONGEST_SECRET, TOKEN_MARK, digest, new_secret, shown_prefix
from promptpulse.accounts.models import ApiKey, PersonalToken, Project, User
from promptpulse.accounts.text import is_id, named
from promptpulse.accounts.values import By, KeyFacts, Person, ProjectRef, Scope
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.db import Database, flush_or

CACHE_LIFE = timedelta(seconds=10)
SHORTEST_KEY = 16
MOST_TOKENS = 100

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Made(Generic[Row]):
    """A new credential. `secret` is shown once and kept nowhere."""

    row: Row
    secret: str


@dataclass(frozen=True, slots=True)
class NewKey:
    """What somebody wants a key to be."""

    name: str
    scopes: frozenset[Scope]
    instance: bool = False
    """Manages projects and keys of the whole server; needs the scope `admin`."""
    secret: str = ""
    """Chosen by the operator (PROMPTPULSE_BOOTSTRAP_KEY); drawn when empty."""


def create_key(session: Session, project: Project, wanted: NewKey, by: By) -> Made[ApiKey]:
    """Raises Refused for a bad name, no scopes or a chosen secret that is too short."""
    name = named(wanted.name, "name")
    if not wanted.scopes:
        raise Refused("scopes is empty; give at least one of ingest, read, admin", field="scopes")
    if wanted.instance and Scope.ADMIN not in wanted.scopes:
        raise Refused("an instance key manages projects and keys, so scopes must contain admin", field="scopes")
    if wanted.secret and not SHORTEST_KEY <= len(wanted.secret) <= LONGEST_SECRET:
        raise Refused(
            f"the key has {len(wanted.secret)} characters; it must have {SHORTEST_KEY} to {LONGEST_SECRET}", field="key"
        )
    secret = wanted.secret or new_secret(KEY_MARK)
    row = ApiKey(
        id=uuid7(by.at),
        project_id=project.id,
        name=name,
        prefix=shown_prefix(secret),
        key_hash=digest(secret),
        scopes=sorted(wanted.scopes),
        instance=wanted.instance,
        created_at=by.at,
        created_by=by.actor,
    )
    session.add(row)
    flush_or(session, Conflict("this key exists already; choose another text", field="key"))
    detail: Detail = {"name": name, "scopes": ",".join(row.scopes), "instance": wanted.instance}
    record(session, project.id, by, "key.create", f"key {row.prefix}", detail=detail)
    return Made(row, secret)


def list_keys(session: Session, project_id: str) -> Sequence[ApiKey]:
    """Newest first, revoked ones too."""
    return session.scalars(
        select(ApiKey).where(ApiKey.project_id == project_id).order_by(ApiKey.created_at.desc(), ApiKey.id.desc())
    ).all()


def find_key(session: Session, key_id: str) -> ApiKey:
    """Raises NotFound."""
    row = session.get(ApiKey, key_id) if is_id(key_id) else None
    if row is None:
        raise no_key(key_id)
    return row


def no_key(key_id: str) -> NotFound:
    return NotFound(f"there is no API key {key_id!r}; list them with GET /api/v1/keys")


def revoke_key(session: Session, row: ApiKey, by: By) -> None:
    """Nothing happens to a key that is revoked already. Call `KeyRing.forget_all` after the commit."""
    if row.revoked_at is not None:
        return
    row.revoked_at = by.at
    record(session, row.project_id, by, "key.revoke", f"key {row.prefix}", detail={"name": row.name})


def create_token(session: Session, user_id: str, name: str, by: By) -> Made[PersonalToken]:
    """Raises Refused for a bad name and Conflict over 100 tokens of one person."""
    if len(list_tokens(session, user_id)) >= MOST_TOKENS:
        raise Conflict(f"you have {MOST_TOKENS} personal tokens; delete one first")
    secret = new_secret(TOKEN_MARK)
    row = PersonalToken(
        id=uuid7(by.at),
        user_id=user_id,
        name=named(name, "name"),
        prefix=shown_prefix(secret),
        token_hash=digest(secret),
        created_at=by.at,
    )
    session.add(row)
    record(session, None, by, "token.create", f"token {row.prefix}", detail={"name": row.name})
    return Made(row, secret)


def list_tokens(session: Session, user_id: str) -> Sequence[PersonalToken]:
    """Newest first."""
    return session.scalars(
        select(PersonalToken)
        .where(PersonalToken.user_id == user_id)
        .order_by(PersonalToken.created_at.desc(), PersonalToken.id.desc())
    ).all()


def delete_token(session: Session, user_id: str, token_id: str, by: By) -> None:
    """Raises NotFound, also for a token of somebody else."""
    row = session.get(PersonalToken, token_id) if is_id(token_id) else None
    if row is None or row.user_id != user_id:
        raise NotFound(f"you have no personal token {token_id!r}; list them with GET /api/v1/account/tokens")
    session.delete(row)
    record(session, None, by, "token.delete", f"token {row.prefix}", detail={"name": row.name})


def ref(project: Project) -> ProjectRef:
    return ProjectRef(project.id, project.name, project.time_zone, project.capture_content, project.price_version)


def person(user: User) -> Person:
    return Person(user.id, user.email, user.name, user.is_admin, user.password_hash is not None)


def token_owner(session: Session, secret: str) -> tuple[str, Person] | None:
    """Id of the personal token and the person it acts for."""
    found = session.execute(
        select(PersonalToken.id, User)
        .join(User, User.id == PersonalToken.user_id)
        .where(PersonalToken.token_hash == digest(secret))
    ).one_or_none()
    return None if found is None else (found[0], person(found[1]))


class KeyRing:
    """Finds keys by their secret, from memory where it can. Thread-safe; `_lock` guards everything.

    An answer is at most 10 s old. `forget_all`, called after a commit, makes a change in this process seen at once."""

    def __init__(self, database: Database, size: int = 10_000) -> None:
        self._database, self._size = database, size
        self._lock = Lock()
        self._known: OrderedDict[str, tuple[KeyFacts | None, datetime]] = OrderedDict()
        self._changes = 0
        self._used: dict[str, datetime] = {}
        """Last use of keys and tokens, by id, that is not yet written."""

    def cached(self, secret: str, now: datetime) -> tuple[KeyFacts | None, bool]:
        """The key, and whether memory knows the answer. Never blocks on the database."""
        name = digest(secret)
        with self._lock:
            found = self._known.get(name)
            if found is None or now - found[1] >= CACHE_LIFE:
                return None, False
            self._known.move_to_end(name)
            return found[0], True

    def find(self, secret: str, now: datetime) -> KeyFacts | None:
        """The key, or None when it is unknown or revoked."""
        if not secret or len(secret) > LONGEST_SECRET:
            return None
        facts, is_cached = self.cached(secret, now)
        if is_cached:
            return facts
        name = digest(secret)
        with self._lock:
            changes = self._changes
        with self._database.sessions() as session:
            facts = _facts(session, name)
        with self._lock:
            # A key that was revoked while we read must not come back.
            if changes == self._changes:
                self._known[name] = (facts, now)
                self._known.move_to_end(name)
                while len(self._known) > self._size:
                    self._known.popitem(last=False)
        return facts

    def forget_all(self) -> None:
        """After a change of a key or a project was committed."""
        with self._lock:
            self._changes += 1
            self._known.clear()

    def note_use(self, credential_id: str, now: datetime) -> None:
        with self._lock:
            self._used[credential_id] = now

    def last_used(self, credential_id: str, written: datetime | None) -> datetime | None:
        """The newer of what is written and what waits to be."""
        with self._lock:
            waiting = self._used.get(credential_id)
        return max((t for t in (written, waiting) if t is not None), default=None)

    def write_uses(self) -> None:
        """Store last-used times that came together since the last call; to be called about once a minute."""
        with self._lock:
            used, self._used = self._used, {}
        if not used:
            return
        with self._database.writing() as session:
            for table in (ApiKey, PersonalToken):
                _write_uses(session, table, used.items())


def _write_uses(
    session: Session, table: type[ApiKey] | type[PersonalToken], used: Iterable[tuple[str, datetime]]
) -> None:
    for credential_id, at in used:
        older = table.last_used_at.is_(None) | (table.last_used_at < at)
        session.execute(update(table).where(table.id == credential_id, older).values(last_used_at=at))


def _facts(session: Session, key_hash: str) -> KeyFacts | None:
    found = session.execute(
        select(ApiKey, Project)
        .join(Project, Project.id == ApiKey.project_id)
        .where(ApiKey.key_hash == key_hash, ApiKey.revoked_at.is_(None))
    ).one_or_none()
    if found is None:
        return None
    key, project = found
    scopes = frozenset(Scope(scope) for scope in key.scopes)
    return KeyFacts(key.id, key.name, key.prefix, ref(project), scopes, key.instance)
