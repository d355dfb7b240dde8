"""Files are looked at before anybody else does: for viruses, for what they are, and drawn."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec
import structlog
from sqlalchemy.orm import Session

from contracts.files import FileChecked, attachment_of
from contracts.inbox import FileState, PictureSize
from fairlead import clamd, metrics
from fairlead.bus import publish
from fairlead.clamd import Clamd
from fairlead.contents import is_two_kinds
from fairlead.errors import NotFound
from fairlead.files import FileStore, StoredFile
from fairlead.media_types import HEAD, UNKNOWN, sniff
from fairlead.pictures import Broken, Busy, Drawn, Picture, draw, drawable
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import LeaseLost, backoff, queue
from fairlead.uploads import INLINE

from . import changes, commenting
from .store import file_uses, files, messages
from .store.files import FileRow, PictureRow

log = structlog.get_logger(__name__)

AT_ONCE = 2
FIRST_WAIT, LONGEST_WAIT = 2.0, 60.0  # seconds before a checker that is away is asked again
LAST_DRAWING = 5  # attempts; then a file goes without pictures

CHECKED = metrics.counter(
    "fairlead_files_checked_total", "Files that the virus check was asked about", ("outcome",)
)
WAITING = metrics.gauge("fairlead_files_waiting", "Files that wait for the virus check")
WAITED = metrics.gauge(
    "fairlead_files_waiting_seconds", "How long the first file has waited for the virus check"
)

# What the content alone cannot tell from something narrower that its sender says.
_VAGUE = frozenset({UNKNOWN, "text/plain", "application/zip", "application/xml"})


_NOTHING = Drawn()


class _Later(Exception):
    """It cannot be done now."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out of a file."""

    state: FileState
    reason: str | None = None
    content_type: str | None = None
    shown: bool = False
    drawn: Drawn = _NOTHING


class Checker:
    """Works off files; any number of greenlets and processes may at once."""

    def __init__(self, store: ServiceStore, stored: FileStore, scanner: Clamd | None) -> None:
        self._store = store
        self._stored = stored
        self._scanner = scanner

    def work_some(self) -> bool:
        """Work off some files; returns whether there were any."""
        now = dt.datetime.now(dt.UTC)
        with self._store.transaction(EVERYWHERE) as session:
            rows = files.claim_due(session, secrets.token_hex(8), now, AT_ONCE)
        for row in rows:
            try:
                self._work(row)
            except LeaseLost:
                log.warning("somebody else looks at a file", file=str(row.id))
        return bool(rows)

    def _work(self, row: FileRow) -> None:
        try:
            found = self._look(row)
        except _Later as error:
            wait = backoff(row.attempts, first=FIRST_WAIT, cap=LONGEST_WAIT)
            with self._store.transaction(row.organisation_id) as session:
                now = dt.datetime.now(dt.UTC)
                queue.postpone(session, row, now=now, seconds=wait, error=str(error))
            return
        kept = [(each, self._keep(row.organisation_id, each)) for each in found.drawn.pictures]
        with self._store.transaction(row.organisation_id) as session:
            queue.finish(session, row, now=dt.datetime.now(dt.UTC))
            write_down(session, row.id, found, kept)

    def _look(self, row: FileRow) -> Found:
        try:
            content = self._stored.read(row.organisation_id, row.key)
        except NotFound:
            return Found(row.state, "its content is gone")
        found = Found(row.state, row.reason)
        if row.state is FileState.WAITING:
            found = self._check(content)
        if found.state not in (FileState.CLEAN, FileState.UNCHECKED):
            return found
        kind = corrected(row.document.content_type, sniff(content[:HEAD], row.document.name))
        shown = kind in INLINE and not is_two_kinds(content, kind)
        return replace(found, content_type=kind, shown=shown, drawn=_draw(content, kind, row))

    def _check(self, content: bytes) -> Found:
        if self._scanner is None:  # it was taken away meanwhile
            return Found(FileState.UNCHECKED)
        try:
            virus = self._scanner.scan(content)
        except clamd.Away as error:
            CHECKED.labels("inbox", "away").inc()
            raise _Later(f"the virus check is away: {error}") from None
        except clamd.Refused as error:
            CHECKED.labels("inbox", "refused").inc()
            return Found(FileState.BLOCKED, str(error))
        CHECKED.labels("inbox", "infected" if virus else "clean").inc()
        if virus:
            return Found(FileState.INFECTED, f"holds a virus: {virus}"[:300])
        return Found(FileState.CLEAN)

    def _keep(self, organisation: UUID, picture: Picture) -> StoredFile:
        return self._stored.put(organisation, picture.content)


def _draw(content: bytes, kind: str, row: FileRow) -> Drawn:
    if not drawable(kind):
        return _NOTHING
    try:
        return draw(content, kind)
    except Broken as error:
        log.info("file not drawn", file=str(row.id), reason=str(error))
        return Drawn()
    except Busy as error:
        if row.attempts >= LAST_DRAWING:
            return Drawn()
        raise _Later(str(error)) from None


def corrected(said: str, found: str) -> str:
    """The type of a file whose sender says one, and whose content another.

    The content is right, except that it cannot tell a diary from any other text; and a browser is
    told to show nothing on the sender's word alone.
    """
    return said if found in _VAGUE and said not in INLINE else found


def write_down(
    session: Session, id: UUID, found: Found, pictures: list[tuple[Picture, StoredFile]]
) -> None:
    """Note what was found out of a file, and show it wherever it is."""
    row = session.get(FileRow, id, populate_existing=True, with_for_update=True)
    assert row is not None, "its lease was ours a moment ago"
    row.state, row.reason, row.shown = found.state, found.reason, found.shown
    if found.content_type is not None:
        row.document = msgspec.structs.replace(row.document, content_type=found.content_type)
    drawn = found.drawn
    row.width, row.height = drawn.width, drawn.height
    row.pages, row.seconds = drawn.pages, drawn.seconds
    row.pictures = [
        PictureRow(
            size=PictureSize(picture.size),
            key=kept.key,
            width=picture.width,
            height=picture.height,
            bytes=kept.size,
        )
        for picture, kept in pictures
    ]
    session.flush()
    shown = attachment_of(files.view(row))
    for message_id in file_uses.of(session, id, file_uses.User.MESSAGE):
        message = messages.locked(session, message_id)
        if message is not None:
            message.attachments = [
                msgspec.structs.replace(shown, inline=each.inline) if each.id == id else each
                for each in message.attachments
            ]
            changes.file_checked(session, message)
    for comment_id in file_uses.of(session, id, file_uses.User.COMMENT):
        commenting.file_checked(session, comment_id, shown)
    if row.followed:
        publish(session, FileChecked(file=shown))
