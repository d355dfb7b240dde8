"""The gateway's parts, put together once when the service starts."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from contracts.whatsapp_gateway import WhatsAppConnectionKind
from fairlead.bell import Bell
from fairlead.outbound import Outbound
from fairlead.runtime import Runtime
from fairlead.service import ServiceStore

from .attending import Attending
from .cloud.driver import CloudDrivers
from .connecting import Connecting
from .handset_groups import HandsetGroups
from .handsets import Handsets
from .hooks import Hooks
from .keeping import Keeping
from .linked.driver import LinkedDrivers
from .linked.keeper import Keeper
from .linked.keys import SessionKeys
from .linked.store_book import StoreBook
from .media import Fetcher
from .numbers import Drivers, Numbers
from .ordering import Ordering
from .sandbox import SandboxDriver
from .scanning import Scanning
from .sender import Sender
from .settings import WhatsAppSettings
from .taking import Reader
from .wording import Wording


@dataclass(frozen=True, slots=True)
class Office:
    """What the service's methods work with."""

    sending: Bell  # rung where something is to leave
    ordering: Bell  # rung where something is to be done with a group
    connecting: Connecting
    scanning: Scanning
    numbers: Numbers
    sender: Sender
    attending: Attending
    orders: Ordering
    reader: Reader
    fetcher: Fetcher
    hooks: Hooks
    wording: Wording
    handsets: Handsets
    handset_groups: HandsetGroups
    linked: Keeper | None

    def stop(self) -> None:
        """No method runs any more: another process may go on at once with what was ours."""
        self.sender.stop()
        self.attending.stop()
        self.numbers.stop()


def make_office(store: ServiceStore, runtime: Runtime) -> Office:
    """The parts around the service's store."""
    settings = WhatsAppSettings.read("whatsapp_gateway")
    graph = settings.graph_url
    outbound = Outbound(
        plain=graph.scheme == "http",
        private=settings.outbound_private_hosts,
        ca_file=str(settings.outbound_ca_file or ""),
    )
    cloud = CloudDrivers(graph.reveal(), outbound, runtime.vault, runtime.files)
    sending, reading, fetching, ordering = Bell(), Bell(), Bell(), Bell()
    kinds: dict[WhatsAppConnectionKind, Drivers] = {WhatsAppConnectionKind.CLOUD: cloud}
    if settings.sandbox:
        kinds[WhatsAppConnectionKind.SANDBOX] = SandboxDriver(store, reading)
    linked = _linked(store, runtime, settings, reading)
    if linked is not None:
        kinds[WhatsAppConnectionKind.LINKED] = linked
    numbers, keeping = Numbers(kinds), Keeping(store)
    public_url = settings.public_url.reveal()
    connecting = Connecting(store, runtime.vault, public_url, numbers.kinds)
    return Office(
        sending=sending,
        ordering=ordering,
        connecting=connecting,
        scanning=Scanning(store, connecting),
        numbers=numbers,
        sender=Sender(store, numbers, sending),
        attending=Attending(store, numbers),
        orders=Ordering(store, numbers, ordering),
        reader=Reader(store, reading, fetching, keeping.give_way),
        fetcher=Fetcher(store, runtime.files, numbers, fetching),
        hooks=Hooks(store, runtime.vault, keeping, reading),
        wording=Wording(store, cloud),
        handsets=Handsets(store, runtime.files, reading),
        handset_groups=HandsetGroups(store, reading),
        linked=linked.keeper if linked else None,
    )


def _linked(
    store: ServiceStore, runtime: Runtime, settings: WhatsAppSettings, reading: Bell
) -> LinkedDrivers | None:
    """Linked devices, where there is a folder for them and their client is installed."""
    if not settings.linked_folder or importlib.util.find_spec("neonize") is None:
        return None
    folder, proxy = Path(settings.linked_folder).absolute(), settings.linked_proxy or None
    keys = SessionKeys(runtime.vault)
    keeper = Keeper(StoreBook(store, reading), folder, proxy=proxy, keys=keys.of)
    return LinkedDrivers(keeper, runtime.files)
