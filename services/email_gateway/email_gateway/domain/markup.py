"""HTML cut into tokens that know where they stand in the source.

The standard library's parser will not do for hostile mail: it raises on `<![`, needs half a minute
for 100 KB of `<a/ b ` (it searches every unfinished tag to the end again) and does not say where an
attribute's value stands. This one follows the WHATWG tokenizer's states as far as a mail needs
them, never raises, and reads every character a bounded number of times.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5
from typing import Literal

VOID = frozenset(  # WHATWG HTML 13.1.2
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param"}
    | {"source", "track", "wbr"}
)

# What stands in these is no markup until their own end tag.
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})

_OPENING = re.compile(r"</?(?=([A-Za-z]))|<(?=[!?/])")
_NAME = re.compile(r"[^\t\n\f\r />]++")
_ATTRIBUTE = re.compile(
    r"[\t\n\f\r /]*+([^\t\n\f\r />][^\t\n\f\r />=]*+)(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+)?+"
)
_GAP = re.compile(r"[\t\n\f\r /]*+")
_BARE = re.compile(r"[^\t\n\f\r >]*+")
_COMMENT_END = re.compile(r"--!?>")
_RAW_END = {name: re.compile(rf"</{name}(?=[\t\n\f\r />])", re.IGNORECASE) for name in _RAW}
_REFERENCE = re.compile(
    r"&(?:#[0-9]++;?|#[xX][0-9a-fA-F]++;?|[A-Za-z][A-Za-z0-9]{0,31}+;?)", re.ASCII
)
_DIGITS = 9  # more digits than any code point has; int() refuses thousands of them with an error


@dataclass(frozen=True, slots=True)
class Attribute:
    """`raw` is the value as written; `source[start:end]` is that value with its quotes."""

    name: str
    raw: str
    start: int
    end: int

    @property
    def value(self) -> str:
        """The value with its character references resolved (WHATWG 13.2.5.73)."""
        return _REFERENCE.sub(_resolved, self.raw)


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of the source, `source[start:end]`.

    `name` is a tag's name in lower case; for text it is that of the raw element (script, style,
    title ...) whose content it is, else empty.
    """

    kind: Literal["text", "start", "end"]
    start: int
    end: int
    name: str = ""
    attributes: tuple[Attribute, ...] = ()

    def get(self, name: str) -> str | None:
        """The value of an attribute (the first of that name counts), None where it is absent."""
        return next((found.value for found in self.attributes if found.name == name), None)


def tokens(source: str) -> Iterator[Token]:
    """Text and tags of `source` in order; comments and declarations are passed over.

    As in a browser, a tag that the end of the source cuts off is dropped.
    """
    position = 0
    while position < len(source):
        found = _OPENING.search(source, position)
        opening = found.start() if found else len(source)
        if opening > position:
            yield Token("text", position, opening)
        if found is None:
            return
        if not found[1]:
            position = _after_declaration(source, opening)
            continue
        tag = _tag(source, opening, found.start(1), "end" if found[0] == "</" else "start")
        if tag is None:
            return
        yield tag
        position = tag.end
        if tag.kind == "start" and tag.name in _RAW:
            ending = _RAW_END[tag.name].search(source, position)
            stop = ending.start() if ending else len(source)
            if stop > position:
                yield Token("text", position, stop, tag.name)
            position = stop


def text_of(written: str) -> str:
    """Character data with its references resolved; never raises (html.unescape may)."""
    return html.unescape(_REFERENCE.sub(_bounded, written))


def _bounded(found: re.Match[str]) -> str:
    reference = found[0]
    return "\ufffd" if reference[1] == "#" and len(reference) > _DIGITS + 4 else reference


def _resolved(found: re.Match[str]) -> str:
    reference = found[0]
    if reference[1] == "#":
        return html.unescape(_bounded(found))
    if reference.endswith(";"):
        return html5.get(reference[1:], reference)
    # In a value `&copy=2` and `&copyright` are text: they belong to a query, not to an entity.
    following = found.string[found.end() : found.end() + 1]
    return reference if following == "=" else html5.get(reference[1:], reference)


def _tag(source: str, start: int, name_at: int, kind: Literal["start", "end"]) -> Token | None:
    named = _NAME.match(source, name_at)
    assert named is not None  # it begins with a letter
    attributes = []
    position = named.end()
    while found := _ATTRIBUTE.match(source, position):
        value_at = found.end()
        value_end = raw_at = raw_end = value_at
        if source[found.end(1) : value_at].strip("\t\n\f\r "):  # an equals sign was there
            quote = source[value_at : value_at + 1]
            if quote in ('"', "'"):
                raw_at = value_at + 1
                raw_end = source.find(quote, raw_at)
                if raw_end < 0:
                    return None
                value_end = raw_end + 1
            else:
                bare = _BARE.match(source, value_at)
                raw_end = value_end = bare.end() if bare else value_at
        attributes.append(Attribute(found[1].lower(), source[raw_at:raw_end], value_at, value_end))
        position = value_end
    gap = _GAP.match(source, position)
    position = gap.end() if gap else position
    if position >= len(source):
        return None
    return Token(kind, start, position + 1, named[0].lower(), tuple(attributes))


def _after_declaration(source: str, opening: int) -> int:
    if source.startswith("<!--", opening):
        if source.startswith((">", "->"), opening + 4):  # "abruptly closed" comments
            return source.index(">", opening) + 1
        closing = _COMMENT_END.search(source, opening + 4)
        return closing.end() if closing else len(source)
    closing_at = source.find(">", opening)
    return closing_at + 1 if closing_at >= 0 else len(source)
