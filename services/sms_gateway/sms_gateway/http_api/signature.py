"""Whether a callback is the carrier's: X-Twilio-Signature.

The HMAC-SHA1 by our token of the address as we gave it and, for a form, its fields in the order of
their names (twilio.com/docs/usage/security). A body that is no form is signed by its SHA-256 in the
address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from urllib.parse import parse_qs, parse_qsl, urlsplit, urlunsplit

FORM = "application/x-www-form-urlencoded"
_BODY_HASH = "bodySHA256"
_PORTS = {"https": 443, "http": 80}
MOST_FIELDS = 300


def is_genuine(token: str, url: str, content_type: str, body: bytes, signature: str) -> bool:
    """Whether who sent `body` to `url` has the `token`."""
    if content_type == FORM:
        try:
            signed = _joined(fields_of(body))
        except ValueError:
            return False
    elif _is_named(url, body):
        signed = ""
    else:
        return False
    given = signature.encode("utf-8", "replace")
    return any(hmac.compare_digest(made(token, each, signed), given) for each in _spelt(url))


def made(token: str, url: str, signed: str) -> bytes:
    """The signature of `url` and what follows it."""
    # SHA-1 is what the carriers' ways of signing say, and good enough within an HMAC.
    digest = hmac.new(token.encode(), (url + signed).encode(), hashlib.sha1).digest()
    return base64.b64encode(digest)


def fields_of(body: bytes) -> dict[str, list[str]]:
    """A form's fields. ValueError for what is none, and for more than any carrier sends."""
    found: dict[str, list[str]] = {}
    text = body.decode()
    for name, value in parse_qsl(
        text, keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
    ):
        found.setdefault(name, []).append(value)
    return found


def _joined(fields: dict[str, list[str]]) -> str:
    return "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))


def _is_named(url: str, body: bytes) -> bool:
    named = parse_qs(urlsplit(url).query).get(_BODY_HASH, [""])[0]
    found = hashlib.sha256(body).hexdigest()
    return hmac.compare_digest(found.encode(), named.lower().encode("utf-8", "replace"))


def _spelt(url: str) -> Iterator[str]:
    """The address without its port and with it: carriers sign either."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = parts.port or _PORTS.get(parts.scheme, 443)
    for place in (host, f"{host}:{port}"):
        yield urlunsplit((parts.scheme, place, parts.path, parts.query, ""))
