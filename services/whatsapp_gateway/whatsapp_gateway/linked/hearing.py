"""What a worker hands over, in the words that every network's news is kept in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from contracts.channels import Amending, ChatGroup, DeliveryStatus, Place
from contracts.whatsapp_gateway import LinkState

from ..domain import addresses
from ..domain.heard import Amended, Fared, Followed, Grouped, Heard, Linked, Media, Said, Who
from . import cards
from .lifecycle import Life
from .protocol import content, events
from .protocol.events import Durable, Mark, Outcome
from .sentences import REASONS, sentence

_MARKS = {
    Mark.DELIVERED: DeliveryStatus.DELIVERED,
    Mark.READ: DeliveryStatus.READ,
    Mark.PLAYED: DeliveryStatus.READ,
    Mark.REFUSED: DeliveryStatus.FAILED,
}
UNREADABLE = "This message cannot be read here yet. It stands on the phone."
_LONGEST = 500


def heard(body: Durable, now: dt.datetime) -> list[Heard]:
    """What it means; `now` stands for a time that was not told."""
    match body:
        case events.Message():
            return _message(body)
        case events.History(messages=messages):
            return [item for message in messages for item in _message(message)]
        case events.Receipt():
            return list(_receipt(body))
        case events.Done(outcome=Outcome.DONE, message=message) if message:
            # Whoever waited for it may have died; then this is what tells that it left.
            sent = DeliveryStatus.SENT
            return [Fared(id=message, status=sent, at=body.at or now, ours=body.id)]
        case events.Done(outcome=Outcome.REFUSED | Outcome.NOT_SENT) if ":" in body.id:
            return [_not_left(body, now)]  # a piece; nobody asks about anything else later
        case events.Unreadable():
            who = Who(address=address(body.sender or body.chat))
            said = Said(
                id=body.id,
                who=who,
                at=body.at or now,
                chat=address(body.chat),
                group=_group(body.chat),
                defects=[UNREADABLE],
            )
            return [said]
        case events.GroupChanged():
            return [
                Grouped(
                    chat=address(body.group),
                    at=body.at or now,
                    subject=body.subject,
                    joined=[address(each) for each in body.joined],
                    left=[address(each) for each in body.left],
                    by=address(body.by) if body.by else "",
                    without_us=body.without_us,
                )
            ]
    return []


def typed(event: events.Typed, now: dt.datetime) -> Heard:
    """Somebody writes, or stopped."""
    return Followed(chat=address(event.chat), at=now, typing=event.on)


def stands(life: Life, now: dt.datetime) -> Linked:
    """How a number stands."""
    return Linked(
        state=LinkState(life.state.value),
        at=now,
        reason=sentence(life),
        qr=life.code or None,
        qr_until=life.code_until,
    )


def address(jid: str) -> str:
    """As the gateway writes what the network calls somebody."""
    try:
        return addresses.normalised(jid)
    except ValueError:
        return jid[:320]


def _not_left(done: events.Done, now: dt.datetime) -> Fared:
    """Who waited for the end of a sending may have gone, and left it uncertain."""
    reason = done.reason or events.Reason.BY_NETWORK
    return Fared(
        id="", status=DeliveryStatus.FAILED, at=done.at or now, ours=done.id,
        code=reason.value, reason=REASONS[reason],
    )  # fmt: skip


def _message(message: events.Message) -> list[Heard]:
    chat = address(message.chat)
    known = [address(each) for each in (message.phone, message.lid) if each]
    if not message.group and known:
        chat = known[0]  # by phone, where the network tells it: that is what people know
    first = known[0] if known else address(message.sender if message.group else message.chat)
    who = Who(address=first, also=known[1:], name=message.name[:200])
    by_us = message.from_me
    match message.content:
        case content.Reaction(to=target, emoji=text):
            kind = Amending.REACTED
        case content.Edit(to=target, text=text):
            kind = Amending.EDITED
        case content.Delete(to=target):
            kind, text = Amending.DELETED, ""
        case _:
            return [_said(message, chat, who)]
    return [
        Amended(target=target, who=who, chat=chat, at=message.at, kind=kind, text=text, by_us=by_us)
    ]


def _said(message: events.Message, chat: str, who: Who) -> Said:
    text, media, place, persons, defects = "", [], None, [], []
    match message.content:
        case content.Text(text=words):
            text = words
        case content.Media() as file:
            text = file.caption
            media = [_media(message.id, file)]
        case content.Location() as point:
            place = Place(
                latitude=point.latitude,
                longitude=point.longitude,
                name=point.name[:_LONGEST],
                address=point.address[:_LONGEST],
            )
        case content.Contacts(cards=several):
            persons = [cards.read(each) for each in several]
        case content.Unsupported(kind=kind):
            defects = [f"WhatsApp's “{kind}” cannot be shown here. It stands on the phone."]
    return Said(
        id=message.id,
        who=who,
        at=message.at,
        chat=chat,
        text=text,
        media=media,
        place=place,
        cards=persons,
        quotes=message.quote.id if message.quote else None,
        group=_group(message.chat),
        by_us=message.from_me,
        imported=message.imported,
        late=message.late,
        defects=defects,
    )


def _media(message: str, file: content.Media) -> Media:
    name = file.filename or ("voice note" if file.voice else file.kind.value)
    return Media(
        name=name[:255],
        content_type=file.mimetype,
        source={"message": message, "sha256": file.sha256},
        size=file.size,
    )


def _group(chat: str) -> ChatGroup | None:
    return ChatGroup(address=chat) if addresses.is_group(chat) else None


def _receipt(receipt: events.Receipt) -> Iterator[Heard]:
    if receipt.mark is Mark.READ_HERE:
        yield Followed(chat=address(receipt.chat), at=receipt.at, read_by_us=True)
    if (status := _MARKS.get(receipt.mark)) is None:
        return
    for message in receipt.messages:
        yield Fared(
            id=message,
            status=status,
            at=receipt.at,
            ours=receipt.commands.get(message),
            address=address(receipt.chat),
            participant=address(receipt.sender) if receipt.sender else None,
        )
