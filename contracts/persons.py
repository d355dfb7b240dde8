"""Who keeps anything about people: every service whose rows hold words of a contact or about one.

A person may ask for all that is known of her, and to be forgotten (GDPR, articles 15 and 17).
contacts does both as jobs; each service that keeps such words has `PersonHolder` among the parts
of its interface, and is asked. A test holds that none is left out.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from . import rights
from .common import Cursor, FileRef
from .files import FileKey

Word = Annotated[str, Meta(min_length=1, max_length=320)]
Words = Annotated[list[Word], Meta(max_length=500)]
Ids = Annotated[list[UUID], Meta(max_length=1000)]


class Person(Message):
    """Somebody by all that she is known by, those who were merged into her included.

    `names` and `addresses` are hers, but a name may be another's too; they are looked for in what
    belongs to her. `words` are those of both that nobody else has: they are hers wherever they
    stand. `trips` are those that she takes part in.
    """

    contact_ids: Ids
    names: Words = []
    addresses: Words = []
    words: Words = []
    trips: Annotated[list[UUID], Meta(max_length=10_000)] = []


class PersonRecord(Message):
    """Something that a service knows of a person: what kind of thing, and all of it.

    `files` belong to it; what is exported has them under their `name`, numbered.
    """

    kind: str
    data: dict[str, Any]
    at: datetime | None = None
    files: list[FileRef] = []


class PersonPage(Message):
    """Some records; `cursor` gives the next ones, None at the end."""

    records: list[PersonRecord]
    cursor: str | None


class PersonErasure(Message):
    """What a step of an erasure did: how many things it `changed`.

    `files` are contents that no row of the service has any more. Of `gone`, ids of messages,
    conversations and files, the words are no more: who keeps copies must forget them. `cursor`
    gives the next step, None at the end.
    """

    changed: int
    cursor: str | None
    files: Annotated[list[FileKey], Meta(max_length=10_000)] = []
    gone: Ids = []


class PersonHolder(Interface, Protocol):
    """Says what it knows of a person, and forgets it. All may be repeated at any time."""

    @call(rights.SERVICES_ONLY, deadline=30.0)
    def export_person(self, *, person: Person, cursor: Cursor | None = None) -> PersonPage:
        """What is known of her, some at a time."""
        ...

    @call(rights.SERVICES_ONLY, mutates=True, deadline=60.0)
    def erase_person(self, *, person: Person, cursor: Cursor | None = None) -> PersonErasure:
        """Forget her, some steps at a time: what she said and what was said to her goes, her names
        and addresses go wherever they stand; figures, dates and prices stay.

        Where nothing of her is left it changes nothing.
        """
        ...

    @call(rights.SERVICES_ONLY, mutates=True, deadline=60.0)
    def forget_copies(self, *, ids: Ids) -> PersonErasure:
        """Forget what was copied of these messages, conversations and files, whose words are no
        more."""
        ...
