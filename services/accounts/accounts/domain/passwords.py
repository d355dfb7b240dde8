"""Passwords: kept as argon2id hashes, compared in the same time whether a user exists or not."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# RFC 9106 section 4's second choice, 64 MiB and three passes, but in one lane: with four, eight
# threads at work kept eventlet's own from running for up to 0.1 s. Memory and passes, which an
# attacker pays for, are the same.
COSTS = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=1)


class Passwords:
    """Makes and checks hashes. Each takes some 0.1 s and 64 MiB: call it on another thread."""

    def __init__(self, hasher: PasswordHasher = COSTS) -> None:
        self._hasher = hasher

    def hash(self, password: str) -> str:
        """The hash of `password`, with its salt and costs."""
        return self._hasher.hash(_bytes(password))

    def verify(self, password: str, known: str | None) -> bool:
        """Whether `password` is the one of the hash `known`.

        None stands for a user who does not exist: it takes as long and is never right.
        """
        nobodys = self._nobodys  # made once, and not only for who does not exist
        try:
            right = self._hasher.verify(known or nobodys, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
        return right and known is not None

    def outdated(self, known: str) -> bool:
        """Whether `known` was made with other costs than are wanted today."""
        return self._hasher.check_needs_rehash(known)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe(32))


def _bytes(password: str) -> bytes:
    # Keyboards differ in how they compose an accented letter (NIST SP 800-63B, 3.1.1.2).
    return unicodedata.normalize("NFKC", password).encode()
