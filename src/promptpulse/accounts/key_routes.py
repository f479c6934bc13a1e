"""API keys of projects."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from promptpulse.accounts import keys, service, shapes
from promptpulse.accounts.access import Access, Accounts, Caller, Scope, accounts_of, admin_of, caller, keys_admin
from promptpulse.accounts.models import ApiKey
from promptpulse.accounts.shapes import Answer, documented, example_of
from promptpulse.accounts.values import By
from promptpulse.core.errors import NotFound

router = APIRouter(prefix="/api/v1", tags=["keys"])


@router.get(
    "/keys",
    summary="List API keys",
    responses=documented(200, [example_of(shapes.KeyOut)], 401, 403, 404),
)
def list_keys(request: Request, access: Annotated[Access, Depends(keys_admin)]) -> Answer[list[shapes.KeyOut]]:
    """Of one project, newest first, revoked ones too. For admins of the project."""
    accounts = accounts_of(request)
    with accounts.database.sessions() as session:
        rows = keys.list_keys(session, access.project.id)
    return Answer(data=[_key(accounts, row) for row in rows])


@router.post(
    "/keys",
    status_code=201,
    summary="Make an API key",
    responses=documented(201, example_of(shapes.KeyMade), 401, 403, 404, 409),
)
def create_key(
    body: shapes.KeyNew, request: Request, who: Annotated[Caller, Depends(caller)]
) -> Answer[shapes.KeyMade]:
    """For admins of the project, keys with `admin` of the project, and instance keys. The key is shown this once."""
    accounts = accounts_of(request)
    access = admin_of(accounts, who, body.project)
    wanted = keys.NewKey(body.name, frozenset(body.scopes))
    with accounts.database.writing() as session:
        project = service.find_project(session, access.project.id)
        if project is None:
            raise NotFound(f"there is no project {body.project!r} any more", field="project")
        made = keys.create_key(session, project, wanted, By(access.actor, accounts.clock()))
    return Answer(data=shapes.KeyMade(**_key(accounts, made.row).model_dump(), key=made.secret))


@router.delete("/keys/{key_id}", summary="Revoke an API key", responses=documented(200, None, 401, 403, 404))
def revoke_key(key_id: str, request: Request, who: Annotated[Caller, Depends(caller)]) -> Answer[None]:
    """It stops working in this process at once, in others within 10 s. For admins of its project."""
    accounts = accounts_of(request)
    with accounts.database.sessions() as session:
        project_id = keys.find_key(session, key_id).project_id
    try:
        access = admin_of(accounts, who, project_id)
    except NotFound as e:
        # In the words of a key that does not exist: whose it is must not show.
        raise keys.no_key(key_id) from e
    with accounts.database.writing() as session:
        keys.revoke_key(session, keys.find_key(session, key_id), By(access.actor, accounts.clock()))
    accounts.keys.forget_all()
    return Answer(data=None)


def _key(accounts: Accounts, row: ApiKey) -> shapes.KeyOut:
    return shapes.KeyOut(
        id=row.id,
        project=row.project_id,
        name=row.name,
        prefix=row.prefix,
        scopes=[Scope(scope) for scope in row.scopes],
        instance=row.instance,
        created_at=row.created_at,
        created_by=row.created_by,
        last_used_at=accounts.keys.last_used(row.id, row.last_used_at),
        revoked_at=row.revoked_at,
    )
