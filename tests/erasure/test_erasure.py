"""A guest asks for all that is known of her, and then to be forgotten: she gets a file; her name
goes from everywhere, the trip's figures stay."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from webhooks.service import WebhooksService

from accounts.service import AccountsService
from api_gateway.service import ApiGateway
from contacts import erasing
from contacts.service import ContactsService
from contracts.channels import Mailbox
from contracts.contacts import Contact, ContactErased
from contracts.jobs import JobState
from contracts.webhooks import WebhookDeliveryState
from email_gateway.service import EmailGatewayService
from fairlead.testing.bus import Home
from fairlead.testing.services import World, hosted
from fairlead.testing.web import WebServer
from inbox import sweeping
from inbox.service import InboxService
from itineraries.service import ItinerariesService
from sms_gateway.service import SmsGatewayService
from tests.erasure.furnishing import DESK, KEPT, MAIL, OLD_MAIL, WORDS, Furnished, House, furnish
from tests.erasure.searching import found_in
from whatsapp_gateway.service import WhatsAppGatewayService

pytestmark = [pytest.mark.green, pytest.mark.timeout(300)]

SERVICES = (
    AccountsService,
    ContactsService,
    ItinerariesService,
    InboxService,
    EmailGatewayService,
    SmsGatewayService,
    WhatsAppGatewayService,
    WebhooksService,
    ApiGateway,
)
# Parts of her names too: nothing of an index may be left.
TRACES = (*WORDS, "zulmira", "quaresma", "ventoinha", MAIL, OLD_MAIL, "912345678", "912 345 678")


@contextmanager
def running(folder: Path, home: Home) -> Iterator[World]:
    settings = {
        "FAIRLEAD_FILES": str(folder / "files"),
        "FAIRLEAD_SANDBOX": "yes",
        "FAIRLEAD_EMAIL_TEST_DOMAINS": "yes",
        "FAIRLEAD_PUBLIC_URL": "http://127.0.0.1:1",
        "FAIRLEAD_WEBHOOKS_PLAIN_HTTP": "yes",
        "FAIRLEAD_OUTBOUND_PRIVATE_HOSTS": "yes",
    }
    with hosted(*SERVICES, settings=settings, **home) as world:
        yield world


@pytest.fixture
def receiver() -> Iterator[WebServer]:
    """A customer's system."""
    server = WebServer()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was stored a moment ago may go, as if that were long ago."""
    monkeypatch.setattr(sweeping, "FRESH", -1.0)
    monkeypatch.setattr(erasing, "SETTLE_SECONDS", 0.3)


def test_nothing_of_her_is_left_and_the_figures_are(
    tmp_path: Path, receiver: WebServer, home: Home
) -> None:
    with running(tmp_path, home) as world:
        house = House(world)
        made = furnish(house, receiver.url)
        before = house.itineraries.get_itinerary(id=made.trip.id)
        # The last of it that anybody hears of is the notice that she accepted.
        house.wait(lambda: tells_of_notice(search(house, tmp_path)))
        assert len(search(house, tmp_path)) > 30, "there is something to be found"
        _check_export(house, made)

        job = house.ended(house.contacts.start_erasure(contact_id=made.her.id))
        assert job.state is JobState.DONE, job
        house.wait(lambda: world.events(ContactErased))
        nothing_left(house, tmp_path)
        _check_what_stays(house, made, before)
        _check_late_mail(house, made)


def tells_of_notice(found: list[str]) -> bool:
    """Whether the notice is among what was found."""
    return any(each.startswith("accounts.notifications") for each in found)


def search(house: House, folder: Path) -> list[str]:
    """Where anything of her stands."""
    databases = {each.name: house.world.database(each.name) for each in SERVICES}
    return found_in(databases, folder / "files", TRACES)


def nothing_left(house: House, folder: Path) -> None:
    """Neither in a table nor in a file; what the last event brings to the live log takes a moment
    to go."""
    left: list[str] = []

    def is_gone() -> bool:
        left[:] = search(house, folder)
        return not left

    try:
        house.wait(is_gone)
    except AssertionError:
        raise AssertionError("\n".join(left[:50])) from None


def _check_export(house: House, made: Furnished) -> None:
    job = house.ended(house.contacts.start_person_export(contact_id=made.her.id))
    assert job.state is JobState.DONE, job
    assert job.result is not None
    content = house.world.runtime.files.read(house.organisation, job.result.key)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        said = {name: archive.read(name).decode() for name in names}
    everything = "".join(said.values())
    assert [word for word in WORDS if word not in everything and word != "qzxagain"] == []
    assert {"index.html", "contacts.json", "inbox.json", "itineraries.json"} <= set(names)
    assert {"accounts.json", "email_gateway.json", "webhooks.json"} <= set(names)
    assert [text for name, text in said.items() if name.endswith("qzxenclosed.txt")] == [
        "qzxenclosed passport"
    ]
    for word in ("qzxanswered", "qzxreview", "qzxnote"):
        assert word in said["index.html"]
    kinds = [each["kind"] for each in json.loads(said["contacts.json"])]
    assert set(kinds) == {"contact", "note", "consent", "merge"}
    assert kinds.count("contact") == 2, "who was merged into her too"


def _check_late_mail(house: House, made: Furnished) -> None:
    """She writes again: she is somebody new, and nothing comes back into what was hers."""
    sender = Mailbox(address=MAIL, name="Zulmira")
    house.mail.sandbox_write(sender=sender, to=DESK, subject="Re: qzxasked", text="qzxagain")

    def heard() -> Contact | None:
        found = house.contacts.list_contacts(q=MAIL).contacts
        said = found and house.inbox.contact_timeline(contact_id=found[0].id).messages
        return found[0] if said else None

    new = house.wait(heard)
    assert new is not None
    assert new.id != made.her.id
    assert new.name == "Zulmira"
    hers = house.inbox.contact_timeline(contact_id=made.her.id).messages
    assert [each.text for each in hers] == ["", ""]


def _check_what_stays(house: House, made: Furnished, before: Any) -> None:
    after = house.itineraries.get_itinerary(id=made.trip.id)
    assert [each.name for each in after.details.guests] == ["Erased person", made.husband.name]
    assert after.details.price == before.details.price
    assert (after.details.start, after.details.end) == (before.details.start, before.details.end)
    assert (after.state, after.balances) == (before.state, before.balances)
    assert [each.amount for each in after.payments] == [each.amount for each in before.payments]
    [service] = [each.details for each in after.services]
    assert (service.name, service.pax, service.requirements) == ("Airport transfer", 2, "")

    contact = house.contacts.get_contact(id=made.her.id)
    assert (contact.erased, contact.name, contact.identities) == (True, "Erased person", [])
    hers = house.inbox.contact_timeline(contact_id=made.her.id).messages
    assert [(each.erased, each.text, each.attachments) for each in hers] == [(True, "", [])] * 2
    sent = next(each for each in hers if each.deliveries)
    assert sent.deliveries[0].read_at is not None

    theirs = house.inbox.contact_timeline(contact_id=made.supplier.id).messages
    assert not any(each.erased for each in theirs)
    said = " ".join(each.text for each in theirs)
    assert all(word in said for word in KEPT)
    assert "wvkquoted, we wait for Erased person at the gate" in said
    told = house.webhooks.list_webhook_deliveries(id=made.webhook).deliveries
    assert any(each.state is WebhookDeliveryState.DELIVERED for each in told)
