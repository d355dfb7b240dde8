"""Tags: short words that people put on things, the same whatever their case."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

LONGEST = 60


def tidied(tags: Sequence[str]) -> list[str]:
    """Each tag once, as it was first written, without blanks around it."""
    found: dict[str, str] = {}
    for tag in tags:
        bare = " ".join(unicodedata.normalize("NFC", tag).split())
        found.setdefault(key(bare), bare)
    return list(found.values())


def key(tag: str) -> str:
    """What two equal tags have in common: "Família" and " família" are one."""
    return unicodedata.normalize("NFC", " ".join(tag.split()).casefold())


def problems(tags: Sequence[str], field: str = "tags") -> Iterator[tuple[str, str]]:
    """What is wrong with tags: the path of a field and a reason."""
    for number, tag in enumerate(tags):
        if not tag.strip():
            yield f"{field}[{number}]", "is blank"
        elif not tag.isprintable():
            yield f"{field}[{number}]", "has a control character"
        elif len(key(tag)) > LONGEST:
            yield f"{field}[{number}]", f"has more than {LONGEST} letters"
