"""What a program says about itself, from arguments or from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEFAULT_ENDPOINT = "http://127.0.0.1:8321"
OFF = frozenset(("0", "false", "no", "off"))
ON = frozenset(("1", "true", "yes", "on"))


@dataclass(frozen=True)
class Settings:
    """Of one client. `init` says what each is for."""

    key: str = ""
    endpoint: str = DEFAULT_ENDPOINT
    service: str = ""
    environment: str = ""
    instrument: bool | Sequence[str] = True
    spool: str = ""
    enabled: bool = True
    flush_interval_s: float = 1.0
    timeout_s: float = 10.0
    prompt_timeout_s: float = 2.0
    prompt_ttl_s: float = 60.0
    max_queue_mb: float = 64.0
    max_spool_mb: float = 512.0
    exit_timeout_s: float = 5.0


def settings_of(env: Mapping[str, str] = os.environ, **given: object) -> Settings:
    """Arguments that are not None, then the environment, then defaults. A value that cannot be read is left out."""
    endpoint = env.get("PROMPTPULSE_ENDPOINT") or env.get("PROMPTPULSE_URL") or ""
    resource = _pairs(env.get("OTEL_RESOURCE_ATTRIBUTES", ""))
    values: dict[str, object] = {
        "key": env.get("PROMPTPULSE_KEY", ""),
        "endpoint": endpoint or DEFAULT_ENDPOINT,
        "service": env.get("PROMPTPULSE_SERVICE")
        or env.get("OTEL_SERVICE_NAME")
        or resource.get("service.name")
        or env.get("AWS_LAMBDA_FUNCTION_NAME")
        or "",
        "environment": env.get("PROMPTPULSE_ENVIRONMENT") or resource.get("deployment.environment.name") or "",
        "spool": env.get("PROMPTPULSE_SPOOL", ""),
        "enabled": env.get("PROMPTPULSE_ENABLED", "").lower() not in OFF,
        "instrument": _instruments(env.get("PROMPTPULSE_INSTRUMENT", "")),
    }
    for name in ("flush_interval_s", "max_queue_mb", "max_spool_mb", "prompt_ttl_s", "exit_timeout_s"):
        number = _number(env.get("PROMPTPULSE_" + name.upper()))
        if number is not None:
            values[name] = number
    values.update((name, value) for name, value in given.items() if value is not None)
    values["endpoint"] = str(values["endpoint"]).rstrip("/")
    values["key"] = str(values["key"]).strip()
    return Settings(**values)  # type: ignore[arg-type] # the names are those of Settings


def _instruments(text: str) -> bool | Sequence[str]:
    if not text or text.lower() in ON:
        return True
    return False if text.lower() in OFF else [name.strip() for name in text.split(",") if name.strip()]


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text else None
    except ValueError:
        return None
    return value if value is not None and value > 0 else None


def _pairs(text: str) -> Mapping[str, str]:
    return dict(pair.strip().split("=", 1) for pair in text.split(",") if "=" in pair)
