"""Letters with travel agents: requests, commissions, statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from contracts.inbox import LinkOrigin
from contracts.itineraries import ItineraryState as State

from ..model import REFERENCE, Employee, Sending
from ..seeding import dice
from ..trips import Journey
from .greetings import from_them, from_us
from .thread import Thread

_REQUEST = (
    "I have clients for “{route}”, {pax} people from {start}. May I have your net price and the "
    "commission?",
    "could you hold “{route}” for {pax} people, from {start} on? They decide this week.",
)
_REQUEST_AT_HOME = {
    "cs": "mám zájemce o „{route}“ (počet osob: {pax}, od {dotted}). Pošlete mi prosím nabídku "
    "i s provizí.",
}
_OPEN = (
    "they like it and ask for one change: could the last night be in town instead? Please let me "
    "know soon, they want to book flights.",
    "my clients accept. Please send the confirmation with our logo, and the invoice to me.",
)


def agents(
    seed: int,
    today: dt.date,
    journeys: Sequence[Journey],
    sales: Sending,
    authors: Sequence[Employee],
) -> Iterator[Thread]:
    """The letters about each trip that an agent sold."""
    for journey in journeys:
        if journey.agent is None:
            continue
        throw = dice(seed, "agents", journey.slot.number)
        key = f"agent {journey.slot.number}"
        thread = Thread(seed, key, today, journey.agent, sales, journey.trip)
        _write(thread, journey, throw.choice(authors))
        yield thread


def _write(thread: Thread, journey: Journey, author: Employee) -> None:
    details, state = journey.trip.details, journey.slot.state
    fields = {
        "route": journey.slot.route.title,
        "pax": len(details.guests),
        "start": f"{details.start.day} {details.start:%B}",
        "dotted": f"{details.start.day}. {details.start.month}. {details.start.year}",
    }
    begun = min(journey.slot.start, 0) - thread.dice.randint(12, 25)
    wish = _REQUEST_AT_HOME.get(thread.person.language or "") or thread.dice.choice(_REQUEST)
    subject = f"Request: {fields['route']}"
    is_new = state is State.INQUIRY
    thread.came(
        -1 if is_new else begun,
        subject,
        from_them(thread.person, None, wish.format(**fields)),
        link=LinkOrigin.HAND,
        unread=is_new,
    )
    if is_new or details.price is None:
        return
    price, commission = details.price.amount // 100, details.price.amount // 1000
    thread.sent(
        begun + 1,
        f"Re: {subject} [{REFERENCE}]",
        from_us(
            thread.person,
            author,
            f"gladly: {price:,} EUR for all {fields['pax']}, everything in the plan included. "
            f"Your commission is 10 %, which makes {commission:,} EUR.",
            "The plan with all services is under the link of the itinerary; you may send it on "
            "to your clients as it is.",
        ),
        author,
    )
    if state is State.FINISHED:
        thread.sent(
            journey.slot.start + journey.slot.route.nights + 2,
            f"Commission statement [{REFERENCE}]",
            from_us(
                thread.person,
                author,
                f"your clients are home, and the commission of {commission:,} EUR is on its way "
                f"to your account, under our reference {REFERENCE}.",
            ),
            author,
        )
    elif state is not State.CANCELLED:
        pending = state is State.PROPOSED
        text = _OPEN[0 if pending else 1]
        thread.came(
            -1 if pending else begun + 2,
            f"Re: {subject} [{REFERENCE}]",
            from_them(thread.person, author, text),
            unread=pending,
        )
