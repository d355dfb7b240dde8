"""A stand-in for the WhatsApp server that the real client talks to, on loopback.

It speaks what the client needs: the Noise handshake with a certificate chain of its own, nodes in
the binary protocol, pairing by QR, prekeys, end-to-end encrypted messages both ways, receipts,
groups, media. What it was told is written down, decrypted, for tests to look at.
"""

import io
import logging
import os
from unittest.mock import patch

# To learn the system's name it opens a pipe, and leaves it to be found unclosed.
with patch("os.popen", lambda _: io.StringIO(" ".join(os.uname()))):
    import neonize  # noqa: F401

# It lets everybody's loggers say more than they are to.
logging.getLogger().setLevel(logging.WARNING)
