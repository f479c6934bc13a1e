"""The real store on bad days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from promptpulse.store import Store, StoreError


class FlakyStore(Store):
    """Its queries are counted and its inserts fail as told, before or after the rows are in."""

    def __init__(self, inner: Store, failures: Sequence[str] = (), *, embedded: bool = True) -> None:
        self.inner, self.failures = inner, list(failures)
        self.embedded = embedded
        self.queries = 0

    def query(self, sql: str, params: Mapping[str, object] | None = None, *, wait_s: float = 30.0):  # type: ignore[no-untyped-def]  # as the real one
        self.queries += 1
        return self.inner.query(sql, params, wait_s=wait_s)

    def insert(
        self, table: str, columns: Mapping[str, Sequence[object]], types: Mapping[str, str], *, token: str | None = None
    ) -> None:
        failure = self.failures.pop(0) if self.failures else ""
        if failure != "before":
            self.inner.insert(table, columns, types, token=token)
        if failure:
            raise StoreError(f"connection lost {failure} the rows were in", 210)
