"""Shapes of real traffic, as summary figures: quantiles and medians of public traces, none of their rows.

Origin of each figure is beside it; the files are described in the project's notes on data (Azure LLM inference traces
2023, CC-BY 4.0; Mooncake, LLMPerf 2023-12, LLMDrift and ServeGen, Apache-2.0)."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

LEVELS = np.array([0, 0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99, 1])


class Shape(IntEnum):
    """A distribution of token counts, by the trace and the side that it was taken from."""

    CONVERSATION_IN = 0
    CONVERSATION_OUT = 1
    CODE_IN = 2
    CODE_OUT = 3
    DOCUMENT_IN = 4
    DOCUMENT_OUT = 5


QUANTILES = np.array(
    [
        [2, 29, 181, 207, 396, 1020, 1189, 2734, 4083, 4142, 14050],  # Azure, conversation, ContextTokens
        [7, 16, 41, 54, 85, 129, 395, 424, 451, 601, 1000],  # Azure, conversation, GeneratedTokens
        [3, 17, 75, 147, 578, 1469, 2744, 5187, 7303, 7436, 7437],  # Azure, code, ContextTokens
        [6, 6, 6, 7, 9, 13, 24, 55, 90, 251, 1899],  # Azure, code, GeneratedTokens
        [891, 894, 901, 964, 2306, 6909, 15367, 27367, 39550, 85400, 126195],  # Mooncake, input_length
        [1, 3, 10, 24, 156, 350, 472, 597, 698, 1118, 2000],  # Mooncake, output_length
    ],
    dtype=np.float64,
)
"""Tokens at `LEVELS`, one row a `Shape`. Input and output are drawn independently: their logarithms correlate by 0.09
(Azure, conversation), 0.00 (Azure, code) and 0.05 (Mooncake)."""

CACHED_SHARE = np.array([0.015, 0.058, 0.143, 0.286, 0.524, 0.8, 0.931, 0.971, 0.983, 1, 1])
"""Mooncake: share of a request's blocks that were seen before, at `LEVELS`, of the requests with a reusable prefix."""
CACHE_HITS = 0.387
"""Mooncake: share of the requests that have a reusable prefix."""

STEADY_VARIANCE = 0.063
"""Azure, conversation: variance of the requests a minute / mean squared."""
BURSTY_VARIANCE = 1.06
"""Azure, code: the same; 0 to 632 requests a minute around 152."""

FIRST_TOKEN_SPREAD = 0.24
"""LLMPerf: median over endpoints of the standard deviation of ln(time to first token)."""
TOKEN_TIME_SPREAD = 0.13
"""LLMPerf: the same of ln(time between tokens), at the upper end of its steady endpoints."""
SLOW_CALLS = 0.012
SLOW_SPREAD = 0.6
"""LLMDrift: ln(latency / expected from output tokens) of GPT-3.5 spreads by 0.58 to 0.79, because some calls stall."""

DAY = np.array(
    [0.42, 0.33, 0.28, 0.27, 0.28, 0.36, 0.56, 0.85, 1.08, 1.22, 1.30, 1.28,
     1.22, 1.25, 1.30, 1.28, 1.27, 1.30, 1.36, 1.50, 1.58, 1.44, 1.08, 0.70]
)  # fmt: skip
"""Customers by local hour: the form of ServeGen's `m-small` (0.66 at night, 1.46 at 20 h), deepened, because the
customers of one shop sleep at the same time."""
JOBS_DAY = np.array(
    [0.4, 0.4, 1.9, 2.1, 1.7, 0.5, 0.5, 0.7, 1.0, 1.2, 1.2, 1.1,
     0.9, 1.1, 1.2, 1.1, 1.0, 0.8, 0.6, 0.5, 0.5, 0.5, 0.5, 0.5]
)  # fmt: skip
"""Back-office jobs by local hour: a nightly run, and people at work."""
WEEK = np.array([1.10, 1.08, 1.05, 1.03, 1.02, 0.87, 0.85])
"""By weekday, Monday first."""
HOUR_SPREAD = 0.10
"""ServeGen: ln(rate) of `m-small` moves by 0.11 from one ten-minute step to the next."""


def tokens(shape: Ints, uniform: Floats) -> Floats:
    """Token counts: the quantile `uniform` of each row's `shape`, interpolated between logarithms."""
    above = np.clip(np.searchsorted(LEVELS, uniform, side="right"), 1, len(LEVELS) - 1)
    part = (uniform - LEVELS[above - 1]) / (LEVELS[above] - LEVELS[above - 1])
    logs = np.log(QUANTILES)
    drawn: Floats = np.exp(logs[shape, above - 1] * (1 - part) + logs[shape, above] * part)
    return drawn
