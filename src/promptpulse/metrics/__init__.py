"""The semantic layer: every number of the product is defined and computed here."""

from promptpulse.metrics.catalogue import DIMENSIONS, METRICS, Dimension, Metric
from promptpulse.metrics.conditions import Filter
from promptpulse.metrics.definitions import NONE, Definitions
from promptpulse.metrics.fields import BadQuery
from promptpulse.metrics.query import Query, zone
from promptpulse.metrics.run import Frame, Value, first_call, previous, run
from promptpulse.metrics.trend import Change, change

__all__ = [
    "DIMENSIONS", "METRICS", "NONE", "BadQuery", "Change", "Definitions", "Dimension", "Filter", "Frame", "Metric", "Query",
    "Value", "change", "first_call", "previous", "run", "zone",
]  # fmt: skip
