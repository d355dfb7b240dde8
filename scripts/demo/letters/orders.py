"""Purchase orders to suppliers, and what they answer."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.channels import DeliveryStatus
from contracts.common import FileRef
from contracts.contacts import ContactKind
from contracts.inbox import LinkOrigin, MessageKind
from contracts.itineraries import ItineraryState as State
from contracts.itineraries import ServiceDetails, ServiceKind
from contracts.itineraries import ServiceState as Said

from ..model import REFERENCE, Employee, Person, Planned, Sending
from ..pdf import page
from ..seeding import dice
from ..trips import Journey
from .archive import Archive
from .greetings import from_them, from_us
from .thread import Thread

_ORDERED = (Said.CONFIRMED, Said.DECLINED, Said.REQUESTED)

_OWN_HOUSE = ServiceKind.OTHER  # a stay, but its keeper speaks otherwise than a hotel

_CONFIRMED = {
    ServiceKind.TRANSFER: (
        "All noted and confirmed. The driver has the flight and will wait with the name sign.",
        "Confirmed. For that many bags I will send the bigger car, at the same price.",
        "OK for all dates. Please give the guests the number that is on your voucher.",
    ),
    ServiceKind.STAY: (
        "We are happy to confirm the nights as ordered, breakfast included. "
        "The wishes are noted; the early check-in depends on the day before.",
        "Booked. The rooms lie next to each other, as you would like it.",
    ),
    _OWN_HOUSE: (
        "The house is theirs for these nights. The key is with the neighbour on the left.",
        "Confirmed. The house will be warm, and there is something for breakfast in the fridge.",
    ),
    ServiceKind.MEAL: (
        "The table is reserved, by the window. We keep it for twenty minutes.",
        "Confirmed. The kitchen knows about the diets; please remind the guests to say it again.",
    ),
}
_CONFIRMED_ELSE = (
    "Confirmed as ordered. We meet at the usual point, ten minutes before.",
    "With pleasure! The places are reserved and the names are on the list.",
    "That works well. If it rains we start half an hour later, I will write to you then.",
)
_CONFIRMED_AT_HOME = {
    "pt": "Está tudo confirmado, conforme o pedido. Se houver alguma alteração de horário, "
    "basta responder a esta mensagem. Obrigado pela confiança!",
    "es": "Queda todo confirmado tal como lo pedís. Si cambia el número de personas, avisadnos "
    "con dos días de antelación, por favor. ¡Muchas gracias!",
    "fr": "C'est noté et confirmé. Pour les repas, merci de nous rappeler les allergies la veille.",
}
_DECLINED = {
    ServiceKind.STAY: "I am sorry, we are full on these nights: a wedding has taken all the house. "
    "Two nights later everything is free again.",
    _OWN_HOUSE: "I am so sorry: we need the house ourselves that week, my sister marries.",
    ServiceKind.TRANSFER: "Sorry, that day all my cars are out. A colleague could do it for 20 "
    "euros more, tell me if I should ask him.",
}
_DECLINED_ELSE = (
    "Unfortunately that date is taken by another group. I could do the day before or the day "
    "after, at the same time and price."
)
_QUESTIONS = {
    ServiceKind.TRANSFER: "One question before I confirm: how many large suitcases do the guests "
    "bring? And is the flight number still right?",
    ServiceKind.STAY: "We can keep the rooms until Friday. Do the guests want one double bed or "
    "two beds, and around what time do they arrive?",
    _OWN_HOUSE: "The house is free then. Do they come by car, and around what time? The lane is "
    "narrow, somebody should meet them below.",
    ServiceKind.MEAL: "Gladly. Would an earlier table do? At the time you ask for we have only "
    "places on the terrace.",
}
_QUESTIONS_ELSE = (
    "The date is free. Could you tell me the ages of the guests and in which language they "
    "would like it? Then I confirm at once.",
    "Would the guests mind sharing it with a couple from Denmark? If so I can keep it private for "
    "a little more, just say.",
    "Possible, but the sun goes down early by then: may we begin half an hour before the time in "
    "your order?",
)


def orders(
    seed: int,
    today: dt.date,
    journeys: Sequence[Journey],
    people: Mapping[UUID, Person],
    sending: Sending,
    authors: Sequence[Employee],
    archive: Archive,
) -> Iterator[Thread]:
    """One correspondence for some suppliers of each trip that was sold."""
    for journey in journeys:
        if journey.slot.state not in (State.FINISHED, State.IN_PROGRESS, State.CONFIRMED):
            continue
        throw = dice(seed, "orders", journey.slot.number)
        for supplier_id, services in _chosen(throw, journey):
            person = people[supplier_id]
            key = f"order {journey.slot.number} {person.email}"
            thread = Thread(seed, key, today, person, sending, journey.trip)
            order = _Order(thread, services, throw.choice(authors), journey.lead.name)
            order.write(_day(journey, throw.randint(2, 9)), archive)
            yield thread


def _chosen(throw: random.Random, journey: Journey) -> Iterator[tuple[UUID, list[Planned]]]:
    """Some who did not simply say yes, one who did, and the house where guests sleep now."""
    by_supplier: dict[UUID, list[Planned]] = {}
    for planned in journey.trip.services:
        supplier = planned.details.supplier_id
        if supplier is not None and planned.details.state in _ORDERED:
            by_supplier.setdefault(supplier, []).append(planned)
    agreed = {
        supplier: services
        for supplier, services in by_supplier.items()
        if services[0].details.state is Said.CONFIRMED
    }
    yield from [each for each in by_supplier.items() if each[0] not in agreed][:2]
    if journey.slot.state is State.IN_PROGRESS:
        house = next(
            supplier
            for supplier, services in agreed.items()
            if services[0].details.kind is ServiceKind.STAY
        )
        yield house, agreed.pop(house)
    if agreed:
        yield throw.choice(list(agreed.items()))


def _day(journey: Journey, before: int) -> int:
    """When the order went out: well before the trip, and before yesterday."""
    return min(journey.slot.start - before, -2) if journey.slot.start < 4 else -before


@dataclass(frozen=True, slots=True)
class _Order:
    thread: Thread
    services: Sequence[Planned]
    author: Employee
    guest: str

    @property
    def details(self) -> list[ServiceDetails]:
        return [planned.details for planned in self.services]

    def write(self, day: int, archive: Archive) -> None:
        """The order, and the answer if one came; a question came only yesterday."""
        thread, answer = self.thread, self.details[0].state
        subject = f"Purchase order [{REFERENCE}]: {_what(self.details)}"
        is_open = answer is Said.REQUESTED
        asks = is_open and thread.dice.random() < 0.5
        thread.sent(
            day,
            subject,
            _order(thread.person, self.author, self.details),
            self.author,
            kind=MessageKind.PURCHASE_ORDER,
            link=LinkOrigin.CONCIERGE,
            service_ids=[planned.id for planned in self.services],
            status=DeliveryStatus.DELIVERED if is_open and not asks else DeliveryStatus.READ,
        )
        if is_open and not asks:
            return
        thread.came(
            -1 if asks else day,
            f"Re: {subject}",
            from_them(thread.person, self.author, _reply(thread, self.details[0])),
            attachments=list(self._attached(archive)),
            unread=asks,
        )

    def _attached(self, archive: Archive) -> Iterator[FileRef]:
        """The first house that confirms sends its confirmation as a page."""
        stay = self.details[0]
        agreed = stay.state is Said.CONFIRMED and stay.kind is ServiceKind.STAY
        if agreed and not archive.documents:
            lines = [
                f"Guest: {self.guest}, {stay.pax} in all",
                f"Arrival: {_date(stay.date)}",
                stay.name,
                stay.notes,
                stay.requirements,
                "",
                stay.address,
            ]
            content = page(f"{stay.supplier_name}: booking confirmation", lines)
            yield archive.keep("booking-confirmation.pdf", "application/pdf", content)


def _reply(thread: Thread, details: ServiceDetails) -> str:
    is_owner = thread.person.kind is ContactKind.OWNER
    kind = _OWN_HOUSE if is_owner else details.kind
    if details.state is Said.DECLINED:
        return _DECLINED.get(kind, _DECLINED_ELSE)
    if details.state is Said.REQUESTED:
        return _QUESTIONS.get(kind) or thread.dice.choice(_QUESTIONS_ELSE)
    throw = thread.dice
    at_home = _CONFIRMED_AT_HOME.get(thread.person.language or "")
    if at_home and throw.random() < 0.4:
        return at_home
    return throw.choice(_CONFIRMED.get(kind, _CONFIRMED_ELSE))


def _what(details: Sequence[ServiceDetails]) -> str:
    first = details[0]
    if len(details) == 1:
        return f"{first.name}, {_date(first.date)}"
    return f"{len(details)} services from {_date(first.date)}"


def _order(person: Person, author: Employee, details: Sequence[ServiceDetails]) -> str:
    plural = "s" if len(details) > 1 else ""
    house = "your house" if person.kind is ContactKind.OWNER else "you"
    return from_us(
        person,
        author,
        f"we would like to order the following service{plural} from {house}.",
        *(_item(number, each) for number, each in enumerate(details, 1)),
        "Please confirm by an answer to this message, and tell us soon if anything cannot be "
        f"done as described. Our reference for your invoice is {REFERENCE}.",
    )


def _item(number: int, details: ServiceDetails) -> str:
    when = f"{details.date:%A} {_date(details.date)}"
    if details.time is not None:
        when += f" at {details.time:%H:%M} ({details.zone})"
    rows = [f"{number}. {details.name}", f"When: {when}", f"Guests: {details.pax}"]
    rows.append(f"Where: {details.place}, {details.address}")
    if details.notes:
        rows.append(f"Notes: {details.notes}")
    if details.requirements:
        rows.append(f"Requirements: {details.requirements}")
    return "\n".join(rows)


def _date(date: dt.date) -> str:
    return f"{date.day} {date:%B %Y}"
