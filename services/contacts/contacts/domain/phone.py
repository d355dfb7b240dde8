"""Phone numbers in E.164, and the spellings of one mobile that countries and WhatsApp differ in."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import phonenumbers

# Since 2016 every Brazilian mobile has a 9 after its area code (Anatel, Resolução 553); ids that
# WhatsApp gave before lack it. Mobiles began with 6 to 9, so 2 to 5 are landlines and stay.
_BRAZIL_OLD = re.compile(r"\+55([1-9]\d)([6-9]\d{7})", re.ASCII)
# Mexico dropped the 1 before mobiles in 2019 (IFT); WhatsApp's ids keep it.
_MEXICO_OLD = re.compile(r"\+521(\d{10})", re.ASCII)
# A mobile of Argentina is called with a 9 from abroad; without it the same digits are written.
_ARGENTINA_MOBILE = re.compile(r"\+549(\d{10})", re.ASCII)

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


def current(e164: str) -> str:
    """`e164` as the country's plan writes it today."""
    if old := _BRAZIL_OLD.fullmatch(e164):
        return f"+55{old[1]}9{old[2]}"
    if old := _MEXICO_OLD.fullmatch(e164):
        return f"+52{old[1]}"
    return e164


def key(e164: str) -> str:
    """One spelling for all spellings of a number; not always one that can be called."""
    number = current(e164)
    if mobile := _ARGENTINA_MOBILE.fullmatch(number):
        return f"+54{mobile[1]}"
    return number


@cache
def _countries() -> dict[str, str]:
    """The country of each time zone that has one of its own."""
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows if len(row) > 2}


def region_of_zone(zone: str) -> str | None:
    """The country (ISO 3166-1) in which a time zone lies; None for UTC and its like."""
    return _countries().get(zone)
