"""Passwords are compared rightly, and as slowly for a user who does not exist."""

from __future__ import annotations

import statistics
import time

from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.domain.passwords import Passwords

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@settings(max_examples=50)
@given(
    st.text(st.characters(codec="utf-8"), max_size=60),
    st.text(st.characters(codec="utf-8"), max_size=60),
)
def test_only_the_right_password_is_right(password: str, other: str) -> None:
    passwords = Passwords(CHEAP)
    known = passwords.hash(password)
    assert passwords.verify(password, known)
    assert password not in known or len(password) < 3
    if other != password and other.isascii() and password.isascii():
        assert not passwords.verify(other, known)


def test_one_letter_composed_in_two_ways_is_one_letter() -> None:
    passwords = Passwords(CHEAP)
    assert passwords.verify("cafe\u0301 con leche", passwords.hash("caf\u00e9 con leche"))


def test_nobodys_password_is_never_right() -> None:
    passwords = Passwords(CHEAP)
    assert not passwords.verify("", None)
    assert not passwords.verify("anything at all", None)


def test_a_damaged_hash_is_wrong_and_breaks_nothing() -> None:
    assert not Passwords(CHEAP).verify("password", "not a hash")
    assert not Passwords(CHEAP).verify("password", "$argon2id$v=19$m=8,t=1,p=1$AAAA$")


def test_hashes_with_older_costs_are_outdated() -> None:
    assert Passwords().outdated(Passwords(CHEAP).hash("ten letters"))
    assert not Passwords(CHEAP).outdated(Passwords(CHEAP).hash("ten letters"))


def test_a_hash_costs_an_attacker_what_rfc_9106_asks() -> None:
    assert Passwords().hash("ten letters").startswith("$argon2id$v=19$m=65536,t=3,p=1$")


def test_an_unknown_user_takes_as_long_as_a_wrong_password() -> None:
    # Costs high enough that the clock sees them, low enough for a test.
    passwords = Passwords(PasswordHasher(time_cost=2, memory_cost=16_384, parallelism=1))
    known = passwords.hash("the right one")
    passwords.verify("first", None)  # makes nobody's hash

    def seconds(hash_: str | None) -> float:
        begun = time.perf_counter()
        passwords.verify("a wrong one", hash_)
        return time.perf_counter() - begun

    pairs = [(seconds(known), seconds(None)) for _ in range(15)]  # alternately: the load drifts
    ratio = statistics.median(unknown / wrong for wrong, unknown in pairs)
    assert 0.5 < ratio < 2.0
