"""Secrets: how they are made, hashed and found in a request. No I/O."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

KEY_MARK = "pp_"
TOKEN_MARK = "ppt_"  # noqa: S105 - the beginning of every personal token
LONGEST_SECRET = 512

# argon2id with the least memory OWASP advises (19 MiB): forty sign-ins at once stay below a gigabyte.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Of random bytes nobody kept. Verified for an unknown e-mail, so that the answer takes as long as for a known one.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$koD1UZ0sbIywoamP90HC1Q$Afq6TVKbtedr8XskUYo2+yBiORKxNd/93EazK6Gja8I"


def new_secret(mark: str = "") -> str:
    """256 random bits as 43 URL-safe characters, after `mark`."""
    return mark + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored of a random secret: its SHA-256, 64 hex digits. Not for passwords."""
    return hashlib.sha256(secret.encode()).hexdigest()


def shown_prefix(secret: str) -> str:
    """The part of a key that lists show. Of a key that somebody chose, less is shown: it may be short."""
    made_here = secret.startswith((KEY_MARK, TOKEN_MARK)) and len(secret) >= len(KEY_MARK) + 43
    return secret[:11] if made_here else secret[:4]


def csrf_token(session_token: str) -> str:
    """The token that must come with writes of this session. Follows from the cookie, which scripts cannot read."""
    return hmac.new(session_token.encode(), b"promptpulse csrf", hashlib.sha256).hexdigest()


def same(given: str, expected: str) -> bool:
    """Equality in constant time."""
    return hmac.compare_digest(given.encode(), expected.encode())


def hash_password(password: str) -> str:
    return _HASHER.hash(password)


def password_matches(password: str, password_hash: str | None) -> bool:
    """False, after the same time, also when there is no hash."""
    try:
        _HASHER.verify(password_hash or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def presented(headers: Mapping[str, str]) -> tuple[str, ...]:
    """Secrets that a request may mean, the likeliest first; empty when it presents none.

    `Authorization: Bearer K`, `Basic base64(public:secret)` (the secret, then the public part), `K` without a scheme,
    or `x-api-key: K`. Names of `headers` are lower case or looked up without regard to case."""
    authorization = _text(headers.get("authorization"))
    if not authorization:
        key = _text(headers.get("x-api-key"))
        return (key,) if key else ()
    scheme, _, rest = authorization.partition(" ")
    match scheme.lower():
        case "bearer":
            found: tuple[str, ...] = (rest.strip(),)
        case "basic" if rest:
            found = _basic(rest.strip())
        case _:
            found = (authorization,)
    return found


def _basic(encoded: str) -> tuple[str, ...]:
    try:
        public, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return (encoded,)
    return tuple(part for part in (secret, public) if part) or ("",)


def _text(header: str | None) -> str:
    """Header values arrive as Latin-1; clients send UTF-8."""
    return (header or "").encode("latin-1", "replace").decode("utf-8", "replace").strip()
