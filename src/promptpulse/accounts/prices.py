"""A project's own prices of models. Prices are dated: a change of price is a new row, and the old days keep theirs."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from promptpulse.accounts.audit import record
from promptpulse.accounts.models import PriceOverrideRow, Project
from promptpulse.accounts.text import is_id, named
from promptpulse.accounts.values import By, PriceOverride, Prices
from promptpulse.core.errors import Conflict, NotFound, Refused
from promptpulse.core.ids import uuid7
from promptpulse.db import flush_or

DIGITS_BEFORE, DIGITS_AFTER = 10, 9
"""What `Decimal(19, 9)` holds."""
SMALLEST = Decimal(1).scaleb(-DIGITS_AFTER)
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class NewPrice:
    provider: str
    model: str
    valid_from: date
    prices: Prices


@dataclass(frozen=True, slots=True)
class Overrides:
    """All price overrides of a project at one moment."""

    version: int
    """`ProjectRef.price_version` at that moment."""
    prices: tuple[PriceOverride, ...]
    """By provider and model, newest `valid_from` first: the first that began by the call's day is the price."""


def overrides_for(session: Session, project_id: str) -> Overrides:
    """For pricing. Reload when `access.project.price_version` differs from `version`."""
    # The version is read first: a change in between makes it look old, and it is loaded once more.
    version = session.scalar(select(Project.price_version).where(Project.id == project_id)) or 0
    rows = session.scalars(
        select(PriceOverrideRow)
        .where(PriceOverrideRow.project_id == project_id)
        .order_by(PriceOverrideRow.provider, PriceOverrideRow.model, PriceOverrideRow.valid_from.desc())
    )
    return Overrides(version, tuple(price_override(row) for row in rows))


def add_price(session: Session, project: Project, wanted: NewPrice, by: By) -> PriceOverride:
    """Raises Refused for a bad value and Conflict for a second price of the same model from the same day."""
    if not FIRST_DAY <= wanted.valid_from <= LAST_DAY:
        raise Refused(
            f"valid_from {wanted.valid_from} is outside {FIRST_DAY} to {LAST_DAY}; give the day the price began",
            field="valid_from",
        )
    row = PriceOverrideRow(
        id=uuid7(by.at),
        project_id=project.id,
        provider=named(wanted.provider.lower(), "provider"),
        model=named(wanted.model, "model", 200),
        valid_from=wanted.valid_from,
        input_usd_per_mtok=usd(wanted.prices.input_usd_per_mtok, "input_usd_per_mtok"),
        output_usd_per_mtok=usd(wanted.prices.output_usd_per_mtok, "output_usd_per_mtok"),
        cached_input_usd_per_mtok=_usd_or_none(wanted.prices.cached_input_usd_per_mtok, "cached_input_usd_per_mtok"),
        cache_write_usd_per_mtok=_usd_or_none(wanted.prices.cache_write_usd_per_mtok, "cache_write_usd_per_mtok"),
        created_at=by.at,
        created_by=by.actor,
    )
    session.add(row)
    taken = f"{row.provider} {row.model} has a price from {row.valid_from} already; delete it first"
    flush_or(session, Conflict(taken, field="valid_from"))
    _note(session, project, row, by, "price.add")
    return price_override(row)


def delete_price(session: Session, project: Project, price_id: str, by: By) -> None:
    """Raises NotFound."""
    row = session.get(PriceOverrideRow, price_id) if is_id(price_id) else None
    if row is None or row.project_id != project.id:
        raise NotFound(f"the project has no price override {price_id!r}")
    session.delete(row)
    _note(session, project, row, by, "price.delete")


def usd(amount: Decimal, field: str) -> Decimal:
    """A price that is neither negative nor longer than 10 digits before and 9 after the point. Raises Refused."""
    shown = str(amount)[:40]
    if not amount.is_finite() or amount < 0:
        raise Refused(f"{field} is {shown}; give US dollars per million tokens, 0 or more", field=field)
    # The size comes first: `quantize` fails on a number with more digits than the context has.
    kept = amount.quantize(SMALLEST) if amount.adjusted() < DIGITS_BEFORE else None
    if kept is None or kept != amount:
        raise Refused(
            f"{field} is {shown}; at most {DIGITS_BEFORE} digits before and {DIGITS_AFTER} after the point are kept",
            field=field,
        )
    return Decimal(format(kept.normalize(), "f"))


def price_override(row: PriceOverrideRow) -> PriceOverride:
    prices = Prices(
        row.input_usd_per_mtok, row.output_usd_per_mtok, row.cached_input_usd_per_mtok, row.cache_write_usd_per_mtok
    )
    return PriceOverride(row.id, row.provider, row.model, row.valid_from, prices, row.created_at, row.created_by)


def _usd_or_none(amount: Decimal | None, field: str) -> Decimal | None:
    return None if amount is None else usd(amount, field)


def _note(session: Session, project: Project, row: PriceOverrideRow, by: By, action: str) -> None:
    # Added by the database: of two changes at once, neither may be missed.
    project.price_version = Project.price_version + 1
    record(session, project.id, by, action, f"{row.provider} {row.model}", detail={"valid_from": str(row.valid_from)})
