"""Media types by content.

The name never decides what is dangerous. It only tells apart what the content alone cannot: a
spreadsheet of commas from a plain text, a document of Word from a workbook of Excel.
"""

from __future__ import annotations

import re
from typing import Final

HEAD: Final = 8192  # bytes of a content that `sniff` looks at

UNKNOWN: Final = "application/octet-stream"
EXECUTABLE: Final = "application/x-executable"

_OFFICE = "application/vnd.openxmlformats-officedocument."
WORD = _OFFICE + "wordprocessingml.document"
EXCEL = _OFFICE + "spreadsheetml.sheet"
POWERPOINT = _OFFICE + "presentationml.presentation"

_MAGIC: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"ID3\x02", "audio/mpeg"),
    (b"ID3\x03", "audio/mpeg"),
    (b"ID3\x04", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"\x7fELF", EXECUTABLE),
    (b"\xfe\xed\xfa\xce", EXECUTABLE),  # Mach-O, in either byte order and width
    (b"\xfe\xed\xfa\xcf", EXECUTABLE),
    (b"\xce\xfa\xed\xfe", EXECUTABLE),
    (b"\xcf\xfa\xed\xfe", EXECUTABLE),
    (b"\xca\xfe\xba\xbe", EXECUTABLE),  # a class of Java, or Mach-O of several machines
    (b"\0asm", EXECUTABLE),
    (b"#!", EXECUTABLE),
    (b"L\0\0\0\x01\x14\x02\0", EXECUTABLE),  # a shortcut of Windows
    (b"MSCF", EXECUTABLE),  # a cabinet, as installers are
)
_BRANDS: Final = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"hevx": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"hevc": "image/heic",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
}
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")  # byte order marks
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BY_END_OFFICE: Final = {"docx": WORD, "xlsx": EXCEL, "pptx": POWERPOINT}
_BY_END_OLE: Final = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "msg": "application/vnd.ms-outlook",
}
_BY_END_TEXT: Final = {"csv": "text/csv", "json": "application/json"}
# The tags of the MIME Sniffing Standard (mimesniff.spec.whatwg.org, section 7.1), and more of them.
_HTML = re.compile(
    r"<(?:!doctype html|html|head|body|script|iframe|h1|div|font|table|a|style|title|b|br|p|meta"
    r"|link|base|object|embed|form|img|input|video|audio|math)(?=[\s>/]|\Z)",
    re.IGNORECASE,
)
_BEFORE_TAGS = re.compile(r"(?:\s|<!--(?:[^-]|-(?!->))*-->|<\?[^>]*>)*+")
_SVG = re.compile(r"<(?:!doctype svg|(?:\w{1,20}:)?svg)(?=[\s>/:]|\Z)", re.IGNORECASE)
_ANY_FIELD = re.compile(r"(?:[!-9;-~]{1,70}:|From )")  # RFC 5322 section 3.6.8; a mailbox's line
_MAIL_FIELD = re.compile(
    r"^(?:return-path|received|delivered-to|from|to|date|subject|message-id|mime-version):",
    re.IGNORECASE | re.MULTILINE,
)


def sniff(head: bytes, name: str = "") -> str:
    """The media type of a content by its first HEAD bytes; UNKNOWN where they tell nothing."""
    head = head[:HEAD]
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    end = name.rpartition(".")[2].strip().lower()
    # Readers take a PDF that begins anywhere in its first 1024 bytes.
    junk_first = "application/pdf" if b"%PDF-" in head[:1024] else UNKNOWN
    return _container(head, end) or _text(head, end) or junk_first


def _container(head: bytes, end: str) -> str | None:
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], UNKNOWN)
    if head[4:8] == b"ftyp":
        return _iso_media(head)
    if head[:4] == b"OggS":
        return "video/ogg" if b"theora" in head[:256] else "audio/ogg"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head[:4] in {b"PK\x03\x04", b"PK\x05\x06"}:
        return _zip(head, end)
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return _BY_END_OLE.get(end, "application/x-ole-storage")
    if head[:2] == b"MZ" and b"\0" in head:
        return EXECUTABLE
    if head[:2] == b"BM" and head[6:10] == b"\0\0\0\0":
        return "image/bmp"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-"):
        return "application/pdf"
    return None if head.startswith(_UTF16) else _mpeg_audio(head)


def _iso_media(head: bytes) -> str:
    """By its major brand (ISO 14496-12, section 4.3), but a HEIF of any codec by the others."""
    major = head[8:12]
    if major in (b"mif1", b"msf1"):
        size = int.from_bytes(head[:4])
        others = {head[place : place + 4] for place in range(16, min(size, len(head)), 4)}
        return "image/avif" if others & {b"avif", b"avis"} else "image/heic"
    return _BRANDS.get(major, "video/3gpp" if major[:2] == b"3g" else "video/mp4")


def _zip(head: bytes, end: str) -> str:
    # OpenDocument stores its media type first, uncompressed; ODF 1.3 part 2, section 3.3.
    if head[30:38] == b"mimetype":
        stated = re.match(rb"application/vnd\.oasis\.opendocument\.[a-z-]{1,20}", head[38:])
        return stated[0].decode() if stated else "application/zip"
    if b"META-INF/MANIFEST.MF" in head or b"classes.dex" in head:
        return EXECUTABLE  # a program of Java or Android
    if b"[Content_Types].xml" in head or b"_rels/.rels" in head:
        for folder, media_type in ((b"word/", WORD), (b"xl/", EXCEL), (b"ppt/", POWERPOINT)):
            if folder in head:
                return media_type
        return _BY_END_OFFICE.get(end, "application/zip")
    return "application/zip"


def _mpeg_audio(head: bytes) -> str | None:
    # ISO 11172-3: eleven bits of one, then version, layer, bit rate and sampling rate, each with
    # values that are reserved. Layer 0 is ADTS, the frame of AAC.
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    if layer == 0:
        return "audio/aac" if head[1] & 0xF6 == 0xF0 and head[2] >> 2 & 15 < 13 else None
    rate, sampling = head[2] >> 4, head[2] >> 2 & 3
    return None if version == 1 or rate in {0, 15} or sampling == 3 else "audio/mpeg"


def _text(head: bytes, end: str) -> str | None:
    text = _decoded(head)
    if text is None:
        return None
    begun = _BEFORE_TAGS.match(text)
    start = text[begun.end() :] if begun else text
    if _HTML.match(start) or start.startswith("<!--"):
        return "text/html"
    if _SVG.match(start):
        return "image/svg+xml"
    if text.lstrip().lower().startswith("<?xml") or start.lower().startswith("<!doctype"):
        if "http://www.w3.org/1999/xhtml" in text:
            return "text/html"
        return "image/svg+xml" if _SVG.search(text) else "application/xml"
    if start.upper().startswith("BEGIN:VCALENDAR"):
        return "text/calendar"
    if start.upper().startswith("BEGIN:VCARD"):
        return "text/vcard"
    if _is_mail(text, end):
        return "message/rfc822"
    return _BY_END_TEXT.get(end, "text/plain")


def _decoded(head: bytes) -> str | None:
    """The head as text, or None where it is none: some control character or broken letter."""
    if head.startswith(_UTF16):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    else:
        try:
            text = head.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            # The head's end may cut a letter; elsewhere it is the one-byte text of old programs.
            cut = len(head) == HEAD and error.start > HEAD - 4
            text = (
                head[: error.start].decode("utf-8-sig") if cut else head.decode("cp1252", "replace")
            )
    controls = sum(1 for c in text if c < " " and c not in "\t\n\r\f\x1b")
    return None if controls or text.count("�") > len(text) // 50 else text


def _is_mail(text: str, end: str) -> bool:
    block = re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]
    fields = {match[0].lower() for match in _MAIL_FIELD.finditer(block)}
    return _ANY_FIELD.match(text) is not None and len(fields) >= (1 if end == "eml" else 4)
