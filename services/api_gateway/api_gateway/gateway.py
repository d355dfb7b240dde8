"""What the gateway's views work with: typed clients of the services, and the process's parts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app

from contracts.accounts import Accounts
from contracts.contacts import Contacts
from contracts.email_gateway import EmailGateway
from contracts.inbox import Inbox
from contracts.itineraries import Itineraries
from contracts.sms_gateway import SmsGateway
from contracts.webhooks import Webhooks
from contracts.whatsapp_gateway import WhatsAppGateway
from fairlead.bus import Caller
from fairlead.contract import Interface
from fairlead.files import FileStore
from fairlead.store import Database

from .bringing import Hooks, whatsapp_hooks
from .client import INSIDE, Client
from .file_links import FileLinks
from .identity import Sessions
from .limits import Limiter
from .live import Live
from .making import Making
from .settings import GatewaySettings

BURST = 4  # times the requests of a second: a person at a screen makes bursts
SIGN_IN_PER_SECOND, SIGN_IN_BURST = 0.5, 20


@dataclass(frozen=True)
class Gateway:
    """One for each process."""

    clients: dict[type[Interface], Any]
    accounts: Accounts
    inbox: Inbox
    itineraries: Itineraries
    email: EmailGateway
    sms: SmsGateway
    whatsapp: WhatsAppGateway
    whatsapp_hooks: Hooks
    sessions: Sessions
    files: FileStore
    file_links: FileLinks
    live: Live
    making: Making
    settings: GatewaySettings
    requests: Limiter
    visits: Limiter
    sign_ins: Limiter
    web_client: Client


def make_gateway(
    caller: Caller, files: FileStore, database: Database, settings: GatewaySettings
) -> Gateway:
    """The gateway's parts around `caller`."""
    interfaces: tuple[type[Interface], ...] = (
        Accounts,
        Contacts,
        Itineraries,
        Inbox,
        EmailGateway,
        SmsGateway,
        WhatsAppGateway,
        Webhooks,
    )
    clients: dict[type[Interface], Any] = {
        each: caller.client(each, asker="api_gateway") for each in interfaces
    }
    accounts: Accounts = clients[Accounts]
    rate, visits = settings.requests_per_second, settings.public_requests_per_second
    live = Live(database)
    sessions = Sessions(accounts, live.watch)
    live.on_ended = sessions.forget_user
    return Gateway(
        clients=clients,
        accounts=accounts,
        inbox=clients[Inbox],
        itineraries=clients[Itineraries],
        email=clients[EmailGateway],
        sms=clients[SmsGateway],
        whatsapp=clients[WhatsAppGateway],
        whatsapp_hooks=whatsapp_hooks(clients[WhatsAppGateway]),
        sessions=sessions,
        files=files,
        file_links=FileLinks(settings.secret_keys, settings.public_url.reveal()),
        live=live,
        making=Making(database),
        settings=settings,
        requests=Limiter(per_second=rate, burst=BURST * rate),
        visits=Limiter(per_second=visits, burst=BURST * visits),
        sign_ins=Limiter(per_second=SIGN_IN_PER_SECOND, burst=SIGN_IN_BURST),
        web_client=Client(Path(settings.web_client or INSIDE)),
    )


def gateway() -> Gateway:
    """The gateway of the app at hand."""
    found: Any = current_app.extensions["fairlead"]
    assert isinstance(found, Gateway)
    return found
