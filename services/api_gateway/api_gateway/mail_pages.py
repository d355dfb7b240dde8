"""A mail as it was designed, as a page of its own that the web client shows in a frame.

In the client's own page its styles would be against the policy, and a stranger's HTML would stand
beside our buttons. In a page of its own it runs nothing, sends nothing, and loads from elsewhere
only what its reader asks for. It is of our origin, so that the client can tell how high it is.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from html import escape, unescape
from typing import Final
from urllib.parse import unquote

from flask import Blueprint, Response

from contracts.inbox import HELD, Attachment, Inbox, MessageView
from fairlead import context
from fairlead.contract import calls
from fairlead.errors import NotFound

from .gateway import gateway
from .parameters import choice, expect_only, id_of

views = Blueprint("mail_pages", __name__)


class Part(enum.Enum):
    """What was newly written, or what the mail repeats of those before it."""

    NEW = "new"
    QUOTED = "quoted"


class Images(enum.Enum):
    """Whether pictures from elsewhere are loaded: who does tells their sender that he reads."""

    BLOCKED = "blocked"
    SHOWN = "shown"


_SRC = re.compile(r'\ssrc="(cid|blocked):([^"]*)"', re.IGNORECASE)
_STYLE: Final = (
    "html{background:#fff}"
    "body{margin:0;padding:2px;color:#1d2730;overflow-wrap:anywhere;"
    "font:14px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif}"
    "img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}"
    "a{color:#0f5c6e}p:first-child{margin-top:0}p:last-child{margin-bottom:0}"
    "blockquote{margin:0 0 0 8px;padding-left:8px;border-left:2px solid #d3dcdf}"
)


def policy(images: Images) -> str:
    """What such a page may load and do."""
    elsewhere = " https: http:" if images is Images.SHOWN else ""
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:{elsewhere}; "
        "form-action 'none'; frame-ancestors 'self'; base-uri 'none'; "
        "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    )


@views.get("/messages/<id>/page")
def page(id: str) -> Response:
    """The HTML of a message. Raises NotFound where it has none."""
    calls(Inbox)["get_message"].right.check(context.current())
    expect_only("part", "images")
    part, images = choice(Part, "part", Part.NEW), choice(Images, "images", Images.BLOCKED)
    message = gateway().inbox.get_message(id=id_of(id))
    html = message.html if part is Part.NEW else message.quoted_html
    if html is None or message.erased:
        raise NotFound("gateway.no_page", "The message has no HTML")
    body = with_pictures(html, _addresses(message, html), images)
    response = Response(
        '<!doctype html><html><head><meta charset="utf-8"><title></title><base target="_blank">'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    )
    response.headers["Content-Security-Policy"] = policy(images)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def with_pictures(html: str, addresses: Mapping[str, str], images: Images) -> str:
    """`html` with its own pictures at their `addresses`, by content id, and those from elsewhere
    where they are wanted; the others have no address any more."""

    def replaced(found: re.Match[str]) -> str:
        scheme, rest = found[1].lower(), unescape(found[2])
        if scheme == "cid":
            address = addresses.get(unquote(rest))
        else:
            address = rest if images is Images.SHOWN else None
        return "" if address is None else f' src="{escape(address)}"'

    return _SRC.sub(replaced, html)


def _addresses(message: MessageView, html: str) -> dict[str, str]:
    """The pictures of the mail itself, by their content ids."""
    if "cid:" not in html:
        return {}
    shown = [each for each in message.attachments if each.inline and each.state not in HELD]
    return {content_id: address for each in shown for content_id, address in _named(each)}


def _named(attachment: Attachment) -> list[tuple[str, str]]:
    content_id = gateway().inbox.get_file(id=attachment.id).file.content_id
    address = f"/api/v1/files/{attachment.id}?disposition=inline"
    return [] if content_id is None else [(content_id, address)]
