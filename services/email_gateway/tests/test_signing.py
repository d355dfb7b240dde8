"""Signatures that another implementation accepts, for RSA and Ed25519."""

from __future__ import annotations

import base64
import re
import time
from types import SimpleNamespace
from typing import Any

import dkim
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from email_gateway.domain import signing
from email_gateway.domain.signing import (
    BadKey,
    DkimSigner,
    MalformedMessage,
    generate_key,
)

KEYS = {kind: generate_key(kind) for kind in ("rsa", "ed25519")}
MAIL = (
    b"Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
    b"From: Jana  <jana@example.test>\r\n"
    b"To: a@example.test,\r\n\t b@example.test\r\n"
    b"Subject:  two   blanks \r\n"
    b"List-Unsubscribe: <https://x.example.test/u/1>,\r\n <mailto:u@example.test>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"X-Other: not signed\r\n"
    b"\r\n"
    b"Hello  there \t\r\n\r\n .dots\r\n\r\n\r\n"
)


@pytest.fixture(autouse=True)
def ed25519(monkeypatch: pytest.MonkeyPatch) -> None:
    """dkimpy takes Ed25519 from PyNaCl; here it gets it from cryptography."""

    class BadSignatureError(Exception):
        pass

    class VerifyKey:
        def __init__(self, text: bytes, encoder: object) -> None:
            self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(text))

        def verify(self, message: bytes, signature: bytes) -> None:
            try:
                self._key.verify(signature, message)
            except InvalidSignature:
                raise BadSignatureError from None

    nacl = SimpleNamespace(
        signing=SimpleNamespace(VerifyKey=VerifyKey),
        encoding=SimpleNamespace(Base64Encoder=object()),
        exceptions=SimpleNamespace(BadSignatureError=BadSignatureError, ValueError=ValueError),
    )
    monkeypatch.setattr(dkim, "nacl", nacl, raising=False)


def signer(kind: str) -> DkimSigner:
    return DkimSigner("example.test", "f2026", KEYS[kind])


def verifies(signed: bytes, by: DkimSigner) -> bool:
    def txt(name: bytes, timeout: float = 5) -> bytes | None:
        assert name == b"f2026._domainkey.example.test."
        return by.dns_record.value.encode()

    return bool(dkim.verify(signed, dnsfunc=txt))


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_another_implementation_accepts_it(kind: str) -> None:
    by = signer(kind)
    signed = by.sign(MAIL, at=int(time.time()))
    assert signed.endswith(MAIL)
    assert verifies(signed, by)
    assert max(map(len, signed.split(b"\r\n"))) < 90


@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"there", b"theirs"),
        (b"two   blanks", b"three blanks"),
        (b"/u/1", b"/u/2"),
        (b"=One-Click", b"=Two-Click"),
        (b"From: Jana", b"From: evil@example.test\r\nFrom: Jana"),
        (b"From: Jana", b"From: Ivan"),
    ],
)
def test_what_is_covered_cannot_be_changed(kind: str, old: bytes, new: bytes) -> None:
    by = signer(kind)
    signed = by.sign(MAIL, at=1)
    assert verifies(signed, by)
    assert not verifies(signed.replace(old, new, 1), by)


def test_what_relays_change_does_no_harm() -> None:
    by = signer("rsa")
    signed = by.sign(MAIL, at=1)
    relayed = b"Received: by x\r\n" + signed.replace(b"X-Other: not", b"X-Other: never")
    assert verifies(relayed.replace(b"two   blanks ", b"two blanks").rstrip() + b"\r\n", by)


def test_header_list() -> None:
    head = signer("rsa").sign(MAIL, at=1).split(b"\r\n\r\n")[0]
    found = re.search(rb"h=([^;]*);", head)
    assert found is not None
    names = re.sub(rb"\s", b"", found[1]).split(b":")
    assert names.count(b"from") == 2
    assert {b"list-unsubscribe", b"list-unsubscribe-post", b"subject", b"to", b"date"} <= set(names)
    assert b"x-other" not in names


BODY = st.lists(
    st.sampled_from([b"\r\n", b" ", b"\t", b"  ", b"a", b".", b"word", b"\r\n\r\n", b"\xc3\xa9"])
).map(b"".join)


@given(BODY, st.sampled_from(["rsa", "ed25519"]), st.sampled_from([b" x", b"\tx  y", b"x\r\n y "]))
def test_any_body_and_folding(body: bytes, kind: str, subject: bytes) -> None:
    # ed25519() holds for the whole test function, not for each example.
    by = signer(kind)
    mail = b"From: a@example.test\r\nSubject:" + subject + b"\r\n\r\n" + body
    signed = by.sign(mail, at=1)
    # dkimpy counts a last line without its end as one with trailing blanks; SMTP ends every line.
    assert verifies(signed if not body or body.endswith(b"\r\n") else signed + b"\r\n", by)


def test_repeated_fields_are_covered_from_the_bottom() -> None:
    by = signer("rsa")
    mail = MAIL.replace(b"Subject:", b"To: third@example.test\r\nSubject:")
    assert verifies(by.sign(mail, at=1), by)


@pytest.mark.parametrize(
    "wrong",
    [
        MAIL.replace(b"\r\n", b"\n"),
        MAIL + b"\n",
        b"no field\r\n\r\n",
        b"Subject: x\r\n\r\nno sender\r\n",
        MAIL.replace(b"Date:", b"From: x@example.test\r\nDate:"),
        b"",
        b" folded: x\r\n\r\n",
    ],
)
def test_malformed_messages(wrong: bytes) -> None:
    with pytest.raises(MalformedMessage):
        signer("rsa").sign(wrong, at=1)


def test_header_only_message() -> None:
    by = signer("rsa")
    for mail in (b"From: a@example.test\r\n", b"From: a@example.test\r\n\r\n"):
        assert verifies(by.sign(mail, at=1) + (b"" if b"\r\n\r\n" in mail else b"\r\n"), by)


def test_dns_record() -> None:
    record = signer("rsa").dns_record
    assert record.name == "f2026._domainkey.example.test"
    assert record.value.startswith("v=DKIM1; k=rsa; p=MII")
    strings = re.findall(r'"([^"]*)"', record.zone_line)
    assert len(strings) == 2
    assert "".join(strings) == record.value
    assert max(map(len, strings)) <= 255
    short = signer("ed25519").dns_record
    assert re.fullmatch(r"v=DKIM1; k=ed25519; p=[A-Za-z0-9+/]{43}=", short.value)


@pytest.mark.parametrize(
    ("domain", "selector", "key"),
    [
        ("example", "s", KEYS["rsa"]),
        ("exa mple.test", "s", KEYS["rsa"]),
        ("exämple.test", "s", KEYS["rsa"]),
        ("example.test; d=evil.test", "s", KEYS["rsa"]),
        ("example.test", "s\r\n", KEYS["rsa"]),
        ("example.test", "", KEYS["rsa"]),
        ("example.test", "s", "no key"),
        ("example.test", "s", ""),
    ],
)
def test_bad_keys(domain: str, selector: str, key: str) -> None:
    with pytest.raises(BadKey):
        DkimSigner(domain, selector, key)


def test_weak_or_foreign_keys_are_refused() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.raises(BadKey, match="neither"):
        DkimSigner("example.test", "s", key.decode())
    assert "PRIVATE" not in repr(signer("rsa"))


# The example of RFC 8463 appendix A: its key signs and its signature is a test of every step.
RFC_8463_KEY = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="
RFC_8463_MAIL = (
    b"From: Joe SixPack <joe@football.example.com>\r\n"
    b"To: Suzie Q <suzie@shopping.example.net>\r\n"
    b"Subject: Is dinner ready?\r\n"
    b"Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
    b"Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
    b"\r\nHi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
)


def test_body_hash_of_rfc_8463() -> None:
    body = RFC_8463_MAIL.split(b"\r\n\r\n", 1)[1]
    hashed = base64.b64encode(signing._body_hash(body)).decode()
    assert hashed == "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="


def test_key_of_rfc_8463() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private: Any = Ed25519PrivateKey.from_private_bytes(base64.b64decode(RFC_8463_KEY))
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    record = DkimSigner("football.example.com", "brisbane", pem).dns_record
    assert record.value == "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
