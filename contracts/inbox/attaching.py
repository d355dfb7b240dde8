"""Files that messages carry, and those that other services show."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import FileRef
from ..files import File, FileHolder, FileIds, FileKeys


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

    @call(rights.READ, mutates=True)
    def hold_files(self, *, ids: FileIds) -> list[File]:
        """Those of these files that there are, asked by a service for who works with it. Each stays
        for a day, in which a row of that service may begin to show it; then it says so in
        `files_held`."""
        ...

    @call(rights.SERVICES_ONLY, mutates=True, deadline=60.0)
    def discard_files(self, *, keys: FileKeys) -> FileKeys:
        """Remove at once those contents that no service refers to any more, as after an erasure;
        returns those that are gone. One that was stored within the last hour goes with the daily
        sweep, as its row may be under way."""
        ...
