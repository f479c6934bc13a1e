"""What a program gets when it asks for a user's variant: the hot path. Runs on the event loop, and never blocks it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime

import msgspec
from starlette.concurrency import run_in_threadpool

from promptpulse.core.errors import Conflict, NotFound, Unavailable
from promptpulse.core.facts import NOT_ENROLLED
from promptpulse.experiments.assign import Context, Decision, assignment_event, decide, may_be_stored, unit_of
from promptpulse.experiments.assigner import Assigned, Assigner
from promptpulse.experiments.registry import Experiments
from promptpulse.experiments.values import Experiment, Variant
from promptpulse.prompts.registry import Registry
from promptpulse.prompts.values import Served

WAIT_S = 5.0
"""For the settings database; the clients give up after 10 s."""
KEPT_BYTES = 20_000_000


class Evaluator:
    """Answers evaluations. `evaluate` is called on one event loop; known units and experiments take no thread.

    `chance` gives a number from 0 to below 1, for who sends no id."""

    def __init__(
        self,
        experiments: Experiments,
        assigner: Assigner,
        registry: Registry,
        clock: Callable[[], datetime],
        chance: Callable[[], float],
    ) -> None:
        self._experiments, self._assigner, self._registry = experiments, assigner, registry
        self._clock, self._chance = clock, chance
        self._prompts: OrderedDict[str, msgspec.Raw] = OrderedDict()
        """`AssignedPrompt` as JSON, by id of the version, which never changes."""
        self._prompts_bytes = 0

    async def evaluate(self, project_id: str, title: str, context: Context) -> bytes:
        """JSON of the answer; a new assignment is stored before. Raises NotFound, Conflict for a draft, Unavailable."""
        experiment, is_known = self._experiments.remembered(project_id, title)
        if not is_known:
            experiment = await run_in_threadpool(self._experiments.read, project_id, title)
        if experiment is None:
            raise NotFound(f"Experiment not found: {title!r}; list them with GET /api/v1/experiments",
                           field="experimentTitle")  # fmt: skip
        if experiment.status == "draft":
            raise Conflict(f"experiment {title!r} is a draft; start it first", field="experimentTitle")
        decision = await self._decision(experiment, context)
        prompt = self._prompts.get(decision.variant.version_id) or await self._prompt(experiment, decision.variant)
        return _answer(experiment, decision, prompt)

    async def _decision(self, experiment: Experiment, context: Context) -> Decision:
        unit = unit_of(context)
        unit_id = unit.id(experiment.unit)
        stored, is_known = self._assigner.recall(experiment.id, unit_id) if unit_id else (None, True)
        chance = self._chance() * 100
        decision = decide(experiment, unit_id, context, stored, chance)
        if decision.is_new:
            event = assignment_event(experiment, decision.variant, unit, context, self._clock())
            stored = await _outcome(self._assigner.assign(event))
        elif not is_known and may_be_stored(decision):
            stored = await _outcome(self._assigner.look_up(experiment.id, unit_id))
        else:
            return decision
        return decide(experiment, unit_id, context, stored, chance)

    async def _prompt(self, experiment: Experiment, variant: Variant) -> msgspec.Raw:
        served = await run_in_threadpool(self._registry.by_version_id, experiment.project, variant.version_id)
        if served is None:
            raise NotFound(f"version {variant.version} of the prompt {variant.prompt!r} is not there any more")
        prompt = msgspec.Raw(msgspec.json.encode(_prompt_out(served)))
        if variant.version_id not in self._prompts:
            self._prompts[variant.version_id] = prompt
            self._prompts_bytes += len(bytes(prompt))
            while self._prompts_bytes > KEPT_BYTES and len(self._prompts) > 1:
                _, oldest = self._prompts.popitem(last=False)
                self._prompts_bytes -= len(bytes(oldest))
        return prompt


async def _outcome(stored: Future[Assigned]) -> str | None:
    try:
        return (await asyncio.wait_for(asyncio.wrap_future(stored), WAIT_S)).variant_id
    except TimeoutError:
        raise Unavailable("assignments cannot be stored in time; try again in a moment", retry_after_s=2) from None


def _prompt_out(served: Served) -> dict[str, object]:
    """`shapes.AssignedPrompt`."""
    return {
        "promptId": served.prompt_id,
        "promptVersionId": served.version_id,
        "type": served.type,
        "content": served.wire_content,
        "name": served.name,
        "version": served.number,
    }


def _answer(experiment: Experiment, decision: Decision, prompt: msgspec.Raw) -> bytes:
    """`Answer[shapes.AssignmentOut]`."""
    belongs = decision.enrolled or decision.reason == "no_unit"
    return msgspec.json.encode(
        {
            "success": True,
            "data": {
                "groupName": decision.variant.name,
                "experimentId": experiment.id,
                "bucketId": decision.variant.id if belongs else NOT_ENROLLED,
                "prompt": prompt,
                "enrolled": decision.enrolled,
                "reason": decision.reason,
            },
        }
    )
