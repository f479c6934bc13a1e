"""For the operator of the server: how it does, and its backup. For admins of the server and instance keys."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated

import anyio
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from promptpulse import __version__
from promptpulse.accounts.access import Caller, accounts_of, caller
from promptpulse.accounts.shapes import MOMENT, Answer, documented, example_of
from promptpulse.core.errors import Forbidden
from promptpulse.core.slots import Slots
from promptpulse.core.times import rfc3339
from promptpulse.db import Database
from promptpulse.notify.models import DeliveryRow
from promptpulse.store import Store
from promptpulse.store.health import health
from promptpulse.web.backup import Backup, Sources

router = APIRouter(prefix="/api/v1/server", tags=["server"])
backups = Slots("backups", 1)


class JobOut(BaseModel):
    name: str = Field(examples=["rules"])
    started_at: datetime | None = Field(description="Of the last run.", examples=[MOMENT])
    finished_at: datetime | None = Field(description="null while it runs.", examples=[MOMENT])
    failures: int = Field(description="Failed runs since the last good one.", examples=[0])
    error: str | None = Field(description="Of the last run.", examples=[None])


class StoreOut(BaseModel):
    embedded: bool = Field(examples=[True])
    calls: int = Field(examples=[1200000])
    bytes: int = Field(description="On disk, all tables.", examples=[96000000])
    parts: int = Field(description="Pieces of tables; many hundreds slow queries down.", examples=[120])
    calls_ahead: int = Field(description="Calls that lie more than 5 minutes in the future.", examples=[0])


class SlowOut(BaseModel):
    seconds_ago: float = Field(examples=[12.5])
    elapsed_ms: float = Field(examples=[2400.0])
    statement: str = Field(description="Without its values.", examples=["SELECT count() FROM calls WHERE ..."])


class ServerOut(BaseModel):
    version: str = Field(examples=["1.0.0"])
    python: str = Field(examples=["3.11.9"])
    now: datetime = Field(description="The server's clock.", examples=[MOMENT])
    disk_free_bytes: int = Field(description="Of the data folder.", examples=[52000000000])
    store: StoreOut = Field(examples=[example_of(StoreOut)])
    database: str = Field(examples=["sqlite"])
    queued_bytes: int = Field(description="Calls that wait to be stored.", examples=[0])
    mail: bool = Field(description="A mail server is set.", examples=[True])
    messages: dict[str, int] = Field(
        description="To channels, by state: waiting, dead.", examples=[{"waiting": 0, "dead": 0}]
    )
    jobs: list[JobOut] = Field(examples=[[example_of(JobOut)]])
    slow_queries: list[SlowOut] = Field(
        description="Of more than 2 s, since the start; the newest first, 50 at most.",
        examples=[[example_of(SlowOut)]],
    )


async def operator(who: Annotated[Caller, Depends(caller)]) -> Caller:
    if not who.is_instance_admin:
        raise Forbidden("only an admin of the server or an instance key may do this", code="missing_role")
    return who


@router.get("", summary="How the server does", responses=documented(200, example_of(ServerOut), 401, 403))
def server(request: Request, _who: Annotated[Caller, Depends(operator)]) -> Answer[ServerOut]:
    """Versions, clock, disk, store, mail, and the last runs of repeated work. For `promptpulse doctor` and your monitoring."""
    services = request.app.state.services
    now = accounts_of(request).clock()
    return Answer(
        data=ServerOut(
            version=__version__,
            python=sys.version.split()[0],
            now=now,
            disk_free_bytes=shutil.disk_usage(services.settings.data).free,
            store=_store(services.store, now),
            database=services.database.engine.dialect.name,
            queued_bytes=services.pipeline.writer.queued_bytes,
            mail=bool(services.settings.smtp_url),
            messages=_messages(services.database),
            jobs=[
                JobOut(
                    name=j.name, started_at=j.started_at, finished_at=j.finished_at, failures=j.failures, error=j.error
                )
                for j in services.jobs.states()
            ],
            slow_queries=_slow(services.store),
        )
    )


@router.get(
    "/backup",
    summary="Back up both stores",
    response_class=StreamingResponse,
    responses={
        **documented(200, None, 401, 403, 409, 503),
        200: {"content": {"application/x-tar": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
def backup(request: Request, _who: Annotated[Caller, Depends(operator)]) -> StreamingResponse:
    """A tar file of one moment, for `promptpulse restore`: all projects, calls with texts, settings, and the key that the
    secrets of channels are encrypted with. What was answered before is in it. The header `X-Total-Bytes` says about how long
    it is. One at a time."""
    services = request.app.state.services
    give_back = backups.take()
    try:
        now = services.clock()
        made = Backup(
            Sources(services.store, services.database, services.settings.data, services.pipeline.writer.paused), now
        )
    except BaseException:
        give_back()
        raise
    return _Sent(made, f"promptpulse-{rfc3339(now)[:10]}.tar", give_back)


class _Sent(StreamingResponse):
    """Its links and copies are deleted in the end, also when the client goes away."""

    def __init__(self, made: Backup, name: str, on_end: Callable[[], None]) -> None:
        self._made, self._on_end = made, on_end
        self._read: Iterator[bytes] = made.pieces()
        super().__init__(
            self._read,
            media_type="application/x-tar",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Total-Bytes": str(made.size)},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await run_in_threadpool(self._end)

    def _end(self) -> None:
        self._made.close()
        self._on_end()


def _store(store: Store, now: datetime) -> StoreOut:
    found = health(store, now)
    return StoreOut(
        embedded=store.embedded, calls=found.calls, bytes=found.bytes, parts=found.parts, calls_ahead=found.calls_ahead
    )


def _slow(store: Store) -> list[SlowOut]:
    now = time.monotonic()
    newest = reversed(list(store.slow))
    return [SlowOut(seconds_ago=now - one.ended, elapsed_ms=one.elapsed_ms, statement=one.sql) for one in newest]


def _messages(database: Database) -> dict[str, int]:
    with database.sessions() as session:
        rows = session.execute(select(DeliveryRow.state, func.count()).group_by(DeliveryRow.state)).all()
    found = {str(state): int(count) for state, count in rows}
    return {state: found.get(state, 0) for state in ("waiting", "dead")}
