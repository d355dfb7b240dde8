"""What the service and a worker say to each other; docs/whatsapp-worker.md explains it."""

from __future__ import annotations

VERSION = 2
"""Said by both sides first. It grows when an older side would misunderstand; new fields and new
kinds of messages are tolerated and need no new version."""
