"""Persons as vCard (RFC 6350; phones write 3.0), as far as a chat hands them on."""

from __future__ import annotations

import re

from contracts.channels import Card

from .protocol.content import Card as Written

_LINE = re.compile(r"(?:[\w-]+\.)?([A-Za-z]+)(?:;[^:]*)?:(.*)")
_LONGEST, _MOST = 500, 20


def read(written: Written) -> Card:
    """A card as it came; what is not understood of it is left out."""
    found: dict[str, list[str]] = {}
    for line in re.sub(r"\r?\n[ \t]", "", written.vcard).splitlines():
        if (match := _LINE.fullmatch(line)) and (value := _plain(match[2])):
            found.setdefault(match[1].upper(), []).append(value)
    name = written.name or next(iter(found.get("FN", [])), "") or "?"
    return Card(
        name=name[:200],
        phones=found.get("TEL", [])[:_MOST],
        emails=found.get("EMAIL", [])[:_MOST],
        company=next(iter(found.get("ORG", [])), ""),
    )


def write(card: Card) -> Written:
    """A card to be sent."""
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"N:{_escaped(card.name)};;;;",
        f"FN:{_escaped(card.name)}",
    ]
    if card.company:
        lines.append(f"ORG:{_escaped(card.company)}")
    for phone in card.phones:
        digits = re.sub(r"\D", "", phone)
        lines.append(f"TEL;TYPE=CELL;waid={digits}:{_escaped(phone)}")
    lines += [f"EMAIL:{_escaped(email)}" for email in card.emails]
    return Written(name=card.name, vcard="\n".join([*lines, "END:VCARD"]))


def _plain(value: str) -> str:
    value = re.sub(r"\\n", " ", value, flags=re.IGNORECASE)
    return re.sub(r"\\([,;\\])", r"\1", value).strip(" ;")[:_LONGEST]


def _escaped(value: str) -> str:
    return re.sub(r"([,;\\])", r"\\\1", re.sub(r"[\r\n]+", " ", value))
