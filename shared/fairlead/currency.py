"""Currencies of ISO 4217: which there are, and how many decimals their minor unit is.

The table is List One of the standard's maintenance agency as amended to number 180 (2026); codes
without a minor unit (gold, special drawing rights, "no currency") are left out, because nothing
is sold in them.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

# Two decimals unless one of the other lines names it.
_TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ
GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA
MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR
RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD
TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG
"""
_OTHERS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
# Old codes that portals and bookkeepers still send for amounts of before the change.
_PAST = {2: "ANG BGN CUC HRK SLL ZWL"}

_EXPONENTS: dict[str, int] = {
    code: exponent
    for table in ({2: _TWO}, _OTHERS, _PAST)
    for exponent, codes in table.items()
    for code in codes.split()
}

_PLAIN = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?", re.ASCII)


def is_currency(code: str) -> bool:
    """Whether `code` is a currency that something can be sold in."""
    return code in _EXPONENTS


def exponent(code: str) -> int:
    """How many decimals the minor unit of `code` is: 2 for EUR, 0 for JPY, 3 for BHD.

    Raises ValueError for what is no currency.
    """
    try:
        return _EXPONENTS[code]
    except KeyError:
        raise ValueError(f"{code[:8]!r} is no currency of ISO 4217") from None


def major(amount: int, code: str) -> Decimal:
    """`amount` minor units in major ones, with all decimals: 1250 EUR is Decimal('12.50')."""
    return Decimal(amount).scaleb(-exponent(code))


def minor(text: str, code: str) -> int:
    """The minor units of a number as programs write it ("12.5" EUR is 1250).

    Raises ValueError for anything else, and for more decimals than the currency has.
    """
    if not _PLAIN.fullmatch(text):
        raise ValueError("is no number")
    try:
        amount = Decimal(text).scaleb(exponent(code))
    except InvalidOperation:
        raise ValueError("is no number") from None
    if amount != amount.to_integral_value():
        raise ValueError(f"has more decimals than {code} ({exponent(code)})")
    return int(amount)
