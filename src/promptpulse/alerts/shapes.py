"""Bodies of the routes of rules: what a rule says, how it is, what it would have done."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Discriminator, Field, Tag, model_validator

from promptpulse.accounts.shapes import Input
from promptpulse.definitions.asked import FilterIn, Text
from promptpulse.notify.messages import Severity

Phase = Literal["ok", "pending", "firing", "recovering", "no_data"]
OnNoData = Literal["ok", "keep", "alert"]
Op = Literal["above", "below"]
Finite = Annotated[float, Field(allow_inf_nan=False)]
DAY = 1440
LONGEST_WINDOW = 31 * DAY
"""Minutes. Windows that are longer than a day are of whole days."""
MOST_SERIES = 100


def _of_the_clock(text: str) -> str:
    try:
        parsed = time.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time of day such as 22:00") from None
    if parsed.tzinfo or parsed.second or parsed.microsecond or len(text) != len("22:00"):
        raise ValueError(f"{text!r} is not a time of day such as 22:00, in the project's time zone")
    return text


ClockTime = Annotated[Text, Field(max_length=20, examples=["22:00"]), AfterValidator(_of_the_clock)]
Weekday = Annotated[int, Field(ge=1, le=7)]
Minutes = Annotated[int, Field(ge=0, le=DAY)]


class Threshold(Input):
    """The value is above or below a number."""

    kind: Literal["threshold"] = "threshold"
    op: Op
    value: Annotated[Finite, Field(description="In the unit of the metric; rates are percent, 0 to 100.")]


class Change(Input):
    """The value rose or fell against the window just before, or the same window a week ago."""

    kind: Literal["change"] = "change"
    against: Annotated[Literal["previous", "week"], Field(description="week: at the same time of the wall clock.")]
    op: Annotated[Op, Field(description="above: it rose by more than `value`; below: it fell by more.")]
    value: Annotated[Finite, Field(gt=0)]
    unit: Annotated[
        Literal["percent", "absolute"],
        Field(description="percent of the former value (nothing is said where that is 0), or the metric's unit."),
    ] = "percent"


class Expected(Input):
    """The value is more, or less, than so many times what is normal for this hour of the week."""

    kind: Literal["expected"] = "expected"
    op: Op
    factor: Annotated[Finite, Field(gt=0, le=1000, examples=[2])]


class Band(Input):
    """The value leaves the band in which it normally lies at this hour of the week."""

    kind: Literal["band"] = "band"
    direction: Literal["above", "below", "both"] = "both"
    sensitivity: Annotated[
        Literal["low", "medium", "high"], Field(description="high: a narrow band, so it fires more often.")
    ] = "medium"


class NoData(Input):
    """No call (that meets the filters) came for so long. The metric does not matter."""

    kind: Literal["no_data"] = "no_data"
    minutes: Annotated[int, Field(ge=1, le=DAY)]


def _kind_of(value: object) -> str:
    kind = value.get("kind") if isinstance(value, dict) else getattr(value, "kind", None)
    return f"kind[{kind}]"


# The tags have brackets, which the names of wrong fields leave out: it is `condition.value`, not `condition.threshold.value`.
Condition = Annotated[
    Annotated[Threshold, Tag("kind[threshold]")]
    | Annotated[Change, Tag("kind[change]")]
    | Annotated[Expected, Tag("kind[expected]")]
    | Annotated[Band, Tag("kind[band]")]
    | Annotated[NoData, Tag("kind[no_data]")],
    Discriminator(
        _kind_of,
        custom_error_type="unknown_kind",
        custom_error_message="must be an object whose `kind` is threshold, change, expected, band or no_data",
    ),
]


class QuietHours(Input):
    """No message in this time, in the project's time zone; what still fires is told when it ends."""

    weekdays: list[Weekday] = Field(
        [1, 2, 3, 4, 5, 6, 7], min_length=1, max_length=7, description="On which it begins; 1 is Monday."
    )
    start: Annotated[ClockTime, Field(description="Inclusive.")]
    end: Annotated[ClockTime, Field(description="Exclusive; before `start`: on the day after. Equal: 24 hours.")]


class RuleIn(Input):
    """What is watched, when it is wrong, and who is told."""

    name: Annotated[Text, Field(min_length=1, max_length=100, examples=["Success rate of support"])]
    description: Annotated[Text, Field(max_length=1000)] = ""
    enabled: bool = True
    severity: Severity = "warning"
    metric: Annotated[
        Text,
        Field(
            min_length=1,
            max_length=2000,
            examples=["success_rate"],
            description="Key of the catalogue, `custom.` and the key of a custom metric, or `=` and a formula, such as"
            " `=avg(score.rating)`.",
        ),
    ] = "total_requests"
    where: list[FilterIn] = Field([], max_length=20, description="Only calls that meet all of them.")
    by: list[Text] = Field(
        [], max_length=2, description="Dimensions: each of their values is watched on its own, as a series."
    )
    series_limit: Annotated[
        int, Field(ge=1, le=MOST_SERIES, description="Series watched: those with the most calls.")
    ] = MOST_SERIES
    window_minutes: Annotated[
        int,
        Field(
            ge=1,
            le=LONGEST_WINDOW,
            description="Each value is of the calls of so many minutes; more than 1440: whole days, a multiple of it.",
        ),
    ] = 5
    condition: Condition
    for_minutes: Annotated[Minutes, Field(description="It must hold so long before it fires.")] = 0
    recovery_minutes: Annotated[Minutes, Field(description="It must be over so long before it is resolved.")] = 0
    recovery_value: Annotated[
        Finite | None,
        Field(
            description="It is over when the value passes this one, not the condition's own: a threshold, a change or a"
            " factor, as the condition has. Not for band and no_data."
        ),
    ] = None
    minimum_samples: Annotated[
        int, Field(ge=0, le=10_000_000, description="With fewer calls (or scores) in the window nothing fires.")
    ] = 0
    on_no_data: Annotated[
        OnNoData,
        Field(
            description="What a window without a value does. ok: it counts as good. keep: nothing changes, and no time"
            " passes. alert: it counts as wrong, after `for_minutes`."
        ),
    ] = "ok"
    renotify_minutes: Annotated[int | None, Field(ge=5, le=10_080, description="Told again so often.")] = None
    quiet_hours: list[QuietHours] = Field([], max_length=7)
    runbook: Annotated[Text, Field(max_length=10_000, description="What to do; sent with the message.")] = ""
    channels: Annotated[
        list[Text] | None, Field(max_length=20, description="Ids; null: those of the project for the severity.")
    ] = None
    template: Annotated[
        Text | None, Field(max_length=50, description="Key of the template it comes from, to which it can be reset.")
    ] = None


class RulePatch(Input):
    """Absent leaves a value as it is."""

    name: Annotated[Text | None, Field(min_length=1, max_length=100)] = None
    description: Annotated[Text | None, Field(max_length=1000)] = None
    enabled: bool | None = None
    severity: Severity | None = None
    metric: Annotated[Text | None, Field(min_length=1, max_length=2000)] = None
    where: Annotated[list[FilterIn] | None, Field(max_length=20)] = None
    by: Annotated[list[Text] | None, Field(max_length=2)] = None
    series_limit: Annotated[int | None, Field(ge=1, le=MOST_SERIES)] = None
    window_minutes: Annotated[int | None, Field(ge=1, le=LONGEST_WINDOW)] = None
    condition: Condition | None = None
    for_minutes: Minutes | None = None
    recovery_minutes: Minutes | None = None
    recovery_value: Annotated[Finite | None, Field(description="null takes it away.")] = None
    minimum_samples: Annotated[int | None, Field(ge=0, le=10_000_000)] = None
    on_no_data: OnNoData | None = None
    renotify_minutes: Annotated[int | None, Field(ge=5, le=10_080, description="null takes it away.")] = None
    quiet_hours: Annotated[list[QuietHours] | None, Field(max_length=7)] = None
    runbook: Annotated[Text | None, Field(max_length=10_000)] = None
    channels: Annotated[list[Text] | None, Field(max_length=20, description="null: those for the severity.")] = None

    @model_validator(mode="after")
    def says_something_where_null_means_nothing(self) -> Self:
        for name in self.model_fields_set - {"recovery_value", "renotify_minutes", "channels"}:
            if getattr(self, name) is None:
                raise ValueError(f"{name} is null; leave it out to keep it as it is")
        return self


class HealthOut(BaseModel):
    """How the evaluation goes: apart from what it found."""

    status: Literal["ok", "failing", "waiting", "off"] = Field(
        description="waiting: not evaluated yet. off: the rule is disabled."
    )
    evaluated_at: datetime | None
    error: str | None = Field(description="Of the last evaluation, when it failed.")
    failing_since: datetime | None
    duration_ms: float | None = Field(description="Of the query; rules with the same one share it.")
    rows_read: int | None = Field(description="null: the embedded engine does not tell.")
    series: int | None = Field(description="Watched.")
    series_total: int | None = Field(description="With calls in the window; more than `series` when some are left out.")
    note: str = Field("", description='Such as "learning what is normal: 3 of 7 days".')


class RuleOut(RuleIn):
    id: str
    ready_made: bool = Field(description="Came with the product; it can be changed, switched off, deleted and reset.")
    changed: bool = Field(description="Of one with a template: whether it says something else now.")
    metric_label: str
    unit: str
    better: str
    alert_type: str = Field(description="As messages name it.", examples=["success_drop"])
    phase: Phase = Field(description="The worst of its series.")
    firing: int = Field(description="Series that fire now.")
    last_fired_at: datetime | None
    health: HealthOut
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str


class StateOut(BaseModel):
    """One series of a rule."""

    series: str = Field(description='Name of it; "" for a rule without `by`.')
    group: dict[str, str | None]
    phase: Phase
    since: datetime | None = Field(description="Of the phase; null while it never left ok.")
    value: float | None = Field(description='Of the last window; null is "no data".')
    low: float | None = Field(description="Below it the value is wrong.")
    high: float | None = Field(description="Above it the value is wrong.")
    samples: int | None = Field(description="Calls (or scores) of the last window.")
    evaluated_at: datetime | None
    fires_at: datetime | None = Field(description="Of a pending series: when, if nothing changes.")
    held_back: bool = Field(description="Fires, and is told when the quiet hours end.")


class StatesOut(BaseModel):
    states: list[StateOut] = Field(description="The worst first.")
    health: HealthOut


class PreviewIn(Input):
    """A rule as it would be saved, and over how many days it is tried."""

    rule: RuleIn
    days: Annotated[int, Field(ge=1, le=30)] = 30


class Episode(BaseModel):
    """From when it would have fired to when it would have been resolved."""

    series: str
    group: dict[str, str | None]
    began_at: datetime = Field(description="The condition began to hold.")
    start: datetime = Field(description="It would have fired.")
    end: datetime | None = Field(description="It would have been resolved; null: it still fires.")
    minutes: float
    peak: float | None = Field(description="The worst value; null: there was no data.")
    at_night: bool = Field(description="Between 22:00 and 07:00 in the project's time zone.")
    held_back: bool = Field(description="Within quiet hours: no message at the start.")
    cause: Literal["condition", "no_data"]


class PreviewSeries(BaseModel):
    """Thinned for a chart: of the steps of a point, the worst one is shown."""

    series: str
    group: dict[str, str | None]
    values: list[float | None]
    lows: list[float | None] = Field(description="Below it a value is wrong; null: there is no such bound.")
    highs: list[float | None]
    expected: list[float | None] = Field([], description="What is normal; empty where the rule does not ask.")


class SuggestedThreshold(BaseModel):
    """A value for the condition that would have fired rarely."""

    value: float = Field(description="For `field` of the condition.")
    field: Literal["value", "factor", "minutes"]
    fired: int = Field(description="How often it would have.")
    text: str = Field(examples=["Above 2,400 ms it would have fired twice in 30 days."])


class RulePreview(BaseModel):
    start: datetime
    end: datetime
    step_minutes: float = Field(description="Between evaluations of the trial; those of a live rule are closer.")
    fired: int
    resolved: int
    longest_minutes: float | None
    firing_minutes: float = Field(description="Of all episodes together.")
    nights: int = Field(description="Episodes that begin at night.")
    messages: int = Field(description="Of firing, reminders and recovery.")
    summary: str = Field(examples=["Would have fired 3 times in 30 days, longest 41 min, 2 at night."])
    episodes: list[Episode] = Field(description="Newest first, 200 at most.")
    points: list[datetime] = Field(description="Ends of windows, ascending.")
    series: list[PreviewSeries] = Field(description="Those that would have fired the most first, 10 at most.")
    series_watched: int
    series_total: int
    metric_label: str
    unit: str
    suggestion: SuggestedThreshold | None
    warnings: list[str] = Field(description="Such as: most windows have fewer calls than the minimum.")
    elapsed_ms: float


class TemplateOut(BaseModel):
    key: str
    title: str
    description: str
    ready_made: bool = Field(description="On in every project from the start.")
    rule: RuleIn
