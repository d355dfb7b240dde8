"""Addresses: how they are normalised, and when two of them are one person's."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.domain.address import LONGEST, Address, parse
from contracts.contacts import Scheme

EMAIL, PHONE, WHATSAPP = Scheme.EMAIL, Scheme.PHONE, Scheme.WHATSAPP
hostile = st.text(max_size=LONGEST) | st.text("+@.:0123456789 ()-ax\x00\u200e", max_size=60)


def value(scheme: Scheme, written: str, region: str | None = None) -> str:
    return parse(scheme, written, region).value


def key(scheme: Scheme, written: str, region: str | None = None) -> str:
    return parse(scheme, written, region).key


def test_an_email_is_compared_without_case_and_shown_as_written() -> None:
    assert parse(EMAIL, "  Anna.Berg@Ferien.DE ", None) == Address(
        EMAIL, "anna.berg@ferien.de", "Anna.Berg@Ferien.DE", "email:anna.berg@ferien.de"
    )


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("info@müller.de", "info@xn--mller-kva.de"),
        ("info@XN--MLLER-KVA.de", "info@xn--mller-kva.de"),
        ("Jörg@müller.de", "jörg@xn--mller-kva.de"),
        ("Jo\u0308rg@mu\u0308ller.de", "jörg@xn--mller-kva.de"),
        ("a+tag@mail.test", "a+tag@mail.test"),
        ("宿@例え.jp", "宿@xn--r8jz45g.jp"),
    ],
)
def test_international_domains_become_a_labels(written: str, normal: str) -> None:
    assert value(EMAIL, written) == normal


@pytest.mark.parametrize(
    "bad",
    ["", " ", "anna", "anna@", "@mail.test", "an na@mail.test", "anna@mail", "anna@@mail.test",
     "anna@mail.test\r\nBcc: all@mail.test", "anna@ma\0il.test", "Anna <anna@mail.test>",
     "anna@" + "m" * 250 + ".de", "anna@mail..test"],
)  # fmt: skip
def test_a_slip_in_an_email_is_found(bad: str) -> None:
    with pytest.raises(ValueError, match=r"^is "):
        parse(EMAIL, bad, None)


@pytest.mark.parametrize(
    ("written", "region", "e164"),
    [
        ("+34 612 345 678", None, "+34612345678"),
        ("612 345 678", "ES", "+34612345678"),
        ("00 34 612 345 678", "ES", "+34612345678"),
        ("\u200e+34\u00a0612\u2011345\u2011678", None, "+34612345678"),
        ("tel:+34-612-345-678", None, "+34612345678"),
        ("+٣٤٦١٢٣٤٥٦٧٨", None, "+34612345678"),
        ("(020) 7946 0123", "GB", "+442079460123"),
        ("+44 7700 900321", None, "+447700900321"),  # a block for films: not given out
        ("011 15 3456 7890", "AR", "+5491134567890"),
        ("+52 1 55 8765 4321", None, "+525587654321"),
        ("+55 21 8765-4321", None, "+5521987654321"),
        ("(21) 8765-4321", "BR", "+5521987654321"),
        ("+55 21 2345-6789", None, "+552123456789"),  # a landline has no ninth digit
    ],
)
def test_phones_become_e164(written: str, region: str | None, e164: str) -> None:
    assert value(PHONE, written, region) == e164


@pytest.mark.parametrize(
    ("bad", "region", "reason"),
    [
        ("612 345 678", None, "needs its country code"),
        ("anna@mail.test", "ES", "is no phone number"),
        ("+34 612", None, "too few digits"),
        ("+34 612 345 678 901 234", None, "too many digits"),
        ("+999 123 456 789", None, "country code"),
        ("+34 612 345 678 ext. 12", None, "extension"),
        ("12345678901234567890@lid", None, "no phone number"),
        ("+55000000000000", None, "no phone number"),  # that becomes shorter each time it is read
    ],
)
def test_a_slip_in_a_phone_is_told(bad: str, region: str | None, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(PHONE, bad, region)


@pytest.mark.parametrize(
    "spellings",
    [
        # Brazil: WhatsApp's older ids lack the ninth digit
        [(PHONE, "+55 21 98765-4321"), (PHONE, "+55 21 8765-4321"),
         (WHATSAPP, "5521987654321"), (WHATSAPP, "552187654321@s.whatsapp.net")],
        # Argentina: with the 9 of mobiles, with the 15 of calls at home, and with neither
        [(PHONE, "+54 9 11 3456-7890"), (PHONE, "+54 11 15 3456-7890"), (PHONE, "+54 11 3456-7890"),
         (WHATSAPP, "5491134567890"), (WHATSAPP, "541134567890")],
        # Mexico: WhatsApp keeps the 1 that calls dropped
        [(PHONE, "+52 55 8765 4321"), (WHATSAPP, "5215587654321"), (WHATSAPP, "525587654321@c.us")],
        [(PHONE, "+34 612 345 678"), (WHATSAPP, "34612345678"), (WHATSAPP, "+34612345678"),
         (WHATSAPP, "34612345678:17@s.whatsapp.net")],
    ],
)  # fmt: skip
def test_spellings_of_one_number_have_one_key(spellings: list[tuple[Scheme, str]]) -> None:
    assert len({key(scheme, written) for scheme, written in spellings}) == 1


def test_other_numbers_have_other_keys() -> None:
    assert key(PHONE, "+55 21 2345-6789") != key(PHONE, "+55 21 92345-6789")
    assert key(PHONE, "+54 11 3456-7890") != key(PHONE, "+54 221 456-7890")


def test_whatsapp_ids_go_back_as_they_came() -> None:
    assert value(WHATSAPP, "552187654321") == "552187654321"
    assert value(WHATSAPP, "98765432101234@lid") == "98765432101234@lid"
    assert value(WHATSAPP, "US.13491208655302741918") == "US.13491208655302741918"
    assert key(WHATSAPP, "US.13491208655302741918") != key(WHATSAPP, "BR.13491208655302741918")
    # The digits of a LID are no phone number.
    assert key(WHATSAPP, "34612345678@lid") != key(WHATSAPP, "34612345678")


@pytest.mark.parametrize(
    "bad", ["anna", "12@lid", "34612345678@g.us", "us.1349", "+", "3461\n2345678"]
)
def test_what_is_no_whatsapp_id(bad: str) -> None:
    with pytest.raises(ValueError, match="no WhatsApp id"):
        parse(WHATSAPP, bad, None)


@pytest.mark.parametrize(
    ("scheme", "written", "kept"),
    [
        (EMAIL, "a..b.@carrier.example", "a..b.@carrier.example"),
        (EMAIL, "Root@localhost", "Root@localhost"),
        (EMAIL, '"a b"@mail.test', '"ab"@mail.test'),
        (PHONE, "BANCO", "BANCO"),
        (PHONE, "22 122", "22122"),
        (WHATSAPP, "status@broadcast", "status@broadcast"),
    ],
)
def test_whoever_wrote_has_an_address(scheme: Scheme, written: str, kept: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|needs|has) "):
        parse(scheme, written, None)
    address = parse(scheme, written, None, lenient=True)
    assert address.value == kept
    assert address.key == parse(scheme, written.upper(), None, lenient=True).key


@given(st.sampled_from(Scheme), hostile, st.sampled_from([None, "ES", "BR", "AR", "US"]))
def test_any_text_is_an_address_or_a_reason(
    scheme: Scheme, written: str, region: str | None
) -> None:
    for lenient in (False, True):
        try:
            address = parse(scheme, written, region, lenient=lenient)
        except ValueError:
            assert not lenient or not any(map(str.isalnum, written))
            continue
        assert 0 < len(address.value) <= LONGEST
        assert 0 < len(address.display) <= LONGEST
        assert not any(letter in "\0\r\n" for letter in address.value + address.display)
        again = parse(scheme, address.value, region, lenient=lenient)
        assert (again.value, again.key) == (address.value, address.key)


def test_hostile_text_takes_no_time() -> None:
    begun = time.process_time()
    for evil in (
        "(" * 254,
        "+" + "1-" * 126,
        "1 ext " * 42,
        "a@" + "a." * 126,
        "@" * 254,
        "\u0300" * 254,
    ):
        for scheme in Scheme:
            parse(scheme, evil, "US", lenient=True)
    assert time.process_time() - begun < 10
