"""Projects, their members, price overrides and audit log."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy.orm import Session

from promptpulse.accounts import audit, prices, service, shapes
from promptpulse.accounts.access import (
    Access,
    Caller,
    Role,
    Scope,
    accounts_of,
    caller,
    project_admin,
    project_editor,
    project_reader,
)
from promptpulse.accounts.models import Project, User
from promptpulse.accounts.session_routes import project_out
from promptpulse.accounts.sessions import link_for
from promptpulse.accounts.shapes import Answer, Page, documented, example_of
from promptpulse.accounts.text import email_address
from promptpulse.accounts.values import By, PriceOverride, Prices
from promptpulse.core.errors import Forbidden, NotFound

router = APIRouter(prefix="/api/v1", tags=["projects"])

PROJECT = example_of(shapes.ProjectOut)
MEMBER = example_of(shapes.MemberOut)
PRICE = example_of(shapes.PriceOut)

Reader = Annotated[Access, Depends(project_reader)]
Editor = Annotated[Access, Depends(project_editor)]
Admin = Annotated[Access, Depends(project_admin)]


@router.get("/projects", summary="List your projects", responses=documented(200, [PROJECT], 401, 403))
def list_projects(request: Request, who: Annotated[Caller, Depends(caller)]) -> Answer[list[shapes.ProjectOut]]:
    """By name. A person sees those they are member of, a key its own; admins of the server and instance keys all."""
    with accounts_of(request).database.sessions() as session:
        return Answer(data=[project_out(project, role) for project, role in _visible(session, who)])


@router.post(
    "/projects", status_code=201, summary="Create a project", responses=documented(201, PROJECT, 401, 403, 409)
)
def create_project(
    body: shapes.ProjectNew, request: Request, who: Annotated[Caller, Depends(caller)]
) -> Answer[shapes.ProjectOut]:
    """For admins of the server and instance keys, such as the bootstrap key. A person becomes its admin."""
    if not who.is_instance_admin:
        raise Forbidden("only an admin of the server or an instance key may create projects", code="missing_role")
    accounts = accounts_of(request)
    by = By(who.actor, accounts.clock())
    with accounts.database.writing() as session:
        project = service.create_project(session, body.name, body.time_zone, by)
        user = session.get(User, who.person.id) if who.person else None
        if user is not None:
            service.add_member(session, project, user, Role.ADMIN, by)
    return Answer(data=project_out(project, Role.ADMIN))


@router.get("/projects/{project_id}", summary="Read a project", responses=documented(200, PROJECT, 401, 403, 404))
def read_project(request: Request, access: Reader) -> Answer[shapes.ProjectOut]:
    """Its settings, and your role in it."""
    with accounts_of(request).database.sessions() as session:
        return Answer(data=project_out(_project(session, access), access.role))


@router.patch(
    "/projects/{project_id}", summary="Change a project", responses=documented(200, PROJECT, 401, 403, 404, 409)
)
def change_project(body: shapes.ProjectPatch, request: Request, access: Admin) -> Answer[shapes.ProjectOut]:
    """For admins of the project. Counts in this process at once, in others within 10 s."""
    accounts = accounts_of(request)
    change = service.ProjectChange(body.name, body.time_zone, body.capture_content)
    with accounts.database.writing() as session:
        project = _project(session, access)
        service.change_project(session, project, change, By(access.actor, accounts.clock()))
    accounts.keys.forget_all()
    return Answer(data=project_out(project, access.role))


@router.get(
    "/projects/{project_id}/members", summary="List members", responses=documented(200, [MEMBER], 401, 403, 404)
)
def list_members(request: Request, access: Admin) -> Answer[list[shapes.MemberOut]]:
    """By e-mail. For admins of the project."""
    with accounts_of(request).database.sessions() as session:
        members = service.list_members(session, access.project.id)
    return Answer(data=[_member(member) for member in members])


@router.post(
    "/projects/{project_id}/members",
    status_code=201,
    summary="Add a member",
    responses=documented(201, example_of(shapes.MemberAdded), 401, 403, 404, 409),
)
def add_member(body: shapes.MemberNew, request: Request, access: Admin) -> Answer[shapes.MemberAdded]:
    """An address that is new makes a new person, with a link to sign in. A lost link: remove the member, add again.

    No link is made for a person who has signed in before or belongs elsewhere: it would open more than this project."""
    accounts = accounts_of(request)
    by = By(access.actor, accounts.clock())
    with accounts.database.writing() as session:
        email = email_address(body.email)
        user = service.find_user(session, email) or service.create_user(session, email, by)
        member = service.add_member(session, _project(session, access), user, body.role, by)
        invited = service.is_only_invited(session, user, access.project.id)
        link = f"/sign-in?token={link_for(session, user, by.at)}" if invited else None
    return Answer(data=shapes.MemberAdded(**_member(member).model_dump(), sign_in_link=link))


@router.patch(
    "/projects/{project_id}/members/{user_id}",
    summary="Change a member's role",
    responses=documented(200, MEMBER, 401, 403, 404, 409),
)
def change_member(user_id: str, body: shapes.MemberPatch, request: Request, access: Admin) -> Answer[shapes.MemberOut]:
    """The only admin of a project keeps the role."""
    accounts = accounts_of(request)
    with accounts.database.writing() as session:
        member = service.find_member(session, access.project.id, user_id)
        service.change_member(session, member, body.role, By(access.actor, accounts.clock()))
    return Answer(data=_member(member))


@router.delete(
    "/projects/{project_id}/members/{user_id}",
    summary="Remove a member",
    responses=documented(200, None, 401, 403, 404, 409),
)
def remove_member(user_id: str, request: Request, access: Admin) -> Answer[None]:
    """They lose the project at once. The only admin stays."""
    accounts = accounts_of(request)
    with accounts.database.writing() as session:
        member = service.find_member(session, access.project.id, user_id)
        service.remove_member(session, member, By(access.actor, accounts.clock()))
    return Answer(data=None)


@router.get(
    "/projects/{project_id}/prices", summary="List price overrides", responses=documented(200, [PRICE], 401, 403, 404)
)
def list_prices(request: Request, access: Reader) -> Answer[list[shapes.PriceOut]]:
    """By provider and model, newest day first. Without an override the public price list counts."""
    with accounts_of(request).database.sessions() as session:
        overrides = prices.overrides_for(session, access.project.id)
    return Answer(data=[_price(override) for override in overrides.prices])


@router.post(
    "/projects/{project_id}/prices",
    status_code=201,
    summary="Add a price override",
    responses=documented(201, PRICE, 401, 403, 404, 409),
)
def add_price(body: shapes.PriceNew, request: Request, access: Editor) -> Answer[shapes.PriceOut]:
    """Your price of a model from a day on, for calls that arrive from now. Stored calls keep their cost."""
    accounts = accounts_of(request)
    amounts = Prices(
        body.input_usd_per_mtok,
        body.output_usd_per_mtok,
        body.cached_input_usd_per_mtok,
        body.cache_write_usd_per_mtok,
    )
    wanted = prices.NewPrice(body.provider, body.model, body.valid_from, amounts)
    with accounts.database.writing() as session:
        by = By(access.actor, accounts.clock())
        override = prices.add_price(session, _project(session, access), wanted, by)
    accounts.keys.forget_all()
    return Answer(data=_price(override))


@router.delete(
    "/projects/{project_id}/prices/{price_id}",
    summary="Delete a price override",
    responses=documented(200, None, 401, 403, 404),
)
def delete_price(price_id: str, request: Request, access: Editor) -> Answer[None]:
    """Calls that arrive from now are priced without it."""
    accounts = accounts_of(request)
    with accounts.database.writing() as session:
        by = By(access.actor, accounts.clock())
        prices.delete_price(session, _project(session, access), price_id, by)
    accounts.keys.forget_all()
    return Answer(data=None)


@router.get(
    "/projects/{project_id}/audit",
    summary="Read the audit log",
    responses=documented(200, {"data": [example_of(shapes.AuditOut)], "meta": {"total": 12}}, 401, 403, 404),
)
def read_audit(
    request: Request,
    access: Admin,
    limit: Annotated[int, Query(ge=1, le=1000, description="Entries on a page.")] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000, description="Entries to skip.")] = 0,
) -> Page[shapes.AuditOut]:
    """Changes of the project, newest first. For admins of the project."""
    with accounts_of(request).database.sessions() as session:
        rows, total = audit.entries(session, access.project.id, limit, offset)
    found = [
        shapes.AuditOut(id=row.id, at=row.at, actor=row.actor, action=row.action, target=row.target, detail=row.detail)
        for row in rows
    ]
    return Page(data=found, meta=shapes.PageMeta(total=total))


def _visible(session: Session, who: Caller) -> list[tuple[Project, Role]]:
    if who.person is not None:
        return list(service.projects_of(session, who.person))
    key = who.key
    if key is None or not key.scopes & {Scope.READ, Scope.ADMIN}:
        raise Forbidden("the key lacks the scope read; make another key", code="missing_scope")
    if key.instance:
        return [(project, Role.ADMIN) for project in service.list_projects(session)]
    project = service.find_project(session, key.project.id)
    return [] if project is None else [(project, key.role)]


def _project(session: Session, access: Access) -> Project:
    project = session.get(Project, access.project.id)
    if project is None:
        raise NotFound(f"there is no project {access.project.id!r} any more")
    return project


def _member(member: service.Member) -> shapes.MemberOut:
    return shapes.MemberOut(
        user_id=member.user.id,
        email=member.user.email,
        name=member.user.name,
        role=Role(member.membership.role),
        added_at=member.membership.added_at,
    )


def _price(override: PriceOverride) -> shapes.PriceOut:
    amounts = override.prices
    return shapes.PriceOut(
        id=override.id,
        provider=override.provider,
        model=override.model,
        valid_from=override.valid_from,
        input_usd_per_mtok=amounts.input_usd_per_mtok,
        output_usd_per_mtok=amounts.output_usd_per_mtok,
        cached_input_usd_per_mtok=amounts.cached_input_usd_per_mtok,
        cache_write_usd_per_mtok=amounts.cache_write_usd_per_mtok,
        created_at=override.created_at,
        created_by=override.created_by,
    )
