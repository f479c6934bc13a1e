"""The catalogue on the wire."""

from __future__ import annotations

from promptpulse.core.times import BUCKETS
from promptpulse.metrics import DIMENSIONS, METRICS, Definitions, Metric
from promptpulse.metrics.fields import FIELDS
from promptpulse.metrics.formula import FUNCTIONS, FormulaError, is_additive
from promptpulse.metrics.grammar import formula_of
from promptpulse.metrics.measures import MEASURES
from promptpulse.query.models import (
    BandOut,
    Catalogue,
    CatalogueDimension,
    CatalogueField,
    CatalogueFunction,
    CatalogueMeasure,
    CatalogueMetric,
)

_BUILT_IN = [
    CatalogueMetric(
        key=m.key, label=m.label, unit=m.unit, better=m.better, description=m.description, additive=m.additive,
        bands=[BandOut(name=b.name, above=b.above, inclusive=b.inclusive) for b in m.bands],
    )
    for m in METRICS.values()
]  # fmt: skip
_MEASURES = [CatalogueMeasure(key=m.name, kind=m.kind) for m in MEASURES.values()]
_DIMENSIONS = [CatalogueDimension(key=d.key, label=d.label, also=list(d.also)) for d in DIMENSIONS.values()]
_FIELDS = [CatalogueField(key=f.key, label=f.label, type=f.type, unit=f.unit) for f in FIELDS.values()]
_FUNCTIONS = [CatalogueFunction(name=f.name, signature=f.signature, description=f.description) for f in FUNCTIONS]


def catalogue_of(definitions: Definitions) -> Catalogue:
    """With the metrics of the project."""
    return Catalogue(
        metrics=[*_BUILT_IN, *map(_custom, definitions.metrics.values())],
        fields=_FIELDS,
        functions=_FUNCTIONS,
        measures=_MEASURES,
        dimensions=_DIMENSIONS,
        buckets=list(BUCKETS),
    )


def _custom(metric: Metric) -> CatalogueMetric:
    return CatalogueMetric(
        key=metric.key,
        label=metric.label,
        unit=metric.unit,
        better=metric.better,
        description=metric.description,
        custom=True,
        formula=metric.custom,
        threshold=metric.threshold,
        additive=_adds_up(metric),
    )


def _adds_up(metric: Metric) -> bool:
    try:
        formula = formula_of(metric)
    except FormulaError:  # of a former version of the language: it is refused when it is asked for
        return False
    return formula is not None and is_additive(formula.root)
