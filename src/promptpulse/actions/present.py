"""Policies and their runs as they are told."""

from __future__ import annotations

from promptpulse.actions import service, shapes
from promptpulse.actions.models import ActionRunRow, PolicyRow

REVERTIBLE = frozenset({"rollback", "switch_model", "pause_experiment", "stop_variant"})
UNDOABLE = frozenset({"watching", "recovered", "escalated"})


def policy_out(row: PolicyRow, acts_today: int, latest: ActionRunRow | None) -> shapes.PolicyOut:
    return shapes.PolicyOut(
        **service.policy_of(row).model_dump(exclude={"secret"}),
        id=row.id,
        has_secret=row.signed,
        created_at=row.created_at,
        created_by=row.created_by,
        changed_at=row.changed_at,
        acts_today=acts_today,
        last_run_at=latest.started_at if latest else None,
        last_status=status_of(latest) if latest else None,
    )


def run_out(row: ActionRunRow) -> shapes.RunOut:
    return shapes.RunOut.model_validate(
        {
            **{name: getattr(row, name) for name in _SAME},
            "evidence": row.evidence,
            "can_revert": can_revert(row),
        }
    )


def can_revert(row: ActionRunRow) -> bool:
    return row.action.get("kind") in REVERTIBLE and row.status in UNDOABLE and not row.dry_run


def status_of(row: ActionRunRow) -> shapes.RunStatus:
    return shapes.STATUSES[row.status]


_SAME = (
    "id", "policy_id", "policy_name", "incident_id", "alert_id", "status", "dry_run", "action", "outcome", "detail",
    "started_at", "acted_at", "watch_until", "finished_at",
)  # fmt: skip
