"""Queries of contacts and their addresses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased, immediateload
from sqlalchemy.orm.attributes import set_committed_value

from contracts.common import Channel
from contracts.contacts import ContactKind, ContactSort, Scheme, TagCount
from fairlead.store import Order, Page, insert_many, page, search

from ..domain import marks
from ..domain.record import KeptIdentity
from .tables import (
    PEOPLE,
    AddressRow,
    ContactRow,
    IdentityRow,
    MarkRow,
    OrganisationRow,
    TravellerRow,
)

AT_ONCE = 500

ORDERS = {
    ContactSort.NAME: Order(ContactRow.sort_name, ContactRow.id),
    ContactSort.RECENT: Order(ContactRow.updated_at.desc(), ContactRow.id.desc()),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which contacts: those that fit all that is given. `words` are folded; `marks` as
    `domain.marks` makes them."""

    words: Sequence[str] = ()
    kind: ContactKind | None = None
    marks: Sequence[str] = ()
    any_of: Sequence[tuple[str, str]] = ()  # a mark between these two
    company_id: UUID | None = None
    is_company: bool | None = None
    channel: Channel | None = None
    language: str | None = None
    has_trips: bool | None = None
    created_from: dt.datetime | None = None
    created_before: dt.datetime | None = None
    updated_from: dt.datetime | None = None
    updated_before: dt.datetime | None = None


def find(session: Session, id: UUID, *, lock: bool = False) -> ContactRow | None:
    """The contact with this id; `lock` keeps it from others until the transaction ends."""
    return _one(session, select(ContactRow).where(ContactRow.id == id), lock=lock)


def owner(session: Session, key: str, *, lock: bool = False) -> ContactRow | None:
    """The contact that has the address with this key."""
    query = select(ContactRow).join(ContactRow.addresses).where(AddressRow.key == key)
    return _one(session, query, lock=lock)


def by_external_id(session: Session, external_id: str) -> UUID | None:
    """The id of the contact that another system calls so."""
    return session.scalar(select(ContactRow.id).where(ContactRow.external_id == external_id))


def owners(session: Session, keys: Collection[str]) -> dict[str, UUID]:
    """Whose these addresses are, by their keys."""
    query = select(AddressRow.key, AddressRow.contact_id).where(AddressRow.key.in_(keys))
    return {key: contact_id for key, contact_id in session.execute(query)}  # noqa: C416


def by_external_ids(session: Session, external_ids: Collection[str]) -> dict[str, UUID]:
    """The contacts that another system calls so."""
    query = select(ContactRow.external_id, ContactRow.id)
    found = session.execute(query.where(ContactRow.external_id.in_(external_ids)))
    return {external_id: id for external_id, id in found}  # noqa: C416


class Company(NamedTuple):
    """A company by its name; `bare` when it has no address and no external id."""

    id: UUID
    name: str
    bare: bool


def companies(session: Session, names: Collection[str]) -> list[Company]:
    """The companies that are called so, by their folded names."""
    if not names:
        return []
    row = ContactRow
    reached = exists().where(AddressRow.contact_id == row.id)
    query = select(row.id, row.name, row.external_id, reached).where(
        row.sort_name.in_(names), row.is_company, row.merged_into.is_(None), row.erased.is_(False)
    )
    return [
        Company(id, name, not external_id and not has_address)
        for id, name, external_id, has_address in session.execute(query.order_by(row.id))
    ]


def identity(row: ContactRow, scheme: Scheme, key: str) -> IdentityRow | None:
    """The contact's identity of this scheme and key."""
    return next((each for each in row.identities if (each.scheme, each.key) == (scheme, key)), None)


def listed(
    session: Session, filters: Filters, *, sort: ContactSort, cursor: str | None, limit: int
) -> Page[ContactRow]:
    """Contacts that fit, but for those that were merged into another or erased; with words those
    that are found, the best first, however they are sorted."""
    if filters.words:
        answer = search.find(
            session,
            PEOPLE,
            search.Wanted(filters.words),
            ContactRow.id,
            where=_clauses(filters),
            cursor=cursor,
            limit=limit,
        )
        found = Page(items=answer.items, next=answer.next, previous=None)
    else:
        query = select(ContactRow).where(*_clauses(filters))
        found = page(session, query, ORDERS[sort], cursor=cursor, limit=limit)
    load_identities(session, found.items)
    return found


def count(session: Session, filters: Filters) -> int:
    """How many contacts fit all that is given but for words."""
    return session.scalar(select(func.count(ContactRow.id)).where(*_clauses(filters))) or 0


def _clauses(filters: Filters) -> list[ColumnElement[bool]]:
    """What fits, but for the words."""
    row = ContactRow
    clauses: list[ColumnElement[bool]] = [row.merged_into.is_(None), row.erased.is_(False)]
    plain = {
        row.kind: filters.kind,
        row.is_company: filters.is_company,
        row.channel: filters.channel,
        row.language: filters.language,
    }
    clauses += [column == value for column, value in plain.items() if value is not None]
    if filters.company_id is not None:
        company = aliased(ContactRow)
        now = select(func.coalesce(company.merged_into, company.id))
        clauses.append(row.employer_id.in_(now.where(company.id == filters.company_id)))
    bounds = [
        (row.created_at, filters.created_from, filters.created_before),
        (row.updated_at, filters.updated_from, filters.updated_before),
    ]
    for column, start, end in bounds:
        clauses += [column >= start] if start is not None else []
        clauses += [column < end] if end is not None else []
    clauses += [_marked(MarkRow.mark == mark) for mark in filters.marks]
    clauses += [_marked(MarkRow.mark >= low, MarkRow.mark < high) for low, high in filters.any_of]
    if filters.has_trips is not None:
        clauses.append(_travels() if filters.has_trips else ~_travels())
    return clauses


def _marked(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(MarkRow.contact_id == ContactRow.id, *which)


def _travels() -> ColumnElement[bool]:
    merged = aliased(ContactRow)
    own = exists().where(TravellerRow.contact_id == ContactRow.id)
    others = exists().where(
        merged.merged_into == ContactRow.id, TravellerRow.contact_id == merged.id
    )
    return or_(own, others)


def by_ids(session: Session, ids: Collection[UUID]) -> dict[UUID, ContactRow]:
    """Those of these contacts that there are."""
    found = list(session.scalars(select(ContactRow).where(ContactRow.id.in_(ids))))
    load_identities(session, found)
    return {row.id: row for row in found}


def names(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """What these contacts are called."""
    query = select(ContactRow.id, ContactRow.name).where(ContactRow.id.in_(ids))
    return {id: name for id, name in session.execute(query)}  # noqa: C416


def tags(session: Session) -> list[TagCount]:
    """Every tag in use, by name."""
    low, high = marks.range_of(marks.TAG)
    counted = (
        select(MarkRow.mark, func.count())
        .where(MarkRow.mark >= low, MarkRow.mark < high)
        .group_by(MarkRow.mark)
        .order_by(MarkRow.mark)
    )
    return [
        TagCount(tag=mark.removeprefix(low), contacts=count)
        for mark, count in session.execute(counted)
    ]


def set_marks(session: Session, contact_id: UUID, wanted: Iterable[str]) -> None:
    """Let the contact have these marks and no others."""
    present = set(session.scalars(select(MarkRow.mark).where(MarkRow.contact_id == contact_id)))
    gone, new = present - set(wanted), set(wanted) - present
    if gone:
        session.execute(
            delete(MarkRow)
            .where(MarkRow.contact_id == contact_id, MarkRow.mark.in_(gone))
            .execution_options(synchronize_session=False)
        )
    if new:
        rows = [{"mark": mark, "contact_id": contact_id} for mark in sorted(new)]
        insert_many(session, MarkRow, rows)


def people_of(session: Session, companies: Collection[UUID]) -> Iterator[list[ContactRow]]:
    """People of these companies, also those who are part of others now, some at a time, kept from
    others until the transaction ends."""
    query = select(ContactRow).where(ContactRow.employer_id.in_(companies))
    query = query.order_by(ContactRow.id).limit(AT_ONCE).with_for_update()
    found = list(session.scalars(query))
    while found:
        load_identities(session, found)
        yield found
        found = list(session.scalars(query.where(ContactRow.id > found[-1].id)))


def now(session: Session, ids: Collection[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Of these contacts, who each is part of now, or itself, and what that is called."""
    end = aliased(ContactRow)
    query = (
        select(ContactRow.id, end.id, end.name)
        .join(end, end.id == func.coalesce(ContactRow.merged_into, ContactRow.id))
        .where(ContactRow.id.in_(ids))
    )
    return {id: (final, name) for id, final, name in session.execute(query)}


def lead_to(
    session: Session, survivor_id: UUID, merged: ColumnElement[bool]
) -> Sequence[ContactRow]:
    """Let those contacts that `merged` says be part of the survivor in the end; who they are."""
    rows = session.scalars(select(ContactRow).where(merged).order_by(ContactRow.id)).all()
    load_identities(session, rows)
    for row in rows:
        row.merged_into = survivor_id
    return rows


def pair(session: Session, one: UUID, other: UUID) -> list[ContactRow]:
    """Two contacts, kept from others until the transaction ends; in one order for all, so that
    no two transactions wait in a circle."""
    found = [find(session, id, lock=True) for id in sorted((one, other))]
    by_id = {row.id: row for row in found if row is not None}
    return [by_id[id] for id in (one, other) if id in by_id]


def region(session: Session) -> str | None:
    """The country (ISO 3166-1) where the organisation's numbers without + are at home."""
    return session.scalar(select(OrganisationRow.region))


def organisation(session: Session) -> OrganisationRow | None:
    """What is known of the session's organisation."""
    return session.scalar(select(OrganisationRow).with_for_update())


def load_identities(session: Session, rows: Sequence[ContactRow]) -> None:
    """Load the identities of many contacts at once.

    By their ids alone, which SQLAlchemy's own loading would not do: it looks for pairs of
    organisation and id in a list, and for those SQLite uses no index.
    """
    query = select(IdentityRow).where(IdentityRow.contact_id.in_([row.id for row in rows]))
    theirs: dict[UUID, list[IdentityRow]] = {row.id: [] for row in rows}
    for identity in session.scalars(query.order_by(IdentityRow.position)):
        theirs[identity.contact_id].append(identity)
    for row in rows:
        set_committed_value(row, "identities", theirs[row.id])


def _one(session: Session, query: Select[ContactRow], *, lock: bool) -> ContactRow | None:
    query = query.options(immediateload(ContactRow.identities))
    if lock:
        # Both lists now: to load one in the midst of a change would flush the first half of it,
        # which would count as a change of its own.
        query = query.options(immediateload(ContactRow.addresses)).with_for_update()
    return session.scalars(query).one_or_none()


def rehome(session: Session, contact_id: UUID, identities: Sequence[KeptIdentity]) -> None:
    """Let the contact have these identities in this order, wherever they are now.

    Past the objects, whose lists are stale afterwards: an identity hangs on its address by whose
    it is, so that neither can be moved before the other.
    """
    ids = [each.id for each in identities]
    keys = sorted({each.key for each in identities})
    session.execute(
        delete(IdentityRow)
        .where(IdentityRow.id.in_(ids))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(AddressRow)
        .where(AddressRow.key.in_(keys))
        .values(contact_id=contact_id)
        .execution_options(synchronize_session=False)
    )
    rows = [
        {
            "id": each.id,
            "contact_id": contact_id,
            "key": each.key,
            "scheme": each.scheme,
            "value": each.value,
            "display": each.display,
            "position": position,
            "reachability": each.reachability,
            "reason": each.reason,
            "checked_at": each.checked_at,
        }
        for position, each in enumerate(identities)
    ]
    if rows:
        insert_many(session, IdentityRow, rows)
