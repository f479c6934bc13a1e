"""A server, over HTTP, with an API key or a personal token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import httpx

from promptpulse.core.errors import AppError, Refused

Json = dict[str, object]
Parameters = Mapping[str, str | int | bool | None]
TIMEOUT = httpx.Timeout(60, connect=10)


class Denied(AppError):
    """The server does not know the key, or it may not do this."""

    exit_code = 4


class Unreachable(AppError):
    """No server answered."""

    exit_code = 5


class WrongOption(Refused):
    """An option that cannot be meant."""

    exit_code = 2


class RemoteError(AppError):
    """The server said no, for another reason."""


@dataclass(frozen=True, slots=True)
class Address:
    url: str
    key: str
    project: str = ""
    """Id; a key has its own, a person's token needs it."""


class Remote:
    """Answers are the `data` of the API. Raises `Denied`, `Unreachable`, `RemoteError`."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._http = httpx.Client(
            base_url=address.url.rstrip("/"),
            headers={"Authorization": f"Bearer {address.key}"} if address.key else {},
            params={"project": address.project} if address.project else {},
            timeout=TIMEOUT,
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str, **parameters: str | int | bool | None) -> object:
        """`data` of the answer; parameters that are None are left out."""
        return self._data("GET", path, parameters, None)

    def post(self, path: str, body: Mapping[str, object] | None = None) -> object:
        return self._data("POST", path, {}, body)

    def one(self, path: str, **parameters: str | int | bool | None) -> Json:
        """As `get`, of what is an object."""
        return as_object(self.get(path, **parameters))

    def many(self, path: str, **parameters: str | int | bool | None) -> list[Json]:
        """As `get`, of what is a list of objects."""
        return as_objects(self.get(path, **parameters))

    @contextmanager
    def stream(
        self, path: str, parameters: Parameters, *, method: str = "GET", read_timeout_s: float = 60
    ) -> Iterator[httpx.Response]:
        """A long answer, read as it comes."""
        timeout = httpx.Timeout(read_timeout_s, connect=10)
        with (
            self._failures(),
            self._http.stream(method, path, params=self._params(parameters), timeout=timeout) as answer,
        ):
            if not answer.is_success:
                answer.read()
                raise self._refusal(answer)
            yield answer

    def _data(self, method: str, path: str, parameters: Parameters, body: Mapping[str, object] | None) -> object:
        with self._failures():
            answer = self._http.request(method, path, params=self._params(parameters), json=body)
        if not answer.is_success:
            raise self._refusal(answer)
        try:
            document = answer.json()
        except ValueError as e:
            raise RemoteError(f"{self.address.url}{path} did not answer with JSON: is it a PromptPulse server?") from e
        return document["data"] if isinstance(document, dict) and "data" in document else document

    def _params(self, parameters: Parameters) -> Mapping[str, str | int | bool]:
        project = {"project": self.address.project} if self.address.project else {}
        return {**project, **{name: value for name, value in parameters.items() if value is not None}}

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as e:
            raise Unreachable(f"PROMPTPULSE_URL: {self.address.url!r} is no address: {e}", field="url") from e
        except httpx.TransportError as e:
            said = str(e) or type(e).__name__
            raise Unreachable(f"{self.address.url} does not answer: {said}") from e

    def _refusal(self, answer: httpx.Response) -> AppError:
        try:
            document = answer.json()
        except ValueError:
            document = {}
        document = document if isinstance(document, dict) else {}
        said = str(document.get("error") or f"answered with status {answer.status_code}")
        kind = Denied if answer.status_code in {401, 403} else RemoteError
        return kind(said, code=str(document.get("code") or "") or None, field=document.get("field"))


def as_object(value: object) -> Json:
    if not isinstance(value, dict):
        raise RemoteError("the server answered in another shape than expected; is it of the same version?")
    return value


def as_objects(value: object) -> list[Json]:
    if not isinstance(value, list):
        raise RemoteError("the server answered in another shape than expected; is it of the same version?")
    return [as_object(item) for item in value]


def number(value: object) -> float | None:
    """Of JSON: None is "no data"."""
    return float(value) if isinstance(value, int | float) else None


def moment(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)).astimezone(UTC) if text else None
