"""What people do with messages and files by hand, and what is learned of people."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from contracts.common import FileRef
from contracts.contacts import Contact
from contracts.inbox import File, FileState, MessageView
from fairlead.errors import Invalid, NotFound
from fairlead.files import FileStore
from fairlead.store import new_id

from . import changes
from .domain import linking
from .domain.attaching import UPLOAD_LIMIT
from .domain.content import has_control_characters
from .store import conversations, files, links, messages, moves, people, trips


def learn_contact(session: Session, contact: Contact, *, anew: bool = False) -> bool:
    """Keep what is news of a contact, and show it in his conversations; returns whether it was."""
    if not people.learn(session, contact, anew=anew):
        return False
    conversations.rename(session, contact.id, *people.card_of(contact))
    return True


def forget_contact(session: Session, id: UUID) -> None:
    """Know no more of a contact; his conversations have no name."""
    people.forget(session, id)
    conversations.rename(session, id, "", "")


def link(session: Session, message_id: UUID, itinerary_id: UUID | None, reason: str) -> MessageView:
    """Put a message on a trip alone, or take it off all (mission A6), and keep who did, and why."""
    if itinerary_id is not None and itinerary_id not in trips.by_id(session, [itinerary_id]):
        raise NotFound("inbox.itinerary_not_found", "There is no such itinerary")
    message = messages.locked(session, message_id)
    if message is None:
        raise messages.not_found()
    present = {each.itinerary_id: each.origin for each in message.links}
    wanted = linking.by_hand(present, itinerary_id)
    if wanted == present:
        return messages.view(session, message_id)
    links.replace_trips(session, message, wanted)
    moves.note(session, message_id, list(present), list(wanted), reason)
    return changes.message_linked(session, message, gone=set(present) - set(wanted))


def check_file(stored: FileStore, organisation: UUID, file: FileRef) -> None:
    """Raise Invalid unless the organisation has stored this file, and it can be sent."""
    if not stored.exists(organisation, file.key):
        raise Invalid.field("inbox.file_invalid", "file.key", "there is no such stored file")
    if has_control_characters(file.name):
        raise Invalid.field("inbox.file_invalid", "file.name", "must be a single line")
    if not 0 <= file.size <= UPLOAD_LIMIT:
        raise Invalid.field("inbox.file_invalid", "file.size", "is more than 100 MB")


def add_file(session: Session, uploaded: FileRef, state: FileState) -> File:
    """Make an uploaded file known."""
    id = new_id()
    files.add(session, id, uploaded, state)
    session.flush()
    return file(session, id)


def file(session: Session, file_id: UUID) -> File:
    """A file; raises NotFound."""
    found = files.by_id(session, [file_id]).get(file_id)
    if found is None:
        raise NotFound("inbox.file_not_found", "There is no such file")
    return found
