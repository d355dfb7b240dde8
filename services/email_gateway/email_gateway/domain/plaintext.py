"""The text that stands beside a mail's HTML, for readers that show no HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from .markup import VOID, Token, text_of, tokens

_UNSEEN = frozenset(
    {"head", "script", "style", "title", "template", "noframes", "iframe", "noembed"}
)
_PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "blockquote", "pre"}
    | {"figure", "hr", "form"}
)
_LINES = _PARAGRAPHS | frozenset(
    {"address", "article", "aside", "body", "caption", "center", "dd", "div", "dt", "fieldset"}
    | {"figcaption", "footer", "header", "html", "li", "main", "nav", "option", "section"}
    | {"tbody", "tfoot", "thead", "tr"}
)
_HIDDEN = re.compile(r"display\s*+:\s*+none|mso-hide\s*+:\s*+all", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\n\r\f]++")
_INVISIBLE = re.compile("[\u00ad\u034f\u200b\u2060\ufeff]++")  # soft hyphens, preheader padding
_INDENT_LIMIT = 8  # a prefix per level would make hostile nesting quadratic
_RULE = "-" * 40


def to_text(html: str) -> str:
    """The readable text of an HTML page or fragment, with LF line ends and no trailing blanks.

    Paragraphs are parted by an empty line, list items get dashes or numbers, rows of a data table
    become lines with ` | ` between cells (`Name: value` where a row is a heading and one cell),
    quotes get `> `, links their address in angle brackets unless it is what the text says, pictures
    their alternative text. Hidden elements are left out. Takes any string, in linear time.
    """
    walk = _Walk(html)
    for token in tokens(html):
        walk.take(token)
    return walk.text()


@dataclass(slots=True)
class _List:
    ordered: bool
    count: int = 0


@dataclass(slots=True)
class _Table:
    data: bool  # False: a layout table, whose cells stand on lines of their own
    cells: int = 0  # in the row so far
    heading: bool = False  # the row's first cell is a heading
    in_cell: bool = False


@dataclass(slots=True)
class _Walk:
    source: str
    lines: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)  # the line being written
    gap: int | None = None  # an empty line is due before the next text, quoted so deep
    blank: bool = False  # white space is due before the next word
    bullet: str = ""
    lists: list[_List] = field(default_factory=list)
    tables: list[_Table] = field(default_factory=list)
    quotes: int = 0
    verbatim: int = 0
    link: tuple[str, int, int] | None = None  # address, line and word where its text begins
    hidden: str = ""  # name of the hidden element that we are in
    hidden_depth: int = 0

    def take(self, token: Token) -> None:
        if self.hidden:
            if token.name == self.hidden and token.kind != "text":
                self.hidden_depth += 1 if token.kind == "start" else -1
                if self.hidden_depth == 0:
                    self.hidden = ""
        elif token.kind == "text":
            self._write(token)
        elif token.kind == "start":
            self._start(token)
        else:
            self._end(token.name)

    def text(self) -> str:
        self._finish_link()
        self.tables.clear()  # a cell that was never closed holds back its line
        self._break()
        return "\n".join(self.lines).strip("\n")

    def _write(self, token: Token) -> None:
        text = text_of(self.source[token.start : token.end])
        if self.verbatim and not self._cell:
            first, *others = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            self._say(first)
            for line in others:
                self._break()
                self._say(line)
            return
        text = _BLANKS.sub(" ", _INVISIBLE.sub("", text))
        if text.startswith(" "):
            self.blank = True
        if word := text.strip(" "):
            self._say(word)
            self.blank = text.endswith(" ")

    def _say(self, words: str) -> None:
        if not words:
            return
        if not self.words:
            if self.gap is not None and self.lines:
                self.lines.append(_margin(min(self.gap, self.quotes)).rstrip())
            self.gap = None
            self.words.append(_margin(self.quotes) + self._indent)
            self.bullet = ""
        elif self.blank and not self.words[-1].endswith(" "):
            self.words.append(" ")
        self.blank = False
        self.words.append(words)

    def _break(self, paragraph: bool = False) -> None:
        if self._cell:
            self.blank = True  # a cell stays on its row's line
            return
        if self.words:
            self.lines.append("".join(self.words).rstrip())
            self.words = []
        self.blank = False
        if paragraph:
            self.gap = self.quotes if self.gap is None else min(self.gap, self.quotes)

    @property
    def _cell(self) -> bool:
        return bool(self.tables) and self.tables[-1].data and self.tables[-1].in_cell

    @property
    def _indent(self) -> str:
        depth = min(len(self.lists), _INDENT_LIMIT)
        if self.bullet:
            return "  " * (depth - 1) + self.bullet
        return "  " * depth

    def _start(self, token: Token) -> None:
        name = token.name
        if name in _UNSEEN or _is_hidden(token):
            if name not in VOID:
                self.hidden, self.hidden_depth = name, 1
            return
        if name in _LINES and not (name == "ul" and self.lists):
            self._break(paragraph=name in _PARAGRAPHS and not self.lists)
        match name:
            case "br":
                if self._cell and self.words and self.words[-1][-1:].isalnum():
                    self.words.append(",")
                self._break()
            case "hr":
                self._say(_RULE)
                self._break(paragraph=True)
            case "img":
                if alternative := _BLANKS.sub(" ", token.get("alt") or "").strip():
                    self._say(f"[{alternative}]")
            case "a":
                self._finish_link()
                self._begin_link(token.get("href") or "")
            case "ul" | "ol":
                self.lists.append(_List(ordered=name == "ol"))
            case "li":
                self._begin_item()
            case "blockquote":
                self.quotes += 1
            case "pre":
                self.verbatim += 1
            case "table":
                layout = (token.get("role") or "").lower() in ("presentation", "none")
                self.tables.append(_Table(data=not layout))
            case "tr" if self.tables:
                self.tables[-1].cells, self.tables[-1].in_cell = 0, False
                self._break()
            case "td" | "th" if self.tables:
                self._begin_cell(heading=name == "th")
            case _:
                pass

    def _end(self, name: str) -> None:
        match name:
            case "a":
                self._finish_link()
            case "td" | "th" if self.tables:
                self.tables[-1].in_cell = False
                self.blank = True
                return
            case "tr" | "table" if self.tables:
                self.tables[-1].in_cell = False
            case _:
                pass
        if name in _LINES:
            self._break(paragraph=name in _PARAGRAPHS and len(self.lists) <= 1)
        match name:
            case "ul" | "ol" if self.lists:
                self.lists.pop()
            case "blockquote" if self.quotes:
                self.quotes -= 1
            case "pre" if self.verbatim:
                self.verbatim -= 1
            case "table" if self.tables:
                self.tables.pop()
            case _:
                pass

    def _begin_item(self) -> None:
        if self.lists and self.lists[-1].ordered:
            self.lists[-1].count += 1
            self.bullet = f"{self.lists[-1].count}. "
        else:
            self.bullet = "- "

    def _begin_cell(self, heading: bool) -> None:
        table = self.tables[-1]
        table.in_cell = False
        if not table.data:
            self._break()
        elif table.cells == 0:
            table.heading = heading
        elif self.words:
            is_value = table.heading and table.cells == 1 and not heading
            self.words.append(_mark(self.words[-1]) if is_value else " | ")
            self.blank = False
        table.cells += 1
        table.in_cell = True

    def _begin_link(self, address: str) -> None:
        self.link = (address.strip(), len(self.lines), len(self.words))

    def _finish_link(self) -> None:
        if self.link is None:
            return
        (address, line, word), self.link = self.link, None
        if not address.lower().startswith(("http://", "https://", "mailto:", "tel:")):
            return
        if _BLANKS.search(address):
            return
        # A line's first piece is its margin and bullet.
        said = "".join(self.words[max(word, 1) :]) if line == len(self.lines) else " "
        shown = address.removeprefix("mailto:").removeprefix("tel:")
        if said.strip() in (shown, shown.split("://")[-1].rstrip("/")):
            return
        if not said:  # nothing can be seen or clicked
            return
        due, self.blank = self.blank, True
        self._say(f"<{shown}>")
        self.blank = due


def _margin(quotes: int) -> str:
    return "> " * min(quotes, _INDENT_LIMIT)


def _mark(word: str) -> Literal[" ", ": "]:
    return " " if word.endswith((":", "?")) else ": "


def _is_hidden(token: Token) -> bool:
    return token.get("hidden") is not None or bool(_HIDDEN.search(token.get("style") or ""))
