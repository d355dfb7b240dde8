"""Whose number it is that a carrier wrote in its own way."""

from __future__ import annotations

import phonenumbers
import pytest
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from sms_gateway.domain.senders import number_of
from sms_gateway.smpp.pdus import Address

UNKNOWN, INTERNATIONAL, NATIONAL, NAME = 0, 1, 2, 5
LISBON, LONDON, ROME = "+351210000000", "+442079460000", "+390612345678"


@pytest.mark.parametrize(
    ("digits", "ton", "home", "number"),
    [
        ("351910000001", INTERNATIONAL, LISBON, "+351910000001"),
        ("+351910000001", UNKNOWN, LISBON, "+351910000001"),
        ("351910000001", UNKNOWN, LISBON, "+351910000001"),
        ("351910000001", UNKNOWN, "", "+351910000001"),
        ("00351910000001", UNKNOWN, LONDON, "+351910000001"),
        ("910000001", UNKNOWN, LISBON, "+351910000001"),
        ("910000001", NATIONAL, LISBON, "+351910000001"),
        ("910000001", NATIONAL, "Atlas", "910000001"),
        ("447911123456", UNKNOWN, LISBON, "+447911123456"),
        ("07911123456", UNKNOWN, LONDON, "+447911123456"),
        ("3123456789", UNKNOWN, ROME, "+393123456789"),
        ("62831", UNKNOWN, LISBON, "62831"),
        ("Atlas", NAME, LISBON, "Atlas"),
        ("351910000001", NAME, LISBON, "351910000001"),
        ("٣٥١٩١٠٠٠٠٠٠١", UNKNOWN, LISBON, "٣٥١٩١٠٠٠٠٠٠١"),
        ("", UNKNOWN, LISBON, ""),
    ],
)
def test_a_number_is_whole_however_its_carrier_writes_it(
    digits: str, ton: int, home: str, number: str
) -> None:
    assert number_of(Address(digits, ton, 1), home) == number


def _called(region: str) -> set[str]:
    """The numbers that a country's phone has, spelled in four ways, for somebody at home there."""
    phone = phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE)
    phone = phone or phonenumbers.example_number(region)
    assert phone is not None, "each country has an example"
    number = phonenumbers.format_number(phone, PhoneNumberFormat.E164)
    inside = phonenumbers.national_significant_number(phone)
    spelled = (number, number[1:], f"00{number[1:]}", inside)
    return {number_of(Address(each, UNKNOWN, 1), number) for each in spelled}


def test_in_every_country_a_phone_has_one_number() -> None:
    found = {region: _called(region) for region in phonenumbers.SUPPORTED_REGIONS}
    assert len(found) > 200
    assert [names for names in found.values() if len(names) > 1] == []
