"""What a message says, as HTML and as plain text."""

from __future__ import annotations

import html as escaping
import re
from html.parser import HTMLParser

import nh3

TAG_LIMIT = 10_000  # nh3's time grows with the square of the depth: 0.2 s at 10,000 nested tags

_STYLES = {
    "background-color", "border", "border-bottom", "border-collapse", "border-left",
    "border-right", "border-top", "color", "font-size", "font-style", "font-weight",
    "line-height", "margin", "margin-bottom", "margin-left", "margin-right", "margin-top",
    "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align",
    "text-decoration", "vertical-align", "white-space", "width",
}  # fmt: skip
_TAGS = {
    "a", "b", "blockquote", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "hr", "i", "img",
    "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "sup", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "u", "ul",
}  # fmt: skip
_CELL = {"align", "colspan", "rowspan", "scope", "valign", "width"}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"script", "style", "title", "template"},
    attributes={
        "*": {"style", "title", "lang", "dir"},
        "a": {"href", "data-no-track"},
        "img": {"src", "alt", "width", "height"},
        "table": {"width", "cellpadding", "cellspacing", "border", "align", "role"},
        "td": _CELL,
        "th": _CELL,
    },
    filter_style_properties=_STYLES,
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    link_rel="noopener noreferrer",
)

_BLOCKS = {"blockquote", "div", "h1", "h2", "h3", "h4", "hr", "ol", "p", "pre", "table", "ul"}
_MARKUP = re.compile(r"<(?:p|div|table|ul|ol|h[1-6]|br)[\s/>]", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_SPACE = re.compile(r"\s+")
_GAP = re.compile(r"\n[^\S\n]*\n\s*")


def sanitise(html: str) -> str:
    """`html` without anything that could act: scripts, forms, frames, foreign schemes, layout
    that could cover the page. Raises ValueError where it has more tags than can be cleaned."""
    if html.count("<") > TAG_LIMIT:
        raise ValueError(f"has more than {TAG_LIMIT} tags")
    return _CLEANER.clean(html)


def looks_like_html(text: str) -> bool:
    """Whether `text` was written as HTML: it has a tag that makes blocks or lines."""
    return _MARKUP.search(text) is not None


def paragraphs(text: str) -> str:
    """Plain text as HTML: blank lines part paragraphs, single line ends stay."""
    parts = _GAP.split(text.replace("\r\n", "\n").replace("\r", "\n").strip())
    return "".join(f"<p>{escaping.escape(p).replace(chr(10), '<br>')}</p>" for p in parts if p)


def has_control_characters(text: str) -> bool:
    """Whether `text` has a character that could end a header line or hide in it."""
    return _CONTROL.search(text) is not None


def one_line(text: str) -> str:
    """`text` with every run of white space and control characters made a single space."""
    return _SPACE.sub(" ", _CONTROL.sub(" ", text)).strip()


def preview(text: str, length: int = 140) -> str:
    """The beginning of `text` for a row of a list."""
    line = one_line(text[: length * 4])
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def plain(html: str) -> str:
    """Sanitised `html` as plain text: links keep their address, rows of a table are lines.

    A header cell of a row becomes its label, as in `Date: 24 November`.
    """
    walk = _Walk()
    walk.feed(html)
    walk.close()
    return walk.text()


class _Walk(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = [""]
        self._links: list[tuple[str, int]] = []
        self._preformatted = 0

    def text(self) -> str:
        kept: list[str] = []
        for line in (line.rstrip() for line in self._lines):
            if line or (kept and kept[-1]):
                kept.append(line)
        return "\n".join(kept).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in _BLOCKS:
            self._end_line(gap=True)
            self._preformatted += tag == "pre"
        elif tag == "br":
            self._lines.append("")
        elif tag == "tr":
            self._end_line()
        elif tag in ("td", "th") and self._lines[-1] and not self._lines[-1].endswith(": "):
            self._lines[-1] += "  "
        elif tag == "li":
            self._end_line()
            self._lines[-1] = "- "
        elif tag == "img" and values.get("alt"):
            self.handle_data(f"[{values['alt']}]")
        elif tag == "a":
            self._links.append((values.get("href") or "", len(self._lines[-1])))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_line(gap=True)
            self._preformatted -= tag == "pre"
        elif tag == "th" and self._lines[-1].strip():
            self._lines[-1] = self._lines[-1].rstrip().rstrip(":") + ": "
        elif tag == "tr":
            self._lines[-1] = self._lines[-1].rstrip().removesuffix(":")
            self._end_line()
        elif tag == "a" and self._links:
            self._end_link(*self._links.pop())

    def handle_data(self, data: str) -> None:
        if self._preformatted:
            first, *rest = data.split("\n")
            self._lines[-1] += first
            self._lines.extend(rest)
            return
        words = _SPACE.sub(" ", data)
        line = self._lines[-1]
        self._lines[-1] += words.lstrip() if not line or line.endswith(" ") else words

    def _end_line(self, *, gap: bool = False) -> None:
        if self._lines[-1].strip():
            self._lines.append("")
        if gap:
            self._lines.append("")

    def _end_link(self, address: str, start: int) -> None:
        shown = self._lines[-1][start:].strip()
        if not address.startswith(("http://", "https://", "mailto:")):
            return
        target = address.removeprefix("mailto:")
        if target != shown:
            self._lines[-1] += f" ({target})" if shown else target
