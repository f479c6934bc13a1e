"""The command `promptpulse`."""

from promptpulse.cli import keeping, managing, serving
from promptpulse.cli.parts import app

__all__ = ["app", "keeping", "main", "managing", "serving"]


def main() -> None:
    app()
