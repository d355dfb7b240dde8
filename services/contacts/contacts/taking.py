"""Rows of a file taken into the contact book, some in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from contracts.consents import Consent
from contracts.contacts import ContactChanged, ContactKind, ImportPlan, ImportPolicy
from fairlead.audit import record
from fairlead.bus import publish
from fairlead.errors import Conflict, Invalid
from fairlead.jobs.sheets import Taken
from fairlead.store import new_id

from . import book, deciding
from .book import Profile
from .domain import decisions
from .domain.search import folded
from .domain.sheet import Row
from .making import make
from .store import contacts
from .store.tables import ContactRow
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
    "is_company",
    "company_id",
)
_COLUMN = {"position": "position_held", "company_id": "employer_id"}
_CALLED = {"company_id": "in_company"}  # fields that have columns of another name
_NAMES = UUID("6f0c1a5e-3d55-4b0e-9d0a-0f3f9a2f6c11")
_EXTERNAL, _NAMED, _COMPANY = "external:", "name:", "company:"
# What a dry run remembers of a company's name besides: its company has an address, or is one of
# several.
_REACHED, _SEVERAL = "|reached", "|several"


class Batch:
    """Some rows taken in one transaction, as if one after the other: new contacts in a few
    statements, others one by one.

    A dry run changes nothing and is given what the rows before would have made: `seen` has, by
    what a contact is found by, whose it would be.
    """

    def __init__(
        self, session: Session, plan: ImportPlan, seen: Mapping[str, UUID] | None = None
    ) -> None:
        self._session = session
        self._plan = plan
        self._seen = seen
        self._whose: dict[str, UUID] = {}
        self._present: dict[UUID, ContactRow] = {}
        self._now = dt.datetime.now(dt.UTC)
        self._called: dict[UUID, str] = {}  # companies by their names
        self._bare: set[UUID] = set()  # companies that nothing but their names is known of
        self._doubtful: set[str] = set()  # names that several companies have
        self._waiting: list[tuple[UUID, Row]] = []
        self.taken = Taken()

    def take(self, rows: Sequence[Row]) -> None:
        """Make or change a contact for each row; refuses where a row fits two contacts."""
        self._look_up(rows)
        for row in rows:
            keys = _keys(row)
            found = {self._whose[key] for key in keys if key in self._whose}
            found = found or self._by_name(row)
            row.refused = self._doubt(row, found)
            if row.refused is not None:
                continue
            if found:
                self._meet(row, found.pop())
            else:
                self._employ(row)
                self._begin(row)
                self.taken.created += 1
        self._insert_waiting()

    def whose(self, row: Row) -> UUID | None:
        """Whose the first of a row's addresses is that is anybody's, once it was taken."""
        return next((self._whose[a.key] for a in row.addresses if a.key in self._whose), None)

    def _begin(self, row: Row) -> UUID:
        """A contact more."""
        keys = _keys(row)
        id = _id_of(row) if keys[0].startswith(_NAMED) else new_id()
        self._waiting.append((id, row))
        if row.is_company:
            named = _company(row.name)
            if named in self._whose:
                self._doubtful.add(named)
                keys.append(named + _SEVERAL)
            if _is_found(row):
                keys.append(named + _REACHED)
            else:
                self._bare.add(id)
            keys.append(named)
        self._learn(keys, id)
        return id

    def _by_name(self, row: Row) -> set[UUID]:
        """The company that a row about one means, of which nothing else is known."""
        named = _company(row.name)
        id = self._whose.get(named) if row.is_company and named not in self._doubtful else None
        if id is None or (_is_found(row) and id not in self._bare):
            return set()
        return {id}

    def _employ(self, row: Row) -> None:
        """Find the company that a row puts somebody in, or make it."""
        if not row.in_company:
            return
        row.employer = self._whose.get(_company(row.in_company))
        if row.employer is None:
            unknown = ContactKind.UNKNOWN  # until a row of its own says more
            company = Row(row.line, [], name=row.in_company, is_company=True, kind=unknown)
            row.employer = self._begin(company)
            self.taken.besides["companies"] += 1
        row.company = self._called.setdefault(row.employer, row.in_company)

    def _look_up(self, rows: Sequence[Row]) -> None:
        session = self._session
        keys = {key for row in rows for key in _keys(row)}
        seen = self._seen or {}
        self._whose |= {key: seen[key] for key in keys if key in seen}
        self._whose |= contacts.owners(session, {a.key for row in rows for a in row.addresses})
        external_ids = {row.external_id for row in rows if row.external_id}
        by_id = contacts.by_external_ids(session, external_ids)
        self._whose |= {_EXTERNAL + external_id: id for external_id, id in by_id.items()}
        named = {_id_of(row) for row in rows if _keys(row)[0].startswith(_NAMED)}
        companies = self._companies(rows)
        self._present = contacts.by_ids(session, {*self._whose.values(), *named, *companies})
        into = {
            id: row.merged_into for id, row in self._present.items() if row.merged_into is not None
        }
        if into:  # who is part of another now is met as that one
            self._present |= contacts.by_ids(session, into.values())
        self._whose |= {_NAMED + str(id): into.get(id, id) for id in named & self._present.keys()}

    def _companies(self, rows: Sequence[Row]) -> set[UUID]:
        """Look up the companies that rows name; their ids."""
        names = {row.in_company for row in rows if row.in_company}
        names |= {row.name for row in rows if row.is_company}
        seen = self._seen or {}
        for named in seen.keys() & {_company(name) for name in names}:
            self._whose[named] = seen[named]
            if named + _REACHED not in seen:
                self._bare.add(seen[named])
            if named + _SEVERAL in seen:
                self._doubtful.add(named)
        found = contacts.companies(self._session, {_folded(name) for name in names})
        for each in found:
            named = _company(each.name)
            if self._whose.setdefault(named, each.id) != each.id:
                self._doubtful.add(named)
            self._called[each.id] = each.name
            if each.bare:
                self._bare.add(each.id)
        return {each.id for each in found}

    def _learn(self, keys: Iterable[str], id: UUID) -> None:
        new = {key: id for key in keys if key not in self._whose}
        self._whose |= new
        if self._seen is not None:
            self.taken.learnt |= new

    def _doubt(self, row: Row, found: set[UUID]) -> tuple[str, str] | None:
        """Why a row cannot be taken."""
        if row.in_company and _company(row.in_company) in self._doubtful:
            return "in_company", "is what several companies are called"
        if any(each.at is not None and each.at > self._now for each in row.consents):
            return "consent", "was given in the future"
        if len(found) < 2:
            return None
        owners = {self._whose.get(each.key) for each in row.addresses} - {None}
        if len(owners) > 1:
            return row.addresses[0].scheme.value, "its addresses belong to different contacts"
        return "external_id", "belongs to another contact than the addresses"

    def _meet(self, row: Row, contact_id: UUID) -> None:
        """A row about a contact that is there already, or that an earlier row makes."""
        contact = self._present.get(contact_id)
        if contact_id in self._bare and _is_found(row):
            self._bare.remove(contact_id)
            self._learn([_company(row.name) + _REACHED], contact_id)
        if self._plan.policy is ImportPolicy.SKIP or (
            contact is not None and (contact.erased or self._is_known(row, contact))
        ):
            self.taken.unchanged += 1
        elif contact is None and self._seen is not None:
            self._meet_imagined(row, contact_id)
        elif contact is not None and self._seen is not None:
            self.taken.updated += 1
            self._learn(_gained(row, self._profile(row, contact)), contact_id)
        else:
            self._insert_waiting()
            self._change(row, book.get(self._session, contact_id, lock=True))

    def _meet_imagined(self, row: Row, contact_id: UUID) -> None:
        """In a dry run, a row about a contact that an earlier row would make: what it says besides
        an address is not known any more."""
        new = [each.key for each in row.addresses if each.key not in self._whose]
        self.taken.updated += bool(new)
        self.taken.unchanged += not new
        self._learn(new, contact_id)

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
            and not self._decisions(row, contact)
        )

    def _change(self, row: Row, contact: ContactRow) -> None:
        if contact.erased:
            self.taken.unchanged += 1
            return
        before, wanted = contact_of(contact), self._profile(row, contact)
        try:
            changed = book.write(self._session, contact, wanted)
        except (Conflict, Invalid) as error:  # by what others did since the row was read
            row.refused = _refusal(error)
            return
        for each in row.addresses:
            changed = book.give(contact, each) or changed
        for consent in self._decisions(row, contact):
            changed = deciding.decide(self._session, contact, consent, "") or changed
        self._session.flush()
        self._present[contact.id] = contact
        if before.external_id != contact.external_id:
            self._whose.pop(_EXTERNAL + before.external_id, None)
        self._learn(_gained(row, wanted), contact.id)
        after = contact_of(contact)
        if not changed or after == before:
            self.taken.unchanged += 1
            return
        self.taken.updated += 1
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

    def _decisions(self, row: Row, contact: ContactRow) -> list[Consent]:
        """What the row says that the contact decided, and that counts."""
        return decisions.counting(row.consents, contact.consents, self._plan.policy, self._now)

    def _profile(self, row: Row, contact: ContactRow) -> Profile:
        """What to write: all that the row says, or only where the contact has nothing."""
        fill = self._plan.policy is ImportPolicy.FILL
        blank = contact.employer_id is None and contact.company in ("", row.in_company)
        if row.in_company and (blank or not fill):
            self._employ(row)
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
            "is_company": row.is_company or None,
        }
        if fill:
            present = {name: getattr(contact, _COLUMN.get(name, name)) for name in said}
            present["kind"] = None if contact.kind.value == "unknown" else contact.kind
            present["is_company"] = contact.is_company or None
            said = {name: None if present[name] else value for name, value in said.items()}
            if row.name not in {each.display for each in row.addresses}:
                said["name"] = book.better_name(contact, row.name)
        if row.employer is not None:  # whose name comes with it
            said |= {"company_id": row.employer, "company": None}
        own: Mapping[str, Any] = row.fields
        if fill:
            own = {key: value for key, value in own.items() if key not in contact.fields}
        tags = sorted({*contact.tags, *row.tags}) if row.tags else None
        return Profile(**said, tags=tags, fields=own)

    def _insert_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        if self._seen is None:
            make(self._session, self._plan, waiting, self._now)


def _folded(name: str) -> str:
    return folded(name)[:200]  # as they are sorted


def _company(name: str) -> str:
    """What a company is found by."""
    return _COMPANY + _folded(name)


def _is_found(row: Row) -> bool:
    """Whether a row has more than a name to find its contact by."""
    return bool(row.addresses or row.external_id)


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
    whole = f"{folded(row.name)}|{folded(row.in_company or row.company)}"
    return uuid5(_NAMES, f"{whole}|company" if row.is_company else whole)


def _refusal(error: Conflict | Invalid) -> tuple[str, str]:
    wrong = error.details.get("errors")
    if wrong:
        field: str = wrong[0]["field"]
        return _CALLED.get(field, field), wrong[0]["reason"]
    return "external_id", error.message
