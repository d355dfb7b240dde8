"""Messages by hand to many."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from msgspec.structs import asdict
from sqlalchemy.orm import Session

from contracts import rights
from contracts.contacts import Contact, Contacts
from contracts.inbox import (
    Draft,
    Mailing,
    MailingPage,
    MailingRecipientPage,
    MailingRecipientState,
    MailingState,
    MessageView,
    Problem,
    ScheduledMessage,
    Selection,
)
from contracts.itineraries import Itineraries
from contracts.whatsapp_gateway import WhatsAppGateway
from fairlead.context import current
from fairlead.errors import Conflict, Invalid
from fairlead.jobs.messages import Job
from fairlead.jobs.work import Effect, Kind, Made, Progress
from fairlead.service import Remote, rpc

from .. import mailing
from ..clock import utc_now
from ..composition import composed
from ..domain import mailing as rules
from ..mailing import PREPARE, SEND, Looked, PreparingState, SendingState
from ..outgoing import Order
from ..paying import MISSING
from ..storable import storable
from ..store import mailings
from ..store.mailings import MailingRow, RecipientRow
from .paying import Paying

LISTED_AT_ONCE = 100
COMPOSED_AT_ONCE = 20
UNTIL_RESUMED = 3600.0  # seconds; who resumes it wakes the job
_WAITS = frozenset({"inbox.quiet_hours", "inbox.scheduled_already"})


class Mailings(Paying):
    """Messages by hand to many. Each goes the one road that every message goes."""

    contacts = Remote(Contacts)
    itineraries = Remote(Itineraries)
    whatsapp = Remote(WhatsAppGateway)

    @abstractmethod
    def send(self, *, draft: Draft, request_id: str) -> list[MessageView]:
        """As the door for one message does."""

    @abstractmethod
    def schedule(self, *, draft: Draft, request_id: str) -> ScheduledMessage:
        """As the door for what leaves later does."""

    def mailing_kinds(self) -> Mapping[str, Kind[Any]]:
        """What is done with messages to many in jobs."""
        right = rights.SEND_MESSAGES
        return {
            PREPARE: Kind(PREPARE, right, PreparingState, self._prepare, self._given_up),
            SEND: Kind(SEND, right, SendingState, self._send_some, self._given_up),
        }

    @rpc
    def prepare_mailing(
        self, *, draft: Draft, selection: Selection, label: str, per_minute: int, request_id: str
    ) -> Mailing:
        """Freeze a list, once for each request id."""
        draft, selection = storable(draft), storable(selection)
        rules.check(draft, selection)
        label, request_id = label.replace("\x00", ""), request_id.replace("\x00", "")
        with self.store.transaction() as session:
            return mailing.prepare(
                session, draft, selection, label, per_minute, request_id, utc_now()
            )

    @rpc
    def list_mailings(
        self, *, state: MailingState | None, cursor: str | None, limit: int
    ) -> MailingPage:
        """Messages to many, the newest first."""
        with self.store.reading() as session:
            return mailings.listed(session, state=state, cursor=cursor, limit=limit)

    @rpc
    def get_mailing(self, *, id: UUID) -> Mailing:
        """One of them."""
        with self.store.reading() as session:
            return mailings.view(session, mailings.get(session, id))

    @rpc
    def mailing_recipients(
        self, *, id: UUID, state: MailingRecipientState | None, cursor: str | None, limit: int
    ) -> MailingRecipientPage:
        """Who gets what, and who does not."""
        with self.store.reading() as session:
            mailings.get(session, id)
            return mailings.recipients(session, id, state=state, cursor=cursor, limit=limit)

    @rpc
    def confirm_mailing(self, *, id: UUID, version: int) -> Mailing:
        """Send it to all who are ready."""
        with self.store.reading() as session:
            cost = mailings.counts(session, [id])[id].credits
        self.till.check_total(cost)
        with self.store.transaction() as session:
            return mailing.confirm(session, id, version)

    @rpc
    def pause_mailing(self, *, id: UUID) -> Mailing:
        """Send no more for now."""
        with self.store.transaction() as session:
            return mailing.pause(session, id)

    @rpc
    def resume_mailing(self, *, id: UUID) -> Mailing:
        """Go on."""
        with self.store.transaction() as session:
            return mailing.resume(session, id, utc_now())

    @rpc
    def cancel_mailing(self, *, id: UUID) -> Mailing:
        """Send no more, for good."""
        with self.store.transaction() as session:
            return mailing.cancel(session, id, utc_now())

    def _prepare(self, job: Job, state: PreparingState) -> Effect[PreparingState]:
        with self.store.reading() as session:
            row = mailings.get(session, state.mailing)
            frozen = MailingRecipientState.FROZEN
            waiting = list(mailings.following(session, row.id, frozen, COMPOSED_AT_ONCE))
        if not state.frozen:
            return self._list(row, state)
        looked = [self._look(row, each) for each in waiting]

        done = state.composed + len(looked)

        def effect(session: Session) -> Progress[PreparingState]:
            mailing.note(session, row.id, looked)
            if not looked:
                mailing.is_ready(session, row.id)
            return Progress(
                state=PreparingState(row.id, None, state.listed, frozen=True, composed=done),
                done=done,
                total=state.listed,
                finished=not looked,
            )

        return effect

    def _list(self, row: MailingRow, state: PreparingState) -> Effect[PreparingState]:
        """The next page of the list, asked in the name of who sends it."""
        met: list[Contact] = []
        if row.selection.contacts is not None:
            page: Any = self.contacts.list_contacts(
                **_given(row.selection.contacts), cursor=state.cursor, limit=LISTED_AT_ONCE
            )
            met = page.contacts  # of one who is new the inbox may not have heard yet
            found = [each.id for each in met]
        else:
            page = self.itineraries.list_itineraries(
                **_given(row.selection.itineraries), cursor=state.cursor, limit=LISTED_AT_ONCE
            )
            found = [each.id for each in page.itineraries]

        def effect(session: Session) -> Progress[PreparingState]:
            listed = state.listed + mailing.freeze(session, state, found, met)
            after = PreparingState(row.id, page.cursor, listed, frozen=page.cursor is None)
            return Progress(state=after, done=0, total=listed)

        return effect

    def _look(self, row: MailingRow, recipient: RecipientRow) -> Looked:
        draft = rules.draft_for(row.draft, recipient.contact_id, recipient.itinerary_id, None)
        messages, known = composed(self.store, self.whatsapp, draft, current(), utc_now())
        [bill] = self.till.bills(Order(draft, known, current()), messages[:1])
        return Looked(recipient.number, messages[0], bill)

    def _send_some(self, job: Job, state: SendingState) -> Effect[SendingState]:
        with self.store.reading() as session:
            row = mailings.get(session, state.mailing)
            ready = MailingRecipientState.READY
            count = rules.at_once(row.per_minute)
            waiting = list(mailings.following(session, row.id, ready, count))
        tried = 0
        for each in waiting:
            if not self._goes_on(row.id) or not self._send_one(row, each):
                break
            tried += 1

        def effect(session: Session) -> Progress[SendingState]:
            now = mailings.get(session, row.id, lock=True)
            counts = mailings.counts(session, [row.id])[row.id]
            done = state.done + tried
            over = counts.ready == 0
            if over:
                mailing.finish(session, row.id)
            wait = tried * 60 / row.per_minute
            if now.state is MailingState.PAUSED:
                wait = UNTIL_RESUMED
            return Progress(
                state=SendingState(row.id, done),
                done=done,
                total=job.total,
                counts={"sent": counts.sent, "left_out": counts.left_out},
                message=now.reason or ("Paused" if now.state is MailingState.PAUSED else ""),
                finished=over,
                wait=wait,
            )

        return effect

    def _goes_on(self, id: UUID) -> bool:
        with self.store.reading() as session:
            return mailings.get(session, id).state is MailingState.SENDING

    def _send_one(self, row: MailingRow, recipient: RecipientRow) -> bool:
        """Send to one; whether to go on with the next. Repeated, it sends nothing again."""
        draft = rules.draft_for(
            row.draft, recipient.contact_id, recipient.itinerary_id, recipient.address
        )
        request_id = f"mailing:{row.id}:{recipient.number}"
        put_off = False
        try:
            try:
                message_id = self.send(draft=draft, request_id=request_id)[0].id
            except Conflict as error:
                if error.code not in _WAITS:
                    raise
                put_off = True
                message_id = self.schedule(draft=draft, request_id=request_id).id
        except (Invalid, Conflict) as error:
            with self.store.transaction() as session:
                if error.code == MISSING:
                    mailing.pause(session, row.id, error.message)
                    return False
                mailing.leave_out(session, row.id, recipient.number, _problems(error))
            return True
        with self.store.transaction() as session:
            if put_off:
                mailing.put_off(session, row.id, recipient.number, message_id, utc_now())
            else:
                mailing.sent(session, row.id, recipient.number, message_id)
        return True

    def _given_up(self, job: Job, state: PreparingState | SendingState) -> Made:
        with self.store.transaction() as session:
            mailing.give_up(session, state.mailing, utc_now())
        return Made()


def _problems(error: Invalid | Conflict) -> list[Problem]:
    wrong = error.details.get("errors")
    if not wrong:
        return [Problem(field="to", reason=error.message)]
    return [Problem(field=each["field"], reason=each["reason"]) for each in wrong]


def _given(filters: Any) -> dict[str, Any]:
    return asdict(filters)
