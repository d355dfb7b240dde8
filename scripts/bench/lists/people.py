"""Contacts: some 200,000 travellers, suppliers and agents, and what a person asks of their list."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from contacts.filtering import filters
from contacts.importing import Importer, ImportState
from contacts.store import contacts as store
from contacts.store import merges
from contacts.store.contacts import ORDERS
from contacts.store.tables import ContactRow
from contracts.contacts import ContactKind, ContactSort, ImportPlan
from fairlead.files import FileStore
from fairlead.service import ServiceStore
from fairlead.store import Database

from ..answers import Ask, Screen
from .loading import ORGANISATION, sheet, take_in
from .names import KINDS, LANGUAGES, TAGS, Names, mistyped

COLUMNS = ("name", "kind", "email", "phone", "language", "tags", "external_id")
PLACES, LIMIT = 500, 50
DOUBLED = 50  # one in so many is entered twice


@dataclass(frozen=True)
class Places:
    """Contacts that somebody may look for."""

    ids: Sequence[UUID]
    names: Sequence[str]
    marks: Sequence[tuple[str, UUID]]  # where the list may be entered


def fill(kept: ServiceStore, files: FileStore, count: int) -> None:
    """`count` contacts, by the import of contacts."""
    importer, state = an_import(kept, files, list_of(count))
    take_in(importer, kept, state)


def an_import(kept: ServiceStore, files: FileStore, content: bytes) -> tuple[Importer, ImportState]:
    """The import of a list, before its first step."""
    stored = files.put(ORGANISATION, content)
    plan = ImportPlan(targets=list(COLUMNS))
    return Importer(kept, files), ImportState(file=stored.key, plan=plan, dry_run=False)


def list_of(count: int) -> bytes:
    """A file of `count` contacts."""
    return sheet(COLUMNS, _rows(count))


def _rows(count: int) -> Iterator[Sequence[object]]:
    names = Names(count)
    twice = ""
    for number, name in enumerate(names.people(count)):
        chance = names.chance
        called = twice or name
        twice = called if not twice and number % DOUBLED == 0 else ""
        tags = ";".join(chance.sample(TAGS, chance.choice([0, 0, 1, 2])))
        yield (
            called,
            chance.choice(KINDS),
            f"{called.replace(' ', '.').lower()}.{number}@mail.example",
            f"+3519{10_000_000 + number}",
            chance.choice(LANGUAGES),
            tags,
            f"C-{number}",
        )


def places(database: Database) -> Places:
    """Some contacts, the same for the same database."""
    drawn = sa.func.md5(sa.cast(ContactRow.id, sa.Text))
    with database.reading(ORGANISATION) as session:
        rows = session.execute(
            sa.select(ContactRow.id, ContactRow.name, ContactRow.sort_name)
            .order_by(drawn)
            .limit(PLACES)
        ).all()
    return Places(
        [row.id for row in rows],
        [row.name for row in rows],
        [(row.sort_name, row.id) for row in rows],
    )


def contact_list(where: Places, chance: random.Random) -> Ask:
    """The list: its first page, further down, or by what a person narrows it to."""
    narrowed: dict[str, Any] = {}
    cursor, sort = None, ContactSort.NAME
    drawn = chance.random()
    if drawn < 0.2:
        cursor = ORDERS[sort].encode("next", chance.choice(where.marks))
    elif drawn < 0.35:
        narrowed["kind"] = ContactKind(chance.choice(KINDS))
    elif drawn < 0.5:
        narrowed["tag"] = chance.choice(TAGS)
    elif drawn < 0.6:
        narrowed["language"] = chance.choice(LANGUAGES)
    elif drawn < 0.7:
        narrowed |= {"tag": chance.choice(TAGS), "language": chance.choice(LANGUAGES)}
    elif drawn < 0.85:
        sort = ContactSort.RECENT
    wanted = filters(**narrowed)
    return lambda session: store.listed(session, wanted, sort=sort, cursor=cursor, limit=LIMIT)


def search(where: Places, chance: random.Random) -> Ask:
    """A name whole, turned round, begun or mistyped; a mail, an end of a phone; with a tag."""
    name = chance.choice(where.names)
    first, last = name.split()
    asked = [
        name,
        f"{last} {first}",
        first[:3],
        mistyped(last),
        f"{first.lower()}.{last.lower()}",
        str(chance.randrange(100_000, 999_999)),
    ]
    wanted = filters(
        q=chance.choice(asked), tag=chance.choice(TAGS) if chance.random() < 0.2 else None
    )
    return lambda session: store.listed(
        session, wanted, sort=ContactSort.NAME, cursor=None, limit=LIMIT
    )


def duplicates(where: Places, chance: random.Random) -> Ask:
    """Entries that may be one: a page of all, or those of one contact."""
    id = chance.choice(where.ids)
    if chance.random() < 0.5:
        return lambda session: merges.pairs(session, contact_id=id, after=None, limit=LIMIT)
    return lambda session: merges.pairs(session, contact_id=None, after=(id, id), limit=LIMIT)


SCREENS: dict[str, Screen[Places]] = {
    "contact list": contact_list,
    "search of contacts": search,
    "duplicate contacts": duplicates,
}
