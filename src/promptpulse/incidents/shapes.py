"""Bodies of the routes of alerts, incidents and silences."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, Field

from promptpulse.accounts.shapes import Input
from promptpulse.definitions.asked import FilterIn, FilterValue, Instant, Text
from promptpulse.incidents.life import Status
from promptpulse.incidents.signals import Source
from promptpulse.notify.messages import Severity

EventKind = Literal[
    "opened", "alert", "cleared", "status", "reopened", "resolved", "assigned", "severity", "title", "comment", "action",
    "rollback", "pause", "silence", "cause", "notified", "reminder", "escalated", "verified", "post_mortem",
]  # fmt: skip
"""action: the system did something by itself; verified: the metric recovered afterwards."""
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
SilenceKind = Literal["silence", "maintenance"]
ChangeKind = Literal["deployment", "rollback", "price", "experiment", "provider", "other"]
LONGEST_DOCUMENT = 200_000


class PersonOfProject(BaseModel):
    user_id: str
    email: str
    name: str


class AlertOut(BaseModel):
    """One time that one series of a rule, objective or budget was wrong."""

    id: str
    incident_id: str | None = Field(description="null: it is silenced.")
    status: Literal["firing", "cleared"]
    source: Source
    source_id: str
    series: str = Field(description='Which series of the source; "" where there is one.')
    name: str
    alert_type: str
    severity: Severity
    metric: str
    metric_label: str
    unit: str
    direction: Literal["above", "below"]
    value: float | None = Field(description="The latest; null: there is no data.")
    peak: float | None = Field(description="The worst.")
    threshold: float | None
    since: datetime = Field(description="When the condition began to hold.")
    fired_at: datetime
    cleared_at: datetime | None
    clear_reason: str
    where: list[FilterIn]
    group: dict[str, str | None]
    window_s: int
    runbook: str
    text: str
    silence_id: str | None = Field(description="Of the silence or maintenance that keeps it quiet.")
    notified_at: datetime | None = Field(
        description="By the last message or reminder; null: nobody was told, because of a silence or quiet hours."
    )


class CauseOut(BaseModel):
    """What carries the change of the metric."""

    text: str = Field(
        examples=["Version 4 of support-reply carries 94 % of the change: p95 latency 3.5 s there, 1.2 s elsewhere."]
    )
    dimension: str = Field(examples=["prompt_version"])
    value: str | None
    prompt_id: str | None = Field(description="Of a version: whose.")
    share: float | None = Field(description="Percent of the change that goes without it.")
    before: float | None
    after: float | None
    without: float | None = Field(description="The metric of all calls but its.")
    calls: int | None
    evidence: list[str]


class IncidentOut(BaseModel):
    id: str
    title: str
    status: Status
    severity: Severity
    began_at: datetime = Field(description="When the condition of its first alert began to hold.")
    opened_at: datetime
    acknowledged_at: datetime | None
    mitigated_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    resolved_by_itself: bool
    assignee: PersonOfProject | None
    scope: dict[str, list[str | None]] = Field(description="Values by dimension that its alerts are about.")
    alerts: int
    firing: int = Field(description="Alerts that have not cleared.")
    metric: str = Field(description="Of its first alert.")
    metric_label: str
    cause: str | None = Field(description="The most likely one, in words.")
    has_post_mortem: bool


class IncidentEvent(BaseModel):
    """An entry of the timeline."""

    id: str
    at: datetime
    kind: EventKind
    actor: str = Field(description="`PromptPulse` for what happened by itself.")
    text: str
    detail: dict[str, str | int | float | bool | None]


class RollbackTarget(BaseModel):
    """A prompt that can go back to the version before."""

    prompt: str = Field(description="Its name.")
    environment: str
    from_version: int
    to_version: int
    deployed_at: datetime
    deployed_by: str
    likely: bool = Field(description="The most likely cause is this version, or it was deployed just before.")


class ExperimentRef(BaseModel):
    id: str
    title: str
    prompts: list[str]
    likely: bool = Field(description="It concerns what the incident is about.")


class IncidentDetail(IncidentOut):
    all_alerts: list[AlertOut] = Field(description="Newest first.")
    timeline: list[IncidentEvent] = Field(description="Oldest first.")
    likely_cause: CauseOut | None
    next_statuses: list[Status] = Field(description="What it may be set to.")
    rollbacks: list[RollbackTarget] = Field(description="Likely ones first.")
    experiments: list[ExperimentRef] = Field(description="That run now; likely ones first.")
    silenced_until: datetime | None
    dossier_at: datetime | None = Field(description="When the stored dossier was made; null: not yet.")


class IncidentPatch(Input):
    """Absent leaves a value as it is; a null assignee takes the assignee away."""

    status: Status | None = None
    assignee: Annotated[Text | None, Field(max_length=256, description="Id of a member of the project.")] = None
    severity: Severity | None = None
    title: Annotated[Text | None, Field(min_length=1, max_length=200)] = None
    comment: Annotated[Text, Field(max_length=4000, description="Why; goes to the timeline.")] = ""


class IncidentComment(Input):
    text: Annotated[Text, Field(min_length=1, max_length=4000)]


class IncidentRollback(Input):
    prompt: Annotated[Text | None, Field(max_length=200, description="Name; absent: of the likely cause.")] = None
    environment: Annotated[
        Text | None, Field(max_length=100, description="Absent: that of the incident, or production.")
    ] = None
    to_version: Annotated[int | None, Field(ge=1, le=2**31 - 1, description="Absent: the version before.")] = None
    expected_version: Annotated[
        int | None, Field(ge=1, le=2**31 - 1, description="Refused when another version is served by now.")
    ] = None


class IncidentPause(Input):
    experiment_id: Annotated[Text, Field(max_length=256)]


class IncidentSilence(Input):
    """Keep what the incident is about quiet."""

    minutes: Annotated[int, Field(ge=5, le=30 * 1440, examples=[120])]
    reason: Annotated[Text, Field(max_length=300)] = ""


class WeeklyWindow(Input):
    """In the project's time zone."""

    weekdays: Annotated[
        list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7, description="1 is Monday.")
    ]
    start: Annotated[time, Field(description="Wall clock.", examples=["22:00"])]
    end: Annotated[time, Field(description="Not later than `start`: of the day after.", examples=["02:00"])]


class SilenceIn(Input):
    kind: SilenceKind = "silence"
    reason: Annotated[Text, Field(max_length=300)] = ""
    source: Annotated[Source | None, Field(description="Only alerts of rules, SLAs or budgets.")] = None
    source_id: Annotated[Text | None, Field(max_length=256, description="Only those of this rule, SLA or budget.")] = (
        None
    )
    match: Annotated[
        dict[Text, list[FilterValue]],
        Field(
            max_length=20,
            description="Only alerts that lie within these values, by dimension.",
            examples=[{"prompt_id": ["greeting"]}],
        ),
    ] = {}  # noqa: RUF012 - pydantic copies it
    start: Annotated[Instant | None, Field(description="Now when absent.")] = None
    end: Annotated[Instant | None, Field(description="null only for what repeats: until it is ended.")] = None
    weekly: Annotated[WeeklyWindow | None, Field(description="Only of maintenance: repeats between start and end.")] = (
        None
    )


class SilenceOut(BaseModel):
    id: str
    kind: SilenceKind
    reason: str
    source: Source | None
    source_id: str | None
    match: dict[str, list[str | None]]
    start: datetime
    end: datetime | None
    weekly: WeeklyWindow | None
    state: Literal["active", "planned", "over"]
    active_until: datetime | None = Field(description="While active: when it ends, or this time of what repeats.")
    next_start: datetime | None = Field(description="Of what is planned or repeats.")
    created_at: datetime
    created_by: str
    ended_at: datetime | None


class DossierChart(BaseModel):
    """The metric around the incident, and what was expected."""

    error: str | None = Field(None, description="Why this part is missing; the others may be there.")
    metric: str = ""
    label: str = ""
    unit: str = ""
    bucket: str = ""
    buckets: list[datetime] = []
    values: list[float | None] = []
    expected: list[float | None] | None = Field(None, description="null: no baseline.")
    low: list[float | None] | None = None
    high: list[float | None] | None = None
    threshold: float | None = None
    where: list[FilterIn] = []


class DossierCauses(BaseModel):
    error: str | None = None
    most_likely: CauseOut | None = None
    others: list[CauseOut] = []
    note: str = Field("", description="Why there is none, or what to keep in mind.")


class DossierImpact(BaseModel):
    """Between the beginning of the incident and its end, or now."""

    error: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    calls: int | None = None
    failed_calls: int | None = None
    users: int | None = Field(None, description="Whose calls were hit; null: calls name no users.")
    extra_usd: float | None = Field(None, description="More than the same calls cost before; null: not known.")
    failed_usd: float | None = Field(None, description="Cost of the failed calls.")


class DossierError(BaseModel):
    pattern: str
    message: str | None
    error_type: str
    calls: int
    share: float = Field(description="Percent of the failed calls.")
    new: bool = Field(description="Not seen in the time before.")
    first_at: datetime
    call_id: str


class DossierErrors(BaseModel):
    error: str | None = None
    failed: int | None = None
    groups: list[DossierError] = []


class ExampleCall(BaseModel):
    id: str
    timestamp: datetime
    prompt_id: str | None
    prompt_version: str | None
    model: str | None
    status: str
    error_type: str | None
    error_message: str | None
    latency_ms: float | None
    cost_usd: float | None


class DossierExamples(BaseModel):
    error: str | None = None
    shown: str = Field("", description="Which calls: failed ones, the slowest, the dearest or the newest.")
    calls: list[ExampleCall] = []


class ChangeLine(BaseModel):
    """Something that was changed around the start."""

    at: datetime
    kind: ChangeKind
    text: str
    by: str
    minutes_before: float = Field(description="Before the incident began; negative: after it.")
    prompt: str | None = None
    version: int | None = None
    experiment_id: str | None = None


class DossierChanges(BaseModel):
    error: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    items: list[ChangeLine] = Field([], description="The nearest before the start first.")


class VersionLine(BaseModel):
    """One version before and after the beginning; null: no calls."""

    prompt_id: str | None
    version: str | None
    calls_before: int | None
    calls_after: int | None
    before: dict[str, float | None] = Field(description="By metric key.")
    after: dict[str, float | None]


class DossierMetric(BaseModel):
    key: str
    label: str
    unit: str
    better: str


class DossierVersions(BaseModel):
    error: str | None = None
    before_start: datetime | None = None
    after_start: datetime | None = None
    after_end: datetime | None = None
    metrics: list[DossierMetric] = []
    lines: list[VersionLine] = []


class SimilarIncident(BaseModel):
    """An earlier incident that was about the same."""

    id: str
    title: str
    opened_at: datetime
    resolved_at: datetime | None
    cause: str | None
    has_post_mortem: bool


class DossierOut(BaseModel):
    """Everything about an incident that the system can find by itself. Each part may be missing alone."""

    made_at: datetime
    stored: bool = Field(description="As it was kept, or made just now.")
    summary: list[str] = Field(description="In words, the most important first.")
    chart: DossierChart
    causes: DossierCauses
    impact: DossierImpact
    errors: DossierErrors
    examples: DossierExamples
    changes: DossierChanges
    versions: DossierVersions
    similar: list[SimilarIncident] = []


class PostMortemOut(BaseModel):
    markdown: str | None = Field(description="null: none yet; ask for a draft.")
    revision: int
    edited: bool = Field(description="A person wrote it or changed the draft.")
    saved_at: datetime | None
    saved_by: str


class PostMortemIn(Input):
    markdown: Annotated[Text, Field(min_length=1, max_length=LONGEST_DOCUMENT)]
    revision: Annotated[
        int | None, Field(ge=0, description="The one that was changed: refused when somebody saved another meanwhile.")
    ] = None


class PostMortemDraft(Input):
    replace: Annotated[bool, Field(description="Also a text that a person has edited.")] = False
