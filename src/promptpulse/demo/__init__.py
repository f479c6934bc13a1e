"""Generated, lifelike traffic for `promptpulse demo`. What is real about it and what is not: `demo.traffic`."""

from promptpulse.demo.load import Doors, find_world, load, run_live
from promptpulse.demo.traffic import CALLS, DAYS, Live, World, traffic

__all__ = ["CALLS", "DAYS", "Doors", "Live", "World", "find_world", "load", "run_live", "traffic"]
