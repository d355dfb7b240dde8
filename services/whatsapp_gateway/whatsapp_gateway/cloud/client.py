"""The six endpoints of Meta's Graph API that a number needs.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference. Nothing here tries again: who
asks knows whether he may.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final
from urllib.parse import quote

import msgspec

from fairlead.files import Readable
from fairlead.outbound import (
    Answer,
    Body,
    Bounds,
    Download,
    Outbound,
    OutboundError,
    Unanswered,
    Unreached,
)

ASK: Final = Bounds(connect=5.0, total=20.0, size=1024 * 1024, whole=True)
UPLOAD: Final = Bounds(connect=5.0, total=150.0, size=1024 * 1024, whole=True)
DOWNLOAD: Final = Bounds(connect=5.0, total=150.0, size=100 * 1024 * 1024)
MOST_PAGES: Final = 50
PIECE: Final = 256 * 1024


class GraphError(Exception):
    """Meta refused. `codes` are its error codes, empty where its answer has none."""

    def __init__(self, status: int, codes: tuple[int, ...], said: str) -> None:
        super().__init__(said)
        self.status = status
        self.codes = codes
        self.said = said


class NoAnswer(Exception):
    """Nobody answered. Once it has `begun`, Meta may have taken the request all the same."""

    def __init__(self, said: str, *, begun: bool) -> None:
        super().__init__(said)
        self.said = said
        self.begun = begun


@dataclass(frozen=True, slots=True)
class Graph:
    """A number's account there. Methods raise GraphError and NoAnswer."""

    base: str
    token: str
    phone_number_id: str
    business_account_id: str
    outbound: Outbound

    def send(self, message: dict[str, Any]) -> dict[str, Any]:
        """Send a message, a mark of reading, or that we write; returns Meta's answer."""
        return self._ask("POST", f"{self.phone_number_id}/messages", message)

    def upload(self, content: Readable, size: int, content_type: str, name: str) -> str:
        """Give Meta a file of `size` bytes; returns its id there, good for thirty days."""
        boundary = secrets.token_hex(16)
        parts = _form(boundary, {"messaging_product": "whatsapp", "type": content_type})
        plain = name.encode("ascii", "replace").decode().replace('"', "_").replace("\\", "_")
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{plain}"\r\n'
            f"Content-Type: {content_type}\r\n\r\n"
        )
        first, last = parts + head.encode(), f"\r\n--{boundary}--\r\n".encode()
        answer = self._request(
            "POST",
            f"{self.phone_number_id}/media",
            chain([first], _read_whole(content, size), [last]),
            f"multipart/form-data; boundary={boundary}",
            UPLOAD,
            length=len(first) + size + len(last),
        )
        return _id(answer)

    def media_url(self, id: str) -> dict[str, Any]:
        """Where a file can be had for five minutes, with its type, size and hash."""
        return self._ask("GET", quote(id, safe=""))

    @contextmanager
    def download(self, url: str) -> Iterator[Download]:
        """The content at such an address."""
        try:
            with self.outbound.download(url, headers=self._headers(), bounds=DOWNLOAD) as content:
                yield content
        except Unreached as error:
            raise NoAnswer(error.text, begun=isinstance(error, Unanswered)) from None
        except OutboundError as error:
            raise GraphError(0, (), error.text) from None

    def templates(self) -> list[dict[str, Any]]:
        """All templates of the account."""
        found: list[dict[str, Any]] = []
        path = f"{self.business_account_id}/message_templates?limit=100"
        after = ""
        for _ in range(MOST_PAGES):
            page = self._ask("GET", path + after)
            data = page.get("data")
            found += [each for each in data if isinstance(each, dict)] if data else []
            cursors = (page.get("paging") or {}).get("cursors") or {}
            if not (page.get("paging") or {}).get("next") or not cursors.get("after"):
                break
            after = f"&after={quote(str(cursors['after']), safe='')}"
        return found

    def number(self) -> dict[str, Any]:
        """What Meta says of the number itself."""
        fields = "display_phone_number,verified_name,quality_rating"
        return self._ask("GET", f"{self.phone_number_id}?fields={fields}")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else msgspec.json.encode(body)
        return self._request(method, path, data, "application/json", ASK)

    def _request(
        self,
        method: str,
        path: str,
        body: Body,
        content_type: str,
        bounds: Bounds,
        *,
        length: int | None = None,
    ) -> dict[str, Any]:
        headers = self._headers()
        if body is not None:
            headers["Content-Type"] = content_type
        if length is not None:
            headers["Content-Length"] = str(length)
        try:
            answer = self.outbound.request(
                method, f"{self.base}/{path}", headers=headers, body=body, bounds=bounds
            )
        except Unreached as error:
            raise NoAnswer(error.text, begun=isinstance(error, Unanswered)) from None
        except OutboundError as error:
            raise GraphError(0, (), error.text) from None
        return _read(answer)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}


def _read_whole(content: Readable, size: int) -> Iterator[bytes]:
    """The content in pieces. ValueError where it has another size: the request then breaks off."""
    left = size
    while chunk := content.read(PIECE):
        left -= len(chunk)
        if left < 0:
            break
        yield chunk
    if left:
        raise ValueError(f"the file has not the {size} bytes that are known of it")


def _form(boundary: str, fields: dict[str, str]) -> bytes:
    return b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )


def _id(answer: dict[str, Any]) -> str:
    found = answer.get("id")
    if not isinstance(found, (str, int)) or not str(found):
        raise GraphError(200, (), "Meta took the file and named no id")
    return str(found)


def _read(answer: Answer) -> dict[str, Any]:
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        body = None
    if 200 <= answer.status < 300 and isinstance(body, dict):
        return body
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        # A proxy on the way, which may have handed the request on.
        if answer.status >= 500 or 200 <= answer.status < 300:
            raise NoAnswer(f"the answer is no JSON (HTTP {answer.status})", begun=True)
        codes: tuple[int, ...] = (130429,) if answer.status == 429 else ()
        raise GraphError(answer.status, codes, f"HTTP {answer.status}")
    details = error.get("error_data")
    said = (details.get("details") if isinstance(details, dict) else None) or error.get("message")
    code = error.get("code")
    found = (code,) if isinstance(code, int) else ()
    if not found and answer.status == 429:
        found = (130429,)
    raise GraphError(answer.status, found, str(said or error.get("title") or "Meta refused"))
