"""Simple letters to employees: paragraphs and links, as HTML and as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_BREAKS = re.compile(r"\s+")
SUBJECT = 200  # characters


@dataclass(frozen=True, slots=True)
class Link:
    """A link and what stands on it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some lines of plain text, perhaps under a heading and above a link."""

    text: str
    heading: str = ""
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail without its letterhead."""

    subject: str
    html: str
    text: str


def compose(subject: str, paragraphs: Sequence[Paragraph]) -> Letter:
    """The letter; whatever a guest wrote into a title or a text stays text."""
    return Letter(
        subject=_BREAKS.sub(" ", _clean(subject)).strip()[:SUBJECT] or "Notification",
        html="\n".join(_html(each) for each in paragraphs),
        text="\n\n".join(_text(each) for each in paragraphs),
    )


def _html(paragraph: Paragraph) -> str:
    lines = "<br>".join(escape(line) for line in _clean(paragraph.text).splitlines())
    if paragraph.heading:
        heading = f"<strong>{escape(_clean(paragraph.heading))}</strong>"
        lines = f"{heading}<br>{lines}" if lines else heading
    if paragraph.link is not None:
        url = escape(paragraph.link.url, quote=True)
        lines += f'<br><a href="{url}">{escape(paragraph.link.label)}</a>'
    return f"<p>{lines}</p>"


def _text(paragraph: Paragraph) -> str:
    parts = [_clean(paragraph.heading), _clean(paragraph.text)]
    if paragraph.link is not None:
        parts.append(f"{paragraph.link.label}: {paragraph.link.url}")
    return "\n".join(part for part in parts if part)


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)
