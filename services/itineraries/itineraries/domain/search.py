"""How trips and services are searched: what is looked into, and what a calendar is asked for."""

from __future__ import annotations

from contracts.itineraries import ItineraryDetails, ServiceDetails
from fairlead.store.search.folding import fold

_LONGEST = 4000
_MOST_WORDS = 8


def searched(reference: str, details: ItineraryDetails) -> str:
    """Everything of a trip itself that a search looks into, folded."""
    names = (guest.name for guest in details.guests)
    return folded(" ".join((reference, details.title, *names)))[:_LONGEST]


def searched_service(details: ServiceDetails) -> str:
    """Everything that a search of the calendar looks into, folded."""
    lines = (details.name, details.place, details.address, details.supplier_name)
    return folded(" ".join(lines))[:_LONGEST]


def words(q: str) -> list[str]:
    """The folded words that must all be found in a calendar's days, at most eight."""
    return folded(q).split()[:_MOST_WORDS]


def folded(text: str) -> str:
    """`text` as it is compared: without case, accents and runs of blanks ("José" is "jose")."""
    return " ".join(fold(text).split())
