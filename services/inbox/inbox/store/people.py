"""What the inbox knows of people: kept by `contact.changed`, so that it works without contacts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint, String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.contacts import Contact, Scheme
from fairlead.projections.models import is_news
from fairlead.store import Json, Scoped, insert_into, insert_many, organisation_of, word
from fairlead.store.search import Entry, Searched, put, remove, words

from . import contact_merges, indexes
from .schema import Base


class ContactRow(Searched, Base):
    """A contact, whole, as of the latest version that was heard of."""

    __tablename__ = "known_contacts"
    search_index = indexes.PEOPLE
    __table_args__ = (PrimaryKeyConstraint("organisation_id", "id"),)

    id: Mapped[UUID]
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    searched: Mapped[str] = mapped_column(Text)
    document: Mapped[Contact] = mapped_column(Json(Contact))

    def search_entry(self, session: Session) -> Entry:
        """By name, company and addresses; by nothing while he is part of another."""
        return entry(session, self.organisation_id, self.document)


class AddressRow(Scoped, Base):
    """Whose address it is.

    Two contacts may have the same one for a moment, when news of them comes out of order; that is
    why the contact belongs to the key.
    """

    __tablename__ = "known_addresses"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "scheme", "value", "contact_id"),
        Index(None, "organisation_id", "contact_id"),
    )

    scheme: Mapped[Scheme] = mapped_column(word(Scheme))
    value: Mapped[str] = mapped_column(String(254))
    contact_id: Mapped[UUID]


def learn(session: Session, contact: Contact, *, anew: bool = False) -> bool:
    """Keep `contact` unless this version is known or, made `anew`, a newer one; returns whether it
    was kept."""
    addresses = [(identity.scheme, identity.value.casefold()) for identity in contact.identities]
    name, searched = card_of(contact)
    values = {
        "version": contact.version,
        "name": name,
        "searched": searched,
        "document": contact,
    }
    kept = session.execute(
        insert_into(session, ContactRow)
        .values(id=contact.id, **values)
        .on_conflict_do_update(
            index_elements=[ContactRow.organisation_id, ContactRow.id],
            set_=values,
            where=is_news(ContactRow.version, contact.version, anew=anew),
        )
        .returning(ContactRow.id)
    ).first()
    if kept is None:
        return False
    organisation = organisation_of(session)
    assert organisation is not None  # news is of one organisation
    put(session, entry(session, organisation, contact))
    session.execute(
        delete(AddressRow)
        .where(AddressRow.contact_id == contact.id)
        .execution_options(synchronize_session=False)
    )
    rows = [
        {"scheme": scheme, "value": value, "contact_id": contact.id}
        for scheme, value in dict.fromkeys(addresses)
    ]
    if rows:
        insert_many(session, AddressRow, rows)
    return True


def forget(session: Session, id: UUID) -> None:
    """Know no more of a contact."""
    organisation = organisation_of(session)
    assert organisation is not None  # contacts are of one organisation
    remove(session, indexes.PEOPLE, organisation, id)
    for row, key in ((AddressRow, AddressRow.contact_id), (ContactRow, ContactRow.id)):
        session.execute(delete(row).where(key == id).execution_options(synchronize_session=False))


def card(session: Session, id: UUID | None) -> tuple[str, str] | None:
    """What a contact is called, and the words he is found by."""
    if id is None:
        return None
    wanted = select(ContactRow.name, ContactRow.searched).where(ContactRow.id == id)
    found = session.execute(wanted).first()
    return (found.name, found.searched) if found else None


def card_of(contact: Contact) -> tuple[str, str]:
    """The same of a contact that is at hand."""
    values = (identity.value.casefold() for identity in contact.identities)
    return contact.name, searchable(contact.name, contact.company, *values)


def by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, Contact]:
    """Those of these contacts that are known."""
    if not ids:
        return {}
    found = session.scalars(select(ContactRow.document).where(ContactRow.id.in_(ids)))
    return {contact.id: contact for contact in found}


def by_address(session: Session, scheme: Scheme, values: Collection[str]) -> dict[str, Contact]:
    """The contacts who have these addresses, by the address in lower case."""
    wanted = {value.casefold() for value in values}
    if not wanted:
        return {}
    found = session.execute(
        select(AddressRow.value, ContactRow.document)
        .join(ContactRow, ContactRow.id == AddressRow.contact_id)
        .where(AddressRow.scheme == scheme, AddressRow.value.in_(wanted))
        .order_by(ContactRow.version)
    )
    contacts = {value: contact for value, contact in found}  # noqa: C416 — rows are no tuples
    return _as_one(session, contacts)


def _as_one(session: Session, contacts: dict[str, Contact]) -> dict[str, Contact]:
    """The same with whom they are part of now, where news of their addresses is still to come."""
    into = contact_merges.survivors(session, {each.id for each in contacts.values()})
    known = by_id(session, into.values())
    return {value: known.get(into.get(each.id, each.id), each) for value, each in contacts.items()}


def searchable(*words: str) -> str:
    """Words as they are searched for: folded here, because databases fold only ASCII alike."""
    return "\n".join(word.casefold() for word in words if word)


def index(session: Session, id: UUID) -> None:
    """Let a contact be found, or no more, as he is part of another or not."""
    row = session.scalars(select(ContactRow).where(ContactRow.id == id)).first()
    if row is not None:
        put(session, row.search_entry(session))


def entry(session: Session, organisation: UUID, contact: Contact) -> Entry:
    """What a contact is found by: nothing, where he is part of another."""
    is_part = bool(contact_merges.into(session, [contact.id]))
    return hidden(organisation, contact) if is_part else entry_of(organisation, contact)


def entry_of(organisation: UUID, contact: Contact) -> Entry:
    """What somebody who is part of nobody is found by."""
    values = [text for each in contact.identities for text in (each.value, each.display)]
    return Entry(
        index=indexes.PEOPLE,
        organisation=organisation,
        id=contact.id,
        at=contact.created_at,
        words=words(contact.name, contact.company, *values),
        tags=frozenset(_tags(contact)),
    )


def hidden(organisation: UUID, contact: Contact) -> Entry:
    """Nothing finds him."""
    return Entry(
        index=indexes.PEOPLE,
        organisation=organisation,
        id=contact.id,
        at=contact.created_at,
        words=frozenset(),
        tags=frozenset(),
    )


def _tags(contact: Contact) -> Iterator[int]:
    """What people are narrowed by."""
    tag = indexes.PEOPLE.tag
    yield tag(indexes.KIND, contact.kind.value)
    yield from (tag(indexes.TAG, each) for each in contact.tags)
    if contact.language:
        yield tag(indexes.LANGUAGE, contact.language)
    if contact.channel:
        yield tag(indexes.CHANNEL, contact.channel.value)
    if contact.company_id:
        yield tag(indexes.COMPANY, contact.company_id)
