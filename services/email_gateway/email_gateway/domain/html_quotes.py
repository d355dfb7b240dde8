"""The quote in a mail's HTML, found by the containers that mail programs put it in."""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

from .markup import VOID, Token, text_of, tokens
from .separators import is_forward

# A whole element is the quote.
QUOTE_CLASSES: Final = frozenset(
    {
        "gmail_quote",
        "gmail_quote_container",
        "moz-cite-prefix",
        "protonmail_quote",
        "tutanota_quote",
        "yahoo_quoted",
        "zmail_extra",
    }
)
QUOTE_IDS: Final = frozenset({"mail-editor-reference-message-container", "olk_src_body_section"})
# Only the beginning is marked; the quote goes to the end (Outlook and its web and phone kin).
REST_IDS: Final = frozenset({"divrplyfwdmsg", "appendonsend", "stopspelling"})
# Outlook's line above "From:", in its grey and its blue, as the desktop and the web write them.
_OUTLOOK_RULE: Final = re.compile(
    r"border-top:[^;]{0,60}(?:#e1e1e1|#b5c4df|rgb\(225, ?225, ?225\)|rgb\(181, ?196, ?223\))",
    re.IGNORECASE,
)
SIGNATURE_CLASSES: Final = frozenset({"gmail_signature", "gmail_signature_prefix", "moz-signature"})
# Words before the forwarded message's own; only there "Forwarded message" is looked for.
FORWARD_LEAD: Final = 200


@dataclass(frozen=True, slots=True)
class HtmlReply:
    """HTML in two, cut out of the source as it stands: tags may be left open, so sanitise it."""

    visible: str
    quoted: str


def split_html(html: str) -> HtmlReply:
    """Return `html` parted into what is new and what a mail program marked as quoted.

    Cut only at the containers that are known to be a quote; a bare blockquote is somebody's text.
    As for plain text, answers in or on both sides of the quote, forwarded messages and mails of
    which nothing would be left are shown whole. Linear in the length of the source.
    """
    walk = _Walk(html)
    for token in tokens(html):
        walk.take(token)
    quotes = walk.quotes()
    if not quotes:
        return HtmlReply(html, "")
    before = any(position < quotes[0][0] for position in walk.written)
    after = any(position >= quotes[-1][1] for position in walk.written)
    between = any(quotes[0][1] <= position < quotes[-1][0] for position in walk.written)
    if walk.answered_inside or between or before == after:
        return HtmlReply(html, "")
    ends = [0, *(end for _, end in quotes)]
    starts = [*(start for start, _ in quotes), len(html)]
    visible = "".join(html[end:start] for end, start in zip(ends, starts, strict=True))
    return HtmlReply(visible, "".join(html[start:end] for start, end in quotes))


@dataclass(slots=True)
class _Container:
    """An element that is open: ends where its own end tag comes, or with the source."""

    kind: Literal["quote", "rest", "signature"]
    name: str
    start: int
    depth: int = 1
    lead: str = ""
    answerable: bool = False  # Gmail keeps answers between the lines in the quote's element
    cited: int = 0  # blockquotes open in it
    cited_before: bool = False
    signed: bool = False


@dataclass(slots=True)
class _Walk:
    source: str
    written: list[int] = field(default_factory=list)  # where text or a picture of the sender stands
    answered_inside: bool = False
    open: _Container | None = None
    found: list[tuple[int, int]] = field(default_factory=list)

    def quotes(self) -> list[tuple[int, int]]:
        """The quotes' spans in order; forwarded messages are none."""
        if self.open is not None:
            self._close(len(self.source))
        return self.found

    def take(self, token: Token) -> None:
        if self.open is None:
            self._outside(token)
        else:
            self._inside(self.open, token)

    def _outside(self, token: Token) -> None:
        if token.kind == "start":
            kind = _kind(token)
            if kind is not None and (token.name not in VOID or kind == "rest"):
                self.open = _Container(kind, token.name, token.start)
                self.open.answerable = token.name == "div" and _is_gmail(token)
                return
        if self._says(token):
            self.written.append(token.start)

    def _inside(self, container: _Container, token: Token) -> None:
        if token.name == container.name and token.kind != "text" and container.kind != "rest":
            container.depth += 1 if token.kind == "start" else -1
            if container.depth == 0:
                self._close(token.end)
                return
        if token.name == "blockquote" and token.kind != "text":
            container.cited += 1 if token.kind == "start" else -1
            container.cited_before = container.cited_before or token.kind == "end"
        elif token.kind == "start" and container.cited_before and _kind(token) == "signature":
            container.signed = True
        elif self._says(token) and container.kind == "quote":
            if token.kind == "text" and len(container.lead) < FORWARD_LEAD:
                text = self.source[token.start : token.end][:FORWARD_LEAD]
                container.lead += f"{text_of(text)}\n"
            if container.cited_before and container.cited <= 0 and not container.signed:
                self.answered_inside = self.answered_inside or container.answerable

    def _close(self, end: int) -> None:
        container, self.open = self.open, None
        if container is None or container.kind == "signature":
            return
        if any(is_forward(line) for line in container.lead.split("\n") if line.strip()):
            self.written.append(container.start)
        else:
            self.found.append((container.start, end))

    def _says(self, token: Token) -> bool:
        if token.kind == "text" and not token.name:
            return bool(text_of(self.source[token.start : token.end]).strip())
        return token.kind == "start" and token.name == "img"


def _is_gmail(token: Token) -> bool:
    return "gmail_quote" in (token.get("class") or "")


def _kind(token: Token) -> Literal["quote", "rest", "signature"] | None:
    if not token.attributes:
        return None
    classes = (token.get("class") or "").casefold().split()
    identity = (token.get("id") or "").casefold()
    if not QUOTE_CLASSES.isdisjoint(classes) or identity in QUOTE_IDS:
        return "quote"
    if token.name == "blockquote" and (token.get("type") or "").casefold() == "cite":
        return "quote"
    if identity in REST_IDS:
        return "rest"
    if token.name == "div" and _OUTLOOK_RULE.search(token.get("style") or ""):
        return "rest"
    return "signature" if not SIGNATURE_CLASSES.isdisjoint(classes) else None
