"""Addresses as a person or a rule writes them, on each channel."""

from __future__ import annotations

import re

from email_validator import EmailNotValidError, validate_email

from contracts.common import Channel
from contracts.contacts import Scheme

SCHEME = {
    Channel.EMAIL: Scheme.EMAIL,
    Channel.WHATSAPP: Scheme.WHATSAPP,
    Channel.SMS: Scheme.PHONE,
}
CALLED = {
    Channel.EMAIL: "email address",
    Channel.WHATSAPP: "WhatsApp",
    Channel.SMS: "phone number",
}

_PUNCTUATION = re.compile(r"[\s().\-/\u00a0\u2010-\u2015]+")
_NUMBER = re.compile(r"\+[1-9]\d{5,14}", re.ASCII)  # E.164
_WHATSAPP_NUMBER = re.compile(r"\+?([1-9]\d{5,14})", re.ASCII)


def normalised(address: str, channel: Channel) -> str:
    """`address` as the channel takes it; ValueError says what is wrong with it."""
    if channel is Channel.EMAIL:
        return _email(address)
    if channel is Channel.SMS:
        return _phone(address)
    found = _WHATSAPP_NUMBER.fullmatch(_PUNCTUATION.sub("", address))
    return found[1] if found else address.strip()


def spellings(address: str, channel: Channel) -> list[tuple[Scheme, str]]:
    """What a contact may have for a normalised `address`: a phone and the WhatsApp account of its
    number are one person's. The channel's own come last, as what counts most."""
    if channel is Channel.EMAIL:
        return [(Scheme.EMAIL, address)]
    digits = address.removeprefix("+")
    number, account = (Scheme.PHONE, f"+{digits}"), (Scheme.WHATSAPP, digits)
    return [account, number] if channel is Channel.SMS else [number, account]


def _phone(address: str) -> str:
    number = _PUNCTUATION.sub("", address)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    if _NUMBER.fullmatch(number):
        return number
    if number.isascii() and number.isdigit():
        raise ValueError("needs its country code, as +34 600 000 000")
    raise ValueError("is no phone number")


def _email(address: str) -> str:
    """With its domain in lower case and ASCII."""
    try:
        valid = validate_email(
            address,
            check_deliverability=False,
            allow_smtputf8=False,  # few receivers take it; refused here it gets a clear reason
            test_environment=True,  # a name under .test is no reason to refuse
        )
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    return valid.ascii_email or valid.normalized
