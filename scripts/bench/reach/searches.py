"""What a person looks for in the inbox, drawn by chance from what somebody wrote."""

from __future__ import annotations

import random

from contracts.inbox import SearchKind
from inbox.store import finding
from inbox.store.finding import Search

from ..answers import Ask
from .rows import CONNECTION, CONNECTIONS
from .screens import Places
from .world import numbered

LIMIT = 50


def messages(where: Places, chance: random.Random) -> Ask:
    """Words of a message: as they are, begun, mistyped, two of them; with a filter now and then."""
    link = chance.choice(where.trips)
    text = chance.choice(where.texts).split()
    word = chance.choice(text)
    drawn = chance.random()
    if drawn < 0.25:
        return _ask(SearchKind.MESSAGES, Search(q=word))
    if drawn < 0.4:
        return _ask(SearchKind.MESSAGES, Search(q=word[: max(3, len(word) // 2)]))
    if drawn < 0.55:
        return _ask(SearchKind.MESSAGES, Search(q=_mistyped(word)))
    if drawn < 0.75:
        return _ask(SearchKind.MESSAGES, Search(q=f"{word} {chance.choice(text)}"))
    if drawn < 0.85:
        connection = numbered(CONNECTION, chance.randrange(CONNECTIONS))
        return _ask(SearchKind.MESSAGES, Search(q=word, connection_id=connection))
    return _ask(SearchKind.MESSAGES, Search(q=word, itinerary_id=link.itinerary_id))


def in_conversation(where: Places, chance: random.Random) -> Ask:
    """A word inside one conversation."""
    here = chance.choice(where.conversations)
    word = chance.choice(chance.choice(where.texts).split())
    return lambda session: finding.in_conversation(session, here.id, [word], None, LIMIT)


def conversations(where: Places, chance: random.Random) -> Ask:
    """Whose conversation it is: the name whole, begun, mistyped, or a part of the address."""
    return _ask(SearchKind.CONVERSATIONS, Search(q=_of_somebody(where, chance), archived=None))


def people(where: Places, chance: random.Random) -> Ask:
    """Who it is."""
    return _ask(SearchKind.PEOPLE, Search(q=_of_somebody(where, chance)))


def trips(where: Places, chance: random.Random) -> Ask:
    """A trip by its reference, a part of it, or by its guest."""
    reference, title = chance.choice(where.titles)
    drawn = chance.random()
    if drawn < 0.3:
        return _ask(SearchKind.TRIPS, Search(q=reference))
    if drawn < 0.5:
        return _ask(SearchKind.TRIPS, Search(q=reference[-6:]))
    if drawn < 0.75:
        return _ask(SearchKind.TRIPS, Search(q=title.split()[0]))
    return _ask(SearchKind.TRIPS, Search(q=_mistyped(title.split()[1])))


def _of_somebody(where: Places, chance: random.Random) -> str:
    here = chance.choice(where.conversations)
    first, last = here.contact_name.split()
    drawn = chance.random()
    if drawn < 0.3:
        return f"{last} {first}"
    if drawn < 0.5:
        return first[: chance.randint(2, 4)]
    if drawn < 0.7:
        return _mistyped(last)
    if drawn < 0.85:
        return here.address
    return chance.choice(where.phones)[-6:]


def _ask(kind: SearchKind, wanted: Search) -> Ask:
    return lambda session: finding.search(session, kind, wanted, cursor=None, limit=LIMIT)


def _mistyped(word: str) -> str:
    """The word with its second and third letter exchanged."""
    return word[0] + word[2:3] + word[1:2] + word[3:]
