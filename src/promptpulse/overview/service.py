"""What happened lately, in sentences; and how many experiments run."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from promptpulse.accounts.models import AuditEntry
from promptpulse.experiments.models import ExperimentRow
from promptpulse.overview.shapes import ActivityItem, ActivityKind

Told = Mapping[str, str | int | bool | None]
Sentence = Callable[[str, Told], str]


def running_experiments(session: Session, project_id: str) -> int:
    where = (ExperimentRow.project_id == project_id, ExperimentRow.status == "running")
    return session.scalar(select(func.count()).select_from(ExperimentRow).where(*where)) or 0


def activity(session: Session, project_id: str, limit: int) -> Sequence[ActivityItem]:
    """Changes of prompts and experiments, newest first. Those of keys and members are for admins: the audit log."""
    entries = session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.project_id == project_id,
            or_(AuditEntry.action.startswith("prompt."), AuditEntry.action.startswith("experiment.")),
        )
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(limit)
    )
    return [item(entry) for entry in entries]


def item(entry: AuditEntry) -> ActivityItem:
    kind, sentence = SENTENCES.get(entry.action, ("other", lambda name, _: f"{name}: {entry.action}"))
    experiment = entry.detail.get("experiment_id")
    return ActivityItem(
        at=entry.at,
        by=entry.actor,
        kind=kind,
        text=sentence(entry.target, entry.detail),
        prompt=entry.target if entry.action.startswith("prompt.") else None,
        experiment_id=experiment if isinstance(experiment, str) else None,
    )


def _added(name: str, told: Told) -> str:
    why = f": {told['message']}" if told.get("message") else ""
    return f"{name}: version {told['version']} was added{why}"


def _concluded(name: str, told: Told) -> str:
    return f"Experiment {name} was concluded: " + (f"{told['winner']} won" if told.get("winner") else "no winner")


SENTENCES: Mapping[str, tuple[ActivityKind, Sentence]] = {
    "prompt.create": ("prompt_created", lambda name, _: f"{name} was created"),
    "prompt.version": ("version_created", _added),
    "prompt.deploy": (
        "deployed",
        lambda name, told: f"{name}: version {told['version']} is served in {told['environment']}",
    ),
    "prompt.rollback": (
        "rolled_back",
        lambda name, told: f"{name}: {told['environment']} went back to version {told['version']}",
    ),
    "prompt.archive": ("archived", lambda name, _: f"{name} was archived"),
    "prompt.restore": ("other", lambda name, _: f"{name} was taken out of the archive"),
    "prompt.change": (
        "other",
        lambda name, told: f"{name}: {' and '.join(told)} {'were' if len(told) > 1 else 'was'} changed",
    ),
    "experiment.create": ("experiment_created", lambda name, _: f"Experiment {name} was created"),
    "experiment.start": ("experiment_started", lambda name, _: f"Experiment {name} was started"),
    "experiment.pause": ("experiment_paused", lambda name, _: f"Experiment {name} was paused"),
    "experiment.stop_variant": (
        "other",
        lambda name, told: f"Experiment {name}: the variant {told.get('variant')} was stopped",
    ),
    "experiment.resume_variant": (
        "other",
        lambda name, told: f"Experiment {name}: the variant {told.get('variant')} goes on",
    ),
    "experiment.conclude": ("experiment_concluded", _concluded),
    "experiment.change": ("other", lambda name, told: f"Experiment {name} was changed: {told.get('fields')}"),
    "experiment.delete": ("other", lambda name, _: f"Experiment {name} was deleted"),
}
"""By action of the audit log: the kind, and the sentence from the name and the detail."""
