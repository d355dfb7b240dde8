"""What proves that the audit log is whole: each entry's digest is made of the one before it.

The words about a person must go with the person's erasure, so an entry is digested with a digest
of its words and not with the words; a salt that goes with them keeps a name from being guessed.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import msgspec

from fairlead.contract import Message
from fairlead.recorded import AuditRecorded

FIRST = "0" * 64  # what stands before an organisation's first entry

_encode = msgspec.json.Encoder(order="sorted").encode


class Words(Message):
    """What of an entry can be erased."""

    label: str
    before: dict[str, Any]
    after: dict[str, Any]
    salt: str

    def digest(self) -> str:
        """64 hexadecimal digits."""
        return hashlib.sha256(_encode(self)).hexdigest()


def words_of(event: AuditRecorded) -> Words:
    """The words of what was recorded, under a new salt."""
    return Words(
        label=event.label, before=event.before, after=event.after, salt=secrets.token_hex(16)
    )


def link(before: str, number: int, fact: Any, words_digest: str) -> str:
    """The digest of entry `number` after the one with the digest `before`.

    `fact` is all of the entry that stays: plain values, always in the same order.
    """
    return hashlib.sha256(_encode([before, number, fact, words_digest])).hexdigest()
