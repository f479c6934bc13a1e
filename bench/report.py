"""What a measurement says: a value, its budget, and their ratio."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    value: str
    budget: str
    ratio: float
    """Value / budget."""
    higher_is_better: bool | None = False
    """None: told, not judged."""

    @property
    def holds(self) -> bool:
        if self.higher_is_better is None:
            return True
        return self.ratio >= 1 if self.higher_is_better else self.ratio <= 1


def show(rows: Sequence[Row]) -> None:
    print()
    print(machine())
    print("| measured | value | budget | ratio | |")
    print("|---|---|---|---|---|")
    for row in rows:
        verdict = "" if row.higher_is_better is None else ("holds" if row.holds else "**missed**")
        print(f"| {row.name} | {row.value} | {row.budget} | {row.ratio:.2f} | {verdict} |")


def machine() -> str:
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return (
        f"{os.cpu_count()} cores {platform.machine()}, {memory_gib:.0f} GiB, Python {sys.version.split()[0]}"
        f" ({'optimised' if _optimised() else 'unoptimised'} build), chdb {version('chdb-core')},"
        f" clickhouse-connect {version('clickhouse-connect')}"
    )


def _optimised() -> bool:
    import sysconfig  # noqa: PLC0415

    return "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
