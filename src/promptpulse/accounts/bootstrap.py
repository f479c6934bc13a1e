"""What an empty database begins with."""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from promptpulse.accounts.credentials import digest
from promptpulse.accounts.keys import NewKey, create_key
from promptpulse.accounts.models import ApiKey, Project, User
from promptpulse.accounts.service import add_member, create_project, create_user
from promptpulse.accounts.sessions import link_for
from promptpulse.accounts.values import By, Role, Scope
from promptpulse.core.errors import Refused
from promptpulse.db import Database, exclusive

log = logging.getLogger(__name__)

FIRST_PROJECT = "default"
FIRST_ADMIN = "admin@localhost"


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the operator set in PROMPTPULSE_BOOTSTRAP_*; "" where nothing was set."""

    key: str = ""
    admin_email: str = ""
    admin_password: str = ""


@dataclass(frozen=True, slots=True)
class BootstrapResult:
    project_id: str
    """The project `default`."""
    admin_email: str
    sign_in_token: str | None
    """For `/sign-in?token=`, within 24 hours, once; None when the admin has a password."""


def bootstrap(session: Session, wanted: Beginning, now: datetime) -> BootstrapResult | None:
    """Create the project, its admin and the key of the operator; None, and nothing done, on a database in use.

    The bootstrap key has all scopes and is an instance key. Raises Refused for a key under 16 characters, or a
    password without an e-mail."""
    exclusive(session, "promptpulse bootstrap")
    if session.scalar(select(Project.id).limit(1)) or session.scalar(select(User.id).limit(1)):
        return None
    if wanted.admin_password and not wanted.admin_email:
        raise Refused(
            "the bootstrap admin has a password but no e-mail; set PROMPTPULSE_BOOTSTRAP_ADMIN_EMAIL too",
            field="bootstrap_admin_email",
        )
    by = By("bootstrap", now)
    project = create_project(session, FIRST_PROJECT, "UTC", by)
    admin = create_user(session, wanted.admin_email or FIRST_ADMIN, by, password=wanted.admin_password, is_admin=True)
    add_member(session, project, admin, Role.ADMIN, by)
    if wanted.key:
        key = NewKey("bootstrap", frozenset(Scope), instance=True, secret=wanted.key)
        create_key(session, project, key, by)
    token = None if wanted.admin_password else link_for(session, admin, now)
    return BootstrapResult(project.id, admin.email, token)


def begin(database: Database, wanted: Beginning, now: datetime) -> None:
    """Fill an empty database; on one in use say so when a key was wanted that is not there."""
    with database.writing() as session:
        if bootstrap(session, wanted, now) or not wanted.key:
            return
        if not session.scalar(select(ApiKey.id).where(ApiKey.key_hash == digest(wanted.key))):
            log.warning(
                "PROMPTPULSE_BOOTSTRAP_KEY is not a key of this database: it counts on an empty one alone;"
                " make a key with promptpulse keys create"
            )


def first_link(session: Session, now: datetime) -> str | None:
    """Token of a sign-in link for the first admin, while no admin has a password or has ever come; None afterwards."""
    admins = select(User).where(User.is_admin).order_by(User.created_at)
    if session.scalars(admins.where(or_(User.password_hash.is_not(None), User.signed_in_at.is_not(None)))).first():
        return None
    admin = session.scalars(admins).first()
    return link_for(session, admin, now) if admin else None
