"""A PDF's first page as pictures."""

from __future__ import annotations

from contextlib import closing
from typing import Final

import pypdfium2  # type: ignore[import-untyped]

from .images import pictures
from .words import SIZES, Drawn

_LARGEST: Final = max(SIZES.values())


class NoPage(Exception):
    """The document has no page that can be drawn."""


def draw(content: bytes) -> Drawn:
    """The number of pages, and pictures of the first."""
    with closing(pypdfium2.PdfDocument(content)) as document:
        if len(document) < 1:
            raise NoPage("it has no page")
        with closing(document[0]) as page:
            longer = max(page.get_size())
            if not longer > 0:
                raise NoPage("its first page has no size")
            # However large the paper, the picture has as many pixels as the largest size.
            image = page.render(scale=_LARGEST / longer, may_draw_forms=False).to_pil()
        return Drawn(pages=len(document), pictures=pictures(image.convert("RGB")))
