"""Header fields as we write them: addresses, names and texts, folded by hand.

The standard library folds a token of 78 characters or more into encoded words, which breaks
threading by In-Reply-To and References and one-click unsubscription.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.header import Header

from email_validator import EmailNotValidError, validate_email

LINE_LIMIT = 998  # RFC 5322 2.1.1
NAME_LIMIT = 200  # characters of a person's or a file's name

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,900}>")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_ENCODED_LIMIT = 75  # RFC 2047 section 2
_LONGEST_FIELD = "List-Unsubscribe-Post"


class LetterRefused(ValueError):
    """A letter cannot be written as it is: `field` is wrong, `reason` says how."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Address:
    """A person or desk and where its mail goes."""

    name: str
    address: str


def check_address(value: str, *, test_domains: bool = False) -> str:
    """The address as it goes over the wire: domain in lower case and its ASCII form (RFC 5890).

    Nothing is looked up. `test_domains` lets names under `.test` through (RFC 6761). Raises
    LetterRefused for field `address`; also where the part before the @ is not ASCII, which only
    servers with SMTPUTF8 (RFC 6531) take and few receivers read.
    """
    local = value.rpartition("@")[0]
    if len(local) > 64:  # RFC 5321 4.5.3.1.1
        raise LetterRefused("address", "the part before the @ is longer than 64 characters")
    if not local.isascii():
        reason = "the part before the @ must be ASCII (other letters would need SMTPUTF8)"
        raise LetterRefused("address", reason)
    try:
        checked = validate_email(
            value,
            check_deliverability=False,
            allow_smtputf8=False,
            test_environment=test_domains,
        )
    except EmailNotValidError as error:
        raise LetterRefused("address", str(error)) from None
    assert checked.ascii_email is not None  # there is one wherever the local part is ASCII
    return checked.ascii_email


def one_line(name: str, value: str) -> str:
    """The value, if it can stand in a header field; `name` is what a refusal calls it."""
    if found := _CONTROL.search(value):
        what = "a line break" if found[0] in "\r\n" else "a control character"
        raise LetterRefused(name, f"holds {what}")
    return encodable(name, value)


def encodable(name: str, value: str) -> str:
    """The value, if it is text: half of a surrogate pair is none."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise LetterRefused(name, "holds half a surrogate pair") from None
    return value


def plain_address(name: str, value: str, *, test_domains: bool) -> str:
    """`check_address` for a field."""
    try:
        return check_address(one_line(name, value), test_domains=test_domains)
    except LetterRefused as error:
        raise LetterRefused(name, error.reason) from None


def mailbox(name: str, person: Address, *, test_domains: bool) -> str:
    """`Name <address>` as RFC 5322 3.4 has it."""
    address = plain_address(name, person.address, test_domains=test_domains)
    said = one_line(f"{name}.name", person.name).strip()
    if len(said) > NAME_LIMIT:
        raise LetterRefused(f"{name}.name", f"is longer than {NAME_LIMIT} characters")
    if not said:
        return address
    if _needs_words(said):
        phrase = _words(said, used=len(_LONGEST_FIELD))
    elif _ATOMS.fullmatch(said):
        phrase = said
    else:
        phrase = '"' + said.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return (
        f"{phrase}\r\n <{address}>" if len(phrase) + len(address) > 60 else f"{phrase} <{address}>"
    )


def mailboxes(name: str, people: Sequence[Address], *, test_domains: bool) -> str:
    """Several, one on each line."""
    return ",\r\n ".join(
        mailbox(f"{name}[{place}]", person, test_domains=test_domains)
        for place, person in enumerate(people)
    )


def unstructured(name: str, value: str, *, used: int, limit: int = LINE_LIMIT) -> str:
    """Text after a field's name of `used` characters, encoded where it must be (RFC 2047)."""
    text = one_line(name, value).strip()
    if len(text) > limit:
        raise LetterRefused(name, f"is longer than {limit} characters")
    if not _needs_words(text) and used + len(text) <= LINE_LIMIT:
        return text
    return _words(text, used=used)


def message_id(name: str, value: str) -> str:
    """An id of our own making."""
    if not _ID.fullmatch(one_line(name, value)) or "@" not in value:
        raise LetterRefused(name, "must look like <left@right>")
    return value


def foreign_ids(name: str, values: Iterable[str]) -> str:
    """Other people's ids, one on each line. One that is not ASCII is left out, not mangled."""
    return "\r\n ".join(value for value in values if _ID.fullmatch(one_line(name, value)))


def _needs_words(text: str) -> bool:
    # "=?" in plain text would be taken for an encoded word by many readers.
    return not text.isascii() or "=?" in text


def _words(text: str, *, used: int) -> str:
    header = Header(text, "utf-8", maxlinelen=_ENCODED_LIMIT, header_name=" " * used)
    return header.encode(linesep="\r\n")
