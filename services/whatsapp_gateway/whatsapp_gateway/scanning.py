"""Connecting a number by scanning or typing a code, and ending the connection (mission C1)."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Final
from uuid import UUID

from contracts.whatsapp_gateway import (
    LinkState,
    PairingCode,
    QrCode,
    WhatsAppConnection,
    WhatsAppConnectionKind,
)
from fairlead.audit import record
from fairlead.errors import Conflict
from fairlead.service import ServiceStore

from .connecting import SCANNED, Connecting
from .domain.heard import Linked
from .linking import stand
from .store import connections
from .store.tables import ConnectionRow

SANDBOX_CODE_LASTS: Final = dt.timedelta(seconds=60)
SHOWING: Final = frozenset({LinkState.SCAN_QR, LinkState.ENTER_CODE})
GOING_ON: Final = frozenset(
    {LinkState.CONNECTING, LinkState.SCAN_QR, LinkState.ENTER_CODE, LinkState.PAIRING}
)
# As WhatsApp's own: letters and digits that nobody takes for one another, in two halves.
ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTVWXYZ"


class Scanning:
    """What a person does about a number's connection."""

    def __init__(self, store: ServiceStore, connecting: Connecting) -> None:
        self._store = store
        self._connecting = connecting

    def connect(self, id: UUID) -> QrCode | None:
        """Begin, or go on; the code to scan, if there is one just now."""
        shown = self._code(id, by_code=False)
        return QrCode(text=shown[0], until=shown[1]) if shown else None

    def connect_by_code(self, id: UUID) -> PairingCode | None:
        """Begin, or go on; the code to type, if there is one just now."""
        shown = self._code(id, by_code=True)
        return PairingCode(text=shown[0], until=shown[1]) if shown else None

    def shown(self, id: UUID) -> QrCode | None:
        """The code to scan just now. To look begins nothing."""
        shown = self._shown(id, by_code=False)
        return QrCode(text=shown[0], until=shown[1]) if shown else None

    def shown_by_code(self, id: UUID) -> PairingCode | None:
        """The code to type just now. To look begins nothing."""
        shown = self._shown(id, by_code=True)
        return PairingCode(text=shown[0], until=shown[1]) if shown else None

    def _shown(self, id: UUID, *, by_code: bool) -> tuple[str, dt.datetime] | None:
        now = _now()
        with self._store.transaction() as session:
            row = connections.locked(session, id)
            if row.by_code is not by_code or row.link not in SHOWING:
                return None
            if row.details.kind is WhatsAppConnectionKind.SANDBOX:
                self._sandbox_code(row, now)  # the network renews a code that it shows
            return _good(row, now)

    def _code(self, id: UUID, *, by_code: bool) -> tuple[str, dt.datetime] | None:
        now = _now()
        with self._store.transaction() as session:
            row = connections.locked(session, id)
            kind = row.details.kind
            if kind not in SCANNED:
                raise Conflict(
                    "whatsapp_gateway.not_scanned", "Such a number is not connected by scanning"
                )
            if row.link is LinkState.OPEN:
                return None
            row.wanted = True
            other_way = row.by_code is not by_code
            if other_way:
                row.by_code, row.qr, row.qr_until = by_code, None, None
            if kind is WhatsAppConnectionKind.SANDBOX:
                self._sandbox_code(row, now)
                state = LinkState.ENTER_CODE if by_code else LinkState.SCAN_QR
                code = Linked(state=state, at=now, qr=row.qr, qr_until=row.qr_until)
                stand(session, row, state, None, code)
            elif row.link not in GOING_ON or (other_way and row.link is not LinkState.PAIRING):
                stand(
                    session, row, LinkState.CONNECTING, None,
                    Linked(state=LinkState.CONNECTING, at=now),
                )  # fmt: skip
            return _good(row, now)

    def disconnect(self, id: UUID) -> WhatsAppConnection:
        """End it; what is to leave waits, what was said stays."""
        now = _now()
        with self._store.transaction() as session:
            row = connections.locked(session, id)
            row.wanted, row.qr, row.qr_until = False, None, None
            if row.details.kind in SCANNED:
                stand(
                    session, row, LinkState.STOPPED, "Somebody ended the connection",
                    Linked(state=LinkState.STOPPED, at=now),
                )  # fmt: skip
            else:
                raise Conflict(
                    "whatsapp_gateway.not_scanned",
                    "A number at Meta is not disconnected; remove it, or take its token away",
                )
            record(
                session, "whatsapp_connection.disconnected", entity="connection", id=row.id,
                label=row.details.label,
            )  # fmt: skip
            return self._connecting.view(row)

    def _sandbox_code(self, row: ConnectionRow, now: dt.datetime) -> None:
        if row.qr is None or row.qr_until is None or row.qr_until <= now:
            row.qr = _typed() if row.by_code else f"sandbox:{secrets.token_urlsafe(16)}"
            row.qr_until = now + SANDBOX_CODE_LASTS


def _good(row: ConnectionRow, now: dt.datetime) -> tuple[str, dt.datetime] | None:
    """The code of a number, while it can be used."""
    if row.qr is None or row.qr_until is None or row.qr_until <= now:
        return None
    return row.qr, row.qr_until


def _typed() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
