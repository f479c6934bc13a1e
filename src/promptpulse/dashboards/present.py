"""Dashboards and links as they go over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from promptpulse.dashboards import service
from promptpulse.dashboards.models import DashboardRow, DashboardShare
from promptpulse.dashboards.presets import READY_MADE
from promptpulse.dashboards.shapes import DashboardBody, DashboardOut, DashboardSummary, Preset, ShareOut
from promptpulse.metrics.scores import CommonScore


def body_of(out: DashboardOut) -> DashboardBody:
    return DashboardBody(name=out.name, description=out.description, range=out.range, widgets=out.widgets)


def own_out(row: DashboardRow) -> DashboardOut:
    return DashboardOut(
        id=row.id,
        name=row.name,
        description=row.description,
        range=cast("Preset", row.opens_with),  # from a Literal
        widgets=service.widgets_of(row),
        ready_made=False,
        revision=row.revision,
        created_at=row.created_at,
        created_by=row.created_by,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )


def ready_made_out(key: str, scores: Sequence[CommonScore]) -> DashboardOut:
    return DashboardOut(
        id=key,
        **dict(READY_MADE[key].body(scores)),
        ready_made=True,
        revision=0,
        created_at=None,
        created_by=None,
        updated_at=None,
        updated_by=None,
    )


def summary_out(dashboard: DashboardOut, shares: int) -> DashboardSummary:
    return DashboardSummary(
        id=dashboard.id,
        name=dashboard.name,
        description=dashboard.description,
        ready_made=dashboard.ready_made,
        widgets=len(dashboard.widgets),
        updated_at=dashboard.updated_at,
        updated_by=dashboard.updated_by,
        shares=shares,
    )


def share_out(row: DashboardShare, token: str | None = None) -> ShareOut:
    return ShareOut(
        id=row.id,
        note=row.note,
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
        path=None if token is None else f"/shared/{token}",
    )
