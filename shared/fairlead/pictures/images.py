"""Pictures of images."""

from __future__ import annotations

import io
import warnings
from typing import Final

import pi_heif  # type: ignore[import-untyped]
from PIL import Image, ImageOps

from .words import SIZES, Drawn, Picture

PIXELS: Final = 100_000_000  # a phone's largest picture has 200 million, as JPEG, which is scaled
FORMATS: Final = ("JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF", "HEIF")
QUALITY: Final = 80
_LARGEST: Final = max(SIZES.values())

# What phones take. It is turned as the container says, not by its Exif. One thread: each has a
# stack of its own, and memory is short here.
pi_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False)


class TooLarge(Exception):
    """The image has more pixels than are drawn."""


def draw(content: bytes) -> Drawn:
    """The pictures of an image; of a moving one, its first."""
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # the bound is below, and is for what is decoded
    with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
        width, height = opened.size
        turned = opened.getexif().get(0x0112, 1) in (5, 6, 7, 8)  # Exif 2.32, Orientation
        # A JPEG is decoded at a fraction of its size, which takes a fraction of time and memory.
        opened.draft("RGB", (_LARGEST, _LARGEST))
        if opened.size[0] * opened.size[1] > PIXELS:
            raise TooLarge(f"it has more than {PIXELS // 1_000_000} million pixels")
        opened.thumbnail((_LARGEST, _LARGEST), Image.Resampling.LANCZOS)
        upright = ImageOps.exif_transpose(opened)
    shown = (height, width) if turned else (width, height)
    return Drawn(width=shown[0], height=shown[1], pictures=pictures(_plain(upright)))


def _plain(image: Image.Image) -> Image.Image:
    """`image` in a mode that WebP has."""
    if image.mode in ("RGB", "RGBA"):
        return image
    transparent = "A" in image.getbands() or "transparency" in image.info
    return image.convert("RGBA" if transparent else "RGB")


def pictures(image: Image.Image) -> list[Picture]:
    """`image` in each size, the smallest first. Nothing that it carried beside its pixels is kept
    but for the meaning of its colours: neither place nor camera nor comment."""
    profile = image.info.get("icc_profile") if image.mode == "RGB" else None
    image.info.clear()
    made = []
    for name, longest in sorted(SIZES.items(), key=lambda each: each[1]):
        copy = image.copy()
        copy.thumbnail((longest, longest), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        copy.save(out, "WEBP", quality=QUALITY, method=3, icc_profile=profile, exif=b"", xmp=b"")
        made.append(Picture(name, copy.width, copy.height, out.getvalue()))
        if max(image.size) <= longest:
            break  # a larger one would be the same
    return made
