"""Uploads: whether a file may come in, under which name, and how it is handed out again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from .errors import Invalid
from .files import LIMIT
from .media_types import EXCEL, EXECUTABLE, HEAD, POWERPOINT, WORD, sniff

__all__ = [
    "ALLOWED",
    "HEAD",
    "INLINE",
    "Upload",
    "check_upload",
    "disposition",
    "safe_name",
    "sniff",
]

LONGEST_NAME: Final = 180  # bytes in UTF-8; file systems take 255 and people add " (1)"

INLINE: Final = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/gif",
        "image/webp",
        "application/pdf",
        "audio/mpeg",
        "audio/ogg",
        "audio/mp4",
        "audio/aac",
        "audio/wav",
        "video/mp4",
        "text/plain",
    }
)
"""What a browser may show inside our pages: nothing in it can run a script of ours."""

ALLOWED: Final = INLINE | {
    "image/heic",
    "image/avif",
    "image/tiff",
    "image/bmp",
    "video/quicktime",
    "video/3gpp",
    "video/webm",
    "audio/amr",
    "text/csv",
    "text/calendar",
    "text/vcard",
    "text/html",
    "image/svg+xml",
    "application/xml",
    "application/json",
    "application/rtf",
    "application/zip",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.ms-outlook",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "message/rfc822",
    WORD,
    EXCEL,
    POWERPOINT,
}
"""What a user may upload where nothing narrower is said. Executables and unknown bytes may not."""

# Of types whose content alone says what they are.
_ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/tiff": "tif",
    "image/svg+xml": "svg",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/rtf": "rtf",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "text/html": "html",
    WORD: "docx",
    EXCEL: "xlsx",
    POWERPOINT: "pptx",
}
_BY_ENDING: Final = {end: kind for kind, end in _ENDINGS.items()} | {
    "jpeg": "image/jpeg",
    "tiff": "image/tiff",
    "htm": "text/html",
}

# Windows runs these by their name, whatever stands in them.
_RUN_BY_END: Final = re.compile(
    r"exe|scr|pif|cpl|msi|msp|bat|cmd|psm?1|vbs|vbe|js|jse|mjs|wsf|wsh|hta|jar|lnk|reg|url|scf|inf"
    r"|application|appref-ms|chm|dll|iso|img|vhdx?|one"
)


@dataclass(frozen=True, slots=True)
class Upload:
    """An accepted upload: a name safe to store, its media type, and whether pages may show it."""

    name: str
    media_type: str
    inline: bool


def check_upload(
    head: bytes,
    size: int,
    name: str,
    *,
    allowed: Collection[str] = ALLOWED,
    limit: int = LIMIT,
) -> Upload:
    """Accept a file by its first HEAD bytes, its size in bytes and the name its sender gave.

    Raises Invalid that names the field `file`: `files.empty`, `files.too_large`,
    `files.executable`, `files.type_not_allowed`.
    """
    if size == 0:
        raise Invalid.field("files.empty", "file", "is empty")
    if size > limit:
        raise Invalid.field("files.too_large", "file", f"has {size} bytes, {limit} are allowed")
    media_type = sniff(head, name)
    if media_type == EXECUTABLE or _RUN_BY_END.fullmatch(_end(name)):
        raise Invalid.field("files.executable", "file", "is a program")
    if media_type not in allowed:
        raise Invalid.field("files.type_not_allowed", "file", f"is of the type {media_type}")
    return Upload(safe_name(honest_name(name, media_type)), media_type, media_type in INLINE)


def honest_name(name: str, media_type: str) -> str:
    """`name` with the ending of what the file is, where its own belongs to something else.

    `photo.jpg` that is a PDF becomes `photo.jpg.pdf`: what it is saved as must open as what it is.
    """
    claimed = _BY_ENDING.get(_end(name))
    if claimed is None or claimed == media_type or media_type not in _ENDINGS:
        return name
    return f"{name}.{_ENDINGS[media_type]}"


def _end(name: str) -> str:
    """The letters after the last dot, as a file system would take them."""
    return _tidy(name).rpartition(".")[2].lower()


_RESERVED = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}
)
_UNSAFE = str.maketrans(dict.fromkeys('<>:"|?*', "_"))


def safe_name(name: str) -> str:
    """`name` so that every file system takes it and nobody is misled by it.

    No folders, no control characters, none that turn the direction of writing (which make
    `gnp.exe` look like `exe.png`), no name that Windows keeps for a device; at most LONGEST_NAME
    bytes in UTF-8 with its ending kept; `file` where nothing is left.
    """
    name = _tidy(name)
    stem, dot, end = name.rpartition(".")
    if not dot:
        stem, end = name, ""
    if stem.partition(".")[0].lower() in _RESERVED:
        stem = f"_{stem}"
    end = _cut(end, 20).strip()
    stem = _cut(stem, LONGEST_NAME - len(end.encode()) - 1).rstrip(". ")
    return f"{stem or 'file'}{dot}{end}" if end else stem or "file"


def _tidy(name: str) -> str:
    name = name[-4000:].replace("\\", "/").rpartition("/")[2]
    kept = "".join(" " if c.isspace() else c for c in name if c.isspace() or _visible(c))
    # Only now: a control character that is gone may have kept a letter and its accent apart.
    name = unicodedata.normalize("NFC", kept).translate(_UNSAFE)
    return " ".join(name.split()).strip(". ")


def _visible(letter: str) -> bool:
    # Cc, Cf, Cs, Co, Cn: controls, direction marks, surrogates, private and unassigned letters.
    # The joiners of Persian and of emoji are Cf as well, and harmless.
    return letter in "\u200c\u200d" or not unicodedata.category(letter).startswith("C")


def _cut(text: str, longest: int) -> str:
    return text.encode()[:longest].decode(errors="ignore")


def disposition(name: str, media_type: str, *, shown: bool = True) -> str:
    """The Content-Disposition header to hand a file out with (RFC 6266, RFC 8187).

    Only what is in INLINE may be shown by a browser, and only where `shown`; everything else is
    saved. Send `X-Content-Type-Options: nosniff` with it.
    """
    name = safe_name(name)
    kind = "inline" if shown and media_type in INLINE else "attachment"
    plain = "".join(c if " " <= c <= "~" and c not in '"%\\' else "_" for c in name)
    header = f'{kind}; filename="{plain}"'
    return header if plain == name else f"{header}; filename*=UTF-8''{quote(name, safe='')}"
