"""Every failure leaves as the envelope, in one place."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from uuid import uuid4

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from google.rpc.status_pb2 import Status
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from promptpulse.accounts.limits import is_otlp
from promptpulse.core.errors import AppError, UnsupportedType
from promptpulse.store import StoreError

log = logging.getLogger(__name__)

EVERY_PATH = "/{path:path}"
"""The route of the web app, which takes what no other takes."""

GRPC_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 413: 11, 415: 3, 422: 3, 429: 8, 503: 14}
"""HTTP status -> google.rpc.Code, for OTLP clients."""
CODES = {
    400: "bad_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
}


def add_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unexpected)


def failure(request: Request, error: AppError) -> Response:
    """The envelope; for OTLP exporters a `google.rpc.Status` in their own encoding."""
    headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s else {}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if is_otlp(request.url.path) and request.headers.get("content-type", "").startswith("application/x-protobuf"):
        body = Status(code=GRPC_CODES.get(error.status, 13), message=error.message).SerializeToString()
        return Response(body, error.status, headers, "application/x-protobuf")
    content: dict[str, object] = {"success": False, "error": error.message, "code": error.code}
    if error.field:
        content["field"] = error.field
    if is_otlp(request.url.path):
        content |= {"code": GRPC_CODES.get(error.status, 13), "message": error.message}
    return Response(msgspec.json.encode(content), error.status, headers, "application/json")


def _app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)  # noqa: S101 - Starlette types all handlers alike
    if isinstance(error, StoreError):
        log.error("store: %s (code %d)", error.message, error.engine_code)
    return failure(request, error)


def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    problems = [_problem(e["loc"], e["msg"]) for e in error.errors()]
    field, message = problems[0] if problems else ("", "the request is not valid")
    if any(e["type"] == "model_attributes_type" and e["loc"] == ("body",) for e in error.errors()):
        given = request.headers.get("content-type", "")
        if "json" not in given:
            return failure(
                request, UnsupportedType(f"content-type: {given!r} is not known here; send application/json")
            )
    malformed = any(e["type"] == "json_invalid" for e in error.errors())
    found = AppError(message, code="malformed_json" if malformed else "invalid_value", field=field or None)
    found.status = 400 if malformed else 422
    return failure(request, found)


def _problem(location: Sequence[str | int], message: str) -> tuple[str, str]:
    place = [str(part) for part in location if part not in {"body", "query", "path", "header"}]
    field = ".".join(place)
    text = message.removeprefix("Value error, ")
    return field, f"{field}: {text}" if field else text


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    status, message = error.status_code, str(error.detail)
    headers = dict(error.headers or {})
    if status in {404, 405}:
        possible = methods_of(request)
        status = 405 if possible else 404
        message = f"there is nothing at {request.url.path}; see /openapi.json"
        if possible:
            message = f"{request.method} is not possible at {request.url.path}, only {possible}; see /openapi.json"
            headers["Allow"] = possible
    elif status == 400:
        message = "the body cannot be read; send JSON in UTF-8"
    found = AppError(message, code=CODES.get(status, "http_error"))
    found.status = status
    answer = failure(request, found)
    answer.headers.update(headers)
    return answer


def methods_of(request: Request) -> str:
    """The methods that the API knows at this path, such as "GET, POST"; "" when it is not a path of the API."""
    known = (
        route
        for route in request.app.routes
        if isinstance(route, Route) and route.path != EVERY_PATH and route.matches(request.scope)[0] != Match.NONE
    )
    return ", ".join(sorted({method for route in known for method in route.methods or ()}))


def _unexpected(request: Request, error: Exception) -> Response:
    number = uuid4().hex[:12]
    log.error("request failed, error %s: %s %s", number, request.method, request.url.path, exc_info=error)
    return failure(
        request, AppError(f"this should not have happened; the server's log tells more under error {number}")
    )
