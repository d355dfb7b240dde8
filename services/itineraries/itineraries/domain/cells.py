"""What people and portals write into cells: days, amounts and words."""

from __future__ import annotations

import datetime as dt
import re

from contracts.common import Money
from contracts.itineraries import DayOrder, DecimalMark, ItineraryState
from fairlead.currency import is_currency, minor
from fairlead.local_time import check_day

from .search import folded

_CLOCK = re.compile(
    r"[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?(?:Z|[+-]\d{2}:?\d{2})?$"
)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
_DAY_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ .-]+([a-z]{3,9})\.?[ ,-]+(\d{4})", re.ASCII)
_MONTH_NAMED = re.compile(r"([a-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})", re.ASCII)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip

_SIGNS = {"€": "EUR", "£": "GBP", "R$": "BRL", "US$": "USD", "zł": "PLN", "Kč": "CZK"}
_CODE = re.compile(r"[A-Z]{3}")
_AMOUNT = re.compile(r"\d[\d.,]*", re.ASCII)
_GROUPED = {
    ".": re.compile(r"\d+(?:\.\d*)?|\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII),
    ",": re.compile(r"\d+(?:,\d*)?|\d{1,3}(?:\.\d{3})+(?:,\d*)?", re.ASCII),
}
_MARKS = {DecimalMark.POINT: ".", DecimalMark.COMMA: ","}

_STATES = {
    ItineraryState.INQUIRY: ("inquiry", "enquiry", "request", "requested", "pending", "lead"),
    ItineraryState.PROPOSED: ("proposed", "offer", "quote", "quoted", "option", "tentative"),
    ItineraryState.CONFIRMED: ("confirmed", "booked", "accepted", "ok", "new", "modified", "paid"),
    ItineraryState.IN_PROGRESS: ("in progress", "checked in", "in house", "staying", "arrived"),
    ItineraryState.FINISHED: ("finished", "checked out", "completed", "departed", "past guest"),
    ItineraryState.CANCELLED: (
        "cancelled", "canceled", "declined", "no show", "cancelled by guest",
        "canceled by guest", "cancelled by partner", "cancelled by host", "expired",
    ),
}  # fmt: skip
_WORDS = {word: state for state, words in _STATES.items() for word in words}


def day(cell: str, order: DayOrder) -> dt.date:
    """The day that a cell says, a time of day behind it left out; raises ValueError."""
    text = _CLOCK.sub("", cell.strip()).strip()
    found = _parts(text, order)
    if found is None:
        raise ValueError("is no day, as 2026-05-01")
    try:
        return check_day(dt.date(*found))
    except ValueError as error:
        reason = str(error)
        raise ValueError(reason if "years" in reason else "is no day that there is") from None


def _parts(text: str, order: DayOrder) -> tuple[int, int, int] | None:
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _NUMBERS.fullmatch(text):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        year += 2000 if len(match[4]) == 2 else 0
        # With points it is always the day that comes first.
        days_first = order is DayOrder.DAY_FIRST or match[2] == "."
        return (year, second, first) if days_first else (year, first, second)
    plain = folded(text)
    if match := _DAY_NAMED.fullmatch(plain):
        number, name, year = int(match[1]), match[2], int(match[3])
    elif match := _MONTH_NAMED.fullmatch(plain):
        name, number, year = match[1], int(match[2]), int(match[3])
    else:
        return None
    months = [at for at, each in enumerate(_MONTHS, 1) if each.startswith(name[:9])]
    return (year, months[0], number) if len(months) == 1 else None


def money(cell: str, currency: str | None, mark: DecimalMark | None) -> Money:
    """The amount that a cell says, in the currency that it names or else in `currency`.

    Raises ValueError, also for one whose decimals could be thousands while no `mark` is given.
    """
    text = cell.replace("\u00a0", " ").replace("\u202f", " ").strip()
    for sign, code in sorted(_SIGNS.items(), key=lambda pair: -len(pair[0])):
        if sign in text:
            text, currency = text.replace(sign, " "), code
            break
    if match := _CODE.search(text):
        text, currency = text.replace(match[0], " "), match[0]
    elif "$" in text:
        text = text.replace("$", " ")
    if currency is None:
        raise ValueError("has no currency, and none is said for all rows")
    if not is_currency(currency):
        raise ValueError("is in no currency of ISO 4217")
    number = "".join(text.replace("'", "").replace("’", "").split())
    if not _AMOUNT.fullmatch(number):
        raise ValueError("is no amount")
    decimal = _MARKS[mark] if mark is not None else _mark(number)
    if not _GROUPED[decimal].fullmatch(number):
        raise ValueError("is no amount")
    plain = number.replace("," if decimal == "." else ".", "").replace(",", ".").rstrip(".")
    return Money(amount=minor(plain, currency), currency=currency)


def _mark(number: str) -> str:
    """What the decimals of a number begin with; raises ValueError where it could be either."""
    last = max(number.rfind("."), number.rfind(","))
    if last < 0:
        return "."
    mark, other = number[last], "," if number[last] == "." else "."
    if other in number:
        return mark  # the last one of two kinds
    if number.count(mark) > 1:
        return other
    if len(number) - last - 1 == 3 and 1 <= last <= 3 and number[0] != "0":
        raise ValueError("could be thousands or decimals; say in the plan what decimals begin with")
    return mark


def state(cell: str) -> ItineraryState:
    """The state that a cell says, in the words of many portals; raises ValueError."""
    plain = " ".join(re.sub(r"[_\-]+", " ", folded(cell)).split())
    if plain not in _WORDS:
        words = ", ".join(each.value for each in ItineraryState)
        raise ValueError(f"is no state: {words}")
    return _WORDS[plain]


def count(cell: str, most: int) -> int:
    """A whole number from nought to `most`; raises ValueError."""
    text = cell.strip()
    if not re.fullmatch(r"\d{1,6}", text, re.ASCII) or int(text) > most:
        raise ValueError(f"is no whole number up to {most}")
    return int(text)
