"""A linked device as a driver: pieces become commands of its worker."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog

from contracts.channels import Amending, WhatsAppAmendmentQueued, WhatsAppAttended
from fairlead.errors import Failure
from fairlead.files import FileStore

from ..domain.grouping import Described, Task
from ..domain.heard import Media
from ..domain.pieces import Kind, Piece
from ..drivers import (
    NOT_IN_IT,
    Again,
    Doubtful,
    GroupTask,
    NotFetched,
    Outcome,
    Parcel,
    Paused,
    Refused,
    Scope,
    Taken,
    Undone,
)
from ..store.tables import ConnectionRow
from . import cards, groups, measures
from .answers import NotHere, Unanswered
from .groups import jid
from .hearing import address
from .keeper import Keeper
from .protocol import content
from .protocol.commands import Read, Send, Typing
from .protocol.events import Done, MediaFetched, Reason
from .protocol.events import Outcome as Ended
from .sentences import REASONS

log = structlog.get_logger(__name__)

OUTGOING = "outgoing"
PIECE = 256 * 1024
_KINDS: Final = {
    Kind.IMAGE: content.MediaKind.IMAGE,
    Kind.VIDEO: content.MediaKind.VIDEO,
    Kind.AUDIO: content.MediaKind.AUDIO,
    Kind.DOCUMENT: content.MediaKind.DOCUMENT,
    Kind.STICKER: content.MediaKind.STICKER,
}


class LinkedDrivers:
    """The linked numbers that this process keeps."""

    def __init__(self, keeper: Keeper, files: FileStore) -> None:
        self.keeper = keeper
        self._files = files

    def ready(self, id: UUID) -> bool:
        """As `Drivers.ready`."""
        return id in self.keeper.ready()

    def reaches(self, id: UUID) -> bool:
        """As `Drivers.reaches`: files come through the worker, into a folder of this process."""
        return self.keeper.life(id) is not None

    def of(self, connection: ConnectionRow) -> LinkedDriver:
        """As `Drivers.of`."""
        return LinkedDriver(connection.id, connection.number, self.keeper, self._files)

    def stop(self) -> None:
        """As `Drivers.stop`."""
        self.keeper.stop()


class LinkedDriver:
    """One number."""

    remembers = True

    def __init__(self, id: UUID, own: str, keeper: Keeper, files: FileStore) -> None:
        self._id = id
        self._own = own
        self._keeper = keeper
        self._files = files

    def send(self, parcel: Parcel) -> Outcome:
        """As `Driver.send`: told again with the same name, a piece does not leave again."""
        try:
            what = self._content(parcel)
        except Failure as error:
            return (
                Again(error.message, away=True)
                if error.retryable
                else Refused("The file is not there")
            )
        if what is None:
            return Refused("This cannot be sent by a linked device")
        command = Send(parcel.ours, jid(parcel.address), what, self._quote(parcel.piece))
        outcome = self._asked(command, parcel.address)
        if not isinstance(outcome, Again):
            self._parked(parcel.ours).unlink(missing_ok=True)
        return outcome

    def amend(self, organisation: UUID, amendment: WhatsAppAmendmentQueued) -> Outcome:
        """As `Driver.amend`."""
        to, what = jid(amendment.address), amendment.target
        change: content.Content
        match amendment.kind:
            case Amending.REACTED:
                sender = "" if amendment.by_us else jid(amendment.author or amendment.address)
                change = content.Reaction(what, amendment.text, sender, to_me=amendment.by_us)
            case Amending.EDITED:
                change = content.Edit(what, amendment.text)
            case Amending.DELETED:
                change = content.Delete(what)
        return self._asked(Send(str(amendment.id), to, change), amendment.address)

    def group(self, task: GroupTask) -> Described | Undone:
        """As `Driver.group`: told again with the same id it is not done again."""
        try:
            done = self._keeper.ask(self._id, groups.command(task))
        except NotHere:
            return Again(REASONS[Reason.NOT_CONNECTED], scope=Scope.NUMBER)
        except Unanswered:
            return Doubtful(REASONS[Reason.NO_ANSWER])
        if done.outcome is Ended.DONE and done.group is not None:
            return groups.described(task, done.group, self._own)
        if done.outcome is Ended.REFUSED and done.reason in (
            Reason.NOT_ALLOWED,
            Reason.BAD_ADDRESS,
        ):
            out = task.task is Task.DESCRIBE
            return Refused(REASONS[done.reason], NOT_IN_IT if out else done.reason.value)
        return undone(done)

    def attend(self, organisation: UUID, attended: WhatsAppAttended) -> None:
        """As `Driver.attend`: whoever looks at a chat is told when its other side writes."""
        chat = jid(attended.address)
        self._keeper.look(self._id)
        if attended.looking:
            return
        if attended.last_id is None or attended.typing:
            self._keeper.tell(self._id, Typing(chat, on=attended.typing))
        else:
            author = jid(attended.author) if attended.author else ""
            self._keeper.tell(self._id, Read(chat, [attended.last_id, *attended.before], author))

    def fetch(self, media: Media) -> Iterable[bytes]:
        """As `Driver.fetch`: the worker brings it into the folder, if it does not lie there."""
        return self._fetch(media)

    def _fetch(self, media: Media) -> Iterator[bytes]:
        path = self._keeper.folder(self._id) / "media" / Path(media.source["sha256"]).name
        if not media.source["sha256"] or not path.is_file():
            path = self._fetched(media.source["message"])
        try:
            with open(path, "rb") as file:
                while chunk := file.read(PIECE):
                    yield chunk
        except FileNotFoundError:
            raise NotFetched("it was taken by another message with the same file") from None
        path.unlink(missing_ok=True)

    def _fetched(self, message: str) -> Path:
        try:
            fetched: MediaFetched = self._keeper.fetch(self._id, message)
        except NotHere:
            raise NotFetched("the phone's link is not connected here") from None
        except Unanswered:
            raise NotFetched("WhatsApp did not give it in time") from None
        if fetched.path is None:
            raise NotFetched(fetched.error or "WhatsApp did not give it", final=fetched.gone)
        return self._keeper.folder(self._id) / fetched.path

    def _asked(self, command: Send, to: str) -> Outcome:
        try:
            done = self._keeper.ask(self._id, command)
        except NotHere:
            return Again(REASONS[Reason.NOT_CONNECTED], scope=Scope.NUMBER, away=True)
        except Unanswered:
            return Doubtful(REASONS[Reason.NO_ANSWER])
        return outcome(done, to)

    def _content(self, parcel: Parcel) -> content.Content | None:
        piece = parcel.piece
        match piece:
            case Piece(kind=Kind.TEXT):
                return content.Text(piece.text)
            case Piece(kind=Kind.PLACE, place=place) if place is not None:
                return content.Location(place.latitude, place.longitude, place.name, place.address)
            case Piece(kind=Kind.CARDS):
                return content.Contacts([cards.write(each) for each in piece.cards])
            case Piece(kind=kind, file=file) if file is not None and kind in _KINDS:
                path = self._parked(parcel.ours)
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                stored = self._files.open(parcel.organisation, file.key)
                with stored as source, open(path, "wb") as target:
                    shutil.copyfileobj(source, target, PIECE)
                width, height = measures.size(path) or (None, None)
                return content.Media(
                    kind=_KINDS[kind],
                    mimetype=file.content_type,
                    path=str(path.relative_to(self._keeper.folder(self._id))),
                    caption=piece.text,
                    filename=file.name,
                    # What is recorded is Opus in Ogg, and only that plays as a voice note.
                    voice=file.content_type.startswith("audio/ogg"),
                    seconds=measures.seconds(path) if kind is Kind.AUDIO else None,
                    width=width,
                    height=height,
                )
        return None

    def _quote(self, piece: Piece) -> content.Quote | None:
        if not piece.quotes:
            return None
        quoted = piece.quoted
        if quoted is None:
            return content.Quote(piece.quotes)
        return content.Quote(piece.quotes, jid(quoted.author or self._own), quoted.text)

    def _parked(self, ours: str) -> Path:
        """Where a file lies for the worker while its piece is sent."""
        return self._keeper.folder(self._id) / OUTGOING / ours.replace(":", "-")


def outcome(done: Done, to: str) -> Outcome:
    """How a sending ended, in the gateway's words."""
    if done.outcome is Ended.DONE:
        went = address(done.chat) if done.chat else to
        return Taken(done.message, also=() if went == to else (went,))
    return undone(done)


def undone(done: Done) -> Undone:
    """Why something was not done, or may not have been."""
    reason = REASONS[done.reason or Reason.BY_NETWORK]
    code = done.reason.value if done.reason else None
    match done.outcome:
        case Ended.NOT_SENT:
            away = done.reason is Reason.NOT_CONNECTED
            scope = Scope.NUMBER if away else Scope.MESSAGE
            return Again(reason, code=code, scope=scope, away=away)
        case Ended.UNKNOWN:
            return Doubtful(reason)
        case Ended.REFUSED if done.reason is Reason.RESTRICTED:
            return Paused(reason, "463", final=True)
    log.info("refused", reason=code, said=done.detail[:200])
    return Refused(reason, code, permanent=done.reason is Reason.NOT_ON_WHATSAPP)
