"""The detector of anomalies on a part of the Numenta Anomaly Benchmark, scored by an independent scorer.

The published scores are of thresholds chosen on the same files; so is "threshold chosen on these files" here. The held-out
score is what counts: parameters and threshold are chosen on four fifths of the files and tried on the last fifth, in turn,
for many cuts."""

from __future__ import annotations

import importlib.util
import sys
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import product
from pathlib import Path
from time import process_time
from types import ModuleType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bench.forecast import SHARED
from bench.report import Row
from promptpulse.metrics.anomaly import TUNING, Tuning, strangenesses

Floats = NDArray[np.float64]
HTM = 70.1
"""Numenta's own detector, standard profile, as published."""
BUDGET_US = 50.0
"""A value."""
CANDIDATES = tuple(
    replace(TUNING, value_rank=value, day_rank=day, fades=fades, day_ratio=TUNING.value_ratio * ratio)
    for value, day, fades, ratio in product((3, 6, 8), (1, 2), (5000.0, 10_000.0), (1.5, 1.75, 2.0))
)
THRESHOLDS = tuple(np.geomspace(0.6, 1.7, 27).tolist())
FOLDS, CUTS = 5, 40


class File(Protocol):
    timestamps: list[str]
    values: Floats
    windows: list[tuple[int, int]]


def run(folder: Path) -> list[Row]:
    scorer = _scorer()
    with tarfile.open(SHARED / "nab_part.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    corpus: Mapping[str, File] = scorer.load_corpus(folder / "nab")
    started = process_time()
    found = _found(corpus, TUNING)
    us = (process_time() - started) * 1e6 / sum(len(f.values) for f in corpus.values())
    fixed = float(scorer.score(corpus, found, 1.0)["nab"])
    best, _ = scorer.best_threshold(corpus, found)
    held_out, spread = _held_out(scorer, corpus)
    of = f"{len(corpus)} files, {sum(len(f.windows) for f in corpus.values())} anomalies"
    return [
        Row("NAB, as shipped", f"{fixed:.1f} ({of})", f"{HTM} (Numenta HTM)", fixed / HTM, higher_is_better=True),
        Row("NAB, threshold chosen on these files", f"{best:.1f}", "", best / HTM, higher_is_better=None),
        Row("NAB, held-out files", f"{held_out:.1f} +- {spread:.1f}", "", held_out / HTM, higher_is_better=None),
        Row("NAB, time of a value", f"{us:.1f} us", f"{BUDGET_US:.0f} us", us / BUDGET_US),
    ]


def per_day(timestamps: Sequence[str]) -> int:
    seconds = np.diff([datetime.fromisoformat(t).timestamp() for t in timestamps[:400]])
    return max(2, round(86_400 / float(np.median(seconds))))


def _found(corpus: Mapping[str, File], tuning: Tuning) -> dict[str, Floats]:
    return {
        name: np.array(strangenesses(f.values.tolist(), per_day(f.timestamps), tuning)) for name, f in corpus.items()
    }


def _held_out(scorer: ModuleType, corpus: Mapping[str, File]) -> tuple[float, float]:
    """Mean score and its standard deviation between cuts."""
    names = list(corpus)
    windows = sum(len(f.windows) for f in corpus.values())
    raw = np.zeros((len(CANDIDATES), len(THRESHOLDS), len(names)))
    for i, tuning in enumerate(CANDIDATES):
        found = _found(corpus, tuning)
        for j, threshold in enumerate(THRESHOLDS):
            for k, name in enumerate(names):
                raw[i, j, k] = _raw(scorer, corpus[name], name, found[name], threshold)
    random = np.random.default_rng(20_261_121)
    scores = []
    for _ in range(CUTS):
        total = 0.0
        for fold in np.array_split(random.permutation(len(names)), FOLDS):
            known = raw[:, :, np.setdiff1d(np.arange(len(names)), fold)].sum(axis=2)
            best, threshold = np.unravel_index(int(known.argmax()), known.shape)
            total += float(raw[best, threshold, fold].sum())
        scores.append(100 * (total + windows) / (2 * windows))
    return float(np.mean(scores)), float(np.std(scores))


def _raw(scorer: ModuleType, file: File, name: str, found: Floats, threshold: float) -> float:
    """Points of one file. The scorer divides by the number of windows, of which a file may have none."""
    if file.windows:
        return float(scorer.score({name: file}, {name: found}, threshold)["raw"])
    after = np.arange(len(found)) >= min(int(0.15 * len(found)), 750)
    return -0.11 * int(((found >= threshold) & after).sum())


def _scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("nab_score", SHARED / "nab_score.py")
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = found  # dataclasses look their module up by its name
    spec.loader.exec_module(found)
    return found
