"""Bodies of the routes of scores and events. Written in camelCase, as the LaikaTest clients send; read in snake_case."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    ModelWrapValidatorHandler,
    PrivateAttr,
    StringConstraints,
    Tag,
    WithJsonSchema,
    model_validator,
)

from promptpulse.accounts.shapes import ID, MOMENT
from promptpulse.accounts.text import encodable
from promptpulse.definitions.asked import Text

ScoreType = Literal["int", "float", "bool", "string"]
EventKind = Literal["assignment", "outcome"]
MAX_SCORES = 100
MAX_EVENTS = 1000


def _label(given: object) -> object:
    """Numbers are taken as text; an empty text is none."""
    if isinstance(given, int) and not isinstance(given, bool):
        return str(given)
    return None if given == "" else given


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("must not be blank")
    return text


Label = Annotated[
    Annotated[str, StringConstraints(max_length=256), AfterValidator(encodable)] | None, BeforeValidator(_label)
]
"""An id or a name; a number is taken as text."""
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=200), AfterValidator(encodable), AfterValidator(_not_blank)
]
Remark = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(encodable)]
Value = Annotated[object, WithJsonSchema({"anyOf": [{"type": t} for t in ("number", "boolean", "string")]})]


def either(*names: str) -> AliasChoices:
    """Spellings of a field; the first is the documented one."""
    return AliasChoices(*names)


class Spelled(BaseModel):
    """A body whose fields have several spellings. Refusals name the one that was sent."""

    _sent: frozenset[str] = PrivateAttr(default=frozenset())

    @model_validator(mode="wrap")
    @classmethod
    def note_spelling(cls, given: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        made = handler(given)
        if isinstance(given, dict):
            made._sent = frozenset(given)  # noqa: SLF001 - our own
        return made

    def spelled(self, name: str) -> str:
        alias = type(self).model_fields[name].validation_alias
        names = [str(choice) for choice in alias.choices] if isinstance(alias, AliasChoices) else [name]
        return next((n for n in names if n in self._sent), names[0])


class ScoreIn(BaseModel):
    name: Name = Field(examples=["rating"])
    type: ScoreType = Field(examples=["int"])
    value: Value = Field(description="As `type` says: an int is whole and at most 2^53, a float finite.", examples=[5])


class ScoresIn(Spelled):
    """Values that somebody gave at once. Names may be in snake_case, too; fields that are not known are ignored."""

    experiment_id: Label = Field(None, validation_alias=either("expId", "experimentId", "experiment_id"), examples=[ID])
    bucket_id: Label = Field(
        None,
        validation_alias=either("bucketId", "variantId", "bucket_id", "variant_id"),
        description="Of the evaluation. `none`: of somebody who was not enrolled; the scores belong to no variant.",
        examples=[ID],
    )
    prompt_version_id: Label = Field(
        None, validation_alias=either("promptVersionId", "prompt_version_id"), examples=[ID]
    )
    prompt_name: Label = Field(
        None, validation_alias=either("promptName", "prompt_name", "prompt_id"), description="As calls name it."
    )
    prompt_version: Label = Field(None, validation_alias=either("promptVersion", "prompt_version"))
    scores: list[ScoreIn] = Field(min_length=1, max_length=MAX_SCORES)
    user_id: Label = Field(None, validation_alias=either("userId", "user_id"), examples=["user-42"])
    session_id: Label = Field(None, validation_alias=either("sessionId", "session_id"))
    call_id: Label = Field(None, validation_alias=either("callId", "call_id"), description="Of a call.")
    trace_id: Label = Field(None, validation_alias=either("traceId", "trace_id"))
    environment: Label = None
    source: Label = Field(None, description="sdk, ui or a word of yours.", examples=["sdk"])
    client_version: Label = Field(None, validation_alias=either("clientVersion", "client_version"), examples=["2.1.2"])
    sdk_event_id: Label = Field(
        None,
        validation_alias=either("sdkEventId", "sdk_event_id", "id"),
        description="Sent again, it is stored once: the first one counts.",
        examples=["7b0c2a52-3c3d-4a0e-9a3a-1f6f0e1c2d3e"],
    )
    comment: Remark | None = None
    timestamp: datetime | None = Field(None, description="With a time zone; absent: now.", examples=[MOMENT])


class EventIn(Spelled):
    """What happened to a unit of an experiment. Names may be in camelCase, too."""

    model_config = ConfigDict(extra="forbid")

    id: Label = Field(
        None,
        validation_alias=either("id", "sdkEventId", "sdk_event_id"),
        description="Sent again, it is stored once. An assignment needs none: a unit is assigned once.",
        examples=["checkout-7f3a"],
    )
    kind: EventKind = Field(
        "outcome",
        description="`assignment` is for programs that assign on their own; others leave it to `evaluate`. The unit keeps the"
        " variant, unless it has one.",
    )
    experiment_id: Label = Field(None, validation_alias=either("experiment_id", "experimentId", "expId"), examples=[ID])
    experiment: Label = Field(
        None,
        validation_alias=either("experiment", "experimentTitle", "experiment_title"),
        description="Its title, instead of the id.",
    )
    variant_id: Label = Field(
        None,
        validation_alias=either("variant_id", "variantId", "bucketId", "bucket_id"),
        description="Absent in an outcome: that of the unit's assignment.",
        examples=[ID],
    )
    variant: Label = Field(
        None,
        validation_alias=either("variant", "variantName", "variant_name", "bucket_name"),
        description="Its name, instead of the id.",
    )
    outcome: Annotated[Name, StringConstraints(max_length=100)] | None = Field(
        None, description="`success`, `failure` or any label; an assignment has none.", examples=["success"]
    )
    score: float | None = Field(None, allow_inf_nan=False, strict=True, examples=[0.9])
    user_id: Label = Field(None, validation_alias=either("user_id", "userId"), examples=["user-42"])
    session_id: Label = Field(None, validation_alias=either("session_id", "sessionId"))
    call_id: Label = Field(None, validation_alias=either("call_id", "callId"))
    trace_id: Label = Field(None, validation_alias=either("trace_id", "traceId"))
    context: dict[Text, JsonValue] = Field({}, description="What the assignment looked at.", examples=[{"plan": "pro"}])
    metadata: dict[Text, JsonValue] = Field({}, examples=[{"cart_usd": 42.5}])
    timestamp: datetime | None = Field(None, description="With a time zone; absent: now.", examples=[MOMENT])


class EventBatch(BaseModel):
    model_config = ConfigDict(extra="forbid")

    events: list[EventIn] = Field(min_length=1, max_length=MAX_EVENTS)


def _events_shape(given: object) -> str:
    return "[many]" if isinstance(given, dict) and "events" in given else "[one]"


EventsIn = Annotated[
    Annotated[EventIn, Tag("[one]")] | Annotated[EventBatch, Tag("[many]")], Discriminator(_events_shape)
]
"""The brackets keep the tags out of the fields that refusals name (web/errors.py)."""


class ScoreValue(BaseModel):
    name: str
    type: ScoreType
    value: int | float | bool | str


class SubmissionOut(BaseModel):
    """What came in one request."""

    id: str
    experiment_id: str | None
    bucket_id: str | None
    bucket_name: str | None
    scores: list[ScoreValue]
    prompt_id: str | None = Field(description="Name of the prompt.")
    prompt_version: str | None
    user_id: str | None
    session_id: str | None
    trace_id: str | None
    call_id: str | None
    source: str | None
    comment: str | None
    created_at: datetime


class Spread(BaseModel):
    """Of the numbers of one score; booleans count as 0 and 1."""

    count: int
    mean: float
    standard_deviation: float | None = Field(description="null: fewer than two values.")
    min: float
    p25: float
    median: float
    p75: float
    max: float


class BucketScores(BaseModel):
    bucket_id: str
    bucket_name: str
    control: bool
    count: int = Field(description="Submissions.")
    avg_scores: dict[str, float | None] = Field(description="Mean by name; booleans as 0 and 1, strings as mapped.")
    spread: dict[str, Spread]
    bool_rates: dict[str, float] = Field(description="Percent of true, by name of boolean scores.")
    distributions: dict[str, dict[str, int]] = Field(
        description="How often each text was given, by name: the 50 most frequent."
    )


class ScoreNames(BaseModel):
    score_names: list[str]
    types: dict[str, list[ScoreType]] = Field(description="Types in which each name was sent.")


class VersionScores(BaseModel):
    prompt_id: str | None = Field(description="Name of the prompt; null: of no known prompt.")
    prompt_version: str | None
    name: str
    type: ScoreType
    count: int
    mean: float | None = Field(description="null: texts without numbers.")
    bool_rate: float | None = Field(description="Percent of true; null for other types.")


Number = Annotated[float, Field(allow_inf_nan=False)]


class Mappings(BaseModel):
    """Numbers for the texts of string scores, by name: `{"feedback": {"positive": 1, "negative": 0}}`."""

    mappings: dict[Text, dict[Text, Number]] = Field(examples=[{"feedback": {"positive": 1, "negative": 0}}])


class EventOut(BaseModel):
    id: str
    kind: Literal["assignment", "outcome"]
    experiment_id: str
    variant_id: str
    variant_name: str
    outcome: str | None
    score: float | None
    user_id: str | None
    session_id: str | None
    prompt_id: str | None = Field(description="Name of the prompt.")
    prompt_version: str | None
    trace_id: str | None
    call_id: str | None
    context: dict[str, JsonValue]
    metadata: dict[str, JsonValue]
    created_at: datetime


class Stored(BaseModel):
    id: str = Field(description="Of the submission or event; `sdkEventId` where one was sent.")
    duplicate: bool = Field(description="It was stored before: a retry is harmless.")


class EventStored(Stored):
    variant_id: str | None = Field(
        description="Of an assignment: the variant that the unit has, which is another one than was sent where it had one"
        " already. Of an outcome: the one it names, or that of the unit's assignment. null: none."
    )
    variant_name: str | None


class EventsStored(BaseModel):
    """Of several events."""

    accepted: int
    duplicates: int = Field(description="Events that were stored before: a retry is harmless.")
    events: list[EventStored] = Field(description="As sent, in order.")
