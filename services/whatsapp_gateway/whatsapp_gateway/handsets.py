"""The sandbox's phones as the doors show them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.channels import (
    Amending,
    Card,
    ChatGroup,
    ConnectionState,
    DeliveryStatus,
    Place,
)
from contracts.common import FileRef
from contracts.whatsapp_gateway import (
    LinkState,
    SandboxChatMessage,
    SandboxHandset,
    WhatsAppConnectionKind,
)
from fairlead.bell import Bell
from fairlead.context import current
from fairlead.errors import Conflict, Invalid, NotFound
from fairlead.files import FileStore
from fairlead.service import ServiceStore
from fairlead.store import new_id

from . import taking
from .domain import addresses
from .domain.heard import Amended, Followed, Linked, Media, Said, Who
from .sandbox import THEIRS, change, deliver, fare
from .store import connections, sandbox
from .store import sandbox_groups as groups
from .store.group_tables import SandboxGroupRow
from .store.tables import ConnectionRow, HandsetRow, SandboxChatRow

FAILED = "The phone took it, and the message was lost"


class Handsets:
    """What people of the demo's world do with their phones."""

    def __init__(self, store: ServiceStore, files: FileStore, reader: Bell) -> None:
        self._store = store
        self._files = files
        self._reader = reader

    def open(self, handsets: Mapping[str, str]) -> None:
        """Make sure that these exist."""
        with self._store.transaction() as session:
            for address, name in handsets.items():
                plain = _address(address)
                sandbox.open_handset(session, addresses.key(plain), plain, name)

    def listed(self) -> list[SandboxHandset]:
        """All of them by name."""
        with self._store.reading() as session:
            return [
                SandboxHandset(
                    address=row.address,
                    name=row.name,
                    on=row.on,
                    unread=unread,
                    total=total,
                    private=row.private,
                )
                for row, unread, total in sandbox.handsets(session)
            ]

    def put(self, address: str, name: str, *, on: bool, private: bool | None) -> SandboxHandset:
        """Let there be one, switched on or off; what waited arrives. `private` None leaves that
        as it is."""
        plain = _address(address)
        with self._store.transaction() as session:
            sandbox.open_handset(session, addresses.key(plain), plain, name)
            phone = sandbox.handset(session, addresses.key(plain))
            phone.on, phone.name = on, name or phone.name
            phone.private = phone.private if private is None else private
            if on:
                for row in sandbox.waiting(session, phone.key):
                    deliver(session, row)
            key = phone.key
        self._reader.ring()
        return next(each for each in self.listed() if addresses.key(each.address) == key)

    def chat(self, address: str, limit: int) -> list[SandboxChatMessage]:
        """What one has, the newest first."""
        with self._store.reading() as session:
            phone = sandbox.handset(session, addresses.key(address))
            return [_view(session, row) for row in sandbox.chat(session, phone.key, limit)]

    def file(self, id: UUID, number: int) -> FileRef:
        """A file that it got; raises NotFound, also where what came was deleted."""
        with self._store.reading() as session:
            row = sandbox.message(session, id)
        if not row.from_us or row.deleted or number >= len(row.files):
            raise NotFound(
                "whatsapp_gateway.sandbox_file_not_found", "The message has no such file"
            )
        return row.files[number]

    def read(self, id: UUID) -> SandboxChatMessage:
        """Read a message, and those before it."""
        with self._store.transaction() as session:
            row = _of_us(session, id)
            _expect_on(session, row)
            for each in sandbox.unread_until(session, row):
                each.status = DeliveryStatus.READ
                fare(session, each, DeliveryStatus.READ)
            session.flush()
            shown = _view(session, row)
        self._reader.ring()
        return shown

    def fail(self, id: UUID, reason: str) -> SandboxChatMessage:
        """Let a message fail."""
        with self._store.transaction() as session:
            row = _of_us(session, id)
            row.status = DeliveryStatus.FAILED
            fare(session, row, DeliveryStatus.FAILED, reason or FAILED, "sandbox")
            shown = _view(session, row)
        self._reader.ring()
        return shown

    def type(self, address: str, *, typing: bool) -> None:
        """Begin or stop to write."""
        with self._store.transaction() as session:
            phone = sandbox.handset(session, addresses.key(address))
            connection = _heard_from(session, phone.key, None)
            news = Followed(chat=phone.address, at=_now(), typing=typing)
            taking.keep(session, connection.id, [news])
        self._reader.ring()

    def write(
        self,
        address: str,
        text: str,
        files: Sequence[FileRef],
        place: Place | None,
        cards: Sequence[Card],
        quotes: UUID | None,
        connection_id: UUID | None,
        group: str | None,
    ) -> SandboxChatMessage:
        """A message from a phone, to us or into a group."""
        if not (text.strip() or files or place or cards):
            raise Invalid.field("whatsapp_gateway.invalid", "text", "write something")
        organisation = current().need_organisation()
        for number, file in enumerate(files):
            if not self._files.exists(organisation, file.key):
                field = f"files[{number}].key"
                raise Invalid.field("whatsapp_gateway.invalid", field, "there is no such file")
        with self._store.transaction() as session:
            phone = sandbox.handset(session, addresses.key(address))
            there = groups.with_phone(session, group, phone.key) if group else None
            to = there.connection_id if there else connection_id
            connection = _heard_from(session, phone.key, to)
            quoted = sandbox.message(session, quotes) if quotes else None

            def made(key: str, provider_id: str) -> SandboxChatRow:
                return SandboxChatRow(
                    id=new_id(),
                    provider_id=provider_id,
                    connection_id=connection.id,
                    key=key,
                    ours=connection.details.number,
                    from_us=False,
                    text=text,
                    files=list(files),
                    place=place,
                    cards=list(cards),
                    quotes=quotes,
                    reactions={},
                    at=_now(),
                    status=DeliveryStatus.SENT,
                    group=group,
                    author=None if key == phone.key else phone.key,
                )

            row = made(phone.key, f"sandbox.{new_id()}")
            others = [key for key in there.phones if key != phone.key] if there else []
            session.add_all([row, *(made(key, row.provider_id) for key in others)])
            if there is None or there.with_us:
                taking.keep(session, connection.id, [_said(row, phone, quoted, there)])
            session.flush()
            shown = _view(session, row)
        self._reader.ring()
        return shown

    def amend(self, id: UUID, reaction: str | None, text: str | None) -> SandboxChatMessage:
        """React to a message, change one that was written here, or delete it."""
        with self._store.transaction() as session:
            row = sandbox.message(session, id)
            phone = sandbox.handset(session, row.key)
            if reaction is None and (row.from_us or row.author):
                raise Conflict(
                    "whatsapp_gateway.not_own", "Only a message of one's own can be changed"
                )
            kind = Amending.REACTED if reaction is not None else Amending.EDITED
            if reaction is None and text is None:
                kind = Amending.DELETED
            said = reaction if reaction is not None else text or ""
            for each in sandbox.copies(session, row.provider_id):
                change(each, kind, said, THEIRS if not row.group else phone.key)
            news = Amended(
                target=row.provider_id,
                who=Who(address=phone.address, name=phone.name),
                chat=row.group or phone.address,
                at=_now(),
                kind=kind,
                text=said,
            )
            taking.keep(session, row.connection_id, [news])
            session.flush()
            shown = _view(session, row)
        self._reader.ring()
        return shown

    def scan(self, connection_id: UUID, number: str) -> None:
        """Scan the code of a number with a phone, or type it there."""
        with self._store.transaction() as session:
            connection = connections.get(session, connection_id)
            if connection.details.kind is not WhatsAppConnectionKind.SANDBOX:
                raise Conflict("whatsapp_gateway.not_sandbox", "This number is not the sandbox's")
            if connection.link not in (LinkState.SCAN_QR, LinkState.ENTER_CODE):
                raise Conflict("whatsapp_gateway.no_code", "There is no code just now")
            news = Linked(state=LinkState.OPEN, at=_now(), number=number)
            taking.keep(session, connection.id, [news])
        self._reader.ring()


def _address(address: str) -> str:
    try:
        return addresses.normalised(address)
    except ValueError as error:
        raise Invalid.field("whatsapp_gateway.invalid", "address", str(error)) from None


def _of_us(session: Session, id: UUID) -> SandboxChatRow:
    row = sandbox.message(session, id)
    if not row.from_us:
        raise Conflict("whatsapp_gateway.own_message", "It was written on the phone itself")
    return row


def _expect_on(session: Session, row: SandboxChatRow) -> None:
    if not sandbox.handset(session, row.key).on:
        raise Conflict("whatsapp_gateway.handset_off", "The phone is switched off")


def _heard_from(session: Session, key: str, connection_id: UUID | None) -> ConnectionRow:
    """The number that a phone writes to: the one that is named, that it heard from last, or the
    organisation's default."""
    if connection_id is None:
        last = next(iter(sandbox.chat(session, key, 1)), None)
        known = connections.find(session, last.connection_id) if last else None
        connection_id = known.id if known is not None and not known.removed else None
    found = connections.choose(session, connection_id)
    if found is None or found.details.kind is not WhatsAppConnectionKind.SANDBOX:
        raise NotFound(
            "whatsapp_gateway.connection_not_found", "There is no WhatsApp number of the sandbox"
        )
    if found.state != ConnectionState.OPEN.value:
        raise Conflict("whatsapp_gateway.not_connected", "That number is not connected")
    return found


def _said(
    row: SandboxChatRow,
    phone: HandsetRow,
    quoted: SandboxChatRow | None,
    group: SandboxGroupRow | None,
) -> Said:
    return Said(
        id=row.provider_id,
        who=Who(address=phone.address, name=phone.name),
        at=row.at,
        chat=group.address if group else phone.address,
        group=ChatGroup(address=group.address, subject=group.subject) if group else None,
        text=row.text,
        media=[
            Media(
                name=file.name,
                content_type=file.content_type,
                source={"key": file.key},
                size=file.size,
            )
            for file in row.files
        ],
        place=row.place,
        cards=row.cards,
        quotes=quoted.provider_id if quoted else None,
    )


def _view(session: Session, row: SandboxChatRow) -> SandboxChatMessage:
    phone = sandbox.find(session, row.key)
    typing = sandbox.typing_until(session, row.key)
    return SandboxChatMessage(
        id=row.id,
        address=phone.address if phone else row.key,
        name=phone.name if phone else "",
        ours=row.ours,
        from_us=row.from_us,
        text=row.text,
        files=row.files,
        at=row.at,
        status=row.status,
        place=row.place,
        cards=row.cards,
        quotes=row.quotes,
        reactions=row.reactions,
        edited=row.edited,
        deleted=row.deleted,
        typing=typing is not None and typing > _now(),
        group=row.group,
        author=_called(session, row.author),
    )


def _called(session: Session, key: str | None) -> str:
    author = sandbox.find(session, key) if key else None
    return author.name if author else key or ""


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
