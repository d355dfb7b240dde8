"""Rows of a file taken into the contact book, some in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from contracts.contacts import (
    Contact,
    ContactChanged,
    Identity,
    ImportPlan,
    ImportPolicy,
    Reachability,
)
from fairlead.audit import record
from fairlead.bus import publish
from fairlead.errors import Conflict, Invalid
from fairlead.store import insert_many, new_id, organisation_of, search

from . import book
from .book import Profile
from .domain import marks
from .domain.search import folded, searched
from .domain.sheet import Row
from .store import contacts
from .store.tables import AddressRow, ContactRow, IdentityRow, MarkRow, entry
from .views import contact_of

_WRITTEN = (
    "name",
    "kind",
    "company",
    "position",
    "language",
    "zone",
    "channel",
    "notes",
    "external_id",
)
_COLUMN = {"position": "position_held"}
_NAMES = UUID("6f0c1a5e-3d55-4b0e-9d0a-0f3f9a2f6c11")
_EXTERNAL, _NAMED = "external:", "name:"


class Batch:
    """Some rows taken in one transaction, as if one after the other: new contacts in a few
    statements, others one by one.

    A dry run changes nothing and is given what the rows before would have made: `seen` has, by
    what a contact is found by, whose it would be. `learnt` is what these rows add to that.
    """

    def __init__(
        self, session: Session, plan: ImportPlan, seen: Mapping[str, UUID] | None = None
    ) -> None:
        self._session = session
        self._plan = plan
        self._seen = seen
        self._whose: dict[str, UUID] = {}
        self._present: dict[UUID, ContactRow] = {}
        self._waiting: list[tuple[UUID, Row]] = []
        self.learnt: dict[str, UUID] = {}
        self.created = self.updated = self.unchanged = 0

    def take(self, rows: list[Row]) -> None:
        """Make or change a contact for each row; refuses where a row fits two contacts."""
        self._look_up(rows)
        for row in rows:
            keys = _keys(row)
            found = {self._whose[key] for key in keys if key in self._whose}
            if len(found) > 1:
                row.refused = self._clash(row)
            elif found:
                self._meet(row, found.pop())
            else:
                id = _id_of(row) if keys[0].startswith(_NAMED) else new_id()
                self._waiting.append((id, row))
                self._learn(keys, id)
                self.created += 1
        self._insert_waiting()

    def _look_up(self, rows: list[Row]) -> None:
        session = self._session
        keys = {key for row in rows for key in _keys(row)}
        seen = self._seen or {}
        self._whose |= {key: seen[key] for key in keys if key in seen}
        self._whose |= contacts.owners(session, {a.key for row in rows for a in row.addresses})
        external_ids = {row.external_id for row in rows if row.external_id}
        by_id = contacts.by_external_ids(session, external_ids)
        self._whose |= {_EXTERNAL + external_id: id for external_id, id in by_id.items()}
        named = {_id_of(row) for row in rows if _keys(row)[0].startswith(_NAMED)}
        self._present = contacts.by_ids(session, {*self._whose.values(), *named})
        into = {
            id: row.merged_into for id, row in self._present.items() if row.merged_into is not None
        }
        if into:  # who is part of another now is met as that one
            self._present |= contacts.by_ids(session, into.values())
        self._whose |= {_NAMED + str(id): into.get(id, id) for id in named & self._present.keys()}

    def _learn(self, keys: Iterable[str], id: UUID) -> None:
        new = {key: id for key in keys if key not in self._whose}
        self._whose |= new
        if self._seen is not None:
            self.learnt |= new

    def _clash(self, row: Row) -> tuple[str, str]:
        owners = {self._whose.get(each.key) for each in row.addresses} - {None}
        if len(owners) > 1:
            return row.addresses[0].scheme.value, "its addresses belong to different contacts"
        return "external_id", "belongs to another contact than the addresses"

    def _meet(self, row: Row, contact_id: UUID) -> None:
        """A row about a contact that is there already, or that an earlier row makes."""
        contact = self._present.get(contact_id)
        if (
            self._plan.policy is ImportPolicy.SKIP
            or (contact is not None and (contact.erased or self._is_known(row, contact)))
            or (contact is None and self._seen is not None)
        ):
            self.unchanged += 1
        elif contact is not None and self._seen is not None:
            self.updated += 1
            self._learn(_gained(row, self._profile(row, contact)), contact_id)
        else:
            self._insert_waiting()
            self._change(row, book.get(self._session, contact_id, lock=True))

    def _is_known(self, row: Row, contact: ContactRow) -> bool:
        """Whether the row says nothing that the contact has not; most rows of a file that comes
        again, which so cost no query each."""
        wanted = self._profile(row, contact)
        named = {field: getattr(wanted, field) for field in _WRITTEN}
        present = {field: getattr(contact, _COLUMN.get(field, field)) for field in _WRITTEN}
        said = {field: value for field, value in named.items() if value is not None}
        return (
            all(present[field] == value for field, value in said.items())
            and set(row.tags) <= set(contact.tags)
            and all(contact.fields.get(key) == value for key, value in wanted.fields.items())
            and all(contacts.identity(contact, each.scheme, each.key) for each in row.addresses)
        )

    def _change(self, row: Row, contact: ContactRow) -> None:
        if contact.erased:
            self.unchanged += 1
            return
        before, wanted = contact_of(contact), self._profile(row, contact)
        try:
            changed = book.write(self._session, contact, wanted)
        except (Conflict, Invalid) as error:  # by what others did since the row was read
            row.refused = _refusal(error)
            return
        for each in row.addresses:
            changed = book.give(contact, each) or changed
        self._session.flush()
        self._present[contact.id] = contact
        if before.external_id != contact.external_id:
            self._whose.pop(_EXTERNAL + before.external_id, None)
        self._learn(_gained(row, wanted), contact.id)
        after = contact_of(contact)
        if not changed or after == before:
            self.unchanged += 1
            return
        self.updated += 1
        book.set_marks(self._session, contact)
        publish(self._session, ContactChanged(contact=after))
        record(
            self._session,
            "contact.updated",
            entity="contact",
            id=contact.id,
            label=contact.name,
            before=before,
            after=after,
        )

    def _profile(self, row: Row, contact: ContactRow) -> Profile:
        """What to write: all that the row says, or only where the contact has nothing."""
        fill = self._plan.policy is ImportPolicy.FILL
        said: dict[str, Any] = {
            "name": row.name if row.name and not fill else None,
            "kind": row.kind,
            "company": row.company or None,
            "position": row.position or None,
            "language": row.language,
            "zone": row.zone,
            "channel": row.channel,
            "notes": row.notes or None,
            "external_id": row.external_id or None,
        }
        if fill:
            present = {name: getattr(contact, _COLUMN.get(name, name)) for name in said}
            present["kind"] = None if contact.kind.value == "unknown" else contact.kind
            said = {name: None if present[name] else value for name, value in said.items()}
        own: Mapping[str, Any] = row.fields
        if fill:
            own = {key: value for key, value in own.items() if key not in contact.fields}
        tags = sorted({*contact.tags, *row.tags}) if row.tags else None
        return Profile(**said, tags=tags, fields=own)

    def _insert_waiting(self) -> None:
        """Many new contacts in a few statements: through objects it takes five times as long."""
        waiting, self._waiting = self._waiting, []
        if self._seen is not None or not waiting:
            return
        session, now = self._session, dt.datetime.now(dt.UTC)
        made: list[dict[str, Any]] = []
        addresses: list[dict[str, Any]] = []
        identities: list[dict[str, Any]] = []
        marked: list[dict[str, Any]] = []
        reached: list[list[Identity]] = []
        for id, row in waiting:
            tags = sorted({*row.tags, *self._plan.tags})
            made.append(_values(id, row, row.kind or self._plan.kind, tags, now))
            addresses += [
                {"key": key, "contact_id": id}
                for key in dict.fromkeys(each.key for each in row.addresses)
            ]
            theirs: list[Identity] = []
            for position, each in enumerate(row.addresses):
                identity = Identity(
                    id=new_id(), scheme=each.scheme, value=each.value, display=each.display
                )
                theirs.append(identity)
                identities.append(
                    {
                        "id": identity.id,
                        "contact_id": id,
                        "key": each.key,
                        "scheme": each.scheme,
                        "value": each.value,
                        "display": each.display,
                        "position": position,
                        "reachability": Reachability.UNKNOWN,
                        "reason": None,
                        "checked_at": None,
                    }
                )
            reached.append(theirs)
            alike = marks.likenesses(
                row.name, row.company, [(each.scheme, each.value) for each in row.addresses]
            )
            marked += [
                {"mark": mark, "contact_id": id}
                for mark in marks.marks(tags, row.fields, [], alike)
            ]
        for model, values in (
            (ContactRow, made),
            (AddressRow, addresses),
            (IdentityRow, identities),
            (MarkRow, marked),
        ):
            if values:
                insert_many(session, model, values)
        organisation = organisation_of(session)
        assert organisation is not None, "a job is of one organisation"
        for one in made:  # inserted past the objects that would say so themselves
            search.put(session, entry(organisation, one["id"], now, one["searched"]))
        for each_made, each_reached in zip(made, reached, strict=True):
            publish(session, ContactChanged(contact=_told(each_made, each_reached)))


def _keys(row: Row) -> list[str]:
    """What the contact of a row is found by: addresses and external id, else the name."""
    keys = [each.key for each in row.addresses]
    if row.external_id:
        keys.append(_EXTERNAL + row.external_id)
    return keys or [_NAMED + str(_id_of(row))]


def _gained(row: Row, written: Profile) -> list[str]:
    """What a contact is found by besides, once this of the row is written."""
    return [key for key in _keys(row) if written.external_id or not key.startswith(_EXTERNAL)]


def _id_of(row: Row) -> UUID:
    """The id of a contact of whom a file tells nothing but a name: the same each time."""
    return uuid5(_NAMES, f"{folded(row.name)}|{folded(row.company)}")


def _refusal(error: Conflict | Invalid) -> tuple[str, str]:
    wrong = error.details.get("errors")
    if wrong:
        return wrong[0]["field"], wrong[0]["reason"]
    return "external_id", error.message


def _told(values: dict[str, Any], identities: list[Identity]) -> Contact:
    """A new contact as its event tells it, without reading it back."""
    said = {name: value for name, value in values.items() if name in Contact.__struct_fields__}
    return Contact(**said, position=values["position_held"], identities=identities)


def _values(id: UUID, row: Row, kind: Any, tags: list[str], now: dt.datetime) -> dict[str, Any]:
    texts = [text for each in row.addresses for text in (each.value, each.display)]
    return {
        "id": id,
        "kind": kind,
        "name": row.name,
        "sort_name": folded(row.name)[:200],
        "company": row.company,
        "language": row.language,
        "zone": row.zone,
        "notes": row.notes,
        "searched": searched(row.name, row.company, texts),
        "created_at": now,
        "updated_at": now,
        "is_company": False,
        "company_id": None,
        "employer_id": None,
        "position_held": row.position,
        "channel": row.channel,
        "external_id": row.external_id,
        "tags": tags,
        "fields": row.fields,
        "consents": [],
        "merged_into": None,
        "erased": False,
        "version": 1,
    }
