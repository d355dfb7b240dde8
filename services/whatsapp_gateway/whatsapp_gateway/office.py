"""The gateway's parts, put together once when the service starts."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.whatsapp_gateway import WhatsAppConnectionKind
from fairlead.outbound import Outbound
from fairlead.runtime import Runtime
from fairlead.service import ServiceStore

from .bell import Bell
from .cloud.driver import CloudDrivers
from .connecting import Connecting
from .handsets import Handsets
from .hooks import Hooks
from .media import Fetcher
from .numbers import Drivers, Numbers
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
    connecting: Connecting
    scanning: Scanning
    numbers: Numbers
    sender: Sender
    reader: Reader
    fetcher: Fetcher
    hooks: Hooks
    wording: Wording
    handsets: Handsets

    def stop(self) -> None:
        """No method runs any more: another process may go on at once with what was ours."""
        self.sender.stop()
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
    sending, reading, fetching = Bell(), Bell(), Bell()
    kinds: dict[WhatsAppConnectionKind, Drivers] = {WhatsAppConnectionKind.CLOUD: cloud}
    if settings.sandbox:
        kinds[WhatsAppConnectionKind.SANDBOX] = SandboxDriver(store, reading)
    numbers = Numbers(kinds)
    public_url = settings.public_url.reveal()
    connecting = Connecting(store, runtime.vault, public_url, numbers.kinds)
    return Office(
        sending=sending,
        connecting=connecting,
        scanning=Scanning(store, connecting),
        numbers=numbers,
        sender=Sender(store, numbers, sending),
        reader=Reader(store, reading, fetching),
        fetcher=Fetcher(store, runtime.files, numbers, fetching),
        hooks=Hooks(store, runtime.vault, reading),
        wording=Wording(store, cloud),
        handsets=Handsets(store, runtime.files, reading),
    )
