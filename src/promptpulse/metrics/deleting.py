"""Taking rows out of a table's files: begun, and done a while later, beside everything else; also over a restart."""

from __future__ import annotations

from collections.abc import Mapping

from promptpulse.store import Store, StoreError


def begin(store: Store, table: str, where: str, params: Mapping[str, object]) -> None:
    store.command(f"ALTER TABLE {table} DELETE WHERE {where} SETTINGS mutations_sync = 0", params)


def is_done(store: Store, table: str, mark: str) -> bool:
    """Whether no deletion whose condition holds the text `mark` is under way.

    Raises `StoreError` when the engine cannot delete, and gives up."""
    undone = (
        "database = currentDatabase() AND table = {table:String} AND NOT is_done"
        " AND position(command, {mark:String}) > 0"
    )
    params = {"table": table, "mark": mark}
    answer = store.query(
        f"SELECT max(latest_fail_reason) AS reason, count() AS n FROM system.mutations WHERE {undone}", params
    )
    reason, n = next(answer.rows())
    if reason:
        store.command(f"KILL MUTATION WHERE {undone}", params)
        raise StoreError(f"rows of {table} cannot be deleted: {str(reason)[:300]}", 0)
    return not int(str(n))
