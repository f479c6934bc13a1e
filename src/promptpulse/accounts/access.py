"""Who is calling, and whether they may: the FastAPI dependencies of every route.

    caller ── anybody with a valid credential: API key, personal token or browser session
    ├── signed_in ── a person                      └── by_session ── a person in a browser (cookie)
    ├── may_read, may_ingest, may_fetch, may_edit, may_admin ── Access of one project, chosen by the key or by `?project=`
    └── project_reader, project_editor, project_admin ── the same, of the project in the path

A key belongs to one project and reaches nothing outside it. The exception is an **instance key** (the bootstrap key, or
`promptpulse keys create --instance`): it may also do everything under `/projects` and `/keys`, in every project. It
cannot read or send calls of another project; it makes a key there first, which the audit log of that project shows.
A key with the scope `admin` alone manages its own project only, and no key made by the API is an instance key.
A person who is admin of the server is admin of every project.

A header that names a credential decides alone: a wrong key is 401, even with a good cookie. Writes by cookie need
`X-CSRF-Token`, and an `Origin`, when sent, of this server."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Query, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as AsgiScope

from promptpulse.accounts.credentials import TOKEN_MARK, csrf_token, presented, same
from promptpulse.accounts.keys import person, ref, token_owner
from promptpulse.accounts.limits import RateState, is_otlp
from promptpulse.accounts.service import find_project, project_of
from promptpulse.accounts.sessions import SESSION_LIFE, is_due_for_renewal, renew, session_user
from promptpulse.accounts.state import Accounts
from promptpulse.accounts.values import SCOPES_OF_ROLE, Access, KeyFacts, Person, ProjectRef, Role, Scope
from promptpulse.core.errors import Forbidden, NotFound, Refused, TooMany, Unauthenticated, Unavailable

__all__ = [
    "Access",
    "AccountHeaders",
    "Accounts",
    "Caller",
    "Person",
    "ProjectRef",
    "Role",
    "Scope",
    "by_session",
    "caller",
    "keys_admin",
    "may_admin",
    "may_edit",
    "may_fetch",
    "may_ingest",
    "may_read",
    "project_admin",
    "project_editor",
    "project_reader",
    "session_if_any",
    "signed_in",
]

COOKIE = "promptpulse_session"
CSRF_HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
RATE, RENEWED = "promptpulse_rate", "promptpulse_renewed"

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="An API key or a personal token. Also `Basic base64(public:key)`, the bare key, or `x-api-key`.",
)
_cookie = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="session",
    description="A browser session from `POST /api/v1/session`. Writes also need its token as `X-CSRF-Token`.",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a valid credential: either a person or a key."""

    actor: str
    person: Person | None = None
    key: KeyFacts | None = None
    session_token: str = ""
    """Of the cookie; "" for keys and personal tokens."""

    @property
    def is_instance_admin(self) -> bool:
        return self.person.is_admin if self.person else self.key is not None and self.key.instance


def accounts_of(request: Request) -> Accounts:
    found = request.app.state.services.accounts
    assert isinstance(found, Accounts)  # noqa: S101 - `state` is untyped; `app` puts it there
    return found


async def caller(
    request: Request,
    _key: Annotated[object, Depends(_bearer)],
    _session: Annotated[object, Depends(_cookie)],
) -> Caller:
    """Raises Unauthenticated, Forbidden (CSRF), and TooMany or Unavailable over the rate limit of a key."""
    accounts = accounts_of(request)
    now = accounts.clock()
    secrets = presented(request.headers)
    if secrets:
        return await _by_secret(request, accounts, secrets, now)
    token = request.cookies.get(COOKIE, "")
    found = await run_in_threadpool(_by_cookie, request, accounts, token, now) if token else None
    if found is None:
        raise Unauthenticated(
            "no credential, or the session has ended; sign in, or send Authorization: Bearer <API key>"
        )
    if request.method not in SAFE_METHODS:
        check_origin(request)
        if not same(request.headers.get(CSRF_HEADER, ""), csrf_token(token)):
            raise Forbidden("header X-CSRF-Token is missing or wrong; take it from GET /api/v1/session", code="csrf")
    return found


async def signed_in(who: Annotated[Caller, Depends(caller)]) -> Person:
    """A person, by session or personal token."""
    if who.person is None:
        raise Forbidden("this is for people, not for API keys; sign in, or use a personal token")
    return who.person


async def by_session(who: Annotated[Caller, Depends(caller)]) -> Caller:
    """A person in a browser: what changes the account itself is not done by a token that may have leaked."""
    if not who.session_token:
        raise Forbidden("this needs a browser session, not a key or token; sign in with POST /api/v1/session")
    return who


async def session_if_any(request: Request, _session: Annotated[object, Depends(_cookie)]) -> Caller | None:
    """As `by_session`, or None without a session: asking who one is, is no failure."""
    try:
        return await by_session(await caller(request, None, None))
    except Unauthenticated:
        if presented(request.headers):
            raise
        return None


ProjectQuery = Annotated[
    str | None,
    Query(
        description="Id of the project. A key has its own; a person must say which.",
        examples=["01997c5e-8f00-7000-8000-000000000001"],
    ),
]


async def project_access(
    request: Request, who: Annotated[Caller, Depends(caller)], project: ProjectQuery = None
) -> Access:
    """Any access to the project of the key, or of `?project=`."""
    if who.key is not None:
        if project is not None and project != who.key.project.id:
            raise Forbidden(
                f"the key belongs to another project than {project!r}; leave `project` out", field="project"
            )
        return _access(who, who.key.project, who.key.role, who.key.scopes)
    if project is None:
        raise Refused("project is missing; add ?project=<id>, from GET /api/v1/projects", field="project")
    return await run_in_threadpool(_persons_access, accounts_of(request), who, project)


async def may_read(access: Annotated[Access, Depends(project_access)]) -> Access:
    """People of any role; keys with `read` or `admin`."""
    return _with_scope(access, Scope.READ)


async def may_ingest(access: Annotated[Access, Depends(project_access)]) -> Access:
    """Editors and admins; keys with `ingest`."""
    return _with_scope(access, Scope.INGEST)


async def may_fetch(access: Annotated[Access, Depends(project_access)]) -> Access:
    """What programs read while they serve: prompts and assignments. People of any role; keys with `ingest` or `read`."""
    return access if Scope.INGEST in access.scopes else _with_scope(access, Scope.READ)


async def may_edit(access: Annotated[Access, Depends(project_access)]) -> Access:
    """Editors and admins; keys with `admin`."""
    return _with_role(access, Role.EDITOR)


async def may_admin(access: Annotated[Access, Depends(project_access)]) -> Access:
    """Admins of the project or the server; keys with `admin`."""
    return _with_role(access, Role.ADMIN)


async def keys_admin(request: Request, who: Annotated[Caller, Depends(caller)], project: ProjectQuery = None) -> Access:
    """As `may_admin`; an instance key may name any project."""
    if who.key is not None and who.key.instance and project is not None:
        return await run_in_threadpool(admin_of, accounts_of(request), who, project)
    return _with_role(await project_access(request, who, project), Role.ADMIN)


async def path_access(request: Request, project_id: str, who: Annotated[Caller, Depends(caller)]) -> Access:
    """Any access to the project in the path. Raises NotFound when it is not the caller's to see."""
    return await run_in_threadpool(access_to, accounts_of(request), who, project_id)


async def project_reader(access: Annotated[Access, Depends(path_access)]) -> Access:
    return _with_scope(access, Scope.READ)


async def project_editor(access: Annotated[Access, Depends(path_access)]) -> Access:
    return _with_role(access, Role.EDITOR)


async def project_admin(access: Annotated[Access, Depends(path_access)]) -> Access:
    return _with_role(access, Role.ADMIN)


def access_to(accounts: Accounts, who: Caller, project_id: str) -> Access:
    """The caller's access to the settings of a project. Raises NotFound when it is not theirs to see."""
    key = who.key
    if key is None:
        return _persons_access(accounts, who, project_id)
    if key.project.id == project_id:
        return _access(who, key.project, key.role, key.scopes)
    if key.instance:
        with accounts.database.sessions() as session:
            project = find_project(session, project_id)
        if project is not None:
            return _access(who, ref(project), Role.ADMIN, frozenset({Scope.ADMIN}))
    raise _no_project(project_id)


def admin_of(accounts: Accounts, who: Caller, project_id: str) -> Access:
    """As `project_admin`, for a project that is not in the path."""
    return _with_role(access_to(accounts, who, project_id), Role.ADMIN)


def check_origin(request: Request) -> None:
    """Raises Forbidden for a write that a page of another site sends."""
    origin = request.headers.get("origin")
    if origin is None:
        return
    hosts = {request.headers.get("host", ""), accounts_of(request).settings.public_host} - {""}
    if urlsplit(origin).netloc not in hosts:
        raise Forbidden(
            f"origin {origin!r} is not this server; behind a proxy, set PROMPTPULSE_PUBLIC_URL", code="origin"
        )


def set_session_cookie(response: Response, accounts: Accounts, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LIFE.total_seconds()),
        httponly=True,
        secure=accounts.settings.secure_cookies,
        samesite="lax",
    )


class AccountHeaders:
    """ASGI middleware: `RateLimit-Limit`, `-Remaining` and `-Reset` (seconds) on every answer to a key, refusals too,
    and the cookie of a session that was prolonged."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                rate, cookie = state.get(RATE), state.get(RENEWED)
                if isinstance(rate, RateState):
                    headers["ratelimit-limit"] = str(rate.limit)
                    headers["ratelimit-remaining"] = str(rate.remaining)
                    headers["ratelimit-reset"] = str(rate.reset_s)
                if cookie and "set-cookie" not in headers:
                    headers.append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, with_headers)


async def _by_secret(request: Request, accounts: Accounts, secrets: tuple[str, ...], now: datetime) -> Caller:
    for secret in secrets:
        facts, is_cached = accounts.keys.cached(secret, now)
        if facts is None and not is_cached:
            found = await run_in_threadpool(_look_up, accounts, secret, now)
        else:
            found = None if facts is None else _key_caller(facts)
        if isinstance(found, Caller) and found.key is not None:
            _count(request, accounts, found.key.project.id, found.key.id, now)
            return found
        if isinstance(found, tuple):
            token_id, owner = found
            _count(request, accounts, "", token_id, now)
            return Caller(owner.email, person=owner)
    raise Unauthenticated("Invalid API key: it is unknown or revoked; make one under Settings, API keys")


def _look_up(accounts: Accounts, secret: str, now: datetime) -> Caller | tuple[str, Person] | None:
    if secret.startswith(TOKEN_MARK):
        with accounts.database.sessions() as session:
            return token_owner(session, secret)
    facts = accounts.keys.find(secret, now)
    return None if facts is None else _key_caller(facts)


def _key_caller(facts: KeyFacts) -> Caller:
    return Caller(f"key {facts.prefix} ({facts.name})", key=facts)


def _count(request: Request, accounts: Accounts, project_id: str, credential_id: str, now: datetime) -> None:
    accounts.keys.note_use(credential_id, now)
    rate = accounts.limits.take(project_id, credential_id, now)
    request.scope.setdefault("state", {})[RATE] = rate
    if not rate.is_over:
        return
    message = f"the key made more than {rate.limit} requests this minute; send larger batches, or wait {rate.reset_s} s"
    if is_otlp(request.scope["path"]):
        raise Unavailable(message, code="rate_limited", retry_after_s=min(5, rate.reset_s))
    raise TooMany(message, retry_after_s=rate.reset_s)


def _by_cookie(request: Request, accounts: Accounts, token: str, now: datetime) -> Caller | None:
    with accounts.database.sessions() as session:
        found = session_user(session, token, now)
    if found is None:
        return None
    user, row = found
    if is_due_for_renewal(row, now):
        with accounts.database.writing() as session:
            renew(session, token, now)
        response = Response()
        set_session_cookie(response, accounts, token)
        request.scope.setdefault("state", {})[RENEWED] = response.headers["set-cookie"]
    return Caller(user.email, person=person(user), session_token=token)


def _persons_access(accounts: Accounts, who: Caller, project_id: str) -> Access:
    if who.person is None:
        raise _no_project(project_id)
    with accounts.database.sessions() as session:
        found = project_of(session, who.person, project_id)
    if found is None:
        raise _no_project(project_id)
    project, role = found
    return _access(who, ref(project), role, SCOPES_OF_ROLE[role])


def _access(who: Caller, project: ProjectRef, role: Role, scopes: frozenset[Scope]) -> Access:
    return Access(
        project=project,
        role=role,
        scopes=scopes | {Scope.READ} if Scope.ADMIN in scopes else scopes,
        user_id=who.person.id if who.person else None,
        key_id=who.key.id if who.key else None,
        actor=who.actor,
    )


def _with_scope(access: Access, needed: Scope) -> Access:
    if needed in access.scopes:
        return access
    has = ", ".join(sorted(access.scopes)) or "none"
    if access.key_id is None:
        raise Forbidden(f"your role {access.role} may not do this; ask an admin of the project for another role")
    raise Forbidden(f"the key lacks the scope {needed} (it has {has}); make another key", code="missing_scope")


def _with_role(access: Access, needed: Role) -> Access:
    if access.role.covers(needed):
        return access
    if access.key_id is not None:
        return _with_scope(access, Scope.ADMIN)
    raise Forbidden(
        f"your role is {access.role}, this needs {needed}; ask an admin of the project", code="missing_role"
    )


def _no_project(project_id: str) -> NotFound:
    return NotFound(f"there is no project {project_id!r} that you may see", field="project")
