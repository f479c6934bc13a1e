"""The OpenAPI description of the account routes."""

import pytest

from accounts.world import World

METHODS = ("get", "post", "patch", "delete")


def test_every_operation_has_a_summary_an_example_its_errors_and_its_credential(world: World) -> None:
    document = world.app.openapi()
    operations = [
        (f"{method} {path}", operations[method])
        for path, operations in document["paths"].items()
        for method in METHODS
        if method in operations and path.startswith("/api/v1/")
    ]
    assert len(operations) == 23
    for name, operation in operations:
        assert operation["summary"], name
        assert operation["description"], name
        (success,) = [status for status in operation["responses"] if status.startswith("2")]
        content = operation["responses"][success]["content"]["application/json"]
        assert content["example"]["success"] is True, name
        assert content["schema"], name
        assert {"401", "403", "422", "429"} <= set(operation["responses"]), name
        for status, response in operation["responses"].items():
            if not status.startswith("2"):
                assert response["content"]["application/json"]["schema"]["$ref"].endswith("/Failure"), (name, status)
        assert ("security" in operation) == (name not in {"post /api/v1/session", "post /api/v1/session/link"}), name


@pytest.mark.parametrize("word", ["HTTPValidationError"])
def test_the_frameworks_own_error_shape_is_nowhere(world: World, word: str) -> None:
    described = [path for path in world.app.openapi()["paths"] if path.startswith("/api/v1/")]
    assert not any(word in str(world.app.openapi()["paths"][path]) for path in described)
