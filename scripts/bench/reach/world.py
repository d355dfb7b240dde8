"""A tour operator's mail of three years, drawn by chance, the same each time.

Most messages belong to a trip and fall into its weeks: with its guest, and with some of the
suppliers, of whom a few are in almost every trip. The rest is about nothing in particular. Trips
differ much in size; what is long past is archived.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from uuid import UUID

END = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)
SPAN = 3 * 365 * 86_400.0  # seconds before END in which messages were written
ON_TRIPS = 0.8
OF_A_TRIP = 20  # messages, on average
SPREAD = 0.9  # of the logarithm of a trip's size
WITH_GUEST = 0.4
MESSAGES_OF_A_SUPPLIER = 500
MESSAGES_OF_A_STRANGER = 200
ARCHIVED_AFTER = 60 * 86_400.0
VOCABULARY = 20_000  # words that few messages have, beside WORDS
RARITY = 4  # the greater, the rarer are most of them
RARE_WORDS = 3  # of a message
OF_A_CONTACT, OF_A_KNOWN_TRIP = 5, 20  # messages, counted over everybody and everything known
LENGTH, LENGTH_SPREAD = 60, 0.7  # words of a message

WORDS = [
    "dear",
    "please",
    "confirm",
    "the",
    "pickup",
    "at",
    "station",
    "for",
    "our",
    "guests",
    "thank",
    "you",
    "we",
    "have",
    "changed",
    "flight",
    "arrives",
    "from",
    "terminal",
    "two",
    "driver",
    "waits",
    "with",
    "a",
    "sign",
    "hotel",
    "lunch",
    "vegetarian",
    "child",
    "seat",
    "tour",
    "starts",
    "north",
    "gate",
    "evening",
    "boat",
    "harbour",
    "tickets",
    "museum",
    "morning",
    "delay",
    "weather",
    "price",
    "invoice",
    "attached",
    "voucher",
    "regards",
    "see",
    "you",
    "soon",
]


@dataclass(frozen=True, slots=True)
class Written:
    """One message: when, in seconds before END, with which contact, and on which trip, if any."""

    age: float
    contact: int
    trip: int | None


class World:
    """`messages` messages; contacts and trips are numbered from nought.

    The first contacts are the trips' guests, in order; then come suppliers, then strangers.
    """

    def __init__(self, messages: int, seed: int = 20261101) -> None:
        self.random = random.Random(seed)  # noqa: S311 - chance, not secrecy
        self.trips = max(1, int(messages * ON_TRIPS / OF_A_TRIP))
        suppliers = max(8, messages // MESSAGES_OF_A_SUPPLIER)
        strangers = max(8, messages // MESSAGES_OF_A_STRANGER)
        self.contacts = self.trips + suppliers + strangers
        self._suppliers = range(self.trips, self.trips + suppliers)
        self._known = list(accumulate(1 / (rank + 5) for rank in range(suppliers)))
        self.written = self._write(messages)

    @property
    def known_contacts(self) -> int:
        """How many contacts there are, those who never wrote included."""
        return max(self.contacts, len(self.written) // OF_A_CONTACT)

    @property
    def known_trips(self) -> int:
        """How many trips there are, those of which nobody wrote included."""
        return max(self.trips, len(self.written) // OF_A_KNOWN_TRIP)

    def rare_words(self) -> tuple[str, ...]:
        """What only few messages say."""
        places = (self.random.random() ** RARITY for _ in range(RARE_WORDS))
        return tuple(vocabulary()[int(place * VOCABULARY)] for place in places)

    def text(self) -> str:
        """What somebody may have written."""
        count = int(self.random.lognormvariate(math.log(LENGTH), LENGTH_SPREAD)) + 3
        return " ".join(self.random.choices(WORDS, k=min(count, 1000)))

    def _write(self, messages: int) -> list[Written]:
        """All messages, the oldest first."""
        found = list(self._of_trips(int(messages * ON_TRIPS)))
        while len(found) < messages:
            age = self.random.random() * SPAN
            found.append(Written(age, self.random.randrange(self.trips, self.contacts), None))
        found.sort(key=lambda each: -each.age)
        return found

    def _of_trips(self, messages: int) -> Iterator[Written]:
        sizes = [self.random.lognormvariate(0, SPREAD) for _ in range(self.trips)]
        scale = messages / sum(sizes)
        for trip, size in enumerate(sizes):
            begun = self.random.random() * SPAN
            suppliers = self._choose(self.random.randint(1, 6))
            for _ in range(round(size * scale)):
                age = max(1.0, begun - self.random.expovariate(1 / (20 * 86_400)))
                guest = self.random.random() < WITH_GUEST
                yield Written(age, trip if guest else self.random.choice(suppliers), trip)

    def _choose(self, count: int) -> list[int]:
        return self.random.choices(self._suppliers, cum_weights=self._known, k=count)


@functools.cache
def vocabulary() -> list[str]:
    """Words that can be spoken, the same each time."""
    chance = random.Random(1)  # noqa: S311 - chance, not secrecy
    syllables = [first + then for first in "bcdfglmnprstv" for then in "aeiou"]
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        found["".join(chance.choices(syllables, k=chance.randint(2, 5)))] = None
    return list(found)


def numbered(kind: int, number: int) -> UUID:
    """The id of the contact, trip or connection with this number."""
    return UUID(int=0x018F_0000_0000_7000_8000_0000_0000_0000 | kind << 48 | number)
