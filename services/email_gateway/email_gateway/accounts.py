"""Email connections as a person configures them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.channels import ConnectionState
from contracts.email_gateway import (
    Connection,
    ConnectionDetails,
    ConnectionKind,
    HistoryImport,
    TestStep,
)
from fairlead.audit import record
from fairlead.context import current
from fairlead.errors import Stale
from fairlead.service import ServiceStore
from fairlead.store import new_id

from . import reachability
from .connecting import Pools, checked_address, signer, smtp_settings
from .domain.credentials import OAUTH, Secrets, check, take_out
from .domain.history import Progress
from .imap import try_mailbox
from .mailboxes import imap_settings
from .oauth import clients
from .reachability import Way, says, set_reached
from .settings import EmailSettings
from .smtp import try_connection
from .store import connections
from .store.tables import ConnectionRow


class Accounts:
    """Makes, changes, tries and removes connections."""

    def __init__(
        self,
        store: ServiceStore,
        pools: Pools,
        settings: EmailSettings,
        changed: Callable[[], None],
    ) -> None:
        self._changed = changed  # called when a connection was
        self._store = store
        self._pools = pools
        self._settings = settings

    def listed(self) -> list[Connection]:
        """All that are in use."""
        with self._store.reading() as session:
            return [view(row) for row in connections.listed(session)]

    def get(self, id: UUID) -> Connection:
        """One of them."""
        with self._store.reading() as session:
            return view(connections.get(session, id))

    def create(self, details: ConnectionDetails, id: UUID | None) -> Connection:
        """A new one; the first of an organisation is its default."""
        bare, secrets = self._checked(details, Secrets())
        with self._store.transaction() as session:
            known = [row for row in connections.listed(session) if row.id == id]
            if known:
                return view(known[0])
            row = ConnectionRow(
                id=id or new_id(),
                address=bare.address,
                state=ConnectionState.CONNECTING.value,
                is_default=False,
                version=0,
                connected_at=dt.datetime.now(dt.UTC),
            )
            self._fill(session, row, bare, secrets)
            session.add(row)
            session.flush()
            reachability.announce(session, row)
            _record(session, "connection.created", row, after=_shown(row))
            made = view(row)
        self._changed()
        return made

    def update(self, id: UUID, version: int, details: ConnectionDetails) -> Connection:
        """Replace the details; secrets that are absent stay. Raises Stale."""
        with self._store.reading() as session:
            known = self._pools.secrets(connections.get(session, id))
        bare, secrets = self._checked(details, known)
        with self._store.transaction() as session:
            row = connections.get(session, id)
            if row.version != version:
                raise Stale(
                    "email_gateway.connection_changed", "Somebody changed the connection meanwhile"
                )
            before = _shown(row)
            _begin_anew(row, bare)
            self._fill(session, row, bare, secrets)
            reachability.announce(session, row)
            after = _shown(row) | ({} if secrets == known else {"secrets": "changed"})
            _record(session, "connection.changed", row, before=before, after=after)
            changed = view(row)
        self._changed()
        return changed

    def remove(self, id: UUID) -> None:
        """Stop using it; what was sent and received stays."""
        with self._store.transaction() as session:
            row = connections.get(session, id)
            _record(session, "connection.removed", row, before=_shown(row))
            row.removed, row.is_default, row.secrets = True, False, None
            row.state = ConnectionState.OFF.value
            row.version += 1
            reachability.announce(session, row)
        self._changed()

    def attempt(self, id: UUID) -> list[TestStep]:
        """Go through sending and fetching step by step, without a mail."""
        with self._store.reading() as session:
            row = connections.get(session, id)
        if row.details.kind is ConnectionKind.SANDBOX:
            return [TestStep(name="sandbox", ok=True, answer="the sandbox takes every mail")]
        secrets = self._pools.secrets(row)
        token = self._pools.tokens.source(row)
        smtp = smtp_settings(self._settings, row.details, secrets, token)
        steps = [("smtp", step) for step in try_connection(smtp, row.address)]
        if row.details.imap is not None:
            imap = imap_settings(self._settings, row.details, secrets, token)
            steps += [("imap", step) for step in try_mailbox(imap)]
        if all(step.ok for line, step in steps if line == "smtp") and not says(row, Way.OUT, None):
            with self._store.transaction() as session:
                set_reached(session, id, Way.OUT, None, dt.datetime.now(dt.UTC))
        return [
            TestStep(name=f"{line} {step.name}", ok=step.ok, answer=step.answer)
            for line, step in steps
        ]

    def _checked(
        self, details: ConnectionDetails, known: Secrets
    ) -> tuple[ConnectionDetails, Secrets]:
        address = checked_address(details.address, test_domains=self._settings.test_domains)
        bare, secrets = take_out(msgspec.structs.replace(details, address=address), known)
        check(bare, secrets, sandbox=self._settings.sandbox, hosts=clients(self._settings))
        token = str if bare.kind in OAUTH else None  # nobody is asked for one yet
        if bare.smtp is not None:
            smtp_settings(self._settings, bare, secrets, token)
        if bare.imap is not None:
            imap_settings(self._settings, bare, secrets, token)
        signer(bare, secrets)
        return bare, secrets

    def _fill(
        self, session: Session, row: ConnectionRow, bare: ConnectionDetails, secrets: Secrets
    ) -> None:
        if bare.default or not connections.listed(session):
            for other in connections.defaults(session):
                if other is not row:
                    other.is_default = False
                    reachability.announce(session, other)
            row.is_default = True
        row.details = bare
        row.address = bare.address
        row.secrets = self._pools.encrypt(secrets, current().need_organisation())
        row.version += 1
        reachability.reset(row)
        if bare.kind is ConnectionKind.SANDBOX:
            row.state, row.reason = ConnectionState.OPEN.value, None


def _begin_anew(row: ConnectionRow, new: ConnectionDetails) -> None:
    """Forget how far the mailbox was read, as far as `new` makes it another one.

    On another host it may be the same that moved: what came since it was connected is read once
    more, and known by its fingerprint.
    """
    old = row.details
    if new.import_days != old.import_days:
        row.importing = None
    if new.imap is None or (new.imap, new.folder) == (old.imap, old.folder):
        return
    if old.imap is None or (new.imap.username, new.folder) != (old.imap.username, old.folder):
        row.connected_at = dt.datetime.now(dt.UTC)
    elif (new.imap.host, new.imap.port) == (old.imap.host, old.imap.port):
        return
    row.uid_validity = row.uid = row.uid_before = 0
    row.importing = None


def _shown(row: ConnectionRow) -> dict[str, Any]:
    """What the audit log is told of a connection; no secret is in it."""
    return {"details": msgspec.structs.replace(row.details, default=row.is_default)}


def _record(session: Session, action: str, row: ConnectionRow, **states: Any) -> None:
    record(session, action, entity="connection", id=row.id, label=row.address, **states)


def view(row: ConnectionRow) -> Connection:
    """A connection as it is shown: without secrets."""
    return Connection(
        id=row.id,
        details=msgspec.structs.replace(row.details, default=row.is_default),
        state=ConnectionState(row.state),
        reason=row.reason,
        checked_at=row.checked_at,
        version=row.version,
        history=_history(row),
    )


def _history(row: ConnectionRow) -> HistoryImport | None:
    days = row.details.import_days
    if not days:
        return None
    progress = row.importing or Progress()
    return HistoryImport(
        since=row.connected_at - dt.timedelta(days=days),
        found=progress.found,
        taken=progress.taken,
        finished=progress.finished,
    )
