"""Fetches the files of messages: stored once by their content, tried again, or shown as missing."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Iterator
from itertools import chain

import structlog
from sqlalchemy.orm import Session

from contracts.channels import MessageAmended
from contracts.common import Channel, FileRef
from contracts.whatsapp_gateway import LARGEST_FILE
from fairlead.bell import Bell
from fairlead.bus import publish
from fairlead.context import service_context
from fairlead.errors import Failure, Invalid
from fairlead.files import FileStore
from fairlead.media_types import HEAD, UNKNOWN, sniff
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import LeaseLost, backoff, is_away, queue
from fairlead.uploads import honest_name, safe_name

from .drivers import NotFetched
from .numbers import Numbers
from .store import connections, incoming
from .store.tables import MediaRow
from .understanding import awaited

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0
AT_ONCE = 2
LAST_ATTEMPT = 8  # within about a quarter of an hour; Meta keeps a file for seven days
FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0
VAGUE = frozenset({UNKNOWN, "text/plain", "application/zip"})
_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "application/pdf": "pdf",
}


class Fetcher:
    """Works off files that are awaited. Any number of greenlets and processes may."""

    def __init__(self, store: ServiceStore, files: FileStore, numbers: Numbers, bell: Bell) -> None:
        self._store = store
        self._files = files
        self._numbers = numbers
        self._bell = bell

    def fetch_some(self) -> None:
        """Fetch some; where there is nothing, wait a moment for it."""
        with self._store.transaction(EVERYWHERE) as session:
            reached = self._numbers.reached(session)
            rows = incoming.claim_media(session, secrets.token_hex(8), _now(), AT_ONCE, reached)
        for row in rows:
            try:
                self._fetch(row)
            except LeaseLost:
                log.warning("somebody else fetches it", media=str(row.id))
        if not rows:
            self._bell.wait(IDLE_SECONDS)

    def _fetch(self, row: MediaRow) -> None:
        try:
            file = self._content(row)
        except NotFetched as error:
            self._not_fetched(row, error.reason, final=error.final)
        except Exception as error:
            if is_away(error):
                raise
            log.warning("file not fetched", media=str(row.id), exc_info=error)
            self._not_fetched(row, _words(error), final=False)
        else:
            with self._store.transaction(row.organisation_id) as session:
                queue.finish(session, row, now=_now(), key=file.key, reason=None)
                session.flush()
                _tell(session, row, file)

    def _content(self, row: MediaRow) -> FileRef:
        with self._store.reading(row.organisation_id) as session:
            connection = connections.get(session, row.connection_id, removed=True)
        if connection.removed:
            raise NotFetched("the number was removed before it came", final=True)
        content = iter(self._numbers.of(connection).fetch(row.media))
        head = _head(content)
        if not head:
            raise NotFetched("it is empty", final=True)
        whole: Iterable[bytes] = chain([head], content)
        try:
            stored = self._files.put(row.organisation_id, whole, limit=LARGEST_FILE)
        except Invalid as error:
            raise NotFetched(error.message, final=True) from None
        kind = honest(row.media.content_type, head[:HEAD], row.media.name)
        return FileRef(
            key=stored.key,
            name=named(row.media.name, kind),
            content_type=kind,
            size=stored.size,
        )

    def _not_fetched(self, row: MediaRow, reason: str, *, final: bool) -> None:
        final = final or row.attempts >= LAST_ATTEMPT
        with self._store.transaction(row.organisation_id) as session:
            if not final:
                wait = backoff(row.attempts, first=FIRST_WAIT, cap=LONGEST_WAIT)
                queue.postpone(session, row, now=_now(), seconds=wait, error=reason)
                return
            queue.finish(session, row, now=_now(), reason=reason[:2000])
            session.flush()
            _tell(session, row, None)


def honest(said: str, head: bytes, name: str) -> str:
    """The type of a file: what its content says, where that says more than its sender did."""
    found = sniff(head, name)
    plain = said.partition(";")[0].strip().lower()
    return (plain or UNKNOWN) if found in VAGUE else found


def named(name: str, kind: str) -> str:
    """A name that opens as what it is."""
    has_end = "." in name.strip(".")
    end = _ENDINGS.get(kind, "")
    return safe_name(honest_name(name if has_end or not end else f"{name}.{end}", kind))[:255]


def _head(content: Iterator[bytes]) -> bytes:
    head = b""
    for chunk in content:
        head += chunk
        if len(head) >= HEAD:
            break
    return head


def _tell(session: Session, row: MediaRow, file: FileRef | None) -> None:
    """A file came, or will not; with what the message still waits for."""
    siblings = incoming.media_of(session, row.connection_id, row.provider_id)
    publish(
        session,
        MessageAmended(
            channel=Channel.WHATSAPP,
            connection_id=row.connection_id,
            provider_id=row.provider_id,
            address=row.address,
            by_us=row.by_us,
            at=_now(),
            files={} if file is None else {row.number: file},
            awaited=[
                awaited(each.number, each.media, each.reason)
                for each in siblings
                if each.key is None
            ],
        ),
        context=service_context(row.organisation_id),
    )


def _words(error: Exception) -> str:
    return error.message if isinstance(error, Failure) else f"{type(error).__name__}: {error}"


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
