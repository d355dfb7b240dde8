"""What stands on a trip's paper, in the words of its reader; how it is drawn is elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from contracts.accounts import Branding
from contracts.common import Money
from contracts.itineraries import (
    Itinerary,
    ItineraryState,
    PaperKind,
    PaymentKind,
    Service,
    ServiceState,
)
from fairlead import dates
from fairlead.errors import Conflict
from fairlead.prices import price

LONGEST_TEXT = 3000  # characters of one description; a paper is for reading on the way
_NOT_SHOWN = frozenset({ServiceState.DECLINED, ServiceState.CANCELLED})
_CONFIRMED = frozenset(
    {ItineraryState.CONFIRMED, ItineraryState.IN_PROGRESS, ItineraryState.FINISHED}
)

LANGUAGES = ("en", "de", "es", "fr", "pt", "it")
_TABLE: Mapping[str, tuple[str, str, str, str, str, str]] = {
    "itinerary": ("Itinerary", "Reiseplan", "Itinerario", "Itinéraire", "Itinerário",
                  "Itinerario"),
    "confirmation": ("Booking confirmation", "Buchungsbestätigung", "Confirmación de la reserva",
                     "Confirmation de réservation", "Confirmação da reserva",
                     "Conferma della prenotazione"),
    "until": ("to", "bis", "a", "au", "a", "al"),
    "guests": ("Guests", "Gäste", "Personas", "Voyageurs", "Pessoas", "Ospiti"),
    "place": ("Place", "Ort", "Lugar", "Lieu", "Local", "Luogo"),
    "address": ("Address", "Adresse", "Dirección", "Adresse", "Morada", "Indirizzo"),
    "payments": ("Price and payments", "Preis und Zahlungen", "Precio y pagos",
                 "Prix et paiements", "Preço e pagamentos", "Prezzo e pagamenti"),
    "price": ("Total price", "Gesamtpreis", "Precio total", "Prix total", "Preço total",
              "Prezzo totale"),
    "received": ("Received", "Erhalten", "Recibido", "Reçu", "Recebido", "Ricevuto"),
    "refunded": ("Refunded", "Erstattet", "Reembolsado", "Remboursé", "Reembolsado", "Rimborsato"),
    "due": ("Due", "Fällig", "A pagar", "À payer", "A pagar", "Da pagare"),
    "outstanding": ("Still to pay", "Noch zu zahlen", "Pendiente", "Reste à payer",
                    "Por pagar", "Ancora da pagare"),
    "page": ("Page", "Seite", "Página", "Page", "Página", "Pagina"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """A service: when, what, and lines of a name and a value below it."""

    when: str
    zone: str
    name: str
    text: str
    facts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Sum:
    """A row of the payments; `strong` is what the eye should find."""

    label: str
    amount: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """Everything that is drawn."""

    file_name: str
    heading: str
    reference: str
    title: str
    stay: str
    guests: str
    days: list[tuple[str, list[Entry]]]
    sums_heading: str
    sums: list[Sum]
    page: str
    company: str
    colour: str
    footer: list[str]


def check_state(kind: PaperKind, state: ItineraryState) -> None:
    """Conflict `itineraries.not_confirmed` for a confirmation of what is not confirmed."""
    if kind is PaperKind.CONFIRMATION and state not in _CONFIRMED:
        reason = f"A trip that is {state.value} has no confirmation"
        raise Conflict("itineraries.not_confirmed", reason, state=state.value)


def paper(
    trip: Itinerary, kind: PaperKind, wanted: str | None, branding: Branding, footer: str
) -> Paper:
    """What stands on a trip's paper."""
    language = _language(wanted or trip.details.language)
    words = _words(language)
    details = trip.details
    shown = [each for each in trip.services if each.details.state not in _NOT_SHOWN]
    shown.sort(key=lambda each: (each.details.date, each.starts_at))
    days = groupby(shown, key=lambda each: each.details.date)
    with_money = kind is PaperKind.CONFIRMATION
    return Paper(
        file_name=f"{trip.reference}-{kind.value}.pdf",
        heading=words[kind.value],
        reference=trip.reference,
        title=details.title,
        stay=f"{_day(details.start, language)} {words['until']} {_day(details.end, language)}",
        guests=", ".join(guest.name for guest in details.guests),
        days=[
            (_day(day, language), [_entry(each, words, language) for each in services])
            for day, services in days
        ],
        sums_heading=words["payments"],
        sums=list(_sums(trip, words, language)) if with_money else [],
        page=words["page"],
        company=branding.name,
        colour=branding.colour,
        footer=[line for line in (*branding.address, branding.website or "", footer) if line],
    )


def _language(wanted: str | None) -> str:
    return wanted if wanted and wanted[:2] in LANGUAGES else LANGUAGES[0]


def _words(language: str) -> dict[str, str]:
    column = LANGUAGES.index(language[:2])
    return {name: texts[column] for name, texts in _TABLE.items()}


def _day(day: dt.date, language: str) -> str:
    return dates.day(day, language)


def _entry(service: Service, words: Mapping[str, str], language: str) -> Entry:
    it = service.details
    at = dates.when(it.date, it.time, service.starts_at, it.duration, it.zone, language)
    text = it.description
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT].rstrip() + "…"
    facts = [
        (words["guests"], str(it.pax)),
        (words["place"], it.place),
        (words["address"], it.address),
    ]
    return Entry(
        when=f"{at.time}–{at.until}" if at.until else at.time,
        zone=at.zone,
        name=it.name,
        text=text,
        facts=[(name, value) for name, value in facts if value],
    )


def _sums(trip: Itinerary, words: Mapping[str, str], language: str) -> Iterator[Sum]:
    def said(amount: int, currency: str) -> str:
        return price(amount, currency, language)

    asked: Money | None = trip.details.price
    if asked is not None:
        yield Sum(words["price"], said(asked.amount, asked.currency), strong=True)
    for instalment in trip.instalments:
        label = f"{words['due']} {_day(instalment.due, language)}"
        note = f" ({instalment.label})" if instalment.label else ""
        yield Sum(label + note, said(instalment.amount.amount, instalment.amount.currency))
    for payment in trip.payments:
        if payment.voided_at is None:
            came = payment.kind is PaymentKind.RECEIVED
            label = words["received" if came else "refunded"]
            sign = 1 if came else -1
            amount = said(sign * payment.amount.amount, payment.amount.currency)
            yield Sum(f"{label} {_day(payment.date, language)}", amount)
    for balance in trip.balances:
        if balance.asked:
            amount = said(balance.outstanding, balance.currency)
            yield Sum(words["outstanding"], amount, strong=True)
