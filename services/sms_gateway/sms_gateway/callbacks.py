"""Carriers' callbacks over HTTP: kept at the door once their signature is checked, then worked off.

They come in any order, again, and from anybody who knows the address.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from fairlead.bell import Bell
from fairlead.errors import Forbidden
from fairlead.secrets import Vault
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import queue

from .domain.keywords import Wish
from .domain.progress import PartState
from .hearing import Heard, hear
from .http_api import callbacks as read
from .http_api.callbacks import OptOut, StatusCallback, Unreadable, Written
from .http_api.signature import is_genuine
from .secret import password_of
from .store import callbacks, connections, texts
from .store.tables import CallbackRow
from .told import tell

log = structlog.get_logger(__name__)

CLAIMED_AT_ONCE = 20
IDLE_SECONDS = 1.0  # between looks for what other processes kept and left
_WISHES = {OptOut.STOP: Wish.STOP, OptOut.START: Wish.START, OptOut.HELP: Wish.HELP}


class Callbacks:
    """Takes them, and makes messages and fates of them. Any number of processes may."""

    def __init__(self, store: ServiceStore, vault: Vault) -> None:
        self._store = store
        self._vault = vault
        self._bell = Bell()

    def take(self, id: UUID, url: str, content_type: str, signature: str, body: bytes) -> None:
        """Keep one for good. Raises Forbidden for what is not the carrier's."""
        with self._store.reading(EVERYWHERE) as session:
            connection = connections.find(session, id)
        if connection is None or connection.details.http is None:
            raise _forged()
        token = password_of(self._vault, connection)
        if not token or not is_genuine(token, url, content_type, body, signature):
            log.warning("forged callback", connection=str(id))
            raise _forged()
        now = _now()
        number, error = "", None
        try:
            said = read.read(content_type, body)
            key, number = said.key, said.number
        except Unreadable as caught:
            log.error("callback that cannot be read", connection=str(id), reason=str(caught))
            key, error = f"{url} {body!r}", str(caught)
        with self._store.transaction(connection.organisation_id) as session:
            callbacks.keep(
                session,
                connection_id=id,
                key=hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest(),
                number=number,
                url=url,
                content_type=content_type,
                body=body,
                received_at=now,
                due_at=now,
                done_at=now if error else None,
                error=error,
            )
        self._bell.ring()

    def work_some(self) -> None:
        """Work off some of them; where there is none, wait a moment for it."""
        with self._store.transaction(EVERYWHERE) as session:
            rows = callbacks.claim_due(session, secrets.token_hex(8), _now(), CLAIMED_AT_ONCE)
        for row in rows:
            try:
                self._work(row)
            except Exception as error:
                self._failed(row, error)
        if not rows:
            self._bell.wait(IDLE_SECONDS)

    def _work(self, row: CallbackRow) -> None:
        said = read.read(row.content_type, row.body)
        with self._store.transaction(row.organisation_id) as session:
            if isinstance(said, Written):
                self._hear(session, row, said)
            else:
                _note(session, row, said)
            queue.finish(session, row, now=_now())

    def _hear(self, session: Session, row: CallbackRow, said: Written) -> None:
        connection = connections.get(session, row.connection_id, removed=True)
        defects = [f"{said.media} attached files were not fetched"] if said.media else []
        heard = Heard(row.id, said.id, said.source, said.destination, said.text, row.received_at)
        wish = _WISHES[said.opt_out] if said.opt_out else None
        hear(session, connection, heard, defects, wish)

    def _failed(self, row: CallbackRow, error: Exception) -> None:
        log.warning("callback not understood", callback=str(row.id), exc_info=error)
        said = f"{type(error).__name__}: {error}"
        with self._store.transaction(row.organisation_id) as session:
            if row.attempts >= callbacks.LAST_ATTEMPT:
                queue.finish(session, row, now=_now(), error=said[:2000])
            else:
                queue.postpone(session, row, now=_now(), seconds=5.0 * row.attempts, error=said)


def _note(session: Session, row: CallbackRow, said: StatusCallback) -> None:
    """What a status says of its text, which its address names: its answer may not have come, and
    may never come."""
    id = read.text_of(urlsplit(row.url).query)
    text = texts.locked(session, id) if id else None
    if text is not None and text.connection_id == row.connection_id:
        parts = texts.parts(session, text.id)
    else:
        parts = texts.parts_called(session, row.connection_id, said.id)
        text = texts.locked(session, parts[0].text_id) if parts else None
    if text is None:
        log.warning("status of no text of ours", connection=str(row.connection_id))
        return
    for part in parts:
        session.refresh(part)
        part.key = said.id
        texts.note(session, part, PartState.SENT, None)
        if said.state is not None:
            texts.note(session, part, said.state, said.reason)
    if texts.add_up(session, text)[1]:
        tell(session, text, row.received_at, code=said.code or None)


def _forged() -> Forbidden:
    return Forbidden("sms_gateway.signature", "The signature is not this connection's carrier's")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
