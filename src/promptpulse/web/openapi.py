"""What OpenAPI cannot learn from the routes: the envelope of failures, and the row of `POST /api/v1/calls`."""

from __future__ import annotations

from typing import cast

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from promptpulse.ingest.calls_in import CallIn
from promptpulse.web.errors import is_langfuse

Json = dict[str, object]
FAILURE: Json = {
    "type": "object",
    "required": ["success", "error", "code"],
    "properties": {
        "success": {"const": False, "type": "boolean"},
        "error": {"type": "string", "description": "What is wrong, with the field and the value, and what to do."},
        "code": {"description": "A stable word; on OTLP paths a google.rpc.Code."},
        "field": {"type": "string"},
    },
    "example": {"success": False, "error": "end: must be later than start", "code": "bad_query", "field": "end"},
}
ANY_FAILURE: Json = {
    "description": "The request failed.",
    "content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/Failure"}},
        "application/x-protobuf": {"schema": {"type": "string", "format": "binary"}},
    },
}
POSSIBLE = ("400", "401", "403", "404", "409", "413", "415", "422", "429", "503")


def describe(app: FastAPI) -> None:
    """Make `app.openapi()` complete. Computed once."""

    def openapi() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return cast("Json", app.openapi_schema)

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to extend the document


def _document(app: FastAPI) -> Json:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary="Production metrics of LLM prompts",
        description="Success is `{success: true, data, meta?}`, failure `{success: false, error, code, field?}`.",
        routes=app.routes,
    )
    schemas = document["components"]["schemas"]
    (_, components) = msgspec.json.schema_components([CallIn], ref_template="#/components/schemas/{name}")
    schemas.update(components)
    schemas["Failure"] = FAILURE
    document["components"]["responses"] = {"Failure": ANY_FAILURE}
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path, operations in document["paths"].items():
        for operation in operations.values():
            responses = operation["responses"]
            responses.update({status: {"$ref": "#/components/responses/Failure"} for status in POSSIBLE})
            if is_langfuse(path):
                del responses["422"]
    return cast("Json", document)
