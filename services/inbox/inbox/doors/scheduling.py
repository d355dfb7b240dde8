"""Messages that leave later."""

from __future__ import annotations

import datetime as dt
import secrets
from uuid import UUID

import msgspec
import structlog

from contracts.common import Channel
from contracts.contacts import Contacts
from contracts.inbox import (
    Draft,
    ScheduledMessage,
    ScheduledPage,
    ScheduleState,
    SendAt,
)
from contracts.whatsapp_gateway import WhatsAppGateway
from fairlead.context import Context, acting, current
from fairlead.errors import Conflict
from fairlead.service import EVERYWHERE, Remote, Store, loop, rpc
from fairlead.store import LeaseLost, is_away

from .. import leaving, outgoing, planning
from ..clock import utc_now
from ..composition import composed
from ..domain import quiet
from ..meeting import meet_all
from ..outgoing import Order
from ..paying import MISSING
from ..planning import Wish
from ..storable import storable
from ..store import conversations, scheduled
from ..store.scheduled import ScheduledRow
from .paying import Paying

log = structlog.get_logger(__name__)

CLAIMED_AT_ONCE = 8


class Scheduling(Paying):
    """Messages that leave later."""

    store = Store()
    contacts = Remote(Contacts)
    whatsapp = Remote(WhatsAppGateway)
    clock = staticmethod(utc_now)

    @rpc
    def schedule(self, *, draft: Draft, request_id: str) -> ScheduledMessage:
        """Let `draft` leave later, once for each request id."""
        draft, request_id = storable(draft), request_id.replace("\x00", "")
        if draft.send_at is None:
            draft = msgspec.structs.replace(draft, undo=True)
        with self.store.reading() as session:
            done = planning.fulfilled(session, request_id, draft)
        if done is not None:
            return done
        wish = self._wish(draft, current())
        if draft.send_at is None:  # it leaves in a moment; who plans ahead can top up until then
            self.till.check(wish.order, wish.composed)
        with self.store.transaction() as session:
            return planning.schedule(session, wish, request_id)

    @rpc
    def list_scheduled(
        self,
        *,
        state: ScheduleState | None,
        itinerary_id: UUID | None,
        contact_id: UUID | None,
        conversation_id: UUID | None,
        author_id: UUID | None,
        channel: Channel | None,
        cursor: str | None,
        limit: int,
    ) -> ScheduledPage:
        """Messages that have not left, the next first."""
        with self.store.reading() as session:
            found = scheduled.listed(
                session,
                state=state,
                itinerary_id=itinerary_id,
                contact_id=contact_id,
                conversation_id=conversation_id,
                author_id=author_id,
                channel=channel,
                cursor=cursor,
                limit=limit,
            )
            if conversation_id is not None and not found.scheduled:
                conversations.need(session, conversation_id)
            return found

    @rpc
    def get_scheduled(self, *, id: UUID) -> ScheduledMessage:
        """One scheduled message."""
        with self.store.reading() as session:
            return scheduled.get(session, id)

    @rpc
    def change_scheduled(
        self, *, id: UUID, version: int, draft: Draft | None, send_at: SendAt | None
    ) -> ScheduledMessage:
        """Change what it says, or when it leaves."""
        now = self.clock()
        with self.store.transaction() as session:
            row = planning.expect_open(session, id, version)
            if draft is None:
                return planning.move(session, row, send_at, current(), now)
            author = planning.context_of(row)
            draft = planning.rewritten(row, storable(draft), send_at)
        wish = self._wish(draft, author)
        with self.store.transaction() as session:
            row = planning.expect_open(session, id, version)
            return planning.edit(session, row, wish, current())

    @rpc
    def send_scheduled(self, *, id: UUID, version: int) -> ScheduledMessage:
        """Let it leave now."""
        now = self.clock()
        with self.store.transaction() as session:
            row = planning.expect_open(session, id, version)
            return planning.move(session, row, SendAt(at=now), current(), now)

    @rpc
    def withdraw_scheduled(self, *, id: UUID, version: int, reason: str) -> ScheduledMessage:
        """Keep it from leaving."""
        now = self.clock()
        with self.store.transaction() as session:
            row = planning.expect_open(session, id, version)
            return planning.withdraw(session, row, reason.replace("\x00", ""), current(), now)

    @loop(every=0.5, greenlets=2)
    def leave_scheduled(self) -> bool:
        """Let those leave whose moment has come."""
        now = self.clock()
        with self.store.reading(EVERYWHERE) as session:
            if not scheduled.is_any_due(session, now):
                return False
        with self.store.transaction(EVERYWHERE) as session:
            rows = scheduled.claim_due(session, secrets.token_hex(8), now, CLAIMED_AT_ONCE)
        for row in rows:
            with acting(planning.context_of(row)):
                self._leave(row)
        return bool(rows)

    def _leave(self, row: ScheduledRow) -> None:
        try:
            self._try_to_leave(row)
        except LeaseLost:
            pass  # somebody changed or withdrew it in this moment, and was first
        except Exception as error:
            if is_away(error):
                raise
            log.warning("scheduled message kept back", id=str(row.id), error=str(error))
            self._keep_back(row, error)

    def _try_to_leave(self, row: ScheduledRow) -> None:
        now = self.clock()
        held = leaving.too_late(row, now)
        if held is None:
            wish = self._composed_wish(row.draft, current(), now)
            messages = leaving.words(row, wish.composed)
            held = leaving.obstacles(messages)
            waits = quiet.wait(row.channel, messages, wish.order.known, now)
            if held is None and waits is not None:
                with self.store.transaction() as session:
                    leaving.sleep(session, row, waits, now)
                return
        if held is not None:
            with self.store.transaction() as session:
                leaving.hold(session, row, held, now)
            return
        met = meet_all(self.contacts, row.channel, outgoing.strangers(messages))
        try:
            with self.till.hold(wish.order, messages) as hold, self.store.transaction() as session:
                leaving.leave(session, row, wish.order, messages, met, hold, now)
        except Conflict as error:
            if error.code != MISSING:
                raise
            with self.store.transaction() as session:
                leaving.hold(session, row, leaving.unpaid(error), now)

    def _keep_back(self, row: ScheduledRow, error: Exception) -> None:
        now = self.clock()
        with self.store.transaction() as session:
            try:
                leaving.postpone(session, row, error, now)
            except LeaseLost:
                return

    def _wish(self, draft: Draft, author: Context) -> Wish:
        """`draft` as it would leave now; raises Invalid where it could not."""
        wish = self._composed_wish(draft, author, self.clock())
        outgoing.check(wish.composed)
        return wish

    def _composed_wish(self, draft: Draft, author: Context, now: dt.datetime) -> Wish:
        messages, known = composed(self.store, self.whatsapp, draft, author, self.clock())
        return Wish(Order(draft, known, author, planned=True), messages, now)
