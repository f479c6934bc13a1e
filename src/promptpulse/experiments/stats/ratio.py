"""Whether units came to the variants as their weights say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

CONCENTRATION = 100.0
"""k: weight of the belief that the shares are those planned, in units."""
ALARM = 0.001


@dataclass(frozen=True, slots=True)
class SampleRatio:
    p_value: float
    """Always valid: the check may be read at every look."""
    healthy: bool


def sample_ratio(counts: Sequence[int], weights: Sequence[float]) -> SampleRatio:
    """Sequential test of a multinomial by a Dirichlet mixture: Lindon, Malek, "Anytime-Valid Inference for Multinomial
    Count Data" (NeurIPS 2022, arXiv 2011.03567), with the prior Dirichlet(a), a = k p0:

        e = [prod G(a_i + c_i) / G(sum a + c)] / [prod G(a_i) / G(sum a)] / prod p0_i^c_i,  p = min(1, 1/e), G the gamma function.

    A unit in a variant of weight 0 cannot be. Weights are any numbers of one scale; those under which the units came:
    after a change of weights, the mean of old and new weighted by the units of each time."""
    total = sum(weights)
    pairs = [(count, weight / total) for count, weight in zip(counts, weights, strict=True) if weight > 0]
    if sum(counts) > sum(count for count, _ in pairs):
        return SampleRatio(0.0, healthy=False)
    log_e = math.lgamma(CONCENTRATION) - math.lgamma(CONCENTRATION + sum(counts))
    for count, share in pairs:
        prior = CONCENTRATION * share
        log_e += math.lgamma(prior + count) - math.lgamma(prior) - count * math.log(share)
    p = math.exp(-max(0.0, log_e))
    return SampleRatio(p, healthy=p >= ALARM)
