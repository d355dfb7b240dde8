"""Notes: messages of a conversation that nobody wrote, which tell what happened in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from contracts.channels import AutomaticKind, Mailbox
from contracts.inbox import AuthorKind, ChatDetails, Direction, LinkOrigin, MessageKind
from fairlead.store import new_id

from . import changes
from .domain.grouping import Happening
from .store import links, messages
from .store.conversations import ConversationRow
from .store.groups import GroupRow, ParticipantRow
from .store.messages import MessageRow, Party


def note(
    session: Session,
    conversation: ConversationRow,
    group: GroupRow,
    happened: Happening,
    about: Sequence[ParticipantRow],
    at: dt.datetime,
) -> None:
    """Tell in a group's conversation, and on its trip, what happened to whom. It is nobody's turn,
    and nothing to be read."""
    trips = {group.itinerary_id: LinkOrigin.GROUP} if group.itinerary_id else {}
    row = MessageRow(
        id=new_id(),
        conversation_id=conversation.id,
        channel=conversation.channel,
        connection_id=conversation.connection_id,
        direction=Direction.IN,
        kind=MessageKind.MESSAGE,
        author_kind=AuthorKind.SYSTEM,
        author_name="",
        author_id=None,
        contact_id=None,
        itinerary_id=group.itinerary_id,
        subject="",
        subject_key="",
        text=happened.text,
        html=None,
        quoted_text="",
        quoted_html=None,
        attachments=[],
        deliveries=[],
        service_ids=[],
        links=messages.links_of(trips),
        parties=[
            Party("about", Mailbox(address=each.address, name=each.name[:200]), each.contact_id)
            for each in about
        ],
        references=[],
        defects=[],
        automatic=AutomaticKind.NONE,
        imported=False,
        answers_id=None,
        provider_id=None,
        at=at,
        side=None,
        chat=ChatDetails(note=happened.note),
    )
    session.add(row)
    session.flush()
    links.record(session, row)
    changes.message_added(session, conversation, row, conversation.address, news=False)
