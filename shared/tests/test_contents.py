"""Archives that swell and files of two kinds."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.contents import check_archive, is_two_kinds
from fairlead.errors import Invalid
from fairlead.uploads import check_upload, honest_name

GIF = (
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\0\0\0\0\0,"
    b"\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
)


def packed(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_an_ordinary_archive_passes() -> None:
    check_archive(packed(a=b"hello" * 1000, b=b"x"))


def test_an_archive_that_swells_is_refused() -> None:
    with pytest.raises(Invalid) as raised:
        check_archive(packed(a=b"\0" * (60 * 1024 * 1024)))
    assert raised.value.code == "files.archive_bomb"
    assert raised.value.details["errors"][0]["field"] == "file"


def test_an_archive_that_lies_about_its_size_is_refused_by_what_it_says() -> None:
    content = bytearray(packed(a=b"x"))
    place = content.rfind(b"PK\x01\x02")
    struct.pack_into("<I", content, place + 24, 0xFFFFFFF0)  # the uncompressed size
    with pytest.raises(Invalid):
        check_archive(bytes(content))


def test_an_archive_of_countless_files_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(10_001):
            archive.writestr(str(number), b"")
    with pytest.raises(Invalid, match="more than 10000"):
        check_archive(out.getvalue())


@given(st.binary(max_size=300))
def test_whatever_begins_like_an_archive_is_judged(rest: bytes) -> None:
    for content in (b"PK\x03\x04" + rest, packed(a=b"x")[:-22] + b"PK\x05\x06" + rest):
        with contextlib.suppress(Invalid):
            check_archive(content)


@pytest.mark.parametrize(
    "content",
    [
        GIF + packed(a=b"x"),
        GIF[:13] + b"<script>alert(1)</script>" + GIF[13:],
        GIF[:6] + b"/*%PDF-1.4 */" + GIF[6:],
    ],
)
def test_an_image_that_is_something_else_too_is_found(content: bytes) -> None:
    assert is_two_kinds(content, "image/gif")


def test_a_pdf_behind_something_else_is_found() -> None:
    assert is_two_kinds(b"MZ junk %PDF-1.4", "application/pdf")
    assert is_two_kinds(b"%PDF-1.4\n" + packed(a=b"x"), "application/pdf")
    assert not is_two_kinds(b"%PDF-1.4\n<script> is text in a PDF", "application/pdf")


def test_an_honest_image_is_one_kind() -> None:
    assert not is_two_kinds(GIF, "image/gif")


@pytest.mark.parametrize(
    ("name", "media_type", "wanted"),
    [
        ("photo.jpg", "application/pdf", "photo.jpg.pdf"),
        ("photo.JPEG", "image/jpeg", "photo.JPEG"),
        ("photo", "image/jpeg", "photo"),
        ("v1.2 notes", "application/pdf", "v1.2 notes"),
        ("plan.pdf", "text/html", "plan.pdf.html"),
        ("list.csv", "text/csv", "list.csv"),
        ("plan.docx", "text/plain", "plan.docx"),
    ],
)
def test_a_name_that_lies_gets_the_true_ending(name: str, media_type: str, wanted: str) -> None:
    assert honest_name(name, media_type) == wanted


def test_an_upload_is_named_as_what_it_is() -> None:
    taken = check_upload(GIF, len(GIF), "invoice.pdf")
    assert (taken.name, taken.media_type) == ("invoice.pdf.gif", "image/gif")
