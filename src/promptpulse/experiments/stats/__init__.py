"""Statistics of experiments: pure functions of moments and estimates, without clock, store or database.

What varies is always the unit that is assigned (a user, a session), never the call."""

from promptpulse.experiments.stats.comparing import compare, interval, interval_alpha
from promptpulse.experiments.stats.corrections import Family, adjusted
from promptpulse.experiments.stats.estimating import estimate, estimates
from promptpulse.experiments.stats.power import days_left, detectable, units_needed
from promptpulse.experiments.stats.ratio import SampleRatio, sample_ratio
from promptpulse.experiments.stats.values import Comparison, Kind, Method

__all__ = [
    "Comparison", "Family", "Kind", "Method", "SampleRatio", "adjusted", "compare", "days_left", "detectable",
    "estimate", "estimates", "interval", "interval_alpha", "sample_ratio", "units_needed",
]  # fmt: skip
