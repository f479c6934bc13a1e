"""Puts the pictures of test_walkthroughs.py into docs/pictures, small. Run by `make pictures`."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
COLOURS = 128
"""Text stays sharp, and a picture has a third of its size."""


def put(taken: Path, kept: Path) -> None:
    kept.mkdir(parents=True, exist_ok=True)
    for file in sorted(taken.glob("*.png")):
        with Image.open(file) as picture:
            few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            few.save(kept / file.name, optimize=True)
        sys.stdout.write(f"docs/pictures/{file.name} {(kept / file.name).stat().st_size // 1024} KiB\n")


if __name__ == "__main__":
    put(ROOT / "artefacts" / "browser" / "walkthroughs", ROOT / "docs" / "pictures")
