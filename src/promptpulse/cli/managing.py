"""Commands for keys, people and projects, on the settings database."""

from __future__ import annotations

from typing import Annotated

import typer

from promptpulse.accounts import keys as key_service
from promptpulse.accounts.bootstrap import FIRST_PROJECT
from promptpulse.accounts.service import create_project, create_user, list_projects, list_users, project_named
from promptpulse.accounts.sessions import sign_in_link
from promptpulse.accounts.values import By, Scope
from promptpulse.cli.parts import AsJson, Data, address, app, database, failures, now, out, show, table

OPERATOR = "command line"
keys = typer.Typer(no_args_is_help=True, help="API keys of a project.")
users = typer.Typer(no_args_is_help=True, help="People who sign in.")
projects = typer.Typer(no_args_is_help=True, help="Projects: calls of one never meet those of another.")
app.add_typer(keys, name="keys")
app.add_typer(users, name="users")
app.add_typer(projects, name="projects")


@app.command(name="sign-in-link")
def make_sign_in_link(
    email: Annotated[str, typer.Argument(help="Whose link.")],
    data: Data = None,
) -> None:
    """Print a link that signs a person in once, within 24 hours."""
    with failures(), database(data) as (session, settings):
        token = sign_in_link(session, email, now())
        out.print(f"{address(settings)}/sign-in?token={token}", soft_wrap=True)


@keys.command("create")
def keys_create(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    project: Annotated[str, typer.Option(help="Name or id of the project.")] = FIRST_PROJECT,
    scopes: Annotated[str, typer.Option(help="Of ingest, read, admin; separated by commas.")] = "ingest",
    *,
    instance: Annotated[bool, typer.Option("--instance", help="May also manage all projects and their keys.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Make an API key. It is shown once."""
    with failures(), database(data) as (session, _used):
        wanted = key_service.NewKey(name, _scopes(scopes), instance=instance)
        made = key_service.create_key(session, project_named(session, project), wanted, By(OPERATOR, now()))
        show({"id": made.row.id, "name": made.row.name, "key": made.secret}, as_json=as_json, only="key")


@keys.command("list")
def keys_list(
    project: Annotated[str, typer.Option(help="Name or id of the project.")] = FIRST_PROJECT,
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the keys of a project, revoked ones too."""
    with failures(), database(data) as (session, _used):
        rows: list[dict[str, object]] = [
            {
                "id": k.id, "name": k.name, "prefix": k.prefix, "scopes": ", ".join(k.scopes),
                "created": k.created_at, "last used": k.last_used_at, "revoked": k.revoked_at,
            }
            for k in key_service.list_keys(session, project_named(session, project).id)
        ]  # fmt: skip
        table(rows, as_json=as_json)


@keys.command("revoke")
def keys_revoke(key_id: Annotated[str, typer.Argument(help="Id, from `keys list`.")], data: Data = None) -> None:
    """End a key. A running server notices within 10 seconds."""
    with failures(), database(data) as (session, _used):
        row = key_service.find_key(session, key_id)
        key_service.revoke_key(session, row, By(OPERATOR, now()))
        out.print(f"Revoked {row.prefix} ({row.name})")


@users.command("create")
def users_create(
    email: Annotated[str, typer.Argument(help="E-mail address, for signing in.")],
    *,
    admin: Annotated[bool, typer.Option("--admin", help="Sees and manages every project.")] = False,
    password: Annotated[
        str, typer.Option(help="Password; a one-time link is printed without one.", envvar="PROMPTPULSE_NEW_PASSWORD")
    ] = "",
    data: Data = None,
) -> None:
    """Add a person to the server. Members are added to projects under Settings."""
    with failures(), database(data) as (session, settings):
        user = create_user(session, email, By(OPERATOR, now()), password=password, is_admin=admin)
        out.print(f"Created {user.email}")
        if not password:
            session.flush()
            token = sign_in_link(session, email, now())
            out.print(
                f"Sign-in link (once, within 24 hours): {address(settings)}/sign-in?token={token}", soft_wrap=True
            )


@users.command("list")
def users_list(data: Data = None, *, as_json: AsJson = False) -> None:
    """List all people."""
    with failures(), database(data) as (session, _used):
        rows: list[dict[str, object]] = [
            {"id": u.id, "email": u.email, "admin": "yes" if u.is_admin else "", "last sign-in": u.signed_in_at}
            for u in list_users(session)
        ]
        table(rows, as_json=as_json)


@projects.command("create")
def projects_create(
    name: Annotated[str, typer.Argument(help="Name of the project.")],
    time_zone: Annotated[str, typer.Option(help="IANA time zone in which its days begin.")] = "UTC",
    data: Data = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Make a project."""
    with failures(), database(data) as (session, _used):
        project = create_project(session, name, time_zone, By(OPERATOR, now()))
        show({"id": project.id, "name": project.name}, as_json=as_json, only="id")


@projects.command("list")
def projects_list(data: Data = None, *, as_json: AsJson = False) -> None:
    """List all projects."""
    with failures(), database(data) as (session, _used):
        table([{"id": p.id, "name": p.name, "time zone": p.time_zone} for p in list_projects(session)], as_json=as_json)


def _scopes(text: str) -> frozenset[Scope]:
    names = {part.strip() for part in text.split(",") if part.strip()}
    unknown = names - {s.value for s in Scope}
    if unknown or not names:
        raise typer.BadParameter(
            f"{', '.join(sorted(unknown)) or 'nothing'}: use ingest, read, admin", param_hint="--scopes"
        )
    return frozenset(Scope(name) for name in names)
