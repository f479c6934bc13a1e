"""One client: settings, delivery, prompts. The functions of `promptpulse` are its methods, guarded."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

from promptpulse import __version__
from promptpulse.sdk.delivery import Delivery, Stats
from promptpulse.sdk.encode import requests
from promptpulse.sdk.labelling import CURRENT
from promptpulse.sdk.prompts import Prompts
from promptpulse.sdk.values import Label, Prompt, ScoreValue
from promptpulse.sdk.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptpulse.sdk.settings import Settings

CALL_BYTES = 1_200
"""Of a call without texts, in memory, about."""
PRODUCTION = "production"
OUTSIDE = "none"
"""The variant of who is not part of an experiment."""


class Client:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._wire = Wire(settings.endpoint, settings.key, settings.timeout_s)
        self._delivery = Delivery(settings, self._wire, requests)
        self._prompts = Prompts(settings, self._wire)
        if settings.spool:
            self._delivery.start()  # for what an earlier process has left

    @property
    def put(self) -> Any:
        return self._delivery.put

    def after_fork(self) -> None:
        self._wire.after_fork()
        self._delivery.after_fork()
        self._prompts.after_fork()

    def flush(self, timeout_s: float) -> bool:
        return self._delivery.flush(timeout_s)

    def close(self, timeout_s: float | None = None) -> None:
        self._delivery.close(timeout_s)

    def stats(self) -> Stats:
        return self._delivery.stats()

    def get_prompt(self, name: str, version: int | None, environment: str | None) -> Prompt | None:
        found = self._prompts.get(name, version, environment or self.settings.environment or PRODUCTION)
        return found.bound(self.score, self.event) if found is not None else None

    def get_experiment_prompt(self, title: str, context: Mapping[str, object]) -> Prompt | None:
        frame = CURRENT.get()
        fields = frame.fields if frame is not None else {}
        asked = dict(context)
        for name, other in (("userId", "user_id"), ("sessionId", "session_id")):
            given = asked.get(name) or asked.get(other) or fields.get(other)
            asked.pop(other, None)
            if given:
                asked[name] = given
        found = self._prompts.assigned(title, asked)
        if found is None:
            return None
        unit: dict[str, Any] = {"user_id": asked.get("userId"), "session_id": asked.get("sessionId")}
        return _replaced(found, unit).bound(self.score, self.event)

    def call(self, row: dict[str, Any], size: int) -> str:
        """`row`: as the API takes it; `latency_ms` is in it."""
        frame = CURRENT.get()
        if frame is not None:
            for name, value in _inherited(frame.fields, row).items():
                if row.get(name) is None:
                    row[name] = value
            if frame.properties:
                row["properties"] = {**frame.properties, **(row.get("properties") or {})}
        if row.get("id") is None:
            row["id"] = new_id()
        if row.get("timestamp") is None:
            row["timestamp"] = time.time() - row["latency_ms"] / 1000
        if not row.get("service"):
            row["service"] = self.settings.service or None
        if not row.get("environment"):
            row["environment"] = self.settings.environment or None
        if frame is not None:
            frame.call_id = str(row["id"])
        self._delivery.put("calls", row, size)
        return str(row["id"])

    def score(
        self,
        name: str,
        value: ScoreValue,
        *,
        prompt: str | Prompt | None = None,
        version: Label | None = None,
        call_id: str | None = None,
        trace_id: str | None = None,
        user_id: Label | None = None,
        session_id: Label | None = None,
        comment: str | None = None,
        id: str | None = None,  # noqa: A002 - the name on the wire
        timestamp: object = None,
    ) -> str:
        frame = CURRENT.get()
        of: Prompt | None = prompt if isinstance(prompt, Prompt) else None
        labels: dict[str, Any] = dict(frame.fields) if frame is not None else {}
        if of is not None:
            labels.update(of.labels)
        elif prompt is not None:
            labels = _inherited(labels, {"prompt_id": prompt})
            labels["prompt_id"] = prompt
        elif frame is not None:
            of = frame.prompt
        if trace_id is None and call_id is None and frame is not None:
            call_id, trace_id = (frame.call_id, None) if frame.call_id else (None, frame.trace_id or None)
        scored = id or new_id()
        body = {
            "sdkEventId": scored,
            "scores": [{"name": name, "type": _type_of(value), "value": value}],
            "promptVersionId": (of.version_id or None) if of is not None else None,
            "promptName": labels.get("prompt_id"),
            "promptVersion": version if version is not None else labels.get("prompt_version"),
            "expId": labels.get("experiment_id"),
            "bucketId": labels.get("variant_id"),
            "userId": user_id if user_id is not None else labels.get("user_id"),
            "sessionId": session_id if session_id is not None else labels.get("session_id"),
            "callId": call_id,
            "traceId": trace_id,
            "comment": comment,
            "environment": labels.get("environment") or self.settings.environment or None,
            "source": "sdk",
            "clientVersion": "python " + __version__,
            "timestamp": time.time() if timestamp is None else timestamp,
        }
        self._delivery.put("scores", body, CALL_BYTES + len(comment or ""))
        return scored

    def event(
        self,
        outcome: str,
        *,
        experiment: str | None = None,
        prompt: Prompt | None = None,
        user_id: Label | None = None,
        session_id: Label | None = None,
        score: float | None = None,
        call_id: str | None = None,
        trace_id: str | None = None,
        metadata: Mapping[str, object] | None = None,
        id: str | None = None,  # noqa: A002 - the name on the wire
        timestamp: object = None,
    ) -> str:
        frame = CURRENT.get()
        labels: dict[str, Any] = dict(frame.fields) if frame is not None else {}
        if prompt is not None:
            labels.update(prompt.labels)
        of = prompt if prompt is not None else frame.prompt if frame is not None else None
        is_outside = labels.get("variant_id") == OUTSIDE or (of is not None and of.is_fallback)
        if is_outside and experiment is None:
            return ""  # not part of the experiment: it has no outcome
        sent = id or new_id()
        body = {
            "id": sent,
            "outcome": outcome,
            "experiment": experiment,
            "experiment_id": labels.get("experiment_id") if experiment is None else None,
            "variant_id": labels.get("variant_id") if experiment is None else None,
            "user_id": user_id if user_id is not None else labels.get("user_id"),
            "session_id": session_id if session_id is not None else labels.get("session_id"),
            "score": score,
            "call_id": call_id,
            "trace_id": trace_id,
            "metadata": dict(metadata) if metadata else None,
            "timestamp": time.time() if timestamp is None else timestamp,
        }
        self._delivery.put("events", body, CALL_BYTES)
        return sent


def new_id() -> str:
    """Sorts by time; from the system's randomness, so that forked processes do not draw the same."""
    return f"{int(time.time() * 1000):012x}{os.urandom(10).hex()}"


def _inherited(fields: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """A call that names its own prompt takes no version from the block around it."""
    if row.get("prompt_id") is None or row["prompt_id"] == fields.get("prompt_id"):
        return dict(fields)
    of_prompt = ("prompt_id", "prompt_version", "experiment_id", "variant_id")
    return {name: value for name, value in fields.items() if name not in of_prompt}


def _replaced(prompt: Prompt, unit: Mapping[str, Any]) -> Prompt:
    from dataclasses import replace  # noqa: PLC0415

    return replace(prompt, **unit)


def _type_of(value: ScoreValue) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    return "float" if isinstance(value, float) else "string"
