"""The letterhead: how our mails look."""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup

from fairlead.colours import contrast, ink_on, luminance

from .domain.markup import VOID, tokens
from .domain.plaintext import to_text
from .domain.tracking import pixel_tag

SIZE_LIMIT = 400_000  # characters of a fragment; Gmail shows the first 102 KB of a mail
TAG_LIMIT = 8_000  # css_inline crashes the process on elements nested 20 000 deep: never so many
DEPTH_LIMIT = 100

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi"})
_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
_PAPER, _DARK_PAPER = "#ffffff", "#1b2129"  # the card's colours in the style sheet
# Readers show what follows the preheader in their list of mails; blanks push that out of sight.
_PADDING = "\u034f\u200c&nbsp;" * 80


class LayoutRefused(ValueError):
    """A mail cannot be dressed: `field` is wrong, `reason` says how."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Branding:
    """An organisation's face. `colour` is `#rrggbb`; addresses are http(s), a logo's also cid."""

    name: str
    colour: str
    logo_url: str | None = None
    website: str | None = None
    address_lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _COLOUR.fullmatch(self.colour):
            raise LayoutRefused("branding.colour", "must look like #1a6b54")
        _check_url("branding.logo_url", self.logo_url, ("https", "http", "cid"))
        _check_url("branding.website", self.website, ("https", "http"))


def dress(
    content_html: str,
    branding: Branding,
    signature_html: str = "",
    footer_html: str = "",
    language: str = "en",
    preheader: str = "",
    pixel_url: str | None = None,
) -> str:
    """The whole page around three sanitised fragments, its CSS in style attributes.

    Works for bare elements: headings, paragraphs, lists, and tables, which look like a card of
    details. These classes do more: `service` on a table whose `thead` names a service (in it,
    `when` for its time), `button` on a one-cell table around a link, `muted` on side remarks.
    `preheader` is the line that readers show beside the subject; `pixel_url` is loaded last.
    Nothing is fetched. Takes some milliseconds for an ordinary mail, too long for the hub from
    about 100 KB. Raises LayoutRefused, also where a fragment is too large or nested too deep.
    """
    if not _LANGUAGE.fullmatch(language):
        raise LayoutRefused("language", "must be a BCP 47 tag such as en or pt-BR")
    _check_fragment("content", content_html)
    if sum(each.count("<") for each in (content_html, signature_html, footer_html)) > TAG_LIMIT:
        raise LayoutRefused("content", f"has more than {TAG_LIMIT} tags")
    frame = _frame(branding, signature_html, footer_html, language)
    content = _inliner().inline_fragment(f'<div class="content">{content_html}</div>', frame.css)
    said = " ".join(preheader.split())[:200]
    line = f"{frame.preheader}{html.escape(said, quote=False)}{_PADDING}</div>" if said else ""
    pixel = pixel_tag(pixel_url) if pixel_url else ""
    return f"{frame.head}{line}{frame.upper}{content}{frame.lower}{pixel}{frame.foot}"


@dataclass(frozen=True, slots=True)
class _Frame:
    """What an organisation's letters have in common, with its CSS inlined, cut where they differ:
    around the preheader, the content and the pixel. `css` is the content's style sheet."""

    head: str
    preheader: str  # the tag around it
    upper: str
    lower: str
    foot: str
    css: str


_MARK = secrets.token_hex(16)  # which no organisation can write into its signature
_CUTS = re.compile(
    rf'(<div class="preheader"[^>]*>){_MARK}</div>|<div class="content"[^>]*>\s*{_MARK}\s*</div>'
    rf"|{_MARK}"
)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@lru_cache(maxsize=32)
def _frame(branding: Branding, signature_html: str, footer_html: str, language: str) -> _Frame:
    _check_fragment("signature", signature_html)
    _check_fragment("footer", footer_html)
    backwards = language.split("-")[0] in _RIGHT_TO_LEFT
    page = _template("letter.html.j2").render(
        content=_MARK,
        signature=Markup(signature_html),  # noqa: S704 (sanitised)
        footer=Markup(footer_html),  # noqa: S704 (sanitised)
        branding=branding,
        website=_bare(branding.website),
        language=language,
        direction="rtl" if backwards else "ltr",
        start="right" if backwards else "left",
        link=_readable(branding.colour, _PAPER),
        link_dark=_readable(branding.colour, _DARK_PAPER),
        on_brand=ink_on(branding.colour),
        preheader=_MARK,
        padding="",
        pixel=_MARK,
    )
    css = _STYLE.findall(page)[-1]  # the first is Outlook's own, in a comment
    head, preheader, upper, _, lower, _, foot = _CUTS.split(_inliner().inline(page))
    return _Frame(head, preheader, upper, lower, foot, css)


def dress_text(
    content_html: str, branding: Branding, signature_html: str = "", footer_html: str = ""
) -> str:
    """The text that goes beside `dress`'s page: the same fragments, without tracking."""
    return _template("letter.txt.j2").render(
        content=to_text(content_html),
        signature=to_text(signature_html),
        footer=to_text(footer_html),
        branding=branding,
    )


@cache
def _template(name: str) -> Template:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2", "css.j2"), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(name)


@cache
def _inliner() -> css_inline.CSSInliner:
    # The style sheet's second block, with what cannot be inlined, says itself that it stays.
    return css_inline.CSSInliner(load_remote_stylesheets=False)


def _check_url(name: str, value: str | None, schemes: Sequence[str]) -> None:
    if value is None:
        return
    try:
        parts = urlsplit(value)
        whole = bool(parts.path if parts.scheme == "cid" else parts.hostname)
    except ValueError:
        whole = False
    if not whole or parts.scheme not in schemes or not value.isprintable() or " " in value:
        raise LayoutRefused(name, f"must be an address with {' or '.join(schemes)}")


def _check_fragment(name: str, fragment: str) -> None:
    if len(fragment) > SIZE_LIMIT:
        raise LayoutRefused(name, f"is longer than {SIZE_LIMIT} characters")
    if not fragment.isascii() and any("\ud800" <= letter <= "\udfff" for letter in fragment):
        raise LayoutRefused(name, "holds half a surrogate pair")
    # Only an end tag that fits closes: what a repairing parser nests is never deeper than this.
    nested: list[str] = []
    for token in tokens(fragment):
        if token.kind == "start" and token.name not in VOID:
            nested.append(token.name)
            if len(nested) > DEPTH_LIMIT:
                raise LayoutRefused(name, f"is nested deeper than {DEPTH_LIMIT}")
        elif token.kind == "end" and nested and nested[-1] == token.name:
            nested.pop()


def _bare(website: str | None) -> str:
    return "" if website is None else website.split("://", 1)[-1].rstrip("/").removeprefix("www.")


def _readable(colour: str, paper: str) -> str:
    """The colour, moved towards black or white just so far that text in it reads on the paper."""
    target = 0 if luminance(paper) > 0.5 else 255
    mixed = colour
    for step in range(1, 21):
        if contrast(mixed, paper) >= _CONTRAST:
            break
        parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        mixed = "#" + "".join(f"{part + (target - part) * step // 20:02x}" for part in parts)
    return mixed
