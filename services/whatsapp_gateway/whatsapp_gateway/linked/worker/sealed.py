"""The session's file, sealed: what the client's SQLite writes is encrypted on its way to the disk.

The client opens the file itself, by the SQLite that is linked into its library. That library shows
SQLite's own seam, the VFS (https://sqlite.org/vfs.html): a layer around the one for files of the
system, under which a page is encrypted when it is written and decrypted when it is read. So there
is no moment at which keys lie in the clear, on whatever way the process ends.

Pages of the database: AES-256 in XTS, by their place, as disks are encrypted. Journals, which are
written at odd places and once: AES-256 in CTR, begun by chance for each file, which is written
before it. Neither keeps anybody from damaging the file, or from putting back an old one.
"""

from __future__ import annotations

import ctypes
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR, XTS

from ..protocol.commands import SESSION_KEY

PAGE = 4096
PLAIN = b"SQLite format 3\0"
_HEAD = 512  # before a journal: its beginning, in a sector of its own
_MAIN_DB = 0x100
_OK, _IOERR, _IOERR_SHORT_READ = 0, 10, 522

_File = ctypes.c_void_p
_Open = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, _File, ctypes.c_int, ctypes.c_void_p
)
_Close = ctypes.CFUNCTYPE(ctypes.c_int, _File)
_Move = ctypes.CFUNCTYPE(ctypes.c_int, _File, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
_Cut = ctypes.CFUNCTYPE(ctypes.c_int, _File, ctypes.c_int64)
_Size = ctypes.CFUNCTYPE(ctypes.c_int, _File, ctypes.POINTER(ctypes.c_int64))


class _Vfs(ctypes.Structure):
    _fields_ = [
        ("version", ctypes.c_int),
        ("size", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", _Open),
        *((f"rest{number}", ctypes.c_void_p) for number in range(16)),
    ]


class _Methods(ctypes.Structure):
    _fields_ = [
        ("version", ctypes.c_int),
        ("close", _Close),
        ("read", _Move),
        ("write", _Move),
        ("truncate", _Cut),
        ("sync", ctypes.c_void_p),
        ("file_size", _Size),
        *((f"rest{number}", ctypes.c_void_p) for number in range(6)),
    ]


class Pages:
    """A database's pages by their places."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AES(key)

    def sealed(self, content: bytes, offset: int) -> bytes:
        """Whole pages, from a place where one begins, encrypted."""
        return self._each(content, offset, lambda cipher: cipher.encryptor())

    def opened(self, content: bytes, offset: int) -> bytes:
        """What `sealed` was given."""
        return self._each(content, offset, lambda cipher: cipher.decryptor())

    def _each(self, content: bytes, offset: int, way: Callable[[Any], Any]) -> bytes:
        assert offset % PAGE == len(content) % PAGE == 0, "no whole pages"
        out = bytearray()
        for begin in range(0, len(content), PAGE):
            place = ((offset + begin) // PAGE).to_bytes(16, "little")
            out += way(Cipher(self._cipher, XTS(place))).update(content[begin : begin + PAGE])
        return bytes(out)


def streamed(key: bytes, start: bytes, content: bytes, offset: int) -> bytes:
    """A piece of a journal that begins by chance with `start`: encrypted, or back again."""
    block, skipped = divmod(offset, 16)
    counter = (int.from_bytes(start) + block) % (1 << 128)
    cipher = Cipher(AES(key), CTR(counter.to_bytes(16))).encryptor()
    cipher.update(bytes(skipped))
    return cipher.update(content)


class Vfs:
    """The layer, once for the process. Called by threads of the client; holds what C points to."""

    def __init__(self, library: ctypes.CDLL, key: bytes) -> None:
        assert len(key) == SESSION_KEY, "two keys for pages, one for journals"
        self._pages = Pages(key[:64])
        self._journal_key = key[64:]
        self._starts: dict[int, bytes] = {}  # of open journals, by their files
        self._lock = threading.Lock()
        self._kept: list[Any] = []
        library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        library.sqlite3_vfs_find.argtypes = [ctypes.c_char_p]
        library.sqlite3_vfs_register.argtypes = [ctypes.POINTER(_Vfs), ctypes.c_int]
        self._below = library.sqlite3_vfs_find(None)
        self._methods: dict[tuple[int, bool], _Methods] = {}
        self._mine = _Vfs.from_buffer_copy(self._below.contents)
        self._mine.name = b"sealed"
        self._mine.next = None
        self._mine.open = self._held(_Open(_guarded(self._open)))
        if library.sqlite3_vfs_register(ctypes.byref(self._mine), 1) != _OK:
            raise OSError("SQLite takes no other layer for its files")

    def _held(self, callback: Any) -> Any:
        self._kept.append(callback)
        return callback

    def _open(self, _vfs: int, name: int, file: int, flags: int, out: int) -> int:
        below = ctypes.cast(self._below, ctypes.c_void_p).value
        code: int = self._below.contents.open(below, name, file, flags, out)
        place = ctypes.c_void_p.from_address(file)
        if code != _OK or not place.value:
            return code
        with self._lock:
            self._starts.pop(file, None)
            mine = self._over(place.value, pages=bool(flags & _MAIN_DB))
        place.value = ctypes.addressof(mine)
        return code

    def _over(self, below: int, *, pages: bool) -> _Methods:
        """The methods of a file, around those that it has. Of the first version: without shared
        memory and without files mapped into it, which would pass this layer by."""
        if (below, pages) not in self._methods:
            base = _Methods.from_address(below)
            way = _PagedFile(base, self._pages) if pages else _Journal(base, self)
            mine = _Methods.from_buffer_copy(base)
            mine.version = 1
            mine.read = self._held(_Move(_guarded(way.read)))
            mine.write = self._held(_Move(_guarded(way.write)))
            mine.truncate = self._held(_Cut(_guarded(way.truncate)))
            mine.file_size = self._held(_Size(_guarded(way.file_size)))
            self._methods[below, pages] = mine
        return self._methods[below, pages]

    # For journals.

    def start(self, base: _Methods, file: int, *, make: bool) -> bytes | None:
        """What a journal begins with by chance; None where it is empty, and none is to be made."""
        with self._lock:
            known = self._starts.get(file)
        if known is not None:
            return known
        head = ctypes.create_string_buffer(_HEAD)
        size = ctypes.c_int64()
        base.file_size(file, ctypes.byref(size))
        if size.value >= _HEAD:
            base.read(file, head, _HEAD, 0)
        elif make:
            head.raw = os.urandom(16).ljust(_HEAD, b"\0")
            if base.write(file, head, _HEAD, 0) != _OK:
                raise OSError("a journal cannot be begun")
        else:
            return None
        found = head.raw[:16]
        with self._lock:
            self._starts[file] = found
        return found

    def forget(self, file: int) -> None:
        """A journal is empty again."""
        with self._lock:
            self._starts.pop(file, None)

    def streamed(self, start: bytes, content: bytes, offset: int) -> bytes:
        """As the function, with the key for journals."""
        return streamed(self._journal_key, start, content, offset)


class _PagedFile:
    """A database's file."""

    def __init__(self, base: _Methods, pages: Pages) -> None:
        self._base = base
        self._pages = pages

    def read(self, file: int, into: int, count: int, offset: int) -> int:
        code, content = self._whole(file, count, offset)
        begin = offset % PAGE
        found = content[begin : begin + count]
        ctypes.memmove(into, found.ljust(count, b"\0"), count)
        return code if code != _OK or len(found) == count else _IOERR_SHORT_READ

    def write(self, file: int, source: int, count: int, offset: int) -> int:
        content = ctypes.string_at(source, count)
        begin = offset % PAGE
        if begin or count % PAGE:  # no writing of SQLite's own, whose pages these are
            code, before = self._whole(file, count, offset)
            if code != _OK:
                return code
            before = before.ljust(-(-(begin + count) // PAGE) * PAGE, b"\0")
            content = before[:begin] + content + before[begin + count :]
        sealed = self._pages.sealed(content, offset - begin)
        written: int = self._base.write(file, sealed, len(sealed), offset - begin)
        return written

    def truncate(self, file: int, size: int) -> int:
        code: int = self._base.truncate(file, size)
        return code

    def file_size(self, file: int, size: Any) -> int:
        code: int = self._base.file_size(file, size)
        return code

    def _whole(self, file: int, count: int, offset: int) -> tuple[int, bytes]:
        """The pages around a piece, as far as there are any."""
        size = ctypes.c_int64()
        code: int = self._base.file_size(file, ctypes.byref(size))
        begin = offset - offset % PAGE
        end = min(-(-(offset + count) // PAGE) * PAGE, size.value - size.value % PAGE)
        if code != _OK or end <= begin:
            return code, b""
        buffer = ctypes.create_string_buffer(end - begin)
        code = self._base.read(file, buffer, end - begin, begin)
        return code, self._pages.opened(buffer.raw, begin) if code == _OK else b""


class _Journal:
    """A journal's file, and what SQLite puts aside for a moment."""

    def __init__(self, base: _Methods, vfs: Vfs) -> None:
        self._base = base
        self._vfs = vfs

    def read(self, file: int, into: int, count: int, offset: int) -> int:
        start = self._vfs.start(self._base, file, make=False)
        if start is None:
            ctypes.memset(into, 0, count)
            return _IOERR_SHORT_READ
        size = ctypes.c_int64()
        self.file_size(file, ctypes.pointer(size))
        there = max(0, min(count, size.value - offset))
        buffer = ctypes.create_string_buffer(there or 1)
        code: int = self._base.read(file, buffer, there, offset + _HEAD) if there else _OK
        if code != _OK:
            return code
        content = self._vfs.streamed(start, buffer.raw[:there], offset)
        ctypes.memmove(into, content.ljust(count, b"\0"), count)
        return _OK if there == count else _IOERR_SHORT_READ

    def write(self, file: int, source: int, count: int, offset: int) -> int:
        start = self._vfs.start(self._base, file, make=True)
        assert start is not None, "it was made"
        sealed = self._vfs.streamed(start, ctypes.string_at(source, count), offset)
        code: int = self._base.write(file, sealed, count, offset + _HEAD)
        return code

    def truncate(self, file: int, size: int) -> int:
        if size == 0:
            self._vfs.forget(file)
        code: int = self._base.truncate(file, size + _HEAD if size else 0)
        return code

    def file_size(self, file: int, size: Any) -> int:
        code: int = self._base.file_size(file, size)
        size[0] = max(0, size[0] - _HEAD)
        return code


def _guarded(method: Callable[..., int]) -> Callable[..., int]:
    """An error in Python is one of the disk's to SQLite; else it would pass for a success."""

    def called(*arguments: Any) -> int:
        try:
            return method(*arguments)
        except Exception:
            return _IOERR

    return called


def seal(path: Path, key: bytes) -> None:
    """Encrypt a session that an older version left in the clear. Raises ValueError for one that
    was sealed with another key."""
    if not path.exists() or not path.stat().st_size:
        return
    with open(path, "rb") as file:
        first = file.read(PAGE)
    pages = Pages(key[:64])
    if not first.startswith(PLAIN):
        if len(first) < PAGE or not pages.opened(first, 0).startswith(PLAIN):
            raise ValueError("the session is sealed with another key, or damaged")
        return
    with sqlite3.connect(path) as plain:  # what a crash left half done is taken back
        plain.execute("PRAGMA journal_mode=DELETE").fetchone()
        [(size,)] = plain.execute("PRAGMA page_size")
        if size != PAGE:
            plain.execute(f"PRAGMA page_size={PAGE}")
            plain.execute("VACUUM")
    plain.close()
    unfinished = path.with_suffix(".sealing")
    with open(unfinished, "wb") as file:
        file.write(pages.sealed(path.read_bytes(), 0))
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
