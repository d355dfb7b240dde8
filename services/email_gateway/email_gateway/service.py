"""The email gateway: knows mail servers, and nothing of trips."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.accounts import OrganisationChanged
from contracts.channels import ConnectionCopies, EmailQueued, Mailbox, NoticeQueued
from contracts.common import FileRef
from contracts.email_gateway import (
    Click,
    Connection,
    ConnectionDetails,
    EmailGateway,
    MailboxState,
    SandboxMail,
    SandboxMailbox,
    TestStep,
)
from contracts.persons import Person, PersonErasure, PersonPage
from fairlead.bus.underway import mentioned
from fairlead.errors import Conflict
from fairlead.projections.copying import page_of, reach
from fairlead.projections.doors import ProjectionDoors, offer, projecting
from fairlead.service import AdminRoutes, Config, Parts, Store, loop, on, rpc

from . import reachability
from .admin import register
from .office import Office, make_office
from .persons import Persons
from .read_models import READ_MODELS
from .sandbox import Sandbox
from .settings import EmailSettings
from .store import connections, files, outgoing
from .store.tables import ConnectionRow
from .writing import as_message, default_settings, letterhead

_NONE: list[FileRef] = []


class EmailGatewayService(ProjectionDoors):
    """Implements contracts.email_gateway."""

    name = "email_gateway"
    implements = EmailGateway
    store = Store()
    config = Config(EmailSettings)
    projector = projecting(READ_MODELS)
    projection_admin = AdminRoutes(offer(READ_MODELS))
    office = Parts(make_office, stop=Office.stop)
    admin = AdminRoutes(register)
    persons = Parts(lambda store, runtime: Persons(store, runtime.files))

    @on(OrganisationChanged)
    def organisation_changed(self, event: OrganisationChanged) -> None:
        """Keep the settings that letters are written with."""
        with self.store.once() as session:
            connections.remember_organisation(session, event.organisation)
        self.office.sender.forget()

    @on(EmailQueued)
    def message_queued(self, event: EmailQueued) -> None:
        """Take a message in; it leaves by `send`."""
        with self.store.once() as session:
            outgoing.add(session, event, dt.datetime.now(dt.UTC))
        self.office.sender.wake()

    @on(NoticeQueued)
    def notice_queued(self, event: NoticeQueued) -> None:
        """Take a notice in; it leaves as a message does."""
        with self.store.once() as session:
            outgoing.add(session, as_message(event), dt.datetime.now(dt.UTC), notice=True)
        self.office.sender.wake()

    @loop(every=0, greenlets=lambda settings: settings.senders)
    def send(self) -> None:
        """Send a mail that is due."""
        self.office.sender.send_one()

    @loop(every=outgoing.RENEW_SECONDS)
    def keep_leases(self) -> bool:
        """Say that what is being sent here still is."""
        self.office.sender.keep_leases()
        return False

    @loop(every=0.25, greenlets=2)
    def receive(self) -> bool:
        """Work off what was fetched."""
        return self.office.receiver.work_some()

    @loop(every=1.0)
    def settle_clicks(self) -> bool:
        """Judge the clicks that can be judged for good."""
        return self.office.tracking.settle()

    @loop(every=5.0)
    def watch(self) -> bool:
        """Watch the mailboxes that nobody watches."""
        self.office.mailboxes.keep_watching()
        return False

    @rpc
    def files_held(self, *, keys: list[str]) -> list[str]:
        with self.store.reading() as session:
            held = files.held(session, keys)
            return sorted(held | mentioned(session, set(keys) - held))

    @rpc
    def export_person(self, *, person: Person, cursor: str | None) -> PersonPage:
        return self.persons.export(person, cursor)

    @rpc
    def erase_person(self, *, person: Person, cursor: str | None) -> PersonErasure:
        return self.persons.erase(person, cursor)

    @rpc
    def forget_copies(self, *, ids: list[UUID]) -> PersonErasure:
        return self.persons.forget(ids)

    @rpc
    def list_connections(self) -> list[Connection]:
        return self.office.accounts.listed()

    @rpc
    def get_connection(self, *, id: UUID) -> Connection:
        return self.office.accounts.get(id)

    @rpc
    def create_connection(
        self, *, details: ConnectionDetails, id: UUID | None = None
    ) -> Connection:
        return self.office.accounts.create(details, id)

    @rpc
    def update_connection(
        self, *, id: UUID, version: int, details: ConnectionDetails
    ) -> Connection:
        return self.office.accounts.update(id, version, details)

    @rpc
    def remove_connection(self, *, id: UUID) -> None:
        self.office.accounts.remove(id)

    @rpc
    def try_connection(self, *, id: UUID) -> list[TestStep]:
        return self.office.accounts.attempt(id)

    @rpc
    def connections_page(self, *, after: UUID | None, limit: int) -> ConnectionCopies:
        with self.store.reading(reach()) as session:
            rows, total = page_of(session, ConnectionRow, ConnectionRow.id, after, limit)
            return ConnectionCopies(items=[reachability.told(row) for row in rows], total=total)

    @rpc
    def dress(
        self, *, subject: str, html: str, signature: str = "", connection_id: UUID | None = None
    ) -> str:
        with self.store.reading() as session:
            organisation = connections.organisation(session)
        settings = organisation.settings if organisation else default_settings()
        return letterhead(settings, html, signature, subject)

    @rpc
    def record_open(self, *, token: str, user_agent: str, method: str, accept: str = "") -> None:
        self.office.tracking.opened(token, user_agent=user_agent, method=method, accept=accept)

    @rpc
    def record_click(self, *, token: str, user_agent: str, method: str, remote: str) -> Click:
        url = self.office.tracking.clicked(
            token, user_agent=user_agent, method=method, remote=remote
        )
        return Click(url=url)

    @rpc
    def unsubscribe(self, *, token: str) -> None:
        self.office.tracking.unsubscribe(token)

    @rpc
    def open_sandbox_mailboxes(self, *, mailboxes: list[Mailbox]) -> None:
        self._sandbox().open_mailboxes(mailboxes)

    @rpc
    def sandbox_mailboxes(self) -> list[SandboxMailbox]:
        return self._sandbox().mailboxes()

    @rpc
    def put_sandbox_mailbox(
        self, *, address: str, state: MailboxState = MailboxState.OPEN
    ) -> SandboxMailbox:
        return self._sandbox().put_mailbox(address, state)

    @rpc
    def sandbox_mails(self, *, address: str, limit: int = 50) -> list[SandboxMail]:
        return self._sandbox().mails(address, limit)

    @rpc
    def sandbox_read(self, *, id: UUID) -> SandboxMail:
        return self._sandbox().read(id)

    @rpc
    def sandbox_mail_file(self, *, id: UUID, number: int) -> FileRef:
        return self._sandbox().file(id, number)

    @rpc
    def sandbox_reply(
        self,
        *,
        id: UUID,
        text: str,
        attachments: list[FileRef] = _NONE,
        quote: bool = True,
    ) -> None:
        self._sandbox().reply(id, text, attachments, quote=quote)

    @rpc
    def sandbox_write(
        self,
        *,
        sender: Mailbox,
        to: str,
        subject: str,
        text: str,
        attachments: list[FileRef] = _NONE,
    ) -> None:
        self._sandbox().write(sender, to, subject, text, attachments)

    def _sandbox(self) -> Sandbox:
        if not self.config.sandbox:
            raise Conflict("email_gateway.no_sandbox", "The sandbox is switched off here")
        return self.office.sandbox
