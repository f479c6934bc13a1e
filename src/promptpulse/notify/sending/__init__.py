"""How each kind of channel words a message and sends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import httpx

from promptpulse.core import errors
from promptpulse.notify.guard import Guard
from promptpulse.notify.sending import apprise, mail, pagerduty, slack, webhook
from promptpulse.notify.shapes import Kind
from promptpulse.notify.values import Outcome, Parcel, Target

Sender = Callable[[Target, Parcel], Outcome]


@dataclass(frozen=True, slots=True)
class Post:
    """Everything that leaves by a channel."""

    senders: Mapping[str, Sender]
    """By kind: those of `shapes.Kind`, and those that other packages add."""
    guard: Guard

    def check_url(self, kind: Kind, url: str) -> None:
        """Raises Refused for an address that nothing can be sent to. Asks the name service: not inside a transaction."""
        if kind != "apprise":
            self.guard.check_url(url)
            return
        problem = apprise.problem_of(url)
        if problem:
            raise errors.Refused(f"url: {problem}", field="url")


def open_post(client: httpx.Client, server: mail.MailServer | None, base_url: str, *, allow_private: bool) -> Post:
    """`client`: of `guard.guarded_client`. `base_url`: of this server, for links."""
    senders: dict[str, Sender] = {
        "email": partial(mail.send, server, base_url),
        "slack": partial(slack.send, client, base_url),
        "pagerduty": partial(pagerduty.send, client, base_url),
        "webhook": partial(webhook.send, client, base_url),
        "apprise": partial(apprise.send, base_url, allow_private=allow_private),
    }
    return Post(senders, Guard(allow_private))
