"""Messages: a row holds all that a screen shows of one, so that a timeline is one query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Index, Select, String, Text, and_, false, func, select, tuple_
from sqlalchemy.orm import (
    Mapped,
    Session,
    foreign,
    joinedload,
    mapped_column,
    relationship,
    validates,
)

from contracts.channels import AutomaticKind, DeliveryStatus, Mailbox
from contracts.common import Channel
from contracts.inbox import (
    Attachment,
    AuthorKind,
    ChatDetails,
    Delivery,
    Direction,
    ItineraryLink,
    LinkOrigin,
    MessageKind,
    MessagePage,
    MessageView,
)
from fairlead.errors import NotFound
from fairlead.store import Json, Order, Page, page, word
from fairlead.store.search import Entry, Searched, words

from ..domain import content
from ..domain.conversations import Earlier
from ..domain.deliveries import overall
from ..domain.turns import Side
from . import indexes
from .people import ContactRow
from .schema import Base
from .trips import TripRow


class Party(msgspec.Struct, frozen=True):
    """Somebody who stands in a message: `role` is from, reply_to, to, cc or bcc; `member` of the
    group that it went to, or `about` whom a note is.

    `was` is the contact to whom the message came, where he is part of another now.
    """

    role: str
    mailbox: Mailbox
    contact_id: UUID | None = None
    was: UUID | None = None

    @property
    def came_to(self) -> UUID | None:
        """Who it was before he became part of `contact_id`."""
        return self.was or self.contact_id


class Link(msgspec.Struct, frozen=True):
    """A trip that a message belongs to, and why."""

    itinerary_id: UUID
    origin: LinkOrigin


class MessageRow(Searched, Base):
    """A message of either direction. `itinerary_id` is that of the first of `links`; `side` says
    whose turn it is, where it counts. `status` is that of all `deliveries`, and follows them."""

    __tablename__ = "messages"
    search_index = indexes.MESSAGES
    __table_args__ = (
        Index("ix_messages_newest", "organisation_id", "conversation_id", "at", "id"),
        Index("ix_messages_sent", "organisation_id", "direction", "at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    conversation_id: Mapped[UUID]
    channel: Mapped[Channel] = mapped_column(word(Channel))
    connection_id: Mapped[UUID | None]
    direction: Mapped[Direction] = mapped_column(word(Direction))
    kind: Mapped[MessageKind] = mapped_column(word(MessageKind))
    author_kind: Mapped[AuthorKind] = mapped_column(word(AuthorKind))
    author_name: Mapped[str] = mapped_column(String(200))
    author_id: Mapped[UUID | None]
    contact_id: Mapped[UUID | None]
    itinerary_id: Mapped[UUID | None]
    subject: Mapped[str] = mapped_column(String(500))
    subject_key: Mapped[str] = mapped_column(String(500))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    quoted_text: Mapped[str] = mapped_column(Text)
    quoted_html: Mapped[str | None] = mapped_column(Text)
    attachments: Mapped[list[Attachment]] = mapped_column(Json(list[Attachment]))
    deliveries: Mapped[list[Delivery]] = mapped_column(Json(list[Delivery]))
    status: Mapped[DeliveryStatus | None] = mapped_column(word(DeliveryStatus))
    service_ids: Mapped[list[UUID]] = mapped_column(Json(list[UUID]))
    links: Mapped[list[Link]] = mapped_column(Json(list[Link]))
    parties: Mapped[list[Party]] = mapped_column(Json(list[Party]))
    references: Mapped[list[str]] = mapped_column(Json(list[str]))
    defects: Mapped[list[str]] = mapped_column(Json(list[str]))
    automatic: Mapped[AutomaticKind] = mapped_column(word(AutomaticKind))
    imported: Mapped[bool]
    answers_id: Mapped[UUID | None]
    provider_id: Mapped[str | None] = mapped_column(Text)
    at: Mapped[dt.datetime]
    side: Mapped[Side | None] = mapped_column(word(Side))
    erased: Mapped[bool] = mapped_column(default=False, server_default=false())
    chat: Mapped[ChatDetails | None] = mapped_column(Json(ChatDetails))

    contact: Mapped[ContactRow | None] = relationship(
        viewonly=True,
        lazy="raise",
        primaryjoin=lambda: and_(
            foreign(MessageRow.organisation_id) == ContactRow.organisation_id,
            foreign(MessageRow.contact_id) == ContactRow.id,
        ),
    )
    trip: Mapped[TripRow | None] = relationship(
        viewonly=True,
        lazy="raise",
        primaryjoin=lambda: and_(
            foreign(MessageRow.organisation_id) == TripRow.organisation_id,
            foreign(MessageRow.itinerary_id) == TripRow.id,
        ),
    )

    @validates("deliveries")
    def _follow(self, key: str, value: list[Delivery]) -> list[Delivery]:
        self.status = overall(value)
        return value

    @property
    def gist(self) -> str:
        """The beginning of what it says for a row of a list, or what it carries without a word."""
        if self.text.strip() or self.erased or (self.chat and self.chat.deleted_at):
            return content.preview(self.text)
        carried = [each.name for each in self.attachments]
        if self.chat is not None:
            place = self.chat.place
            if place is not None:
                point = f"{place.latitude:.5f}, {place.longitude:.5f}"
                carried.append(place.name or place.address or point)
            carried += [card.name for card in self.chat.cards]
        return content.preview(", ".join(carried))

    def search_entry(self, session: Session) -> Entry:
        """By its own words, not by what it quotes."""
        tag = self.search_index.tag
        contacts = {party.contact_id for party in self.parties} | {self.contact_id}
        tags = {
            tag(indexes.CHANNEL, self.channel.value),
            tag(indexes.CONNECTION, self.connection_id),
            tag(indexes.CONVERSATION, self.conversation_id),
            tag(indexes.DIRECTION, self.direction.value),
            tag(indexes.FILE, bool(self.attachments)),
            *(tag(indexes.CONTACT, each) for each in contacts if each is not None),
            *(tag(indexes.TRIP, link.itinerary_id) for link in self.links),
        }
        named = (file.name for file in self.attachments)
        return Entry(
            index=self.search_index,
            organisation=self.organisation_id,
            id=self.id,
            at=self.at,
            words=words(self.subject, *named, *self._chat_words(), self.text),
            tags=frozenset(tags),
        )

    def _chat_words(self) -> list[str]:
        if self.chat is None:
            return []
        place = [self.chat.place.name, self.chat.place.address] if self.chat.place else []
        return [*place, *(card.name for card in self.chat.cards)]


_NEWEST = Order(MessageRow.at.desc(), MessageRow.id.desc())


def links_of(links: Mapping[UUID, LinkOrigin]) -> list[Link]:
    """Links as a message's row keeps them."""
    return [Link(trip, origin) for trip, origin in links.items()]


def locked(session: Session, id: UUID) -> MessageRow | None:
    """A message, held until the transaction ends."""
    return session.scalars(
        select(MessageRow)
        .where(MessageRow.id == id)
        .with_for_update(of=MessageRow)
        .execution_options(populate_existing=True)
    ).first()


def get(session: Session, id: UUID) -> MessageRow | None:
    """A message."""
    return session.scalars(select(MessageRow).where(MessageRow.id == id)).first()


def by_id(session: Session, ids: Collection[UUID]) -> Sequence[MessageRow]:
    """Those of these messages that there are."""
    return session.scalars(select(MessageRow).where(MessageRow.id.in_(ids))).all()


def view(session: Session, id: UUID) -> MessageView:
    """A message as it is shown; raises NotFound."""
    session.flush()
    row = session.scalars(
        select(MessageRow)
        .where(MessageRow.id == id)
        .options(*shown())
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise not_found()
    return view_of(row)


def views(session: Session, ids: list[UUID]) -> list[MessageView]:
    """Messages in the order of `ids`."""
    rows = session.scalars(select(MessageRow).where(MessageRow.id.in_(ids)).options(*shown()))
    known = {row.id: view_of(row) for row in rows}
    return [known[each] for each in ids if each in known]


def shown() -> tuple[Any, Any]:
    """The options that load what `view_of` needs with the message itself."""
    return (
        joinedload(MessageRow.contact).load_only(ContactRow.name),
        joinedload(MessageRow.trip).load_only(TripRow.reference, TripRow.title),
    )


def view_of(row: MessageRow, *, trip: TripRow | None = None) -> MessageView:
    """A row as it is shown, with `trip` for the trip in whose timeline it stands."""
    trip = trip or row.trip
    origins = {link.itinerary_id: link.origin for link in row.links}
    link = None
    if trip is not None and trip.id in origins:
        link = ItineraryLink(
            itinerary_id=trip.id,
            reference=trip.reference,
            title=trip.title,
            origin=origins[trip.id],
        )
    return MessageView(
        id=row.id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        connection_id=row.connection_id,
        direction=row.direction,
        kind=row.kind,
        author_kind=row.author_kind,
        author_name=row.author_name,
        author_id=row.author_id,
        contact_id=row.contact_id,
        contact_name=row.contact.name if row.contact else _stranger(row),
        itinerary=link,
        subject=row.subject,
        text=row.text,
        html=row.html,
        quoted_text=row.quoted_text,
        quoted_html=row.quoted_html,
        attachments=row.attachments,
        deliveries=[_received(row, each) for each in row.deliveries],
        service_ids=row.service_ids,
        automatic=row.automatic,
        at=row.at,
        defects=row.defects,
        imported=row.imported,
        erased=row.erased,
        answers_id=row.answers_id,
        chat=_shown(row.chat),
    )


def _received(row: MessageRow, delivery: Delivery) -> Delivery:
    """With who the participants of a group are, as the message names them."""
    if delivery.group is None:
        return delivery
    members = {each.mailbox.address.casefold(): each for each in row.parties}
    named = []
    for each in delivery.group.participants:
        member = members.get(each.address.casefold())
        name, contact_id = (member.mailbox.name, member.contact_id) if member else ("", None)
        named.append(msgspec.structs.replace(each, name=name, contact_id=contact_id))
    group = msgspec.structs.replace(delivery.group, participants=named)
    return msgspec.structs.replace(delivery, group=group)


def _shown(chat: ChatDetails | None) -> ChatDetails | None:
    """Without the reactions that were taken back, which are kept to know that they were."""
    if chat is None or all(each.emoji for each in chat.reactions):
        return chat
    return msgspec.structs.replace(chat, reactions=[each for each in chat.reactions if each.emoji])


def not_found() -> NotFound:
    """The error for a message that there is not."""
    return NotFound("inbox.message_not_found", "There is no such message")


def of_conversation(
    session: Session, conversation_id: UUID, *, cursor: str | None, limit: int
) -> MessagePage:
    """A page of a conversation's messages, the newest first."""
    statement = (
        select(MessageRow).where(MessageRow.conversation_id == conversation_id).options(*shown())
    )
    found: Page[MessageRow] = page(session, statement, _NEWEST, cursor=cursor, limit=limit)
    return MessagePage(messages=[view_of(row) for row in found.items], cursor=found.next)


def answer_after(session: Session, seen: MessageRow, but: UUID | None) -> MessageRow | None:
    """The first answer in a conversation after a message, but for those of one user."""
    statement = select(MessageRow).where(
        MessageRow.conversation_id == seen.conversation_id,
        MessageRow.side.in_([Side.PERSON, Side.ASSISTANT]),
        tuple_(MessageRow.at, MessageRow.id) > (seen.at, seen.id),
    )
    if but is not None:
        statement = statement.where(MessageRow.author_id.is_distinct_from(but))
    return session.scalars(statement.order_by(MessageRow.at, MessageRow.id).limit(1)).first()


def last_out(session: Session, conversation_id: UUID) -> MessageRow | None:
    """The last message of a conversation that went out."""
    return session.scalars(
        select(MessageRow)
        .where(MessageRow.conversation_id == conversation_id, MessageRow.direction == Direction.OUT)
        .order_by(MessageRow.at.desc(), MessageRow.id.desc())
        .limit(1)
    ).first()


def last_news(session: Session, conversation_id: UUID) -> MessageRow | None:
    """The last message of a conversation that came in and was news."""
    return session.scalars(
        _news(conversation_id).order_by(MessageRow.at.desc(), MessageRow.id.desc()).limit(1)
    ).first()


def news_of(session: Session, conversation_id: UUID, limit: int) -> list[UUID]:
    """The last messages of a conversation that came in and were news, the last first."""
    newest = _news(conversation_id).order_by(MessageRow.at.desc(), MessageRow.id.desc())
    return [row.id for row in session.scalars(newest.limit(limit))]


def called_news(
    session: Session, conversation_id: UUID, limit: int
) -> list[tuple[MessageRow, str]]:
    """The last messages that came in and were news, and what the channel calls each; the last
    first."""
    newest = _news(conversation_id).order_by(MessageRow.at.desc(), MessageRow.id.desc())
    rows = session.scalars(newest.limit(limit)).all()
    return [(each, each.provider_id) for each in rows if each.provider_id is not None]


def count_news(session: Session, message: MessageRow) -> int:
    """How many messages came in as news from `message` on, itself among them."""
    from_there = tuple_(MessageRow.at, MessageRow.id) >= (message.at, message.id)
    news = _news(message.conversation_id).where(from_there).subquery()
    return session.scalar(select(func.count()).select_from(news)) or 0


def _news(conversation_id: UUID) -> Select[MessageRow]:
    return select(MessageRow).where(
        MessageRow.conversation_id == conversation_id,
        MessageRow.direction == Direction.IN,
        MessageRow.imported.is_(False),
        MessageRow.automatic != AutomaticKind.AUTO_REPLY,
        MessageRow.author_kind != AuthorKind.SYSTEM,
    )


def earlier(row: MessageRow) -> Earlier:
    """A message as the rules for later ones see it."""
    answer_to = "reply_to" if any(p.role == "reply_to" for p in row.parties) else "from"
    if row.direction is Direction.OUT:
        answer_to = "to"
    ids = {party.contact_id for party in row.parties} | {row.contact_id}
    return Earlier(
        id=row.id,
        conversation_id=row.conversation_id,
        channel=row.channel,
        connection_id=row.connection_id,
        direction=row.direction,
        contact_id=row.contact_id,
        subject=row.subject,
        at=row.at,
        reply_to=[party.mailbox for party in row.parties if party.role == answer_to],
        addresses=frozenset(party.mailbox.address.casefold() for party in row.parties),
        contact_ids=frozenset(each for each in ids if each is not None),
        itinerary_ids=tuple(link.itinerary_id for link in row.links),
        service_ids=tuple(row.service_ids),
        provider_id=row.provider_id,
        references=row.references,
        text=row.text,
    )


def _stranger(row: MessageRow) -> str:
    return row.author_name if row.direction is Direction.IN else ""
