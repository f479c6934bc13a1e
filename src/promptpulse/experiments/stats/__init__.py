"""Statistics of experiments: pure functions of moments and estimates, without clock, store or database.

What varies is always the unit that is assigned (a user, a session), never the call."""

from promptpulse.experiments.stats.comparing import compare, interval, interval_alpha
from promptpulse.experiments.stats.corrections import Family, adjusted
from promptpulse.experiments.stats.estimating import estimate, estimates
from promptpulse.experiments.stats.power import days_left, detectable, units_needed
from promptpulse.experiments.stats.ratio import SampleRatio, sample_ratio
from promptpulse.experiments.stats.values import Comparison, Kind, Method
from promptpulse.experiments.stats.verdict import Decision, Judged, Outcome, Setting, Treatment, decide, holds, judge

__all__ = [
    "Comparison", "Decision", "Family", "Judged", "Kind", "Method", "Outcome", "SampleRatio", "Setting", "Treatment",
    "adjusted", "compare", "days_left", "decide", "detectable",
    "estimate", "estimates", "holds", "interval", "interval_alpha", "judge", "sample_ratio", "units_needed",
]  # fmt: skip
