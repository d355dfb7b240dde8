"""The sandbox: a post office for people who do not exist.

It takes the same bytes that an SMTP server would and gives back the same bytes that IMAP would, so
that everything between is what real mail goes through.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from contracts.channels import DeliveryStatus, Mailbox
from contracts.common import FileRef
from contracts.email_gateway import MailboxState, SandboxMail, SandboxMailbox
from fairlead.context import current
from fairlead.errors import NotFound
from fairlead.files import FileStore
from fairlead.service import ServiceStore

from .domain import correspondent
from .domain.delivery import Accepted, Outcome
from .domain.mime import Mail, read_mail
from .domain.parts import Attachment
from .domain.tracking import Tracker
from .receiver import Receiver
from .store import connections, sandbox
from .store.tables import ConnectionRow, DispatchRow, SandboxMailRow
from .told import tell
from .tracking import Tracking
from .writing import Copy

# What a person's mail program says of itself, for the opens that reading causes.
READER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Thunderbird/145.0"


_REFUSALS = {MailboxState.GONE: correspondent.NOBODY, MailboxState.FULL: correspondent.FULL}


def deliver(
    store: ServiceStore,
    files: FileStore,
    receiver: Receiver,
    connection: ConnectionRow,
    copy: Copy,
    row: DispatchRow,
) -> Outcome:
    """Put a mail into its mailbox, or send back a report where that does not take it."""
    organisation = row.organisation_id
    now = _now()
    with store.reading(organisation) as session:
        # Employees have no mailbox in this world until something is sent to them.
        stranger = MailboxState.OPEN if row.notice else MailboxState.GONE
        state = sandbox.state_of(session, copy.recipient, stranger=stranger)
    if state is not MailboxState.OPEN:
        report = correspondent.failure(
            copy.data,
            _REFUSALS[state],
            recipient=copy.recipient,
            bounce_to=copy.envelope_from,
            envelope_id=copy.envelope_id,
            now=now,
        )
        receiver.keep(organisation, connection.id, report)
        return Accepted("queued in the sandbox")
    stored = files.put(organisation, copy.data)
    with store.transaction(organisation) as session:
        sandbox.open_mailbox(session, Mailbox(address=copy.recipient))
        sandbox.add_mail(
            session,
            mailbox=copy.recipient,
            key=stored.key,
            dispatch_id=row.id,
            connection_id=connection.id,
            now=now,
        )
        tell(session, row, DeliveryStatus.DELIVERED, now)
    return Accepted("delivered in the sandbox")


class Sandbox:
    """The mailboxes as the doors show them."""

    def __init__(
        self,
        store: ServiceStore,
        files: FileStore,
        receiver: Receiver,
        tracking: Tracking,
        tracker: Tracker,
    ) -> None:
        self._store = store
        self._files = files
        self._receiver = receiver
        self._tracking = tracking
        self._tracker = tracker

    def open_mailboxes(self, mailboxes: Sequence[Mailbox]) -> None:
        """Make sure that these exist."""
        with self._store.transaction() as session:
            for mailbox in mailboxes:
                sandbox.open_mailbox(session, mailbox)

    def mailboxes(self) -> list[SandboxMailbox]:
        """All mailboxes by address."""
        with self._store.reading() as session:
            return sandbox.mailboxes(session)

    def put_mailbox(self, address: str, state: MailboxState) -> SandboxMailbox:
        """Let there be a mailbox that takes what comes, or does not."""
        with self._store.transaction() as session:
            sandbox.put_mailbox(session, address, state)
            session.flush()
            found = sandbox.mailboxes(session)
        return next(each for each in found if each.address == address.lower())

    def mails(self, address: str, limit: int) -> list[SandboxMail]:
        """The mails of a mailbox, the newest first."""
        with self._store.reading() as session:
            rows = sandbox.mails(session, address, limit)
        return [self._shown(row) for row in rows]

    def read(self, id: UUID) -> SandboxMail:
        """Open a mail as a person would: its pictures are loaded."""
        with self._store.transaction() as session:
            row = sandbox.mail(session, id)
            row.read = True
        if row.dispatch_id is not None:
            self._tracking.opened(
                self._tracker.open_token(row.dispatch_id),
                user_agent=READER,
                method="GET",
                accept="image/avif,image/webp,*/*",
                patient=True,
            )
        return self._shown(row)

    def file(self, id: UUID, number: int) -> FileRef:
        """An attachment of a mail; raises NotFound."""
        with self._store.reading() as session:
            row = sandbox.mail(session, id)
        files = self._shown(row).attachments
        if number >= len(files):
            raise NotFound("email_gateway.sandbox_file_not_found", "The mail has no such file")
        return files[number]

    def reply(self, id: UUID, text: str, attachments: Sequence[FileRef], *, quote: bool) -> None:
        """Answer a mail from the mailbox that it lies in."""
        with self._store.reading() as session:
            row = sandbox.mail(session, id)
            name = {each.address: each.name for each in sandbox.mailboxes(session)}[row.mailbox]
        raw = correspondent.answer(
            self._mail(row),
            sender=(name, row.mailbox),
            text=text,
            attachments=self._files_of(attachments),
            quote=quote,
            now=_now(),
        )
        self._receiver.keep(row.organisation_id, row.connection_id, raw)

    def write(
        self, sender: Mailbox, to: str, subject: str, text: str, attachments: Sequence[FileRef]
    ) -> None:
        """A new mail to one of our addresses; raises NotFound where it is none."""
        organisation = current().need_organisation()
        with self._store.transaction() as session:
            sandbox.open_mailbox(session, sender)
            rows = connections.listed(session)
        connection = next((row for row in rows if row.address.lower() == to.lower()), None)
        if connection is None:
            raise NotFound("email_gateway.sandbox_no_connection", f"{to} is none of our addresses")
        raw = correspondent.new_mail(
            sender=(sender.name, sender.address),
            to=to,
            subject=subject,
            text=text,
            attachments=self._files_of(attachments),
            now=_now(),
        )
        self._receiver.keep(organisation, connection.id, raw)

    def _files_of(self, attachments: Sequence[FileRef]) -> list[Attachment]:
        organisation = current().need_organisation()
        return [
            Attachment(each.name, each.content_type, self._files.read(organisation, each.key))
            for each in attachments
        ]

    def _mail(self, row: SandboxMailRow) -> Mail:
        return read_mail(self._files.read(row.organisation_id, row.key))

    def _shown(self, row: SandboxMailRow) -> SandboxMail:
        mail = self._mail(row)
        return SandboxMail(
            id=row.id,
            mailbox=row.mailbox,
            sender=Mailbox(address=mail.sender.address, name=mail.sender.name),
            reply_to=next(
                (Mailbox(address=each.address, name=each.name) for each in mail.reply_to), None
            ),
            to=[Mailbox(address=each.address, name=each.name) for each in mail.to],
            cc=[Mailbox(address=each.address, name=each.name) for each in mail.cc],
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            attachments=[
                self._file(row, each.content, each.name, each.content_type)
                for each in mail.attachments
            ],
            arrived_at=row.arrived_at,
            read=row.read,
        )

    def _file(self, row: SandboxMailRow, content: bytes, name: str, content_type: str) -> FileRef:
        stored = self._files.put(row.organisation_id, content)
        return FileRef(key=stored.key, name=name, content_type=content_type, size=stored.size)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
