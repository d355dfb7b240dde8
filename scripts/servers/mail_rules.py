"""What a mail server under test answers for certain recipients, changed while it runs.

Postfix asks for every RCPT over its socketmap protocol (socketmap_table(5)): a netstring
`NAME KEY`, answered by the netstring `OK ACTION` or `NOTFOUND `. The name is the place that asks,
the action what access(5) wants: an SMTP reply.
"""

from __future__ import annotations

import dataclasses
import socketserver
import threading
from io import BufferedIOBase
from typing import Literal

# `door`: the organisation's own server refuses at RCPT, the sender's session sees it.
# `provider`: the recipient's provider refuses what was accepted, the sender gets a DSN.
Place = Literal["door", "provider"]

LONGEST_QUESTION = 2_000


@dataclasses.dataclass
class Rule:
    """An SMTP reply with its enhanced code (`550 5.1.1 text`), for ever or a number of times."""

    reply: str
    times: int | None = None


class Rules:
    """The rules by place and recipient, and the server on loopback that Postfix asks.

    The server is a thread of this process: under eventlet's monkey-patching it answers only while
    the hub runs. Addresses are compared without their case and without what follows a plus.
    """

    def __init__(self) -> None:
        self._rules: dict[tuple[str, str], Rule] = {}
        self._lock = threading.Lock()
        self._server: _Server | None = None

    def set(self, place: Place, address: str, rule: Rule) -> None:
        """Answers `rule` for `address` at `place` from now on."""
        with self._lock:
            self._rules[place, _plain(address)] = rule

    def clear(self, address: str) -> None:
        """Forgets all rules for `address`."""
        with self._lock:
            for key in [key for key in self._rules if key[1] == _plain(address)]:
                del self._rules[key]

    def answer(self, question: str) -> str:
        """The answer to `NAME KEY`; a rule for a number of times is used up by it.

        A table behind a socket is asked once for each RCPT, with the whole address, and not in
        the many ways of access(5).
        """
        place, _, address = question.partition(" ")
        key = (place, _plain(address))
        with self._lock:
            rule = self._rules.get(key)
            if rule is None:
                return "NOTFOUND "
            if rule.times is not None:
                rule.times -= 1
                if rule.times <= 0:
                    del self._rules[key]
            return f"OK {rule.reply}"

    def start(self) -> int:
        """Begins to answer, if it does not yet; returns the port on 127.0.0.1."""
        if self._server is None:
            self._server = _Server(("127.0.0.1", 0), _Asked)
            self._server.rules = self
            threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return int(self._server.server_address[1])

    def stop(self) -> None:
        """Answers no more; the rules stay."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    # Postfix keeps its connections: waiting for them to end would never end.
    block_on_close = False
    rules: Rules


class _Asked(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        while (question := _netstring(self.rfile)) is not None:
            answer = self.server.rules.answer(question.decode("utf-8", "replace")).encode()
            self.wfile.write(b"%d:%b," % (len(answer), answer))


def _netstring(stream: BufferedIOBase) -> bytes | None:
    """The next netstring, None at the end of the stream or where it is not one."""
    digits = b""
    while (byte := stream.read(1)).isdigit() and len(digits) < 5:
        digits += byte
    if byte != b":" or not digits or int(digits) > LONGEST_QUESTION:
        return None
    data = stream.read(int(digits) + 1)
    return data[:-1] if data.endswith(b",") else None


def _plain(address: str) -> str:
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
