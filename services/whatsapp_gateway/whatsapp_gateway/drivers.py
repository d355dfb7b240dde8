"""What every way to WhatsApp can be asked: the sandbox, Meta's Cloud API, a linked device.

A driver sends one piece and says what came of it; what the network says later comes by `taking`,
from whichever driver, in the words of `domain.heard`.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from contracts.channels import Ability, WhatsAppAmendmentQueued, WhatsAppAttended
from contracts.whatsapp_gateway import WhatsAppConnectionKind

from .domain.grouping import Described, Task
from .domain.heard import Media
from .domain.pieces import Piece

_ALL = frozenset(Ability)
ABILITIES: Final = {
    WhatsAppConnectionKind.SANDBOX: _ALL - {Ability.TEMPLATES},
    # Meta lets a business change or delete nothing that it has sent.
    WhatsAppConnectionKind.CLOUD: _ALL
    - {Ability.EDITS, Ability.DELETIONS, Ability.GROUPS, Ability.SCANNED},
    WhatsAppConnectionKind.LINKED: _ALL - {Ability.TEMPLATES},
}

NOT_IN_IT: Final = "not_in_group"  # the code of a refusal: we are not in the group, or never were


@dataclass(frozen=True, slots=True)
class Parcel:
    """A piece to one account. `ours` is what the network is to call it to us; `media_id` is its
    file there, where it was uploaded at an earlier try."""

    organisation: UUID
    connection_id: UUID
    address: str
    piece: Piece
    ours: str
    at: dt.datetime
    media_id: str | None = None


@dataclass(frozen=True, slots=True)
class GroupTask:
    """Something to be done with a group, at most once by its `id`. `group` is the network's
    address, empty for one that is to be made."""

    organisation: UUID
    connection_id: UUID
    id: UUID
    task: Task
    group: str
    subject: str
    addresses: tuple[str, ...]


class Scope(enum.Enum):
    """Who has to wait."""

    MESSAGE = "message"
    RECIPIENT = "recipient"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Taken:
    """The network has it. `also` are further addresses of the recipient that it named."""

    provider_id: str
    also: tuple[str, ...] = ()
    media_id: str | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """It did not leave: try again, after these seconds where the network says so. `away`: nobody
    was there to take it, which says nothing about the message; it is tried while it is valid."""

    reason: str
    seconds: float | None = None
    scope: Scope = Scope.MESSAGE
    code: str | None = None
    media_id: str | None = None
    most: int | None = None  # tries, where fewer than usual make sense
    away: bool = False


@dataclass(frozen=True, slots=True)
class Doubtful:
    """The network may have it."""

    reason: str
    media_id: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never leave. `permanent`: the address itself is at fault; `opted_out`: he wants no
    marketing; `template`: the template must not be used any more."""

    reason: str
    code: str | None = None
    permanent: bool = False
    opted_out: bool = False
    template: bool = False


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nothing leaves by this number until a person sees to it; the message waits."""

    reason: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Paused:
    """The number may write to nobody first for a while; the message waits, or fails where it is
    to somebody new."""

    reason: str
    code: str | None = None
    final: bool = False


Undone: TypeAlias = Again | Doubtful | Refused | Stopped | Paused
Outcome: TypeAlias = Taken | Undone


class NotFetched(Exception):
    """A file did not come. `final`: it never will."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final


class Driver(Protocol):
    """One number's way to the network. Nothing here raises but `fetch`.

    One that `remembers` sends a piece of one name once, however often it is told to, and answers as
    it did: whoever does not know what became of it asks again.
    """

    remembers: bool

    def send(self, parcel: Parcel) -> Outcome:
        """Hand a piece over, and wait for the network's answer."""
        ...

    def amend(self, organisation: UUID, amendment: WhatsAppAmendmentQueued) -> Outcome:
        """React to a message, change or delete it."""
        ...

    def group(self, task: GroupTask) -> Described | Undone:
        """Do something with a group, and say what the network answered of each."""
        ...

    def attend(self, organisation: UUID, attended: WhatsAppAttended) -> None:
        """Say that we have read, or write. It may be lost."""
        ...

    def fetch(self, media: Media) -> Iterable[bytes]:
        """The content of a file; raises NotFetched, at the call or while it is read."""
        ...
