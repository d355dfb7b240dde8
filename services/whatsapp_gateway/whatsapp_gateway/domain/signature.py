"""Whether a webhook is Meta's: the HMAC over the body as it came.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started (Validating Payloads). Meta
writes every character beyond ASCII escaped, so a body that was decoded and encoded never matches.
"""

from __future__ import annotations

import hashlib
import hmac


def of(secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature-256."""
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def fits(secret: str, body: bytes, given: str) -> bool:
    """Whether `given` was made with `secret` over `body`. Takes the same time either way."""
    wanted = of(secret, body)
    return hmac.compare_digest(wanted.encode(), given.strip().encode("utf-8", "replace"))
