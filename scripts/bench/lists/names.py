"""Whom the lists are of: names, companies and places, drawn by chance, the same for a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

_BEGINNINGS = ("Al", "Bea", "Bru", "Car", "Da", "El", "Fran", "He", "Jo", "Jú", "Ka", "Le", "Ma")
_MIDDLES = ("ber", "ce", "di", "fa", "li", "ma", "ni", "o", "ra", "ri", "te", "ti", "to", "vi")
_ENDS = ("a", "e", "ana", "el", "ia", "ina", "io", "o", "on", "or", "us")
_FAMILIES = ("Ab", "Bel", "Cor", "Du", "Er", "Fon", "Gon", "Har", "Ja", "Mar", "Ne", "Or", "Qui")
_OF = ("ber", "cas", "der", "hof", "ian", "ira", "ler", "man", "mer", "ov", "raz", "ski", "ves")
TAGS = ("vip", "repeat", "family", "business", "cruise", "wine", "hiking", "press")
LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "cs")
KINDS = ("traveller", "traveller", "traveller", "traveller", "supplier", "agent")


class Names:
    """Draws whatever a row needs."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311

    def person(self) -> str:
        """First and last name."""
        draw = self.chance.choice
        first = draw(_BEGINNINGS) + draw(_MIDDLES) + draw(_ENDS)
        return f"{first} {draw(_FAMILIES)}{draw(_OF)}{draw(_OF)}"

    def people(self, count: int) -> Iterator[str]:
        """So many of them."""
        return (self.person() for _ in range(count))


def mistyped(word: str) -> str:
    """The word with its second and third letter exchanged."""
    return word[0] + word[2:3] + word[1:2] + word[3:]
