"""What a search shows of what it found, with the query's words marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from contracts.inbox import (
    Excerpt,
    FoundMessage,
    FoundPerson,
    FoundTrip,
    Marks,
    MessagePage,
    SearchHit,
)
from fairlead.store.search import marks, snippet

from .conversations import ConversationRow
from .conversations import view_of as conversation_view
from .messages import MessageRow, view_of
from .people import ContactRow
from .trips import TripRow

MOST = 5  # texts of one field that are shown because a word stands in them


def message(row: MessageRow, words: Sequence[str]) -> SearchHit:
    """A message with its subject, the place in its text, and the attachments that were found."""
    view = view_of(row)
    part = snippet(row.text, words)
    text = Excerpt(field="text", text=part.text, marks=[[*each] for each in part.marks])
    files = _found("attachment", (file.name for file in row.attachments), words)
    return SearchHit(
        id=row.id,
        at=row.at,
        excerpts=[whole("subject", row.subject, words), text, *files],
        message=FoundMessage(
            conversation_id=row.conversation_id,
            channel=row.channel,
            connection_id=row.connection_id,
            direction=row.direction,
            author_name=row.author_name,
            contact_id=row.contact_id,
            contact_name=view.contact_name,
            itinerary=view.itinerary,
            has_attachment=bool(row.attachments),
        ),
    )


def conversation(row: ConversationRow, words: Sequence[str]) -> SearchHit:
    """A conversation with its name, and the address and subject if a word stands there."""
    others = [("address", row.address), ("subject", row.subject)]
    found = [each for field, text in others for each in _found(field, [text], words)]
    return SearchHit(
        id=row.id,
        at=row.last_at,
        excerpts=[whole("contact_name", row.contact_name, words), *found],
        conversation=conversation_view(row),
    )


def person(row: ContactRow, words: Sequence[str]) -> SearchHit:
    """A contact with his name, and company and addresses if a word stands there."""
    known = row.document
    addresses = (each.display for each in known.identities)
    return SearchHit(
        id=row.id,
        at=known.created_at,
        excerpts=[
            whole("name", known.name, words),
            *_found("company", [known.company], words),
            *_found("address", addresses, words),
        ],
        person=FoundPerson(name=known.name, company=known.company),
    )


def trip(row: TripRow, words: Sequence[str]) -> SearchHit:
    """A trip with reference and title, and the guests that were found."""
    known = row.document
    guests = (guest.name for guest in known.details.guests)
    return SearchHit(
        id=row.id,
        at=dt.datetime.combine(known.details.start, dt.time(), dt.UTC),
        excerpts=[
            whole("reference", known.reference, words),
            whole("title", known.details.title, words),
            *_found("guest", guests, words),
        ],
        trip=FoundTrip(
            reference=known.reference,
            title=known.details.title,
            state=known.state,
            start=known.details.start,
            end=known.details.end,
        ),
    )


def in_conversation(
    rows: Sequence[MessageRow], cursor: str | None, words: Sequence[str]
) -> MessagePage:
    """The messages that were found in a conversation."""
    return MessagePage(
        messages=[view_of(row) for row in rows],
        cursor=cursor,
        marks=[
            Marks(
                subject=whole("", row.subject, words).marks, text=whole("", row.text, words).marks
            )
            for row in rows
        ],
    )


def whole(field: str, text: str, words: Sequence[str]) -> Excerpt:
    """All of a text, and where the words stand in it."""
    return Excerpt(field=field, text=text, marks=[[*each] for each in marks(text, words)])


def _found(field: str, texts: Iterable[str], words: Sequence[str]) -> list[Excerpt]:
    """Those of the texts in which a word stands."""
    every = (whole(field, text, words) for text in texts)
    return [each for each in every if each.marks][:MOST]
