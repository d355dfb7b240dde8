"""What the other side of a chat does just now, and what one of us did on the phone itself."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from contracts.channels import ChatFollowed
from contracts.inbox import TypingChanged
from fairlead.bus import publish

from . import changes
from .domain.addresses import spellings
from .store import holding, people


def take(session: Session, event: ChatFollowed) -> None:
    """Tell who has the conversation open, if there is one."""
    address = event.address
    id = _contact_id(session, event)
    row = holding.find(session, event.channel, event.connection_id, id, address)
    if row is None:
        return
    if event.read_by_us:
        if row.unread:
            changes.mark_read(session, row)
        return
    publish(
        session,
        TypingChanged(
            conversation_id=row.id,
            contact_id=row.contact_id,
            until=event.until if event.typing else None,
        ),
    )


def _contact_id(session: Session, event: ChatFollowed) -> UUID | None:
    """Whose chat it is: a phone and the account of its number are one person's."""
    for scheme, spelling in reversed(spellings(event.address, event.channel)):
        known = people.by_address(session, scheme, [spelling]).get(spelling.casefold())
        if known is not None:
            return known.id
    return None
