from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from bench import (
    alerts,
    assignment,
    exports,
    faults,
    forecast,
    ingest,
    nab,
    notify,
    pages,
    queries,
    sdk,
    statistics,
    web,
)
from bench.report import Row, show

MEASUREMENTS = {
    "ingest": ingest.run,
    "queries": queries.run,
    "pages": pages.run,
    "web": web.run,
    "exports": exports.run,
    "assignment": assignment.run,
    "statistics": statistics.run,
    "forecast": forecast.run,
    "nab": nab.run,
    "faults": faults.run,
    "alerts": alerts.run,
    "notify": notify.run,
    "sdk": sdk.run,
}


def main() -> int:
    wanted = sys.argv[1:] or list(MEASUREMENTS)
    rows: list[Row] = []
    folder = Path(tempfile.mkdtemp(prefix="promptpulse-bench-"))
    try:
        for name in wanted:
            rows += MEASUREMENTS[name](folder / name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(rows)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
