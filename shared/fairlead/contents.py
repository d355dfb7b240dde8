"""What a whole content hides: archives that swell, and files that are two kinds at once."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from typing import Final

from .errors import Invalid

ENTRIES: Final = 10_000  # of an archive
SWOLLEN: Final = 1024 * 1024 * 1024  # bytes in all that an archive may say it holds
RATIO: Final = 200  # times its own size, from SMALL on; text of a log packs to a fiftieth
SMALL: Final = 50 * 1024 * 1024  # bytes

_END: Final = struct.Struct("<4s4HIIH")  # end of central directory, APPNOTE.TXT section 4.3.16
_LONGEST_COMMENT: Final = 65_535
_MARKUP: Final = re.compile(
    rb"<(?:script|html|body|iframe|svg|!doctype html|img|object|embed|meta)[\s>/]", re.IGNORECASE
)
_HEAD: Final = 4096  # bytes of an image in which nothing of HTML has a place


def check_archive(content: bytes) -> None:
    """Raise Invalid (`files.archive_bomb`) for a zip that would swell beyond reason.

    Office documents are zips too. Only what the archive says of itself is looked at, so nothing
    is unpacked here; up to some tenths of a second for the largest directory.
    """
    if not content.startswith(b"PK"):
        return
    end = _end_of_directory(content)
    if end is None:
        return  # nothing can be unpacked from it either
    if end[4] > ENTRIES:
        raise _bomb(f"holds more than {ENTRIES} files")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, OSError):
        return
    if len(entries) > ENTRIES:
        raise _bomb(f"holds more than {ENTRIES} files")
    swollen = sum(entry.file_size for entry in entries)
    if swollen > SWOLLEN or (swollen > SMALL and swollen > RATIO * len(content)):
        raise _bomb(f"would unpack to {swollen} bytes")


def is_two_kinds(content: bytes, media_type: str) -> bool:
    """Whether a file that a browser would show is something else besides (a polyglot).

    An image or PDF that is a zip, a page of HTML or a PDF as well is handed out to be saved, never
    shown: some programs would take it for the other.
    """
    if media_type in ("text/plain", "application/zip"):
        return False
    if _end_of_directory(content) is not None:
        return True
    if media_type == "application/pdf":
        return not content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-")
    head = content[:_HEAD]
    return b"%PDF-" in head or _MARKUP.search(head) is not None


def _end_of_directory(content: bytes) -> tuple[int, ...] | None:
    """The record that ends a zip, wherever the zip begins."""
    place = content.rfind(b"PK\x05\x06", max(0, len(content) - _END.size - _LONGEST_COMMENT))
    if place < 0 or place + _END.size > len(content):
        return None
    found = _END.unpack_from(content, place)
    # Its directory must fit before it, or the four bytes are there by chance.
    return found if found[5] + found[6] <= place else None


def _bomb(reason: str) -> Invalid:
    return Invalid.field("files.archive_bomb", "file", reason)
