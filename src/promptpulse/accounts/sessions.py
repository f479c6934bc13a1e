"""Signing in: passwords, one-time links, and the sessions of browsers."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.credentials import digest, hash_password, new_secret, password_matches
from promptpulse.accounts.models import BrowserSession, SignInLink, User
from promptpulse.accounts.service import find_user
from promptpulse.accounts.text import new_password
from promptpulse.accounts.values import By
from promptpulse.core.errors import Forbidden, NotFound, Unauthenticated

SESSION_LIFE = timedelta(days=14)
SESSION_RENEWAL = timedelta(hours=1)
"""A session in use is prolonged at most this often, so that reading does not write."""
LINK_LIFE = timedelta(hours=24)
RESET_LIFE = timedelta(hours=1)
"""How long after a one-time link a forgotten password may be replaced."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A new session. `token` is for the cookie and stored nowhere."""

    user: User
    token: str


def user_with_password(session: Session, email: str, password: str) -> User:
    """Raises Unauthenticated, after the same time and with the same words whether or not the person exists."""
    # A NUL cannot be part of an address, and PostgreSQL refuses it in a bound text.
    user = None if "\x00" in email else find_user(session, email)
    if not password_matches(password, None if user is None else user.password_hash) or user is None:
        raise Unauthenticated("the e-mail or the password is wrong; check both", code="wrong_credentials")
    return user


def sign_in_link(session: Session, email: str, now: datetime) -> str:
    """A token that signs the person in once within 24 hours, at `/sign-in?token=`. Raises NotFound."""
    user = find_user(session, email)
    if user is None:
        raise NotFound(f"there is no user {email!r}; create one with: promptpulse users create", field="email")
    return link_for(session, user, now)


def link_for(session: Session, user: User, now: datetime) -> str:
    token = new_secret()
    session.add(SignInLink(token_hash=digest(token), user_id=user.id, expires_at=now + LINK_LIFE))
    return token


def sign_in_by_link(session: Session, token: str, now: datetime) -> Begun:
    """Uses the link up. Raises Unauthenticated when it is unknown, used or older than 24 hours."""
    # One statement takes and removes it, so that of two requests at once only one gets in.
    user_id = session.scalar(
        delete(SignInLink)
        .where(SignInLink.token_hash == digest(token), SignInLink.expires_at > now)
        .returning(SignInLink.user_id)
    )
    user = None if user_id is None else session.get(User, user_id)
    if user is None:
        raise Unauthenticated(
            "the sign-in link was used already or is older than 24 hours; ask for a new one", code="link_expired"
        )
    return begin(session, user, now, by_link=True)


def begin(session: Session, user: User, now: datetime, *, by_link: bool) -> Begun:
    """A new session of the person, for 14 days."""
    token = new_secret()
    session.add(
        BrowserSession(
            token_hash=digest(token),
            user_id=user.id,
            created_at=now,
            expires_at=now + SESSION_LIFE,
            by_link=by_link,
        )
    )
    session.execute(update(User).where(User.id == user.id).values(signed_in_at=now))
    record(session, None, By(user.email, now), "session.begin", f"user {user.email}", detail={"by_link": by_link})
    return Begun(user, token)


def sign_out(session: Session, token: str) -> None:
    session.execute(delete(BrowserSession).where(BrowserSession.token_hash == digest(token)))


def session_user(session: Session, token: str, now: datetime) -> tuple[User, BrowserSession] | None:
    """Whose session it is; None when it is unknown or has ended."""
    found = session.execute(
        select(User, BrowserSession)
        .join(BrowserSession, BrowserSession.user_id == User.id)
        .where(BrowserSession.token_hash == digest(token), BrowserSession.expires_at > now)
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def is_due_for_renewal(row: BrowserSession, now: datetime) -> bool:
    return row.expires_at - now < SESSION_LIFE - SESSION_RENEWAL


def renew(session: Session, token: str, now: datetime) -> None:
    """Let the session live for another 14 days."""
    mine = BrowserSession.token_hash == digest(token)
    session.execute(update(BrowserSession).where(mine).values(expires_at=now + SESSION_LIFE))


def set_password(session: Session, token: str, current: str, new: str, by: By) -> None:
    """Set the password of the session's person, end their other sessions and void their sign-in links.

    The current one is needed when there is one, except in the hour after signing in by a link: that is how a
    forgotten password is replaced. Raises Forbidden when it is wrong and Refused for a bad new one."""
    found = session_user(session, token, by.at)
    if found is None:
        raise Unauthenticated("the session has ended; sign in again")
    user, row = found
    may_replace = user.password_hash is None or (row.by_link and by.at - row.created_at < RESET_LIFE)
    if not may_replace and not password_matches(current, user.password_hash):
        raise Forbidden("current_password is wrong", code="wrong_password", field="current_password")
    user.password_hash = hash_password(new_password(new, user.email))
    row.by_link = False
    session.execute(
        delete(BrowserSession).where(BrowserSession.user_id == user.id, BrowserSession.token_hash != row.token_hash)
    )
    session.execute(delete(SignInLink).where(SignInLink.user_id == user.id))
    record(session, None, by, "password.change", f"user {user.email}")


def remove_expired(session: Session, now: datetime) -> None:
    """Forget sessions and links that have ended."""
    session.execute(delete(BrowserSession).where(BrowserSession.expires_at <= now))
    session.execute(delete(SignInLink).where(SignInLink.expires_at <= now))
