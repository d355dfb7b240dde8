"""Nodes of the binary protocol: XML in all but name, with tokens for common words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

_TABLES = json.loads((Path(__file__).parent / "tokens.json").read_text(encoding="utf-8"))
_SINGLE: list[str] = _TABLES["single"]
_DOUBLE: list[list[str]] = _TABLES["double"]
_NIBBLES = {255: "0123456789-.----", 251: "0123456789ABCDEF"}

LIST_EMPTY, LIST_8, LIST_16 = 0, 248, 249
DEVICE_JID, PLAIN_JID = 247, 250
BYTES_8, BYTES_20, BYTES_32 = 252, 253, 254


class Jid(str):
    """An address, which the protocol writes otherwise than a word."""

    __slots__ = ()

    @property
    def user(self) -> str:
        return self.partition("@")[0].partition(":")[0]

    @property
    def server(self) -> str:
        return self.partition("@")[2]

    @property
    def bare(self) -> Jid:
        """Without its device."""
        return Jid(f"{self.user}@{self.server}")


Content: TypeAlias = "list[Node] | bytes | None"


@dataclass
class Node:
    tag: str
    attrs: Mapping[str, str] = field(default_factory=dict)
    content: Content = None

    def children(self, tag: str = "") -> list[Node]:
        """The nodes inside, or those of one tag."""
        inside = self.content if isinstance(self.content, list) else []
        return [each for each in inside if not tag or each.tag == tag]

    def child(self, *path: str) -> Node | None:
        """The first node at the end of `path`."""
        found: Node | None = self
        for tag in path:
            found = next(iter(found.children(tag)), None) if found else None
        return found

    def need(self, *path: str) -> Node:
        found = self.child(*path)
        assert found is not None, f"{self.tag} has no {'/'.join(path)}"
        return found

    @property
    def data(self) -> bytes:
        assert isinstance(self.content, bytes)
        return self.content


def encoded(node: Node) -> bytes:
    """A node as bytes, without its flags byte. Words are written out: tokens need not be used."""
    size = 1 + 2 * len(node.attrs) + (node.content is not None)
    out = bytes([LIST_8, size]) + _word(node.tag)
    for name, value in node.attrs.items():
        out += _word(name) + (_jid(value) if isinstance(value, Jid) else _word(value))
    if isinstance(node.content, list):
        inside = b"".join(map(encoded, node.content))
        return out + bytes([LIST_16]) + len(node.content).to_bytes(2, "big") + inside
    return out if node.content is None else out + _word(node.content)


def _word(word: str | bytes) -> bytes:
    raw = word.encode() if isinstance(word, str) else word
    if len(raw) < 256:
        return bytes([BYTES_8, len(raw)]) + raw
    return bytes([BYTES_20]) + len(raw).to_bytes(3, "big") + raw


def _jid(jid: Jid) -> bytes:
    user, _, device = jid.partition("@")[0].partition(":")
    if device:
        return bytes([DEVICE_JID, jid.server == "lid", int(device)]) + _word(user)
    return bytes([PLAIN_JID]) + (_word(user) if user else b"\0") + _word(jid.server)


def decoded(raw: bytes) -> Node:
    """The node that these bytes are."""
    return _Reader(raw).node()


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def _take(self, count: int) -> bytes:
        piece = self._raw[self._at : self._at + count]
        self._at += count
        return piece

    def _number(self, count: int) -> int:
        return int.from_bytes(self._take(count), "big")

    def _size(self, kind: int) -> int:
        return 0 if kind == LIST_EMPTY else self._number(1 if kind == LIST_8 else 2)

    def node(self) -> Node:
        size = self._size(self._number(1))
        tag = self._word()
        attrs = {}
        for _ in range((size - 1) // 2):
            name = self._word()
            attrs[name] = self._word()
        return Node(tag, attrs, self._content() if size % 2 == 0 else None)

    def _content(self) -> Content:
        kind = self._raw[self._at]
        if kind in (LIST_EMPTY, LIST_8, LIST_16):
            self._at += 1
            return [self.node() for _ in range(self._size(kind))]
        if kind in (BYTES_8, BYTES_20, BYTES_32):
            return self._bytes(self._number(1))
        return self._word().encode()

    def _bytes(self, kind: int) -> bytes:
        count = self._number({BYTES_8: 1, BYTES_20: 3, BYTES_32: 4}[kind])
        return self._take(count & 0xFFFFF if kind == BYTES_20 else count)

    def _word(self) -> str:
        kind = self._number(1)
        if kind == LIST_EMPTY:
            return ""
        if 236 <= kind <= 239:
            return _DOUBLE[kind - 236][self._number(1)]
        if kind in (BYTES_8, BYTES_20, BYTES_32):
            return self._bytes(kind).decode()
        if kind in _NIBBLES:
            return self._packed(_NIBBLES[kind])
        if kind == PLAIN_JID:
            user = self._word()
            return Jid(f"{user}@{self._word()}")
        if kind == DEVICE_JID:
            lid, device = self._number(1), self._number(1)
            server = "lid" if lid & 1 else "s.whatsapp.net"
            user = self._word()
            return Jid(f"{user}:{device}@{server}" if device else f"{user}@{server}")
        return _SINGLE[kind]

    def _packed(self, letters: str) -> str:
        count = self._number(1)
        word = "".join(letters[b >> 4] + letters[b & 15] for b in self._take(count & 127))
        return word[:-1] if count >> 7 else word
