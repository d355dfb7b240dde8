"""Writes down what was said between us and one contact, message by message."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.channels import DeliveryStatus, Mailbox, RecipientRole
from contracts.common import FileRef
from contracts.inbox import Delivery, Direction, ImportedMessage, LinkOrigin, MessageKind

from ..model import Employee, Person, Sending, Trip
from ..organisation import ZONE
from ..seeding import dice, numbered

_DESK = ZoneInfo(ZONE)


@dataclass
class Thread:
    """A correspondence; `key` names it, and with it its messages."""

    seed: int
    key: str
    today: dt.date
    person: Person
    sending: Sending
    trip: Trip | None = None
    messages: list[ImportedMessage] = field(default_factory=list)

    @property
    def dice(self) -> random.Random:
        """Dice for the next message."""
        return dice(self.seed, "letter", self.key, len(self.messages))

    def sent(
        self,
        day: int,
        subject: str,
        text: str,
        author: Employee,
        *,
        kind: MessageKind = MessageKind.MESSAGE,
        link: LinkOrigin = LinkOrigin.SENT,
        service_ids: Sequence[UUID] = (),
        status: DeliveryStatus = DeliveryStatus.READ,
        mistyped: str = "",
    ) -> None:
        """We wrote on a day relative to today, always one before it."""
        at = self._moment(day, morning=True)
        box = Mailbox(address=mistyped or self.person.email, name=self.person.name)
        self._add(
            Direction.OUT,
            at,
            subject,
            text,
            author_name=author.name,
            kind=kind,
            deliveries=[self._delivery(box, at, status)],
            link=link,
            service_ids=list(service_ids),
        )

    def came(
        self,
        day: int,
        subject: str,
        text: str,
        *,
        link: LinkOrigin = LinkOrigin.REPLY,
        attachments: Sequence[FileRef] = (),
        unread: bool = False,
    ) -> None:
        """The contact wrote on a day relative to today, later in the day than we do."""
        self._add(
            Direction.IN,
            self._moment(day, morning=False),
            subject,
            text,
            author_name=self.person.name,
            link=link,
            attachments=list(attachments),
            unread=unread,
        )

    def _add(
        self,
        direction: Direction,
        at: dt.datetime,
        subject: str,
        text: str,
        *,
        author_name: str,
        link: LinkOrigin,
        kind: MessageKind = MessageKind.MESSAGE,
        deliveries: Sequence[Delivery] = (),
        service_ids: Sequence[UUID] = (),
        attachments: Sequence[FileRef] = (),
        unread: bool = False,
    ) -> None:
        self.messages.append(
            ImportedMessage(
                id=self._id("message"),
                direction=direction,
                at=at,
                contact_id=self.person.id,
                mailbox=self.person.mailbox,
                connection_id=self.sending.id,
                author_name=author_name,
                kind=kind,
                subject=subject,
                text=text,
                attachments=list(attachments),
                deliveries=list(deliveries),
                itinerary_id=self.trip.id if self.trip else None,
                link=link,
                service_ids=list(service_ids),
                unread=unread,
            )
        )

    def _id(self, what: str) -> UUID:
        return numbered(self.seed, what, self.key, len(self.messages))

    def _moment(self, day: int, *, morning: bool) -> dt.datetime:
        """A moment of the day at our desk: before noon, or in the afternoon and evening."""
        if day >= 0:
            raise ValueError("What is said today is for people to say")
        throw = self.dice
        hour = throw.randint(8, 11) if morning else throw.randint(13, 21)
        time = dt.time(hour, throw.randrange(60), throw.randrange(60))
        local = dt.datetime.combine(self.today + dt.timedelta(days=day), time, _DESK)
        return local.astimezone(dt.UTC)

    def _delivery(self, box: Mailbox, at: dt.datetime, status: DeliveryStatus) -> Delivery:
        failed, is_read = status is DeliveryStatus.FAILED, status is DeliveryStatus.READ
        minutes = self.dice.randint(3, 45)
        return Delivery(
            id=self._id("delivery"),
            role=RecipientRole.TO,
            mailbox=box,
            status=status,
            queued_at=at,
            sent_at=at + dt.timedelta(seconds=2),
            delivered_at=None if failed else at + dt.timedelta(seconds=5),
            read_at=at + dt.timedelta(minutes=minutes) if is_read else None,
            failed_at=at + dt.timedelta(seconds=9) if failed else None,
            code="5.1.1" if failed else None,
            reason=f"There is no mailbox {box.address}" if failed else None,
        )
