"""Fetches files: at once what came, and again what is asked for."""

from __future__ import annotations

import hashlib
import os
import queue
import threading
from pathlib import Path

from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e

from ..protocol.events import MediaFetched
from . import incoming
from .network import Network
from .spool import Spool

MEDIA = "media"
LARGEST = 100 * 1024 * 1024  # bytes; what people send to phones may have two gigabytes
_GONE = ("status code 404", "status code 410", "status code 403")


class Fetcher:
    """One thread that fetches, so that messages do not wait for files."""

    def __init__(self, spool: Spool, network: Network, folder: Path) -> None:
        self._spool = spool
        self._network = network
        self._folder = folder / MEDIA
        self._queue: queue.SimpleQueue[str] = queue.SimpleQueue()

    def start(self) -> None:
        """Begin with what a process before this one did not come to."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        for message in self._spool.wanted():
            self.take(message)
        threading.Thread(target=self._run, name="fetcher", daemon=True).start()

    def take(self, message: str) -> None:
        """Fetch the file of this message when those before it are there."""
        self._queue.put(message)

    def _run(self) -> None:
        while True:
            message = self._queue.get()
            self._spool.fetched(self._fetched(message))

    def _fetched(self, message: str) -> MediaFetched:
        source = self._spool.source(message)
        if source is None:
            return MediaFetched(message, error="nothing is known of this file any more", gone=True)
        inside = e2e.Message.FromString(source)
        if incoming.file_size(inside) > LARGEST:  # the client holds it in memory
            return MediaFetched(message, error="it is larger than 100 MB", gone=True)
        if not self._network.is_open:
            return MediaFetched(message, error="not connected")
        try:
            content = self._network.download(inside)
        except Exception as error:
            words = str(error)
            return MediaFetched(message, error=words, gone=any(gone in words for gone in _GONE))
        return self._stored(message, content)

    def _stored(self, message: str, content: bytes) -> MediaFetched:
        digest = hashlib.sha256(content).hexdigest()
        path = self._folder / digest
        unfinished = path.with_suffix(".part")
        with open(unfinished, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        where = str(path.relative_to(self._folder.parent))
        return MediaFetched(message, path=where, sha256=digest, size=len(content))
