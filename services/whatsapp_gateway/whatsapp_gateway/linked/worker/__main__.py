"""`python -m whatsapp_gateway.linked.worker FD`: one number's worker, for the service to start.

FD is the number of an inherited socket to the service. When it closes, the worker ends: no session
goes on without somebody who owns it.
"""

from __future__ import annotations

import os
import socket
import sys

from ..protocol import VERSION
from ..protocol.commands import Start
from ..protocol.events import Problem
from .line import Line


def main(descriptor: int) -> int:
    """Work until the service hangs up; returns the exit code."""
    os.umask(0o077)
    sock = socket.socket(fileno=descriptor)
    sock.setblocking(True)
    line = Line(sock)
    commands = line.commands()
    start = next(commands, None)
    # Here, and not above, as it takes a second and a wrong version must be told anyhow.
    from .desk import STOPPED, WRONG_VERSION, Desk

    if not isinstance(start, Start):
        return STOPPED
    if start.version != VERSION:
        line.say(Problem("wrong_version", f"this worker speaks version {VERSION}"))
        return WRONG_VERSION
    Desk(line, start).work(commands)
    return STOPPED


if __name__ == "__main__":
    code = main(int(sys.argv[1]))
    sys.stdout.flush()
    os._exit(code)  # threads of the client would hold the process
