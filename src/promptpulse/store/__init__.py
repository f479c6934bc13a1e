"""The only package that knows ClickHouse. `chdb:///path` runs the engine in this process; `clickhouse(s)://` reaches a server."""

from promptpulse.store.client import Answer, Store, StoreError, TooHeavy, Unstorable, open_store
from promptpulse.store.migrate import migrate

__all__ = ["Answer", "Store", "StoreError", "TooHeavy", "Unstorable", "migrate", "open_store"]
