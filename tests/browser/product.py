"""The product as a person meets it: a running server, somebody signed in, projects with known calls."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import cast
from urllib.parse import quote, urlencode

import httpx
from playwright.sync_api import StorageState

from server.process import Json, Server

DEMO_CALLS = int(os.environ.get("PROMPTPULSE_TEST_DEMO_CALLS", "60000"))
Query = Mapping[str, str | Sequence[str]]
Rows = list[Json]


@dataclass
class DemoServer(Server):
    """`promptpulse demo`, a month of traffic in its first project."""

    def launch(self) -> None:
        self.begin(
            "demo", self.settings, "--port", str(self.port), "--data", str(self.folder), "--calls", str(DEMO_CALLS)
        )


@dataclass(frozen=True)
class Person:
    """Somebody signed in: what the browser keeps of it, and the same session for arranging things by the API."""

    url: str
    state: StorageState

    @cached_property
    def api(self) -> httpx.Client:
        cookies = {str(cookie["name"]): str(cookie["value"]) for cookie in self.state["cookies"]}
        client = httpx.Client(base_url=f"{self.url}/api/v1", cookies=cookies, timeout=30)
        client.headers["X-CSRF-Token"] = str(client.get("/session").raise_for_status().json()["data"]["csrf_token"])
        return client

    def get(self, path: str, **params: str | int) -> Rows:
        """`data` of a list."""
        return cast("Rows", self.api.get(path, params=params).raise_for_status().json()["data"])

    def create(self, path: str, body: Json) -> Json:
        """`data` of what was made."""
        return cast("Json", self.api.post(path, json=body).raise_for_status().json()["data"])


@dataclass(frozen=True)
class Place:
    """A project of a server, seen by its admin."""

    admin: Person
    project: str
    name: str

    def address(self, path: str = "/", query: Query | None = None) -> str:
        given = {"project": self.project, **(query or {})}
        return f"{self.admin.url}{path}?{urlencode(given, doseq=True, quote_via=quote)}"

    @cached_property
    def key(self) -> str:
        """May do everything."""
        body: Json = {"project": self.project, "name": "tests", "scopes": ["ingest", "read", "admin"]}
        return str(self.admin.create("/keys", body)["key"])

    def client(self, key: str = "") -> httpx.Client:
        """The API as programs use it."""
        return httpx.Client(
            base_url=f"{self.admin.url}/api/v1", headers={"Authorization": f"Bearer {key or self.key}"}, timeout=30
        )

    def send(self, *calls: Json, key: str = "") -> None:
        with self.client(key) as client:
            answer = client.post("/calls", json={"calls": list(calls)}).raise_for_status()
        assert answer.json()["data"]["accepted"] == len(calls), answer.text

    def totals(self, days: Days, *metrics: str, **question: object) -> dict[str, float]:
        """One value a metric over the days, as the API answers programs."""
        body = {"metrics": list(metrics), "start": days.start, "end": days.end, **question}
        with self.client() as client:
            values = client.post("/query", json=body).raise_for_status().json()["data"]["values"]
        return {metric: values[metric][0][0] for metric in metrics}

    def calls(self, days: Days, **params: str | int) -> Rows:
        return self.admin.get("/calls", project=self.project, start=days.start, end=days.end, **params)

    def call(self, call_id: str) -> Json:
        answer = self.admin.api.get(f"/calls/{call_id}", params={"project": self.project}).raise_for_status()
        return cast("Json", answer.json()["data"])

    def invite(self, email: str, role: str) -> str:
        """The address that signs a new member in, once."""
        link = self.admin.create(f"/projects/{self.project}/members", {"email": email, "role": role})["sign_in_link"]
        return f"{self.admin.url}{link}"


@dataclass(frozen=True)
class Days:
    """Whole UTC days that are over: what is asked of them does not change under a test."""

    first: datetime
    last: datetime = field(kw_only=True)

    @property
    def start(self) -> str:
        return _stamp(self.first)

    @property
    def end(self) -> str:
        return _stamp(self.last)

    @property
    def query(self) -> dict[str, str]:
        """The range in the address of a page."""
        return {"start": self.start, "end": self.end}


def days_ago(first: int, last: int = 0) -> Days:
    """From the midnight `first` days before the last one until that `last` days before it."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Days(today - timedelta(days=first), last=today - timedelta(days=last))


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def artefact(folder: Path, name: str) -> Path:
    """Where a picture goes; its folder exists."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.png"
