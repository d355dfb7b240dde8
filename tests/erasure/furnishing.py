"""An organisation in which one guest has left traces everywhere, by what people and services do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID, uuid4

from contracts.accounts import Accounts, Branding, Settings
from contracts.channels import DeliveryStatus
from contracts.common import Channel, FileRef, Money
from contracts.consents import ConsentKind
from contracts.contacts import Contact, ContactKind, Contacts, ImportPlan, NewIdentity, Scheme
from contracts.email_gateway import ConnectionDetails, ConnectionKind, EmailGateway
from contracts.inbox import Draft, Inbox, MessageKind, Recipient, SendAt
from contracts.itineraries import (
    DocumentKind,
    Guest,
    Itineraries,
    Itinerary,
    ItineraryDetails,
    PaymentKind,
    ProposalOffer,
    ReviewDetails,
    Scale,
    ServiceDetails,
    ServiceKind,
)
from contracts.jobs import Job, JobState
from contracts.webhooks import WebhookEvent, Webhooks
from fairlead.context import Context, Role, acting, service_context
from fairlead.testing.services import World

T = TypeVar("T")

NAME, MAIL = "Zulmira Quaresma-Telles", "zulmira@quaresma.example"
PHONE, SHOWN_PHONE = "+351912345678", "+351 912 345 678"
OLD_NAME, OLD_MAIL = "Zulmira Ventoinha", "zv@ventoinha.example"
SUPPLIER, SUPPLIER_MAIL = "Rio Transfers", "ops@rio-transfers.example"
DESK = "desk@agency.test"
ZONE = "Europe/Lisbon"
# Each word of hers, or about her, that stands nowhere else.
WORDS = (
    "qzxnote", "qzxconsent", "qzxprofile", "qzxexternal", "qzxasked", "qzxattached", "qzxanswered",
    "qzxenclosed", "qzxcomment", "qzxdraft", "qzxscheduled", "qzxtripnote",
    "qzxpaid", "qzxpapers", "qzxvisa", "qzxanswerer", "qzxreview", "qzxagain",
)  # fmt: skip
# What others said of her by name stays, without her name.
KEPT = ("wvkgreet", "wvkquoted")


@dataclass
class House:
    """The organisation, as its people see it."""

    world: World
    organisation: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        settings = Settings(
            zone=ZONE,
            language="en",
            currency="EUR",
            branding=Branding(name="Agency"),
            footer="Agency Lda",
        )
        accounts = self.world.client(Accounts, service_context(self.organisation))
        accounts.found_organisation(
            id=self.organisation,
            name="Agency",
            settings=settings,
            owner_name="Olga Owner",
            owner_email=f"owner@{self.organisation}.test",
            owner_password="correct horse battery staple",
        )
        [owner] = accounts.list_users()
        self.owner = Context(
            role=Role.OWNER, organisation=self.organisation, user=owner.id, user_name=owner.name
        )
        self.accounts = self.world.client(Accounts, self.owner)
        self.contacts = self.world.client(Contacts, self.owner)
        self.itineraries = self.world.client(Itineraries, self.owner)
        self.inbox = self.world.client(Inbox, self.owner)
        self.mail = self.world.client(EmailGateway, self.owner)
        self.webhooks = self.world.client(Webhooks, self.owner)

    @contextmanager
    def acting(self) -> Iterator[None]:
        """As the owner."""
        with acting(self.owner):
            yield

    def wait(self, condition: Callable[[], T]) -> T:
        """What `condition` returns once that is true."""
        return self.world.wait_for(condition, seconds=60.0)

    def can_leave(self, draft: Draft) -> None:
        """Wait until the inbox knows all that a message needs."""
        problems: list[object] = []

        def known() -> bool:
            problems[:] = [each.problems for each in self.inbox.preview(draft=draft)]
            return not any(problems)

        try:
            self.wait(known)
        except AssertionError:
            raise AssertionError(problems) from None

    def ended(self, job: Job, *, seconds: float = 150.0) -> Job:
        """The job when it has ended."""

        def look() -> Job | None:
            now = self.contacts.get_job(id=job.id)
            return now if now.state.ended else None

        found = self.world.wait_for(look, seconds=seconds)
        assert found is not None
        return found

    def upload(self, name: str, content: bytes, content_type: str) -> UUID:
        """A file that a person uploaded."""
        stored = self.world.runtime.files.put(self.organisation, content)
        file = FileRef(key=stored.key, name=name, content_type=content_type, size=stored.size)
        return self.inbox.add_file(file=file).id


@dataclass
class Furnished:
    """Who is to be forgotten, and what must stay."""

    her: Contact
    husband: Contact
    supplier: Contact
    trip: Itinerary
    webhook: UUID


def furnish(house: House, receiver: str) -> Furnished:
    """Everything that services keep of a person, in the way it comes about."""
    hook = house.webhooks.create_webhook(
        url=f"{receiver}/in",
        events=[each for each in WebhookEvent if each is not WebhookEvent.TEST],
    )
    house.mail.create_connection(
        details=ConnectionDetails(
            label="Desk", address=DESK, kind=ConnectionKind.SANDBOX, default=True
        )
    )
    her, husband, supplier = _people(house)
    trip = _trip(house, her, husband, supplier)
    _speak(house, her, trip)
    _order(house, supplier, trip)
    _answer_proposal(house, trip)
    return Furnished(her, husband, supplier, trip, hook.webhook.id)


def _people(house: House) -> tuple[Contact, Contact, Contact]:
    contacts = house.contacts
    her = contacts.create_contact(
        name=NAME,
        kind=ContactKind.TRAVELLER,
        identities=[NewIdentity(scheme=Scheme.EMAIL, value=MAIL)],
        notes="qzxprofile",
        external_id="qzxexternal",
        tags=["vip"],
    )
    other = contacts.create_contact(
        name=OLD_NAME,
        kind=ContactKind.TRAVELLER,
        identities=[
            NewIdentity(scheme=Scheme.EMAIL, value=OLD_MAIL),
            NewIdentity(scheme=Scheme.PHONE, value=SHOWN_PHONE),
        ],
    )
    papers = house.upload("papers.txt", b"qzxpapers", "text/plain")
    contacts.add_note(contact_id=other.id, text="qzxnote of her needs", attachments=[papers])
    contacts.set_consent(
        contact_id=her.id, allowed=False, kind=ConsentKind.MARKETING, note="qzxconsent"
    )
    her = contacts.get_contact(id=her.id)
    contacts.merge_contacts(
        id=her.id, merged_id=other.id, version=her.version, merged_version=other.version
    )
    husband = contacts.create_contact(
        name="Anselmo Quintela",
        kind=ContactKind.TRAVELLER,
        identities=[NewIdentity(scheme=Scheme.EMAIL, value="anselmo@quintela.example")],
    )
    supplier = contacts.create_contact(
        name=SUPPLIER,
        kind=ContactKind.SUPPLIER,
        identities=[NewIdentity(scheme=Scheme.EMAIL, value=SUPPLIER_MAIL)],
    )
    rows = f"name,email\r\n{NAME},{MAIL}\r\nAnselmo Quintela,anselmo@quintela.example\r\n"
    file = house.upload("people.csv", rows.encode(), "text/csv")
    plan = ImportPlan(targets=["name", "email"])
    assert house.ended(contacts.start_import(file_id=file, plan=plan)).state is JobState.DONE
    assert house.ended(contacts.start_export()).state is JobState.DONE
    return contacts.get_contact(id=her.id), husband, supplier


def _trip(house: House, her: Contact, husband: Contact, supplier: Contact) -> Itinerary:
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=20)
    trip = house.itineraries.create_itinerary(
        details=ItineraryDetails(
            title=f"{NAME} in Sintra",
            start=day,
            end=day + dt.timedelta(days=3),
            zone=ZONE,
            guests=[
                Guest(name=f"{NAME}", contact_id=her.id, lead=True),
                Guest(name=husband.name, contact_id=husband.id),
            ],
            price=Money(amount=125_000, currency="EUR"),
            notes="qzxtripnote",
        ),
        services=[
            ServiceDetails(
                kind=ServiceKind.TRANSFER,
                name="Airport transfer",
                date=day,
                zone=ZONE,
                time=dt.time(14, 30),
                pax=2,
                supplier_id=supplier.id,
                supplier_name=supplier.name,
                notes=f"Sign with {NAME}",
                requirements="Two child seats",
            )
        ],
    )
    house.itineraries.add_document(
        itinerary_id=trip.id,
        file_id=house.upload("visa.txt", b"qzxvisa", "text/plain"),
        kind=DocumentKind.IDENTITY,
        contact_id=her.id,
    )
    house.itineraries.record_payment(
        itinerary_id=trip.id,
        kind=PaymentKind.RECEIVED,
        amount=Money(amount=50_000, currency="EUR"),
        date=dt.datetime.now(dt.UTC).date(),
        method="card",
        note=f"qzxpaid by {NAME}",
        request_id="payment-1",
    )
    house.itineraries.record_review(
        details=ReviewDetails(
            source="Portal",
            external_id="r-1",
            scale=Scale.TEN,
            date=dt.datetime.now(dt.UTC).date(),
            overall=9.0,
            guest="Zulmira Q.",
            text="qzxreview, we loved it",
            itinerary_id=trip.id,
        )
    )
    return trip


def _speak(house: House, her: Contact, trip: Itinerary) -> None:
    """A message to her with a file, her answer with another, and what the team makes of it."""

    draft = Draft(
        itinerary_id=trip.id, to=[Recipient(contact_id=her.id)], subject="Hello", text="Hello"
    )
    house.can_leave(draft)
    file = house.upload("offer.txt", b"qzxattached offer for you", "text/plain")
    [sent] = house.inbox.send(
        draft=Draft(
            itinerary_id=trip.id,
            to=[Recipient(contact_id=her.id)],
            subject="qzxasked about your trip",
            text=f"Dear Zulmira, https://example.test/qzxasked will tell {NAME} more.",
            attachments=[file],
        ),
        request_id="to-her",
    )
    mail = house.wait(lambda: _newest(house, MAIL))
    house.mail.sandbox_read(id=mail.id)
    stored = house.world.runtime.files.put(house.organisation, b"qzxenclosed passport")
    passport = FileRef(
        key=stored.key, name="qzxenclosed.txt", content_type="text/plain", size=stored.size
    )
    house.mail.sandbox_reply(id=mail.id, text="qzxanswered: yes please", attachments=[passport])
    house.wait(lambda: len(house.inbox.contact_timeline(contact_id=her.id).messages) == 2)
    conversation = sent.conversation_id
    house.inbox.add_comment(conversation_id=conversation, text="qzxcomment: she is nervous")
    house.inbox.save_draft(
        conversation_id=conversation,
        draft=Draft(to=[Recipient(contact_id=her.id)], text="qzxdraft"),
        id=uuid4(),
        version=0,
    )
    later = dt.datetime.now(dt.UTC) + dt.timedelta(days=2)
    house.inbox.schedule(
        draft=Draft(
            to=[Recipient(contact_id=her.id)],
            subject="qzxscheduled",
            text="qzxscheduled",
            send_at=SendAt(at=later),
            frozen=True,
        ),
        request_id="later",
    )


def _order(house: House, supplier: Contact, trip: Itinerary) -> None:
    """An order to a supplier who is told her name, and his answer that quotes it."""
    house.can_leave(_order_of(supplier, trip))
    house.inbox.send(draft=_order_of(supplier, trip), request_id="order")
    mail = house.wait(lambda: _newest(house, SUPPLIER_MAIL))
    house.mail.sandbox_reply(id=mail.id, text=f"wvkquoted, we wait for {NAME} at the gate")

    def answered() -> bool:
        said = house.inbox.contact_timeline(contact_id=supplier.id).messages
        return len(said) == 2 and all(
            each.status is not DeliveryStatus.QUEUED for one in said for each in one.deliveries
        )

    house.wait(answered)


def _order_of(supplier: Contact, trip: Itinerary) -> Draft:
    return Draft(
        kind=MessageKind.PURCHASE_ORDER,
        channel=Channel.EMAIL,
        itinerary_id=trip.id,
        service_ids=[each.id for each in trip.services],
        text=f"wvkgreet {NAME} and call {SHOWN_PHONE}",
    )


def _answer_proposal(house: House, trip: Itinerary) -> None:
    offered = house.itineraries.create_proposal(
        itinerary_id=trip.id, offer=ProposalOffer(introduction=f"Dear {NAME}, as we said")
    )
    link = house.itineraries.link_proposal(id=offered.id, version=offered.version)
    token = link.url.rpartition("/")[2]
    page = house.itineraries.public_proposal(token=token)
    house.itineraries.answer_proposal(
        token=token,
        number=page.number,
        form=page.form,
        accepted=True,
        name="Z. qzxanswerer",
        comment="qzxanswerer is glad",
        user_agent="qzxanswerer/1.0",
    )


def _newest(house: House, address: str) -> Any:
    return next(iter(house.mail.sandbox_mails(address=address)), None)
