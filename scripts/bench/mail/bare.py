"""smtplib alone: `python -m scripts.bench.mail.bare`."""

from __future__ import annotations

import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..worker import obey


class Sender:
    """Connections that are kept, each used by one thread."""

    def __init__(self) -> None:
        self._connections: list[smtplib.SMTP] = []
        self._address = ""

    def connect(self, server: dict[str, Any], address: str, connections: int) -> None:
        """Open so many connections, with STARTTLS and signed in."""
        self._address = address
        context = ssl.create_default_context(cafile=server["certificate"])
        for _ in range(connections):
            smtp = smtplib.SMTP("127.0.0.1", server["port"])
            smtp.starttls(context=context)
            smtp.login(address, server["password"])
            self._connections.append(smtp)

    def send(self, count: int, recipients: list[str], mail: str) -> None:
        """Send the same mail so many times, to these in turn, shared among the connections."""
        data = mail.encode("latin-1")
        chosen = [recipients[number % len(recipients)] for number in range(count)]
        shares = [
            chosen[start :: len(self._connections)] for start in range(len(self._connections))
        ]
        with ThreadPoolExecutor(len(self._connections)) as pool:
            for done in [
                pool.submit(self._send, smtp, share, data)
                for smtp, share in zip(self._connections, shares, strict=True)
            ]:
                done.result()

    def _send(self, smtp: smtplib.SMTP, recipients: list[str], data: bytes) -> None:
        for recipient in recipients:
            smtp.sendmail(self._address, [recipient], data)


def main() -> None:
    """Be the one that sends."""
    sender = Sender()
    obey({"connect": sender.connect, "send": sender.send})


if __name__ == "__main__":
    main()
