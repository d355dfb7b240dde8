"""The spellings of one mobile number that countries and WhatsApp differ in."""

from __future__ import annotations

import re

# Since 2016 every Brazilian mobile has a 9 after its area code (Anatel, Resolução 553); ids that
# WhatsApp gave before lack it. Mobiles began with 6 to 9, so 2 to 5 are landlines and stay.
_BRAZIL_OLD = re.compile(r"\+55([1-9]\d)([6-9]\d{7})", re.ASCII)
# Mexico dropped the 1 before mobiles in 2019 (IFT); WhatsApp's ids keep it.
_MEXICO_OLD = re.compile(r"\+521(\d{10})", re.ASCII)
# A mobile of Argentina is called with a 9 from abroad; without it the same digits are written.
_ARGENTINA_MOBILE = re.compile(r"\+549(\d{10})", re.ASCII)


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
