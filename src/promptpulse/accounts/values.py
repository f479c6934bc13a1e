"""The values that the rest of the product sees of accounts: who calls, on which project, with which rights."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Role(StrEnum):
    """What a person may do in a project; each role includes those before it."""

    VIEWER = "viewer"
    """Reads everything of the project."""
    EDITOR = "editor"
    """Also changes what the project measures: prices, and sends calls by hand."""
    ADMIN = "admin"
    """Also changes the project itself, its members and its API keys."""

    def covers(self, needed: "Role") -> bool:
        order = list(Role)
        return order.index(self) >= order.index(needed)


class Scope(StrEnum):
    """What an API key may do in its project. `admin` includes `read`, but not `ingest`."""

    INGEST = "ingest"
    READ = "read"
    ADMIN = "admin"


SCOPES_OF_ROLE = {
    Role.VIEWER: frozenset({Scope.READ}),
    Role.EDITOR: frozenset({Scope.READ, Scope.INGEST}),
    Role.ADMIN: frozenset(Scope),
}


@dataclass(frozen=True, slots=True)
class ProjectRef:
    """A project as the hot paths know it; at most 10 s old."""

    id: str
    name: str
    time_zone: str
    """IANA name."""
    capture_content: bool
    """Whether the texts of calls are stored."""
    price_version: int
    """Another number than last time: load `prices.overrides_for` again."""


@dataclass(frozen=True, slots=True)
class Person:
    """A signed-in person."""

    id: str
    email: str
    name: str
    is_admin: bool
    """Admin of the whole server."""
    has_password: bool


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """An API key that is known and not revoked."""

    id: str
    name: str
    prefix: str
    project: ProjectRef
    scopes: frozenset[Scope]
    instance: bool

    @property
    def role(self) -> Role:
        return Role.ADMIN if Scope.ADMIN in self.scopes else Role.VIEWER


@dataclass(frozen=True, slots=True)
class Access:
    """The right to do something in exactly one project."""

    project: ProjectRef
    role: Role
    scopes: frozenset[Scope]
    user_id: str | None
    """None for an API key."""
    key_id: str | None
    """None for a person."""
    actor: str
    """Who, for the audit log: `ada@example.com` or `key pp_3kV9sQ1x (collector)`."""


@dataclass(frozen=True, slots=True)
class By:
    """Who changes something, and when."""

    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars per million tokens. None: priced like fresh input."""

    input_usd_per_mtok: Decimal
    output_usd_per_mtok: Decimal
    cached_input_usd_per_mtok: Decimal | None = None
    cache_write_usd_per_mtok: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PriceOverride:
    """A project's own price of a model, from a day on, until the next one of the same provider and model."""

    id: str
    provider: str
    """Lower case, as in `genai-prices`: openai, anthropic."""
    model: str
    valid_from: date
    """First UTC day."""
    prices: Prices
    created_at: datetime
    created_by: str
