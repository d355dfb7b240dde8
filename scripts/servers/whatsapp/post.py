"""Messages to the client: each is under way until the client says that it has it.

A client that cannot read a message asks for it again by a receipt of type `retry`, which may bring
keys of its own; then the phone that wrote the message seals it anew, under the same id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .answers import World, bundle_in
from .nodes import Node
from .ratchet import Bundle, padded

# What a receipt says of a message that the client has, and an acknowledgement, which says nothing.
_TAKEN = ("", "sender", "inactive", "peer_msg", "hist_sync")


@dataclass
class _Letter:
    """A message as its sender keeps it."""

    attrs: dict[str, str]
    plain: bytes
    sender: str  # a phone
    sealed: Node | None = None  # while it is under way
    asked: Node | None = None  # how the client wants it again


class Post:
    """All that was written to the client."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._letters: dict[str, _Letter] = {}
        self.silent = False  # phones seal nothing anew

    def write(self, attrs: dict[str, str], message: Any, sender: str) -> Node:
        """A message of the phone `sender`, as it goes to the client."""
        letter = _Letter(attrs, padded(message.SerializeToString()), sender)
        self._letters[attrs["id"]] = letter
        return self._seal(letter, self._world.next_bundle(), {})

    def under_way(self) -> list[Node]:
        """What the client did not acknowledge, in the order in which it was written."""
        return [each.sealed for each in list(self._letters.values()) if each.sealed is not None]

    def heard(self, node: Node, *, deaf: bool) -> Node | None:
        """The client acknowledges a message, or asks for one again; returns what is to be sent to
        it for that. `deaf`: no notice is taken of what it has."""
        letter = self._letters.get(node.attrs.get("id", ""))
        if letter is None:
            return None
        kind = node.attrs.get("type", "")
        if node.tag == "receipt" and kind == "retry":
            letter.asked = node
        elif kind in _TAKEN and not deaf:
            letter.sealed = None
        return None if self.silent else self._again(letter)

    def heard_late(self) -> list[Node]:
        """Phones are silent no more: what was asked for again and not answered."""
        self.silent = False
        again = [self._again(each) for each in list(self._letters.values())]
        return [node for node in again if node is not None]

    def clear(self) -> None:
        """As if nothing had been written."""
        self._letters.clear()
        self.silent = False

    def _again(self, letter: _Letter) -> Node | None:
        """Seal anew what was asked for, when the client has said that it has the first one."""
        if letter.asked is None or letter.sealed is not None:
            return None
        asked, letter.asked = letter.asked, None
        bundle = bundle_in(asked) or self._world.next_bundle()
        return self._seal(letter, bundle, {"count": asked.need("retry").attrs["count"]})

    def _seal(self, letter: _Letter, bundle: Bundle, more: dict[str, str]) -> Node:
        sealed = self._world.phone(letter.sender).encrypt(letter.plain, bundle)
        enc = Node("enc", {"v": "2", "type": "pkmsg", **more}, sealed)
        letter.sealed = Node("message", letter.attrs, [enc])
        return letter.sealed
