"""DKIM signatures on outgoing mail (RFC 6376, RFC 8463) and the keys behind them.

The signature itself is computed by `cryptography`. dkimpy holds the hub for some 10 ms a mail with
its pure Python RSA, takes no other signer in its place, and needs PyNaCl for Ed25519; the tests
verify with it what is signed here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

RSA_BITS = 2048  # RFC 8301 3.2; longer ones do not fit one DNS answer everywhere

SIGNED = (
    "from",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "list-unsubscribe",  # both are to be covered: RFC 8058 section 4
    "list-unsubscribe-post",
    "auto-submitted",
)
"""The fields that a signature covers where the mail has them. From counts once more (RFC 6376
8.15): a second From that somebody adds breaks the signature."""

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_SELECTOR = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_FIELD = re.compile(rb"\r\n(?![ \t])")
_FIELD_NAME = re.compile(rb"[\x21-\x39\x3b-\x7e]+[ \t]*")
_COVERED = frozenset(SIGNED)
_LEAST_BITS = 1024  # RFC 8301 3.2
_CHUNK = 64  # characters of the signature on one line


class BadKey(ValueError):
    """The selector, the domain or the private key will not do; the text never holds the key."""


class MalformedMessage(ValueError):
    """The bytes are no message with CRLF line ends: a signature would not survive its way."""


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """The TXT record that lets receivers check: `zone_line` is the same for a zone file."""

    name: str
    value: str

    @property
    def zone_line(self) -> str:
        """In strings of at most 255 characters, as a zone file wants them (RFC 1035 3.3.14)."""
        pieces = (self.value[at : at + 255] for at in range(0, len(self.value), 255))
        return f"{self.name}. IN TXT ( " + " ".join(f'"{piece}"' for piece in pieces) + " )"


def generate_key(kind: Literal["rsa", "ed25519"] = "rsa") -> str:
    """A new private key as PKCS #8 PEM. An RSA key takes a second at worst: not on the hub.

    Ed25519 signatures are verified by few receivers yet: use such a key beside an RSA one only.
    """
    key: RSAPrivateKey | Ed25519PrivateKey
    if kind == "rsa":
        key = generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    else:
        key = Ed25519PrivateKey.generate()
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


class DkimSigner:
    """Signs for one domain with one key, loaded once. Raises BadKey.

    `domain` is in its ASCII form, `private_key` PEM (RSA of 1024 bits at least, or Ed25519).
    """

    def __init__(self, domain: str, selector: str, private_key: str) -> None:
        self.domain = domain.lower().rstrip(".")
        self.selector = selector.lower()
        if not _DOMAIN.fullmatch(self.domain) or len(self.domain) > 253:
            raise BadKey("the domain is no domain name in ASCII")
        if not _SELECTOR.fullmatch(self.selector) or len(self.selector) > 63:
            raise BadKey("the selector is no DNS label")
        self._key = _load(private_key)

    def __repr__(self) -> str:
        return f"DkimSigner({self.domain!r}, {self.selector!r})"

    def sign(self, message: bytes, *, at: int) -> bytes:
        """The message with a DKIM-Signature before it; `at` is the time in Unix seconds.

        Relaxed canonicalization of header and body. Sign last: any later change breaks it.
        Raises MalformedMessage.
        """
        fields, body = _split(message)
        covered, hashed = _select(fields)
        unsigned = (
            f"v=1; a={self._algorithm}; c=relaxed/relaxed; d={self.domain}; s={self.selector};\r\n"
            f" t={at}; h={_rows(covered)};\r\n"
            f" bh={_base64(_body_hash(body))};\r\n"
            " b="
        )
        hashed += b"dkim-signature:" + _relaxed(unsigned.encode())
        signature = _base64(self._signature(hashlib.sha256(hashed).digest()))
        lines = (signature[place : place + _CHUNK] for place in range(0, len(signature), _CHUNK))
        return (
            f"DKIM-Signature: {unsigned}".encode()
            + "\r\n  ".join(lines).encode()
            + b"\r\n"
            + message
        )

    @property
    def dns_record(self) -> DnsRecord:
        """What the domain's owner has to publish (RFC 6376 3.6.1, RFC 8463 section 4)."""
        name = f"{self.selector}._domainkey.{self.domain}"
        if isinstance(self._key, Ed25519PrivateKey):
            public = self._key.public_key().public_bytes_raw()
            return DnsRecord(name, f"v=DKIM1; k=ed25519; p={_base64(public)}")
        public = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return DnsRecord(name, f"v=DKIM1; k=rsa; p={_base64(public)}")

    @property
    def _algorithm(self) -> str:
        return "ed25519-sha256" if isinstance(self._key, Ed25519PrivateKey) else "rsa-sha256"

    def _signature(self, digest: bytes) -> bytes:
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(digest)  # RFC 8463 section 3: the digest is what is signed
        return self._key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))


def _load(private_key: str) -> RSAPrivateKey | Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(private_key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BadKey("the private key is no unencrypted PEM key") from None
    if isinstance(key, Ed25519PrivateKey):
        return key
    if isinstance(key, RSAPrivateKey) and key.key_size >= _LEAST_BITS:
        return key
    raise BadKey(f"the private key is neither Ed25519 nor RSA with {_LEAST_BITS} bits or more")


def _split(message: bytes) -> tuple[list[tuple[str, bytes]], bytes]:
    """Header fields in order, as (name in lower case, value still folded), and the body."""
    if not message.count(b"\n") == message.count(b"\r") == message.count(b"\r\n"):
        raise MalformedMessage("a line does not end in CRLF")
    head, _, body = message.partition(b"\r\n\r\n")
    fields: list[tuple[str, bytes]] = []
    for line in _FIELD.split(head.removesuffix(b"\r\n")):
        name, colon, value = line.partition(b":")
        if not colon or not _FIELD_NAME.fullmatch(name):
            raise MalformedMessage("a header line is no field")
        fields.append((name.decode("ascii").strip().lower(), value))
    return fields, body


def _select(fields: list[tuple[str, bytes]]) -> tuple[list[str], bytes]:
    """The h= list and the fields it names in relaxed form, the lowest first (RFC 6376 5.4.2)."""
    if [name for name, _ in fields].count("from") != 1:
        raise MalformedMessage("there must be one From field")
    covered = [(name, value) for name, value in reversed(fields) if name in _COVERED]
    lines = (name.encode() + b":" + _relaxed(value) + b"\r\n" for name, value in covered)
    return [*(name for name, _ in covered), "from"], b"".join(lines)


def _rows(names: list[str]) -> str:
    rows = (":".join(names[place : place + 6]) for place in range(0, len(names), 6))
    return ":\r\n  ".join(rows)


def _relaxed(value: bytes) -> bytes:
    """RFC 6376 3.4.2, without the name and the line's end."""
    return _single_blanks(value.replace(b"\r\n", b"")).strip(b" ")


def _body_hash(body: bytes) -> bytes:
    """SHA-256 of the body in its relaxed form, RFC 6376 3.4.4."""
    relaxed = _single_blanks(body).replace(b" \r\n", b"\r\n").removesuffix(b" ")
    end = len(relaxed)
    while relaxed.endswith(b"\r\n", 0, end):
        end -= 2
    return hashlib.sha256(relaxed[:end] + (b"\r\n" if end else b"")).digest()


def _single_blanks(value: bytes) -> bytes:
    # Each turn halves the runs: a few passes at memory's speed, where a pattern takes 50 ms a MB.
    value = value.replace(b"\t", b" ")
    while b"  " in value:
        value = value.replace(b"  ", b" ")
    return value


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
