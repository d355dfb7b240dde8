"""Files: contents kept by their hash, apart for each organisation, in a folder or in S3.

A key is `<organisation>/<sha256 of the content>`, so equal content is stored once and a key tells
nothing of a file's name. Name and media type belong to the row that holds the key.

Whoever asks names the organisation that he acts for; another organisation's key does not exist.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final, Protocol, TypeVar
from uuid import UUID

from .errors import Invalid, NotFound, Unavailable
from .settings import BadSettings

T = TypeVar("T")

LIMIT: Final = 25 * 1024 * 1024  # bytes; what the large mail hosts accept as one message
CHUNK: Final = 256 * 1024  # bytes that are hashed between two turns of the event loop: about 0.3 ms
STALE: Final = 86400  # seconds after which an unfinished file belongs to a process that died

_ORGANISATION = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEY = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored content: its key, its size in bytes and its SHA-256 in hex."""

    key: str
    size: int
    sha256: str


class Readable(Protocol):
    """A stream of bytes: at most `size` of them for each read, none at the end."""

    def read(self, size: int = -1, /) -> bytes: ...


Content = bytes | Readable | Iterable[bytes]


class FileStore(Protocol):
    """Where files are kept. Every method raises Unavailable while the store is away."""

    def put(self, organisation: UUID, content: Content, *, limit: int = LIMIT) -> StoredFile:
        """Store `content` for good before returning; the same content again changes nothing.

        Raises Invalid (`files.too_large`) for more than `limit` bytes, and then keeps nothing.
        """
        ...

    def open(
        self, organisation: UUID, key: str, *, start: int = 0
    ) -> AbstractContextManager[Readable]:
        """The content as a stream, from the byte `start` on; raises NotFound."""
        ...

    def read(self, organisation: UUID, key: str) -> bytes:
        """The whole content; raises NotFound."""
        ...

    def exists(self, organisation: UUID, key: str) -> bool:
        """Whether this organisation has it."""
        ...

    def delete(self, organisation: UUID, key: str) -> None:
        """Remove the content if it is there; raises NotFound for another organisation's key.

        All rows of the organisation that hold this key lose it: the caller sees to it that none is
        left, and that none is being made.
        """
        ...

    def idle(self, before: dt.datetime) -> Iterator[tuple[UUID, list[str]]]:
        """Keys that were last stored before a moment, in batches of one organisation each."""
        ...

    def discard(self, organisation: UUID, key: str, before: dt.datetime) -> bool:
        """Remove a content that no row refers to, unless it was stored again since `before`.

        Safe against a `put` at the same time: what that returned is there. Returns whether it is
        gone; a bucket, which cannot rename, first marks it and removes it when asked again, an
        hour later or more.
        """
        ...

    def check(self) -> None:
        """Raise Unavailable unless files can be stored now."""
        ...


def open_store(location: str) -> FileStore:
    """The store at `location`: a folder's path, made where missing, or an S3 bucket.

    An S3 bucket is `s3://bucket/prefix?endpoint=https://…&region=…`, all after the bucket optional.
    Raises BadSettings that names FAIRLEAD_FILES where there can be no store.
    """
    try:
        if location.startswith("s3://"):
            store: FileStore = import_module("fairlead.s3").open_bucket(location)
            return store
        if "://" in location:
            raise ValueError("expected a folder or s3://bucket/…")
        return Folder(Path(location))
    except (ValueError, OSError, ImportError) as error:
        raise BadSettings([f"FAIRLEAD_FILES: no files can be kept there: {error}"]) from error


def key_of(organisation: UUID, sha256: str) -> str:
    """The key of the content with this hash."""
    return f"{organisation}/{sha256}"


def hash_of(organisation: UUID, key: str) -> str:
    """The hash in `key`; raises NotFound unless it is a key of `organisation`.

    What passes is safe in a path: lower-case hex digits only.
    """
    match = _KEY.fullmatch(key)
    if match is None or match[1] != str(organisation):
        raise not_found()
    return match[2]


def organisation_of(key: str) -> UUID | None:
    """Whose key this is; None for what is no key."""
    match = _KEY.fullmatch(key)
    return UUID(match[1]) if match else None


def not_found() -> NotFound:
    """There is no such file, or none that may be known of."""
    return NotFound("files.not_found", "There is no such file")


def copy(content: Content, target: IO[bytes], limit: int) -> tuple[int, str]:
    """Write `content` to `target`; its size and SHA-256. Raises Invalid beyond `limit` bytes."""
    digest = hashlib.sha256()
    size = 0
    for chunk in _chunks(content):
        size += len(chunk)
        if size > limit:
            raise Invalid.field("files.too_large", "file", f"has more than {limit} bytes")
        digest.update(chunk)
        target.write(chunk)
        time.sleep(0)  # other greenlets' turn
    return size, digest.hexdigest()


def _chunks(content: Content) -> Iterator[bytes | memoryview]:
    if isinstance(content, bytes):
        view = memoryview(content)
        for start in range(0, len(view), CHUNK):
            yield view[start : start + CHUNK]
    elif isinstance(content, Iterable) and not hasattr(content, "read"):
        yield from content
    else:
        while chunk := content.read(CHUNK):
            yield chunk


def _in_thread(function: Callable[..., T], *arguments: Any) -> T:
    """Call `function` where its wait for the disk stops no other greenlet."""
    if "eventlet" in sys.modules and import_module("eventlet.patcher").is_monkey_patched("thread"):
        result: T = import_module("eventlet.tpool").execute(function, *arguments)
        return result
    return function(*arguments)


class Folder:
    """Files in a folder: `<organisation>/<two digits>/<sha256>`, written aside and renamed."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._aside = self._root / ".incoming"
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._aside.mkdir(mode=0o700, exist_ok=True)
        self._sweep()

    def put(self, organisation: UUID, content: Content, *, limit: int = LIMIT) -> StoredFile:
        """As `FileStore.put`: after it returns, a power cut does not lose the file."""
        try:
            descriptor, name = tempfile.mkstemp(dir=self._aside)
            try:
                with open(descriptor, "wb") as aside:
                    size, sha256 = copy(content, aside, limit)
                    aside.flush()
                    _in_thread(os.fsync, aside.fileno())
                _in_thread(_settle, Path(name), self._path(organisation, sha256), self._root)
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(name)
        except OSError as error:
            raise _unavailable(error) from error
        return StoredFile(key_of(organisation, sha256), size, sha256)

    def open(self, organisation: UUID, key: str, *, start: int = 0) -> IO[bytes]:
        """As `FileStore.open`."""
        try:
            # Closed by who asked for it.
            stream = open(self._path(organisation, hash_of(organisation, key)), "rb")  # noqa: SIM115
            stream.seek(start)
            return stream
        except FileNotFoundError:
            raise not_found() from None
        except OSError as error:
            raise _unavailable(error) from error

    def read(self, organisation: UUID, key: str) -> bytes:
        """As `FileStore.read`."""
        with self.open(organisation, key) as stream:
            return stream.read()

    def exists(self, organisation: UUID, key: str) -> bool:
        """As `FileStore.exists`."""
        with suppress(NotFound):
            return self._path(organisation, hash_of(organisation, key)).exists()
        return False

    def delete(self, organisation: UUID, key: str) -> None:
        """As `FileStore.delete`."""
        try:
            self._path(organisation, hash_of(organisation, key)).unlink(missing_ok=True)
        except OSError as error:
            raise _unavailable(error) from error

    def idle(self, before: dt.datetime) -> Iterator[tuple[UUID, list[str]]]:
        """As `FileStore.idle`."""
        try:
            for folder in _in_thread(_leaves, self._root):
                keys = _in_thread(_older, folder, before.timestamp())
                if keys:
                    yield UUID(folder.parent.name), keys
        except OSError as error:
            raise _unavailable(error) from error

    def discard(self, organisation: UUID, key: str, before: dt.datetime) -> bool:
        """As `FileStore.discard`."""
        path = self._path(organisation, hash_of(organisation, key))
        aside = self._aside / f"discarded-{organisation}-{path.name}"
        try:
            os.rename(path, aside)
            # What was put until the rename is fresh, and goes back; what is put after it stays.
            if aside.stat().st_mtime >= before.timestamp():
                os.rename(aside, path)
                return False
            aside.unlink()
        except FileNotFoundError:
            return not path.exists()
        except OSError as error:
            raise _unavailable(error) from error
        return True

    def check(self) -> None:
        """As `FileStore.check`: writes a file aside and removes it."""
        try:
            with tempfile.TemporaryFile(dir=self._aside) as probe:
                probe.write(b"\0")
        except OSError as error:
            raise _unavailable(error) from error

    def _path(self, organisation: UUID, sha256: str) -> Path:
        # Without the level of two digits a large organisation's folder grows slow to list.
        return self._root / str(organisation) / sha256[:2] / sha256

    def _sweep(self) -> None:
        for left in self._aside.iterdir():
            with suppress(FileNotFoundError):  # another process sweeps too
                if time.time() - left.stat().st_mtime > STALE:
                    left.unlink()


def _leaves(root: Path) -> list[Path]:
    """The folders that hold files."""
    return [
        leaf
        for organisation in root.iterdir()
        if _ORGANISATION.fullmatch(organisation.name)
        for leaf in organisation.iterdir()
    ]


def _older(folder: Path, before: float) -> list[str]:
    """The keys in `folder` whose files were written before a moment."""
    with os.scandir(folder) as found:
        names = [each.name for each in found if each.stat().st_mtime < before]
    return [f"{folder.parent.name}/{name}" for name in names]


def _settle(aside: Path, final: Path, root: Path) -> None:
    """Give the written file its name, durably: the folders' entries are synced too."""
    new = not final.parent.exists()
    for folder in (final.parent.parent, final.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    os.replace(aside, final)
    for folder in (final.parent, final.parent.parent, root) if new else (final.parent,):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _unavailable(error: OSError) -> Unavailable:
    reason = errno.errorcode.get(error.errno or 0, "unknown")
    return Unavailable("files.unavailable", f"The file store cannot do this now ({reason})")
