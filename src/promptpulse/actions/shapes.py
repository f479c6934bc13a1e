"""Bodies of the routes of policies and their runs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from promptpulse.accounts.shapes import Input
from promptpulse.definitions.asked import Text
from promptpulse.notify.messages import Severity

RunStatus = Literal[
    "waiting", "acting", "watching", "recovered", "escalated", "skipped", "failed", "unknown", "dry_run", "reverted"
]
STATUSES: dict[str, RunStatus] = {status: status for status in get_args(RunStatus)}
_Id = Annotated[Text, Field(max_length=36)]
_Name = Annotated[Text, Field(min_length=1, max_length=200)]
_Environment = Annotated[Text, Field(min_length=1, max_length=100)]


class AlertTrigger(Input):
    """Alerts of rules, and of anything else that fires."""

    kind: Literal["alert"]
    rules: Annotated[list[_Id] | None, Field(max_length=100, description="Ids; null: any rule.")] = None
    severities: list[Severity] = Field(["critical"], min_length=1, max_length=3)
    prompts: Annotated[
        list[_Name] | None, Field(max_length=100, description="Only alerts about one of these; null: any.")
    ] = None


class SlaTrigger(Input):
    """An objective whose budget burns too fast, or is spent."""

    kind: Literal["sla"]
    slas: Annotated[list[_Id] | None, Field(max_length=100, description="Ids; null: any objective.")] = None
    speeds: list[Literal["page", "ticket", "spent"]] = Field(["page"], min_length=1, max_length=3)


class BudgetTrigger(Input):
    """A budget of costs that alerts."""

    kind: Literal["budget"]
    budgets: Annotated[list[_Id] | None, Field(max_length=100, description="Ids; null: any budget.")] = None
    severities: list[Severity] = Field(["critical"], min_length=1, max_length=3)


Trigger = Annotated[AlertTrigger | SlaTrigger | BudgetTrigger, Field(discriminator="kind")]


class WebhookAction(Input):
    """Tell another system to scale."""

    kind: Literal["webhook"]
    url: Annotated[
        Text,
        Field(
            min_length=1,
            max_length=2000,
            examples=["https://autoscaler.example.com/hook"],
            description="Shown as `https://autoscaler.example.com/...`; given so in a change, it stays as it is.",
        ),
    ]
    direction: Literal["scale_up", "scale_down"]
    amount: Annotated[
        int | None, Field(ge=1, le=10_000, description="By how much; passed on as it is. null: the receiver decides.")
    ] = None


class RollbackAction(Input):
    """Serve the version of the prompt that was served before."""

    kind: Literal["rollback"]
    prompt: Annotated[
        _Name | None, Field(description="null: the prompt that the alert, or its likely cause, names.")
    ] = None
    environment: _Environment = "production"


class SwitchModelAction(Input):
    """Serve a version that is as the present one, but for its model: `config.fallback_model` takes the place of
    `config.model`."""

    kind: Literal["switch_model"]
    prompt: Annotated[
        _Name | None, Field(description="null: the prompt that the alert, or its likely cause, names.")
    ] = None
    environment: _Environment = "production"


class PauseExperimentAction(Input):
    """Take no new units; those that take part keep their variant."""

    kind: Literal["pause_experiment"]
    experiment_id: Annotated[
        _Id | None, Field(description="null: the running experiment of the prompt that the alert names.")
    ] = None


class StopVariantAction(Input):
    """Units of the variant get the control from now on, and do not count."""

    kind: Literal["stop_variant"]
    experiment_id: Annotated[
        _Id | None, Field(description="null: the running experiment of the prompt that the alert names.")
    ] = None
    variant: Annotated[
        Text | None, Field(max_length=100, description="Id or name; null: the one that the alert names.")
    ] = None


Action = Annotated[
    WebhookAction | RollbackAction | SwitchModelAction | PauseExperimentAction | StopVariantAction,
    Field(discriminator="kind"),
]


class PolicyIn(Input):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "Bad version of support-reply",
                "trigger": {"kind": "alert", "severities": ["critical"], "prompts": ["support-reply"]},
                "action": {"kind": "rollback", "prompt": "support-reply"},
                "dry_run": True,
            }
        },
    )

    name: Annotated[Text, Field(min_length=1, max_length=100)]
    description: Annotated[Text, Field(max_length=2000)] = ""
    enabled: bool = True
    dry_run: Annotated[bool, Field(description="Only say in the incident what would be done.")] = True
    trigger: Trigger
    action: Action
    secret: Annotated[
        Text | None,
        Field(
            max_length=200,
            description="Of a webhook: signs its body (Standard Webhooks, whsec_...). Never shown again.",
        ),
    ] = None
    minimum_samples: Annotated[
        int, Field(ge=1, le=1_000_000, description="Calls since the alert's condition began to hold, before it acts.")
    ] = 50
    cooldown_minutes: Annotated[int, Field(ge=0, le=10_080, description="Between two acts of this policy.")] = 60
    daily_cap: Annotated[int, Field(ge=1, le=100, description="Acts a day, in the project's time zone.")] = 3
    watch_minutes: Annotated[
        int, Field(ge=1, le=1440, description="Within them the alert must end; else the incident is escalated.")
    ] = 15


class PolicyPatch(Input):
    """Absent leaves a value as it is."""

    name: Annotated[Text | None, Field(min_length=1, max_length=100)] = None
    description: Annotated[Text | None, Field(max_length=2000)] = None
    enabled: bool | None = None
    dry_run: bool | None = None
    trigger: Trigger | None = None
    action: Action | None = None
    secret: Annotated[Text | None, Field(max_length=200, description="Empty removes it.")] = None
    minimum_samples: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    cooldown_minutes: Annotated[int | None, Field(ge=0, le=10_080)] = None
    daily_cap: Annotated[int | None, Field(ge=1, le=100)] = None
    watch_minutes: Annotated[int | None, Field(ge=1, le=1440)] = None


class PolicyOut(BaseModel):
    id: str
    name: str
    description: str
    enabled: bool
    dry_run: bool
    trigger: Trigger
    action: Action
    has_secret: bool
    minimum_samples: int
    cooldown_minutes: int
    daily_cap: int
    watch_minutes: int
    created_at: datetime
    created_by: str
    changed_at: datetime
    acts_today: int = Field(description="Real ones, since midnight in the project's time zone.")
    last_run_at: datetime | None
    last_status: RunStatus | None


class EvidenceFact(BaseModel):
    label: str
    text: str


class Evidence(BaseModel):
    """What was known when it was decided."""

    metric: str
    value: float | None
    threshold: float | None
    since: datetime
    samples: int | None = Field(description="Calls since then that the alert is about.")
    facts: list[EvidenceFact] = []


class RunOut(BaseModel):
    id: str
    policy_id: str | None
    policy_name: str
    incident_id: str
    alert_id: str
    status: RunStatus = Field(
        description="waiting: not enough calls, or too soon after another act. watching: done; does the metric recover?"
        " recovered, escalated: it did, it did not. skipped: not to be done, `outcome` says why. failed: it could not be"
        " done. unknown: the server ended in the middle; look whether it was done."
    )
    dry_run: bool
    action: Action
    outcome: str = Field(examples=["support-reply is served in version 6 again, instead of 7."])
    evidence: Evidence
    detail: dict[str, JsonValue] = Field(description="Such as versions before and after.")
    started_at: datetime
    acted_at: datetime | None
    watch_until: datetime | None
    finished_at: datetime | None
    can_revert: bool


class TryIn(Input):
    incident_id: Annotated[
        Text | None, Field(max_length=36, description="What it would do about this one; null: about what fires now.")
    ] = None


class TryOut(BaseModel):
    """What the policy would do now. Nothing is done, and nothing is kept."""

    matches: bool = Field(description="Something fires that it is for.")
    would_act: bool
    said: str = Field(examples=["It would serve version 6 of support-reply again, instead of 7."])
    reasons: list[str] = Field(description="Why not, if it would not.")
    incident_id: str | None
    evidence: Evidence | None


class RevertIn(Input):
    reason: Annotated[Text, Field(max_length=1000)] = ""
