"""A carrier's API in the shape of Twilio's, on loopback over real HTTP, for tests.

It asks for the account's name and token, refuses what the real one refuses, with its codes, answers
in its fields, and signs what it brings.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlencode

from fairlead.testing.web import WebServer, plain

from .domain.parts import split
from .http_api.signature import FORM, made

ACCOUNT, TOKEN = "AC0123456789abcdef0123456789abcdef", "f0e1d2c3b4a5968778695a4b3c2d1e0f"
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_PATH = f"/2010-04-01/Accounts/{ACCOUNT}"

Misbehaviour = Callable[[BaseHTTPRequestHandler, dict[str, str]], bool]


@dataclass(frozen=True)
class Signed:
    """A callback as it is brought."""

    url: str
    body: bytes
    signature: str
    content_type: str = FORM


class CarrierStandIn:
    """`taken` are the forms of the texts that it took, by their ids; `asked` those that came.
    `misbehave` may do something else for a text; it returns whether it did."""

    def __init__(self) -> None:
        self.taken: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.misbehave: Misbehaviour | None = None
        self._web = WebServer()
        self._web.answer = self._answer
        self.url = self._web.url

    def stop(self) -> None:
        """End."""
        self._web.stop()

    def status(self, id: str, word: str, code: str = "") -> Signed:
        """What it brings when the text `id` has reached a status."""
        form = self.taken[id]
        fields = {
            "ApiVersion": "2010-04-01",
            "AccountSid": ACCOUNT,
            "MessageSid": id,
            "SmsSid": id,
            "MessageStatus": word,
            "SmsStatus": word,
            "To": form["To"],
            "From": form.get("From", "+15005550006"),
            **({"ErrorCode": code} if code else {}),
        }
        return signed(form["StatusCallback"], fields)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        _, path, headers, body = self._web.seen[-1]
        right = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if headers.get("authorization") != f"Basic {right}":
            _refuse(handler, 401, 20003, "Authenticate")
        elif handler.command == "GET" and path == f"{_PATH}.json":
            _say(handler, 200, {"sid": ACCOUNT, "status": "active", "type": "Full"})
        elif handler.command == "POST" and path == f"{_PATH}/Messages.json":
            self._submitted(handler, dict(parse_qsl(body.decode(), keep_blank_values=True)))
        else:
            _refuse(handler, 404, 20404, f"The requested resource {path} was not found")

    def _submitted(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        self.asked.append(form)
        if self.misbehave is not None and self.misbehave(handler, form):
            return
        to, said = form.get("To", ""), form.get("Body", "")
        if not _NUMBER.fullmatch(to):
            _refuse(handler, 400, 21211, f"The 'To' number {to} is not a valid phone number.")
        elif "From" not in form and "MessagingServiceSid" not in form:
            _refuse(handler, 400, 21603, "A 'From' phone number is required.")
        elif not said:
            _refuse(handler, 400, 21602, "Message body is required.")
        elif len(said) > 1600:
            _refuse(handler, 400, 21617, "The concatenated message body exceeds 1600 characters.")
        else:
            _say(handler, 201, self.take(form))

    def take(self, form: dict[str, str]) -> dict[str, object]:
        """Have the text; what it answers."""
        id = f"SM{secrets.token_hex(16)}"
        self.taken[id] = form
        return {
            "account_sid": ACCOUNT,
            "api_version": "2010-04-01",
            "body": form["Body"],
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": form.get("From"),
            "messaging_service_sid": form.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": str(split(form["Body"]).total),
            "price": None,
            "sid": id,
            "status": "queued",
            "to": form["To"],
            "uri": f"{_PATH}/Messages/{id}.json",
        }


def signed(url: str, fields: dict[str, str], token: str = TOKEN) -> Signed:
    """A form that is brought to `url`."""
    said = "".join(name + fields[name] for name in sorted(fields))
    return Signed(url, urlencode(fields).encode(), made(token, url, said).decode())


def written(url: str, id: str, source: str, text: str, **more: str) -> Signed:
    """A text of a person that is brought to `url`."""
    fields = {
        "ApiVersion": "2010-04-01",
        "AccountSid": ACCOUNT,
        "MessageSid": id,
        "SmsSid": id,
        "SmsStatus": "received",
        "From": source,
        "To": "+15005550006",
        "Body": text,
        "NumSegments": "1",
        "NumMedia": "0",
        **more,
    }
    return signed(url, fields)


def _say(handler: BaseHTTPRequestHandler, status: int, said: dict[str, object]) -> None:
    plain(handler, json.dumps(said).encode(), status, **{"Content-Type": "application/json"})


def _refuse(handler: BaseHTTPRequestHandler, status: int, code: int, said: str) -> None:
    more = f"https://www.twilio.com/docs/errors/{code}"
    _say(handler, status, {"code": code, "message": said, "more_info": more, "status": status})


def refusing(status: int, code: int, said: str = "No", times: int = 1_000_000) -> Misbehaviour:
    """Refuse the next texts, `times` of them."""
    left = [times]

    def misbehave(handler: BaseHTTPRequestHandler, _form: dict[str, str]) -> bool:
        left[0] -= 1
        if left[0] < 0:
            return False
        _refuse(handler, status, code, said)
        return True

    return misbehave
