"""A small server with the routes of accounts, a clock that stands still, and people and keys to use it with."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from sqlalchemy import select

from clock import NOON, Clock
from promptpulse.accounts import routes
from promptpulse.accounts.access import (
    Access,
    AccountHeaders,
    Person,
    Role,
    Scope,
    may_admin,
    may_edit,
    may_ingest,
    may_read,
    signed_in,
)
from promptpulse.accounts.bootstrap import Beginning, bootstrap
from promptpulse.accounts.credentials import hash_password
from promptpulse.accounts.keys import NewKey, create_key
from promptpulse.accounts.models import User
from promptpulse.accounts.service import add_member, create_project, create_user, project_named
from promptpulse.accounts.sessions import sign_in_link
from promptpulse.accounts.state import Accounts, AccountSettings, open_accounts
from promptpulse.accounts.values import By
from promptpulse.core.errors import AppError
from promptpulse.db import Database

BOOTSTRAP_KEY = "operator-chosen-key"
PASSWORD = "correct horse battery"
SETUP = By("setup", NOON)
hashed_once = cache(hash_password)
"""Hashing takes long, as it should."""


@dataclass
class Services:
    accounts: Accounts


@dataclass
class Browser:
    """A person's browser: keeps cookies, sends the CSRF token with writes."""

    client: TestClient
    csrf: str = ""

    def send(self, method: str, path: str, body: object = None, **headers: str) -> "Reply":
        given = {"x-csrf-token": self.csrf, **{name.replace("_", "-"): value for name, value in headers.items()}}
        answer = self.client.request(
            method, path, json=body, headers={name: value for name, value in given.items() if value}
        )
        return Reply(answer.status_code, answer.json(), dict(answer.headers), answer.headers.get_list("set-cookie"))

    def sign_in(self, email: str, password: str = PASSWORD) -> "Reply":
        reply = self.send("POST", "/api/v1/session", {"email": email, "password": password})
        if reply.status == 200:
            self.csrf = reply.data["csrf_token"]
        return reply

    def open_link(self, token: str) -> "Reply":
        reply = self.send("POST", "/api/v1/session/link", {"token": token})
        if reply.status == 200:
            self.csrf = reply.data["csrf_token"]
        return reply


@dataclass(frozen=True)
class Reply:
    status: int
    body: dict  # type: ignore[type-arg]  # JSON of any shape; tests look at what they know
    headers: dict[str, str]
    cookies: list[str]

    @property
    def data(self):  # type: ignore[no-untyped-def]  # JSON of any shape
        assert self.body["success"] is True, self.body
        return self.body["data"]

    @property
    def code(self) -> str:
        assert self.body["success"] is False, self.body
        code: str = self.body["code"]
        return code


@dataclass
class World:
    app: FastAPI
    accounts: Accounts
    clock: Clock
    project: str
    """Id of the project `default`, which has the bootstrap key."""

    @property
    def database(self) -> Database:
        return self.accounts.database

    def browser(self) -> Browser:
        return Browser(TestClient(self.app))

    def signed_in(self, email: str) -> Browser:
        browser = self.browser()
        assert browser.sign_in(email).status == 200
        return browser

    def call(self, method: str, path: str, key: str, body: object = None) -> Reply:
        return self.browser().send(method, path, body, authorization=f"Bearer {key}")

    def new_project(self, name: str) -> str:
        with self.database.writing() as session:
            return create_project(session, name, "UTC", SETUP).id

    def new_key(self, project: str, *scopes: Scope, instance: bool = False) -> str:
        with self.database.writing() as session:
            wanted = NewKey("test", frozenset(scopes), instance=instance)
            return create_key(session, project_named(session, project), wanted, SETUP).secret

    def new_user(self, email: str, *, is_admin: bool = False, **roles: Role) -> str:
        """A person with PASSWORD and a role in each named project."""
        with self.database.writing() as session:
            user = create_user(session, email, SETUP, is_admin=is_admin)
            user.password_hash = hashed_once(PASSWORD)
            for project, role in roles.items():
                add_member(session, project_named(session, project), user, role, SETUP)
            return user.id

    def new_link(self, email: str, *, at: datetime | None = None) -> str:
        with self.database.writing() as session:
            return sign_in_link(session, email, at or self.clock())


probes = APIRouter()
"""A route for each thing that somebody may do."""


def who(access: Access) -> dict[str, object]:
    return {"success": True, "data": {"project": access.project.name, "actor": access.actor, "role": access.role}}


@probes.get("/probe/read")
def read(access: Annotated[Access, Depends(may_read)]) -> dict[str, object]:
    return who(access)


@probes.post("/probe/ingest")
@probes.post("/v1/traces")
def ingest(access: Annotated[Access, Depends(may_ingest)]) -> dict[str, object]:
    return who(access)


@probes.post("/probe/edit")
def edit(access: Annotated[Access, Depends(may_edit)]) -> dict[str, object]:
    return who(access)


@probes.post("/probe/admin")
def admin(access: Annotated[Access, Depends(may_admin)]) -> dict[str, object]:
    return who(access)


@probes.get("/probe/me")
def me(person: Annotated[Person, Depends(signed_in)]) -> dict[str, object]:
    return {"success": True, "data": person.email}


def build(database: Database, clock: Clock, settings: AccountSettings) -> FastAPI:
    """The one app, over other services: it takes longer to make than most tests."""
    app = faces()
    app.state.services = Services(open_accounts(database, settings, clock))
    return app


@cache
def faces() -> FastAPI:
    app = FastAPI()
    app.include_router(routes.router)
    app.include_router(probes)
    app.add_middleware(AccountHeaders)

    @app.exception_handler(AppError)
    def refused(_request: Request, error: AppError) -> JSONResponse:
        headers = {"retry-after": str(error.retry_after_s)} if error.retry_after_s else {}
        content = {"success": False, "error": error.message, "code": error.code, "field": error.field}
        return JSONResponse(content, error.status, headers)

    @app.exception_handler(RequestValidationError)
    def malformed(_request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        return JSONResponse(
            {"success": False, "error": first["msg"], "code": "refused", "field": first["loc"][-1]}, 422
        )

    return app


def small_world(database: Database, clock: Clock) -> World:
    """Project `default` with BOOTSTRAP_KEY, and the admin of the server, root@example.com. 1,000 requests a minute."""
    with database.writing() as session:
        done = bootstrap(session, Beginning(BOOTSTRAP_KEY, "root@example.com"), NOON)
        session.scalars(select(User)).one().password_hash = hashed_once(PASSWORD)
    assert done is not None
    app = build(database, clock, AccountSettings(rate_limit_per_minute=1000))
    return World(app, app.state.services.accounts, clock, done.project_id)
