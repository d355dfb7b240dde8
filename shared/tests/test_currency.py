"""Minor units of currencies."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.currency import _EXPONENTS, exponent, is_currency, major, minor

codes = st.sampled_from(sorted(_EXPONENTS))


@pytest.mark.parametrize(
    ("code", "decimals"), [("EUR", 2), ("JPY", 0), ("BHD", 3), ("KWD", 3), ("ISK", 0), ("CLF", 4)]
)
def test_a_currency_has_its_decimals(code: str, decimals: int) -> None:
    assert exponent(code) == decimals


@pytest.mark.parametrize("code", ["EUX", "eur", "", "XAU", "XXX", "EURO"])
def test_what_is_no_currency_is_refused(code: str) -> None:
    assert not is_currency(code)
    with pytest.raises(ValueError, match="no currency"):
        exponent(code)


def test_no_code_stands_twice_with_different_decimals() -> None:
    assert len(_EXPONENTS) > 150
    assert all(len(code) == 3 and code.isupper() and code.isascii() for code in _EXPONENTS)


@given(st.integers(-(10**15), 10**15), codes)
def test_major_and_minor_are_inverse(amount: int, code: str) -> None:
    assert minor(f"{major(amount, code):f}", code) == amount


def test_all_decimals_are_shown() -> None:
    assert str(major(1250, "EUR")) == "12.50"
    assert str(major(1250, "JPY")) == "1250"
    assert major(1250, "BHD") == Decimal("1.250")


@pytest.mark.parametrize(
    "text", ["", "1,5", "1e5", "+1", " 1", "1.", ".5", "١", "nan", "1" * 40, "0.001"]
)
def test_other_numbers_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|decimals"):
        minor(text, "EUR")
