"""The sandbox: phones of people who do not exist, that a person picks up to read and answer.

What a phone does is kept as news, and goes the way of all that networks bring.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.channels import Amending, DeliveryStatus, WhatsAppAmendmentQueued, WhatsAppAttended
from fairlead.bell import Bell
from fairlead.service import ServiceStore
from fairlead.store import new_id

from . import taking
from .domain import addresses
from .domain.grouping import Described
from .domain.heard import Fared, Media
from .drivers import GroupTask, NotFetched, Outcome, Parcel, Refused, Taken, Undone
from .sandbox_groups import SandboxGroups
from .store import connections, sandbox
from .store import sandbox_groups as groups
from .store.tables import ConnectionRow, HandsetRow, SandboxChatRow

NOWHERE: Final = "This number is not on WhatsApp"
OURS, THEIRS = "ours", "theirs"  # whose a reaction is
TYPING_LASTS = dt.timedelta(seconds=15)


class SandboxDriver:
    """Puts messages onto phones, once however often it is tried."""

    remembers = False  # so that the sandbox shows what a network does

    def __init__(self, store: ServiceStore, reader: Bell) -> None:
        self._store = store
        self._reader = reader
        self._groups = SandboxGroups(store)

    def ready(self, id: UUID) -> bool:
        """Always: the world is in the store."""
        return True

    def reaches(self, id: UUID) -> bool:
        """As `Drivers.reaches`."""
        return True

    def of(self, connection: ConnectionRow) -> SandboxDriver:
        """One for all numbers."""
        return self

    def stop(self) -> None:
        """Nothing is open."""

    def send(self, parcel: Parcel) -> Outcome:
        """As `Driver.send`."""
        provider_id = f"sandbox.{parcel.ours}"
        with self._store.transaction(parcel.organisation) as session:
            phones = _phones(session, parcel.address)
            if phones is None:
                return Refused(NOWHERE, "not_on_whatsapp", permanent=True)
            if sandbox.called(session, provider_id) is None:
                for phone in phones:
                    row = _arrived(session, parcel, provider_id, phone.key)
                    session.add(row)
                    if phone.on:
                        deliver(session, row)
        self._reader.ring()
        return Taken(provider_id)

    def amend(self, organisation: UUID, amendment: WhatsAppAmendmentQueued) -> Outcome:
        """As `Driver.amend`."""
        with self._store.transaction(organisation) as session:
            rows = sandbox.copies(session, amendment.target)
            if not rows:
                return Refused("There is no such message on the phone")
            for row in rows:
                change(row, amendment.kind, amendment.text, OURS)
        return Taken(amendment.target)

    def group(self, task: GroupTask) -> Described | Undone:
        """As `Driver.group`."""
        return self._groups.carry_out(task)

    def attend(self, organisation: UUID, attended: WhatsAppAttended) -> None:
        """As `Driver.attend`: the phone shows that we write, and which of its messages we read."""
        if attended.looking:
            return
        with self._store.transaction(organisation) as session:
            if attended.typing or attended.last_id is None:
                lasts = TYPING_LASTS if attended.typing else dt.timedelta(0)
                sandbox.set_typing(session, addresses.key(attended.address), attended.at + lasts)
                return
            for row in sandbox.copies(session, attended.last_id or ""):
                for each in sandbox.written_until(session, row):
                    each.status = DeliveryStatus.READ

    def fetch(self, media: Media) -> Iterable[bytes]:
        """Files of the sandbox are here from the beginning."""
        raise NotFetched("it is not in the sandbox", final=True)


def deliver(session: Session, row: SandboxChatRow) -> None:
    """A message is on its phone."""
    row.status = DeliveryStatus.DELIVERED
    fare(session, row, DeliveryStatus.DELIVERED)


def fare(
    session: Session,
    row: SandboxChatRow,
    status: DeliveryStatus,
    reason: str | None = None,
    code: str | None = None,
) -> None:
    """Let a message of ours fare on."""
    news = Fared(
        id=row.provider_id,
        status=status,
        at=_now(),
        ours=row.provider_id.removeprefix("sandbox."),
        address=row.group or row.key,
        participant=row.key if row.group else None,
        reason=reason,
        code=code,
    )
    taking.keep(session, row.connection_id, [news])


def change(row: SandboxChatRow, kind: Amending, text: str, whose: str) -> None:
    """A message on a phone is reacted to, says something else, or is no more."""
    if kind is Amending.REACTED:
        others = {name: emoji for name, emoji in row.reactions.items() if name != whose}
        row.reactions = others | ({whose: text} if text else {})
    elif kind is Amending.EDITED:
        row.text, row.edited = text, True
    else:
        row.text, row.files, row.cards, row.place = "", [], [], None
        row.deleted = True


def _arrived(session: Session, parcel: Parcel, provider_id: str, key: str) -> SandboxChatRow:
    piece = parcel.piece
    connection = connections.get(session, parcel.connection_id)
    quoted = sandbox.called(session, piece.quotes) if piece.quotes else None
    return SandboxChatRow(
        id=new_id(),
        provider_id=provider_id,
        connection_id=parcel.connection_id,
        key=key,
        ours=connection.details.number,
        from_us=True,
        text=piece.text,
        files=[piece.file] if piece.file else [],
        place=piece.place,
        cards=list(piece.cards),
        quotes=quoted.id if quoted else None,
        reactions={},
        at=_now(),
        status=DeliveryStatus.SENT,
        group=parcel.address if addresses.is_group(parcel.address) else None,
    )


def _phones(session: Session, address: str) -> Sequence[HandsetRow] | None:
    """The phones that a message to an address comes to; None where there is no such address."""
    if addresses.is_group(address):
        group = groups.find(session, address)
        return groups.phones(session, group) if group is not None and group.with_us else None
    phone = sandbox.find(session, addresses.key(address))
    return None if phone is None else [phone]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
