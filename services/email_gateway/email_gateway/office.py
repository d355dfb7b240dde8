"""The gateway's parts, put together once when the service starts."""

from __future__ import annotations

from dataclasses import dataclass

from fairlead.runtime import Runtime
from fairlead.secrets import derive
from fairlead.service import ServiceStore

from .accounts import Accounts
from .connecting import Pools
from .domain.scanners import Scanners
from .domain.threads import Threader
from .domain.tracking import Tracker
from .mailboxes import Mailboxes
from .oauth import Tokens
from .receiver import Receiver
from .sandbox import Sandbox
from .sender import Sender
from .settings import EmailSettings
from .tracking import Tracking
from .writing import Desk


@dataclass(frozen=True, slots=True)
class Office:
    """What the service's methods work with."""

    settings: EmailSettings
    accounts: Accounts
    sender: Sender
    receiver: Receiver
    mailboxes: Mailboxes
    tracking: Tracking
    sandbox: Sandbox

    def stop(self) -> None:
        """No method runs any more: another process may go on at once with what was ours."""
        self.sender.stop()
        self.mailboxes.stop()


def make_office(store: ServiceStore, runtime: Runtime) -> Office:
    """The parts around the service's store."""
    settings = EmailSettings.read("email_gateway")
    keys = settings.secret_keys
    threaders = [Threader(derive(key, "email threads")) for key in keys]
    tracker = Tracker(*[derive(key, "email tracking").hex() for key in reversed(keys)])
    pools = Pools(settings, runtime.vault, Tokens(store, runtime.vault, settings))
    desk = Desk(
        threaders[0], tracker, settings.public_url.reveal().rstrip("/"), settings.test_domains
    )
    receiver = Receiver(store, runtime.files, threaders, tracker)
    scanners = Scanners(settings.scanner_networks)
    tracking = Tracking(store, tracker, scanners, f"{desk.public_url}/")
    sender = Sender(store, runtime.files, receiver, desk, pools)
    return Office(
        settings=settings,
        accounts=Accounts(store, pools, settings, sender.forget),
        sender=sender,
        receiver=receiver,
        mailboxes=Mailboxes(store, receiver, pools, settings),
        tracking=tracking,
        sandbox=Sandbox(store, runtime.files, receiver, tracking, tracker),
    )
