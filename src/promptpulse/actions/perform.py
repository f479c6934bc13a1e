"""Doing what was planned, and undoing it. In the caller's transaction, but for webhooks, which are sent with none open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

import httpx
import msgspec
from pydantic import JsonValue
from sqlalchemy.orm import Session

from promptpulse.accounts.values import By
from promptpulse.actions.models import ActionRunRow
from promptpulse.actions.plans import FALLBACK, Plan
from promptpulse.actions.service import Hidden
from promptpulse.actions.shapes import Action, WebhookAction
from promptpulse.core.errors import Conflict
from promptpulse.core.times import rfc3339
from promptpulse.experiments import service as experiments
from promptpulse.incidents.models import AlertRow
from promptpulse.incidents.wording import metric_of, prompt_of
from promptpulse.notify.guard import Forbidden, post
from promptpulse.notify.signing import signed
from promptpulse.prompts import service as prompts
from promptpulse.prompts.models import Prompt

SAME_AMONG = 20
"""Newest versions among which one with the fallback may be there already."""
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Sent:
    outcome: Literal["done", "refused", "unreachable", "unknown"]
    """unreachable: nothing was sent, so it may be tried again. unknown: it was sent, and no answer came."""
    said: str


def do(session: Session, project_id: str, action: Action, plan: Plan, title: str, by: By) -> dict[str, JsonValue]:
    """What changed, to be kept with the run. Raises AppError when it cannot be done."""
    detail: dict[str, JsonValue] = dict(plan.detail)
    match action.kind:
        case "rollback":
            prompts.roll_back(
                session,
                _prompt(session, project_id, plan),
                by,
                environment=str(plan.detail["environment"]),
                to=_number(plan, "to_version"),
                message=f"Incident: {title}"[:500],
                expected=_number(plan, "from_version"),
            )
        case "switch_model":
            detail["to_version"] = _switch(session, project_id, plan, title, by)
        case "pause_experiment":
            row = experiments.existing(session, project_id, str(plan.detail["experiment_id"]), to_change=True)
            experiments.pause(session, row, by)
        case "stop_variant":
            row = experiments.existing(session, project_id, str(plan.detail["experiment_id"]), to_change=True)
            experiments.stop_variant(session, row, str(plan.detail["variant_id"]), by)
        case "webhook":
            raise AssertionError("a webhook is sent, outside of a transaction")
    return detail


def undo(session: Session, run: ActionRunRow, by: By) -> str:
    """Raises Conflict when that cannot be, or the world has moved on."""
    detail = run.detail
    match run.action["kind"]:
        case "rollback" | "switch_model":
            prompt = prompts.prompt_named(session, run.project_id, str(detail["prompt"]))
            if prompt is None:
                raise Conflict(f"the prompt {detail['prompt']!r} is not there any more")
            back, now = int(str(detail["from_version"])), int(str(detail["to_version"]))
            wanted = prompts.Wanted(back, str(detail["environment"]), f"Undone: {run.policy_name}", now)
            prompts.deploy_version(session, prompt, wanted, by)
            return f"{prompt.name} is served in version {back} again, instead of {now}."
        case "pause_experiment":
            row = experiments.existing(session, run.project_id, str(detail["experiment_id"]), to_change=True)
            experiments.start(session, row, by)
            return f"The experiment {row.title} goes on."
        case "stop_variant":
            row = experiments.existing(session, run.project_id, str(detail["experiment_id"]), to_change=True)
            experiments.resume_variant(session, row, str(detail["variant_id"]), by)
            return f"The variant {detail['variant']} of {row.title} goes on."
        case _:
            raise Conflict("a request that was sent cannot be taken back; scale by hand")


def body_of(action: WebhookAction, run: ActionRunRow, alert: AlertRow, now: datetime) -> bytes:
    """The fields of the product document's alerts, and what to do about it."""
    return msgspec.json.encode(
        {
            "type": action.direction,
            "amount": action.amount,
            "alert_type": alert.alert_type,
            "severity": alert.severity,
            "prompt_id": prompt_of(alert),
            "metric": metric_of(alert),
            "value": alert.value,
            "threshold": alert.threshold,
            "timestamp": rfc3339(now),
            "policy": run.policy_name,
            "run_id": run.id,
            "incident_id": run.incident_id,
        }
    )


def send(client: httpx.Client, hidden: Hidden, run_id: str, body: bytes, now: datetime) -> Sent:
    """Once: the id of the run is that of the message, so that a receiver can tell."""
    headers = {"Content-Type": "application/json"}
    if hidden.signing:
        headers |= signed([hidden.signing], run_id, now, body)
    host = urlsplit(hidden.url).hostname or "the receiver"
    try:
        answered = post(client, hidden.url, body, headers)
    except (httpx.ConnectError, httpx.ConnectTimeout) as e:
        if isinstance(e.__cause__, Forbidden):
            return Sent("refused", f"{host}: nobody may connect to that address")
        return Sent("unreachable", f"{host} could not be reached")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError):
        return Sent("refused", "the address cannot be used for a request; enter it again")
    except httpx.HTTPError:
        return Sent("unknown", f"{host} took the request and gave no answer")
    if 200 <= answered.status < 300:
        return Sent("done", f"{host} answered {answered.status}.")
    # of the answer only the status: a receiver may repeat what it was sent
    return Sent("refused", f"{host} answered {answered.status}")


def _switch(session: Session, project_id: str, plan: Plan, title: str, by: By) -> int:
    """Number of the version with the fallback: one that is there already, or a new one."""
    prompt = _prompt(session, project_id, plan)
    served, fallback = _number(plan, "from_version"), str(plan.detail["to_model"])
    version = prompts.version_of(session, prompt, served)
    config = {**version.config, "model": fallback}
    newest = prompts.versions_of(session, prompt, SAME_AMONG, 0)
    same = next((v.number for v in newest if v.content == version.content and v.config == config), None)
    if same is None:
        message = f"Version {served} with its {FALLBACK} {fallback}. Incident: {title}"[:500]
        content: JsonValue = version.content  # type: ignore[assignment]  # lists of objects are JSON, too
        new = prompts.NewVersion(content, config, message)
        same = prompts.create_version(session, prompt, new, by).number
    wanted = prompts.Wanted(same, str(plan.detail["environment"]), f"Incident: {title}"[:500], served)
    prompts.deploy_version(session, prompt, wanted, by)
    return same


def _prompt(session: Session, project_id: str, plan: Plan) -> Prompt:
    name = str(plan.detail["prompt"])
    prompt = prompts.prompt_named(session, project_id, name)
    if prompt is None:
        raise prompts.no_prompt(name)
    return prompt


def _number(plan: Plan, key: str) -> int:
    return int(str(plan.detail[key]))
