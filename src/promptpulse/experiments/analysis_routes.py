"""What experiments found, over HTTP."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import JsonValue

from promptpulse.accounts.access import Access, may_read
from promptpulse.accounts.mappings import mappings_of
from promptpulse.accounts.shapes import ID, MOMENT, Answer, documented
from promptpulse.experiments import analysis, shapes
from promptpulse.experiments.distribution import distribution as distributed
from promptpulse.experiments.measured import Subject
from promptpulse.experiments.over_time import trend as over_time
from promptpulse.experiments.planning import power as planned
from promptpulse.experiments.service import no_experiment
from promptpulse.files import Attachment, Kind, documented_as_files

router = APIRouter(prefix="/api", tags=["experiments"])
Reader = Annotated[Access, Depends(may_read)]
ExperimentId = Annotated[str, Path(max_length=256, description="Id of the experiment.")]
Method = Annotated[
    shapes.Method,
    Query(
        description="sequential: holds at every look. fixed: one look at the planned end. bayesian: chance to win, shown"
        " and never a reason to stop."
    ),
]

OTHER = "01997c5e-8f00-7000-8000-000000000002"
VERSUS: JsonValue = {
    "difference": 0.12, "difference_low": 0.03, "difference_high": 0.21, "lift": 3, "lift_low": 0.7, "lift_high": 5.3,
    "p_value": 0.01, "p_adjusted": 0.01, "significant": True, "verdict": "better", "chance_to_win": 99.5,
    "variance_reduced": 21.5,
}  # fmt: skip
VALUE: JsonValue = {
    "variant_id": ID, "units": 980, "observations": 1400, "value": 4, "low": 3.9, "high": 4.1, "versus": None, "note": "",
}  # fmt: skip
METRIC: JsonValue = {
    "key": "score:rating", "label": "rating", "unit": "score", "better": "up", "role": "primary", "kind": "ratio",
    "min_effect": 2, "max_harm": None,
    "variants": [VALUE, {
        "variant_id": OTHER, "units": 990, "observations": 1410, "value": 4.12, "low": 4.02, "high": 4.22,
        "versus": VERSUS, "note": "",
    }],
}  # fmt: skip
RESULTS: JsonValue = {
    "experiment_id": ID, "method": "sequential", "alpha": 5, "start": MOMENT, "end": MOMENT, "units": 2000,
    "multiple_units": 0, "calls_without_unit": 12,
    "exposures": [
        {"variant_id": ID, "name": "Control", "control": True, "weight": 50, "units": 1000, "share": 50, "calls": 3000,
         "scores": 1400},
        {"variant_id": OTHER, "name": "Short", "control": False, "weight": 50, "units": 1000, "share": 50, "calls": 3100,
         "scores": 1410},
    ],
    "sample_ratio": {"p_value": 1, "healthy": True, "message": "Units came to the variants as their weights say (p = 1)."},
    "metrics": [METRIC],
    "verdict": {"decision": "ship", "variant_id": OTHER, "title": "Ship Short",
                "reasons": ["rating of Short is better: +3 % (+0.7 % to +5.3 %)."]},
    "forecast": {"units": 2000, "needed_units": 4000, "units_per_day": 500, "days_left": 4,
                 "note": "About 4 days left: 4,000 units find a change of 2 % of rating with a chance of 80 %."},
    "bill": {"requests": 100_000, "usd_now": 210, "priced_share": 100, "variants": [
        {"variant_id": ID, "cost_per_request_usd": 0.0021, "usd": 210, "low": 205, "high": 215},
        {"variant_id": OTHER, "cost_per_request_usd": 0.0018, "usd": 180, "low": 176, "high": 184},
    ]},
}  # fmt: skip
SEGMENTS: JsonValue = {
    "by": "feature", "segments": [{"segment": "search", "units": 1200, "metrics": [METRIC]}], "total": 1,
    "note": analysis.EXPLORATORY,
}  # fmt: skip
TREND: JsonValue = {
    "metric": "score:rating", "label": "rating", "unit": "score", "bucket": "1d", "buckets": [MOMENT],
    "series": [
        {"variant_id": ID, "values": [4], "cumulated": [4], "units": [1000]},
        {"variant_id": OTHER, "values": [4.12], "cumulated": [4.12], "units": [1000]},
    ],
    "lifts": [{"variant_id": OTHER, "lift": [3], "low": [0.7], "high": [5.3]}],
}  # fmt: skip
DISTRIBUTION: JsonValue = {
    "name": "rating", "type": "number", "other": 0,
    "bars": [
        {"low": 4, "high": 5, "label": "4", "share": {ID: 60, OTHER: 50}, "count": {ID: 840, OTHER: 705}},
        {"low": 5, "high": 6, "label": "5", "share": {ID: 40, OTHER: 50}, "count": {ID: 560, OTHER: 705}},
    ],
}  # fmt: skip
POWER: JsonValue = {
    "baseline": 4, "deviation": 0.9, "baseline_source": "measured", "units_per_day": 500, "units": 4000,
    "units_fixed": 2100, "days": 8, "curve": [{"min_effect": 4, "units": 1100, "days": 2.2}], "note": "",
}  # fmt: skip
TABLE: Mapping[str, Kind] = {
    "metric": "text", "label": "text", "unit": "text", "role": "text", "kind": "text", "better": "text", "variant_id": "text",
    "variant": "text", "control": "boolean", "units": "integer", "observations": "integer", "value": "number", "low": "number",
    "high": "number", "difference": "number", "difference_low": "number", "difference_high": "number", "lift": "number",
    "lift_low": "number", "lift_high": "number", "p_value": "number", "p_adjusted": "number", "significant": "boolean",
    "verdict": "text", "chance_to_win": "number", "variance_reduced": "number", "note": "text",
}  # fmt: skip


@router.post(
    "/v1/experiments/power",
    summary="How many units a test needs",
    responses=documented(200, POWER, 400, 401, 403),
)
def power(request: Request, access: Reader, *, body: shapes.PowerIn) -> Answer[shapes.PowerOut]:
    """Baseline and deviation are measured from the last 28 days of a prompt where they are not given."""
    services = request.app.state.services
    with services.database.sessions() as session:
        mappings = mappings_of(session, access.project.id)
    return Answer(data=planned(services.store, access.project.id, body, mappings, services.clock()))


@router.get(
    "/v1/experiments/{experiment_id}/results",
    summary="Results",
    response_model=Answer[shapes.ResultsOut],
    responses=documented_as_files("csv", beside=documented(200, RESULTS, 401, 403, 404)),
)
def results(
    experiment_id: ExperimentId,
    request: Request,
    access: Reader,
    method: Method = "sequential",
    form: Annotated[
        Literal["json", "csv"], Query(alias="format", description="csv: the table of metrics, one row a variant.")
    ] = "json",
) -> Answer[shapes.ResultsOut] | Attachment:
    """Everything that is stored when it is asked. Units vary, not calls: many calls of one user make nothing surer."""
    subject = _subject(request, access, experiment_id)
    found = request.app.state.services.analyst.findings(subject)
    out = analysis.results(subject, found, method)
    if form == "json":
        return Answer(data=out)
    rows = _rows(subject, out)
    return Attachment(f"experiment-{experiment_id}", rows, TABLE, "csv")


@router.get(
    "/v1/experiments/{experiment_id}/segments",
    summary="Results by segment of the units",
    responses=documented(200, SEGMENTS, 401, 403, 404),
)
def segments(
    experiment_id: ExperimentId,
    request: Request,
    access: Reader,
    by: Annotated[
        str,
        Query(
            min_length=1,
            max_length=300,
            description="`new_returning`, a dimension of calls such as `feature`, `properties.<key>`, or"
            " `context.<attribute>` of what was evaluated.",
        ),
    ] = "feature",
    method: Method = "sequential",
) -> Answer[shapes.SegmentsOut]:
    """The 12 largest segments. A unit is in that of its first call.

    new: without a call in the 28 days before it was assigned."""
    subject = _subject(request, access, experiment_id)
    services = request.app.state.services
    people = services.analyst.findings(subject).people
    return Answer(data=analysis.segments(services.store, subject, people, by, method))


@router.get(
    "/v1/experiments/{experiment_id}/trend",
    summary="A metric over time by variant",
    responses=documented(200, TREND, 401, 403, 404),
)
def trend(
    experiment_id: ExperimentId,
    request: Request,
    access: Reader,
    metric: Annotated[str, Query(max_length=300, description="`key` of a metric.", examples=["score:rating"])],
    bucket: Annotated[
        str, Query(max_length=10, description="`auto`, `1h`, `1d` ... of the project's time zone.")
    ] = "auto",
) -> Answer[shapes.TrendOut]:
    """Of each bucket, and of everything until its end, with lifts that hold at every look."""
    subject = _subject(request, access, experiment_id)
    services = request.app.state.services
    people = services.analyst.findings(subject).people
    return Answer(data=over_time(services.store, subject, people, metric, bucket, access.project.time_zone))


@router.get(
    "/v1/experiments/{experiment_id}/distribution",
    summary="Distribution of a score by variant",
    responses=documented(200, DISTRIBUTION, 401, 403, 404),
)
def distribution(
    experiment_id: ExperimentId,
    request: Request,
    access: Reader,
    score: Annotated[str, Query(min_length=1, max_length=200, description="Name of a score.", examples=["rating"])],
) -> Answer[shapes.DistributionOut]:
    """20 bars at most, the same for all variants; few whole numbers have one each."""
    subject = _subject(request, access, experiment_id)
    services = request.app.state.services
    people = services.analyst.findings(subject).people
    return Answer(data=distributed(services.store, subject, people, score))


def _subject(request: Request, access: Access, experiment_id: str) -> Subject:
    services = request.app.state.services
    experiment = services.experiments.by_id(access.project.id, experiment_id)
    if experiment is None:
        raise no_experiment(experiment_id)
    with services.database.sessions() as session:
        return Subject(experiment, mappings_of(session, access.project.id), services.clock())


def _rows(subject: Subject, out: shapes.ResultsOut) -> Iterator[dict[str, object]]:
    variants = {v.id: v for v in subject.experiment.variants}
    for metric in out.metrics:
        for value in metric.variants:
            variant = variants[value.variant_id]
            yield {
                "metric": metric.key,
                **metric.model_dump(include={"label", "unit", "role", "kind", "better"}),
                "variant": variant.name,
                "control": variant.control,
                **value.model_dump(exclude={"versus"}),
                **(value.versus.model_dump() if value.versus else {}),
            }
