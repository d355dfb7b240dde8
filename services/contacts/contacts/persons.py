"""Who somebody is, for those who are asked to give out or to forget all of her."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.persons import Person, PersonRecord

from .domain import traces
from .domain.search import folded
from .store import contacts, note_files
from .store import persons as store
from .store.tables import ContactRow
from .views import consent_of, contact_of, note_of

MOST_TRIPS = 10_000


def person_of(session: Session, rows: Sequence[ContactRow], users: Collection[str]) -> Person:
    """The person that these contacts are together. `users` are the names of the organisation's
    own people, who are nobody to be forgotten here."""
    ids = [row.id for row in rows]
    merges = store.merges(session, ids)
    earlier = [each for merge in merges for each in (merge.before, merge.merged, merge.after)]
    names = traces.tidy(
        [row.name for row in rows]
        + [merge.merged_name for merge in merges]
        + [each.name for each in earlier]
    )
    identities: list[Any] = [each for row in rows for each in row.identities]
    identities += [each for record in earlier for each in record.identities]
    elsewhere = store.others_keys(session, {each.key for each in identities}, ids)
    addresses = traces.tidy(
        text
        for each in identities
        if each.key not in elsewhere
        for text in (each.value, each.display)
    )
    namesakes = store.namesakes(session, {folded(name) for name in names}, ids)
    namesakes |= {folded(name) for name in users}
    return Person(
        contact_ids=ids,
        names=names[:500],
        addresses=addresses[:500],
        words=traces.certain(names, addresses, namesakes)[:500],
        trips=store.trips(session, ids, MOST_TRIPS),
    )


def records(session: Session, person: Person) -> list[PersonRecord]:
    """All that this service knows of her."""
    rows = [row for id in person.contact_ids if (row := contacts.find(session, id)) is not None]
    found = [
        PersonRecord(kind="contact", at=row.created_at, data=_plain(contact_of(row)))
        for row in rows
    ]
    ids: list[UUID] = person.contact_ids
    notes = store.notes(session, ids)
    files = note_files.of(session, [row.id for row in notes])
    found += [
        PersonRecord(
            kind="note",
            at=row.at,
            data=_plain(note_of(row, files.get(row.id, []))),
            files=note_files.contents(session, row.id) if row.id in files else [],
        )
        for row in notes
    ]
    found += [
        PersonRecord(kind="consent", at=row.recorded_at, data=_plain(consent_of(row)))
        for row in store.decisions(session, ids)
    ]
    for merge in store.merges(session, ids):
        data = {"survivor": merge.before, "merged": merge.merged, "undone_at": merge.undone_at}
        found.append(PersonRecord(kind="merge", at=merge.at, data=_plain(data)))
    return found


def _plain(thing: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(thing, str_keys=True)
    return plain
