"""SMS connections as a person configures them."""

from __future__ import annotations

from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.channels import ConnectionState
from contracts.sms_gateway import (
    HttpApi,
    SmppServer,
    SmsConnection,
    SmsConnectionDetails,
    SmsConnectionKind,
)
from fairlead.audit import record
from fairlead.context import current
from fairlead.errors import Invalid, Stale
from fairlead.outbound import Outbound, Refused
from fairlead.secrets import Vault
from fairlead.service import ServiceStore
from fairlead.store import new_id

from .domain import senders
from .secret import encrypted, password_of
from .store import connections
from .store.tables import ConnectionRow
from .told import announce

NOT_ASCII = "can have plain letters, digits and signs only (ASCII)"


class Connecting:
    """Makes, changes and removes connections."""

    def __init__(
        self, store: ServiceStore, vault: Vault, outbound: Outbound, *, sandbox: bool
    ) -> None:
        self._store = store
        self._vault = vault
        self._outbound = outbound
        self._sandbox = sandbox

    def listed(self) -> list[SmsConnection]:
        """All that are in use, by label."""
        with self._store.reading() as session:
            return sorted(map(view, connections.listed(session)), key=lambda c: c.details.label)

    def get(self, id: UUID) -> SmsConnection:
        """One of them."""
        with self._store.reading() as session:
            return view(connections.get(session, id))

    def create(self, details: SmsConnectionDetails, id: UUID | None) -> SmsConnection:
        """A new one; the first of an organisation is its default."""
        password = _password(details)
        self._check(details, password)
        with self._store.transaction() as session:
            known = next((row for row in connections.listed(session) if row.id == id), None)
            if known is not None:
                return view(known)
            row = ConnectionRow(
                id=id or new_id(),
                state=ConnectionState.CONNECTING.value,
                is_default=False,
                version=0,
            )
            self._fill(session, row, details, password)
            session.add(row)
            session.flush()
            announce(session, row)
            self._record(session, row, "sms_connection.created")
            return view(row)

    def update(self, id: UUID, version: int, details: SmsConnectionDetails) -> SmsConnection:
        """Replace the details; a password that is absent stays. Raises Stale."""
        with self._store.transaction() as session:
            row = connections.get(session, id)
            if row.version != version:
                raise Stale(
                    "sms_gateway.connection_changed", "Somebody changed the connection meanwhile"
                )
            kept = password_of(self._vault, row) if row.details.kind is details.kind else ""
            password = _password(details) or kept
            self._check(details, password)
            self._fill(session, row, details, password)
            if details.kind is not SmsConnectionKind.SANDBOX:
                row.state, row.reason = ConnectionState.CONNECTING.value, None
            announce(session, row)
            self._record(session, row, "sms_connection.changed")
            return view(row)

    def remove(self, id: UUID) -> None:
        """Stop using it; what was sent and received stays."""
        with self._store.transaction() as session:
            row = connections.get(session, id)
            row.removed, row.is_default, row.secrets = True, False, None
            row.state = ConnectionState.OFF.value
            row.version += 1
            announce(session, row)
            self._record(session, row, "sms_connection.removed")

    def _check(self, details: SmsConnectionDetails, password: str) -> None:
        wrong: dict[str, str] = {}
        try:
            senders.sender(details.sender)
        except ValueError as error:
            wrong["sender"] = str(error)
        if details.default and not connections.sends(details):
            wrong["default"] = "a receiver sends nothing"
        if details.kind is SmsConnectionKind.SANDBOX and not self._sandbox:
            wrong["kind"] = "the sandbox is switched off here"
        if details.kind is SmsConnectionKind.SMPP:
            wrong |= _wrong_smpp(details.smpp, password)
        if details.kind is SmsConnectionKind.HTTP:
            wrong |= self._wrong_http(details.http, password)
        if wrong:
            raise Invalid.fields("sms_gateway.invalid", wrong)

    def _wrong_http(self, http: HttpApi | None, token: str) -> dict[str, str]:
        if http is None:
            return {"http": "is needed for this kind"}
        if not token:
            return {"http.token": "is needed to sign in"}
        try:
            self._outbound.target(http.base_url)
        except Refused as error:
            return {"http.base_url": error.text}
        return {}

    def _fill(
        self, session: Session, row: ConnectionRow, details: SmsConnectionDetails, password: str
    ) -> None:
        others = [each for each in connections.listed(session) if connections.sends(each.details)]
        if connections.sends(details) and (details.default or not others):
            for other in connections.clear_default(session):
                if other is not row:
                    announce(session, other)
            row.is_default = True
        smpp = details.smpp and msgspec.structs.replace(details.smpp, password=None)
        http = details.http and msgspec.structs.replace(details.http, token=None)
        if details.kind is SmsConnectionKind.SANDBOX:
            row.state, row.reason = ConnectionState.OPEN.value, None
        row.is_default = row.is_default and connections.sends(details)
        row.details = msgspec.structs.replace(
            details,
            smpp=smpp if details.kind is SmsConnectionKind.SMPP else None,
            http=http if details.kind is SmsConnectionKind.HTTP else None,
        )
        organisation = current().need_organisation()
        row.secrets = encrypted(self._vault, password, organisation) if password else None
        row.version += 1

    def _record(self, session: Session, row: ConnectionRow, action: str) -> None:
        record(session, action, entity="connection", id=row.id, label=row.details.label)


def view(row: ConnectionRow) -> SmsConnection:
    """A connection as it is shown: without its password."""
    return SmsConnection(
        id=row.id,
        details=msgspec.structs.replace(row.details, default=row.is_default),
        state=ConnectionState(row.state),
        reason=row.reason,
        checked_at=row.checked_at,
        version=row.version,
    )


def _wrong_smpp(smpp: SmppServer | None, password: str) -> dict[str, str]:
    if smpp is None:
        return {"smpp": "is needed for this kind"}
    if not password:
        return {"smpp.password": "is needed to sign in"}
    told = {
        "smpp.system_id": smpp.system_id,
        "smpp.password": password,
        "smpp.system_type": smpp.system_type,
    }
    return {name: NOT_ASCII for name, text in told.items() if not text.isascii()}


def _password(details: SmsConnectionDetails) -> str:
    if details.kind is SmsConnectionKind.SMPP:
        return (details.smpp and details.smpp.password) or ""
    return (details.http and details.http.token) or ""
