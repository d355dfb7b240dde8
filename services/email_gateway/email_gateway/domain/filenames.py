"""Names of files that strangers chose, made safe to store and to offer for download."""

import re
import unicodedata
from typing import Final

# The usual limit of a file system is 255 bytes; what we add (a number, a folder's id) must fit.
MAX_BYTES: Final = 180
MAX_EXTENSION: Final = 12

# Own table: the standard library's reads the machine's, and names differ from one to the other.
EXTENSIONS: Final = {
    "application/ics": ".ics",
    "application/json": ".json",
    "application/ms-tnef": ".dat",
    "application/msword": ".doc",
    "application/pdf": ".pdf",
    "application/pgp-signature": ".asc",
    "application/rtf": ".rtf",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/zip": ".zip",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/tiff": ".tif",
    "image/webp": ".webp",
    "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt",
    "message/feedback-report": ".txt",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
    "video/mp4": ".mp4",
}

STEMS: Final = {
    "image": "image",
    "message": "message",
    "message/delivery-status": "delivery-status",
    "message/disposition-notification": "read-receipt",
    "message/feedback-report": "complaint",
    "text": "text",
    "text/calendar": "invite",
    "text/rfc822-headers": "headers",
}

# Path separators, what Windows refuses, control characters, and the marks that turn the direction
# of writing, with which `gpj.exe` reads as `exe.jpg`.
_UNSAFE: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f/\\:*?\"<>|\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd\ud800-\udfff]+"
)
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_BLANKS: Final = re.compile(r"[\s_]*_[\s_]*|\s+")


def safe_name(name: str, content_type: str) -> str:
    """Return a name for a file that was sent as `name` with the MIME type `content_type`.

    Never empty; no path, no `..`, no control or direction characters, no device name of Windows, at
    most MAX_BYTES of UTF-8 with the extension kept. A name without an extension gets the type's.
    """
    tidy = _UNSAFE.sub("_", unicodedata.normalize("NFC", name[: 4 * MAX_BYTES]))
    tidy = _BLANKS.sub(lambda gap: "_" if "_" in gap[0] else " ", tidy)
    tidy = re.sub(r"\.{2,}", ".", tidy).strip(" ._")
    stem, dot, extension = tidy.rpartition(".")
    if not dot or not stem or len(extension) > MAX_EXTENSION:
        stem, extension = tidy, EXTENSIONS.get(content_type, "").lstrip(".")
    if not stem:
        stem = STEMS.get(content_type) or STEMS.get(content_type.partition("/")[0], "attachment")
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    ending = f".{extension}" if extension else ""
    room = MAX_BYTES - len(ending.encode("utf-8", "replace"))
    return stem.encode("utf-8", "replace")[:room].decode("utf-8", "ignore").rstrip(" .") + ending
