"""Files: what is known of one, and who keeps some.

The inbox takes uploads, has them checked for viruses and drawn, and hands them out. Other services
show its files by their ids, with a copy of what is known: they ask `hold_files` before, say
`files.attached` with the row that shows them, and are answered with `file.checked`.

A content is stored once for all services, so it can only go when none of them refers to it. A
service that puts files into the store or keeps their keys has `FileHolder` among the parts of its
interface; a test holds that.
"""

from __future__ import annotations

import enum
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Event, Interface, Message, call, event

from . import rights
from .common import FileRef

FileKey = Annotated[str, Meta(max_length=120)]
FileKeys = Annotated[list[FileKey], Meta(max_length=1000)]
FileIds = Annotated[list[UUID], Meta(max_length=20)]


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


class Attachment(Message):
    """A file as what it belongs to shows it; `/files/{id}` gives its content,
    `/files/{id}/thumbnail` its pictures.

    The other fields are those of `File`, as far as they are known yet.
    """

    id: UUID
    name: str
    content_type: str
    size: int
    inline: bool = False
    state: FileState = FileState.UNCHECKED
    reason: str | None = None
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    seconds: float | None = None
    pictures: list[PictureSize] = []


def attachment_of(file: File) -> Attachment:
    """A file as what it belongs to shows it."""
    return Attachment(
        id=file.id,
        name=file.file.name,
        content_type=file.file.content_type,
        size=file.file.size,
        inline=file.file.content_id is not None,
        state=file.state,
        reason=file.reason,
        width=file.width,
        height=file.height,
        pages=file.pages,
        seconds=file.seconds,
        pictures=[each.size for each in file.pictures],
    )


class FileHolder(Interface, Protocol):
    """Says which files are still needed."""

    @call(rights.SERVICES_ONLY, deadline=20.0)
    def files_held(self, *, keys: FileKeys) -> FileKeys:
        """Those of `keys` that a row of this service refers to, or an event under way names."""
        ...


@event("files.attached", source="services")
class FilesAttached(Event):
    """Something of another service than the inbox shows these files now.

    It is said with the row that shows them, so that the answer, `file.checked` for each, comes
    after it.
    """

    files: FileIds


@event("file.checked", source="inbox")
class FileChecked(Event):
    """What was found out of a file that another service shows. It is said once that is known: to
    who attached the file before, or as the answer to `files.attached`."""

    file: Attachment
