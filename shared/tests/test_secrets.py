"""Secrets at rest are bound to where they belong; tokens cannot be forged or moved."""

from __future__ import annotations

import base64
import subprocess
import sys
from uuid import UUID, uuid4

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from fairlead.errors import Failure, Internal, Unauthenticated
from fairlead.secrets import (
    BadToken,
    ExpiredToken,
    Signer,
    Undecryptable,
    Vault,
    new_key,
)
from fairlead.settings import Secret

OLD, NEW = Secret(new_key()), Secret(new_key())
OURS, THEIRS = uuid4(), uuid4()
vault = Vault([NEW])
signer = Signer([NEW], "email.click")
folded = Signer([NEW], "email.reply", folded=True)

organisations = st.none() | st.uuids()
purposes = st.text(alphabet="ab.", max_size=5)


@given(st.text(), organisations, purposes)
def test_a_secret_comes_back(text: str, organisation: UUID | None, purpose: str) -> None:
    token = vault.encrypt(text, organisation=organisation, purpose=purpose)
    assert vault.decrypt(token, organisation=organisation, purpose=purpose) == text


@given(st.binary())
def test_bytes_come_back_and_do_not_show(content: bytes) -> None:
    token = vault.encrypt_bytes(content, organisation=OURS, purpose="p")
    assert vault.decrypt_bytes(token, organisation=OURS, purpose="p") == content
    assert len(content) < 4 or content not in token


@given(
    st.text(alphabet="ab."),
    st.tuples(organisations, purposes),
    st.tuples(organisations, purposes),
)
def test_a_secret_opens_only_where_it_belongs(
    text: str, made: tuple[UUID | None, str], asked: tuple[UUID | None, str]
) -> None:
    token = vault.encrypt(text, organisation=made[0], purpose=made[1])
    if made == asked:
        assert vault.decrypt(token, organisation=asked[0], purpose=asked[1]) == text
    else:
        with pytest.raises(Undecryptable):
            vault.decrypt(token, organisation=asked[0], purpose=asked[1])


@given(st.data())
def test_a_damaged_secret_is_refused(data: st.DataObject) -> None:
    token = vault.encrypt("secret", organisation=OURS, purpose="p")
    raw = bytearray(base64.urlsafe_b64decode(token))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Undecryptable):
        vault.decrypt(base64.urlsafe_b64encode(raw), organisation=OURS, purpose="p")


@pytest.mark.parametrize("token", [b"", b"x", b"\xff" * 200])
def test_what_is_no_ciphertext_is_refused_with_a_typed_error(token: bytes) -> None:
    for refused in (
        lambda: vault.decrypt(token, organisation=OURS, purpose="p"),
        lambda: vault.rotate(token),
    ):
        with pytest.raises(Undecryptable) as caught:
            refused()
        assert isinstance(caught.value, Internal)
        assert caught.value.code == "secrets.undecryptable"
        assert caught.value.__cause__ is None


def test_keys_are_changed_without_losing_a_secret() -> None:
    before = Vault([OLD]).encrypt("s", organisation=OURS, purpose="p")
    during = Vault([NEW, OLD])
    assert during.decrypt(before, organisation=OURS, purpose="p") == "s"
    with pytest.raises(Undecryptable):
        Vault([NEW]).decrypt(before, organisation=OURS, purpose="p")
    after = during.rotate(before)
    assert Vault([NEW]).decrypt(after, organisation=OURS, purpose="p") == "s"
    with pytest.raises(Undecryptable):
        Vault([NEW]).decrypt(after, organisation=THEIRS, purpose="p")


@given(st.binary(max_size=300), st.sampled_from([signer, folded]))
def test_a_token_carries_its_content(content: bytes, by: Signer) -> None:
    token = by.sign(content)
    assert by.verify(token) == content
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


@given(st.binary(max_size=40))
def test_a_folded_token_survives_any_case(content: bytes) -> None:
    token = folded.sign(content)
    assert token == token.lower()
    assert folded.verify(token.upper()) == content
    assert folded.verify(token.swapcase().title()) == content


def test_a_folded_token_for_an_id_fits_a_local_part() -> None:
    # RFC 5321 section 4.5.3.1.1: 64 octets, of which `reply+` takes six.
    assert len("reply+" + folded.sign(uuid4().bytes)) <= 64


@given(st.data(), st.sampled_from([signer, folded]), st.sampled_from([None, 60.0]))
def test_a_changed_token_is_refused(
    data: st.DataObject, by: Signer, lifetime: float | None
) -> None:
    token = by.sign(b"message 7", lifetime=lifetime)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("abcxyz234567ABCXYZ-_=+/.é \n\0"))
    changed = token[:place] + other + token[place + 1 :]
    if changed.lower() == token.lower() and (changed == token or by is folded):
        assert by.verify(changed) == b"message 7"
    else:
        with pytest.raises(BadToken):
            by.verify(changed)


@pytest.mark.parametrize("length", range(6))
@pytest.mark.parametrize("by", [signer, folded])
def test_one_content_has_one_token(by: Signer, length: int) -> None:
    token = by.sign(b"x" * length)
    for last in "abcdefghijklmnopqrstuvwxyz234567":
        if last != token[-1].lower():
            with pytest.raises(BadToken):
                by.verify(token[:-1] + last)


@given(st.text(max_size=200) | st.text(alphabet="abcdefgh234567", max_size=200))
def test_any_other_text_is_a_bad_token(text: str) -> None:
    for by in (signer, folded):
        with pytest.raises(BadToken) as caught:
            by.verify(text)
        assert isinstance(caught.value, Unauthenticated)


def test_an_endless_text_is_not_looked_at() -> None:
    with pytest.raises(BadToken):
        signer.verify("a" * 10_000_000)


def test_a_token_is_good_for_its_purpose_and_key_only() -> None:
    token = signer.sign(b"7")
    for other in (Signer([NEW], "email.open"), Signer([OLD], "email.click")):
        with pytest.raises(BadToken):
            other.verify(token)
    assert Signer([OLD, NEW], "email.click").verify(token) == b"7"


def test_a_token_expires_at_its_second() -> None:
    now = 1_800_000_000.0
    timed = Signer([NEW], "page", clock=lambda: now)
    token, always = timed.sign(b"7", lifetime=60), timed.sign(b"7")
    now += 59.9
    assert timed.verify(token) == b"7"
    now += 0.1
    with pytest.raises(ExpiredToken):
        timed.verify(token)
    now *= 2
    assert timed.verify(always) == b"7"


def test_no_error_shows_token_or_key() -> None:
    for failure in (BadToken(), ExpiredToken(), Undecryptable()):
        assert isinstance(failure, Failure)
        assert NEW.reveal() not in str(failure)


def test_the_module_prints_a_key() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "fairlead.secrets"],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    Fernet(done.stdout.strip())
