"""What the service builds once: its client, its vault, its courier."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from fairlead import metrics
from fairlead.outbound import Outbound
from fairlead.runtime import Runtime
from fairlead.secrets import Vault
from fairlead.service import EVERYWHERE, ServiceStore

from . import store
from .courier import WAITED, WAITING, Courier
from .settings import WebhookSettings


@dataclass(frozen=True)
class Office:
    """One for each process."""

    client: Outbound
    vault: Vault
    courier: Courier


def make_office(kept: ServiceStore, runtime: Runtime) -> Office:
    """The service's parts around its store."""
    settings = WebhookSettings.read("webhooks")
    client = Outbound(
        plain=settings.plain_http,
        private=settings.outbound_private_hosts,
        ca_file=settings.outbound_ca_file,
    )
    return Office(client, runtime.vault, Courier(kept, runtime.vault, client))


def register(runtime: Runtime) -> None:
    """Add the gauges of what waits."""
    database = runtime.database("webhooks")

    def count() -> float:
        with database.reading(EVERYWHERE) as session:
            return store.waiting(session)[0]

    def age() -> float:
        with database.reading(EVERYWHERE) as session:
            since = store.waiting(session)[1]
        return (dt.datetime.now(dt.UTC) - since).total_seconds() if since else 0.0

    metrics.watch(WAITING, count, service="webhooks")
    metrics.watch(WAITED, age, service="webhooks")
