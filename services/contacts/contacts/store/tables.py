"""The tables of contacts.

An address belongs to one contact: `addresses` has one row for all spellings of it (its key), and
that row's key in the database is what keeps two concurrent callers from making one person twice.
The identities refer to it, one for each scheme over which the address is reached: a phone number
can be both a phone and a WhatsApp account.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    Text,
    UniqueConstraint,
    column,
    false,
    text,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    mapped_column,
    relationship,
    validates,
)

from contracts.common import Channel
from contracts.consents import Consent
from contracts.contacts import ContactKind, FieldType, FieldValue, Reachability, Scheme
from fairlead.store import COLUMN_TYPES, JSON, Json, Scoped, Versioned, new_metadata, word
from fairlead.store.search import Entry, Searched, words
from fairlead.store.search import Index as WordsIndex

from ..domain.record import Record

PEOPLE = WordsIndex("p", names=True)
# Both databases sort it by code points, whatever their locale: pages depend on it.
_SORTED = String(200).with_variant(String(200, collation="C"), "postgresql")
_MARK = String(300).with_variant(String(300, collation="C"), "postgresql")


class Base(DeclarativeBase):
    """The base of this service's tables."""

    metadata = new_metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMN_TYPES


class ContactRow(Searched, Versioned, Base):
    """A person or company. `sort_name` and `searched` are folded.

    `merged_into` is who it is part of in the end, through however many merges. `company_id` is the
    company that somebody gave to a person, and `employer_id` what that is part of now: so that
    nothing that was written is lost by a merge, and undoing it needs no note of whom it concerned.
    """

    __tablename__ = "contacts"
    search_index = PEOPLE

    id: Mapped[UUID]
    kind: Mapped[ContactKind] = mapped_column(word(ContactKind))
    name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(_SORTED)
    company: Mapped[str] = mapped_column(String(500))
    language: Mapped[str | None] = mapped_column(String(5))
    zone: Mapped[str | None] = mapped_column(String(64))
    notes: Mapped[str] = mapped_column(Text)
    searched: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime] = mapped_column(
        server_default=text("'2000-01-01 00:00:00.000000'")
    )
    is_company: Mapped[bool] = mapped_column(server_default=false())
    company_id: Mapped[UUID | None]
    employer_id: Mapped[UUID | None]
    position_held: Mapped[str] = mapped_column(String(500), server_default=text("''"))
    channel: Mapped[Channel | None] = mapped_column(word(Channel))
    external_id: Mapped[str] = mapped_column(String(500), server_default=text("''"))
    tags: Mapped[list[str]] = mapped_column(Json(list[str]), server_default=text("'[]'"))
    fields: Mapped[dict[str, FieldValue]] = mapped_column(JSON, server_default=text("'{}'"))
    consents: Mapped[list[Consent]] = mapped_column(
        Json(list[Consent]), server_default=text("'[]'")
    )
    merged_into: Mapped[UUID | None]
    erased: Mapped[bool] = mapped_column(server_default=false())

    addresses: Mapped[list[AddressRow]] = relationship(cascade="all, delete-orphan")
    identities: Mapped[list[IdentityRow]] = relationship(
        cascade="all, delete-orphan", order_by="IdentityRow.position"
    )

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        Index(None, "organisation_id", "sort_name", "id"),
        Index(None, "organisation_id", "updated_at", "id"),
        Index(None, "organisation_id", "employer_id", "id"),
        Index(None, "organisation_id", "merged_into"),
        Index(
            "uq_contacts_external_id",
            "organisation_id",
            "external_id",
            unique=True,
            sqlite_where=column("external_id") != "",
            postgresql_where=column("external_id") != "",
        ),
    )

    @validates("company_id")
    def _follow(self, key: str, company_id: UUID | None) -> UUID | None:
        self.employer_id = company_id  # until it is looked up what that is part of
        return company_id

    def search_entry(self, session: Session) -> Entry:
        """By name, company and addresses; by nothing once it was merged or erased."""
        is_gone = self.merged_into is not None or self.erased
        found_by = "" if is_gone else self.searched
        return entry(self.organisation_id, self.id, self.created_at, found_by)


def entry(organisation: UUID, id: UUID, at: dt.datetime, searched: str) -> Entry:
    """What a contact is found by."""
    return Entry(index=PEOPLE, organisation=organisation, id=id, at=at, words=words(searched))


class MarkRow(Scoped, Base):
    """Something that contacts are found by: a tag, a value of an own field, what is blocked, or
    what entries for one person have in common (see domain.marks)."""

    __tablename__ = "marks"

    mark: Mapped[str] = mapped_column(_MARK)
    contact_id: Mapped[UUID]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "mark", "contact_id"),
        ForeignKeyConstraint(
            ["organisation_id", "contact_id"], ["contacts.organisation_id", "contacts.id"]
        ),
        Index(None, "organisation_id", "contact_id", "mark"),
    )


class NoteRow(Scoped, Versioned, Base):
    """A note about a contact."""

    __tablename__ = "notes"

    id: Mapped[UUID]
    contact_id: Mapped[UUID]
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime]
    edited_at: Mapped[dt.datetime | None]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        ForeignKeyConstraint(
            ["organisation_id", "contact_id"], ["contacts.organisation_id", "contacts.id"]
        ),
        Index(None, "organisation_id", "contact_id", "at", "id"),
    )


class ConsentRow(Scoped, Base):
    """A decision as it was made. The history only grows."""

    __tablename__ = "consents"

    id: Mapped[UUID]
    contact_id: Mapped[UUID]
    consent: Mapped[Consent] = mapped_column(Json(Consent))
    note: Mapped[str] = mapped_column(String(500))
    recorded_by: Mapped[UUID | None]
    recorded_by_name: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[dt.datetime]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        ForeignKeyConstraint(
            ["organisation_id", "contact_id"], ["contacts.organisation_id", "contacts.id"]
        ),
        Index(None, "organisation_id", "contact_id", "id"),
    )


class FieldRow(Scoped, Versioned, Base):
    """A field of an organisation's own."""

    __tablename__ = "own_fields"

    key: Mapped[str] = mapped_column(String(40))
    label: Mapped[str] = mapped_column(String(200))
    type: Mapped[FieldType] = mapped_column(word(FieldType))
    choices: Mapped[list[str]] = mapped_column(Json(list[str]))
    position: Mapped[int]

    __table_args__ = (PrimaryKeyConstraint("organisation_id", "key"),)


class MappingRow(Scoped, Base):
    """What the columns of a file with these headings (their SHA-256) were said to be."""

    __tablename__ = "import_mappings"

    header: Mapped[str] = mapped_column(String(64))
    targets: Mapped[list[str | None]] = mapped_column(Json(list[str | None]))

    __table_args__ = (PrimaryKeyConstraint("organisation_id", "header"),)


class DismissalRow(Scoped, Base):
    """Two contacts that are two. `first` is the lower id."""

    __tablename__ = "dismissals"

    first: Mapped[UUID]
    second: Mapped[UUID]

    __table_args__ = (PrimaryKeyConstraint("organisation_id", "first", "second"),)


class MergeRow(Scoped, Base):
    """Two entries made one, and what is needed to take it back."""

    __tablename__ = "merges"

    id: Mapped[UUID]
    survivor_id: Mapped[UUID]
    merged_id: Mapped[UUID]
    merged_name: Mapped[str] = mapped_column(String(200))
    before: Mapped[Record] = mapped_column(Json(Record))
    merged: Mapped[Record] = mapped_column(Json(Record))
    after: Mapped[Record] = mapped_column(Json(Record))
    at: Mapped[dt.datetime]
    user_name: Mapped[str] = mapped_column(String(200))
    undone_at: Mapped[dt.datetime | None]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        Index(None, "organisation_id", "survivor_id"),
        Index(None, "organisation_id", "merged_id"),
    )


class TripRow(Scoped, Base):
    """A trip that was heard of, and the latest version of it."""

    __tablename__ = "trips"

    id: Mapped[UUID]
    version: Mapped[int]

    __table_args__ = (PrimaryKeyConstraint("organisation_id", "id"),)


class TravellerRow(Scoped, Base):
    """Who takes part in a trip."""

    __tablename__ = "travellers"

    contact_id: Mapped[UUID]
    trip_id: Mapped[UUID]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "contact_id", "trip_id"),
        Index(None, "organisation_id", "trip_id"),
    )


class AddressRow(Scoped, Base):
    """All spellings of one address, and whose it is."""

    __tablename__ = "addresses"

    key: Mapped[str] = mapped_column(String(600))
    contact_id: Mapped[UUID]

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "key"),
        UniqueConstraint("organisation_id", "contact_id", "key"),
        ForeignKeyConstraint(
            ["organisation_id", "contact_id"], ["contacts.organisation_id", "contacts.id"]
        ),
    )


class IdentityRow(Scoped, Base):
    """An address as its contact is reached at it over one scheme."""

    __tablename__ = "identities"

    id: Mapped[UUID]
    contact_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(String(600))
    scheme: Mapped[Scheme] = mapped_column(word(Scheme))
    value: Mapped[str] = mapped_column(String(254))
    display: Mapped[str] = mapped_column(String(254))
    position: Mapped[int]
    reachability: Mapped[Reachability] = mapped_column(word(Reachability))
    reason: Mapped[str | None] = mapped_column(Text)
    checked_at: Mapped[dt.datetime | None]

    # It sets no column that the contact does not set too; it puts the rows into their order.
    address: Mapped[AddressRow] = relationship(overlaps="identities")

    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "id"),
        UniqueConstraint("organisation_id", "key", "scheme"),
        ForeignKeyConstraint(
            ["organisation_id", "contact_id"], ["contacts.organisation_id", "contacts.id"]
        ),
        ForeignKeyConstraint(
            ["organisation_id", "contact_id", "key"],
            ["addresses.organisation_id", "addresses.contact_id", "addresses.key"],
        ),
        Index(None, "organisation_id", "contact_id"),
    )


class OrganisationRow(Scoped, Base):
    """What is known of an organisation from its events: the country where it is at home."""

    __tablename__ = "organisations"

    region: Mapped[str | None] = mapped_column(String(2))
    version: Mapped[int]

    __table_args__ = (PrimaryKeyConstraint("organisation_id"),)
