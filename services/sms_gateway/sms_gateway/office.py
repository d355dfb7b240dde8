"""The gateway's parts, put together once when the service starts."""

from __future__ import annotations

from dataclasses import dataclass

from fairlead.outbound import Outbound
from fairlead.runtime import Runtime
from fairlead.service import ServiceStore

from .callbacks import Callbacks
from .carriers import Carriers
from .connecting import Connecting
from .sandbox import Sandbox
from .sender import Sender
from .settings import SmsSettings
from .taking import Reader


@dataclass(frozen=True, slots=True)
class Office:
    """What the service's methods work with."""

    connecting: Connecting
    carriers: Carriers
    sender: Sender
    reader: Reader
    callbacks: Callbacks
    sandbox: Sandbox

    def stop(self) -> None:
        """No method runs any more: another process may go on at once with what was ours."""
        self.sender.stop()
        self.carriers.stop()


def make_office(store: ServiceStore, runtime: Runtime) -> Office:
    """The parts around the service's store."""
    settings = SmsSettings.read("sms_gateway")
    reader = Reader(store)
    outbound = Outbound(
        plain=settings.private_hosts,
        private=settings.private_hosts,
        ca_file=settings.outbound_ca_file,
    )
    hooks = f"{settings.public_url.reveal().rstrip('/')}/api/v1/hooks/sms"
    carriers = Carriers(
        store, runtime.vault, reader.wake, outbound, hooks, private_hosts=settings.private_hosts
    )
    return Office(
        connecting=Connecting(store, runtime.vault, outbound, sandbox=settings.sandbox),
        carriers=carriers,
        sender=Sender(store, carriers),
        reader=reader,
        callbacks=Callbacks(store, runtime.vault),
        sandbox=Sandbox(store, reader.wake),
    )
