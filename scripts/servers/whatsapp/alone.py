"""The server in a process of its own, for tests whose process eventlet has patched.

`python -m …standin.alone FD`: says in JSON lines how it is reached, then does what it is told and
answers, until the line ends.
"""

from __future__ import annotations

import json
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e

from .nodes import Jid
from .server import StandIn


def main(descriptor: int) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="fairlead-standin-") as folder,
        socket.socket(fileno=descriptor) as sock,
        sock.makefile("rw", encoding="utf-8") as line,
    ):
        sock.setblocking(True)  # whoever starts it may have made it otherwise
        server = StandIn(Path(folder))

        def sent(group: str) -> list[str]:
            return [each.id for each in server.sent if str(each.to) == group]

        def say(text: str, sender: str, group: str) -> str:
            return server.deliver(e2e.Message(conversation=text), sender, group=Jid(group))

        doings: dict[str, Callable[..., Any]] = {
            "scan": server.scan,
            "keep_private": server.world.private.add,
            "sent": sent,
            "say": say,
            "receipt": server.group_receipt,
            "went": server.group_left,
            "came": server.group_joined,
            "renamed": server.group_renamed,
        }
        facts = {"proxy": server.proxy, "environment": server.environment, "own": server.world.own}
        print(json.dumps(facts), file=line, flush=True)
        for order in line:
            what, *given = json.loads(order)
            print(json.dumps(doings[what](*given)), file=line, flush=True)
        server.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]))
