"""Where a score or an event belongs: the experiment, the variant, and the version of a prompt that it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from promptpulse.core.errors import NotFound, Refused
from promptpulse.core.facts import NOT_ENROLLED
from promptpulse.experiments.registry import Experiments
from promptpulse.experiments.values import Experiment, Variant
from promptpulse.prompts.registry import Registry

AssignedTo = Callable[[Experiment, str], str | None]
"""Id of the variant that a unit was assigned to."""


@dataclass(frozen=True, slots=True)
class Places:
    """Finds by what clients name. Thread-safe; may read the settings database."""

    experiments: Experiments
    prompts: Registry
    assigned_to: AssignedTo

    def experiment(self, project_id: str, experiment_id: str, field: str) -> Experiment:
        """Raises NotFound."""
        found = self.experiments.by_id(project_id, experiment_id)
        if found is None:
            raise _no_experiment(experiment_id, "id", field)
        return found

    def experiment_titled(self, project_id: str, title: str, field: str) -> Experiment:
        """Raises NotFound."""
        found = self.experiments.by_title(project_id, title)
        if found is None:
            raise _no_experiment(title, "title", field)
        return found

    def prompt_version(self, project_id: str, version_id: str, field: str) -> tuple[str, str]:
        """Name and version, as calls carry them. Raises Refused."""
        found = self.prompts.by_version_id(project_id, version_id)
        if found is None:
            raise Refused(
                f"{field}: there is no version {version_id!r} of a prompt in this project; send the promptVersionId of the"
                " evaluation, or leave it out",
                code="unknown_version",
                field=field,
            )
        return found.name, str(found.number)


def variant_of(experiment: Experiment, variant_id: str, field: str) -> Variant | None:
    """None for who is not enrolled. Raises Refused."""
    if variant_id == NOT_ENROLLED:
        return None
    found = experiment.variant(variant_id)
    if found is None:
        raise _no_variant(experiment, variant_id, "id", field)
    return found


def variant_named(experiment: Experiment, name: str, field: str) -> Variant:
    """Raises Refused."""
    found = next((v for v in experiment.variants if v.name == name), None)
    if found is None:
        raise _no_variant(experiment, name, "name", field)
    return found


def _no_experiment(named: str, by: str, field: str) -> NotFound:
    return NotFound(
        f"{field}: there is no experiment with the {by} {named!r} in this project; see GET /api/v1/experiments",
        code="unknown_experiment",
        field=field,
    )


def _no_variant(experiment: Experiment, named: str, by: str, field: str) -> Refused:
    known = ", ".join(f"{v.name!r} ({v.id})" for v in experiment.variants)
    return Refused(
        f"{field}: the experiment {experiment.title!r} has no variant with the {by} {named!r}; it has {known}",
        code="unknown_variant",
        field=field,
    )
