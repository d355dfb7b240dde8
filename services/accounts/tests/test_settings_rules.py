"""Settings that messages could not be built on are refused, each wrong value by its name."""

from __future__ import annotations

from zoneinfo import available_timezones

import pytest
from msgspec.structs import replace

from accounts.domain.codes import CURRENCIES, LANGUAGES, regions
from accounts.domain.settings import check, check_name, check_zone
from contracts.accounts import Branding, Sender, Settings
from fairlead.errors import Invalid

GOOD = Settings(
    zone="Europe/Lisbon", language="pt-PT", currency="EUR", branding=Branding(name="Mar e Terra")
)


def fields(settings: Settings) -> list[str]:
    with pytest.raises(Invalid) as caught:
        check(settings)
    assert caught.value.code == "accounts.invalid"
    return [error["field"] for error in caught.value.details["errors"]]


def branding(**changes: object) -> Settings:
    return replace(GOOD, branding=replace(GOOD.branding, **changes))


def test_good_settings_pass_unchanged() -> None:
    assert check(GOOD) is GOOD
    rich = branding(
        logo_url="https://cdn.example/logo.png?v=2", website="http://mar.example", colour="#ABCDEF",
        address=["Rua 1", "", "Lisboa"],
    )  # fmt: skip
    assert check(replace(rich, sender=Sender(name="Reservas", reply_to="r@mar.test"))).branding


@pytest.mark.parametrize(
    "zone", ["Europe", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe/Lisbon\0", " "]
)
def test_zones_that_do_not_exist(zone: str) -> None:
    assert fields(replace(GOOD, zone=zone)) == ["settings.zone"]
    with pytest.raises(Invalid):
        check_zone(zone, "zone")


def test_every_zone_of_the_database_is_good() -> None:
    for zone in available_timezones() - {"localtime", "Factory"}:
        check(replace(GOOD, zone=zone))


@pytest.mark.parametrize("language", ["xx", "pt-XX", "en-EN", "qq-DE"])
def test_languages_that_do_not_exist(language: str) -> None:
    assert fields(replace(GOOD, language=language)) == ["settings.language"]


@pytest.mark.parametrize("currency", ["XXX", "EUX", "HRK", "ZZZ"])
def test_currencies_that_do_not_exist(currency: str) -> None:
    assert fields(replace(GOOD, currency=currency)) == ["settings.currency"]


@pytest.mark.parametrize(
    "url",
    ["ftp://mar.example/logo.png", "https://", "javascript:alert(1)", "https://mar.example/\n",
     "https://user:pass@mar.example/", "https://mar.example:99999/", "https://[::1/",
     "//mar.example", 'https://mar.example/"onload="', "https://mar.example/a b"],
)  # fmt: skip
def test_urls_that_are_none(url: str) -> None:
    assert fields(branding(logo_url=url, website=url)) == [
        "settings.branding.logo_url",
        "settings.branding.website",
    ]


@pytest.mark.parametrize("colour", ["red", "#fff", "#0f5c6e;x", "#０f5c6e", "#0f5c6e\n"])
def test_colours_that_are_none(colour: str) -> None:
    assert fields(branding(colour=colour)) == ["settings.branding.colour"]


def test_names_that_would_break_a_header() -> None:
    bad = replace(branding(name="Mar\r\nBcc: all@mar.test"), sender=Sender(name="a\u2028b"))
    assert fields(bad) == ["settings.branding.name", "settings.sender.name"]
    assert fields(branding(name="  ")) == ["settings.branding.name"]
    assert fields(branding(address=["Rua 1", "Rua\n2"])) == ["settings.branding.address[1]"]
    for name in ("", "   ", "a\nb", "a\0b"):
        with pytest.raises(Invalid):
            check_name(name, "name")


def test_an_answer_address_is_an_address() -> None:
    assert fields(replace(GOOD, sender=Sender(reply_to="nobody"))) == ["settings.sender.reply_to"]


def test_every_wrong_value_is_named_at_once() -> None:
    wrong = replace(branding(colour="red"), zone="Nowhere", language="xx", currency="XXX")
    assert fields(wrong) == [
        "settings.zone",
        "settings.language",
        "settings.currency",
        "settings.branding.colour",
    ]


def test_codes_are_whole() -> None:
    assert len(LANGUAGES) == 183
    assert all(len(code) == 2 and code.islower() for code in LANGUAGES)
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)
    assert {"EUR", "USD", "JPY", "BRL", "ZWG"} <= CURRENCIES
    assert {"PT", "BR", "GB", "US"} <= regions()
    assert len(regions()) > 240
