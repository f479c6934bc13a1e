"""The built web app: files under /assets, and its one page at every other address."""

from __future__ import annotations

import mimetypes
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException

STATIC = Path(str(files("promptpulse"))) / "static"
API_PREFIXES = ("/api/", "/v1/", "/otel/")
NOT_BUILT = (
    "<!doctype html><html lang=en><title>PromptPulse</title><h1>The web app is not built</h1>"
    "<p>Run <code>make web</code> in the source folder, then reload. The API works without it.</p></html>"
)

router = APIRouter(include_in_schema=False)
mimetypes.add_type("text/javascript", ".js")


@router.get("/{path:path}")
@router.head("/{path:path}")
def page(request: Request, path: str) -> Response:
    """A file of the build, or the app itself, which reads the address."""
    if request.url.path.startswith(API_PREFIXES):
        raise HTTPException(404)
    file = _file(path) or _file(f"{path}/index.html")
    if file:
        return FileResponse(file, headers={"Cache-Control": _caching(path)})
    if "." in path.rpartition("/")[2] and not path.startswith(("calls/", "prompts/", "shared/")):
        raise HTTPException(404)
    index = STATIC / "index.html"
    if not index.is_file():
        return HTMLResponse(NOT_BUILT, 503)
    return FileResponse(index, headers={"Cache-Control": "no-cache"})


def _caching(path: str) -> str:
    if path.startswith("assets/"):  # these names carry a hash of the content
        return "public, max-age=31536000, immutable"
    return "public, max-age=86400" if path.endswith(".svg") else "no-cache"


def _file(path: str) -> Path | None:
    """The file of the build at `path`; None when there is none, or it cannot be the name of one."""
    try:
        file = (STATIC / path).resolve()
        return file if path and file.is_file() and file.is_relative_to(STATIC.resolve()) else None
    except (OSError, ValueError):  # too long, or with a NUL
        return None
