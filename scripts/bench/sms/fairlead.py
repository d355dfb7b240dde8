"""The gateway's carrier: `python -m scripts.bench.sms.fairlead PORT PASSWORD WINDOW`.

From a text to the report on its part, as the sender asks for it: cut, encoded, at a pace, within a
window, with a time-out, its answer judged.
"""

from __future__ import annotations

from collections.abc import Sequence

import fairlead.patching  # noqa: F401

# isort: split
# Nothing that waits may be imported before.

import datetime as dt
import sys
import time

import eventlet

from contracts.channels import ConnectionState
from contracts.sms_gateway import SmppServer, SmsConnectionDetails, SmsConnectionKind
from fairlead.store import new_id
from sms_gateway.carriers import options_of
from sms_gateway.smpp.commands import Status
from sms_gateway.smpp.pdus import Data, Short
from sms_gateway.smpp.session import Submitted
from sms_gateway.smpp.stream import Raw
from sms_gateway.smpp_carrier import PartOf, SmppCarrier
from sms_gateway.store.tables import TextRow

from ..worker import obey

TEXT = "Your driver is at the main entrance, plate 12-AB-34."
FASTER = 1_000_000.0  # than anything here: it is the window that is measured


class Desk:
    """Takes nothing: the message centre sends no receipts."""

    def receiving(self) -> Desk:
        """For a new session."""
        return self

    def deliver(self, message: Short | Data) -> int:
        """It is as if it were kept."""
        return Status.OK

    def malformed(self, raw: Raw, reason: str) -> None:
        """Nothing comes that is."""

    def seen(self, messages: Sequence[Short | Data]) -> None:
        """Nothing comes that would come again."""

    def answered_late(self, part: PartOf, answer: Submitted) -> None:
        """Nothing is late."""


class Client:
    """Signed in, with a greenlet for each text under way, as the sender has."""

    def __init__(self, port: int, password: str, window: int) -> None:
        smpp = SmppServer(
            host="127.0.0.1", port=port, system_id="us", window=window, per_second=5000
        )
        details = SmsConnectionDetails(
            label="Bench", kind=SmsConnectionKind.SMPP, sender="Atlas", smpp=smpp
        )
        options = options_of(smpp, password, private_hosts=True)
        self._open = eventlet.Event()
        self._carrier = SmppCarrier(options, details, Desk(), self._told)
        self._carrier.pace = type(self._carrier.pace)(FASTER)
        self._until = 0.0
        eventlet.spawn_n(self._carrier.run)
        self._open.wait()

    def measure(self, seconds: float, window: int) -> float:
        """Texts per second."""
        begun = time.perf_counter()
        self._until = begun + seconds
        pool = eventlet.GreenPool(window)
        answered = sum(pool.imap(self._send, range(window)))
        return float(answered) / (time.perf_counter() - begun)

    def _send(self, number: int) -> int:
        answered = 0
        text = _text(number)  # as the store gives it; rows are no part of what is measured
        while time.perf_counter() < self._until:
            report = self._carrier.send(text, [1])
            assert report.taken, report
            answered += 1
        return answered

    def _told(self, state: ConnectionState, reason: str | None, *, for_good: bool = False) -> None:
        assert state is ConnectionState.OPEN, reason
        self._open.send(None)


def _text(number: int) -> TextRow:
    valid = dt.datetime.now(dt.UTC) + dt.timedelta(hours=48)
    number = 351_910_000_000 + number
    return TextRow(
        id=new_id(), number=f"+{number}", text=TEXT, parts=1, reference=0, valid_until=valid
    )


def main(port: str, password: str, window: str) -> None:
    """Be one side of the pair."""
    obey({"measure": Client(int(port), password, int(window)).measure})


if __name__ == "__main__":
    main(*sys.argv[1:])
