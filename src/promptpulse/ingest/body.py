"""Request bodies: chunked or not, compressed or not, never larger than allowed."""

from __future__ import annotations

import zlib

from fastapi import Request

from promptpulse.core.errors import BadRequest, TooLarge, UnsupportedType

_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


async def read_body(request: Request, max_bytes: int) -> bytes:
    """The decompressed body. Raises `TooLarge` (as soon as it is clear), `BadRequest` (corrupt), `UnsupportedType`."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"identity", ""}:
        inflate = None
    elif encoding in _WINDOW_BITS:
        inflate = zlib.decompressobj(_WINDOW_BITS[encoding])
    else:
        raise UnsupportedType(
            f"content-encoding: {encoding!r} is not supported; send gzip, deflate or plain", code="unsupported_encoding"
        )
    too_large = TooLarge(
        f"the body is larger than {max_bytes >> 20} MiB after decompression; send smaller batches",
        code="body_too_large",
    )
    parts: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        if not chunk:
            continue
        plain = chunk
        if inflate is not None:
            try:
                plain = inflate.decompress(chunk, max_bytes - size + 1)
            except zlib.error as e:
                raise BadRequest(f"the body is not valid {encoding} data: {e}", code="corrupt_body") from None
        size += len(plain)
        if size > max_bytes or (inflate is not None and inflate.unconsumed_tail):
            raise too_large
        parts.append(plain)
    if inflate is not None and parts and not inflate.eof:
        raise BadRequest(f"the {encoding} body ends early; send it whole", code="corrupt_body")
    return b"".join(parts)


def media_type(request: Request) -> str:
    """The content type without parameters, lower case; "" when there is none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()
