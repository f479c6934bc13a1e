"""Projects, people and members. Functions check values and rules, and note every change; they never commit."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import Detail, record
from promptpulse.accounts.credentials import hash_password
from promptpulse.accounts.models import Membership, Project, User
from promptpulse.accounts.text import email_address, is_id, named, time_zone_name
from promptpulse.accounts.values import By, Person, Role
from promptpulse.core.errors import Conflict, NotFound
from promptpulse.core.ids import uuid7
from promptpulse.db import flush_or


@dataclass(frozen=True, slots=True)
class Member:
    user: User
    membership: Membership


@dataclass(frozen=True, slots=True)
class ProjectChange:
    """None leaves a value as it is."""

    name: str | None = None
    time_zone: str | None = None
    capture_content: bool | None = None


def create_project(session: Session, name: str, time_zone: str, by: By) -> Project:
    """Raises Refused for a bad value and Conflict for a name that is taken."""
    project = Project(
        id=uuid7(by.at),
        name=named(name, "name"),
        time_zone=time_zone_name(time_zone),
        capture_content=False,
        price_version=0,
        created_at=by.at,
    )
    session.add(project)
    flush_or(session, Conflict(f"there is a project {project.name!r} already; choose another name", field="name"))
    detail: Detail = {"name": project.name, "time_zone": project.time_zone}
    record(session, project.id, by, "project.create", f"project {project.name}", detail=detail)
    return project


def change_project(session: Session, project: Project, change: ProjectChange, by: By) -> None:
    """Raises as `create_project`. Call `KeyRing.forget_all` after the commit."""
    wanted: Detail = {
        "name": None if change.name is None else named(change.name, "name"),
        "time_zone": None if change.time_zone is None else time_zone_name(change.time_zone),
        "capture_content": change.capture_content,
    }
    changed = {key: value for key, value in wanted.items() if value is not None and value != getattr(project, key)}
    if not changed:
        return
    for key, value in changed.items():
        setattr(project, key, value)
    flush_or(session, Conflict(f"there is a project {project.name!r} already; choose another name", field="name"))
    record(session, project.id, by, "project.change", f"project {project.name}", detail=changed)


def list_projects(session: Session) -> Sequence[Project]:
    """Every project of the server, by name."""
    return session.scalars(select(Project).order_by(Project.name)).all()


def find_project(session: Session, project_id: str) -> Project | None:
    return session.get(Project, project_id) if is_id(project_id) else None


def project_named(session: Session, id_or_name: str) -> Project:
    """For the command line. Raises NotFound."""
    found = find_project(session, id_or_name) or session.scalar(select(Project).where(Project.name == id_or_name))
    if found is None:
        raise NotFound(
            f"there is no project {id_or_name!r}; list them with: promptpulse projects list", field="project"
        )
    return found


def projects_of(session: Session, person: Person) -> Sequence[tuple[Project, Role]]:
    """What the person may see, by name, and in which role. An admin of the server is admin of every project."""
    if person.is_admin:
        return [(project, Role.ADMIN) for project in list_projects(session)]
    rows = session.execute(
        select(Project, Membership.role)
        .join(Membership, Membership.project_id == Project.id)
        .where(Membership.user_id == person.id)
        .order_by(Project.name)
    )
    return [(project, Role(role)) for project, role in rows]


def project_of(session: Session, person: Person, project_id: str) -> tuple[Project, Role] | None:
    """The project and the person's role in it; None when it does not exist or is not theirs to see."""
    project = find_project(session, project_id)
    if project is None:
        return None
    if person.is_admin:
        return project, Role.ADMIN
    membership = session.get(Membership, (project_id, person.id))
    return None if membership is None else (project, Role(membership.role))


def create_user(session: Session, email: str, by: By, *, password: str = "", is_admin: bool = False) -> User:
    """A person who signs in with `password`, or only by a link when it is empty. Raises Refused or Conflict."""
    address = email_address(email)
    user = User(
        id=uuid7(by.at),
        email=address,
        name=address.partition("@")[0][:100],
        password_hash=hash_password(password) if password else None,
        is_admin=is_admin,
        created_at=by.at,
    )
    session.add(user)
    flush_or(session, Conflict(f"there is a user {address} already", field="email"))
    record(session, None, by, "user.create", f"user {address}", detail={"is_admin": is_admin})
    return user


def list_users(session: Session) -> Sequence[User]:
    """By e-mail."""
    return session.scalars(select(User).order_by(User.email)).all()


def find_user(session: Session, email: str) -> User | None:
    return session.scalar(select(User).where(User.email == email.strip().lower()))


def list_members(session: Session, project_id: str) -> Sequence[Member]:
    """By e-mail address."""
    rows = session.execute(
        select(User, Membership)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.project_id == project_id)
        .order_by(User.email)
    )
    return [Member(user, membership) for user, membership in rows]


def add_member(session: Session, project: Project, user: User, role: Role, by: By) -> Member:
    """Raises Conflict for a person who is a member already."""
    membership = Membership(project_id=project.id, user_id=user.id, role=role, added_at=by.at)
    session.add(membership)
    flush_or(session, Conflict(f"{user.email} is a member already; change the role instead", field="email"))
    record(session, project.id, by, "member.add", f"user {user.email}", detail={"role": role})
    return Member(user, membership)


def find_member(session: Session, project_id: str, user_id: str) -> Member:
    """Raises NotFound."""
    membership = session.get(Membership, (project_id, user_id)) if is_id(user_id) else None
    user = None if membership is None else session.get(User, user_id)
    if membership is None or user is None:
        raise NotFound(f"the project has no member {user_id!r}")
    return Member(user, membership)


def change_member(session: Session, member: Member, role: Role, by: By) -> None:
    """Raises Conflict when the project would be left without an admin."""
    if member.membership.role == role:
        return
    _keep_an_admin(session, member)
    detail: Detail = {"from": member.membership.role, "to": role}
    member.membership.role = role
    record(session, member.membership.project_id, by, "member.change", f"user {member.user.email}", detail=detail)


def remove_member(session: Session, member: Member, by: By) -> None:
    """Raises Conflict when the project would be left without an admin."""
    _keep_an_admin(session, member)
    session.delete(member.membership)
    detail: Detail = {"role": member.membership.role}
    record(session, member.membership.project_id, by, "member.remove", f"user {member.user.email}", detail=detail)


def is_only_invited(session: Session, user: User, project_id: str) -> bool:
    """Whether a new sign-in link opens nothing but this project: the person never came, and belongs nowhere else."""
    elsewhere = select(func.count()).where(Membership.user_id == user.id, Membership.project_id != project_id)
    never_came = user.signed_in_at is None and user.password_hash is None
    return never_came and not user.is_admin and not session.scalar(elsewhere)


def _keep_an_admin(session: Session, member: Member) -> None:
    if member.membership.role != Role.ADMIN:
        return
    # Locked, so that two admins who remove each other at once do not both succeed.
    admins = session.scalars(
        select(Membership.user_id)
        .where(Membership.project_id == member.membership.project_id, Membership.role == Role.ADMIN)
        .with_for_update()
    ).all()
    if len(admins) == 1:
        raise Conflict(f"{member.user.email} is the only admin of the project; make somebody else admin first")
