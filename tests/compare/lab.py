"""Prompts whose users differ from each other as real ones do, measured as the store would."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from promptpulse.compare import judge
from promptpulse.metrics.compared import Measured, Side
from promptpulse.metrics.estimates import Moments

Array = NDArray[np.float64]


def table(
    rng: np.random.Generator, users: int, weights: Sequence[float], *, shared: bool, lift: Sequence[float] = ()
) -> list[judge.Row]:
    """Success rate and cost of prompts that are equal, or cost `lift` times as much.

    Users have one prompt each, or all when `shared`; they make several calls, and differ in how often they fail and in what
    they cost, which is skewed."""
    nature = rng.normal(size=users)
    own = rng.choice(len(weights), size=users, p=weights)
    success: list[Array] = []
    cost: list[Array] = []
    counts: list[Array] = []
    for i, weight in enumerate(weights):
        calls = 1 + rng.poisson(np.exp(rng.normal(0, 0.8, users)) * (6 * weight if shared else 2))
        calls = calls if shared else np.where(own == i, calls, 0)
        user = np.repeat(np.arange(users), calls)
        failed = rng.random(len(user)) < 1 / (1 + np.exp(3.5 - nature[user]))
        spent = np.exp(0.6 * nature[user] + rng.normal(size=len(user))) * (lift[i] if lift else 1.0)
        counts.append(calls.astype(float))
        success.append(counts[-1] - np.bincount(user, weights=failed.astype(float), minlength=users))
        cost.append(np.bincount(user, weights=spent, minlength=users).astype(float))
    return [
        judge.row(_measured(success, counts), _values(success, counts), "up", (0.0, 1.0)),
        judge.row(_measured(cost, counts), _values(cost, counts), "down", None),
    ]


def _values(ys: Sequence[Array], xs: Sequence[Array]) -> list[float | None]:
    return [float(y.sum() / x.sum()) for y, x in zip(ys, xs, strict=True)]


def _measured(ys: Sequence[Array], xs: Sequence[Array]) -> Measured:
    covariance = {}
    for i, j in combinations(range(len(ys)), 2):
        apart = [(y - y.sum() / x.sum() * x) / x.mean() for y, x in ((ys[i], xs[i]), (ys[j], xs[j]))]
        covariance[i, j] = float(np.cov(apart)[0, 1]) / len(ys[i])
    return Measured("ratio", 1.0, tuple(Side(moments(y, x)) for y, x in zip(ys, xs, strict=True)), covariance)


def moments(y: Array, x: Array) -> Moments:
    y, x = y[x > 0], x[x > 0]
    c = np.cov(y, x)
    none = (0.0, 0.0, 0.0, 0.0)
    spread = ((c[0, 0], c[0, 1], 0.0, 0.0), (c[1, 0], c[1, 1], 0.0, 0.0), none, none)
    return Moments(len(x), int(x.sum()), (float(y.mean()), float(x.mean()), 0.0, 0.0), spread)
