"""Everything an operator may set, read once from `PROMPTPULSE_*` or from flags."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not listened on


class Settings(BaseSettings):
    """Frozen. Flags of `promptpulse serve` override the environment."""

    model_config = SettingsConfigDict(env_prefix="PROMPTPULSE_", frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8321, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    data: Path = Field(Path("data"), description="Folder of the embedded stores; belongs to one process.")
    store_url: str = Field(
        "",
        description="Event store: chdb:///folder (default: inside the data folder) or clickhouse(s)://user:password@host/db.",
    )
    database_url: str = Field(
        "",
        description="Settings database: sqlite:///file (default: inside the data folder) or postgresql://user:password@host/db.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least important message to log."
    )
    log_json: bool = Field(default=False, description="One JSON object a log line.")
    public_url: str = Field(
        "",
        description="Address that people and programs use, such as https://pulse.example.com; for links and secure cookies.",
    )
    bootstrap_key: str = Field(
        "", description="On an empty database: an API key with all scopes for the project `default`."
    )
    bootstrap_admin_email: str = Field("", description="On an empty database: the first admin.")
    bootstrap_admin_password: str = Field("", description="Password of the first admin.")
    max_body_mb: int = Field(20, ge=1, le=1000, description="Largest request body after decompression, in MiB.")
    rate_limit_per_minute: int = Field(60_000, ge=1, description="Requests an API key may make in a minute.")
    smtp_url: str = Field(
        "",
        description="Mail server: smtp://user:password@host:587 (STARTTLS when offered), smtps://..., or smtp://...?tls=required.",
    )
    smtp_from: str = Field("", description="Sender of mails, such as PromptPulse <pulse@example.com>.")
    secret_key: str = Field(
        "",
        description="Encrypts the secrets of channels: 32 bytes as URL-safe base64. By default in a file of the data folder.",
    )
    allow_private_targets: bool = Field(
        default=False, description="Webhooks and channels may reach private, loopback and link-local addresses."
    )
    max_queries: int = Field(4, ge=1, le=64, description="Metric queries that run at the same time; more wait.")

    @property
    def resolved_store_url(self) -> str:
        return self.store_url or f"chdb://{(self.data / 'events').absolute()}"

    @property
    def resolved_database_url(self) -> str:
        return self.database_url or f"sqlite:///{(self.data / 'settings.db').absolute()}"

    @property
    def base_url(self) -> str:
        """Where a browser on this machine, or behind `public_url`, finds the server."""
        return self.public_url.rstrip("/") or f"http://{reachable(self.host)}:{self.port}"

    @property
    def bootstrap(self) -> tuple[str, str, str]:
        """Key, e-mail and password that an empty database begins with."""
        return self.bootstrap_key, self.bootstrap_admin_email, self.bootstrap_admin_password

    @property
    def secure_cookies(self) -> bool:
        return self.public_url.startswith("https://")


def reachable(host: str) -> str:
    """An address that a program on this machine can connect to when the server listens on `host`."""
    return "127.0.0.1" if host in EVERYWHERE else host
