"""A prompt whose newest version is slow, an alert about it, and policies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from fixtures_postgres import database, postgres_database, postgres_server
from incidents.ward import Ward
from promptpulse.accounts.values import By
from promptpulse.actions import service
from promptpulse.actions.actor import Actor, revert
from promptpulse.actions.models import ActionRunRow
from promptpulse.actions.shapes import PolicyIn, PolicyPatch, TryOut
from promptpulse.core.call import Call
from promptpulse.core.times import to_micros
from promptpulse.db import Database
from promptpulse.incidents.models import AlertRow, IncidentRow
from promptpulse.incidents.signals import Signal
from promptpulse.ingest.writer import insert
from promptpulse.metrics import NONE
from promptpulse.notify.guard import guarded_client
from promptpulse.notify.secrets import Keyring, open_keyring
from promptpulse.prompts import service as prompts
from promptpulse.store import Store
from server.conftest import own_server, server

__all__ = ["database", "own_server", "postgres_database", "postgres_server", "server"]
PROMPT = "support-reply"


@dataclass
class Scene:
    """Version 1 of support-reply was served for ten days; version 2 since 10 minutes; 100 calls in the last five."""

    ward: Ward
    store: Store
    keyring: Keyring
    outgoing: httpx.Client
    changed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.restart()
        now = self.ward.clock()
        with self.ward.database.writing() as session:
            first = prompts.NewVersion("one", {"model": "gpt-4o", "fallback_model": "gpt-4o-mini"})
            long_ago = By("ada@example.com", now - timedelta(days=10))
            prompt, _ = prompts.create_prompt(
                session, self.ward.project, prompts.NewPrompt(PROMPT, "text", first), long_ago
            )
            prompts.deploy_version(session, prompt, prompts.Wanted(1), long_ago)
            prompts.create_version(session, prompt, prompts.NewVersion("two"), long_ago)
            prompts.deploy_version(
                session, prompt, prompts.Wanted(2), By("grace@example.com", now - timedelta(minutes=10))
            )
        self.calls(100)

    def restart(self) -> None:
        """As a new process: nothing is remembered but what is in the database."""
        self.actor = Actor(
            self.store, self.ward.database, lambda _: NONE, self.keyring, self.outgoing, self.changed.append
        )

    def calls(self, n: int) -> None:
        found = [
            Call(
                project=self.ward.project,
                id=str(uuid4()),
                ts=to_micros(self.ward.clock() - timedelta(seconds=1 + i)),
                prompt_id=PROMPT,
                latency_ms=3500.0,
            )
            for i in range(n)
        ]
        insert(self.store, found, int(self.ward.clock().timestamp()))

    def policy(self, **fields: object) -> str:
        """Enabled, and not on trial."""
        wanted = PolicyIn.model_validate(
            {
                "name": "Roll back",
                "trigger": {"kind": "alert"},
                "action": {"kind": "rollback"},
                "dry_run": False,
                **fields,
            }
        )
        with self.ward.database.writing() as session:
            by = By("ada@example.com", self.ward.clock())
            return service.create(session, self.ward.project, wanted, by, self.keyring).id

    def change(self, policy_id: str, **fields: object) -> None:
        with self.ward.database.writing() as session:
            row = service.existing(session, self.ward.project, policy_id)
            by = By("ada@example.com", self.ward.clock())
            service.change(session, row, PolicyPatch.model_validate(fields), by, self.keyring)

    def signal(self, rule: str = "slow") -> Signal:
        return replace(self.ward.signal(rule, prompt_id=PROMPT), severity="critical", window_s=300)

    def fire(self, rule: str = "slow") -> AlertRow:
        """And let the dossier be made: the likely cause is known."""
        alert = self.ward.fire(self.signal(rule))
        with self.ward.database.writing() as session:
            for row in session.scalars(select(IncidentRow).where(IncidentRow.project_id == self.ward.project)):
                row.dossier_at = row.dossier_at or self.ward.clock()
        return alert

    def round(self) -> None:
        self.actor.round(self.ward.clock())

    def runs(self) -> Sequence[ActionRunRow]:
        """Oldest first."""
        with self.ward.database.sessions() as session:
            which = ActionRunRow.project_id == self.ward.project
            return session.scalars(
                select(ActionRunRow).where(which).order_by(ActionRunRow.started_at, ActionRunRow.id)
            ).all()

    def run(self) -> ActionRunRow:
        (found,) = self.runs()
        return found

    def served(self) -> int:
        with self.ward.database.sessions() as session:
            prompt = prompts.prompt_named(session, self.ward.project, PROMPT)
            assert prompt is not None
            return prompts.pointers(session, prompt)["production"]

    def deployments(self) -> list[tuple[str, int, str]]:
        """Kind, version and who, oldest first."""
        with self.ward.database.sessions() as session:
            prompt = prompts.prompt_named(session, self.ward.project, PROMPT)
            assert prompt is not None
            return [(d.kind, d.number, d.by) for d in reversed(prompts.deployments_of(session, prompt, 100, 0))]

    def deploy(self, number: int, by: str = "grace@example.com") -> None:
        with self.ward.database.writing() as session:
            prompts.deploy(session, self.ward.project, PROMPT, number, "production", "", By(by, self.ward.clock()))

    def revert(self, run_id: str) -> None:
        with self.ward.database.writing() as session:
            row = service.existing_run(session, self.ward.project, run_id)
            revert(session, row, "It was the provider", By("ada@example.com", self.ward.clock()))

    def tried(self, policy_id: str) -> TryOut:
        with self.ward.database.sessions() as session:
            row = service.existing(session, self.ward.project, policy_id)
            return self.actor.tried(session, row, None, self.ward.clock())


@dataclass
class Receiver:
    """What an autoscaler would get."""

    url: str
    got: list[tuple[dict[str, str], bytes]]
    status: int = 200
    before: Callable[[], None] = lambda: None
    """Called before it answers."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver("", [])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            found.before()
            self.send_response(found.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{httpd.server_port}/scale?token=sentinel"
    yield found
    httpd.shutdown()
    httpd.server_close()
    thread.join(5)


@pytest.fixture
def scene(database: Database, store: Store, tmp_path: Path) -> Iterator[Scene]:
    outgoing = guarded_client(allow_private=True)
    yield Scene(Ward.of(database), store, open_keyring("", tmp_path / "secret.key"), outgoing)
    outgoing.close()
