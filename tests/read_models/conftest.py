"""Services side by side, for the tests of what each keeps of others: without a bus, but for those
marked `green`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from argon2 import PasswordHasher

from accounts.domain.passwords import Passwords
from accounts.service import AccountsService
from contacts.service import ContactsService
from contracts.whatsapp_gateway import WhatsAppConnectionKind
from email_gateway.accounts import Accounts as MailAccounts
from email_gateway.connecting import Pools
from email_gateway.oauth import Tokens
from email_gateway.service import EmailGatewayService
from email_gateway.settings import EmailSettings
from fairlead.errors import Invalid
from fairlead.kinds import Secret
from fairlead.outbound import Outbound
from fairlead.secrets import Vault, new_key
from fairlead.service import ServiceStore
from fairlead.settings import Common
from fairlead.testing.bus import home
from fairlead.testing.green import (
    pytest_configure,
    pytest_runtest_protocol,
    pytest_sessionfinish,
)
from fairlead.testing.read_models import Standing
from inbox.clock import utc_now
from inbox.service import InboxService
from itineraries.service import ItinerariesService
from sms_gateway.connecting import Connecting
from sms_gateway.service import SmsGatewayService
from whatsapp_gateway.connecting import Connecting as NumberConnecting
from whatsapp_gateway.scanning import Scanning
from whatsapp_gateway.service import WhatsAppGatewayService

__all__ = ["home", "pytest_configure", "pytest_runtest_protocol", "pytest_sessionfinish"]

ENVIRONMENT = {
    "FAIRLEAD_PUBLIC_URL": "https://hub.test/",
    "FAIRLEAD_SECRET_KEYS": new_key(),
    "FAIRLEAD_ADMIN_TOKEN": "only for this test",
    "FAIRLEAD_SANDBOX": "true",
    "FAIRLEAD_EMAIL_TEST_DOMAINS": "true",
}


def _accounts() -> dict[str, Any]:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return {"passwords": Passwords(cheap), "config": SimpleNamespace(address="https://hub.test")}


def _nobody(**_: Any) -> Any:
    raise Invalid.field("contacts.invalid", "value", "is nobody's")


PARTS: dict[type[Any], Callable[[], dict[str, Any]]] = {
    AccountsService: _accounts,
    ItinerariesService: lambda: {"config": Common.read("itineraries", ENVIRONMENT)},
    InboxService: lambda: {"clock": utc_now, "contacts": SimpleNamespace(resolve=_nobody)},
}


def _office(store: ServiceStore) -> Any:
    settings = EmailSettings.read("email_gateway", ENVIRONMENT)
    vault = Vault([Secret(new_key())])
    pools = Pools(settings, vault, Tokens(store, vault, settings))
    sender = SimpleNamespace(forget=lambda: None)
    accounts = MailAccounts(store, pools, settings, sender.forget)
    return SimpleNamespace(accounts=accounts, sender=sender)


def _texts(store: ServiceStore) -> Any:
    vault = Vault([Secret(new_key())])
    connecting = Connecting(store, vault, Outbound(), sandbox=True)
    return SimpleNamespace(connecting=connecting, carriers=SimpleNamespace(keep=lambda: None))


def _numbers(store: ServiceStore) -> Any:
    vault = Vault([Secret(new_key())])
    kinds = frozenset(WhatsAppConnectionKind)
    connecting = NumberConnecting(store, vault, "https://hub.test", kinds)
    return SimpleNamespace(
        connecting=connecting,
        scanning=Scanning(store, connecting),
        sending=SimpleNamespace(ring=lambda: None),
    )


OFFICES = {
    EmailGatewayService: _office,
    SmsGatewayService: _texts,
    WhatsAppGatewayService: _numbers,
}

Stand = Callable[[type[Any]], Standing]


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Makes a service, each with a new database."""
    made: list[Standing] = []

    def make(service: type[Any]) -> Standing:
        path = tmp_path_factory.mktemp(service.name) / "store.db"
        standing = Standing(service, f"sqlite:///{path}", **PARTS.get(service, dict)())
        if service in OFFICES:
            standing.service.office = OFFICES[service](standing.store)
        made.append(standing)
        return standing

    yield make
    for each in made:
        each.close()


@pytest.fixture(scope="module")
def accounts(stand: Stand) -> Standing:
    """Who tells of organisations and users."""
    return stand(AccountsService)


@pytest.fixture(scope="module")
def contacts(stand: Stand) -> Standing:
    """Who tells of people."""
    return stand(ContactsService)


@pytest.fixture(scope="module")
def itineraries(stand: Stand) -> Standing:
    """Who tells of trips."""
    return stand(ItinerariesService)


@pytest.fixture(scope="module")
def email_gateway(stand: Stand) -> Standing:
    """Who tells of connections."""
    return stand(EmailGatewayService)


@pytest.fixture(scope="module")
def sms_gateway(stand: Stand) -> Standing:
    """Who tells of carriers."""
    return stand(SmsGatewayService)


@pytest.fixture(scope="module")
def whatsapp_gateway(stand: Stand) -> Standing:
    """Who tells of numbers at WhatsApp."""
    return stand(WhatsAppGatewayService)


@pytest.fixture(scope="module")
def inboxes(stand: Stand) -> tuple[Standing, Standing]:
    """Two that hear the same."""
    return stand(InboxService), stand(InboxService)


@pytest.fixture(scope="module")
def address_books(stand: Stand) -> tuple[Standing, Standing]:
    """Two that hear the same."""
    return stand(ContactsService), stand(ContactsService)


@pytest.fixture(scope="module")
def planners(stand: Stand) -> tuple[Standing, Standing]:
    """Two that hear the same."""
    return stand(ItinerariesService), stand(ItinerariesService)


@pytest.fixture(scope="module")
def gateways(stand: Stand) -> tuple[Standing, Standing]:
    """Two that hear the same."""
    return stand(EmailGatewayService), stand(EmailGatewayService)
