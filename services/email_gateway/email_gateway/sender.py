"""Takes mails that are due to their servers, or to the sandbox, and writes down what came of it."""

from __future__ import annotations

import datetime as dt
import secrets
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias
from uuid import UUID

import structlog
from eventlet.semaphore import Semaphore
from sqlalchemy.orm import Session

from contracts.accounts import Organisation
from contracts.channels import DeliveryStatus, EmailQueued
from contracts.email_gateway import ConnectionKind
from fairlead import metrics
from fairlead.errors import Failure, Invalid, NotFound, Unavailable
from fairlead.files import FileStore
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import LeaseLost, queue

from . import reachability, sandbox, writing
from .connecting import Pools
from .domain import fate
from .domain.delivery import Accepted, Outcome, Phase, Refused, Uncertain, Unreachable
from .domain.fate import Fate
from .domain.fields import LetterRefused
from .domain.given_ids import given_id
from .domain.parts import Attachment
from .layout import LayoutRefused
from .patience import patiently
from .reachability import Way
from .receiver import Receiver
from .store import connections, outgoing
from .store.tables import ConnectionRow, DispatchRow
from .told import tell
from .writing import Copy, Desk

log = structlog.get_logger(__name__)

CLAIMED_AT_ONCE = 4
FILES_AWAY_SECONDS = 15.0  # until a mail whose files cannot be had is tried again
IDLE_SECONDS = 1.0  # between looks for what is due again, or was left by other processes
KNOWN_SECONDS = 1.0  # for so long a connection is used as it was read, whoever changes it elsewhere
NO_CONNECTION = "No email connection is configured; add one under Settings, Email"

Road: TypeAlias = tuple[ConnectionRow | None, Organisation | None]


@dataclass
class Batch:
    """Mails of one claim that are still to be sent, in this order."""

    jobs: deque[tuple[DispatchRow, EmailQueued]]


class Sender:
    """Sends what is due. Any number of greenlets and processes may call `send_one`."""

    def __init__(
        self,
        store: ServiceStore,
        files: FileStore,
        receiver: Receiver,
        desk: Desk,
        pools: Pools,
    ) -> None:
        self._store = store
        self._files = files
        self._receiver = receiver
        self._desk = desk
        self._pools = pools
        self._batches: deque[Batch] = deque()  # each with one greenlet at a time, or here
        self._held: dict[UUID, DispatchRow] = {}
        self._wanted = Semaphore(0)
        self._more = True  # whether the last claim left any, as far as can be told
        self._roads: dict[tuple[UUID, UUID | None], Road] = {}
        self._read_at = 0.0

    def wake(self) -> None:
        """There are new mails."""
        if self._wanted.counter < CLAIMED_AT_ONCE:  # who wakes takes as many, then looks again
            self._wanted.release()

    def forget(self) -> None:
        """A connection or an organisation was changed here: the next mail reads them anew."""
        self._roads.clear()

    def keep_leases(self) -> None:
        """Renew the leases of what is being sent here."""
        held = list(self._held.values())
        if held:
            now = _now()
            with self._store.transaction(EVERYWHERE) as session:
                renewed = outgoing.renew(session, held, now)
            for row in renewed:
                row.lease_until = now + outgoing.LEASE
        self._pools.reap()

    def stop(self) -> None:
        """Nobody sends any more: let others have what was claimed, and leave the servers."""
        for row in [row for batch in self._batches for row, _ in batch.jobs]:
            with suppress(LeaseLost), self._store.transaction(EVERYWHERE) as session:
                queue.release(session, row)
        self._batches.clear()
        self._pools.close()

    def send_one(self) -> None:
        """Send a mail; where there is none, wait a moment for one."""
        if self._batches:
            batch = self._batches.popleft()
        else:
            if not self._more:
                self._wanted.acquire(timeout=IDLE_SECONDS)
            batch = self._claim()
        if not batch.jobs:
            return
        row, queued = batch.jobs.popleft()
        try:
            if row.lease_until is not None and row.lease_until > _now():
                self._send(row, queued)
            else:  # we stood still for so long that another may have it, as one not yet begun
                log.warning("lease lost before sending", dispatch=str(row.id))
        finally:
            self._held.pop(row.id, None)
            if batch.jobs:
                self._batches.append(batch)

    def _claim(self) -> Batch:
        owner = secrets.token_hex(8)
        with self._store.transaction(EVERYWHERE) as session:
            claimed = outgoing.claim_due(session, owner, _now(), CLAIMED_AT_ONCE)
            jobs = [
                (row, queued)
                for row, queued in claimed
                if not row.begun or self._goes_on(session, row, queued)
            ]
        self._more = len(claimed) >= CLAIMED_AT_ONCE
        self._held |= {row.id: row for row, _ in jobs}
        return Batch(deque(jobs))

    def _goes_on(self, session: Session, row: DispatchRow, queued: EmailQueued) -> bool:
        """Whoever had it died, perhaps after the server took it, and perhaps of it: nobody knows.
        Returns whether it is sent again, which is at once: its lease was wait enough."""
        now = _now()
        row.doubts += 1
        interrupted = Uncertain("sending was interrupted")
        decided = fate.decide(interrupted, row.attempts, _age(queued, now), row.doubts)
        if decided.again is None:
            session.flush()
            queue.finish(session, row, now=now, **_notes(None, decided, interrupted, now))
        tell(session, row, DeliveryStatus.UNCERTAIN, now, reason=decided.reason)
        return decided.again is not None

    def _send(self, row: DispatchRow, queued: EmailQueued) -> None:
        begun = time.monotonic()
        connection, organisation = self._road(row)
        copy: Copy | None = None
        outcome: Outcome
        if connection is None:
            # Employees are written to before the first connection is made; they get it after it.
            none = Unreachable(Phase.QUEUE, NO_CONNECTION)
            outcome = none if row.notice else _refused(NO_CONNECTION)
        elif organisation is None:
            outcome = Unreachable(Phase.QUEUE, "the organisation's settings are not known yet")
        elif queued.bulk and patiently(partial(self._is_unsubscribed, row, queued)):
            outcome = _refused("The recipient unsubscribed from bulk mail")
        else:
            try:
                copy = self._copy(row, queued, connection, organisation)
            except (LetterRefused, LayoutRefused, Invalid, NotFound) as error:
                outcome = _refused(str(error))
            except Unavailable as error:
                outcome = Unreachable(Phase.QUEUE, str(error), retry_after=FILES_AWAY_SECONDS)
            else:
                outcome = self._transmit(connection, copy, row, queued)
        row.doubts += isinstance(outcome, Uncertain)
        decided = fate.decide(outcome, row.attempts, _age(queued, _now()), row.doubts)
        # Were the server's word forgotten over an outage, the mail would be sent a second time.
        patiently(partial(self._write_down, row, connection, copy, decided, outcome))
        metrics.SENDS.labels("email_gateway", "email", type(outcome).__name__.lower()).observe(
            time.monotonic() - begun
        )

    def _road(self, row: DispatchRow) -> Road:
        """The connection to send by, and who sends; what is missing is looked for each time."""
        if time.monotonic() - self._read_at > KNOWN_SECONDS:
            self._roads.clear()
            self._read_at = time.monotonic()
        wanted = row.organisation_id, row.connection_id
        known = self._roads.get(wanted)
        if known is None:
            known = patiently(partial(self._read_road, *wanted))
            if None not in known:
                self._roads[wanted] = known
        return known

    def _read_road(self, organisation: UUID, connection: UUID | None) -> Road:
        with self._store.reading(organisation) as session:
            return connections.choose(session, connection), connections.organisation(session)

    def _is_unsubscribed(self, row: DispatchRow, queued: EmailQueued) -> bool:
        with self._store.reading(row.organisation_id) as session:
            return outgoing.is_unsubscribed(session, row.address, queued.queued_at)

    def _copy(
        self,
        row: DispatchRow,
        queued: EmailQueued,
        connection: ConnectionRow,
        organisation: Organisation,
    ) -> Copy:
        attachments = [
            Attachment(
                name=file.name,
                content_type=file.content_type,
                content=self._files.read(row.organisation_id, file.key),
                content_id=file.content_id,
            )
            for file in queued.attachments
        ]
        recipient = writing.recipient_of(queued, row.id)
        return writing.write_copy(
            self._desk, queued, recipient, connection.details, organisation, attachments
        )

    def _transmit(
        self, connection: ConnectionRow, copy: Copy, row: DispatchRow, queued: EmailQueued
    ) -> Outcome:
        if connection.details.kind is ConnectionKind.SANDBOX:
            return sandbox.deliver(self._store, self._files, self._receiver, connection, copy, row)
        try:
            account = self._pools.account(connection)
            data = account.sign(copy.data)
        except Failure as error:  # of the connection's settings; no server was asked yet
            return Unreachable(Phase.QUEUE, str(error))
        outcome = account.pool.send(
            copy.envelope_from,
            copy.recipient,
            data,
            envelope_id=copy.envelope_id,
            notify=writing.reports(queued, connection.details, notice=row.notice),
        )
        if isinstance(outcome, Unreachable) and outcome.phase is Phase.AUTH:
            self._pools.tokens.forget(connection.id)
        return outcome

    def _write_down(
        self,
        row: DispatchRow,
        connection: ConnectionRow | None,
        copy: Copy | None,
        decided: Fate,
        outcome: Outcome,
    ) -> None:
        now = _now()
        try:
            with self._store.transaction(row.organisation_id) as session:
                given = _given_id(connection, outcome)
                notes = _notes(copy, decided, outcome, now) | {"doubts": row.doubts}
                _settle(session, row, decided, notes | {"given_id": given}, now)
                if decided.status is not None:
                    for name in _names(copy, given):
                        tell(
                            session,
                            row,
                            decided.status,
                            now,
                            provider_id=name,
                            code=decided.code,
                            reason=decided.reason,
                            permanent=decided.permanent,
                        )
                if connection is not None and not _is_ours(outcome):
                    reason = decided.reason if decided.unreachable else None
                    # As it was read before the mail went out: it is read again only to be changed.
                    if not reachability.says(connection, Way.OUT, reason):
                        reachability.set_reached(session, connection.id, Way.OUT, reason, now)
        except LeaseLost:
            # The lease ran out while the server was slow; who has it now sends it again.
            log.warning("lease lost while sending", dispatch=str(row.id))


def _settle(
    session: Session, row: DispatchRow, decided: Fate, notes: dict[str, object], now: dt.datetime
) -> None:
    if decided.again is None:
        queue.finish(session, row, now=now, **notes)
    else:
        error = decided.reason or ""
        queue.postpone(session, row, now=now, seconds=decided.again, error=error, **notes)


def _notes(
    copy: Copy | None, decided: Fate, outcome: Outcome, now: dt.datetime
) -> dict[str, object]:
    """What the dispatch's row is to say of the attempt."""
    values: dict[str, object] = {"code": decided.code, "reason": decided.reason}
    if decided.status is not None:
        values["status"] = decided.status.value
    if copy is not None:
        values |= {"mail_id": copy.mail_id, "links": copy.links}
    if isinstance(outcome, Accepted):
        values |= {"sent_at": now, "answer": outcome.answer}
    return values


def _given_id(connection: ConnectionRow | None, outcome: Outcome) -> str | None:
    server = connection.details.smtp if connection else None
    if server is None or not isinstance(outcome, Accepted):
        return None
    return given_id(server.host, outcome.answer)


def _names(copy: Copy | None, given: str | None) -> list[str | None]:
    """What the mail is called; first what its recipient sees, to which our next mail refers."""
    names = [given, copy.mail_id if copy else None]
    return [name for name in dict.fromkeys(names) if name] or [None]


def _is_ours(outcome: Outcome) -> bool:
    """Whether our own limits stood in the way, which says nothing of the server."""
    return isinstance(outcome, Unreachable) and outcome.retry_after is not None


def _refused(text: str) -> Refused:
    return Refused(Phase.QUEUE, 554, "5.6.0", text)


def _age(queued: EmailQueued, now: dt.datetime) -> float:
    return (now - queued.queued_at).total_seconds()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
