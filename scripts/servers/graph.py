"""A stand-in for Meta's Graph API: takes what a number may send, and makes webhooks as Meta does.

Its answers and bodies have the form that Meta documents.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from fairlead.testing.web import WebServer, plain
from whatsapp_gateway.domain import signature

TOKEN, SECRET, VERIFY = "EAAG-token-of-the-number", "0123456789abcdef", "typed-at-meta"
NUMBER_ID, ACCOUNT_ID = "1122334455667", "102290129340398"


class Graph:
    """One number there. `refuse` may answer instead of it, by returning status and body.

    `sent` is all that it was told; `accepted` the messages that it took, by the ids that it gave.
    """

    def __init__(self) -> None:
        self.web = WebServer()
        self.web.answer = self._answer
        self.sent: list[dict[str, Any]] = []
        self.accepted: dict[str, dict[str, Any]] = {}
        self.uploads: list[bytes] = []
        self.media: dict[str, bytes] = {}
        self.templates: list[dict[str, Any]] = []
        self.refuse: Callable[[dict[str, Any]], tuple[int, Any] | None] = lambda body: None
        self.no_media: list[tuple[int, bytes]] = []
        self.user_id: str | None = None
        self._ids = itertools.count(1)

    @property
    def url(self) -> str:
        """Its base, with a version."""
        return f"{self.web.url}/v26.0"

    def messages(self, kind: str) -> list[dict[str, Any]]:
        """What was sent of a kind."""
        return [each for each in self.sent if each.get("type") == kind]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        method, path, headers, body = self.web.seen[-1]
        if headers.get("authorization") != f"Bearer {TOKEN}":
            fault = {"error": {"code": 190, "message": "Invalid OAuth access token"}}
            return _json(handler, fault, 401)
        place = urlsplit(path).path.removeprefix("/v26.0/")
        if method == "POST" and place == f"{NUMBER_ID}/messages":
            return self._send(handler, json.loads(body))
        if method == "POST" and place == f"{NUMBER_ID}/media":
            self.uploads.append(body)
            return _json(handler, {"id": f"media-{len(self.uploads)}"})
        if place == f"{ACCOUNT_ID}/message_templates":
            return _json(handler, {"data": self.templates, "paging": {}})
        if place.startswith("/content/") or path.startswith("/content/"):
            return self._content(handler, path.removeprefix("/content/"))
        if place in self.media:
            content = self.media[place]
            found = {
                "id": place,
                "url": f"{self.web.url}/content/{place}",
                "mime_type": "image/jpeg",
                "sha256": hashlib.sha256(content).hexdigest(),
                "file_size": len(content),
            }
            return _json(handler, found)
        return _json(handler, {"error": {"code": 100, "message": "Unsupported request"}}, 404)

    def _send(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        refused = self.refuse(body)
        if refused is not None:
            status, answer = refused
            if status == 0:  # the line breaks after it was taken
                self.sent.append(body)
                handler.close_connection = True
                handler.connection.close()
                return None
            return _json(handler, answer, status)
        self.sent.append(body)
        if "status" in body:
            return _json(handler, {"success": True})
        id = f"wamid.{next(self._ids)}"
        self.accepted[id] = body
        to = body.get("to") or body.get("recipient")
        contact = {"input": to, "wa_id": to} | ({"user_id": self.user_id} if self.user_id else {})
        return _json(
            handler,
            {
                "messaging_product": "whatsapp",
                "contacts": [contact],
                "messages": [{"id": id, "message_status": "accepted"}],
            },
        )

    def _content(self, handler: BaseHTTPRequestHandler, id: str) -> None:
        if self.no_media:
            status, body = self.no_media.pop(0)
            return plain(handler, body, status)
        return plain(handler, self.media[id])


@contextmanager
def graph() -> Iterator[Graph]:
    """One under way."""
    made = Graph()
    try:
        yield made
    finally:
        made.web.stop()


def error(code: int, status: int = 400, **more: Any) -> tuple[int, Any]:
    """A refusal as Meta words it."""
    fault = {"code": code, "message": f"(#{code}) refused", "type": "OAuthException", **more}
    return status, {"error": fault}


def body(*values: dict[str, Any], field: str = "messages") -> bytes:
    """A webhook with a change for each value, as Meta encodes it."""
    changes = [{"value": value, "field": field} for value in values]
    whole = {
        "object": "whatsapp_business_account",
        "entry": [{"id": ACCOUNT_ID, "changes": changes}],
    }
    return json.dumps(whole, ensure_ascii=True).encode()


def value(
    *messages: dict[str, Any],
    statuses: tuple[dict[str, Any], ...] = (),
    contacts: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """What one number is told."""
    made: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "351210000000", "phone_number_id": NUMBER_ID},
    }
    if messages:
        made["messages"] = list(messages)
        made["contacts"] = contacts or [{"profile": {"name": "Rui"}, "wa_id": messages[0]["from"]}]
    if statuses:
        made["statuses"] = list(statuses)
    return made


def text(sender: str, id: str, said: str, ago: int = 0, **more: Any) -> dict[str, Any]:
    """A text that somebody wrote."""
    return {
        "from": sender,
        "id": id,
        "timestamp": str(int(time.time()) - ago),
        "type": "text",
        "text": {"body": said},
        **more,
    }


def status(id: str, word: str, to: str, **more: Any) -> dict[str, Any]:
    """A message of ours fared on."""
    return {
        "id": id,
        "status": word,
        "timestamp": str(int(time.time())),
        "recipient_id": to,
        **more,
    }


def signed(content: bytes, secret: str = SECRET) -> str:
    """The header with which Meta sends it."""
    return signature.of(secret, content)


def _json(handler: BaseHTTPRequestHandler, answer: Any, status: int = 200) -> None:
    data = json.dumps(answer).encode()
    plain(handler, data, status, **{"Content-Type": "application/json"})
