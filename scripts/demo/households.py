"""Who travels together: couples, families, friends, and people on their own."""

from __future__ import annotations

import enum
import random
from collections.abc import Sequence
from dataclasses import dataclass

from .cultures import CULTURES, Culture, Family, plain
from .seeding import dice

_HOSTS = ("postbox", "mailhaven", "inkwell-mail", "quickpost", "northpost", "letterbox")


class Shape(enum.Enum):
    """What kind of company a party is."""

    SOLO = "solo"
    COUPLE = "couple"
    FAMILY = "family"
    FRIENDS = "friends"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Traveller:
    """Somebody who travels; only `adult` ones have addresses."""

    name: str
    adult: bool


@dataclass(frozen=True, slots=True)
class Household:
    """A party; the first traveller speaks for it."""

    shape: Shape
    culture: Culture
    surname: str
    travellers: tuple[Traveller, ...]

    @property
    def label(self) -> str:
        """How the office calls it."""
        lead = self.travellers[0].name
        match self.shape:
            case Shape.SOLO:
                return lead
            case Shape.COUPLE:
                second = self.travellers[1].name.partition(" ")[0]
                return f"{lead.partition(' ')[0]} & {second} {self.surname}"
            case Shape.FAMILY:
                return f"{self.surname} family"
            case Shape.FRIENDS:
                return f"{lead} and friends"
            case Shape.GROUP:
                return f"{lead}'s group of {len(self.travellers)}"

    @property
    def children(self) -> int:
        """How many of them are children."""
        return sum(not each.adult for each in self.travellers)


_SHAPES = (
    (Shape.COUPLE, 14),
    (Shape.FAMILY, 11),
    (Shape.SOLO, 4),
    (Shape.FRIENDS, 5),
    (Shape.GROUP, 2),
)


def households(seed: int, leads: int) -> list[Household]:
    """As many parties, all leads with different names, of all cultures and shapes."""
    throw = dice(seed, "households")
    cultures = [CULTURES[number % len(CULTURES)] for number in range(leads)]
    shapes = [shape for shape, count in _SHAPES for _ in range(count)]
    shapes = [shapes[number % len(shapes)] for number in range(leads)]
    throw.shuffle(cultures)
    throw.shuffle(shapes)
    families = {culture.country: culture.families for culture in CULTURES}
    for each in families.values():
        throw.shuffle(each)
    taken: set[str] = set()
    return [
        _household(throw, shape, culture, families[culture.country].pop(), taken)
        for shape, culture in zip(shapes, cultures, strict=True)
    ]


def email_of(name: str, throw: random.Random) -> str:
    """A private address."""
    return f"{plain(name)}@{throw.choice(_HOSTS)}.example"


def _household(
    throw: random.Random, shape: Shape, culture: Culture, family: Family, taken: set[str]
) -> Household:
    """A party of a family. Nobody in it is called as another, nor its first two as any in `taken`.

    Each culture has enough names for that: four for each sex, and no family twice.
    """
    made: list[Traveller] = []

    def join(families: Sequence[Family], *, adult: bool, woman: bool) -> None:
        used = {each.name for each in made} | (taken if len(made) < 2 else set())
        free = [name for name in culture.names(families, women=woman) if name not in used]
        made.append(Traveller(throw.choice(free), adult))

    woman = throw.random() < 0.5
    join([family], adult=True, woman=woman)
    if shape in (Shape.COUPLE, Shape.FAMILY):
        join([family], adult=True, woman=not woman)
    if shape is Shape.FAMILY:
        for _ in range(throw.randint(1, 3)):
            join([family], adult=False, woman=throw.random() < 0.5)
    if shape in (Shape.FRIENDS, Shape.GROUP):
        for _ in range(throw.randint(2, 3) if shape is Shape.FRIENDS else throw.randint(8, 11)):
            join(culture.families, adult=True, woman=throw.random() < 0.5)
    taken |= {each.name for each in made[:2]}
    return Household(shape, culture, family.woman if woman else family.man, tuple(made))
