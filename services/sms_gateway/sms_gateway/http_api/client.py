"""Requests to a carrier's API (twilio.com/docs/messaging/api/message-resource)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fairlead.outbound import Bounds, Outbound

from . import answers
from .answers import Answered
from .signature import FORM

LONGEST = 1600  # characters of a text
VALIDITY = range(1, 36_001)  # seconds that the carrier may be told
_BOUNDS = Bounds(connect=10, total=30, size=64 * 1024)


@dataclass(frozen=True, slots=True)
class Api:
    """An account at a carrier."""

    base_url: str
    account: str
    token: str
    messaging_service: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A text for one phone. `validity` in seconds; its statuses are brought to `callback`."""

    to: str
    sender: str
    body: str
    callback: str
    validity: int


class Client:
    """Asks one account's API. Each call is a connection of its own; any number at a time."""

    def __init__(self, api: Api, outbound: Outbound) -> None:
        self._outbound = outbound
        self._service = api.messaging_service
        self._account = f"{api.base_url.rstrip('/')}/2010-04-01/Accounts/{quote(api.account)}"
        name = base64.b64encode(f"{api.account}:{api.token}".encode()).decode()
        self._headers = {"Authorization": f"Basic {name}", "Accept": "application/json"}

    def knock(self) -> Answered:
        """Whether the account lets us in: `taken` if so. Raises OutboundError where nobody
        answers."""
        answer = self._outbound.request(
            "GET", f"{self._account}.json", headers=self._headers, bounds=_BOUNDS
        )
        return answers.read(answer.status, answer.body)

    def submit(self, text: Outgoing) -> Answered:
        """Hand a text over. Raises Refused or Unreached where it was not, Unanswered where nobody
        can know."""
        source = {"MessagingServiceSid": self._service} if self._service else {"From": text.sender}
        form = {
            "To": text.to,
            **source,
            "Body": text.body,
            "StatusCallback": text.callback,
            "ValidityPeriod": str(max(VALIDITY.start, min(text.validity, VALIDITY.stop - 1))),
            "SmartEncoded": "false",  # it leaves as it was measured, a machine's command as written
        }
        answer = self._outbound.request(
            "POST",
            f"{self._account}/Messages.json",
            headers={**self._headers, "Content-Type": FORM},
            body=urlencode(form).encode(),
            bounds=_BOUNDS,
        )
        return answers.read(answer.status, answer.body)
