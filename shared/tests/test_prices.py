"""Amounts of money in words."""

from __future__ import annotations

import pytest

from fairlead.prices import price


@pytest.mark.parametrize(
    ("amount", "currency", "language", "words"),
    [
        (125_000, "EUR", "en", "€1,250.00"),
        (125_000, "EUR", "de", "1.250,00\xa0€"),
        (125_000, "JPY", "en", "JP¥125,000"),
        (125_000, "BHD", "en", "BHD125.000"),
        (-5, "USD", "es", "-0,05\xa0US$"),
    ],
)
def test_all_decimals_of_the_currency_are_shown(
    amount: int, currency: str, language: str, words: str
) -> None:
    assert price(amount, currency, language).replace("BHD\xa0", "BHD") == words
