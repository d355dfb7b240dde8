"""Files of rows that become contacts or trips: how one is written, and what to do with it."""

from __future__ import annotations

import enum
from typing import Annotated

from msgspec import Meta

from fairlead.contract import Message

Target = Annotated[
    str, Meta(min_length=1, max_length=60, description="A field, or fields.KEY for an own one")
]
Targets = Annotated[list[Target | None], Meta(min_length=1, max_length=200)]
Encoding = Annotated[str, Meta(max_length=20)]
Delimiter = Annotated[str, Meta(min_length=1, max_length=1)]


class ImportPolicy(enum.Enum):
    """What happens to something that there is already."""

    SKIP = "skip"
    FILL = "fill"  # only what is blank is written
    OVERWRITE = "overwrite"


class ImportColumn(Message):
    """A column of a file: its heading, some of its values, and what it probably is."""

    name: str
    samples: list[str]
    target: Target | None


class ImportGuess(Message):
    """How a file is probably written."""

    encoding: str
    delimiter: str
    header: bool
    rows: int
    columns: list[ImportColumn]
    targets: list[Target]
