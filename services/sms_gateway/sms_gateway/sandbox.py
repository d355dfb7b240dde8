"""The sandbox: phones of people who do not exist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from contracts.sms_gateway import SandboxPhone, SandboxText
from fairlead.context import current
from fairlead.errors import Conflict, NotFound
from fairlead.service import ServiceStore
from fairlead.store import new_id

from .domain.progress import PartState
from .smpp.pdus import Address, Short
from .store import connections, sandbox, texts
from .store.tables import ConnectionRow, SandboxTextRow, TextRow
from .taking import Taker
from .told import tell

_UCS_2 = 0x08


def deliver(store: ServiceStore, connection: ConnectionRow, row: TextRow) -> None:
    """Put a text onto its phone, once however often it is tried."""
    with store.transaction(row.organisation_id) as session:
        if session.get(SandboxTextRow, row.id) is None:
            session.add(
                SandboxTextRow(
                    id=row.id,
                    number=row.number,
                    ours=connection.details.sender,
                    connection_id=connection.id,
                    text=row.text,
                    parts=row.parts,
                    from_us=True,
                    at=_now(),
                )
            )


class Sandbox:
    """The phones as the doors show them."""

    def __init__(self, store: ServiceStore, wake_reader: Callable[[], None]) -> None:
        self._store = store
        self._wake_reader = wake_reader

    def phones(self) -> list[SandboxPhone]:
        """All phones by number."""
        with self._store.reading() as session:
            return [
                SandboxPhone(number=number, unread=unread, total=total)
                for number, unread, total in sandbox.phones(session)
            ]

    def texts(self, number: str, limit: int) -> list[SandboxText]:
        """What a phone has, the newest first."""
        with self._store.reading() as session:
            return [_view(row) for row in sandbox.texts(session, number, limit)]

    def receive(self, id: UUID, *, arrived: bool) -> SandboxText:
        """All parts of a text arrive, or none will."""
        with self._store.transaction() as session:
            row = sandbox.text(session, id)
            if not row.from_us:
                raise Conflict("sms_gateway.own_text", "This text was written on the phone itself")
            row.read = row.read or arrived
            text = texts.locked(session, id)
            if text is None:
                raise NotFound("sms_gateway.text_not_found", "There is no such text")
            state = PartState.DELIVERED if arrived else PartState.FAILED
            reason = None if arrived else "The phone cannot be reached"
            for part in texts.parts(session, id):
                texts.note(session, part, state, reason)
            if texts.add_up(session, text)[1]:
                tell(session, text, _now())
            return _view(row)

    def write(self, number: str, text: str) -> None:
        """A text from a phone, which goes the way of those that a carrier brings."""
        organisation = current().need_organisation()
        with self._store.transaction() as session:
            last = next(iter(sandbox.texts(session, number, 1)), None)
            connection = connections.choose(session, last.connection_id if last else None)
            if connection is None:
                raise NotFound("sms_gateway.connection_not_found", "There is no SMS connection")
            session.add(
                SandboxTextRow(
                    id=new_id(),
                    number=number,
                    ours=connection.details.sender,
                    connection_id=connection.id,
                    text=text,
                    parts=1,
                    from_us=False,
                    at=_now(),
                    read=True,
                )
            )
        taker = Taker(
            self._store, organisation, connection.id, connection.details, self._wake_reader
        )
        taker.deliver(
            Short(
                source=Address(number[1:], 1, 1),
                destination=Address(connection.details.sender[:20], 5),
                text=text.encode("utf-16-be"),
                data_coding=_UCS_2,
            )
        )


def _view(row: SandboxTextRow) -> SandboxText:
    return SandboxText(
        id=row.id,
        number=row.number,
        ours=row.ours,
        text=row.text,
        parts=row.parts,
        from_us=row.from_us,
        at=row.at,
        read=row.read,
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
