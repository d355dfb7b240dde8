"""Who keeps files: every service whose rows hold keys of the file store.

A content is stored once for all of them, so it can only go when none of them refers to it. A
service that puts files into the store or keeps their keys has `FileHolder` among the parts of its
interface; a test holds that.
"""

from __future__ import annotations

from typing import Annotated, Protocol

from msgspec import Meta

from fairlead.contract import Interface, call

from . import rights

FileKey = Annotated[str, Meta(max_length=120)]
FileKeys = Annotated[list[FileKey], Meta(max_length=1000)]


class FileHolder(Interface, Protocol):
    """Says which files are still needed."""

    @call(rights.SERVICES_ONLY, deadline=20.0)
    def files_held(self, *, keys: FileKeys) -> FileKeys:
        """Those of `keys` that a row of this service refers to, or an event under way names."""
        ...
