"""Webhooks out: what happens, told to the customer's own systems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from contracts.channels import DeliveryUpdated
from contracts.contacts import ContactChanged
from contracts.inbox import ConversationChanged
from contracts.itineraries import (
    ItineraryChanged,
    OverbookingFound,
    OverbookingResolved,
    PaymentRecorded,
    ProposalChanged,
    ReviewChanged,
    ReviewReceived,
)
from contracts.persons import Person, PersonErasure, PersonPage
from contracts.webhooks import (
    NewWebhook,
    Webhook,
    WebhookDelivery,
    WebhookDeliveryPage,
    WebhookDeliveryState,
    WebhookEvent,
    Webhooks,
    WebhookTest,
)
from fairlead.context import current
from fairlead.errors import Stale
from fairlead.service import EVERYWHERE, AdminRoutes, Config, Parts, Store, loop, on, rpc
from fairlead.store import StaleVersion

from . import persons, registry, store
from .domain import publishing
from .domain.publishing import Told
from .office import make_office, register
from .settings import WebhookSettings
from .views import delivery_of, webhook_of

KEPT = dt.timedelta(days=30)
FORGOTTEN_AT_ONCE = 1000


class WebhooksService:
    """Tells what the other services say, in public words."""

    name = "webhooks"
    implements = Webhooks
    store = Store()
    config = Config(WebhookSettings)
    office = Parts(make_office)
    gauges = AdminRoutes(register)

    @on(ConversationChanged)
    def conversation_changed(self, event: ConversationChanged) -> None:
        """A conversation changed, or a message came into it."""
        self._tell(publishing.of_conversation(event))

    @on(DeliveryUpdated)
    def delivery_updated(self, event: DeliveryUpdated) -> None:
        """A message fared on."""
        self._tell([(WebhookEvent.MESSAGE_DELIVERY_UPDATED, publishing.delivery_of(event))])

    @on(ContactChanged)
    def contact_changed(self, event: ContactChanged) -> None:
        """A contact changed."""
        self._tell([(WebhookEvent.CONTACT_CHANGED, publishing.contact_of(event.contact))])

    @on(ItineraryChanged)
    def itinerary_changed(self, event: ItineraryChanged) -> None:
        """A trip changed."""
        self._tell([(WebhookEvent.ITINERARY_CHANGED, publishing.itinerary_of(event.itinerary))])

    @on(PaymentRecorded)
    def payment_recorded(self, event: PaymentRecorded) -> None:
        """A payment was entered or taken back."""
        self._tell([(WebhookEvent.PAYMENT_RECORDED, publishing.payment_of(event))])

    @on(ProposalChanged)
    def proposal_changed(self, event: ProposalChanged) -> None:
        """A proposal is new, was answered, or changed otherwise."""
        self._tell(publishing.of_proposal(event))

    @on(OverbookingFound)
    def overbooking_found(self, event: OverbookingFound) -> None:
        """Two stays want the same nights."""
        told = publishing.overbooking_of(event.overbooking)
        self._tell([(WebhookEvent.OVERBOOKING_FOUND, told)])

    @on(OverbookingResolved)
    def overbooking_resolved(self, event: OverbookingResolved) -> None:
        """They no longer do."""
        told = publishing.overbooking_of(event.overbooking)
        self._tell([(WebhookEvent.OVERBOOKING_RESOLVED, told)])

    @on(ReviewReceived)
    def review_received(self, event: ReviewReceived) -> None:
        """A review is new."""
        self._tell([(WebhookEvent.REVIEW_RECEIVED, publishing.review_of(event.review))])

    @on(ReviewChanged)
    def review_changed(self, event: ReviewChanged) -> None:
        """A review was changed or answered."""
        self._tell([(WebhookEvent.REVIEW_CHANGED, publishing.review_of(event.review))])

    @rpc
    def export_person(self, *, person: Person, cursor: str | None) -> PersonPage:
        """What was told of her."""
        with self.store.reading() as session:
            return persons.export(session, person, cursor)

    @rpc
    def erase_person(self, *, person: Person, cursor: str | None) -> PersonErasure:
        """Forget what was told of her, or is to be."""
        with self.store.transaction() as session:
            return persons.erase(session, person, cursor)

    @rpc
    def forget_copies(self, *, ids: list[UUID]) -> PersonErasure:
        """What was told of a message names its contact, by whom it is found."""
        return PersonErasure(changed=0, cursor=None)

    @loop(every=0.5)
    def dispatch(self) -> bool:
        """Send off what is due."""
        return self.office.courier.dispatch()

    @loop(every=3600.0)
    def forget(self) -> bool:
        """Forget deliveries of long ago."""
        before = dt.datetime.now(dt.UTC) - KEPT
        with self.store.transaction(EVERYWHERE) as session:
            return store.forget(session, before, FORGOTTEN_AT_ONCE) == FORGOTTEN_AT_ONCE

    @rpc
    def list_webhooks(self) -> list[Webhook]:
        with self.store.reading() as session:
            return [webhook_of(row) for row in store.webhooks(session)]

    @rpc
    def get_webhook(self, *, id: UUID) -> Webhook:
        with self.store.reading() as session:
            return webhook_of(store.webhook(session, id))

    @rpc
    def create_webhook(
        self,
        *,
        url: str,
        events: list[WebhookEvent],
        description: str,
        active: bool,
        id: UUID | None,
    ) -> NewWebhook:
        registry.check_url(self.office.client, url)
        with self.store.transaction() as session:
            return registry.create(
                session,
                self.office.vault,
                current().need_organisation(),
                url=url,
                events=events,
                description=description,
                active=active,
                id=id,
            )

    @rpc
    def update_webhook(
        self,
        *,
        id: UUID,
        version: int,
        url: str | None,
        events: list[WebhookEvent] | None,
        description: str | None,
        active: bool | None,
    ) -> Webhook:
        if url is not None:
            registry.check_url(self.office.client, url)
        try:
            with self.store.transaction() as session:
                return registry.change(
                    session, id, version, url=url, events=events, description=description,
                    active=active,
                )  # fmt: skip
        except StaleVersion:
            raise Stale("webhooks.changed", "The webhook was changed meanwhile") from None

    @rpc
    def remove_webhook(self, *, id: UUID) -> None:
        with self.store.transaction() as session:
            registry.remove(session, id)

    @rpc
    def rotate_webhook_secret(self, *, id: UUID) -> NewWebhook:
        organisation = current().need_organisation()
        with self.store.transaction() as session:
            return registry.rotate(session, self.office.vault, organisation, id)

    @rpc
    def test_webhook(self, *, id: UUID) -> WebhookDelivery:
        organisation = current().need_organisation()
        with self.store.transaction() as session:
            test = WebhookTest()
            row = registry.tell_one(session, organisation, id, WebhookEvent.TEST, test)
            return delivery_of(row, whole=True)

    @rpc
    def list_webhook_deliveries(
        self, *, id: UUID, state: WebhookDeliveryState | None, cursor: str | None, limit: int
    ) -> WebhookDeliveryPage:
        with self.store.reading() as session:
            store.webhook(session, id)
            found = store.deliveries(session, id, state=state, cursor=cursor, limit=limit)
            shown = [delivery_of(row) for row in found.items]
            return WebhookDeliveryPage(deliveries=shown, cursor=found.next)

    @rpc
    def get_webhook_delivery(self, *, id: UUID, delivery_id: UUID) -> WebhookDelivery:
        with self.store.reading() as session:
            row = store.delivery(session, id, delivery_id)
            return delivery_of(row, store.attempts(session, row.id), whole=True)

    @rpc
    def replay_webhook_delivery(self, *, id: UUID, delivery_id: UUID) -> WebhookDelivery:
        with self.store.transaction() as session:
            row = registry.replay(session, id, delivery_id)
            return delivery_of(row, store.attempts(session, row.id), whole=True)

    @rpc
    def replay_failed_webhooks(self, *, id: UUID, since: dt.datetime) -> int:
        with self.store.transaction() as session:
            return registry.replay_failed(session, id, since)

    def _tell(self, told: Iterable[Told]) -> None:
        with self.store.once() as session:
            registry.tell(session, current().need_organisation(), told)
