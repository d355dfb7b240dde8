"""No service keeps anything of another's that cannot be made anew, and that no suite looks at."""

from __future__ import annotations

import pytest
from webhooks.service import WebhooksService

from accounts.service import AccountsService
from contacts.read_models import READ_MODELS as OF_CONTACTS
from contacts.service import ContactsService
from email_gateway.read_models import READ_MODELS as OF_EMAIL_GATEWAY
from email_gateway.service import EmailGatewayService
from fairlead.projections.models import ReadModels
from fairlead.testing.read_models import ReadModelSuite, handlers, tells_state
from inbox.read_models import READ_MODELS as OF_INBOX
from inbox.service import InboxService
from itineraries.read_models import READ_MODELS as OF_ITINERARIES
from itineraries.service import ItinerariesService
from tests.read_models import test_read_models as suites

SERVICES = (
    AccountsService,
    ContactsService,
    EmailGatewayService,
    InboxService,
    ItinerariesService,
    WebhooksService,
)
# Which handlers keep which read model. Those in no read model keep nothing: webhooks makes work.
KEEPERS = {
    ("contacts", "place_organisation"): "organisations",
    ("contacts", "learn_trip"): "trips",
    ("email_gateway", "organisation_changed"): "organisations",
    ("inbox", "learn_contact"): "contacts",
    ("inbox", "join_contacts"): "merges",
    ("inbox", "part_contacts"): "merges",
    ("inbox", "learn_itinerary"): "trips",
    ("inbox", "learn_proposal"): "proposals",
    ("inbox", "learn_connection"): "connections",
    ("inbox", "learn_organisation"): "organisations",
    ("inbox", "learn_user"): "users",
    ("inbox", "take_group"): "groups",
    ("itineraries", "join_contacts"): "merges",
    ("itineraries", "part_contacts"): "merges",
}
KEEPS_NOTHING = {
    ("webhooks", "conversation_changed"),
    ("webhooks", "contact_changed"),
    ("webhooks", "itinerary_changed"),
    ("webhooks", "proposal_changed"),
    ("webhooks", "review_changed"),
}


def test_who_hears_of_a_change_keeps_what_can_be_made_anew() -> None:
    hearers = {
        (service.name, name)
        for service in SERVICES
        for topic, names in handlers(service).items()
        if tells_state(topic)
        for name in names
    }
    assert hearers == KEEPERS.keys() | KEEPS_NOTHING


@pytest.mark.parametrize("models", [OF_CONTACTS, OF_EMAIL_GATEWAY, OF_INBOX, OF_ITINERARIES])
def test_every_read_model_has_its_suite(models: ReadModels) -> None:
    kept = {name for (service, _), name in KEEPERS.items() if service == models.service}
    if "connections" in kept:  # three gateways tell of them by one event
        kept |= {"sms_connections", "whatsapp_connections"}
    tested = {
        name
        for suite in vars(suites).values()
        if isinstance(suite, type) and issubclass(suite, ReadModelSuite)
        if suite.__name__.startswith("Test") and suite.models is models
        for name in suite.names
    }
    assert kept == set(models.by_name) == tested
