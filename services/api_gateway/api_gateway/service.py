"""The API gateway: HTTP in front, calls and events behind."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import msgspec

from contracts.accounts import NotificationsChanged, SessionsEnded
from contracts.channels import ConnectionChanged
from contracts.contacts import ContactChanged, ContactErased, NoteChanged
from contracts.inbox import (
    ChatGroupChanged,
    CommentChanged,
    ConversationChanged,
    DraftChanged,
    LabelChanged,
    PresenceChanged,
    ReadMarkChanged,
    ScheduleChanged,
    TypingChanged,
)
from contracts.itineraries import (
    DocumentChanged,
    ItineraryChanged,
    ListingChanged,
    OverbookingFound,
    OverbookingResolved,
    PaymentRecorded,
    PortalChanged,
    ProposalChanged,
    ReviewChanged,
    ReviewReceived,
)
from contracts.jobs import JobChanged
from fairlead.bus.underway import drop_failed
from fairlead.contract import Event
from fairlead.service import EVERYWHERE, Store, loop, on

from . import making, store
from .server import HttpServer

KEPT = dt.timedelta(days=2)  # how long a client may be away and still catch up


class ApiGateway:
    """One HTTP door for all services."""

    name = "api_gateway"
    store = Store()
    http = HttpServer()

    @on(ConversationChanged)
    def conversation_changed(self, event: ConversationChanged) -> None:
        """To the open windows."""
        self._append(event)

    @on(ItineraryChanged)
    def itinerary_changed(self, event: ItineraryChanged) -> None:
        """To the open windows."""
        self._append(event)

    @on(ContactChanged)
    def contact_changed(self, event: ContactChanged) -> None:
        """To the open windows."""
        self._append(event)

    @on(ContactErased)
    def contact_erased(self, event: ContactErased) -> None:
        """To the open windows; what they could have caught up with is forgotten, hers among it."""
        with self.store.once() as session:
            store.forget(session)
            data = msgspec.json.encode(event)
            store.append(session, event.event_name, data)
            drop_failed(session, event.contact_ids)

    @on(NoteChanged)
    def note_changed(self, event: NoteChanged) -> None:
        """To the open windows of the team."""
        self._append(event)

    @on(ConnectionChanged)
    def connection_changed(self, event: ConnectionChanged) -> None:
        """To the open windows."""
        self._append(event)

    @on(JobChanged)
    def job_changed(self, event: JobChanged) -> None:
        """To the open windows."""
        self._append(event)

    @on(PaymentRecorded)
    def payment_recorded(self, event: PaymentRecorded) -> None:
        """To the open windows."""
        self._append(event)

    @on(OverbookingFound)
    def overbooking_found(self, event: OverbookingFound) -> None:
        """To the open windows."""
        self._append(event)

    @on(OverbookingResolved)
    def overbooking_resolved(self, event: OverbookingResolved) -> None:
        """To the open windows."""
        self._append(event)

    @on(ListingChanged)
    def listing_changed(self, event: ListingChanged) -> None:
        """To the open windows."""
        self._append(event)

    @on(PortalChanged)
    def portal_changed(self, event: PortalChanged) -> None:
        """To the open windows."""
        self._append(event)

    @on(ReviewReceived)
    def review_received(self, event: ReviewReceived) -> None:
        """To the open windows."""
        self._append(event)

    @on(ReviewChanged)
    def review_changed(self, event: ReviewChanged) -> None:
        """To the open windows."""
        self._append(event)

    @on(DocumentChanged)
    def document_changed(self, event: DocumentChanged) -> None:
        """To the open windows of the team."""
        self._append(event)

    @on(ProposalChanged)
    def proposal_changed(self, event: ProposalChanged) -> None:
        """To the open windows."""
        self._append(event)

    @on(NotificationsChanged)
    def notifications_changed(self, event: NotificationsChanged) -> None:
        """To the open windows of that user."""
        self._append(event, event.user)

    @on(CommentChanged)
    def comment_changed(self, event: CommentChanged) -> None:
        """To the open windows of the team."""
        self._append(event)

    @on(LabelChanged)
    def label_changed(self, event: LabelChanged) -> None:
        """To the open windows of the team."""
        self._append(event)

    @on(PresenceChanged)
    def presence_changed(self, event: PresenceChanged) -> None:
        """To the open windows of the team."""
        self._append(event)

    @on(TypingChanged)
    def typing_changed(self, event: TypingChanged) -> None:
        """To the open windows of the team."""
        self._append(event)

    @on(ChatGroupChanged)
    def chat_group_changed(self, event: ChatGroupChanged) -> None:
        """To the open windows of the team."""
        self._append(event)

    @on(ReadMarkChanged)
    def read_mark_changed(self, event: ReadMarkChanged) -> None:
        """To the open windows of that user."""
        self._append(event, event.user_id)

    @on(ScheduleChanged)
    def schedule_changed(self, event: ScheduleChanged) -> None:
        """To the open windows."""
        self._append(event)

    @on(DraftChanged)
    def draft_changed(self, event: DraftChanged) -> None:
        """To the open windows of that user."""
        self._append(event, event.user_id)

    @on(SessionsEnded)
    def sessions_ended(self, event: SessionsEnded) -> None:
        """To each gateway, which may remember them."""
        self._append(event, event.user)

    def _append(self, event: Event, user: UUID | None = None) -> None:
        with self.store.once() as session:
            store.append(session, event.event_name, msgspec.json.encode(event), user)

    @loop(every=600.0)
    def forget(self) -> bool:
        """Drop lines of the live log that nobody resumes from any more, and keys of long ago."""
        before = dt.datetime.now(dt.UTC) - KEPT
        with self.store.transaction(EVERYWHERE) as session:
            store.purge(session, before)
            making.forget(session, before)
        return False
