"""Amounts of money in words of a language."""

from __future__ import annotations

from babel.numbers import parse_pattern

from .currency import exponent, major
from .dates import locale


def price(amount: int, currency: str, language: str) -> str:
    """Minor units as people write them, with all decimals of the currency: "€1,250.00".

    Raises ValueError for what is no currency.
    """
    words = locale(language)
    pattern = parse_pattern(words.currency_formats["standard"].pattern)
    # ISO 4217's decimals: the locale data rounds some currencies to what is paid in cash.
    pattern.frac_prec = (exponent(currency), exponent(currency))
    return str(
        pattern.apply(major(amount, currency), words, currency=currency, currency_digits=False)
    )
