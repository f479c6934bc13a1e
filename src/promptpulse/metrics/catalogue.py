"""Every number of the product, defined once: key, label, unit, direction, formula. And what it may be grouped by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["count", "per_minute", "percent", "ms", "tokens", "usd", "number", "score"]


@dataclass(frozen=True, slots=True)
class Band:
    """A status from `above` (exclusive) upwards; the list of a metric goes from best to worst."""

    name: Literal["healthy", "warning", "critical"]
    above: float
    inclusive: bool = False


@dataclass(frozen=True, slots=True)
class Metric:
    """A formula over measures: `{calls}`, or `{latency:0.95}` for a quantile of a distribution."""

    key: str
    label: str
    unit: Unit
    formula: str
    description: str
    better: Literal["up", "down", "neither"] = "neither"
    empty: float | None = None
    """Value where there are no calls: 0 for counts, None for what cannot be known."""
    per_minute: bool = False
    """The formula's value is divided by the minutes that have passed in the bucket."""
    peak: bool = False
    """The highest value that the formula takes in any minute (clock minutes, UTC)."""
    bands: tuple[Band, ...] = ()
    custom: str | None = None
    """In place of `formula`: a formula of the project, in the language of formula.py."""
    additive: bool = False
    """The values of parts of a time range add up to that of the range."""
    threshold: float | None = None
    """The worst value that is still good."""


def _known_sum(measure: str) -> str:
    return f"if({{calls}} = 0, 0, if({{{measure}_known}} = 0, NULL, {{{measure}}}))"


def _apart(measure: str, part: str) -> str:
    return f"if({{calls}} = 0, 0, if({{{measure}_known}} = 0, NULL, {{{measure}}} - {{{part}}}))"


def _per_request(measure: str, scale: str = "") -> str:
    return f"if({{{measure}_known}} = 0, NULL, {{{measure}}}{scale} / ({{{measure}_known}} + {{free_failures}}))"


def _part(name: str) -> str:
    return f"{{{name}_us}} / 1000 / nullIf({{{name}_known}}, 0)"


_PARTS = "({llm_us} + {network_us} + {queue_us})"


def _share(name: str) -> str:
    # parts that are longer than the calls they are parts of are shortened in proportion, so that all add up
    ratio = f"ifNull({{latency_us}} / nullIf(greatest({{latency_us}}, {_PARTS}), 0), 0)"
    return f"if({{{name}_known}} = 0, NULL, toFloat64({{{name}_us}}) * {ratio} / 1000 / {{calls}})"


_REST = f"({{latency_us}} - least({{latency_us}}, {_PARTS})) / 1000 / nullIf({{calls}}, 0)"


def _percentile(level: str) -> Metric:
    name = f"p{level.removeprefix('0.').ljust(2, '0')}"
    return Metric(
        f"{name}_latency_ms", f"Latency, {name}", "ms", f"{{latency:{level}}}",
        f"{int(float(level) * 100)} % of requests are answered within this time. Within 0.75 %.", "down",
    )  # fmt: skip


def _errors(key: str, label: str, measure: str, description: str) -> Metric:
    return Metric(key, label, "count", f"{{{measure}}}", description, "down", empty=0, additive=True)


METRICS: dict[str, Metric] = {
    m.key: m
    for m in (
        Metric("total_requests", "Requests", "count", "{calls}", "Number of LLM calls.", empty=0, additive=True),
        Metric("requests_per_minute", "Requests per minute", "per_minute", "{calls}",
               "Calls divided by the minutes that have passed.", empty=0, per_minute=True),
        Metric("peak_rpm", "Peak requests per minute", "per_minute", "{calls}", "The busiest clock minute.", empty=0, peak=True),
        Metric("success_rate", "Success rate", "percent", "100 * ({calls} - {errors}) / nullIf({calls}, 0)",
               "Successful requests / total requests. Healthy above 95 %, critical below 90 %.", "up",
               bands=(Band("healthy", 95), Band("warning", 90, inclusive=True), Band("critical", 0, inclusive=True))),
        Metric("error_rate", "Error rate", "percent", "100 * {errors} / nullIf({calls}, 0)",
               "Failed requests / total requests.", "down"),
        _errors("failed_requests", "Failed requests", "errors", "Calls that ended in an error of any type."),
        _errors("timeout_errors", "Timeouts", "error_timeout", "No answer in time (also HTTP 408, 504)."),
        _errors("rate_limit_errors", "Rate limits", "error_rate_limit", "Refused by the provider's rate or quota (HTTP 429)."),
        _errors("model_errors", "Model errors", "error_model_error", "The provider failed, or filtered the content."),
        _errors("validation_errors", "Validation errors", "error_validation", "The request was wrong (HTTP 400, 401, 403, 404, 422 ...)."),
        _errors("system_errors", "System errors", "error_system", "Crashes and network trouble on the way."),
        _errors("other_errors", "Other errors", "error_other", "Errors that the client calls `other`."),
        _errors("errors_4xx", "4xx errors", "family_4xx", "Client errors: bad input, authentication."),
        _errors("errors_5xx", "5xx errors", "family_5xx", "Server errors: crashes, timeouts."),
        _errors("errors_llm", "LLM errors", "family_llm", "Failures of the model: rate limits, filtered content."),
        Metric("incomplete_requests", "Incomplete streams", "count", "{incomplete}",
               "Streams that ended without a finish reason and usage: abandoned by the caller, or broken unseen.", empty=0, additive=True),
        Metric("avg_latency_ms", "Latency, mean", "ms", "{latency_us} / 1000 / nullIf({calls}, 0)",
               "Mean time from request to completion. Outliers pull it: prefer percentiles.", "down"),
        _percentile("0.5"), _percentile("0.75"), _percentile("0.9"), _percentile("0.95"), _percentile("0.99"),
        Metric("p50_first_token_ms", "First token, p50", "ms", "{first_token:0.5}", "Median time to the first token of a stream.", "down"),
        Metric("p95_first_token_ms", "First token, p95", "ms", "{first_token:0.95}", "95 % of streams begin within this time.", "down"),
        Metric("avg_first_token_ms", "First token, mean", "ms", _part("first_token"), "Mean time to the first token.", "down"),
        Metric("avg_llm_ms", "LLM time, mean", "ms", _part("llm"), "Time in the model, over calls that say it.", "down"),
        Metric("avg_network_ms", "Network time, mean", "ms", _part("network"), "Time on the wire, over calls that say it.", "down"),
        Metric("avg_queue_ms", "Queue time, mean", "ms", _part("queue"), "Time waiting to be sent, over calls that say it.", "down"),
        Metric("part_llm_ms", "LLM part", "ms", _share("llm"),
               "LLM time a call, over all calls. The parts and the rest add up to the mean latency.", "down"),
        Metric("part_network_ms", "Network part", "ms", _share("network"), "Network time a call, over all calls.", "down"),
        Metric("part_queue_ms", "Queue part", "ms", _share("queue"), "Queue time a call, over all calls.", "down"),
        Metric("part_other_ms", "Other part", "ms", _REST, "The rest of the mean latency, which no part explains.", "down"),
        Metric("input_tokens", "Input tokens", "tokens", _known_sum("input"), "Prompt tokens, with cached ones.", empty=0, additive=True),
        Metric("output_tokens", "Output tokens", "tokens", _known_sum("output"), "Generated tokens, with reasoning.", empty=0, additive=True),
        Metric("total_tokens", "Tokens", "tokens", _known_sum("total"), "Input and output tokens.", empty=0, additive=True),
        Metric("cached_input_tokens", "Cached input tokens", "tokens", _known_sum("cached"), "Part of the input read from the provider's cache.", empty=0, additive=True),
        Metric("cache_write_tokens", "Cache-write tokens", "tokens", _known_sum("cache_write"), "Part of the input written to the provider's cache.", empty=0, additive=True),
        Metric("reasoning_tokens", "Reasoning tokens", "tokens", _known_sum("reasoning"), "Part of the output spent on reasoning.", empty=0, additive=True),
        Metric("fresh_input_tokens", "Fresh input tokens", "tokens", _apart("input", "cached"), "Input that was not read from the provider's cache.", empty=0),
        Metric("plain_output_tokens", "Plain output tokens", "tokens", _apart("output", "reasoning"), "Output without the tokens spent on reasoning.", empty=0),
        Metric("avg_tokens_per_request", "Tokens per request", "tokens", _per_request("total"),
               "Total tokens / requests. Successful calls that report no usage are left out.", "down"),
        Metric("avg_input_tokens", "Input tokens per request", "tokens", _per_request("input"), "Input tokens / requests. Successful calls that report no usage are left out.", "down"),
        Metric("avg_output_tokens", "Output tokens per request", "tokens", _per_request("output"), "Output tokens / requests. Successful calls that report no usage are left out.", "down"),
        Metric("total_cost_usd", "Cost", "usd", _known_sum("cost"), "Sum of all known costs; see the share of priced calls.", "down", empty=0, additive=True),
        Metric("cost_per_request_usd", "Cost per request", "usd", _per_request("cost"), "Known cost / requests. Successful calls whose cost is not known are left out.", "down"),
        Metric("priced_share", "Priced calls", "percent", "100 * {cost_known} / nullIf({calls} - {free_failures}, 0)",
               "Share of calls with a known cost; failed calls without usage do not count.", "up"),
        Metric("unpriced_requests", "Unpriced calls", "count", "{calls} - {free_failures} - {cost_known}",
               "Calls whose cost is not known: no usage, or a model without a price.", "down", empty=0, additive=True),
        Metric("unique_users", "Users", "count", "nullIf({users}, 0)", "Distinct user ids (estimate, about 0.5 %)."),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dimension:
    """A column to group and filter by. `""` in the column is "not known" and leaves as None."""

    key: str
    label: str
    also: tuple[str, ...] = ()
    """Short names that a query may use instead."""


DIMENSIONS: dict[str, Dimension] = {
    d.key: d
    for d in (
        Dimension("prompt_id", "Prompt", ("prompt",)),
        Dimension("prompt_version", "Version", ("version",)),
        Dimension("provider", "Provider"),
        Dimension("model", "Model"),
        Dimension("environment", "Environment", ("env",)),
        Dimension("feature", "Feature"),
        Dimension("operation", "Operation"),
        Dimension("experiment_id", "Experiment", ("experiment",)),
        Dimension("variant_id", "Variant", ("variant",)),
        Dimension("status", "Status"),
        Dimension("error_type", "Error type"),
        Dimension("error_family", "Error family"),
        Dimension("error_name", "Error class"),
        Dimension("finish_reason", "Finish reason"),
        Dimension("response_model", "Model snapshot"),
        Dimension("cost_source", "Cost source"),
        Dimension("user_id", "User", ("user",)),
        Dimension("session_id", "Session", ("session",)),
        Dimension("service", "Service"),
        Dimension("scope", "Instrumentation"),
    )
}
ALIASES = {short: d.key for d in DIMENSIONS.values() for short in d.also}
PROPERTY_PREFIX = "properties."
"""`properties.<key>` groups and filters by a property of the call."""
