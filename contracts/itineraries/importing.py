"""Reservations from CSV files."""

from __future__ import annotations

import enum
from typing import Protocol
from uuid import UUID

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Currency, Tags, Zone
from ..importing import Delimiter, Encoding, ImportGuess, ImportPolicy, Targets
from ..jobs import Job
from .states import ItineraryState


class DayOrder(enum.Enum):
    """How a day is written whose parts are all numbers and whose year is not the first."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class DecimalMark(enum.Enum):
    """What stands before the decimals of an amount."""

    POINT = "point"
    COMMA = "comma"


class ReservationPlan(Message):
    """How to read a file of reservations, one a row.

    `targets` has one for each column, null for one to be left out; the arrival is needed, and the
    departure or how many nights. What a row does not say is the same for all: its portal and
    listing, the zone where it has no listing, the currency, the state; `tags` are given to all
    that are new. A day of numbers alone is read by `days`, an amount by `decimals`; without that
    an amount which could be two is refused. The lead guest whose mail or phone a row tells is found
    among the contacts, or made. A trip that there is already is found by portal and external id, or
    without one by its portal, listing, days and guest as they were in the file.
    """

    targets: Targets
    encoding: Encoding = "utf-8"
    delimiter: Delimiter = ","
    header: bool = True
    days: DayOrder = DayOrder.DAY_FIRST
    decimals: DecimalMark | None = None
    portal_id: UUID | None = None
    listing_id: UUID | None = None
    zone: Zone | None = None
    currency: Currency | None = None
    state: ItineraryState = ItineraryState.CONFIRMED
    tags: Tags = []
    policy: ImportPolicy = ImportPolicy.FILL


class Importing(Interface, Protocol):
    """Import of reservations."""

    @call(rights.EDIT_ITINERARIES, deadline=20.0)
    def inspect_reservations(self, *, file_id: UUID) -> ImportGuess:
        """Look at an uploaded file. The mapping of the last import with the same headings is
        suggested again. NotFound `inbox.file_not_found`, Invalid `itineraries.import_unreadable`,
        Conflict `files.waiting` until the virus check has spoken, `files.infected` or
        `files.blocked` where it let the file not pass."""
        ...

    @call(rights.EDIT_ITINERARIES, mutates=True, deadline=20.0)
    def import_reservations(
        self,
        *,
        file_id: UUID,
        plan: ReservationPlan,
        dry_run: bool = False,
        id: UUID | None = None,
    ) -> Job:
        """Import a file as a job (kind `import`), or only say what that would do.

        `counts` of the job: created, updated, unchanged. What is refused stands in its file of
        refusals with line, column and reason, and can be mended there and given in again: a trip
        that is there already is found and not doubled. One whose last day is over comes in as
        finished. Imported trips are marked by their `origin`. Raises what
        `inspect_reservations` does.
        """
        ...
