"""What the process that draws is told, and answers."""

from __future__ import annotations

from typing import Final

import msgspec

SIZES: Final = {"small": 160, "medium": 480, "large": 1600}
"""The pictures that are made, by name: the longer side in pixels, at most. None is enlarged."""


class Picture(msgspec.Struct, frozen=True):
    """One picture: WebP, upright, without metadata."""

    size: str
    width: int
    height: int
    content: bytes


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """What a file shows: `width` and `height` of an image as a person sees it, in pixels; the
    `pages` of a PDF; `seconds` that audio or video lasts; and its pictures, the smallest first."""

    width: int | None = None
    height: int | None = None
    pages: int | None = None
    seconds: float | None = None
    pictures: list[Picture] = []


class Order(msgspec.Struct, frozen=True):
    """A file to be drawn."""

    media_type: str
    content: bytes


class Reply(msgspec.Struct, frozen=True):
    """What came of it: a drawing, or a sentence that says why there is none."""

    drawn: Drawn | None = None
    trouble: str = ""
