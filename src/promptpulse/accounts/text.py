"""Checks of texts that people type. Each returns the text as it is kept, or raises Refused naming the field."""

import re
from functools import cache
from zoneinfo import available_timezones

from promptpulse.core.errors import Refused

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024


def is_id(text: str) -> bool:
    """Whether it can be one of our ids. Ask before a query: PostgreSQL refuses a NUL in a bound text."""
    return _ID.fullmatch(text) is not None


def encodable(text: str) -> str:
    """Raises `ValueError` for half a surrogate pair, which JSON can spell and no store can keep."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{text!r} holds half of a surrogate pair; send whole characters") from None
    return text


def named(text: str, field: str, longest: int = 100) -> str:
    """A name on one line, without spaces around it."""
    name = text.strip()
    if not name:
        raise Refused(f"{field} is empty; give it a name", field=field)
    if len(name) > longest:
        raise Refused(f"{field} has {len(name)} characters; at most {longest} are allowed", field=field)
    if _CONTROL.search(name):
        raise Refused(f"{field} {name!r} contains a control character; remove it", field=field)
    return name


def email_address(text: str) -> str:
    """Lower case. `admin@localhost` is fine; whether mail arrives is not checked."""
    email = named(text.lower(), "email", 254)
    if not _EMAIL.fullmatch(email):
        raise Refused(f"email {text!r} is not an e-mail address; write it as name@example.com", field="email")
    return email


_zones = cache(available_timezones)
"""It walks through all files of zones, each time."""


def time_zone_name(text: str) -> str:
    if text not in _zones():
        raise Refused(f"time_zone {text!r} is not an IANA zone; use one like Europe/Berlin or UTC", field="time_zone")
    return text


def new_password(text: str, email: str) -> str:
    if not SHORTEST_PASSWORD <= len(text) <= LONGEST_PASSWORD:
        raise Refused(
            f"new_password has {len(text)} characters; use {SHORTEST_PASSWORD} to {LONGEST_PASSWORD}",
            field="new_password",
        )
    if text.strip().lower() == email:
        raise Refused("new_password is the e-mail address; choose another one", field="new_password")
    return text
