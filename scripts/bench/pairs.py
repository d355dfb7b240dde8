"""What there is to measure, and how much of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .doors import pair as doors
from .events import pair as events
from .ground import Ground
from .hooks import pair as hooks
from .imports import pair as imports
from .lists import pair as lists
from .mail import pair as mail
from .reach import pair as reach
from .rounds import Ratio
from .rpc import pair as rpc
from .screens import pair as screens
from .sms import pair as sms


@dataclass(frozen=True)
class Sizes:
    """How much is measured. By default most pairs take less than a minute on two processors."""

    rounds: int = 5
    call_seconds: float = 1.0
    events: int = 400
    mails: int = 60
    gateways: int = 1
    few_messages: int = 10_000
    many_messages: int = 1_000_000
    few_contacts: int = 2_000
    many_contacts: int = 200_000
    few_itineraries: int = 500
    many_itineraries: int = 50_000
    requests: int = 100
    imported: int = 2_300
    texts: int = 200
    texts_singly: int = 20
    conversations: int = 10_000
    long_conversation: int = 5_000
    jasmin: bool = True  # which is installed first, into var/bench


PAIRS: dict[str, Callable[[Ground, Sizes], list[Ratio]]] = {
    "rpc": lambda ground, sizes: rpc.compare(
        ground, rounds=sizes.rounds, seconds=sizes.call_seconds
    ),
    "events": lambda ground, sizes: events.compare(
        ground, rounds=sizes.rounds, events=sizes.events
    ),
    "mail": lambda ground, sizes: mail.compare(
        ground, rounds=sizes.rounds, mails=sizes.mails, gateways=sizes.gateways
    ),
    "sms": lambda ground, sizes: sms.compare(
        ground, rounds=sizes.rounds, seconds=sizes.call_seconds
    ),
    "doors": lambda ground, sizes: doors.compare(
        ground,
        rounds=sizes.rounds,
        texts=sizes.texts,
        singly=sizes.texts_singly,
        others=sizes.jasmin,
    ),
    "hooks": lambda ground, sizes: hooks.compare(
        ground, rounds=sizes.rounds, seconds=sizes.call_seconds
    ),
    "reach": lambda ground, sizes: reach.compare(
        ground,
        sizes=(sizes.few_messages, sizes.many_messages),
        rounds=sizes.rounds,
        requests=sizes.requests,
    ),
    "lists": lambda ground, sizes: lists.compare(
        ground,
        contacts=(sizes.few_contacts, sizes.many_contacts),
        itineraries=(sizes.few_itineraries, sizes.many_itineraries),
        rounds=sizes.rounds,
        requests=sizes.requests,
    ),
    "imports": lambda ground, sizes: imports.compare(
        ground, contacts=sizes.imported, rounds=sizes.rounds
    ),
    "screens": lambda ground, sizes: screens.compare(
        ground,
        conversations=sizes.conversations,
        messages=sizes.long_conversation,
        rounds=min(sizes.rounds, 3),  # a round is two minutes of scrolling
    ),
}
