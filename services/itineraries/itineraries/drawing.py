"""Papers drawn as PDF, with ReportLab and the Roboto typeface.

ReportLab because it needs nothing of the system, as WeasyPrint does, breaks long texts over pages
by itself, and is under a BSD licence; Roboto (Apache 2.0) because it has Latin with all accents,
Greek and Cyrillic, and comes as a package. Only the letters that occur are embedded.
"""

from __future__ import annotations

import io
import unicodedata
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from font_roboto import Roboto, RobotoBold  # type: ignore[import-untyped]
from reportlab.lib.colors import HexColor, white  # type: ignore[import-untyped]
from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.lib.units import mm  # type: ignore[import-untyped]
from reportlab.pdfbase.pdfmetrics import registerFont  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]
from reportlab.platypus import (  # type: ignore[import-untyped]
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from .domain.papers import Entry, Paper, Sum

PLAIN, BOLD = "Roboto", "Roboto-Bold"
INK, SOFT = HexColor("#1d2730"), HexColor("#5a6875")
MARGIN = 18 * mm
PADDING = 6  # points, which ReportLab leaves within the margins
BAND = 22 * mm  # of colour above the first page
WIDTH = A4[0] - 2 * MARGIN


def draw(paper: Paper) -> bytes:
    """The paper as PDF; the same paper gives the same bytes.

    Takes up to some seconds for a trip of hundreds of services: to be called in a thread.
    """
    _register()
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target,
        pagesize=A4,
        leftMargin=MARGIN - PADDING,
        rightMargin=MARGIN - PADDING,
        topMargin=MARGIN,
        bottomMargin=24 * mm,
        title=_printable(f"{paper.reference} · {paper.title}"),
        author=_printable(paper.company),
        invariant=1,
    )
    numbered: Any = type("Numbered", (_Numbered,), {"paper": paper})
    document.build(
        [Spacer(1, BAND), *_story(paper)],
        onFirstPage=lambda canvas, _: _band(canvas, paper),
        canvasmaker=numbered,
    )
    return target.getvalue()


@lru_cache(maxsize=1)
def _register() -> None:
    registerFont(TTFont(PLAIN, Roboto))
    registerFont(TTFont(BOLD, RobotoBold))


def _style(size: float, *, bold: bool = False, soft: bool = False, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(
        name="",
        fontName=BOLD if bold else PLAIN,
        fontSize=size,
        leading=size * 1.35,
        textColor=SOFT if soft else INK,
        splitLongWords=1,
        **more,
    )


def _story(paper: Paper) -> list[Any]:
    story: list[Any] = [
        _text(f"{paper.heading} · {paper.reference}", _style(10, soft=True)),
        _text(paper.title, _style(20, bold=True, spaceAfter=2 * mm)),
        _text(paper.stay, _style(11)),
    ]
    if paper.guests:
        story.append(_text(paper.guests, _style(10, soft=True, spaceBefore=1 * mm)))
    for day, entries in paper.days:
        heading = _text(day, _style(12, bold=True, spaceBefore=6 * mm, spaceAfter=2 * mm))
        for place, (head, rest) in enumerate(map(_entry, entries)):
            # One within another, ReportLab takes two of these for as high as no page is.
            story += [KeepTogether(head if place else [heading, *head]), *rest]
    if paper.sums:
        story.append(KeepTogether(_sums(paper)))
    return story


def _entry(entry: Entry) -> tuple[list[Any], list[Any]]:
    """A service: its first lines, to be kept in one piece, and the rest."""
    when = f"{entry.when}  " if entry.when else ""
    head = [_text(when + entry.name, _style(11, bold=True, spaceBefore=2 * mm))]
    if entry.zone:
        head.append(_text(entry.zone, _style(8.5, soft=True)))
    rest = [_text(entry.text, _style(10, spaceBefore=1 * mm))] if entry.text else []
    rest += [_text(f"{name}: {value}", _style(9, soft=True)) for name, value in entry.facts]
    return head, rest


def _sums(paper: Paper) -> list[Any]:
    heading = _text(
        paper.sums_heading, _style(12, bold=True, spaceBefore=8 * mm, spaceAfter=2 * mm)
    )
    rows = [[_label(each), _amount(each)] for each in paper.sums]
    table = Table(rows, colWidths=[WIDTH * 0.68, WIDTH * 0.32])
    table.setStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#dfe5ea"))])
    return [heading, table]


def _label(row: Sum) -> Any:
    return _text(row.label, _style(10, bold=row.strong))


def _amount(row: Sum) -> Any:
    return _text(row.amount, _style(10, bold=row.strong, alignment=2))


def _text(text: str, style: ParagraphStyle) -> Any:
    return Paragraph(escape(_printable(text)).replace("\n", "<br/>"), style)


def _printable(text: str) -> str:
    """`text` without what a page has no sign for: controls and direction marks."""
    return "".join(
        letter
        for letter in text
        if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )


def _band(canvas: Any, paper: Paper) -> None:
    canvas.saveState()
    canvas.setFillColor(HexColor(paper.colour))
    canvas.rect(0, A4[1] - BAND, A4[0], BAND, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.setFont(BOLD, 15)
    canvas.drawString(MARGIN, A4[1] - BAND / 2 - 5, _printable(paper.company)[:70])
    canvas.restoreState()


class _Numbered(Canvas):  # type: ignore[misc]
    """A canvas that knows at the end how many pages there are, and says so on each."""

    paper: Paper

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - ReportLab's name
        """Keep the page until it is known how many there are."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write every page with its number."""
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._foot(f"{self.paper.page} {number}/{len(self._pages)}")
            super().showPage()
        super().save()

    def _foot(self, number: str) -> None:
        self.saveState()
        self.setFont(PLAIN, 8)
        self.setFillColor(SOFT)
        for row, line in enumerate(self.paper.footer[:4]):
            words = _printable(" ".join(line.split()))[:110]
            self.drawString(MARGIN, 17 * mm - row * 3.6 * mm, words)
        self.drawRightString(A4[0] - MARGIN, 17 * mm, f"{self.paper.reference} · {number}")
        self.restoreState()
