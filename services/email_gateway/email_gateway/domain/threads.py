"""Which of our mails another one answers: the tokens that we put into mail, and how to find them.

A token is the id of what was sent (a dispatch: one message to one recipient) with a keyed checksum.
It goes out in the Message-ID, in the Reply-To, in the envelope's sender and in its ENVID, and comes
back in one of many places. Who does not know the key cannot make one, and one that was changed is
nobody's.
"""

import hmac
import re
from base64 import b32decode, b32encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final
from uuid import UUID

from .bounces import Report
from .mime import Mail
from .subjects import normalise_subject, subject_tags

__all__ = [
    "How",
    "Match",
    "Threader",
    "candidates",
    "normalise_subject",
    "reply_references",
    "subject_tags",
]

# 40 bits: a stranger who knows an id needs some 10**12 mails to hit, and wins one misfiled mail.
MAC_BYTES: Final = 5
ID_BYTES: Final = 16
TOKEN_LENGTH: Final = 34  # of 21 bytes in base32 without padding
# RFC 5321 4.5.3.1.1
MAX_LOCAL: Final = 64
# RFC 5322 2.1.1 allows 998 for the line, its name included.
MAX_REFERENCES: Final = 900
KEPT_REFERENCES: Final = 20
# A mail names more ids than that only to waste our time.
MAX_CANDIDATES: Final = 50

_TOKEN: Final = re.compile(r"[a-z2-7]{34}")


class Use(StrEnum):
    """Where a token goes out; one made for a use is worth nothing in another."""

    MESSAGE = "m"
    REPLY = "r"
    BOUNCE = "b"
    ENVELOPE = "e"


class How(StrEnum):
    """What matched: our reply address, our Message-ID, or a bounce's own token."""

    ENVELOPE = "envelope"
    MESSAGE_ID = "message_id"
    BOUNCE = "bounce"


@dataclass(frozen=True, slots=True)
class Match:
    """The dispatch that a mail answers or reports on, and how we know."""

    dispatch_id: UUID
    how: How


class Threader:
    """Makes and checks the tokens of one installation."""

    def __init__(self, secret: bytes) -> None:
        """`secret` has at least 16 bytes, else ValueError; another one makes all tokens void."""
        if len(secret) < 16:
            raise ValueError("a threading secret has at least 16 bytes")
        self._keys = {
            use: hmac.new(secret, b"fairlead.threads." + use.value.encode(), sha256).digest()
            for use in Use
        }

    def message_id(self, dispatch_id: UUID, domain: str) -> str:
        """A Message-ID with brackets, under 70 characters for a domain of up to 32."""
        return f"<{self._token(Use.MESSAGE, dispatch_id)}@{domain.casefold()}>"

    def reply_address(self, dispatch_id: UUID, mailbox_address: str) -> str:
        """The mailbox's address with a token after a `+`, for Reply-To.

        The address unchanged where its local part leaves no room (RFC 5321: 64 octets); the
        Message-ID still finds the thread.
        """
        return self._tagged(Use.REPLY, dispatch_id, mailbox_address)

    def bounce_address(self, dispatch_id: UUID, mailbox_address: str) -> str:
        """The address with a token after a `+`, for the envelope's sender (VERP)."""
        return self._tagged(Use.BOUNCE, dispatch_id, mailbox_address)

    def envelope_id(self, dispatch_id: UUID) -> str:
        """An ENVID (RFC 3461 4.4): plain letters and digits, so there is nothing to encode."""
        return self._token(Use.ENVELOPE, dispatch_id)

    def match(self, mail: Mail, report: Report | None = None) -> Match | None:
        """Return the dispatch that `mail` (with its `report`, if it is one) belongs to.

        In this order: our token in the address it was delivered or written to; in the ENVID of a
        report; our Message-ID in In-Reply-To, then in References from the last to the first, then
        in the message that a report returns. Of another organisation's dispatch the caller's store
        knows nothing; whether the sender may join the conversation is for the inbox to say.
        """
        for address in (*mail.delivered_to, *(place.address for place in (*mail.to, *mail.cc))):
            for use, how in ((Use.REPLY, How.ENVELOPE), (Use.BOUNCE, How.BOUNCE)):
                dispatch_id = self._read(use, _tag(address, use))
                if dispatch_id is not None:
                    return Match(dispatch_id, how)
        if report is not None:
            dispatch_id = self._read(Use.ENVELOPE, report.original_envelope_id)
            if dispatch_id is not None:
                return Match(dispatch_id, How.BOUNCE)
        how = How.MESSAGE_ID if report is None else How.BOUNCE
        for message_id in _answered_ids(mail, report):
            dispatch_id = self.message_of(message_id)
            if dispatch_id is not None:
                return Match(dispatch_id, how)
        return None

    def message_of(self, message_id: str) -> UUID | None:
        """The message whose Message-ID this is; None where we did not make it."""
        return self._read(Use.MESSAGE, message_id.strip("<>").partition("@")[0])

    def _tagged(self, use: Use, dispatch_id: UUID, address: str) -> str:
        local, at, domain = address.rpartition("@")
        tagged = f"{local}+{use.value}{self._token(use, dispatch_id)}"
        return f"{tagged}{at}{domain}" if at and len(tagged.encode()) <= MAX_LOCAL else address

    def _token(self, use: Use, dispatch_id: UUID) -> str:
        data = dispatch_id.bytes + self._mac(use, dispatch_id.bytes)
        return b32encode(data).decode().rstrip("=").lower()

    def _mac(self, use: Use, data: bytes) -> bytes:
        return hmac.new(self._keys[use], data, sha256).digest()[:MAC_BYTES]

    def _read(self, use: Use, token: str) -> UUID | None:
        folded = token.casefold()  # some servers change the case of addresses
        if not _TOKEN.fullmatch(folded):
            return None
        padded = folded.upper() + "=" * (-TOKEN_LENGTH % 8)
        data = b32decode(padded)
        canonical = b32encode(data).decode() == padded  # the last letter has bits to spare
        genuine = hmac.compare_digest(data[ID_BYTES:], self._mac(use, data[:ID_BYTES]))
        return UUID(bytes=data[:ID_BYTES]) if canonical and genuine else None


def candidates(mail: Mail, report: Report | None = None) -> tuple[str, ...]:
    """Return the ids that `mail` answers, most likely first, for the store to look up.

    Providers (SES, Outlook) put their own Message-ID on what we send, so foreign ids count; each
    stands once.
    """
    return tuple(dict.fromkeys(_answered_ids(mail, report)))[:MAX_CANDIDATES]


def reply_references(parent_references: Sequence[str], parent_id: str) -> tuple[str, ...]:
    """Return the References of an answer (RFC 5322 3.6.4): the parent's and the parent.

    The first, which names the thread, and the last ones are kept; with the spaces between them they
    stay under MAX_REFERENCES characters. The parent is always the last.
    """
    ids = [reference for reference in dict.fromkeys(parent_references) if reference != parent_id]
    room = MAX_REFERENCES - len(parent_id)
    kept: list[str] = []
    first = ids[:1] if ids and len(ids[0]) + 1 <= room else []
    room -= sum(len(reference) + 1 for reference in first)
    for reference in reversed(ids[1:][-KEPT_REFERENCES:]):
        if len(reference) + 1 > room:
            break
        room -= len(reference) + 1
        kept.append(reference)
    return (*first, *reversed(kept), *([parent_id] if parent_id else []))


def _tag(address: str, use: Use) -> str:
    local = address.rpartition("@")[0]
    tag = local.rpartition("+")[2] if "+" in local else ""
    return tag[1:] if tag[:1].casefold() == use.value else ""


def _answered_ids(mail: Mail, report: Report | None) -> Iterator[str]:
    yield from mail.in_reply_to
    yield from reversed(mail.references)
    if report is not None and report.original_message_id:
        yield report.original_message_id
