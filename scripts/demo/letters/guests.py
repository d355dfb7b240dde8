"""Letters with travellers: from the first question to the thanks afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from contracts.channels import DeliveryStatus
from contracts.inbox import LinkOrigin
from contracts.itineraries import ItineraryState as State

from ..model import REFERENCE, Employee, Sending
from ..seeding import dice
from ..trips import Journey
from .greetings import from_them, from_us
from .thread import Thread

_INQUIRY = (
    "{we_are} and dream of “{route}” around {start}. Could you tell us what it would cost, and "
    "whether the season is right? Good food matters, and no large buses please.",
    "a friend gave me your address. Is there still room for {places} from {start}? I thought of "
    "“{route}”, but am open to your ideas.",
    "I read about “{route}” on your site, and it sounds like us: {we_are}, and could be there "
    "on {start}. Walking far is hard for me: is that a problem?",
)
_INQUIRY_AT_HOME = {
    "cs": "rádi bychom s vámi jeli na cestu „{route}“ (počet osob: {pax}, od {dotted}). Máte ještě "
    "volno? Klidně odpovězte anglicky.",
    "es": "nos gustaría hacer el viaje «{route}» a partir del {slashed} (personas: {pax}). ¿Nos "
    "podéis mandar una propuesta con precio? Podéis contestar en inglés.",
    "pt-BR": "queríamos fazer a viagem “{route}” a partir de {slashed} (pessoas: {pax}). Vocês "
    "ainda têm vaga? Podem responder em inglês sem problema.",
}
_PROPOSAL = (
    "thank you for your message. Here is what we would do with you: “{route}”, from {start} to "
    "{end}, for {party}, with private transfers, all nights and everything in the plan.",
    "The price in all is {price}. A deposit of 30 % keeps every place; the "
    "balance is due thirty days before you leave.",
    "Tell us what you would like otherwise, and we change it.",
)
_ACCEPTED = (
    "that looks wonderful, we take it. The deposit leaves our account today.",
    "we have thought it over for one evening and say yes! Please send us what we have to sign.",
    "perfect. Only one thing: could the first dinner be a late one? Otherwise everything is as we "
    "wished.",
)
_BOOKED = (
    "your journey “{route}” is booked, under the reference {reference}. We have written to "
    "everybody who will look after you.",
    "Two weeks before you leave you get the plan with all meeting points. Until then there is "
    "nothing to do but to look forward to it.",
)
_QUESTIONS = (
    "a small question: is there somewhere to have laundry done half way, or should we pack more?",
    "our flight was moved by two hours. Does the driver know, or do we have to tell him?",
    "my sister would like to come along for the last two nights. Is there a room for her?",
    "what shoes should we bring for the walks? And does it get cold in the evening?",
    "can we pay the balance in two parts, or is that a complication for you?",
    "I forgot to say: no fish for me at the dinners, please. Everything else is welcome.",
    "is it possible to get a vegetarian menu on the day with the driver? We have seen the plan "
    "and look forward to it a lot.",
)
_ARRIVED = (
    "we are here, and it is even better than in the pictures. The driver was there before us!",
    "all well so far. Could you move tomorrow's start by half an hour? We were out late.",
)
_THANKS = (
    "we are home again and still talk about it every evening. Thank you for everything, and "
    "please greet the people at the house from us.",
    "thank you! It was worth every cent. The boat was the best part, the traffic on the last day "
    "the only bad one.",
)
_CANCELLED = (
    "I am very sorry, but we have to cancel: my father is ill and we cannot leave him now. What "
    "do we owe you?"
)


class _Writing:
    """What letters about one journey have in common."""

    def __init__(self, journey: Journey, thread: Thread, author: Employee) -> None:
        self.journey = journey
        self.thread = thread
        self.author = author
        details = journey.trip.details
        self.title = journey.slot.route.title
        price = details.price
        pax, start = len(details.guests), details.start
        self.fields = {
            "route": self.title,
            "pax": pax,
            "we_are": "I travel alone" if pax == 1 else f"we are {_count(pax)}",
            "places": "one" if pax == 1 else f"{_count(pax)} of us",
            "party": "one person" if pax == 1 else f"{_count(pax)} people",
            "dotted": f"{start.day}. {start.month}. {start.year}",
            "slashed": f"{start.day}/{start.month}/{start.year}",
            "start": _date(details.start),
            "end": _date(details.end),
            "price": f"{price.amount // 100:,} {price.currency}" if price else "",
            "reference": REFERENCE,
        }

    def we(self, day: int, subject: str, *paragraphs: str, mistyped: str = "") -> None:
        """We write."""
        text = from_us(
            self.thread.person, self.author, *(each.format(**self.fields) for each in paragraphs)
        )
        status = DeliveryStatus.FAILED if mistyped else DeliveryStatus.READ
        self.thread.sent(day, subject, text, self.author, status=status, mistyped=mistyped)

    def they(
        self, day: int, subject: str, text: str, *, first: bool = False, unread: bool = False
    ) -> None:
        """They write; `first` when nobody wrote before, so that a person put it on the trip."""
        author = None if first else self.author
        letter = from_them(self.thread.person, author, text.format(**self.fields))
        link = LinkOrigin.HAND if first else LinkOrigin.REPLY
        self.thread.came(day, subject, letter, link=link, unread=unread)


def guests(
    seed: int,
    today: dt.date,
    journeys: Sequence[Journey],
    operations: Sending,
    sales: Sending,
    authors: Sequence[Employee],
) -> Iterator[Thread]:
    """The letters about each trip that no agent sold, by its state."""
    bounced = False
    for journey in journeys:
        if journey.agent is not None:
            continue
        throw = dice(seed, "guests", journey.slot.number)
        selling = journey.slot.state in (State.INQUIRY, State.PROPOSED, State.CONFIRMED)
        sending = sales if selling else operations
        key = f"guest {journey.slot.number}"
        thread = Thread(seed, key, today, journey.lead, sending, journey.trip)
        writing = _Writing(journey, thread, throw.choice(authors))
        match journey.slot.state:
            case State.INQUIRY:
                _inquiry(writing, -1, unread=True)
            case State.PROPOSED:
                _inquiry(writing, -6)
                _proposal(writing, -5, asks=throw.random() < 0.5)
            case State.CONFIRMED:
                _sold(writing, asks=throw.random() < 0.35)
            case State.IN_PROGRESS:
                _on_the_way(writing)
            case State.FINISHED:
                _afterwards(writing, bounces=not bounced)
                bounced = True
            case State.CANCELLED:
                _cancelled(writing)
        yield thread


def _inquiry(writing: _Writing, day: int, *, unread: bool = False) -> None:
    throw = writing.thread.dice
    at_home = _INQUIRY_AT_HOME.get(writing.thread.person.language or "")
    subject = throw.choice(("A question", f"{writing.title}?", "Holidays with you"))
    writing.they(day, subject, at_home or throw.choice(_INQUIRY), first=True, unread=unread)


def _proposal(writing: _Writing, day: int, *, asks: bool) -> None:
    subject = f"Our proposal: {writing.title} [{REFERENCE}]"
    writing.we(day, subject, *_PROPOSAL)
    if asks:
        question = writing.thread.dice.choice(_QUESTIONS)
        writing.they(-1, f"Re: {subject}", question, unread=True)


def _sold(writing: _Writing, *, asks: bool) -> None:
    _inquiry(writing, -21)
    subject = f"Our proposal: {writing.title} [{REFERENCE}]"
    writing.we(-20, subject, *_PROPOSAL)
    writing.they(-18, f"Re: {subject}", writing.thread.dice.choice(_ACCEPTED))
    booked = f"Your journey is booked [{REFERENCE}]"
    writing.we(-17, booked, *_BOOKED)
    if asks:
        writing.they(-1, f"Re: {booked}", writing.thread.dice.choice(_QUESTIONS), unread=True)


def _on_the_way(writing: _Writing) -> None:
    start = writing.journey.slot.start
    subject = f"Have a good journey! [{REFERENCE}]"
    writing.we(
        min(start - 3, -2),
        subject,
        "in three days it begins. Your plan is under the link in our last message; drivers and "
        "guides have your names.",
        "If anything is not as it should be, answer this message: somebody of us reads it.",
    )
    if start < -1:
        writing.they(-1, f"Re: {subject}", writing.thread.dice.choice(_ARRIVED), unread=True)


def _afterwards(writing: _Writing, *, bounces: bool) -> None:
    end = writing.journey.slot.start + writing.journey.slot.route.nights
    subject = f"How was it? [{REFERENCE}]"
    words = (
        "we hope that you are well home. Was everything as you had wished?",
        "Two sentences are enough, and help us more than stars.",
    )
    if bounces:
        local, _, host = writing.thread.person.email.partition("@")
        writing.we(end + 1, subject, *words, mistyped=f"{local[:-1]}@{host}")
    writing.we(end + 2, subject, *words)
    if writing.thread.dice.random() < 0.7:
        writing.they(end + 2, f"Re: {subject}", writing.thread.dice.choice(_THANKS))


def _cancelled(writing: _Writing) -> None:
    subject = f"Cancellation [{REFERENCE}]"
    writing.they(-20, subject, _CANCELLED, first=True)
    writing.we(
        -19,
        f"Re: {subject}",
        "we are sorry to hear that, and wish your father all the best.",
        "We have cancelled everything free of charge but for one night of the first house. The "
        "rest of your deposit is on its way back to you.",
    )


def _count(pax: int) -> str:
    words = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[pax] if pax < len(words) else str(pax)


def _date(date: dt.date) -> str:
    return f"{date.day} {date:%B}"
