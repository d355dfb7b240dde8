"""Who gives the email gateway its mails: `python -m scripts.bench.mail.desk`.

It stands in the inbox's place: configures the connection, queues mails as the inbox does, in its
outbox, and hears how they fared.
"""

from __future__ import annotations

import fairlead.patching  # noqa: F401

# isort: split
# Nothing that waits may be imported before.

import datetime as dt
from typing import Any, ClassVar
from uuid import UUID

import eventlet
from eventlet.event import Event as Signal

from contracts.accounts import Branding, Organisation, OrganisationChanged, Settings
from contracts.channels import (
    DeliveryStatus,
    DeliveryUpdated,
    EmailQueued,
    EmailRecipient,
    Mailbox,
    RecipientRole,
)
from contracts.email_gateway import (
    ConnectionDetails,
    ConnectionKind,
    EmailGateway,
    Security,
    Server,
)
from fairlead import logs
from fairlead.context import Context, Role, acting
from fairlead.contract import Event
from fairlead.errors import Failure
from fairlead.process import Process
from fairlead.service import Store, loop, on, publish
from fairlead.store import new_id
from fairlead.store.migrations import FAIRLEAD, migrate

from ..worker import obey

ORGANISATION = UUID("018f0000-0000-7000-8000-000000000001")
OWNER = Context(role=Role.OWNER, organisation=ORGANISATION)
NAME = "Coast & Country Journeys"
SECONDS = 120.0
HTML = """<p>Dear Marta,</p><p>Please confirm the following services for our guests:</p>
<table><thead><tr><th colspan="2">Walking tour of the old town</th></tr></thead><tbody>
<tr><td>Date and time</td><td>Tuesday, 14 May, 9:30 (Lisbon)</td></tr>
<tr><td>Guests</td><td>2 adults, 1 child</td></tr>
<tr><td>Meeting point</td><td>North gate of the station, Rua do Arsenal 15</td></tr>
<tr><td>Notes</td><td>One guest walks with a stick; please keep to the tram for the hill.</td></tr>
</tbody></table><p>The whole plan is <a href="https://agency.example/trips/lisbon">here</a>.</p>"""


class BenchDesk:
    """Queues mails and counts those that the server took."""

    name = "bench_desk"
    store = Store()
    waiting: ClassVar[list[Event]] = []
    left: ClassVar[int] = 0
    enough: ClassVar[Signal] = Signal()
    unsent: ClassVar[list[str]] = []

    @loop(every=0.02)
    def queue(self) -> bool:
        """Let what waits leave, in one transaction."""
        if BenchDesk.waiting:
            leaving, BenchDesk.waiting = BenchDesk.waiting, []
            with self.store.transaction(ORGANISATION) as session:
                for each in leaving:
                    publish(session, each, context=OWNER)
        return False

    @on(DeliveryUpdated)
    def took(self, update: DeliveryUpdated) -> None:
        """Count one that was sent."""
        if update.status is not DeliveryStatus.SENT:
            BenchDesk.unsent.append(f"{update.status.value}: {update.reason}")
            return
        BenchDesk.left -= 1
        if BenchDesk.left == 0:
            BenchDesk.enough.send()


class Desk:
    """What the desk does when it is told to."""

    def __init__(self) -> None:
        process = Process([BenchDesk])
        logs.configure("desk", level="warning")
        migrate(process.runtime.database(BenchDesk.name), FAIRLEAD)
        process.start()
        self._gateway = process.runtime.caller.client(EmailGateway)
        self._connection: UUID | None = None

    def connect(self, server: dict[str, Any], address: str) -> None:
        """Configure the organisation and its connection; returns when the gateway knows both."""
        smtp = Server(
            host="127.0.0.1",
            port=server["port"],
            security=Security.STARTTLS,
            username=address,
            password=server["password"],
        )
        details = ConnectionDetails(
            label="Bench",
            address=address,
            kind=ConnectionKind.PASSWORD,
            smtp=smtp,
            per_minute=10_000,
        )
        settings = Settings(
            zone="Europe/Lisbon",
            language="en",
            currency="EUR",
            branding=Branding(name=NAME, address=["Rua Augusta 1, 1100-048 Lisboa"]),
            signature="Ana Silva\nOperations",
            footer="You get this because you work with us.",
        )
        organisation = Organisation(id=ORGANISATION, name=NAME, settings=settings, version=1)
        BenchDesk.waiting = [OrganisationChanged(organisation=organisation)]
        with eventlet.Timeout(SECONDS, TimeoutError("the gateway is not ready")), acting(OWNER):
            while not self._knows():
                eventlet.sleep(0.1)
            self._connection = self._gateway.create_connection(details=details).id

    def expect(self, count: int) -> None:
        """So many mails are to be sent from now on."""
        BenchDesk.left, BenchDesk.enough, BenchDesk.unsent = count, Signal(), []

    def queue(self, count: int, recipients: list[str]) -> None:
        """Queue so many mails, to these in turn."""
        BenchDesk.waiting = [
            self._mail(recipients[number % len(recipients)]) for number in range(count)
        ]

    def sent(self) -> None:
        """Return when the server has taken all of them."""
        failed = TimeoutError(f"not everything was sent; {BenchDesk.unsent[:3]}")
        with eventlet.Timeout(SECONDS, failed):
            BenchDesk.enough.wait()

    def _mail(self, address: str) -> EmailQueued:
        to = Mailbox(address=address, name="Marta Oliveira")
        return EmailQueued(
            message_id=new_id(),
            connection_id=self._connection,
            conversation_id=new_id(),
            queued_at=dt.datetime.now(dt.UTC),
            recipients=[EmailRecipient(delivery_id=new_id(), role=RecipientRole.TO, mailbox=to)],
            subject="Services for the Hartmann family, 14 to 16 May",
            html=HTML,
            text="",
        )

    def _knows(self) -> bool:
        try:
            return NAME.split()[0] in self._gateway.dress(subject="", html="<p>Hello</p>")
        except Failure:
            return False  # the gateway is not on the bus yet


def main() -> None:
    """Be the one that queues."""
    desk = Desk()
    obey({each.__name__: each for each in (desk.connect, desk.expect, desk.queue, desk.sent)})


if __name__ == "__main__":
    main()
