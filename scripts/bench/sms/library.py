"""The usual library: `python -m scripts.bench.sms.library PORT PASSWORD`. One thread."""

from __future__ import annotations

import logging
import sys
import time
from typing import Any

import smpplib.client
import smpplib.consts

from ..worker import obey

_TEXT = b"Your driver is at the main entrance, plate 12-AB-34."


class Client:
    """Signed in as a transceiver."""

    def __init__(self, port: int, password: str) -> None:
        logging.getLogger("smpplib").setLevel(logging.ERROR)
        self._client: Any = smpplib.client.Client("127.0.0.1", port, allow_unknown_opt_params=True)
        self._client.connect()
        self._client.set_message_sent_handler(self._answered)
        self._client.bind_transceiver(system_id="smpplib", password=password)
        self._done = 0

    def measure(self, seconds: float, window: int) -> float:
        """Texts per second."""
        self._done = sent = 0
        begun = time.perf_counter()
        until = begun + seconds
        while time.perf_counter() < until:
            while sent - self._done < window:
                self._submit(sent)
                sent += 1
            self._client.read_once()
        while self._done < sent:
            self._client.read_once()
        return self._done / (time.perf_counter() - begun)

    def _submit(self, number: int) -> None:
        self._client.send_message(
            source_addr_ton=smpplib.consts.SMPP_TON_ALNUM,
            source_addr="Atlas",
            dest_addr_ton=smpplib.consts.SMPP_TON_INTL,
            dest_addr_npi=smpplib.consts.SMPP_NPI_ISDN,
            destination_addr=f"35191{number % 10_000_000:07d}",
            short_message=_TEXT,
            registered_delivery=True,
        )

    def _answered(self, pdu: Any) -> None:
        self._done += 1


def main(port: str, password: str) -> None:
    """Be one side of the pair."""
    obey({"measure": Client(int(port), password).measure})


if __name__ == "__main__":
    main(*sys.argv[1:])
