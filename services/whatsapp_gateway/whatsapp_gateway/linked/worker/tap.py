"""The client's own log, read while it is written.

neonize lets nobody choose a message's id, nor store a message before the network is told that it
was taken. But whatsmeow writes each node to its debug log before the node leaves, and goes on when
the one who listens returns. So the id of what we send is known before it leaves, and what must not
leave yet waits. The version is pinned, and the tests hold the format.
"""

from __future__ import annotations

import ctypes
import re
import sys
import time
from typing import Protocol

from neonize.proto.Neonize_pb2 import LogEntry

_TAG = re.compile(r'<([\w:-]+)((?: [\w:-]+="[^"]*")*)')
_ATTRIBUTE = re.compile(r'([\w:-]+)="([^"]*)"')
_IGNORED = re.compile(
    r"Ignoring message (\S+) from (\S+?)(?: in (\S+?))?: .*old counter", re.DOTALL
)
# Receipts that say that the device has a message; others say that somebody read it and the like.
_TAKING = ("", "sender", "inactive", "peer_msg", "hist_sync")
_SHOWN = 300  # characters


class Ears(Protocol):
    """Who is told."""

    def leaving(self, message: str) -> None:
        """A message of this id leaves when this returns, sent by the current thread or not."""

    def taking(self, message: str) -> None:
        """The network is told, when this returns, that a message was taken."""

    def passing(self, message: str) -> None:
        """The network is told, when this returns, that a message need not come again as it is."""

    def asking(self, message: str) -> None:
        """A message that could not be read is asked for once more."""

    def skipped(self, message: str, sender: str, chat: str) -> None:
        """The client passed over a message that it had decrypted in a life before this one."""


class Tap:
    """Called by the client's threads with each entry of its log."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        self.sees_sending = False
        self.heard_at: float | None = None

    def __call__(self, address: int, size: int) -> None:
        """Take an entry, which lies in memory."""
        if address and size > 0:
            entry = LogEntry.FromString(ctypes.string_at(address, size))
            self.take(entry.Name, entry.Level, entry.Message)

    def take(self, name: str, level: str, text: str) -> None:
        """Take an entry."""
        if name == "Client/Recv":
            self.heard_at = time.monotonic()
        elif name == "Client/Send":
            self.sees_sending = True
            self._sending(text)
        elif level == "WARN" and (found := _IGNORED.match(text)):
            self._ears.skipped(found[1], found[2], found[3] or found[2])
        elif level == "ERROR":
            sys.stderr.write(f"{name}: {text[:_SHOWN]}\n")

    def _sending(self, text: str) -> None:
        if (tag := _TAG.match(text)) is None:
            return
        attributes = dict(_ATTRIBUTE.findall(tag[2]))
        id = attributes.get("id", "")
        if tag[1] == "message":
            self._ears.leaving(id)
        elif tag[1] == "receipt" and attributes.get("type", "") in _TAKING:
            self._ears.taking(id)
        elif tag[1] == "receipt" and attributes.get("type") == "retry":
            self._ears.asking(id)
        elif tag[1] == "ack" and attributes.get("class") == "message":
            self._ears.passing(id)
