"""HTML of strangers, made fit to stand on our pages."""

from __future__ import annotations

import re
from html import escape

import nh3

from .domain.markup import VOID, tokens
from .domain.plaintext import to_text

_ATTRIBUTES = {
    **{tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()},
    "*": {"style", "align", "dir", "lang"},
}
_SCHEMES = {"http", "https", "mailto", "tel", "cid", "data"}
_PROPERTIES = {
    "color", "background-color", "font-weight", "font-style", "text-align",
    "text-decoration", "padding", "margin", "border",
}  # fmt: skip

# What a browser takes away before it reads an address (WHATWG URL 4.4).
_AROUND = "".join(map(chr, range(0x21)))
_INSIDE = str.maketrans("", "", "\t\n\r")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SLASHES = "/\\"  # one is as good as the other there
_PICTURE = re.compile(
    r"data:image/(?:png|gif|jpeg|webp);base64,[a-z0-9+/=%]{1,200000}", re.IGNORECASE
)
_FUNCTION = re.compile(r"([\w-]*)\s*\(")
# The cleaner takes the square of the depth: seconds at 20,000. A browser stops at 512.
_DEEPEST = 500
_HARMLESS = frozenset({"rgb", "rgba", "hsl", "hsla"})


def clean(html: str) -> str:
    """HTML without anything that runs, or loads before its reader says so.

    A picture from elsewhere would tell its sender that somebody reads. Its address becomes
    `blocked:` and the whole URL, http or https; only parts of the mail itself (`cid:`) and small
    pictures inside the address (`data:`) stay. Other addresses of pictures, and links that lead
    into our own pages, go. What is nested too deep becomes plain text.
    """
    if _too_deep(html):
        html = f"<pre>{escape(to_text(html))}</pre>"
    return nh3.clean(
        html,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        attribute_filter=_filter,
        filter_style_properties=_PROPERTIES,
    )


def _too_deep(html: str) -> bool:
    if html.count("<") <= 2 * _DEEPEST:
        return False
    depth = 0
    for tag in tokens(html):
        if tag.kind == "start" and tag.name not in VOID:
            depth += 1
        elif tag.kind == "end":
            depth = max(0, depth - 1)
        if depth > _DEEPEST:
            return True
    return False


def _filter(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "style":
        return _style(value)
    if (tag, attribute) == ("img", "src"):
        return _picture(value)
    if (tag, attribute) == ("a", "href"):
        return _link(value)
    return None if attribute == "cite" else value


def _picture(value: str) -> str | None:
    url = value.strip(_AROUND).translate(_INSIDE)
    found = _SCHEME.match(url)
    if found is None:
        # Relative to the protocol it is remote; anything else would be a page of ours.
        return f"blocked:https://{url.lstrip(_SLASHES)}" if _is_remote(url) else None
    scheme, rest = found[1].lower(), url[found.end() :]
    if scheme == "cid":
        return f"cid:{rest}"
    if scheme == "data":
        return url if _PICTURE.fullmatch(url) else None
    return f"blocked:{scheme}://{rest.lstrip(_SLASHES)}" if scheme in ("http", "https") else None


def _link(value: str) -> str | None:
    url = value.strip(_AROUND).translate(_INSIDE)
    found = _SCHEME.match(url)
    if found is None:
        return url if url.startswith("#") or _is_remote(url) else None
    return url if found[1].lower() in ("http", "https", "mailto", "tel") else None


def _is_remote(url: str) -> bool:
    return len(url) > 2 and url[0] in _SLASHES and url[1] in _SLASHES


def _style(value: str) -> str | None:
    if "\\" in value:  # an escape, which nobody needs who has nothing to hide
        return None
    return ";".join(
        each
        for each in value.split(";")
        if all(name.lower() in _HARMLESS for name in _FUNCTION.findall(each))
    )
