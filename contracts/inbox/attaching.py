"""Files that messages carry."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import FileRef
from ..files import FileHolder, FileKeys


class FileState(enum.Enum):
    """What the virus check says of a file. Waiting, infected and blocked ones are held: neither
    handed out nor sent."""

    WAITING = "waiting"  # it has not spoken yet
    CLEAN = "clean"
    INFECTED = "infected"
    BLOCKED = "blocked"  # it cannot check this file, and never will
    UNCHECKED = "unchecked"  # there is no virus check


HELD = frozenset({FileState.WAITING, FileState.INFECTED, FileState.BLOCKED})


class PictureSize(enum.Enum):
    """The pictures of a file: 160, 480 and 1600 pixels on the longer side, at most."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class FilePicture(Message):
    """A picture of a file, as WebP in the file store; measures in pixels, `bytes` its size."""

    size: PictureSize
    key: str
    width: int
    height: int
    bytes: int


class File(Message):
    """An uploaded or received file.

    `reason` says why it is held. `shown` says that a browser may show it inside a page, `width`
    and `height` are an image's in pixels as a person sees it, `pages` a PDF's, `seconds` how long
    audio or video lasts; `prepared` that all this is known, as far as it ever will be.
    """

    id: UUID
    file: FileRef
    state: FileState = FileState.UNCHECKED
    reason: str | None = None
    prepared: bool = True
    shown: bool = False
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    seconds: float | None = None
    pictures: list[FilePicture] = []


class FileLink(Message):
    """An address at which a file can be fetched without signing in, until a moment."""

    url: str
    expires_at: datetime


LinkSeconds = Annotated[int, Meta(ge=60, le=86_400)]


class Attaching(FileHolder, Interface, Protocol):
    """Files that were uploaded or received."""

    @call(rights.SEND_MESSAGES, mutates=True)
    def add_file(self, *, file: FileRef) -> File:
        """Make a stored file known, so that a draft can attach it."""
        ...

    @call(rights.READ)
    def get_file(self, *, id: UUID) -> File:
        """A file that was uploaded or received. NotFound `inbox.file_not_found`."""
        ...

    @call(rights.SERVICES_ONLY, mutates=True, deadline=60.0)
    def discard_files(self, *, keys: FileKeys) -> FileKeys:
        """Remove at once those contents that no service refers to any more, as after an erasure;
        returns those that are gone. One that was stored within the last hour goes with the daily
        sweep, as its row may be under way."""
        ...
