"""What contacts are found by: tags, own fields, blocks, and what makes two of them alike.

A mark is a prefix that says what it is and a folded value. Likenesses are shared by entries that
may be one person: the mailbox behind an address, the end of a phone number, a name with a company.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from contracts.common import Channel
from contracts.consents import Consent, ConsentKind, may_send
from contracts.contacts import FieldValue, Scheme

from .search import folded

TAG = "tag:"
FIELD = "field:"
BLOCKED = "blocked:"
LIKENESS = "same:"
LIKENESSES = MAIL, PHONE, NAME = "same:mail:", "same:phone:", "same:name:"

LONGEST = 300
PHONE_DIGITS = 9  # what is left of a number without country and trunk codes

# Hosts that are known to deliver a.b+c@ to the same mailbox as ab@ or a.b@.
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
_PLUS = _DOTLESS | frozenset(
    {
        "outlook.com",
        "hotmail.com",
        "live.com",
        "msn.com",
        "icloud.com",
        "me.com",
        "mac.com",
        "fastmail.com",
        "proton.me",
        "protonmail.com",
    }
)
_SAME_HOST = {"googlemail.com": "gmail.com", "protonmail.com": "proton.me"}


def marks(
    tags: Iterable[str],
    fields: Mapping[str, FieldValue],
    consents: Iterable[Consent],
    likenesses: Iterable[str],
) -> set[str]:
    """Every mark of a contact."""
    consents = list(consents)
    found = {TAG + tag for tag in tags}
    found |= {field(key, value) for key, value in fields.items()}
    if consents:  # most decided nothing
        found |= {BLOCKED + kind.value for kind in ConsentKind if _is_blocked(consents, kind)}
    return {mark[:LONGEST] for mark in (*found, *likenesses)}


def _is_blocked(consents: list[Consent], kind: ConsentKind) -> bool:
    return any(not may_send(consents, kind, channel) for channel in Channel)


def field(key: str, value: FieldValue) -> str:
    """The mark of an own field with a value."""
    return f"{FIELD}{key}={_written(value)}"[:LONGEST]


def _written(value: FieldValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return folded(str(value))


def range_of(prefix: str) -> tuple[str, str]:
    """The marks with a prefix are from the first of these to before the second."""
    return prefix, prefix[:-1] + chr(ord(prefix[-1]) + 1)


def likenesses(name: str, company: str, addresses: Iterable[tuple[Scheme, str]]) -> Iterator[str]:
    """What this contact has in common with other entries for the same person."""
    for scheme, value in addresses:
        if scheme is Scheme.EMAIL:
            yield MAIL + mailbox(value)
        digits = "".join(letter for letter in value if letter in "0123456789")
        if scheme is not Scheme.EMAIL and "@" not in value and len(digits) >= PHONE_DIGITS:
            yield PHONE + digits[-PHONE_DIGITS:]
    words = folded(name).split()
    if len(words) > 1:  # a first name alone says nothing
        yield f"{NAME}{' '.join(sorted(words))}|{folded(company)}"


def mailbox(address: str) -> str:
    """The mailbox that a host delivers an address to, as far as that is known."""
    local, _, host = address.lower().rpartition("@")
    host = _SAME_HOST.get(host, host)
    if host in _PLUS:
        local = local.partition("+")[0]
    if host in _DOTLESS:
        local = local.replace(".", "")
    return f"{local}@{host}"
