"""Dashboards as files: experiments and variants, which filters know by id, go by their names."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from promptpulse.dashboards.asking import key_of
from promptpulse.dashboards.shapes import FORMAT, DashboardBody, DashboardFile, Widget
from promptpulse.experiments.models import ExperimentRow, ExperimentVariant

BETWEEN = " / "
"""Title of the experiment, name of the variant."""

Names = Mapping[str, Mapping[str, str]]
"""By dimension: id -> name."""


def names_of(session: Session, project_id: str) -> Names:
    """Of the project's experiments and their variants."""
    experiments = session.execute(
        select(ExperimentRow.id, ExperimentRow.title).where(ExperimentRow.project_id == project_id)
    )
    variants = session.execute(
        select(ExperimentVariant.id, ExperimentRow.title, ExperimentVariant.name)
        .join(ExperimentRow, ExperimentRow.id == ExperimentVariant.experiment_id)
        .where(ExperimentRow.project_id == project_id)
    )
    return {
        "experiment_id": dict(row.tuple() for row in experiments),
        "variant_id": {id_: f"{title}{BETWEEN}{name}" for id_, title, name in variants},
    }


def exported(body: DashboardBody, names: Names) -> DashboardFile:
    return DashboardFile(promptpulse_dashboard=FORMAT, dashboard=_spelled(body, names))


def imported(file: DashboardFile, names: Names) -> DashboardBody:
    """A name that this project does not have stays: programs may send experiments of their own."""
    return _spelled(file.dashboard, {key: {name: id_ for id_, name in known.items()} for key, known in names.items()})


def _spelled(body: DashboardBody, texts: Mapping[str, Mapping[str, str]]) -> DashboardBody:
    return body.model_copy(update={"widgets": [_with_texts(widget, texts) for widget in body.widgets]})


def _with_texts(widget: Widget, texts: Mapping[str, Mapping[str, str]]) -> Widget:
    where = []
    for asked in widget.query.where:
        known = texts.get(key_of(asked.dimension), {})
        values = [known.get(v, v) if isinstance(v, str) else v for v in asked.values]
        where.append(asked.model_copy(update={"values": values}))
    return widget.model_copy(update={"query": widget.query.model_copy(update={"where": where})})
