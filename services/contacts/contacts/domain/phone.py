"""Phone numbers in E.164."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import phonenumbers

from fairlead.phone_spellings import current

_REASONS = {
    phonenumbers.ValidationResult.INVALID_COUNTRY_CODE: "has a country code that does not exist",
    phonenumbers.ValidationResult.TOO_SHORT: "has too few digits",
    phonenumbers.ValidationResult.TOO_LONG: "has too many digits",
    phonenumbers.ValidationResult.INVALID_LENGTH: "has a number of digits that its country has not",
    phonenumbers.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "lacks its area code",
}


def parse(written: str, region: str | None) -> str:
    """`written` in E.164; `region` (ISO 3166-1) is where a number without + is at home.

    Raises ValueError, whose text completes "the address …". The count of digits is checked and
    not whether a block was given out: lists of blocks lag behind real phones.
    """
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException as error:
        if error.error_type == phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            raise ValueError("needs its country code, as +34 600 000 000") from None
        raise ValueError("is no phone number") from None
    if number.extension:
        raise ValueError("has an extension, which no message can reach")
    written = _formatted(number)
    # Zeros in front belong to a number in few countries; elsewhere each reading drops some.
    if not number.national_number or (
        number.italian_leading_zero and _formatted(phonenumbers.parse(written)) != written
    ):
        raise ValueError("is no phone number")
    e164 = current(written)
    if e164 != written:
        number = phonenumbers.parse(e164)
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError(_REASONS.get(reason, "is no phone number"))
    return e164


def _formatted(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@cache
def _countries() -> dict[str, str]:
    """The country of each time zone that has one of its own."""
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows if len(row) > 2}


def region_of_zone(zone: str) -> str | None:
    """The country (ISO 3166-1) in which a time zone lies; None for UTC and its like."""
    return _countries().get(zone)
