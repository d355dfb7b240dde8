"""Watches the mailboxes of all connections: each by one process at a time."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import eventlet
import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from contracts.email_gateway import ConnectionDetails
from fairlead.errors import Failure, Invalid
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import lease

from . import reachability
from .connecting import Pools
from .domain.credentials import Secrets
from .domain.headers import first, read_date
from .domain.history import CLOCKS, Progress, is_history
from .domain.mime import open_entity
from .imap import Cursor, Fetched, ImapMailbox
from .imap_history import History
from .imap_settings import ImapSettings
from .imap_watch import Status, Watch
from .reachability import Way
from .receiver import Receiver
from .settings import EmailSettings
from .store import connections
from .store.tables import ConnectionRow

log = structlog.get_logger(__name__)

LEASE_SECONDS = 30.0  # renewed each time `keep_watching` is called, every five seconds


@dataclass(slots=True)
class _Watched:
    version: int
    watch: Watch
    greenlet: Any


class Mailboxes:
    """The watches of this process."""

    def __init__(
        self, store: ServiceStore, receiver: Receiver, pools: Pools, settings: EmailSettings
    ) -> None:
        self._store = store
        self._receiver = receiver
        self._pools = pools
        self._settings = settings
        self._owner = secrets.token_hex(8)
        self._watched: dict[UUID, _Watched] = {}

    def keep_watching(self) -> None:
        """Watch what is free, go on with what is ours, leave what was changed or removed."""
        with self._store.reading(EVERYWHERE) as session:
            rows = {row.id: row for row in connections.listed(session) if row.details.imap}
        for id, watched in list(self._watched.items()):
            row = rows.get(id)
            if (
                row is None
                or row.version != watched.version
                or watched.greenlet.dead  # of an error that nobody foresaw
                or not self._lease(id)
            ):
                self._leave(id)
        for id, row in rows.items():
            if id not in self._watched and self._lease(id):
                self._watch(row)

    def stop(self) -> None:
        """Leave all; another process may take them at once."""
        for id in list(self._watched):
            self._leave(id)

    def _lease(self, id: UUID) -> bool:
        with self._store.transaction(EVERYWHERE) as session:
            return lease.acquire(
                session, f"mailbox {id}", self._owner, now=_now(), seconds=LEASE_SECONDS
            )

    def _leave(self, id: UUID) -> None:
        watched = self._watched.pop(id)
        watched.watch.stop()
        watched.greenlet.kill()
        with self._store.transaction(EVERYWHERE) as session:
            lease.release(session, f"mailbox {id}", self._owner)

    def _watch(self, row: ConnectionRow) -> None:
        try:
            settings = imap_settings(
                self._settings,
                row.details,
                self._pools.secrets(row),
                self._pools.tokens.source(row),
            )
        except Failure as error:  # of one connection, which must not keep us from the others
            self._tell(row, Status(state="error", reason=error.message))
            return
        since = row.connected_at - CLOCKS
        watch = Watch(
            ImapMailbox(settings),
            lambda mail: self._keep(row, mail),
            Cursor(row.uid_validity, row.uid, row.uid_before),
            lambda status: self._tell(row, status),
            on_cursor=lambda cursor: self._begin(row, cursor),
            since=since,
            history=self._history(row, since),
        )
        greenlet = eventlet.spawn(watch.run)
        self._watched[row.id] = _Watched(row.version, watch, greenlet)

    def _history(self, row: ConnectionRow, until: dt.datetime) -> History | None:
        days = row.details.import_days
        if not days:
            return None
        return History(
            until - dt.timedelta(days=days),
            until,
            row.importing or Progress(),
            lambda mail: self._keep_old(row, mail),
            lambda progress: self._note(row, importing=progress),
        )

    def _keep(self, row: ConnectionRow, mail: Fetched) -> None:
        raw = content(mail)
        self._receiver.keep(
            row.organisation_id,
            row.id,
            raw,
            truncated=mail.too_large,
            imported=self._is_history(row, mail, raw),
            came_at=mail.internal_date,
            also=lambda session: _set(session, row, **_place(mail.cursor)),
        )

    def _is_history(self, row: ConnectionRow, mail: Fetched, raw: bytes) -> bool:
        if mail.uid > mail.cursor.before:
            return False
        fields, _ = open_entity(raw)
        return mail.internal_date is None or is_history(
            read_date(first(fields, "date")), row.connected_at
        )

    def _keep_old(self, row: ConnectionRow, mail: Fetched) -> None:
        self._receiver.keep(
            row.organisation_id,
            row.id,
            content(mail),
            truncated=mail.too_large,
            imported=True,
            came_at=mail.internal_date,
        )

    def _begin(self, row: ConnectionRow, cursor: Cursor) -> None:
        self._note(row, **_place(cursor))

    def _note(self, row: ConnectionRow, **values: object) -> None:
        with self._store.transaction(row.organisation_id) as session:
            _set(session, row, **values)

    def _tell(self, row: ConnectionRow, status: Status) -> None:
        if status.state == "error":
            self._pools.tokens.forget(row.id)
            log.warning("mailbox unreachable", connection=str(row.id), reason=status.reason)
        if status.state not in ("idle", "error"):
            return
        try:
            with self._store.transaction(row.organisation_id) as session:
                reason = status.reason or None
                reachability.set_reached(session, row.id, Way.IN, reason, _now())
        except Exception as error:
            # It must not end the watch, which tells again within minutes; and often it is the store
            # itself whose absence is told here.
            log.warning("mailbox's state not kept", connection=str(row.id), error=str(error))


def content(mail: Fetched) -> bytes:
    """The bytes of a mail; of one that could not be had, a mail that says so."""
    if mail.error is None:
        return mail.raw or mail.header or b""
    came = f" that came on {mail.internal_date:%Y-%m-%d at %H:%M %z}" if mail.internal_date else ""
    words = (
        f"A mail of {mail.size} bytes{came} could not be fetched: {mail.error}\n\n"
        "It still lies in the mailbox; please read it there."
    )
    # The place makes it another mail than the next one that cannot be had.
    return (
        f"X-Fetch-Place: {mail.cursor.uidvalidity}/{mail.uid}\r\n"
        "Subject: A mail that could not be fetched\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        f"\r\n{words}\r\n"
    ).encode("utf-8", "replace")


def _place(cursor: Cursor) -> dict[str, object]:
    return {"uid_validity": cursor.uidvalidity, "uid": cursor.uid, "uid_before": cursor.before}


def _set(session: Session, row: ConnectionRow, **values: object) -> None:
    """Note how far a mailbox was read, unless the connection was changed since: it may be another
    mailbox now."""
    session.execute(
        sa.update(ConnectionRow)
        .where(ConnectionRow.id == row.id, ConnectionRow.version == row.version)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def imap_settings(
    settings: EmailSettings,
    details: ConnectionDetails,
    known: Secrets,
    token: Callable[[], str] | None = None,
) -> ImapSettings:
    """Where and how to fetch, with `token` by XOAUTH2; raises Invalid that names the field."""
    server = details.imap
    if server is None:
        raise Invalid.field("email_gateway.invalid", "imap", "is needed to fetch")
    try:
        return ImapSettings(
            host=server.host,
            port=server.port,
            security=server.security.value,
            username=server.username,
            password=known.imap_password or "",
            token=token,
            folder=details.folder,
            ca_file=settings.ca_file or None,
            private_hosts=settings.private_hosts,
        )
    except ValueError as error:
        field, _, reason = str(error).partition(": ")
        raise Invalid.field("email_gateway.invalid", f"imap.{field}", reason) from None


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
