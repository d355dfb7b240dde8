"""The worker of a linked device, as it is, but for whom it believes: the stand-in in `whatsapp`.

The root of the server's certificates is 32 bytes in the client's library; here they are another,
which the environment names.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys

COMMAND = (sys.executable, "-P", "-W", "ignore", __file__)
"""Starts it; the number of its line's file is to follow."""
CA_NAME, ROOT_NAME = "STANDIN_CA", "STANDIN_ROOT"
ROOT = bytes.fromhex("142375574d0a587166aae71ebe516437c4a28b73e3695c6ce1f7f9545da8ee6b")
_MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (....) .*neonize-")


def believe(root: bytes) -> int:
    """Put `root` in the place of the true one; returns in how many places it stood."""
    places = 0
    with open("/proc/self/maps", encoding="ascii") as maps:
        for begin, end, rights in (m.groups() for m in map(_MAPPING.match, maps) if m):
            if not rights.startswith("rw"):
                continue
            address = int(begin, 16)
            memory = ctypes.string_at(address, int(end, 16) - address)
            at = memory.find(ROOT)
            while at >= 0:
                ctypes.memmove(address + at, root, len(root))
                places += 1
                at = memory.find(ROOT, at + 1)
    return places


if __name__ == "__main__":
    os.environ["SSL_CERT_FILE"] = os.environ[CA_NAME]  # read when the library is loaded
    import neonize._binder  # noqa: F401 — loads the library

    from whatsapp_gateway.linked.worker.__main__ import main

    assert believe(bytes.fromhex(os.environ[ROOT_NAME])) > 0
    code = main(int(sys.argv[1]))
    sys.stdout.flush()
    os._exit(code)
