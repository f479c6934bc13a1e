"""Signing in and out, one's password and personal tokens."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from promptpulse.accounts import keys, sessions, shapes
from promptpulse.accounts.access import (
    COOKIE,
    Accounts,
    Caller,
    Person,
    accounts_of,
    by_session,
    check_origin,
    session_if_any,
    set_session_cookie,
    signed_in,
)
from promptpulse.accounts.credentials import csrf_token
from promptpulse.accounts.models import PersonalToken, Project
from promptpulse.accounts.service import projects_of
from promptpulse.accounts.shapes import Answer, documented, example_of
from promptpulse.accounts.values import By, Role
from promptpulse.core.errors import TooMany

router = APIRouter(prefix="/api/v1", tags=["account"])

SESSION = example_of(shapes.SessionOut)


@router.post("/session", summary="Sign in with e-mail and password", responses=documented(200, SESSION, 401, 403))
def sign_in(body: shapes.SignIn, request: Request, response: Response) -> Answer[shapes.SessionOut]:
    """Sets the session cookie. Ten failures in five minutes from one address are answered with 429."""
    accounts, now = _now(request)
    check_origin(request)
    address = request.client.host if request.client else ""
    name = f"{body.email.strip().lower()} {address}"
    _slow_down(accounts, name, address, now)
    # Verified before the transaction that writes: hashing takes long, and on SQLite that one keeps all others waiting.
    with accounts.database.sessions() as session:
        user = sessions.user_with_password(session, body.email, body.password)
    with accounts.database.writing() as session:
        begun = sessions.begin(session, user, now, by_link=False)
    _succeeded(accounts, name, address)
    set_session_cookie(response, accounts, begun.token)
    return _session(accounts, keys.person(begun.user), begun.token)


@router.post("/session/link", summary="Sign in with a one-time link", responses=documented(200, SESSION, 401, 403))
def sign_in_by_link(body: shapes.SignInByLink, request: Request, response: Response) -> Answer[shapes.SessionOut]:
    """Sets the session cookie and uses the link up."""
    accounts, now = _now(request)
    check_origin(request)
    with accounts.database.writing() as session:
        begun = sessions.sign_in_by_link(session, body.token, now)
    set_session_cookie(response, accounts, begun.token)
    return _session(accounts, keys.person(begun.user), begun.token)


@router.get("/session", summary="Who is signed in", responses=documented(200, SESSION, 401, 403))
def read_session(
    request: Request, who: Annotated[Caller | None, Depends(session_if_any)]
) -> Answer[shapes.SessionOut | None]:
    """The person, their projects, and the token to send with writes; null for nobody."""
    if who is None or who.person is None:
        return Answer(data=None)
    return Answer(data=_session(accounts_of(request), who.person, who.session_token).data)


@router.delete("/session", summary="Sign out", responses=documented(200, None, 401, 403))
def sign_out(request: Request, response: Response, who: Annotated[Caller, Depends(by_session)]) -> Answer[None]:
    """Ends this session and removes its cookie."""
    with accounts_of(request).database.writing() as session:
        sessions.sign_out(session, who.session_token)
    response.delete_cookie(COOKIE, httponly=True, secure=accounts_of(request).settings.secure_cookies, samesite="lax")
    return Answer(data=None)


@router.post("/account/password", summary="Set your password", responses=documented(200, None, 401, 403))
def set_password(
    body: shapes.PasswordChange, request: Request, who: Annotated[Caller, Depends(by_session)]
) -> Answer[None]:
    """Ends all other sessions of yours and voids your sign-in links. Personal tokens keep working."""
    accounts, now = _now(request)
    address = request.client.host if request.client else ""
    name = f"{who.actor} {address}"
    if body.current_password:
        _slow_down(accounts, name, address, now)
    with accounts.database.writing() as session:
        by = By(who.actor, now)
        sessions.set_password(session, who.session_token, body.current_password, body.new_password, by)
    if body.current_password:
        _succeeded(accounts, name, address)
    return Answer(data=None)


@router.get(
    "/account/tokens",
    summary="List your personal tokens",
    responses=documented(200, [example_of(shapes.TokenOut)], 401, 403),
)
def list_tokens(request: Request, me: Annotated[Person, Depends(signed_in)]) -> Answer[list[shapes.TokenOut]]:
    """Newest first."""
    accounts = accounts_of(request)
    with accounts.database.sessions() as session:
        rows = keys.list_tokens(session, me.id)
    return Answer(data=[_token(accounts, row) for row in rows])


@router.post(
    "/account/tokens",
    status_code=201,
    summary="Make a personal token",
    responses=documented(201, example_of(shapes.TokenMade), 401, 403, 409),
)
def create_token(
    body: shapes.TokenNew, request: Request, who: Annotated[Caller, Depends(by_session)]
) -> Answer[shapes.TokenMade]:
    """It acts as you: `Authorization: Bearer <token>`, with `?project=`. The token is shown this once."""
    accounts, now = _now(request)
    assert who.person is not None  # noqa: S101 - of `by_session`
    with accounts.database.writing() as session:
        made = keys.create_token(session, who.person.id, body.name, By(who.actor, now))
    return Answer(data=shapes.TokenMade(**_token(accounts, made.row).model_dump(), token=made.secret))


@router.delete(
    "/account/tokens/{token_id}", summary="Delete a personal token", responses=documented(200, None, 401, 403, 404)
)
def delete_token(token_id: str, request: Request, me: Annotated[Person, Depends(signed_in)]) -> Answer[None]:
    """It stops working at once."""
    accounts, now = _now(request)
    with accounts.database.writing() as session:
        keys.delete_token(session, me.id, token_id, By(me.email, now))
    return Answer(data=None)


def project_out(project: Project, role: Role) -> shapes.ProjectOut:
    return shapes.ProjectOut(
        id=project.id,
        name=project.name,
        time_zone=project.time_zone,
        capture_content=project.capture_content,
        created_at=project.created_at,
        role=role,
    )


def _now(request: Request) -> tuple[Accounts, datetime]:
    accounts = accounts_of(request)
    return accounts, accounts.clock()


def _slow_down(accounts: Accounts, name: str, address: str, now: datetime) -> None:
    wait_s = max(accounts.sign_ins.wait_s(name, now), accounts.addresses.wait_s(address, now))
    if wait_s:
        raise TooMany(f"too many attempts to sign in; wait {wait_s} s", code="too_many_attempts", retry_after_s=wait_s)


def _succeeded(accounts: Accounts, name: str, address: str) -> None:
    accounts.sign_ins.forgive(name)
    accounts.addresses.give_back(address)


def _session(accounts: Accounts, person: Person, token: str) -> Answer[shapes.SessionOut]:
    with accounts.database.sessions() as session:
        projects = [project_out(project, role) for project, role in projects_of(session, person)]
    user = shapes.PersonOut(
        id=person.id,
        email=person.email,
        name=person.name,
        is_admin=person.is_admin,
        has_password=person.has_password,
    )
    return Answer(data=shapes.SessionOut(user=user, csrf_token=csrf_token(token), projects=projects))


def _token(accounts: Accounts, row: PersonalToken) -> shapes.TokenOut:
    return shapes.TokenOut(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        created_at=row.created_at,
        last_used_at=accounts.keys.last_used(row.id, row.last_used_at),
    )
