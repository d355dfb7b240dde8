"""Addresses: how they are written, and when two of them are the same person's.

An address that a person types is checked strictly, so that a slip is found at once. One that a
message came from exists, whatever grammars say: it is taken as it is (`lenient`), because whoever
wrote must get a contact.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from contracts.contacts import Scheme
from fairlead import phone_spellings

from . import phone

LONGEST = 254  # of a contract's IdentityValue, and of an email address (RFC 5321 4.5.3.1.3)

_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
# wa_id or phone JID, a device number behind the colon
_WHATSAPP_PHONE = re.compile(r"\+?(\d{6,15})(?::\d+)?(?:@(?:s\.whatsapp\.net|c\.us))?", re.ASCII)
_WHATSAPP_LID = re.compile(r"(\d{6,20})(?::\d+)?@lid", re.ASCII)
_WHATSAPP_BUSINESS = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Address:
    """`value` is what a channel sends to, `display` what was written.

    `key` is equal for all spellings of one address, and for a phone number and the WhatsApp
    account of that number: it belongs to one contact.
    """

    scheme: Scheme
    value: str
    display: str
    key: str


def parse(scheme: Scheme, written: str, region: str | None, *, lenient: bool = False) -> Address:
    """The address in `written`. `region` (ISO 3166-1) is where a number without + is at home.

    Raises ValueError, whose text completes "the address …", for one that is malformed.
    """
    if not written.strip() or len(written) > LONGEST:
        raise ValueError(
            "is empty" if not written.strip() else f"is longer than {LONGEST} characters"
        )
    try:
        value, key = _PARSERS[scheme](written.strip(), region)
    except ValueError:
        if not lenient:
            raise
        value = _BLANK.sub("", written)
        if not value:
            raise
        try:  # what kept it from being one may be gone with the blanks
            value, key = _PARSERS[scheme](value, region)
        except ValueError:
            key = f"{scheme.value}:{value.lower()}"
    return Address(scheme, value, _visible(written), key)


def _visible(written: str) -> str:
    return " ".join(_BLANK.sub(" ", written).split())


def _email(written: str, region: str | None) -> tuple[str, str]:
    try:
        # test_environment only lets names under .test pass, which test mail servers have.
        checked = validate_email(written, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(f"is no email address: {error}") from None
    # RFC 5321 2.4 lets a host tell Anna from anna; no host that travellers use does.
    local = unicodedata.normalize("NFC", checked.local_part.lower())
    domain = checked.ascii_domain.lower() if checked.ascii_domain else checked.domain.lower()
    value = f"{local}@{domain}"
    if len(value) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters in its plain form")
    return value, f"email:{value}"


def _phone(written: str, region: str | None) -> tuple[str, str]:
    number = phone.parse(written, region)
    return number, f"tel:{phone_spellings.key(number)}"


def _whatsapp(written: str, region: str | None) -> tuple[str, str]:
    """WhatsApp's ids go back to it byte by byte as they came, so only their key is normalised."""
    if found := _WHATSAPP_PHONE.fullmatch(written):
        return found[1], f"tel:{phone_spellings.key('+' + found[1])}"
    if found := _WHATSAPP_LID.fullmatch(written):
        return f"{found[1]}@lid", f"whatsapp:{found[1]}@lid"
    if _WHATSAPP_BUSINESS.fullmatch(written):
        return written, f"whatsapp:{written}"
    raise ValueError("is no WhatsApp id: a number, an id ending in @lid, or one such as US.134…")


_PARSERS = {Scheme.EMAIL: _email, Scheme.PHONE: _phone, Scheme.WHATSAPP: _whatsapp}
