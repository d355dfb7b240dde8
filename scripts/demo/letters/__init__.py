"""All correspondence of the world: with suppliers, travellers and agents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from contracts.inbox import ImportedMessage

from ..model import Employee, Sending
from ..people import Society
from ..trips import Journey
from .agents import agents
from .archive import Archive
from .guests import guests
from .orders import orders


def correspondence(
    seed: int,
    today: dt.date,
    journeys: Sequence[Journey],
    society: Society,
    connections: tuple[Sending, Sending],
    authors: Sequence[Employee],
    archive: Archive,
) -> list[ImportedMessage]:
    """Every message, the oldest first; their files are put into `archive`."""
    operations, sales = connections
    people = {person.id: person for person in society.people}
    threads = [
        *orders(seed, today, journeys, people, operations, authors, archive),
        *guests(seed, today, journeys, operations, sales, authors),
        *agents(seed, today, journeys, sales, authors),
    ]
    messages = [message for thread in threads for message in thread.messages]
    return sorted(messages, key=lambda message: (message.at, message.id))


__all__ = ["Archive", "correspondence"]
