"""Stores what was fetched, then works it off: to the inbox as messages, to deliveries as fates."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

import eventlet.tpool
import structlog
from sqlalchemy.orm import Session

from contracts.channels import DeliveryStatus, MessageReceived
from contracts.common import Channel, FileRef
from fairlead.bus import publish
from fairlead.context import service_context
from fairlead.files import FileStore
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import queue

from .domain.automatic import Kind, is_own
from .domain.bounces import Report, ReportKind
from .domain.headers import first, read_ids
from .domain.leaving import token_in
from .domain.mime import Mail, open_entity
from .domain.threads import How, Threader, candidates
from .domain.tracking import Tracker
from .imap_settings import LARGEST
from .leaving import leave
from .patience import patiently
from .store import connections, incoming, outgoing
from .store.tables import DispatchRow, IncomingRow
from .told import tell
from .understanding import Understood, mailbox, understand

log = structlog.get_logger(__name__)

CLAIMED_AT_ONCE = 8
# Reading an honest mail of this many bytes takes some 10 ms, one that is made to be slow half a
# second: too long for the hub.
LARGE = 50_000
CLOCKS = dt.timedelta(hours=1)  # between the sender's and ours

_STATUS = {
    ReportKind.FAILED: DeliveryStatus.FAILED,
    ReportKind.DELIVERED: DeliveryStatus.DELIVERED,
    ReportKind.RELAYED: DeliveryStatus.SENT,  # a server has it that reports no more
    ReportKind.DISPLAYED: DeliveryStatus.READ,
}

_SUCCESS = frozenset({ReportKind.DELIVERED, ReportKind.RELAYED})
# Where Outlook puts the Message-ID of a mail to which it gives its own.
ORIGINAL_ID = "x-microsoft-original-message-id"


class Deadly(Exception):
    """A mail that ends the process which reads it."""


class Receiver:
    """One for the service; any number of greenlets and processes may work at once."""

    def __init__(
        self,
        store: ServiceStore,
        files: FileStore,
        threaders: Sequence[Threader],
        tracker: Tracker,
    ) -> None:
        self._store = store
        self._files = files
        self._threaders = threaders  # one for each key, the newest first
        self._tracker = tracker

    def keep(
        self,
        organisation: UUID,
        connection_id: UUID,
        raw: bytes,
        *,
        truncated: bool = False,
        imported: bool = False,
        came_at: dt.datetime | None = None,
        also: Callable[[Session], None] = lambda session: None,
    ) -> bool:
        """Store a mail, and what is `also` to be written then; returns whether it is new.

        One that is `imported` came long ago, at `came_at` where that is known: it waits behind the
        new ones.
        """
        fields, _ = open_entity(raw)
        mail_id = next(iter(read_ids(first(fields, "message-id"))), "")
        stored = self._files.put(organisation, raw, limit=LARGEST)
        now = _now()
        with self._store.transaction(organisation) as session:
            also(session)
            return incoming.add(
                session,
                connection_id=connection_id,
                mail_id=mail_id[:280],
                fingerprint=incoming.fingerprint(
                    raw, mail_id, first(fields, "from"), first(fields, "date")
                ),
                key=stored.key,
                size=stored.size,
                truncated=truncated,
                imported=imported,
                received_at=min(came_at or now, now) if imported else now,
                now=now,
            )

    def work_some(self) -> bool:
        """Work off some stored mails; returns whether there were any."""
        owner = secrets.token_hex(8)
        with self._store.transaction(EVERYWHERE) as session:
            rows = incoming.claim_due(session, owner, _now(), CLAIMED_AT_ONCE)
        for row in rows:
            try:
                if row.begun and row.attempts > incoming.LAST_ATTEMPT:
                    raise Deadly(f"each process that worked on it died, {row.attempts - 1} times")
                patiently(partial(self._work, row))
            except Exception as error:
                patiently(partial(self._failed, row, error))
        return bool(rows)

    def _work(self, row: IncomingRow) -> None:
        organisation = row.organisation_id
        raw = self._files.read(organisation, row.key)
        with self._store.reading(organisation) as session:
            rows = connections.listed(session)
        # A domain is ours where we sign for it; at a public mail host it is everybody's.
        domains = [each.details.dkim.domain for each in rows if each.details.dkim]
        arguments = (raw, domains)
        understood = (
            eventlet.tpool.execute(understand, *arguments)
            if len(raw) > LARGE
            else understand(*arguments)
        )
        files = self._attachments(organisation, understood.mail)
        addresses = [each.address for each in rows]
        with self._store.transaction(organisation) as session:
            kind = understood.kind
            if understood.report is None and self._came_back(session, understood.mail, addresses):
                kind = Kind.LOOP
            else:
                self._tell(session, row, understood, files)
            queue.finish(session, row, now=_now(), kind=kind.value)

    def _tell(
        self, session: Session, row: IncomingRow, understood: Understood, files: list[FileRef]
    ) -> None:
        if self._left(session, row, understood.mail):
            return
        dispatches, how = self._answered(session, understood)
        report = understood.report
        if report is not None:
            if dispatches and self._report(session, row, report, dispatches):
                return
            if report.kind in _SUCCESS:  # of what we know nothing of; there is nothing to read
                return
        answered = dispatches[0] if dispatches else None
        name = incoming.provider_id(session, row)
        event = _received(row, name, understood, files, answered, how)
        publish(session, event, context=service_context(row.organisation_id))

    def _left(self, session: Session, row: IncomingRow, mail: Mail) -> bool:
        """Whether the mail only says that somebody wants no bulk mail any more; it is done then."""
        token = token_in(mail.subject)
        id = None if token is None else self._tracker.read_unsubscribe(token)
        dispatch = None if id is None else outgoing.get(session, id)
        if dispatch is None:
            return False
        leave(session, dispatch, row.received_at)
        return True

    def _came_back(self, session: Session, mail: Mail, own: Sequence[str]) -> bool:
        """Whether it is a mail that this organisation sent: the store knows its id, or we signed
        that, whatever became of the row, and one of our addresses wrote it."""
        ids = [mail.message_id, *mail.headers.get(ORIGINAL_ID, ())]
        if outgoing.by_mail_ids(session, ids):
            return True
        signed = any(each.message_of(id) for each in self._threaders for id in ids)
        return signed and is_own(mail.sender.address, own)

    def _answered(
        self, session: Session, understood: Understood
    ) -> tuple[list[DispatchRow], str | None]:
        """The dispatches that a mail answers or reports on, and how that is known.

        The session sees one organisation, so a token of another finds nothing.
        """
        matches = (each.match(understood.mail, understood.report) for each in self._threaders)
        match = next((each for each in matches if each is not None), None)
        if match is not None:
            if match.how is How.BOUNCE or understood.report is not None:
                one = outgoing.get(session, match.dispatch_id)
                if one is not None:
                    return [one], match.how.value
            rows = outgoing.of_message(session, match.dispatch_id)
            if rows:
                return list(rows), match.how.value
        rows = outgoing.by_mail_ids(session, candidates(understood.mail, understood.report))
        return list(rows), "provider_id" if rows else None

    def _report(
        self,
        session: Session,
        row: IncomingRow,
        report: Report,
        dispatches: list[DispatchRow],
    ) -> bool:
        """Put a report onto its deliveries; returns whether it was about any."""
        status = _STATUS.get(report.kind)
        if status is None:  # a delay or a complaint: nothing has happened to the delivery
            return report.kind is ReportKind.DELAYED
        named = {each.address.lower(): each for each in report.recipients}
        about = [each for each in dispatches if each.address.lower() in named]
        if not about and len(dispatches) == 1:
            about = dispatches  # the address was rewritten on the way; the token names the copy
        for dispatch in about:
            outgoing.stop(session, dispatch.id, status, row.received_at)
            mine = named.get(dispatch.address.lower())
            failed = mine or next(iter(report.recipients), None)
            tell(
                session,
                dispatch,
                status,
                row.received_at,
                code=failed.status if failed else None,
                reason=report.reason if status is DeliveryStatus.FAILED else None,
                # Where it names another address, to which he forwards, his own is not at fault.
                permanent=bool(mine and mine.hard and status is DeliveryStatus.FAILED),
            )
        return bool(about)

    def _attachments(self, organisation: UUID, mail: Mail) -> list[FileRef]:
        found = []
        for attachment in mail.attachments:
            stored = self._files.put(organisation, attachment.content, limit=LARGEST)
            found.append(
                FileRef(
                    key=stored.key,
                    name=attachment.name,
                    content_type=attachment.content_type,
                    size=stored.size,
                    content_id=attachment.content_id or None if attachment.inline else None,
                )
            )
        return found

    def _failed(self, row: IncomingRow, error: Exception) -> None:
        """Later again, and after some tries aside: one mail never stops the others."""
        text = f"{type(error).__name__}: {error}"
        last = row.attempts >= incoming.LAST_ATTEMPT
        log.error("mail not understood", mail=str(row.id), aside=last, exc_info=error)
        with self._store.transaction(row.organisation_id) as session:
            if last:
                queue.finish(session, row, now=_now(), error=text[:2000])
            else:
                queue.postpone(session, row, now=_now(), seconds=10.0 * row.attempts, error=text)


def _received(
    row: IncomingRow,
    provider_id: str,
    understood: Understood,
    files: list[FileRef],
    answered: DispatchRow | None,
    how: str | None,
) -> MessageReceived:
    mail = understood.mail
    said = understood.said
    return MessageReceived(
        id=row.id,
        channel=Channel.EMAIL,
        connection_id=row.connection_id,
        provider_id=provider_id,
        sender=mailbox(mail.sender.name, mail.sender.address),
        reply_to=mailbox(mail.reply_to[0].name, mail.reply_to[0].address)
        if mail.reply_to
        else None,
        to=[mailbox(each.name, each.address) for each in mail.to],
        cc=[mailbox(each.name, each.address) for each in mail.cc],
        subject=mail.subject,
        text=said.text,
        html=said.html,
        quoted_text=said.quoted_text,
        quoted_html=said.quoted_html,
        attachments=files,
        answers=answered.message_id if answered else None,
        answers_by=how,
        references=[*mail.references, *mail.in_reply_to][-50:],
        automatic=understood.automatic,
        sent_at=_sent_at(mail, row),
        received_at=row.received_at,
        defects=[
            *mail.defects,
            *(["too large: only its head was fetched"] if row.truncated else []),
        ],
        imported=row.imported,
    )


def _sent_at(mail: Mail, row: IncomingRow) -> dt.datetime | None:
    """When it was written. History stands in the order of it, so a date from after a mail's own
    arrival is none there."""
    if row.imported and mail.date is not None and mail.date > row.received_at + CLOCKS:
        return None
    return mail.date


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
