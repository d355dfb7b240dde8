"""Who a text comes from and where it goes, as SMPP says it (5.2.5, 5.2.6)."""

from __future__ import annotations

import re

import phonenumbers

from ..smpp.pdus import Address

_UNKNOWN, _INTERNATIONAL, _NATIONAL, _ALPHANUMERIC = 0, 1, 2, 5
_ISDN = 1
_E164 = re.compile(r"\+[1-9][0-9]{4,14}")
_SHORTEST_INSIDE = 7  # digits of a number without its country's code; less may be a short code
_SHORT_CODE = re.compile(r"[0-9]{3,8}")
# TS 23.040, 9.1.2.5: eleven characters; what all networks pass on is letters, digits and blanks.
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")


def sender(written: str) -> Address:
    """The source of a text. ValueError says what a sender may be."""
    if _E164.fullmatch(written):
        return Address(written[1:], _INTERNATIONAL, _ISDN)
    if _SHORT_CODE.fullmatch(written):
        return Address(written, _UNKNOWN, _UNKNOWN)
    if _NAME.fullmatch(written) and written == written.strip():
        return Address(written, _ALPHANUMERIC, _UNKNOWN)
    raise ValueError(
        "must be a number with its country code, a short code, or up to 11 letters and digits"
    )


def destination(number: str) -> Address:
    """Where a text goes. ValueError for what is no number in E.164."""
    if not _E164.fullmatch(number):
        raise ValueError("must be a phone number with its country code")
    return Address(number[1:], _INTERNATIONAL, _ISDN)


def spellings(number: str) -> list[str]:
    """All ways in which carriers write a phone's number: in E.164, without the plus or with the two
    noughts that stand for it, and as it is called inside its country, whose code has one to three
    digits."""
    digits = number.removeprefix("00").lstrip("+")
    written = [f"+{digits}", digits, f"00{digits}"]
    inside = [digits[code:] for code in (1, 2, 3) if len(digits) - code >= _SHORTEST_INSIDE]
    return list(dict.fromkeys([number, *written, *inside, *(f"0{each}" for each in inside)]))


def number_of(address: Address, home: str = "") -> str:
    """The number or name that a received text has, in E.164 where it is one.

    Many carriers say nothing of the kind of number (5.2.5, 0), and write it with its country's code
    or as it is called inside the country. `home` is a number of ours in E.164: its country is where
    a number is taken to be at home. What is neither, as a short code, stays as it is written.
    """
    digits = address.digits.strip()
    if address.ton == _ALPHANUMERIC or not re.fullmatch(r"\+?[0-9]+", digits):
        return digits
    if digits.startswith("+") or address.ton == _INTERNATIONAL:
        return "+" + digits.lstrip("+0")
    if digits.startswith("00"):
        return _valid(f"+{digits[2:]}") or digits
    region = _region(home)
    inside = _valid(digits, region) if region else None
    outside = _valid(f"+{digits}") if address.ton != _NATIONAL else None
    # Some digits are a number in both ways: those that begin with our own country's code are whole.
    at_home = region and outside and _region(outside) == region
    return (outside or digits) if at_home else (inside or outside or digits)


def _region(number: str) -> str | None:
    """The country (ISO 3166-1) of a number in E.164."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None


def _valid(written: str, region: str | None = None) -> str | None:
    """A number of a block that a country has given out, in E.164; None for any other digits."""
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
