"""Messages that came in: stored once, in their conversation, on the trip that they answer."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid5

import msgspec
from sqlalchemy.orm import Session

from contracts.channels import Mailbox, MessageReceived
from contracts.common import Channel
from contracts.contacts import Contact, Scheme
from contracts.files import attachment_of
from contracts.inbox import (
    Attachment,
    AuthorKind,
    ChatDetails,
    ConversationKind,
    Direction,
    File,
    FileState,
    LinkOrigin,
    MessageKind,
)

from . import amending, attention, changes, organising, telling
from .domain import content, linking
from .domain.addresses import SCHEME
from .domain.conversations import (
    REFERENCES_TRIED,
    Match,
    counts,
    is_system_sender,
    match,
    normalised_subject,
)
from .domain.turns import side
from .storable import storable
from .store import (
    contact_merges,
    file_uses,
    files,
    groups,
    holding,
    links,
    messages,
    parked,
    people,
    provider_ids,
)
from .store.conversations import ConversationRow
from .store.matching import candidates
from .store.messages import MessageRow, Party

TEXT_LIMIT = 200_000  # characters of a message that screens show; the gateway keeps the whole
HTML_LIMIT = 500_000
ID_LIMIT = 998


def scheme_of(message: MessageReceived) -> Scheme:
    """What kind of address the sender's is."""
    return SCHEME[message.channel]


def other_side(message: MessageReceived) -> Mailbox:
    """Who wrote, or to whom one of us did on the phone itself."""
    return message.to[0] if message.by_us and message.to else message.sender


def is_nobodys(message: MessageReceived) -> bool:
    """Whether its other side is no one person: one of us wrote it into a group, on the phone."""
    return message.by_us and message.group is not None


def known_sender(session: Session, message: MessageReceived) -> Contact | None:
    """The contact who is the other side, if he is known here by all his addresses."""
    names = [other_side(message).address, *message.also]
    found = people.by_address(session, scheme_of(message), names)
    known = [found.get(name.casefold()) for name in names]
    return known[0] if known[0] and all(each == known[0] for each in known) else None


def take(
    session: Session, message: MessageReceived, sender: Contact | None, unseen: FileState
) -> None:
    """Store `message` of `sender`, unless it was stored before; its files are `unseen`.

    `sender` is None only for an address that no contact can have, such as an empty one, and for
    what is nobody's.
    """
    message = msgspec.structs.replace(
        storable(message), subject=content.one_line(message.subject)[:500]
    )
    new = provider_ids.claim(
        session, message.connection_id, _direction(message), message.provider_id, message.id
    )
    if not new:
        return
    if sender is not None:
        organising.learn_contact(session, sender)
    sender_id = _whose(session, sender)
    answered = match(message, sender_id, candidates(session, message, sender_id))
    conversation = _conversation(session, message, sender_id, answered)
    attachments = list(_attachments(session, message, unseen))
    row = _row(session, message, sender_id, conversation, answered, attachments)
    session.add(row)
    session.flush()
    links.record(session, row)
    if attachments:
        file_uses.put(session, file_uses.User.MESSAGE, row.id, [each.id for each in attachments])
    for amendment in parked.take_amendments(session, message.connection_id, message.provider_id):
        amending.apply(session, row, amendment)
    news = counts(message.automatic, imported=message.imported)
    attention.follow(session, conversation, row)
    telling.message_received(session, conversation, row)
    if message.by_us and not message.imported:
        conversation.unread = 0  # who answers on the phone has seen what he answers
    changes.message_added(session, conversation, row, _place(message)[:320], news=news)


def _direction(message: MessageReceived) -> Direction:
    return Direction.OUT if message.by_us else Direction.IN


def _place(message: MessageReceived) -> str:
    """The address of the conversation."""
    return message.group.address if message.group else other_side(message).address


def _whose(session: Session, sender: Contact | None) -> UUID | None:
    """Whose a message of `sender` is: news that he is part of another may have come first."""
    if sender is None:
        return None
    return contact_merges.survivors(session, [sender.id]).get(sender.id, sender.id)


def _conversation(
    session: Session, message: MessageReceived, sender_id: UUID | None, answered: Match | None
) -> ConversationRow:
    address = _place(message)[:320]
    if message.group is not None:
        known = groups.called(session, message.connection_id, address)
        return holding.of_group(
            session,
            message.channel,
            message.connection_id,
            address,
            message.group.subject,
            known.id if known else None,
        )
    if answered is not None and answered.same_conversation:
        row = holding.locked(session, answered.earlier.conversation_id)
        if row.kind is ConversationKind.PERSON:  # who answers in private is not in the group
            return row
    return holding.of(session, message.channel, message.connection_id, sender_id, address)


def _row(
    session: Session,
    message: MessageReceived,
    sender_id: UUID | None,
    conversation: ConversationRow,
    answered: Match | None,
    attachments: list[Attachment],
) -> MessageRow:
    earlier = answered.earlier if answered else None
    trip_links = linking.answering(earlier) or _of_group(session, message)
    html, defects = _bounded_html(message)
    return MessageRow(
        id=message.id,
        conversation_id=conversation.id,
        channel=message.channel,
        connection_id=message.connection_id,
        direction=_direction(message),
        kind=MessageKind.MESSAGE,
        author_kind=AuthorKind.USER if message.by_us else AuthorKind.CONTACT,
        author_name=(message.sender.name or message.sender.address)[:200],
        author_id=None,
        contact_id=sender_id,
        itinerary_id=next(iter(trip_links), None),
        subject=message.subject,
        subject_key=normalised_subject(message.subject),
        text=message.text[:TEXT_LIMIT],
        html=html,
        quoted_text=message.quoted_text[:TEXT_LIMIT],
        quoted_html=message.quoted_html if _fits(message.quoted_html) else None,
        attachments=attachments,
        deliveries=[],
        service_ids=list(earlier.service_ids) if earlier else [],
        links=messages.links_of(trip_links),
        parties=_parties(session, message, sender_id),
        references=_references(message),
        defects=defects,
        automatic=message.automatic,
        imported=message.imported,
        answers_id=earlier.id if earlier else None,
        provider_id=message.provider_id,
        at=(message.sent_at or message.received_at) if message.imported else message.received_at,
        side=side(
            _direction(message),
            AuthorKind.USER if message.by_us else AuthorKind.CONTACT,
            message.automatic,
            imported=message.imported,
            by_system=_by_system(message),
        ),
        chat=_chat(message),
    )


def _of_group(session: Session, message: MessageReceived) -> linking.Links:
    """The trip of the group that it was said in; of history nothing is known."""
    if message.group is None or message.imported:
        return {}
    row = groups.called(session, message.connection_id, message.group.address)
    return {row.itinerary_id: LinkOrigin.GROUP} if row and row.itinerary_id else {}


def _chat(message: MessageReceived) -> ChatDetails | None:
    if message.channel is not Channel.WHATSAPP:
        return None
    return ChatDetails(
        place=message.place,
        cards=message.cards,
        awaited=message.awaited,
        on_phone=message.by_us,
        said_at=message.sent_at,
    )


def _by_system(message: MessageReceived) -> bool:
    """Whether a program wrote, to which nobody answers. A form on a web page names in Reply-To the
    person who filled it in."""
    return (
        message.channel is Channel.EMAIL
        and message.reply_to is None
        and is_system_sender(message.sender.address)
    )


def _attachments(
    session: Session, message: MessageReceived, unseen: FileState
) -> Iterator[Attachment]:
    for number, file in enumerate(message.attachments):
        file_id = uuid5(message.id, str(number))
        files.add(session, file_id, file, unseen)
        yield attachment_of(File(id=file_id, file=file, state=unseen))


def _references(message: MessageReceived) -> list[str]:
    """The thread up to this message. What has white space, or is longer than a line may be, is no
    id (RFC 5322) and must not get into a header of ours."""
    ids = [*message.references, message.provider_id]
    good = [each for each in ids if len(each) <= ID_LIMIT and not set(each) & set(" \t\r\n")]
    return good[-REFERENCES_TRIED:]


def _parties(session: Session, message: MessageReceived, sender_id: UUID | None) -> list[Party]:
    if message.by_us:
        return [Party("from", message.sender), Party("to", other_side(message), sender_id)]
    parties = [Party("from", message.sender, sender_id)]
    if message.reply_to is not None:
        parties.append(Party("reply_to", message.reply_to))
    if message.channel is not Channel.EMAIL:
        return parties
    others: list[tuple[str, Mailbox]] = [("to", box) for box in message.to]
    others += [("cc", box) for box in message.cc]
    known = people.by_address(session, Scheme.EMAIL, [box.address for _, box in others])
    for role, box in others[:200]:
        contact = known.get(box.address.casefold())
        parties.append(Party(role, box, contact.id if contact else None))
    return parties


def _bounded_html(message: MessageReceived) -> tuple[str | None, list[str]]:
    if _fits(message.html):
        return message.html, message.defects
    return None, [*message.defects[:50], f"HTML of {len(message.html or '')} characters not shown"]


def _fits(html: str | None) -> bool:
    return html is None or len(html) <= HTML_LIMIT
