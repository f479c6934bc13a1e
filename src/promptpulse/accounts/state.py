"""What accounts keep in memory while the server runs, and the thread that tidies up once a minute."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Thread
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from promptpulse.accounts.keys import KeyRing
from promptpulse.accounts.limits import RateLimits, Throttle
from promptpulse.accounts.sessions import remove_expired
from promptpulse.db import Database

log = logging.getLogger(__name__)

TIDY_EVERY_S = 60
WINDOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class AccountSettings:
    rate_limit_per_minute: int
    """Requests of one key."""
    public_url: str = ""
    """Address under which browsers see the server, when a proxy changes the Host header; else ""."""
    secure_cookies: bool = False
    """Send the session cookie over HTTPS only."""

    @property
    def public_host(self) -> str:
        return urlsplit(self.public_url).netloc


@dataclass(frozen=True, slots=True)
class Accounts:
    """Hangs on `request.app.state.services.accounts`. Thread-safe."""

    database: Database
    settings: AccountSettings
    clock: Callable[[], datetime]
    keys: KeyRing
    limits: RateLimits
    sign_ins: Throttle = field(default_factory=lambda: Throttle(10, WINDOW))
    """Failures of one e-mail from one address."""
    addresses: Throttle = field(default_factory=lambda: Throttle(100, WINDOW))
    """Failures from one address: stops trying one password on many people."""
    _stopping: Event = field(default_factory=Event)

    def tidy(self) -> None:
        """Write last-used times; forget ended sessions and links."""
        self.keys.write_uses()
        with self.database.writing() as session:
            remove_expired(session, self.clock())

    def start(self) -> None:
        """Tidy once a minute, in a thread of its own, until `close`."""
        Thread(target=self._run, name="accounts", daemon=True).start()

    def close(self) -> None:
        """Stop the thread and write what is left."""
        self._stopping.set()
        self.keys.write_uses()

    def _run(self) -> None:
        while not self._stopping.wait(TIDY_EVERY_S):
            try:
                self.tidy()
            except SQLAlchemyError:
                log.exception("could not write last-used times of keys; the next try is in %d s", TIDY_EVERY_S)


def open_accounts(database: Database, settings: AccountSettings, clock: Callable[[], datetime]) -> Accounts:
    return Accounts(database, settings, clock, KeyRing(database), RateLimits(settings.rate_limit_per_minute))
