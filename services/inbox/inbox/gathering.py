"""What the inbox knows of a person, some at a time, for her to have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.common import FileRef
from contracts.persons import Person, PersonPage, PersonRecord
from fairlead.service import ServiceStore

from .store import comments, conversations, drafts, groups, messages, scheduled
from .store import persons as store

AT_ONCE = 50


def page(service: ServiceStore, person: Person, cursor: str | None) -> PersonPage:
    """Her messages with their files, then her conversations, and what waits to be said to her."""
    phase, _, after = (cursor or "messages").partition(":")
    place = UUID(after) if after else None
    folded = [each.casefold() for each in person.addresses]
    with service.reading() as session:
        if phase == "messages":
            said = store.messages(session, person.contact_ids, folded, place, AT_ONCE, lock=False)
            records = [_message(session, row) for row in said]
            follows = f"messages:{said[-1].id}" if len(said) == AT_ONCE else "conversations"
            return PersonPage(records=records, cursor=follows)
        found = store.conversations(session, person.contact_ids, folded, place, AT_ONCE, lock=False)
        records = [
            PersonRecord(
                kind="conversation", at=row.last_at, data=_plain(conversations.view_of(row))
            )
            for row in found
        ]
        ids = [row.id for row in found]
        for comment in store.comments(session, ids, lock=False):
            files = _files(session, [each.id for each in comment.attachments])
            data = _plain(comments.view_of(comment))
            records.append(PersonRecord(kind="comment", at=comment.at, data=data, files=files))
        for draft in store.drafts(session, [] if place else person.contact_ids, ids):
            data = _plain(drafts.view_of(draft))
            records.append(PersonRecord(kind="draft", at=draft.saved_at, data=data))
        if place is None:
            records += _memberships(session, person, folded)
            for row in store.scheduled(session, person.contact_ids, lock=False):
                data = _plain(scheduled.view_of(row))
                records.append(PersonRecord(kind="scheduled_message", at=row.leaves_at, data=data))
        more = len(found) == AT_ONCE
        return PersonPage(records=records, cursor=f"conversations:{ids[-1]}" if more else None)


def _memberships(session: Session, person: Person, folded: Sequence[str]) -> list[PersonRecord]:
    """The groups that she is in, was, or was asked into; who else is in them is not hers."""
    places = store.participants(session, person.contact_ids, folded, lock=False)
    known = groups.contacts_of(session, places)
    subjects = groups.subjects(session, {place.group_id for place in places})
    return [
        PersonRecord(
            kind="group_membership",
            at=place.since,
            data={
                "group": subjects[place.group_id],
                **_plain(groups.participant_view(place, known)),
            },
        )
        for place in places
    ]


def _message(session: Session, row: messages.MessageRow) -> PersonRecord:
    view = messages.view(session, row.id)
    files = _files(session, [each.id for each in row.attachments])
    parties = [{"role": each.role, "mailbox": _plain(each.mailbox)} for each in row.parties]
    data = {**_plain(view), "parties": parties}
    return PersonRecord(kind="message", at=row.at, data=data, files=files)


def _files(session: Session, ids: Sequence[UUID]) -> list[FileRef]:
    return [row.document for row in store.files(session, ids)]


def _plain(thing: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(thing, str_keys=True)
    return plain
