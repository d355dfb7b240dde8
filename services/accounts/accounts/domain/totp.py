"""Time-based one-time passwords (RFC 6238, on RFC 4226), and the codes for who lost the device."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

PERIOD = 30  # seconds; apps know no other
DIGITS = 6
SECRET = 20  # bytes: as long as the hash, RFC 4226 section 4 R6
WINDOW = 1  # steps that a clock may be off either way (RFC 6238 section 5.2)
RECOVERY = 10  # codes
_RECOVERY_BYTES = 10  # 80 bits: nothing is guessed from a plain hash of that


def new_secret() -> bytes:
    """A new secret, to be shared with an app."""
    return secrets.token_bytes(SECRET)


def shown(secret: bytes) -> str:
    """The secret as apps take it: Base32."""
    return base64.b32encode(secret).decode().rstrip("=")


def uri(secret: bytes, *, account: str, issuer: str) -> str:
    """The otpauth address that apps read from a QR code."""
    label = quote(f"{issuer.replace(':', ' ')}:{account}", safe="@")
    query = urlencode({"secret": shown(secret), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{label}?{query}&algorithm=SHA1&digits={DIGITS}&period={PERIOD}"


def code(secret: bytes, step: int) -> str:
    """The code of a time step (RFC 4226 section 5.3)."""
    mac = hmac.digest(secret, struct.pack(">Q", step), hashlib.sha1)
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_at(now: datetime) -> int:
    """The time step of a moment."""
    return int(now.timestamp()) // PERIOD


def step_of(secret: bytes, given: str, now: datetime, last: int) -> int | None:
    """The time step that `given` is the code of, at most WINDOW off; None for a wrong code.

    A step up to `last`, the one that was used last, is past: a code is good once.
    """
    digits = given.replace(" ", "")
    found = None
    for step in range(step_at(now) - WINDOW, step_at(now) + WINDOW + 1):
        right = hmac.compare_digest(code(secret, step).encode(), digits.encode())
        if right and step > last and found is None:
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Codes that each open once, as `abcd-efgh-ijkl-mnop`."""
    return [_recovery_code() for _ in range(RECOVERY)]


def _recovery_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(text[place : place + 4] for place in range(0, len(text), 4))


def recovery_digest(given: str) -> str:
    """What is stored of a recovery code, however it is typed."""
    plain = "".join(letter for letter in given.lower() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
