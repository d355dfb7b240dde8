"""What is written about a contact: its name, notes and time zone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from fairlead.errors import Invalid
from fairlead.kinds import zone

MOST_IDENTITIES = 50
LONGEST_NAME = 200
LONGEST_TAG = 60

_ZONE = zone()
# A name stands in mail headers and on screens: no line breaks, and nothing that turns the
# direction of what follows.
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def check_name(name: str, field: str) -> str:
    """`name` in one line without blanks around it; raises Invalid where nothing is left."""
    cleaned = clean_line(name)
    if not cleaned:
        raise Invalid.field("contacts.invalid", field, "is blank")
    return cleaned


def clean_line(text: str) -> str:
    """`text` in one line: control characters and runs of blanks become one blank."""
    return " ".join(_UNSEEN.sub(" ", text).split())


def clean_text(text: str) -> str:
    """`text` without NUL characters, which PostgreSQL cannot keep."""
    return text.replace("\0", "")


def clean_tags(tags: Iterable[str]) -> list[str]:
    """`tags` in lower case, each once, by name; raises Invalid for a blank one."""
    found = set()
    for number, tag in enumerate(tags):
        cleaned = clean_line(unicodedata.normalize("NFC", tag)).casefold()[:LONGEST_TAG].strip()
        if not cleaned:
            raise Invalid.field("contacts.invalid", f"tags[{number}]", "is blank")
        found.add(cleaned)
    return sorted(found)


def check_zone(name: str | None) -> str | None:
    """`name` when it is a time zone of the IANA database, or None; raises Invalid."""
    if name is not None:
        try:
            _ZONE.parse(name)
        except ValueError as error:
            raise Invalid.field("contacts.invalid", "zone", str(error)) from None
    return name


def name_for(given: str, display: str) -> str:
    """What a contact is called that a message made: as the message says, or by its address."""
    return (clean_line(given) or display)[:LONGEST_NAME].strip()
