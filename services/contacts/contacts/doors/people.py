"""Contacts themselves, and their addresses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.common import Channel
from contracts.consents import ConsentKind
from contracts.contacts import (
    Clearable,
    Contact,
    ContactKind,
    ContactPage,
    ContactSort,
    FieldValue,
    NewIdentity,
    Scheme,
    TagCount,
)
from fairlead.audit import record
from fairlead.context import current
from fairlead.service import rpc

from .. import book, filtering, joining
from ..book import Changed, Profile
from ..changing import Changing
from ..store import contacts as store
from ..views import contact_of


class People(Changing):
    """Contacts themselves, and their addresses."""

    @rpc
    def create_contact(
        self,
        *,
        name: str,
        kind: ContactKind,
        identities: list[NewIdentity],
        company: str,
        language: str | None,
        zone: str | None,
        notes: str,
        is_company: bool,
        company_id: UUID | None,
        position: str,
        tags: list[str],
        channel: Channel | None,
        fields: dict[str, FieldValue | None],
        external_id: str,
        id: UUID | None,
    ) -> Contact:
        """Add a contact."""
        profile = Profile(
            name=name,
            kind=kind,
            company=company,
            language=language,
            zone=zone,
            notes=notes,
            is_company=is_company,
            company_id=company_id,
            position=position,
            tags=tags,
            channel=channel,
            fields=fields or {},
            external_id=external_id,
        )

        def create(session: Session) -> Changed:
            row, changed = book.create(session, id, profile, identities)
            if changed:
                session.flush()
                _record(session, "contact.created", None, contact_of(row))
            return row, changed

        return self.change(create)

    @rpc
    def get_contact(self, *, id: UUID) -> Contact:
        """One contact."""
        with self.store.reading() as session:
            return contact_of(book.get(session, id))

    @rpc
    def list_contacts(
        self,
        *,
        kind: ContactKind | None,
        q: str | None,
        tag: str | None,
        company_id: UUID | None,
        is_company: bool | None,
        channel: Channel | None,
        language: str | None,
        blocked: ConsentKind | None,
        has_trips: bool | None,
        field: str | None,
        value: str | None,
        created_from: dt.datetime | None,
        created_before: dt.datetime | None,
        updated_from: dt.datetime | None,
        updated_before: dt.datetime | None,
        sort: ContactSort,
        cursor: str | None,
        limit: int,
    ) -> ContactPage:
        """Contacts that fit all filters."""
        filters = filtering.filters(
            kind=kind,
            q=q,
            tag=tag,
            company_id=company_id,
            is_company=is_company,
            channel=channel,
            language=language,
            blocked=blocked,
            has_trips=has_trips,
            field=field,
            value=value,
            created_from=created_from,
            created_before=created_before,
            updated_from=updated_from,
            updated_before=updated_before,
        )
        with self.store.reading() as session:
            found = store.listed(session, filters, sort=sort, cursor=cursor, limit=limit)
            return ContactPage(contacts=[contact_of(row) for row in found.items], cursor=found.next)

    @rpc
    def list_tags(self) -> list[TagCount]:
        """The tags in use."""
        with self.store.reading() as session:
            return store.tags(session)

    @rpc
    def update_contact(
        self,
        *,
        id: UUID,
        version: int,
        name: str | None,
        kind: ContactKind | None,
        company: str | None,
        language: str | None,
        zone: str | None,
        notes: str | None,
        is_company: bool | None,
        company_id: UUID | None,
        position: str | None,
        tags: list[str] | None,
        channel: Channel | None,
        fields: dict[str, FieldValue | None] | None,
        external_id: str | None,
        clear: list[Clearable],
    ) -> Contact:
        """Change what is given."""
        profile = Profile(
            name=name,
            kind=kind,
            company=company,
            language=language,
            zone=zone,
            notes=notes,
            is_company=is_company,
            company_id=company_id,
            position=position,
            tags=tags,
            channel=channel,
            fields=fields or {},
            external_id=external_id,
            clear=clear,
        )

        def update(session: Session) -> Changed:
            before = contact_of(book.get(session, id))
            row, changed = book.update(session, id, version, profile)
            session.flush()
            _record(session, "contact.updated", before, contact_of(row))
            if row.is_company and row.name != before.name:
                self.tell(session, book.reemploy(session, {row.id}))
            return row, changed

        return self.change(update)

    @rpc
    def add_identity(self, *, id: UUID, scheme: Scheme, value: str) -> Contact:
        """Give the contact a further address."""
        return self._change_addresses(
            id, "contact.address_added", lambda s: book.add_identity(s, id, scheme, value)
        )

    @rpc
    def remove_identity(self, *, id: UUID, identity_id: UUID) -> Contact:
        """Take an address away."""
        return self._change_addresses(
            id, "contact.address_removed", lambda s: book.remove_identity(s, id, identity_id)
        )

    @rpc
    def resolve(self, *, scheme: Scheme, value: str, name: str, also: list[NewIdentity]) -> Contact:
        """Whose address this is, or a new contact."""
        with self.store.reading() as session:
            wanted = [
                book.wanted(session, each, written)
                for each, written in ((scheme, value), *((n.scheme, n.value) for n in also))
            ]
            row = book.settled(session, wanted, name)
            if row is not None:
                return contact_of(row)
        return self.attempt(lambda session: joining.resolve(session, wanted, name))

    def _change_addresses(
        self, id: UUID, action: str, change: Callable[[Session], Changed]
    ) -> Contact:
        def make(session: Session) -> Changed:
            before = contact_of(book.get(session, id))
            row, changed = change(session)
            session.flush()
            if changed:
                _record(session, action, before, contact_of(row))
            return row, changed

        return self.change(make)


def _record(session: Session, action: str, before: Contact | None, after: Contact) -> None:
    """Note what a person did; what services do is told by their events."""
    if current().user is not None:
        record(
            session,
            action,
            entity="contact",
            id=after.id,
            label=after.name,
            before=before,
            after=after,
        )
