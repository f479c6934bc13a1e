"""A user's program with the Langfuse SDK, which finds server and keys in the environment. Says what happened as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable

from langfuse import Langfuse
from langfuse.model import ChatPromptClient, TextPromptClient

Prompt = TextPromptClient | ChatPromptClient
PATIENCE_S = 30
AT_ONCE = {"max_retries": 0, "cache_ttl_seconds": 0, "fetch_timeout_seconds": PATIENCE_S}
CHAT = [{"role": "system", "content": "You speak {{language}}."}, {"type": "placeholder", "name": "history"}]


def shown(prompt: Prompt) -> dict[str, object]:
    return {
        "name": prompt.name,
        "version": prompt.version,
        "prompt": prompt.prompt,
        "config": prompt.config,
        "labels": sorted(prompt.labels),
        "tags": prompt.tags,
    }


def failure(step: Callable[[], object]) -> str:
    try:
        step()
    except Exception as e:  # noqa: BLE001 - which one is the question
        return type(e).__name__
    return "none"


def prompts(langfuse: Langfuse) -> dict[str, object]:
    def fetched(name: str, **which: object) -> dict[str, object]:
        return shown(langfuse.get_prompt(name, **which, **AT_ONCE))  # type: ignore[call-overload]  # of any type

    told: dict[str, object] = {}
    told["created"] = shown(
        langfuse.create_prompt(
            name="greeting", prompt="Hello {{name}}", labels=["production"], tags=["shop"], config={"model": "gpt-4o"}
        )
    )
    told["second"] = shown(
        langfuse.create_prompt(name="greeting", prompt="Hi {{name}}", labels=["staging"], commit_message="Shorter")
    )
    told["third, without labels"] = shown(langfuse.create_prompt(name="greeting", prompt="Hey {{name}}"))
    told["production"] = fetched("greeting")
    told["staging"] = fetched("greeting", label="staging")
    told["latest"] = fetched("greeting", label="latest")
    told["version 2"] = fetched("greeting", version=2)
    told["compiled"] = langfuse.get_prompt("greeting", max_retries=0, fetch_timeout_seconds=PATIENCE_S).compile(
        name="Ada"
    )
    langfuse.update_prompt(name="greeting", version=2, new_labels=["production"])
    told["production after the update"] = fetched("greeting")
    told["version 1 after the update"] = fetched("greeting", version=1)

    told["created chat"] = shown(
        langfuse.create_prompt(name="folder/my tutor", type="chat", prompt=CHAT, labels=["production"])  # type: ignore[call-overload]
    )
    told["chat"] = fetched("folder/my tutor", type="chat")

    told["missing"] = failure(lambda: fetched("nothing"))
    told["missing version"] = failure(lambda: fetched("greeting", version=9))
    told["missing label"] = failure(lambda: fetched("greeting", label="nowhere"))
    told["bad name"] = failure(lambda: langfuse.create_prompt(name="", prompt="Hello"))
    spare = langfuse.get_prompt("nothing", fallback="Hello anyway", max_retries=0, fetch_timeout_seconds=PATIENCE_S)
    told["fallback"] = [spare.prompt, spare.is_fallback]
    return told


def scores(langfuse: Langfuse) -> dict[str, object]:
    greeting = langfuse.get_prompt("greeting", max_retries=0, cache_ttl_seconds=0, fetch_timeout_seconds=PATIENCE_S)
    with langfuse.start_as_current_observation(
        as_type="generation", name="reply", model="gpt-4o-mini", prompt=greeting
    ) as generation:
        generation.update(output="Hello", usage_details={"input": 1000, "output": 200})
        generation.score(name="rating", value=0.75, comment="made up", data_type="NUMERIC")
        generation.score(name="helpful", value=1, data_type="BOOLEAN")
        trace, call = generation.trace_id, generation.id
    for _ in range(2):  # the same one
        langfuse.create_score(
            name="tone", value="kind", session_id="session-7", data_type="CATEGORICAL", score_id="tone-1"
        )
    langfuse.flush()
    return {"trace": trace, "call": call}


def main() -> None:
    stranger = Langfuse(public_key="pk-stranger", secret_key="sk-wrong", tracing_enabled=False, timeout=PATIENCE_S)
    told: dict[str, object] = {"a wrong key": failure(lambda: stranger.auth_check() or sys.exit("no error"))}
    langfuse = Langfuse(timeout=PATIENCE_S)
    told["auth_check"] = langfuse.auth_check()
    told |= prompts(langfuse)
    told |= scores(langfuse)
    langfuse.shutdown()
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
