"""Files that somebody has uploaded, read once the virus check lets them pass."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from contracts.common import FileRef
from contracts.inbox import HELD, Inbox
from fairlead.context import current
from fairlead.errors import Conflict, Invalid
from fairlead.files import FileStore


def content(
    inbox: Inbox, files: FileStore, id: UUID, largest: int, unreadable: Callable[[str], Invalid]
) -> tuple[FileRef, bytes]:
    """The file and what is in it.

    Conflict `files.waiting`, `files.infected` or `files.blocked` while the check has not let it
    pass; what `unreadable` makes where it is larger than `largest` bytes.
    """
    known = inbox.get_file(id=id)
    if known.state in HELD:
        reason = known.reason or "The file is still being checked for viruses"
        raise Conflict(f"files.{known.state.value}", reason, state=known.state.value)
    if known.file.size > largest:
        raise unreadable("is too large")
    return known.file, files.read(current().need_organisation(), known.file.key)
