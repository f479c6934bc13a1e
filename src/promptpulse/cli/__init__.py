"""The command `promptpulse`."""

from promptpulse.cli import asking, keeping, managing, serving
from promptpulse.cli.parts import app

__all__ = ["app", "asking", "keeping", "main", "managing", "serving"]


def main() -> None:
    app()
