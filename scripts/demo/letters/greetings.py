"""How a letter begins and ends, in the language of who writes."""

from __future__ import annotations

from ..model import Employee, Person
from ..organisation import NAME

_HELLO = {
    "pt": "Bom dia {name},",
    "pt-BR": "Oi {name}, tudo bem?",
    "es": "Hola {name}:",
    "cs": "Dobrý den,",
    "de": "Hallo {name},",
    "fr": "Bonjour {name},",
    "sv": "Hej {name},",
}
_BYE = {
    "pt": "Com os melhores cumprimentos,",
    "pt-BR": "Um abraço,",
    "es": "Un saludo cordial,",
    "cs": "S pozdravem",
    "de": "Viele Grüße",
    "fr": "Bien cordialement,",
    "sv": "Vänliga hälsningar",
}


def from_us(person: Person, author: Employee, *paragraphs: str) -> str:
    """A letter of ours."""
    first = author.name.partition(" ")[0]
    return "\n\n".join((f"Dear {person.first_name},", *paragraphs, f"Kind regards,\n{first}"))


def from_them(person: Person, author: Employee | None, *paragraphs: str) -> str:
    """A letter to the colleague who wrote before, in the manner of the writer's language."""
    language = person.language or "en"
    name = (author.name if author else NAME).partition(" ")[0]
    hello = _HELLO.get(language, "Dear {name},").format(name=name)
    bye = _BYE.get(language, "Best wishes,")
    signed = f"{person.name}\n{person.company}" if person.company else person.first_name
    return "\n\n".join((hello, *paragraphs, f"{bye}\n{signed}"))
