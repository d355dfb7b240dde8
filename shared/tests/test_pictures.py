"""Pictures of files, drawn by real processes."""

from __future__ import annotations

import io
import struct
import sys
import time
import zlib
from pathlib import Path

import eventlet
import pypdfium2  # type: ignore[import-untyped]
import pytest
from PIL import Image

from fairlead import pictures
from fairlead.pictures import Broken, Drawn, draw, studio
from fairlead.pictures.durations import measure

pytestmark = pytest.mark.green


def image(fmt: str, size: tuple[int, int] = (600, 300), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, (200, 30, 30) if mode == "RGB" else None).save(out, fmt, **more)
    return out.getvalue()


def opened(drawn: Drawn, size: str) -> Image.Image:
    content = next(each.content for each in drawn.pictures if each.size == size)
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["jpeg", "png", "gif", "webp", "bmp", "tiff", "avif"])
def test_each_kind_of_image_has_pictures(kind: str) -> None:
    drawn = draw(image(kind), f"image/{kind}")
    assert (drawn.width, drawn.height) == (600, 300)
    assert [(each.size, each.width, each.height) for each in drawn.pictures] == [
        ("small", 160, 80),
        ("medium", 480, 240),
        ("large", 600, 300),
    ]
    with opened(drawn, "small") as shown:
        assert shown.format == "WEBP"
        red, green, _ = shown.convert("RGB").getpixel((80, 40))  # type: ignore[misc]
        assert red > 150 > green


def test_a_picture_is_upright_and_tells_nothing_of_the_place() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter
    exif[0x010F] = "Camera of Ana"
    exif.get_ifd(0x8825)[2] = (48.0, 8.0, 31.0)
    content = image("jpeg", exif=exif, comment=b"secret place")
    assert b"Camera of Ana" in content
    drawn = draw(content, "image/jpeg")
    assert (drawn.width, drawn.height) == (300, 600)
    for each in drawn.pictures:
        assert each.height > each.width
        with Image.open(io.BytesIO(each.content)) as shown:
            assert not shown.getexif()
        for trace in (b"Camera", b"EXIF", b"secret", b"XMP"):
            assert trace not in each.content


PHONES = Path(__file__).parent / "pictures_of_phones"  # red, with a blue corner at the top left


def test_a_phones_picture_is_drawn_upright() -> None:
    drawn = draw((PHONES / "plain.heic").read_bytes(), "image/heic")
    assert (drawn.width, drawn.height) == (600, 300)
    assert [(each.size, each.width) for each in drawn.pictures] == [
        ("small", 160), ("medium", 480), ("large", 600)
    ]  # fmt: skip
    content = (PHONES / "turned.heic").read_bytes()
    assert b"Camera of Ana" in content
    assert b"secret place" in content
    drawn = draw(content, "image/heic")
    assert (drawn.width, drawn.height) == (300, 600)
    for each in drawn.pictures:
        for trace in (b"Camera", b"EXIF", b"secret", b"XMP"):
            assert trace not in each.content
    with opened(drawn, "large") as shown:
        corner = shown.convert("RGB").getpixel((295, 5))
    assert isinstance(corner, tuple)
    assert corner[2] > 150 > corner[0], "what was at the top left is at the top right"


@pytest.mark.parametrize("size", [(60_000, 60_000), (2**31 - 1, 2**31 - 1), (20_000, 20_000)])
def test_a_phones_picture_that_is_a_bomb_goes_off_elsewhere(size: tuple[int, int]) -> None:
    content = (PHONES / "plain.heic").read_bytes()
    extent = b"ispe\0\0\0\0"  # ISO 23008-12, section 6.5.3
    assert content.count(extent) >= 1
    real = struct.pack(">II", 600, 300)
    bomb = content.replace(extent + real, extent + struct.pack(">II", *size))
    assert bomb != content
    with pytest.raises(Broken):
        draw(bomb, "image/heic")
    with pytest.raises(Broken):
        draw(content[:500], "image/heic")


def test_a_transparent_image_stays_so() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 10), (0, 0, 0, 0)).save(out, "PNG")
    drawn = draw(out.getvalue(), "image/png")
    assert [each.size for each in drawn.pictures] == ["small"]
    with opened(drawn, "small") as shown:
        assert shown.mode == "RGBA"
        assert shown.size == (20, 10)  # never enlarged


def bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes and many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    data = zlib.compress(b"\0" * min(width * 40, 4_000_000), 9)  # the rest is missing
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "size", [(60_000, 60_000), (14_000, 14_000), (9_900, 9_900), (2**31 - 1, 1)]
)
def test_a_bomb_goes_off_elsewhere(size: tuple[int, int]) -> None:
    with pytest.raises(Broken):
        draw(bomb(*size), "image/png")


def test_what_is_no_image_is_said_to_be_none() -> None:
    for content in (b"", b"GIF89a", image("jpeg")[:200], b"\xff\xd8\xff" + b"\0" * 5000):
        with pytest.raises(Broken):
            draw(content, "image/jpeg")


def test_a_pdf_is_shown_by_its_first_page() -> None:
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    document.new_page(100, 100)
    out = io.BytesIO()
    document.save(out)
    document.close()
    drawn = draw(out.getvalue(), "application/pdf")
    assert drawn.pages == 2
    assert [(each.size, each.height) for each in drawn.pictures] == [
        ("small", 160),
        ("medium", 480),
        ("large", 1600),
    ]


@pytest.mark.parametrize("content", [b"%PDF-1.4 junk", b"%PDF-1.7\n%%EOF", b""])
def test_a_broken_pdf_has_no_picture(content: bytes) -> None:
    with pytest.raises(Broken):
        draw(content, "application/pdf")


def test_the_hub_goes_on_meanwhile() -> None:
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        while True:
            eventlet.sleep(0.01)
            ticks += 1

    ticking = eventlet.spawn(tick)
    draw(image("png", (3000, 2000)), "image/png")
    ticking.kill()
    assert ticks > 5


def test_a_process_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio, "SECONDS", 0.01)
    begun = time.monotonic()
    with pytest.raises(Broken, match="took more than"):
        draw(image("png"), "image/png")
    assert time.monotonic() - begun < 10


def test_a_process_that_dies_takes_nothing_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Broken, match="broke the process"):
        draw(image("png"), "image/png")
    monkeypatch.undo()
    assert draw(image("png"), "image/png").width == 600


def test_too_many_at_once_wait_and_then_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio, "WAIT_SECONDS", 0.05)
    for _ in range(studio.AT_ONCE):
        studio._free.acquire()
    try:
        with pytest.raises(pictures.Busy):
            draw(image("png"), "image/png")
    finally:
        studio._free.release(studio.AT_ONCE)


def wave(seconds: int) -> bytes:
    data = b"\0" * 16_000 * seconds
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 16_000, 2, 16)
    return b"RIFF\0\0\0\0WAVE" + fmt + struct.pack("<4sI", b"data", len(data)) + data


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, name) + content


MOVIE = box(b"ftyp", b"isom\0\0\0\0") + box(
    b"moov", box(b"mvhd", struct.pack(">BBBBIIII", 0, 0, 0, 0, 0, 0, 1000, 4500) + b"\0" * 80)
)
OPUS = (
    b"OggS\0\2" + b"\0" * 20 + b"\1\x13OpusHead\1\1" + struct.pack("<H", 312) + b"\0" * 7
    + b"OggS\0\4" + struct.pack("<q", 48_000 * 3 + 312) + b"\0" * 16
)  # fmt: skip


@pytest.mark.parametrize(
    ("content", "kind", "seconds"),
    [
        (wave(2), "audio/wav", 2.0),
        (MOVIE, "video/mp4", 4.5),
        (OPUS, "audio/ogg", 3.0),
        (MOVIE[:30], "video/mp4", None),
        (b"RIFF", "audio/wav", None),
        (b"", "audio/ogg", None),
        (box(b"moov", b"") * 20_000, "video/mp4", None),
    ],
)
def test_what_lasts_says_how_long(content: bytes, kind: str, seconds: float | None) -> None:
    assert measure(content, kind).seconds == seconds


def test_a_process_measures_too() -> None:
    assert draw(wave(1), "audio/wav").seconds == 1.0
