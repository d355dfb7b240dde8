"""The parent of one private server: ends it, and all that it started, when told or when orphaned.

Run as a process of its own: `guard.py SPEC`, SPEC a JSON object with `command` (list), `account`
(the system user it runs as, or null), `stop_signal` (number), `grace` (seconds a stop may take)
and `temporary` (the folder to remove when orphaned, or null). On standard input it takes one
order: `stop` signals the server and waits, `kill` ends everything with SIGKILL at once; so does
the end of input, which comes when the owner died, however it died. Linux only (subreaper, pidfd).
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
LIBC = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Starts the server, waits for an order or for its end, and leaves no descendant behind."""
    spec = json.loads(sys.argv[1])
    # Daemons leave the server's session (Erlang's epmd does); as the subreaper we inherit them.
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    server = subprocess.Popen(
        spec["command"],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_die_with_guard,  # noqa: PLW1509 - the guard has one thread
        user=spec["account"],
        group=spec["account"],
        extra_groups=None if spec["account"] is None else [],
    )
    ended = os.pidfd_open(server.pid)
    readable, _, _ = select.select([sys.stdin, ended], [], [])
    order = os.read(0, 16) if sys.stdin in readable else b"ended"
    if order == b"stop":
        server.send_signal(spec["stop_signal"])
        select.select([ended], [], [], spec["grace"])
    _end_all()
    if order == b"" and spec["temporary"]:
        shutil.rmtree(spec["temporary"], ignore_errors=True)


def _die_with_guard() -> None:
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _end_all() -> None:
    """SIGKILL to every descendant, until there is none: the orphans of the killed come to us."""
    while True:
        for pid in _descendants(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _descendants(ancestor: int) -> Iterator[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "stat").read_text(encoding="ascii", errors="replace")
            except OSError:
                continue
            # The second field is the command in brackets, and may hold spaces and brackets.
            parent = int(status.rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
    unseen = [ancestor]
    while unseen:
        found = children.get(unseen.pop(), [])
        yield from found
        unseen += found


if __name__ == "__main__":
    main()
