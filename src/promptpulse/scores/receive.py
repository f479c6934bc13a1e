"""From what clients send to scores and events. Refuses the whole of a request, and names the field."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

import msgspec
from pydantic import JsonValue

from promptpulse.core.errors import Refused
from promptpulse.core.facts import Event, Score, ScoreType
from promptpulse.core.ids import uuid7
from promptpulse.core.nesting import DEEPEST, is_too_deep
from promptpulse.core.times import from_micros, to_micros
from promptpulse.experiments.assign import assignment_id, claim_id, takes_assignments
from promptpulse.experiments.values import Experiment, Variant
from promptpulse.ingest.calls_in import instant_us
from promptpulse.metrics import kept
from promptpulse.scores.place import Places, variant_named, variant_of
from promptpulse.scores.shapes import EventIn, ScoreIn, ScoresIn
from promptpulse.store import Store

LARGEST_INT = 1 << 53
"""Beyond, neighbours are the same number to most programs."""
LONGEST_TEXT = 10_000
LONGEST_JSON = 16_384


@dataclass(frozen=True, slots=True)
class Moment:
    """Where and when a request arrived."""

    project: str
    now: datetime
    kept_from: Callable[[], datetime | None] = lambda: None
    """What happened before it is not stored any more; asked for what happened long ago alone."""


def moment_of(store: Store, project: str, now: datetime) -> Moment:
    return Moment(project, now, cache(lambda: kept.kept_from(store, project, "facts")))


def read_scores(given: ScoresIn, places: Places, moment: Moment) -> list[Score]:
    """One for each name. Raises Refused, and NotFound for an unknown experiment."""
    found = values(given.scores)
    if not (given.user_id or given.session_id) and (given.experiment_id or not (given.call_id or given.trace_id)):
        field = given.spelled("user_id")
        raise Refused(
            f"{field}: say who gave the scores with userId or sessionId"
            + ("" if given.experiment_id else ", or what they are of with callId or traceId"),
            field=field,
        )
    variant = _variant_of_scores(given, places, moment.project)
    name, version = _prompt_of_scores(given, places, moment.project, variant)
    about = Score(
        project=moment.project,
        submission_id=given.sdk_event_id or uuid7(moment.now),
        ts=time_of(given.timestamp, moment, "timestamp"),
        name="",
        type="string",
        experiment_id=(given.experiment_id or "") if variant else "",
        variant_id=variant.id if variant else "",
        prompt_id=name,
        prompt_version=version,
        user_id=given.user_id or "",
        session_id=given.session_id or "",
        trace_id=given.trace_id or "",
        call_id=given.call_id or "",
        environment=given.environment or "",
        source=given.source or "api",
        client_version=given.client_version or "",
        comment=given.comment or "",
    )
    return [
        msgspec.structs.replace(about, name=score.name, type=score.type, number=number, text=text)
        for score, (number, text) in zip(given.scores, found, strict=True)
    ]


def values(scores: Sequence[ScoreIn]) -> list[tuple[float | None, str]]:
    """Number and text of each. Raises Refused for a value that disagrees with its type, and for a name that is there twice."""
    places: dict[str, int] = {}
    for i, score in enumerate(scores):
        first = places.setdefault(score.name, i)
        if first != i:
            raise Refused(
                f"scores.{i}.name: {score.name[:60]!r} is there already, as scores.{first}; send each name once",
                field=f"scores.{i}.name",
            )
    return [value_of(score.type, score.value, f"scores.{i}.value") for i, score in enumerate(scores)]


def value_of(kind: ScoreType, value: object, field: str) -> tuple[float | None, str]:
    """The number of an int, a float and a bool, or the text of a string. Raises Refused when it disagrees with `kind`."""
    match kind, value:
        case "bool", bool():
            return float(value), ""
        case "string", str():
            return None, _text(value, field)
        case "int" | "float", bool():
            pass
        case "int", int() | float() if _is_whole(value):
            if abs(value) > LARGEST_INT:
                raise _disagrees(field, value, "an int must lie between -2^53 and 2^53; send a float or a string")
            return float(value), ""
        case "float", int() | float() if _is_finite(value):
            return float(value), ""
    expected = {
        "int": "an int is a whole number",
        "float": "a float is a finite number",
        "bool": "a bool is true or false",
        "string": "a string is a text",
    }
    raise _disagrees(field, value, f"{expected[kind]}; send another value or another type")


@dataclass(frozen=True, slots=True)
class Received:
    """An event that may be stored."""

    event: Event
    experiment: Experiment
    is_assignment: bool
    """The unit is to have the variant, unless it has one; `event` tells of it then. Else it is an event and no more."""

    @property
    def claim(self) -> Event:
        """What is stored of an assignment where the unit has another variant: the analysis must see that."""
        event = self.event
        return msgspec.structs.replace(event, id=claim_id(self.experiment, event.unit_id, event.variant_id))


def read_events(given: Sequence[EventIn], paths: Sequence[str], places: Places, moment: Moment) -> list[Received]:
    """Of one request, in order: outcomes know the assignments before them. Raises as `read_event`."""
    told: dict[tuple[str, str], str] = {}

    def assigned_to(experiment: Experiment, unit: str) -> str | None:
        return places.assigned_to(experiment, unit) or told.get((experiment.id, unit))

    with_told = replace(places, assigned_to=assigned_to)
    found = []
    for event, path in zip(given, paths, strict=True):
        one = read_event(event, with_told, moment, path)
        if one.event.kind == "assignment":
            told.setdefault((one.experiment.id, one.event.unit_id), one.event.variant_id)
        found.append(one)
    return found


def read_event(given: EventIn, places: Places, moment: Moment, path: str = "") -> Received:
    """`path` stands before the fields that refusals name. Raises Refused, and NotFound for an unknown experiment."""
    experiment = _experiment_of_event(given, places, moment.project, path)
    if given.kind == "assignment" and given.outcome is not None:
        raise Refused(f"{path}outcome: an assignment has none; send kind 'outcome'", field=f"{path}outcome")
    if given.kind == "outcome" and given.outcome is None:
        raise Refused(
            f"{path}outcome: is missing; say what happened: success, failure or a label of yours",
            field=f"{path}outcome",
        )
    user, session = given.user_id or "", given.session_id or ""
    unit = (user or session) if experiment.unit == "user" else (session or user)
    if not unit:
        field = path + given.spelled("user_id")
        raise Refused(f"{field}: say to whom it happened with user_id or session_id", field=field)
    if given.kind == "assignment" and "\x00" in unit:
        field = path + given.spelled("user_id" if unit == user else "session_id")
        raise Refused(f"{field}: holds a character that is no text (U+0000); remove it", field=field)
    variant = _variant_of_event(given, experiment, unit, places, path)
    ts = time_of(given.timestamp, moment, f"{path}timestamp")
    is_assignment = given.kind == "assignment" and takes_assignments(experiment, from_micros(ts))
    if given.kind == "outcome":
        event_id = given.id or uuid7(moment.now)
    elif variant is None:
        field = path + given.spelled("variant_id")
        raise Refused(f"{field}: who is not enrolled is not assigned; leave the event out", field=field)
    else:
        event_id = assignment_id(experiment, unit) if is_assignment else claim_id(experiment, unit, variant.id)
    event = Event(
        project=moment.project,
        id=event_id,
        ts=ts,
        kind=given.kind,
        experiment_id=experiment.id if variant else "",
        variant_id=variant.id if variant else "",
        variant_name=variant.name if variant else "",
        unit_id=unit,
        user_id=user,
        session_id=session,
        outcome=given.outcome or "",
        score=given.score,
        prompt_id=variant.prompt if variant else "",
        prompt_version=str(variant.version) if variant else "",
        trace_id=given.trace_id or "",
        call_id=given.call_id or "",
        context=_json(given.context, f"{path}context"),
        metadata=_json(given.metadata, f"{path}metadata"),
    )
    return Received(event, experiment, is_assignment)


def _variant_of_scores(given: ScoresIn, places: Places, project: str) -> Variant | None:
    bucket, experiment = given.spelled("bucket_id"), given.spelled("experiment_id")
    if not given.experiment_id:
        if given.bucket_id:
            raise Refused(f"{experiment}: is missing; {bucket} is a variant of an experiment", field=experiment)
        return None
    found = places.experiment(project, given.experiment_id, experiment)
    if not given.bucket_id:
        raise Refused(f"{bucket}: is missing; send the bucketId of the evaluation", field=bucket)
    return variant_of(found, given.bucket_id, bucket)


def _prompt_of_scores(given: ScoresIn, places: Places, project: str, variant: Variant | None) -> tuple[str, str]:
    if given.prompt_version_id:
        return places.prompt_version(project, given.prompt_version_id, given.spelled("prompt_version_id"))
    if given.prompt_version and not given.prompt_name:
        field = given.spelled("prompt_name")
        raise Refused(f"{field}: is missing; {given.spelled('prompt_version')} is a version of a prompt", field=field)
    if given.prompt_name:
        return given.prompt_name, given.prompt_version or ""
    return (variant.prompt, str(variant.version)) if variant else ("", "")


def _experiment_of_event(given: EventIn, places: Places, project: str, path: str) -> Experiment:
    field = path + given.spelled("experiment_id")
    if given.experiment_id:
        return places.experiment(project, given.experiment_id, field)
    if given.experiment:
        return places.experiment_titled(project, given.experiment, path + given.spelled("experiment"))
    raise Refused(f"{field}: is missing; name the experiment by experiment_id, or its title by experiment", field=field)


def _variant_of_event(given: EventIn, experiment: Experiment, unit: str, places: Places, path: str) -> Variant | None:
    field = path + given.spelled("variant_id")
    if given.variant_id:
        return variant_of(experiment, given.variant_id, field)
    if given.variant:
        return variant_named(experiment, given.variant, path + given.spelled("variant"))
    assigned = places.assigned_to(experiment, unit) if given.kind == "outcome" else None
    found = experiment.variant(assigned) if assigned else None
    if found is None:
        raise Refused(
            f"{field}: is missing"
            + (f", and {unit[:60]!r} was not assigned" if given.kind == "outcome" else "")
            + "; name the variant by variant_id, or its name by variant",
            field=field,
        )
    return found


def time_of(given: datetime | None, moment: Moment, field: str) -> int:
    """Microseconds since 1970; now where none is given. Raises Refused."""
    if given is None:
        return to_micros(moment.now)
    try:
        found = instant_us(given, moment.now, field)
    except ValueError as e:
        raise Refused(str(e), field=field) from None
    first = moment.kept_from() if given < moment.now - kept.SURE else None
    if first is not None and given < first:
        raise Refused(kept.no_longer("facts", given, first, field), field=field)
    return found


def _json(given: Mapping[str, JsonValue], field: str) -> str:
    """JSON text; "" for nothing."""
    if not given:
        return ""
    if is_too_deep(given):
        raise Refused(f"{field}: is nested more than {DEEPEST} levels deep; send less", field=field)
    try:
        text = json.dumps(given, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        size = len(text.encode())
    except (ValueError, RecursionError) as e:
        raise Refused(
            f"{field}: holds what JSON cannot say, such as NaN or half a character: {e}", field=field
        ) from None
    if size > LONGEST_JSON:
        raise Refused(f"{field}: {size} bytes of JSON are more than {LONGEST_JSON}; send less", field=field)
    return text


def _text(value: str, field: str) -> str:
    if len(value) > LONGEST_TEXT:
        raise Refused(f"{field}: {len(value)} characters are more than {LONGEST_TEXT}; send less", field=field)
    try:
        value.encode()
    except UnicodeEncodeError:
        raise Refused(f"{field}: holds half of a surrogate pair; send whole characters", field=field) from None
    return value


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int beyond every float
        return False


def _is_whole(value: float) -> bool:
    return isinstance(value, int) or value.is_integer()


def _disagrees(field: str, value: object, why: str) -> Refused:
    shown = json.dumps(value, default=str)[:60]
    return Refused(f"{field}: {shown} is not acceptable: {why}", code="invalid_value", field=field)
