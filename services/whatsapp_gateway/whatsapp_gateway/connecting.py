"""Numbers as a person configures them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.channels import ConnectionState
from contracts.whatsapp_gateway import (
    CloudAccount,
    LinkState,
    WhatsAppConnection,
    WhatsAppConnectionDetails,
    WhatsAppConnectionKind,
)
from fairlead.audit import record
from fairlead.context import current
from fairlead.errors import Conflict, Invalid, Stale
from fairlead.secrets import Vault
from fairlead.service import ServiceStore
from fairlead.store import new_id

from .domain import addresses
from .secret import Secrets, encrypted, secrets_of
from .store import connections
from .store.tables import ConnectionRow
from .told import abilities, announce

_MISSING = {
    WhatsAppConnectionKind.SANDBOX: "the sandbox is switched off here",
    WhatsAppConnectionKind.CLOUD: "Meta's Cloud API is not offered here",
    WhatsAppConnectionKind.LINKED: "linked devices are not installed here",
}
SCANNED = frozenset({WhatsAppConnectionKind.SANDBOX, WhatsAppConnectionKind.LINKED})


class Connecting:
    """Makes, changes and removes connections."""

    def __init__(
        self,
        store: ServiceStore,
        vault: Vault,
        public_url: str,
        kinds: Collection[WhatsAppConnectionKind],
    ) -> None:
        self._store = store
        self._vault = vault
        self._public_url = public_url.rstrip("/")
        self._kinds = kinds

    def listed(self) -> list[WhatsAppConnection]:
        """All that are in use, by label."""
        with self._store.reading() as session:
            found = [self.view(row) for row in connections.listed(session)]
        return sorted(found, key=lambda each: each.details.label)

    def get(self, id: UUID) -> WhatsAppConnection:
        """One of them."""
        with self._store.reading() as session:
            return self.view(connections.get(session, id))

    def create(self, details: WhatsAppConnectionDetails, id: UUID | None) -> WhatsAppConnection:
        """A new one; the first of an organisation is its default."""
        secrets = Secrets().with_given(details.cloud)
        self._check(details, secrets)
        with self._store.transaction() as session:
            known = next((row for row in connections.listed(session) if row.id == id), None)
            if known is not None:
                return self.view(known)
            row = ConnectionRow(
                id=id or new_id(),
                state=ConnectionState.CONNECTING.value,
                is_default=False,
                version=0,
                since=_now(),
                # Nothing is linked yet. Were it begun by itself, who asks for the code meanwhile
                # would be taken for going on with that, and shown none.
                wanted=details.kind is not WhatsAppConnectionKind.LINKED,
            )
            self._fill(session, row, details, secrets)
            row.state, row.link = _first_state(details.kind)
            session.add(row)
            session.flush()
            announce(session, row)
            self._record(session, row, "whatsapp_connection.created")
            return self.view(row)

    def update(
        self, id: UUID, version: int, details: WhatsAppConnectionDetails
    ) -> WhatsAppConnection:
        """Replace the details; secrets that are absent stay. Raises Stale."""
        with self._store.transaction() as session:
            row = connections.locked(session, id)
            if row.version != version:
                raise Stale(
                    "whatsapp_gateway.connection_changed",
                    "Somebody changed the connection meanwhile",
                )
            if details.kind is not row.details.kind:
                raise Invalid.field(
                    "whatsapp_gateway.invalid", "details.kind", "cannot be changed; add another"
                )
            secrets = secrets_of(self._vault, row).with_given(details.cloud)
            self._check(details, secrets)
            moved = addresses.key(details.number) != row.number
            self._fill(session, row, details, secrets)
            if details.kind is WhatsAppConnectionKind.CLOUD:
                row.state, row.reason = ConnectionState.OPEN.value, None
            elif moved:  # it must be scanned with the phone of the new one
                row.state, row.link = ConnectionState.OFF.value, LinkState.STOPPED
                row.wanted = False
            announce(session, row)
            self._record(session, row, "whatsapp_connection.changed")
            return self.view(row)

    def remove(self, id: UUID) -> None:
        """Stop using it; what was sent and received stays."""
        with self._store.transaction() as session:
            row = connections.locked(session, id)
            row.removed, row.is_default, row.secrets = True, False, None
            row.wanted, row.qr = False, None
            row.state = ConnectionState.OFF.value
            row.version += 1
            announce(session, row)
            self._record(session, row, "whatsapp_connection.removed")

    def view(self, row: ConnectionRow) -> WhatsAppConnection:
        """A connection as it is shown: without its secrets."""
        cloud = row.details.kind is WhatsAppConnectionKind.CLOUD
        return WhatsAppConnection(
            id=row.id,
            details=msgspec.structs.replace(row.details, default=row.is_default),
            state=ConnectionState(row.state),
            reason=row.reason,
            checked_at=row.checked_at,
            version=row.version,
            abilities=abilities(row.details.kind),
            link=row.link,
            hook=f"{self._public_url}/api/v1/hooks/whatsapp/{row.id}" if cloud else None,
            paused_until=row.paused_until,
        )

    def _check(self, details: WhatsAppConnectionDetails, secrets: Secrets) -> None:
        wrong: dict[str, str] = {}
        if details.kind not in self._kinds:
            wrong["details.kind"] = _MISSING[details.kind]
        if details.kind is WhatsAppConnectionKind.CLOUD:
            if details.cloud is None:
                wrong["details.cloud"] = "is needed for this kind"
            else:
                for name in Secrets.__struct_fields__:
                    if not getattr(secrets, name):
                        wrong[f"details.cloud.{name}"] = "is needed"
        if wrong:
            raise Invalid.fields("whatsapp_gateway.invalid", wrong)

    def _fill(
        self,
        session: Session,
        row: ConnectionRow,
        details: WhatsAppConnectionDetails,
        secrets: Secrets,
    ) -> None:
        number = addresses.key(details.number)
        others = [other for other in connections.listed(session) if other.id != row.id]
        taken = next((other for other in others if other.number == number), None)
        if taken is not None:
            raise Conflict(
                "whatsapp_gateway.number_taken",
                f"“{taken.details.label}” is this number already",
                id=str(taken.id),
            )
        if details.default or not others:
            for other in connections.clear_default(session):
                if other.id != row.id:
                    announce(session, other)
            row.is_default = True
        cloud = details.kind is WhatsAppConnectionKind.CLOUD
        row.details = msgspec.structs.replace(
            details, cloud=_without_secrets(details.cloud) if cloud else None
        )
        row.number = number
        organisation = current().need_organisation()
        row.secrets = encrypted(self._vault, secrets, organisation) if cloud else None
        row.version += 1

    def _record(self, session: Session, row: ConnectionRow, action: str) -> None:
        record(session, action, entity="connection", id=row.id, label=row.details.label)


def _first_state(kind: WhatsAppConnectionKind) -> tuple[str, LinkState | None]:
    """A linked device waits for its code to be scanned; the others are open at once."""
    if kind is WhatsAppConnectionKind.LINKED:
        return ConnectionState.OFF.value, LinkState.STOPPED
    link = LinkState.OPEN if kind in SCANNED else None
    return ConnectionState.OPEN.value, link


def _without_secrets(account: CloudAccount | None) -> CloudAccount | None:
    if account is None:
        return None
    return msgspec.structs.replace(account, access_token=None, app_secret=None, verify_token=None)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
