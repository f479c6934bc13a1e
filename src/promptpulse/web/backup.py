"""A backup of the embedded stores: one tar file, of one moment, written while the server works; and the way back.

    manifest.json                  version, moment, tables and the statements that make them
    settings.db, secret.key        settings database; the key of the channels' secrets, unless it is a setting
    events/<table>/<part>/<file>   pieces of tables
    end.json                       SHA-256 of each file: without it the file is not whole

While the links are made (milliseconds) no call is stored; what arrives waits. The settings are copied after the events, so that
whatever events name is in them."""

from __future__ import annotations

import hashlib
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec
from sqlalchemy import select

from promptpulse import __version__
from promptpulse.core.errors import AppError, Conflict, Refused
from promptpulse.core.ids import uuid7
from promptpulse.core.times import rfc3339
from promptpulse.costs.models import RepricingRow
from promptpulse.db import Database
from promptpulse.db.snapshot import copy_to
from promptpulse.store import Store, open_store, snapshot

FORMAT = 1
LOCK = "lock"
"""A server has run on this folder."""
MANIFEST, END, SETTINGS, SECRET, EVENTS = "manifest.json", "end.json", "settings.db", "secret.key", "events"
TEMPORARY = ".backup-"
WAIT_S = 60.0
LOOK_S = 0.5
PIECE = 1 << 20
Progress = Callable[[int, int | None], None]
"""Bytes that are done, and how many there will be."""


class Damaged(AppError):
    """The file is no whole backup."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What is backed up. `paused`: meanwhile no call is stored."""

    store: Store
    database: Database
    data: Path
    paused: Callable[[], AbstractContextManager[None]] = nullcontext


class Backup:
    """A picture that lies ready, to be read once. `close` it, also when it was not read to its end."""

    def __init__(self, sources: Sources, now: datetime) -> None:
        """Raises `Conflict` while stored calls are changed, or when a store is not embedded."""
        self._sources = sources
        self._name = uuid7(now).replace("-", "")
        _clear(sources)
        self._folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=sources.data))
        try:
            tables, self._parts, calls = self._picture()
        except BaseException:
            self.close()
            raise
        self._manifest = msgspec.json.encode(
            {
                "format": FORMAT,
                "version": __version__,
                "made_at": rfc3339(now),
                "calls": calls,
                "tables": [{"name": t.name, "create": t.create, "kept": t.kept} for t in tables],
            }
        )
        self._files = [
            (f"{EVENTS}/{p.table}/{p.name}/{f.relative_to(p.folder)}", f) for p in self._parts for f in p.files()
        ]
        self._files.insert(0, (SETTINGS, self._folder / SETTINGS))
        if (sources.data / SECRET).is_file():
            self._files.insert(1, (SECRET, sources.data / SECRET))

    @property
    def size(self) -> int:
        """About so many bytes will come."""
        return sum(file.stat().st_size + 1024 for _, file in self._files)

    def pieces(self) -> Iterator[bytes]:
        """The tar file."""
        hashes = {}
        yield _entry(MANIFEST, self._manifest)
        for name, file in self._files:
            size, hashed = file.stat().st_size, hashlib.sha256()
            yield _header(name, size)
            with file.open("rb") as source:
                while piece := source.read(PIECE):
                    hashed.update(piece)
                    yield piece
            yield _padding(size)
            hashes[name] = hashed.hexdigest()
        yield _entry(END, msgspec.json.encode({"sha256": hashes})) + bytes(2 * tarfile.BLOCKSIZE)

    def close(self) -> None:
        snapshot.thaw(self._sources.store, self._name)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _picture(self) -> tuple[list[snapshot.Table], list[snapshot.Part], int]:
        store, until = self._sources.store, time.monotonic() + WAIT_S
        while True:
            before = self._going_on()
            if before is not None:
                with self._sources.paused():
                    tables, parts = snapshot.freeze(store, self._name)
                    calls = snapshot.rows_of(store, "calls")
                copy_to(self._sources.database, self._folder / SETTINGS)
                if before == self._going_on():
                    return tables, parts, calls
                snapshot.thaw(store, self._name)
            if time.monotonic() > until:
                raise Conflict(
                    "stored calls are being changed (a re-pricing or a deletion is under way); try again when it is done",
                    code="changing",
                )
            time.sleep(LOOK_S)

    def _going_on(self) -> list[tuple[object, ...]] | None:
        """How far re-pricings are; None while the engine changes stored rows: half of it would be in the picture."""
        if snapshot.unfinished(self._sources.store):
            return None
        columns = (RepricingRow.id, RepricingRow.status, RepricingRow.done_until, RepricingRow.staged_until)
        with self._sources.database.sessions() as session:
            return [tuple(row) for row in session.execute(select(*columns).order_by(RepricingRow.id))]


def _clear(sources: Sources) -> None:
    """What a killed process left behind. There is one backup at a time."""
    snapshot.thaw(sources.store)
    for left in sources.data.glob(f"{TEMPORARY}*"):
        shutil.rmtree(left, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Restored:
    version: str
    made_at: str
    calls: int


def restore(file: Path, data: Path, progress: Progress) -> Restored:
    """Fill an empty data folder from a backup. What broke off before is begun anew.

    Raises `Conflict` when the folder holds data, `Damaged` when the file is not whole; the folder then stays empty."""
    staging = data / ".restore"
    holds = (LOCK,) if staging.is_dir() else (LOCK, EVENTS, SETTINGS)
    if any((data / name).exists() for name in holds):
        raise Conflict(f"{data} holds data already; restore into an empty folder, with --data", code="not_empty")
    for left in (staging, data / EVENTS):
        shutil.rmtree(left, ignore_errors=True)
    (data / SETTINGS).unlink(missing_ok=True)
    staging.mkdir(parents=True)
    try:
        manifest = _unpack(file, staging, progress)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    _restore_events(manifest, staging, data)
    for name in (SECRET, SETTINGS):
        if (staging / name).is_file():
            (staging / name).replace(data / name)
    shutil.rmtree(staging)
    return _made(manifest)


def check(file: Path, progress: Progress) -> Restored:
    """Read a backup to its end, and compare every file with its sum. Raises `Damaged`."""
    manifest = _unpack(file, None, progress)
    return _made(manifest)


def _made(manifest: dict[str, object]) -> Restored:
    return Restored(str(manifest["version"]), str(manifest["made_at"]), int(str(manifest["calls"])))


def _restore_events(manifest: dict[str, object], staging: Path, data: Path) -> None:
    tables = manifest["tables"]
    assert isinstance(tables, list)  # noqa: S101 - of `_unpack`
    store = open_store(f"chdb://{(data / EVENTS).absolute()}", readers=1)
    try:
        snapshot.create(store, tables)
        for table in tables:
            folder = staging / EVENTS / str(table["name"])
            if folder.is_dir():
                snapshot.attach(store, str(table["name"]), sorted(folder.iterdir()))
        found = snapshot.rows_of(store, "calls")
        if found != manifest["calls"]:
            raise Damaged(f"{found} calls came back, and the backup says {manifest['calls']}")
    finally:
        store.close()


def _unpack(file: Path, folder: Path | None, progress: Progress) -> dict[str, object]:
    """Every file, each compared with its sum. The manifest."""
    hashes: dict[str, str] = {}
    documents: dict[str, dict[str, object]] = {}
    size = file.stat().st_size
    try:
        with file.open("rb") as raw, tarfile.open(fileobj=raw, mode="r|") as tar:
            for member in tar:
                source = tar.extractfile(member)
                if source is None:
                    raise Damaged(f"{member.name!r} is no file")
                if member.name in {MANIFEST, END}:
                    documents[member.name] = msgspec.json.decode(source.read(), type=dict[str, object])
                    if member.name == MANIFEST:
                        _check(documents[MANIFEST])
                else:
                    hashes[member.name] = _write(source, folder, member.name)
                progress(raw.tell(), size)
    except (tarfile.TarError, EOFError, msgspec.MsgspecError) as e:
        raise Damaged(f"{file} is no backup, or not whole: {e}") from e
    if END not in documents or MANIFEST not in documents or documents[END].get("sha256") != hashes:
        raise Damaged(f"{file} is not whole: make it again, or use an older one")
    return documents[MANIFEST]


def _check(manifest: dict[str, object]) -> None:
    if manifest.get("format") != FORMAT or not isinstance(manifest.get("tables"), list):
        raise Refused(f"the backup has format {manifest.get('format')!r}; this version reads {FORMAT}", field="file")


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or path == folder.resolve():
        raise Damaged(f"{name!r} lies outside of the backup")
    return path


def _write(source: IO[bytes], folder: Path | None, name: str) -> str:
    """Its sum; without a folder it is read only."""
    hashed = hashlib.sha256()
    with _target(folder, name) as target:
        while piece := source.read(PIECE):
            hashed.update(piece)
            target.write(piece)
    return hashed.hexdigest()


def _target(folder: Path | None, name: str) -> IO[bytes]:
    if folder is None:
        return Path(os.devnull).open("wb")
    path = _inside(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def _entry(name: str, content: bytes) -> bytes:
    return _header(name, len(content)) + content + _padding(len(content))
