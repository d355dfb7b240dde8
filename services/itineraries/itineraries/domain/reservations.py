"""A CSV file of reservations: what its columns are, and what a row says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from contracts.contacts import NewIdentity, Scheme
from contracts.importing import ImportColumn, ImportGuess, ImportPolicy
from contracts.itineraries import (
    Guest,
    ItineraryDetails,
    ItineraryState,
    Listing,
    Portal,
    ReservationPlan,
)
from fairlead import sheets
from fairlead.contract import invalid
from fairlead.errors import Invalid
from fairlead.local_time import ended
from fairlead.sheets import LONGEST_CELL, Sheets

from . import cells, plan, tags
from .search import folded
from .states import OCCUPYING

SHEETS = Sheets("itineraries.import_unreadable")
MOST_NIGHTS = 3650
MOST_ADDRESSES = 5  # of one scheme
LONGEST_ADDRESS = 254

TARGETS: Mapping[str, tuple[str, ...]] = {
    "external_id": (
        "external id", "id", "reservation id", "booking id", "booking number", "confirmation code",
        "confirmation number", "reservation number", "reservation", "book number", "reference",
    ),
    "portal": ("portal", "channel", "source", "ota", "booking source", "booked on"),
    "listing": (
        "listing", "property", "apartment", "unit", "room", "listing name", "property name",
    ),
    "guest": ("guest", "guest name", "name", "guest s name", "booker", "lead guest", "hospede"),
    "first_name": ("first name", "given name", "guest first name", "vorname"),
    "last_name": ("last name", "surname", "family name", "guest last name", "nachname"),
    "email": (
        "email", "e mail", "mail", "email address", "guest email", "guest s email", "booker email",
    ),
    "phone": (
        "phone", "mobile", "telephone", "phone number", "guest phone", "contact", "telefone",
        "telefono", "telefon",
    ),
    "guests": ("guests", "guest names", "all guests", "participants"),
    "title": ("title", "trip", "trip name"),
    "start": (
        "start", "arrival", "check in", "checkin", "arrival date", "check in date", "start date",
        "from", "anreise", "chegada", "llegada",
    ),
    "end": (
        "end", "departure", "check out", "checkout", "departure date", "check out date",
        "end date", "to", "until", "abreise", "partida", "saida", "salida",
    ),
    "nights": ("nights", "of nights", "number of nights", "duration (nights)", "length of stay"),
    "zone": ("zone", "time zone", "timezone"),
    "state": ("state", "status", "booking status", "reservation status", "estado"),
    "price": ("price", "total", "total price", "amount", "gross", "earnings", "total amount"),
    "currency": ("currency", "currency code", "moeda", "wahrung", "moneda"),
    "commission": ("commission", "commission amount", "host service fee", "comissao"),
    "language": ("language", "guest language", "idioma", "sprache"),
    "tags": ("tags", "labels", "etiquetas"),
    "notes": ("notes", "note", "remarks", "comments", "special requests", "message"),
    "booked": ("booked", "booked at", "created", "created at", "booking date", "date booked"),
}  # fmt: skip
_HEADINGS = sheets.by_heading(TARGETS)
_SEVERAL = re.compile(r"[;|\n]")
_TAGS = re.compile(r"[;,|\n]")
_REACHED = {"email": Scheme.EMAIL, "phone": Scheme.PHONE}
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_NAMES = UUID("7b0a4e0e-2d8a-4d5e-8a65-0d2f8c4be7a1")


@dataclass(frozen=True)
class Known:
    """What rows may refer to, by what they may call it; None where two are called so."""

    listings: Mapping[str, Listing | None]
    portals: Mapping[str, Portal | None]
    zone: str

    @classmethod
    def of(cls, listings: Iterable[Listing], portals: Iterable[Portal], zone: str) -> Known:
        """The organisation's listings and portals; `zone` is its own."""
        by_name: dict[str, Listing | None] = {}
        for each in listings:
            ids = [name.id for name in each.external_ids]
            for name in {str(each.id), folded(each.name), *map(folded, ids)}:
                by_name[name] = None if name in by_name else each
        sources: dict[str, Portal | None] = {}
        for portal in portals:
            for name in {str(portal.id), folded(portal.name)}:
                sources[name] = None if name in sources else portal
        return cls(by_name, sources, zone)


@dataclass(slots=True)
class Row:
    """What one row says of a reservation. `said` are the fields of the details that it names."""

    line: int
    cells: list[str]
    said: dict[str, Any] = field(default_factory=dict)
    nights: int | None = None
    state: ItineraryState | None = None
    booked: dt.date | None = None
    details: ItineraryDetails | None = None
    reached: list[NewIdentity] = field(default_factory=list)  # the lead guest
    refused: tuple[str, str] | None = None  # in which column, and why

    def whole(self) -> ItineraryDetails:
        """The details; only of a row that is not refused."""
        assert self.details is not None, "a refused row has none"
        return self.details

    def know_guest(self, contact_id: UUID) -> None:
        """Who the lead guest is."""
        first, *others = self.whole().guests
        self.said["guests"] = [replace(first, contact_id=contact_id), *others]
        self.details = replace(self.whole(), guests=self.said["guests"])

    def id(self) -> UUID:
        """The id of the trip that a row without an external id makes: the same each time."""
        about = self.whole()
        who = folded(about.guests[0].name if about.guests else about.title)
        key = (about.portal_id, about.listing_id, about.start, about.end, who)
        return uuid5(_NAMES, "|".join(map(str, key)))


def guess(content: bytes, remembered: Any = None) -> ImportGuess:
    """How a file is probably written, and what its columns probably are.

    `remembered` gives what columns with these headings were the last time, or None.
    """
    found = SHEETS.guess(content)
    names = [each.name for each in found.columns]
    targets: list[str | None] = [None] * len(names)
    if found.header:
        before = None if remembered is None else remembered(names)
        targets = before or [sheets.target(name, _HEADINGS) for name in names]
    return ImportGuess(
        encoding=found.encoding,
        delimiter=found.delimiter,
        header=found.header,
        rows=found.rows,
        columns=[
            ImportColumn(name=each.name, samples=each.samples, target=target)
            for each, target in zip(found.columns, sheets.suggested(targets, TARGETS), strict=False)
        ],
        targets=list(TARGETS),
    )


def check_plan(wanted: ReservationPlan, known: Known) -> None:
    """Raise Invalid for columns from which no reservation comes, and for what is not known."""
    wrong: dict[str, str] = {}
    seen: set[str] = set()
    for number, target in enumerate(wanted.targets):
        if target is None:
            continue
        if target not in TARGETS:
            wrong[f"plan.targets[{number}]"] = "is no field of a reservation"
        elif target in seen:
            wrong[f"plan.targets[{number}]"] = "is what another column is already"
        seen.add(target)
    if "start" not in seen or not seen & {"end", "nights"}:
        wrong["plan.targets"] = "name the start, and the end or the nights"
    for name, there in (("portal", known.portals), ("listing", known.listings)):
        id = getattr(wanted, f"{name}_id")
        found = there.get(str(id))
        if id is not None and (found is None or found.archived):
            wrong[f"plan.{name}_id"] = f"is no {name}" if found is None else "is archived"
    if wrong:
        raise Invalid.fields("itineraries.invalid", wrong)
    plan.check(tags.problems(wanted.tags), plan.zone_problems(wanted.zone or "UTC"))


def understand(line: int, given: Sequence[str], wanted: ReservationPlan, known: Known) -> Row:
    """What a row says; with `refused` where it cannot be taken."""
    row = Row(line, list(given))
    filled = {
        target: cell.strip()
        for target, cell in zip(wanted.targets, given, strict=False)
        if target is not None and cell.strip()
    }
    currency = filled.pop("currency", "").upper() or wanted.currency
    names = [filled.pop(name, "") for name in ("first_name", "last_name")]
    if any(names):
        filled.setdefault("guest", " ".join(filter(None, names)))
    for target, cell in filled.items():
        if len(cell) > LONGEST_CELL:
            row.refused = target, f"is longer than {LONGEST_CELL} characters"
            return row
        try:
            _take(row, target, cell, wanted, known, currency)
        except ValueError as error:
            row.refused = target, str(error)
            return row
    return _completed(row, wanted, known)


def _take(
    row: Row, target: str, cell: str, wanted: ReservationPlan, known: Known, currency: str | None
) -> None:
    if target in ("start", "end"):
        row.said[target] = cells.day(cell, wanted.days)
    elif target == "booked":
        row.booked = cells.day(cell, wanted.days)
    elif target == "nights":
        row.nights = cells.count(cell, MOST_NIGHTS)
    elif target == "state":
        row.state = cells.state(cell)
    elif target in ("price", "commission"):
        row.said[target] = cells.money(cell, currency, wanted.decimals)
    elif target in ("listing", "portal"):
        names = known.listings if target == "listing" else known.portals
        if (found := names.get(folded(cell))) is None:
            called = folded(cell) in names
            raise ValueError(
                "is what several are called: use an id" if called else f"is no {target}"
            )
        if found.archived:
            raise ValueError("is archived")
        row.said[f"{target}_id"] = found.id
    elif target in _REACHED:
        given = [each.strip() for each in _SEVERAL.split(cell) if each.strip()][:MOST_ADDRESSES]
        if any(len(each) > LONGEST_ADDRESS for each in given):
            raise ValueError(f"is longer than {LONGEST_ADDRESS} characters")
        row.reached += [NewIdentity(scheme=_REACHED[target], value=each) for each in given]
    elif target in ("guest", "guests"):
        new = [
            Guest(name=plan.one_line(each)[:200]) for each in _SEVERAL.split(cell) if each.strip()
        ]
        have = row.said.get("guests", [])
        both = [*new, *have] if target == "guest" else [*have, *new]
        row.said["guests"] = list({folded(each.name): each for each in both}.values())
    elif target == "language":
        if _LANGUAGE.fullmatch(cell) is None:
            raise ValueError("is no language tag, as pt or de-AT")
        row.said[target] = cell
    elif target == "tags":
        row.said[target] = [each.strip() for each in _TAGS.split(cell) if each.strip()]
    elif target == "notes":
        row.said[target] = cell.replace("\0", "")
    else:
        row.said[target] = plan.one_line(cell)


def _completed(row: Row, wanted: ReservationPlan, known: Known) -> Row:
    """The row with what the plan and its own other cells add to what it says."""
    said = row.said
    if "start" not in said:
        row.refused = "start", "is blank"
        return row
    if "end" not in said:
        if row.nights is None:
            row.refused = "end", "is blank"
            return row
        said["end"] = said["start"] + dt.timedelta(days=row.nights)
    elif row.nights is not None and (said["end"] - said["start"]).days != row.nights:
        row.refused = "nights", "is not what lies between the days"
        return row
    if row.reached and "guests" not in said:
        said["guests"] = [Guest(name=row.reached[0].value[:200])]
    if guests := said.get("guests"):
        said["guests"] = [Guest(name=guests[0].name, lead=True), *guests[1:]]
    listing = known.listings.get(str(said.get("listing_id", wanted.listing_id)))
    named = guests[0].name if guests else said.get("external_id") or (listing and listing.name)
    whole = {
        "title": (named or "Reservation")[:200],
        "listing_id": wanted.listing_id,
        "portal_id": wanted.portal_id,
        "zone": listing.zone if listing is not None else wanted.zone or known.zone,
    }
    try:
        row.details = _checked(whole | said)
    except Invalid as error:
        wrong = error.details["errors"][0]
        column = re.split(r"[.\[]", wrong["field"])[0]
        row.refused = _COLUMNS.get(column, column), wrong["reason"]
    return row


_COLUMNS = {"listing_id": "listing", "portal_id": "portal"}


def _checked(said: Mapping[str, Any]) -> ItineraryDetails:
    try:
        details = msgspec.convert(
            msgspec.to_builtins(ItineraryDetails(**said)), ItineraryDetails
        )  # so that what the contract says of lengths holds here too
    except msgspec.ValidationError as error:
        raise invalid("itineraries.invalid", error) from None
    plan.check_itinerary(details, "")
    return replace(details, tags=tags.tidied(details.tags))


def merged(
    present: ItineraryDetails, row: Row, policy: ImportPolicy, labels: Sequence[str]
) -> ItineraryDetails:
    """A trip's details with what a row says, or with what of it the trip has not; tags of both."""
    said = dict(row.said)
    said["tags"] = tags.tidied([*present.tags, *said.get("tags", ()), *labels])
    if "guests" in said:
        # Whose name is there already stays who he is.
        known = {folded(guest.name): guest for guest in present.guests}
        new = {folded(guest.name): guest.contact_id for guest in said["guests"]}
        known = {name: _known(guest, new.get(name)) for name, guest in known.items()}
        there = [known.pop(folded(guest.name), guest) for guest in present.guests]
        known = {folded(guest.name): guest for guest in there}
        said["guests"] = [known.get(folded(each.name), each) for each in said["guests"]]
        lead = next((each for each in said["guests"] if each.lead), None)
        said["guests"] = [replace(each, lead=each is lead) for each in said["guests"]]
    if policy is ImportPolicy.FILL:
        if "guests" in said and present.guests:  # who they are may be blank as well
            present = replace(present, guests=there)
        blank = {name for name in said if getattr(present, name) in (None, "", [])}
        said = {name: said[name] for name in said if name in blank or name == "tags"}
    return replace(present, **said)


def _known(guest: Guest, contact_id: UUID | None) -> Guest:
    return guest if guest.contact_id is not None else replace(guest, contact_id=contact_id)


def placed(state: ItineraryState, details: ItineraryDetails, now: dt.datetime) -> ItineraryState:
    """The state of a stay that is told to be in `state`: one that is over is finished."""
    over = state in OCCUPYING and ended(details.end, details.zone) <= now
    return ItineraryState.FINISHED if over else state
