"""Signatures as Standard Webhooks 1.0 says them: HMAC-SHA256 over id, time and body, so that receivers know the sender."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from datetime import datetime

MARK = "whsec_"


def new_secret() -> str:
    return MARK + base64.b64encode(os.urandom(32)).decode()


def signed(secrets: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Headers of a request whose body is `body`, one signature for each of `secrets`. `message_id` has no full stop."""
    second = str(int(at.timestamp()))
    text = f"{message_id}.{second}.".encode() + body
    keys = [base64.b64decode(secret.removeprefix(MARK)) for secret in secrets]
    marks = [base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode() for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": second,
        "webhook-signature": " ".join(f"v1,{mark}" for mark in marks),
    }
