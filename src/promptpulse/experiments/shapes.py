"""Bodies of the experiment routes."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

UnitKind = Literal["user", "session"]
StatusName = Literal["draft", "running", "paused", "concluded"]
Method = Literal["sequential", "fixed", "bayesian"]
Operator = Literal["is", "is_not", "contains", "starts_with", "greater", "less", "exists", "not_exists"]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
EndedBy = Literal["sample_goal", "end_at", "decision"]
Title = Annotated[str, Field(min_length=1, max_length=200, examples=["Shorter greeting"])]


class Condition(BaseModel):
    """What an attribute of the context must be. Dots reach into objects: `user.plan`."""

    model_config = ConfigDict(extra="forbid")

    attribute: str = Field(min_length=1, max_length=200, examples=["plan"])
    op: Operator = "is"
    values: list[str | float | bool] = Field(
        [], max_length=100, description="Any of them; none for exists and not_exists."
    )


class VariantIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str | None = Field(None, description="Of a variant that is there already, when an experiment is changed.")
    name: str = Field(min_length=1, max_length=100, examples=["Control"])
    prompt: str = Field(min_length=1, max_length=200, description="Name of a prompt of the registry.")
    version: int | None = Field(None, ge=1, description="Absent: the version served in production now.")
    weight: Percent | None = Field(None, description="Percent; those of all variants sum to 100. Absent in all: equal.")
    control: bool = Field(
        default=False, description="What the others are compared with; the first when none is marked."
    )


class MetricIn(BaseModel):
    """One of `score`, `metric` and `outcome`."""

    model_config = ConfigDict(extra="forbid")

    score: str | None = Field(None, min_length=1, max_length=200, description="Name of a score.")
    metric: str | None = Field(None, max_length=100, description="A metric of the catalogue, such as p95_latency_ms.")
    outcome: str | None = Field(
        None, min_length=1, max_length=200, description="Share of units with at least one such outcome event."
    )
    per: Literal["value", "unit"] = Field(
        "value",
        description="Of a score: `value` is the mean of all values; `unit` the sum of each unit, 0 for units without one.",
    )
    primary: bool = False
    guardrail: bool = Field(default=False, description="Must not get worse; judged before the winner is named.")
    better: Literal["up", "down"] | None = Field(
        None, description="Absent: as in the catalogue; up for scores and outcomes."
    )
    min_effect: float | None = Field(
        None, gt=0, le=1000, allow_inf_nan=False, description="Smallest lift worth having, in percent of control."
    )
    max_harm: float | None = Field(
        None, ge=0, le=1000, allow_inf_nan=False, description="Of a guardrail: tolerated harm, in percent of control."
    )


class EndCriteria(BaseModel):
    model_config = ConfigDict(extra="forbid")

    sample_goal: int | None = Field(None, ge=2, le=1_000_000_000, description="Units in all variants together.")
    end_at: datetime | None = None
    on_decision: bool = Field(default=False, description="When a verdict is reached.")


class Analysis(BaseModel):
    """Fixed when the experiment starts, so that nobody can choose afterwards what makes a result."""

    model_config = ConfigDict(extra="forbid")

    alpha: float = Field(5, gt=0, le=50, allow_inf_nan=False, description="Tolerated chance of a false alarm, percent.")
    power: float = Field(80, gt=0, lt=100, allow_inf_nan=False, description="Percent.")
    min_units: int = Field(
        100,
        ge=10,
        le=1_000_000_000,
        description="Units a variant needs before any verdict. Below 10, false alarms may exceed `alpha`.",
    )
    min_days: float = Field(0, ge=0, le=365, allow_inf_nan=False, description="Days before any verdict.")
    variance_reduction: bool = Field(
        default=True, description="CUPED, where units have a history before the experiment."
    )


class ExperimentNew(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Title
    hypothesis: str = Field("", max_length=5000)
    unit: UnitKind = "user"
    traffic: float = Field(100, gt=0, le=100, allow_inf_nan=False, description="Percent of the units that take part.")
    targeting: list[Condition] = Field([], max_length=50, description="All must hold.")
    variants: list[VariantIn] = Field(min_length=2, max_length=10)
    metrics: list[MetricIn] = Field([], max_length=30)
    end: EndCriteria = EndCriteria()
    analysis: Analysis = Analysis()
    notes: str = Field("", max_length=20_000)


class ExperimentPatch(BaseModel):
    """Absent fields stay. A running experiment takes `notes`, `hypothesis`, `end`, larger `traffic`, weights, and
    secondary metrics; what would change the meaning of the data is refused, with the reason."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    hypothesis: str | None = Field(None, max_length=5000)
    unit: UnitKind | None = None
    traffic: float | None = Field(None, gt=0, le=100, allow_inf_nan=False)
    targeting: list[Condition] | None = Field(None, max_length=50)
    variants: list[VariantIn] | None = Field(None, min_length=2, max_length=10)
    metrics: list[MetricIn] | None = Field(None, max_length=30)
    end: EndCriteria | None = None
    analysis: Analysis | None = None
    notes: str | None = Field(None, max_length=20_000)


class ConcludeIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    winner: str | None = Field(None, max_length=100, description="Id or name of a variant; null: no winner.")
    reason: str = Field("", max_length=20_000, description="Why it won; kept with the result.")
    deploy: bool = Field(default=False, description="Also serve the winner's version to everybody.")
    environment: str = Field("production", min_length=1, max_length=100)


class VariantOut(BaseModel):
    id: str = Field(description="`bucketId` of the LaikaTest clients.")
    name: str
    prompt: str
    prompt_id: str
    version: int
    weight: float
    control: bool
    stopped_at: datetime | None = Field(None, description="Since then its units get the control and do not count.")


class MetricOut(BaseModel):
    key: str = Field(description="`score:rating`, `metric:p95_latency_ms`, `outcome:success`.")
    label: str
    unit: str = Field(description="A unit of the catalogue; `score` for scores.")
    score: str | None
    metric: str | None
    outcome: str | None
    per: Literal["value", "unit"]
    role: Literal["primary", "secondary", "guardrail"]
    better: Literal["up", "down"]
    min_effect: float | None
    max_harm: float | None


class Progress(BaseModel):
    """Towards the end criteria."""

    units: int = Field(description="Assigned until now.")
    percent: float | None = Field(description="Of the criterion that is nearest; null without a goal or an end date.")
    days_running: float | None = Field(description="null before the start.")
    ended_by: EndedBy | None = Field(description="The criterion that is reached: time to conclude.")


class Conclusion(BaseModel):
    winner: str | None = Field(description="Id of the variant; null: none.")
    reason: str
    deployed_to: str | None
    decision: str = Field(description='Of the verdict at that moment; "" when it could not be computed.')
    by: str
    at: datetime


class ExperimentOut(BaseModel):
    id: str
    title: str
    hypothesis: str
    status: StatusName
    unit: UnitKind
    traffic: float
    targeting: list[Condition]
    variants: list[VariantOut]
    metrics: list[MetricOut]
    end: EndCriteria
    analysis: Analysis
    notes: str
    created_at: datetime
    created_by: str
    started_at: datetime | None
    paused_at: datetime | None
    concluded_at: datetime | None
    conclusion: Conclusion | None
    progress: Progress


class EvaluateIn(BaseModel):
    """As the LaikaTest clients send it."""

    experimentTitle: str = Field(min_length=1, max_length=200, examples=["Shorter greeting"])  # noqa: N815 - wire format
    context: dict[str, JsonValue] | None = Field(
        None,
        description="Attributes for targeting, and the unit: `userId` or `user_id`, `sessionId` or `session_id`.",
        examples=[{"userId": "user-42", "plan": "pro"}],
    )


class AssignedPrompt(BaseModel):
    promptId: str  # noqa: N815 - wire format
    promptVersionId: str  # noqa: N815
    type: Literal["text", "chat"]
    content: str = Field(description="JSON text, as of GET /api/v1/prompts/by-name/{name}.")
    name: str
    version: int


class AssignmentOut(BaseModel):
    groupName: str  # noqa: N815 - wire format
    experimentId: str  # noqa: N815
    bucketId: str = Field(description='Id of the variant; "none": not in the experiment, served all the same.')  # noqa: N815
    prompt: AssignedPrompt
    enrolled: bool = Field(description="Whether this unit counts in the results.")
    reason: str = Field(
        description="Why, in a word: assigned, not_targeted, not_in_traffic, paused, concluded, no_unit."
    )


class ExplainIn(BaseModel):
    """The unit, as `evaluate` would see it."""

    context: dict[str, JsonValue] = Field(examples=[{"userId": "user-42", "plan": "pro"}])


class ExplainStep(BaseModel):
    step: str = Field(examples=["targeting"])
    passed: bool | None = Field(description="null: was not reached.")
    detail: str = Field(examples=["plan is 'pro'; wanted is one of 'pro', 'team'"])


class ExplainOut(BaseModel):
    """Why a unit gets what it gets. Asking assigns nobody."""

    unit_id: str | None
    enrolled: bool
    reason: str
    variant_id: str | None
    variant_name: str | None
    stored_at: datetime | None = Field(description="When it was assigned; null: it is not yet.")
    hash_input: str | None = Field(description="What is hashed.")
    hash_value: float | None = Field(description="Hash between 0 and 100 that picks the variant by cumulated weights.")
    steps: list[ExplainStep]


class PowerIn(BaseModel):
    """What a test can find. `baseline` and `deviation` are read from the last 28 days when `prompt` and a metric are named."""

    model_config = ConfigDict(extra="forbid")

    metric: MetricIn | None = None
    prompt: str | None = Field(None, max_length=200, description="Name of the prompt whose traffic is tested.")
    unit: UnitKind = "user"
    baseline: float | None = Field(None, allow_inf_nan=False, description="Mean of control; a proportion in percent.")
    deviation: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="Standard deviation between units; follows from a proportion."
    )
    is_proportion: bool = False
    min_effect: float = Field(5, gt=0, le=1000, allow_inf_nan=False, description="Percent of the baseline.")
    weights: list[Percent] = Field([50, 50], min_length=2, max_length=10)
    traffic: float = Field(100, gt=0, le=100, allow_inf_nan=False)
    units_per_day: float | None = Field(None, gt=0, allow_inf_nan=False)
    alpha: float = Field(5, gt=0, le=50, allow_inf_nan=False)
    power: float = Field(80, gt=0, lt=100, allow_inf_nan=False)


class PowerPoint(BaseModel):
    min_effect: float
    units: int
    days: float | None


class PowerOut(BaseModel):
    baseline: float | None
    deviation: float | None
    baseline_source: Literal["given", "measured", "unknown"]
    units_per_day: float | None = Field(description="Of the prompt, after `traffic`; null when not known.")
    units: int | None = Field(description="All variants together, sequential method; null: baseline not known.")
    units_fixed: int | None = Field(description="For one look at the end that is planned before the start.")
    days: float | None
    curve: list[PowerPoint] = Field(description="For smaller and larger effects.")
    note: str


class Exposure(BaseModel):
    variant_id: str
    name: str
    control: bool
    weight: float
    units: int
    share: float | None = Field(description="Percent of all units; null when there are none.")
    calls: int
    scores: int


class SampleRatio(BaseModel):
    p_value: float | None = Field(description="Always valid: may be looked at any time. null: no units.")
    healthy: bool
    message: str


class Versus(BaseModel):
    """A variant against control. `lift` is the difference in percent of control."""

    difference: float
    difference_low: float
    difference_high: float
    lift: float | None = Field(description="null where control is 0.")
    lift_low: float | None
    lift_high: float | None
    p_value: float | None = Field(description="null for the bayesian view.")
    p_adjusted: float | None = Field(description="Corrected for the number of comparisons of its family.")
    significant: bool
    verdict: Literal["better", "worse", "equal", "holds", "unclear"] = Field(
        description="equal: the interval lies within the smallest effect worth having."
        " holds: a guardrail that cannot be worse by more than `max_harm`."
    )
    chance_to_win: float | None = Field(description="Percent; shown, never a reason to stop.")
    variance_reduced: float | None = Field(description="Percent of variance that CUPED took away; null: not used.")


class VariantMetric(BaseModel):
    variant_id: str
    units: int
    observations: int = Field(description="Scores, calls or events behind it.")
    value: float | None = Field(description="null: no data.")
    low: float | None = Field(description="Interval of the value itself.")
    high: float | None
    versus: Versus | None = Field(description="null for control, and without enough data.")
    note: str = Field(description='Why there is no comparison, such as "needs 100 units, has 12".')


class MetricResult(BaseModel):
    key: str
    label: str
    unit: str
    better: Literal["up", "down"]
    role: Literal["primary", "secondary", "guardrail"]
    kind: Literal["proportion", "mean", "ratio", "percentile"]
    min_effect: float | None
    max_harm: float | None
    variants: list[VariantMetric]


class Verdict(BaseModel):
    decision: Literal["ship", "keep", "equivalent", "keep_running", "unhealthy", "no_data"]
    variant_id: str | None = Field(description="What to ship or keep.")
    title: str = Field(examples=["Ship Treatment"])
    reasons: list[str]


class Forecast(BaseModel):
    """How long until the primary metric can be judged."""

    units: int
    needed_units: int | None
    units_per_day: float | None = Field(description="null within an hour of the first unit, and below 10 units.")
    days_left: float | None = Field(description="null: not known; 0: enough have come, or the verdict is there.")
    note: str


class BillVariant(BaseModel):
    variant_id: str
    cost_per_request_usd: float | None
    usd: float | None = Field(description="For 30 days, if the variant took all traffic.")
    low: float | None
    high: float | None


class Bill(BaseModel):
    """What 30 days would cost, at the traffic that the prompts of the experiment had in the last 30 days."""

    requests: int
    usd_now: float | None = Field(description="What these 30 days did cost.")
    priced_share: float | None
    variants: list[BillVariant]


class ResultsOut(BaseModel):
    experiment_id: str
    method: Method
    alpha: float
    start: datetime | None
    end: datetime
    units: int
    multiple_units: int = Field(description="Units seen in more than one variant; left out.")
    calls_without_unit: int = Field(description="Calls of the experiment that name no user or session; left out.")
    exposures: list[Exposure]
    sample_ratio: SampleRatio
    metrics: list[MetricResult]
    verdict: Verdict
    forecast: Forecast
    bill: Bill | None = Field(description="null: no call of a variant has a known cost.")


class SegmentResult(BaseModel):
    segment: str | None = Field(description="null: not known.")
    units: int
    metrics: list[MetricResult]


class SegmentsOut(BaseModel):
    by: str
    segments: list[SegmentResult]
    total: int = Field(description="How many segments there are; the largest are listed.")
    note: str = Field(description="How far to trust them.")


class TrendSeries(BaseModel):
    variant_id: str
    values: list[float | None] = Field(description="Of each bucket alone.")
    cumulated: list[float | None] = Field(description="Of everything until the end of the bucket.")
    units: list[int] = Field(description="Units that were assigned in the bucket.")


class TrendLift(BaseModel):
    variant_id: str
    lift: list[float | None] = Field(description="Against control, of everything until the end of the bucket, percent.")
    low: list[float | None]
    high: list[float | None]


class TrendOut(BaseModel):
    metric: str
    label: str
    unit: str
    bucket: str
    buckets: list[datetime]
    series: list[TrendSeries]
    lifts: list[TrendLift]


class Bar(BaseModel):
    low: float | None = Field(description="null for texts.")
    high: float | None
    label: str
    share: dict[str, float] = Field(description="Percent of the variant's values, by variant id.")
    count: dict[str, int]


class DistributionOut(BaseModel):
    name: str
    type: Literal["number", "bool", "string"]
    bars: list[Bar]
    other: int = Field(description="Values of texts that are too rare to have a bar.")
