"""Channels, where alerts go, and the messages that went or wait."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_edit, may_read
from promptpulse.accounts.shapes import ID, MOMENT, Answer, Page, PageMeta, documented
from promptpulse.accounts.values import By
from promptpulse.notify import channels, outbox, shapes
from promptpulse.notify.messages import Severity
from promptpulse.notify.present import channel_out, channels_out, delivery_out, routing_out

router = APIRouter()
Reader = Annotated[Access, Depends(may_read)]
Editor = Annotated[Access, Depends(may_edit)]
Id = Annotated[str, Path(max_length=256)]
CHANNEL: dict[str, JsonValue] = {
    "id": ID, "name": "On call", "kind": "slack", "enabled": True, "state": "ok", "problem": None,
    "hint": "hooks.slack.com ...9xYz", "addresses": None, "region": None, "has_authorization": False,
    "severities": ["warning", "critical"], "failures": 0, "failing_since": None, "retry_at": None, "last_sent_at": MOMENT,
    "waiting": 0, "dead": 0, "created_at": MOMENT, "created_by": "ada@example.com",
}  # fmt: skip
MADE: JsonValue = {**CHANNEL, "kind": "webhook", "hint": "example.com", "signing_secret": "whsec_..."}
TEST: JsonValue = {"ok": True, "said": "200 ok", "duration_ms": 182}
ROUTING: JsonValue = {"info": [], "warning": [ID], "critical": [ID]}
DELIVERY: JsonValue = {
    "id": ID, "channel_id": ID, "channel": "On call", "kind": "slack", "event": "fired", "severity": "critical",
    "title": "p95 latency of support-reply is above 2 s", "thread": "alert-1", "state": "sent", "attempts": 1,
    "created_at": MOMENT, "next_at": None, "tried_at": MOMENT, "finished_at": MOMENT, "said": "200 ok",
}  # fmt: skip


@router.get("/channels", summary="List channels", responses=documented(200, [CHANNEL], 401, 403))
def list_channels(request: Request, access: Reader) -> Answer[list[shapes.ChannelOut]]:
    """By name, with how they do. Their secrets are not shown."""
    services = request.app.state.services
    with services.database.sessions() as session:
        rows = channels.channels_of(session, access.project.id)
        return Answer(data=channels_out(session, access.project.id, rows, services.clock()))


@router.post("/channels", status_code=201, summary="Add a channel", responses=documented(201, MADE, 401, 403, 409))
def create_channel(body: shapes.ChannelIn, request: Request, access: Editor) -> Answer[shapes.ChannelMade]:
    """Where messages of alerts go: mail, Slack, PagerDuty, a webhook, or a URL of Apprise."""
    services = request.app.state.services
    now = services.clock()
    if body.url:
        services.delivery.post.check_url(body.kind, body.url)
    with services.database.writing() as session:
        made = channels.create(session, access.project.id, body, services.keyring, By(access.actor, now))
        out = channel_out(session, made.row, now)
    return Answer(data=shapes.ChannelMade(**out.model_dump(), signing_secret=made.signing_secret))


@router.get("/channels/routing", summary="Where alerts go", responses=documented(200, ROUTING, 401, 403))
def get_routing(request: Request, access: Reader) -> Answer[shapes.Routing]:
    """Channels by severity, for alerts that name none."""
    with request.app.state.services.database.sessions() as session:
        return Answer(data=routing_out(session, access.project.id))


@router.put("/channels/routing", summary="Set where alerts go", responses=documented(200, ROUTING, 401, 403))
def set_routing(body: shapes.Routing, request: Request, access: Editor) -> Answer[shapes.Routing]:
    """Replaces all of it."""
    services = request.app.state.services
    wanted: dict[Severity, list[str]] = {"info": body.info, "warning": body.warning, "critical": body.critical}
    with services.database.writing() as session:
        channels.set_routing(session, access.project.id, wanted, By(access.actor, services.clock()))
        return Answer(data=routing_out(session, access.project.id))


@router.get("/channels/{channel_id}", summary="Read a channel", responses=documented(200, CHANNEL, 401, 403, 404))
def read_channel(channel_id: Id, request: Request, access: Reader) -> Answer[shapes.ChannelOut]:
    """With how it does. Its secrets are not shown."""
    services = request.app.state.services
    with services.database.sessions() as session:
        row = channels.existing(session, access.project.id, channel_id)
        return Answer(data=channel_out(session, row, services.clock()))


@router.patch("/channels/{channel_id}", summary="Change a channel", responses=documented(200, MADE, 401, 403, 404, 409))
def change_channel(
    channel_id: Id, body: shapes.ChannelPatch, request: Request, access: Editor
) -> Answer[shapes.ChannelMade]:
    """Switching it off gives up what still waits; giving a new address tries that at once."""
    services = request.app.state.services
    now = services.clock()
    if body.url:
        with services.database.sessions() as session:
            kind = channels.existing(session, access.project.id, channel_id).kind
        services.delivery.post.check_url(kind, body.url)
    with services.database.writing() as session:
        row = channels.existing(session, access.project.id, channel_id)
        made = channels.change(session, row, body, services.keyring, By(access.actor, now))
        out = channel_out(session, row, now)
    return Answer(data=shapes.ChannelMade(**out.model_dump(), signing_secret=made.signing_secret))


@router.delete("/channels/{channel_id}", summary="Delete a channel", responses=documented(200, None, 401, 403, 404))
def delete_channel(channel_id: Id, request: Request, access: Editor) -> Answer[None]:
    """With its messages, those that wait, too."""
    services = request.app.state.services
    with services.database.writing() as session:
        row = channels.existing(session, access.project.id, channel_id)
        channels.delete(session, row, By(access.actor, services.clock()))
    return Answer(data=None)


@router.post(
    "/channels/{channel_id}/test", summary="Send a test message", responses=documented(200, TEST, 401, 403, 404, 409)
)
def test_channel(channel_id: Id, request: Request, access: Editor) -> Answer[shapes.TestOut]:
    """Sends now, also through a channel that is off, and answers what the receiver said."""
    services = request.app.state.services
    found = services.delivery.test(access.project.id, channel_id, By(access.actor, services.clock()))
    return Answer(data=shapes.TestOut(ok=found.ok, said=found.said, duration_ms=found.duration_ms))


@router.get("/deliveries", summary="List messages to channels", responses=documented(200, [DELIVERY], 401, 403))
def list_deliveries(
    request: Request,
    access: Reader,
    channel_id: Annotated[str | None, Query(max_length=256)] = None,
    thread: Annotated[str | None, Query(max_length=1000, description="All messages of one alert.")] = None,
    state: Annotated[shapes.State | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Page[shapes.DeliveryOut]:
    """Newest first: what was sent, what waits, and what was given up and why."""
    asked = outbox.Asked(channel_id, thread, state)
    with request.app.state.services.database.sessions() as session:
        rows, total = outbox.deliveries(session, access.project.id, asked, limit, offset)
    return Page(data=[delivery_out(*row) for row in rows], meta=PageMeta(total=total))


@router.post(
    "/deliveries/{delivery_id}/resend",
    summary="Send a dead message again",
    responses=documented(200, DELIVERY, 401, 403, 404, 409),
)
def resend_delivery(delivery_id: Id, request: Request, access: Editor) -> Answer[shapes.DeliveryOut]:
    """With the id that it had, so that a receiver that has it knows."""
    services = request.app.state.services
    with services.database.writing() as session:
        row, channel = outbox.resend(session, access.project.id, delivery_id, By(access.actor, services.clock()))
        return Answer(data=delivery_out(row, channel))
