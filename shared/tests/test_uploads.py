"""Uploads: told by content; dangerous ones refused or only saved; names made safe."""

from __future__ import annotations

import io
import re
import struct
import time
import wave
import zipfile
from email.message import EmailMessage
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fairlead.errors import Invalid
from fairlead.media_types import EXCEL, EXECUTABLE, HEAD, POWERPOINT, UNKNOWN, WORD
from fairlead.uploads import ALLOWED, INLINE, check_upload, disposition, safe_name, sniff


def archive(*names: str, first: tuple[str, str] | None = None) -> bytes:
    # A ZipInfo has no time of its own; the parameters of a test must be the same in each process.
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        if first is not None:
            file.writestr(zipfile.ZipInfo(first[0]), first[1])
        for name in names:
            file.writestr(zipfile.ZipInfo(name), "x" * 50, compress_type=zipfile.ZIP_DEFLATED)
    return content.getvalue()


def sound() -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0" * 100)
    return content.getvalue()


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "a@example.com", "b@example.com"
    message["Subject"], message["Date"] = "Transfer", "Mon, 02 Nov 2026 10:00:00 +0100"
    message.set_content("Dobrý den")
    return message.as_bytes()


def boxed(brand: bytes) -> bytes:
    return struct.pack(">I4s4sI", 24, b"ftyp", brand, 0) + b"isommp42" + b"\0" * 40


ODT = ("mimetype", "application/vnd.oasis.opendocument.text")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512
HTML = "<!-- x --> \n<HTML lang='cs'><script>alert(1)</script>"
SVG = '<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x">\n<svg xmlns="y"/>'

KNOWN = [
    (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "a.jpg", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a", "image/png"),
    (b"GIF89a\x01\0\x01\0", "a.txt", "image/gif"),
    (b"RIFF\x10\0\0\0WEBPVP8 ", "a", "image/webp"),
    (boxed(b"heic"), "IMG_1.HEIC", "image/heic"),
    (boxed(b"mif1"), "a", "image/heic"),
    (struct.pack(">I", 24) + b"ftypmif1\0\0\0\0mif1avif", "a", "image/avif"),
    (struct.pack(">I", 24) + b"ftypmif1\0\0\0\0mif1heicavif", "a", "image/heic"),
    (boxed(b"avif"), "a", "image/avif"),
    (boxed(b"isom"), "a.mp4", "video/mp4"),
    (boxed(b"3gp5"), "a.3gp", "video/3gpp"),
    (boxed(b"M4A "), "a.m4a", "audio/mp4"),
    (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "a", "application/pdf"),
    (b"\xef\xbb\xbf\r\n%PDF-1.4\n", "a", "application/pdf"),
    (b"\0\x01junk of a printer\n%PDF-1.4\n", "a", "application/pdf"),
    (archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"), "a", WORD),
    (archive("_rels/.rels", "xl/workbook.xml", "[Content_Types].xml"), "a.docx", EXCEL),
    (archive("[Content_Types].xml", "ppt/presentation.xml"), "a", POWERPOINT),
    (archive("[Content_Types].xml")[:60], "a.xlsx", EXCEL),
    (archive("content.xml", first=ODT), "a", ODT[1]),
    (archive("word/notes.txt"), "a.docx", "application/zip"),
    (archive(), "a", "application/zip"),
    (archive("META-INF/MANIFEST.MF", "A.class"), "a.zip", EXECUTABLE),
    (OLE, "a.doc", "application/msword"),
    (OLE, "a.msi", "application/x-ole-storage"),
    (b"ID3\x03\0\0\0\0", "a", "audio/mpeg"),
    (b"\xff\xfb\x90\x64\0\0\0\0", "a", "audio/mpeg"),
    (b"\xff\xf1\x50\x80\x01\x7f\xfc", "a", "audio/aac"),
    (b"OggS\0\x02" + b"\0" * 20 + b"OpusHead", "PTT.opus", "audio/ogg"),
    (sound(), "a", "audio/wav"),
    (b"#!AMR\n", "a", "audio/amr"),
    (mail(), "a", "message/rfc822"),
    (b"X-Seen: 1\r\n" + mail(), "a", "message/rfc822"),
    (b"From: a@example.com\n\nhello", "a.eml", "message/rfc822"),
    (b"From: a@example.com\n\nhello", "a.txt", "text/plain"),
    (b"BEGIN:VCALENDAR\r\nVERSION:2.0", "a", "text/calendar"),
    (b"begin:vcard\r\nVERSION:3.0", "a", "text/vcard"),
    (b"name;phone\r\nEva;+420", "guests.CSV", "text/csv"),
    (b'{"a": 1}', "a.json", "application/json"),
    (b"MZ Reisen, Berlin", "a.txt", "text/plain"),
    ("Dobrý den".encode(), "a", "text/plain"),
    ("Dobrý den".encode("cp1250"), "a", "text/plain"),
    ("Dobrý den".encode("utf-16"), "a", "text/plain"),
    (("A" * (HEAD - 1) + "ý").encode(), "a", "text/plain"),
    (HTML.encode(), "a.txt", "text/html"),
    (HTML.encode("utf-16"), "a.txt", "text/html"),
    (b"\xef\xbb\xbf <img src=x onerror=alert(1)>", "a.jpg", "text/html"),
    (b"<!--" + b"x" * HEAD + b"--><script>", "a.txt", "text/html"),
    (b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', "a", "text/html"),
    (SVG.encode(), "a.png", "image/svg+xml"),
    (b"<svg onload=alert(1)>", "a.png", "image/svg+xml"),
    (b"<x:svg xmlns:x='http://www.w3.org/2000/svg'>", "a", "image/svg+xml"),
    (b'<?xml version="1.0"?><gpx version="1.1">', "tour.gpx", "application/xml"),
    (b"MZ\x90\0\x03\0\0\0\x04", "invoice.pdf", EXECUTABLE),
    (b"\x7fELF\x02\x01", "a.jpg", EXECUTABLE),
    (b"#!/bin/sh\nrm -rf /", "notes.txt", EXECUTABLE),
    (b"\xca\xfe\xba\xbe\0\0\0\x41", "a", EXECUTABLE),
    (b"\0\x01\x02\x03", "a.jpg", UNKNOWN),
    (b"RIFF\0\0\0\0ACON", "a.wav", UNKNOWN),
    (b"", "a.pdf", "text/plain"),
]


@pytest.mark.parametrize(("content", "name", "wanted"), KNOWN)
def test_a_file_is_what_its_content_says(content: bytes, name: str, wanted: str) -> None:
    assert sniff(content, name) == wanted


@given(st.binary(max_size=300), st.text(max_size=20))
@example(b"\xff\xfe", "a")
@example(b"\xff\xf1\x50", "a")
@example(b"ftyp", "a")
def test_any_bytes_have_a_type(content: bytes, name: str) -> None:
    assert sniff(content, name).count("/") == 1


@given(
    st.text(alphabet=" \t\r\n").map(str.encode),
    st.sampled_from([b"", b"<!-- a - -- b -->", b"<?xml version='1.0'?>", b"\xef\xbb\xbf"]),
    st.sampled_from(
        ["<script>", "<svg/onload=x>", "<IFRAME src=x>", "<a href=javascript:x>", "<p>"]
    ),
    st.sampled_from(["a.jpg", "a.csv", "a.json", "a.txt", "a.eml", "a.pdf", ""]),
)
def test_markup_is_never_shown_inline_whatever_its_name(
    blanks: bytes, before: bytes, tag: str, name: str
) -> None:
    mark = before if before.startswith(b"\xef") else b""
    media_type = sniff(mark + blanks + before.removeprefix(mark) + blanks + tag.encode(), name)
    assert media_type in {"text/html", "image/svg+xml", "application/xml"}
    assert disposition("x", media_type).startswith("attachment")


def test_an_accepted_upload_is_told_how_to_be_shown() -> None:
    picture = check_upload(b"\xff\xd8\xff\xe0", 5000, "C:\\photos\\IMG 1.jpg")
    assert (picture.name, picture.media_type, picture.inline) == ("IMG 1.jpg", "image/jpeg", True)
    page = check_upload(HTML.encode(), len(HTML), "offer.html")
    assert (page.media_type, page.inline) == ("text/html", False)


@pytest.mark.parametrize(
    ("content", "size", "name", "code"),
    [
        (b"", 0, "a.txt", "files.empty"),
        (b"hello", 1001, "a.txt", "files.too_large"),
        (b"MZ\x90\0", 4, "invoice.pdf", "files.executable"),
        (b"WScript.Echo(1)", 15, "invoice.pdf.js", "files.executable"),
        (b"%PDF-1.4 <script>", 17, "a.hta ", "files.executable"),
        (b"hello", 5, "setup.BAT...", "files.executable"),
        (b"\0\1\2\3", 4, "a.jpg", "files.type_not_allowed"),
        (OLE, 500, "setup.bin", "files.type_not_allowed"),
    ],
)
def test_refusals_name_the_field_and_the_reason(
    content: bytes, size: int, name: str, code: str
) -> None:
    with pytest.raises(Invalid) as caught:
        check_upload(content, size, name, limit=1000)
    assert caught.value.code == code
    assert caught.value.details["errors"][0]["field"] == "file"


def test_a_door_may_allow_less() -> None:
    with pytest.raises(Invalid, match="image/jpeg"):
        check_upload(b"\xff\xd8\xff", 3, "a.jpg", allowed={"text/csv"})
    assert INLINE < ALLOWED
    assert not {EXECUTABLE, UNKNOWN, "text/html", "image/svg+xml", "application/xml"} & INLINE
    assert not {EXECUTABLE, UNKNOWN} & ALLOWED


@pytest.mark.parametrize(
    ("given_name", "wanted"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Eva\\Účet č. 7.pdf", "Účet č. 7.pdf"),
        ("a\0b\r\nSet-Cookie: x.pdf", "ab Set-Cookie_ x.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("CON.txt", "_CON.txt"),
        ("nul", "_nul"),
        (".htaccess", "htaccess"),
        ("...", "file"),
        ("", "file"),
        ("  a   b .pdf. ", "a b.pdf"),
        ("U\u0301c\u030cet.pdf", "Účet.pdf"),
        ("\ud800.pdf", "pdf"),
        ("👨\u200d👩\u200d👧.png", "👨\u200d👩\u200d👧.png"),
    ],
)
def test_names_are_made_safe(given_name: str, wanted: str) -> None:
    assert safe_name(given_name) == wanted


@given(st.text(max_size=400) | st.text(alphabet="ab./\\ :\u202e\u0301é\0CON", max_size=300))
@example("." + "a" * 300)
@example("a" * 300 + ".pdf")
@example("é" * 300 + "." + "é" * 30)
def test_a_safe_name_is_safe(name: str) -> None:
    safe = safe_name(name)
    assert safe == safe_name(safe)
    assert 0 < len(safe.encode()) <= 200
    assert not set(safe) & set('/\\<>:"|?*\0\r\n\u202e')
    assert not safe.startswith((".", " "))
    assert not safe.endswith((".", " "))


def test_a_long_name_keeps_its_ending() -> None:
    safe = safe_name("smlouva " * 100 + ".pdf")
    assert safe.endswith(".pdf")
    assert len(safe.encode()) <= 180


@given(st.text(max_size=60), st.sampled_from(sorted(ALLOWED)))
def test_a_disposition_is_one_header_that_gives_the_name_back(name: str, media_type: str) -> None:
    header = disposition(name, media_type)
    assert header.isascii()
    assert header.isprintable()
    form = re.fullmatch(
        r"""(inline|attachment); filename="([^"\\]+)"(?:; filename\*=UTF-8''([\w.%~-]+))?""", header
    )
    assert form is not None
    kind, plain, encoded = form.groups()
    assert kind == ("inline" if media_type in INLINE else "attachment")
    assert (unquote(encoded) if encoded else plain) == safe_name(name)


@pytest.mark.parametrize(
    "pattern",
    [b"<!--", b"<!-- -", b"<?xml", b"<", b"\n", b" ", b"From:", b"Date: \n", b"<!DOCTYPE ", b"<a:"],
)
def test_sniffing_is_quick_on_hostile_text(pattern: bytes) -> None:
    content = (b"<?xml" + pattern * HEAD)[:HEAD]
    begun = time.perf_counter()
    for _ in range(20):
        sniff(content, "a.eml")
        sniff(pattern * HEAD, "a.eml")
    assert (time.perf_counter() - begun) / 40 < 0.2


def test_only_the_head_is_looked_at() -> None:
    content = b"hello " * HEAD + b"\0"
    assert sniff(content) == "text/plain"
