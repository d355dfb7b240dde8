"""Takes texts that are due to their carriers, and writes down what came of it.

What a carrier may have is never sent a second time by itself: a text whose sender died, and a part
whose answer did not come, are uncertain until a receipt tells, or a person decides.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections import Counter
from uuid import UUID

import eventlet
import structlog

from contracts.channels import DeliveryStatus
from contracts.sms_gateway import SmsConnectionDetails, SmsConnectionKind
from fairlead.bell import Bell
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import LeaseLost, backoff, queue

from . import queueing, sandbox
from .carrier import Report
from .carriers import Carriers
from .domain import message_ids
from .domain.message_ids import IdRule
from .domain.progress import PartState
from .store import connections, texts
from .store.tables import ConnectionRow, PartRow, TextRow
from .taking import called
from .told import tell

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0  # between looks for what is due again, or was left by other processes
EACH = 50  # under way by one connection, so that a slow one leaves room for others
AT_ONCE = 500  # in all
MOST_TRIES = 8  # of a text that the carrier has a fault with


class Sender:
    """Sends what is due. One greenlet calls `send_some`; each text has one of its own."""

    def __init__(self, store: ServiceStore, carriers: Carriers) -> None:
        self._store = store
        self._carriers = carriers
        self._pool = eventlet.GreenPool(AT_ONCE)
        self._held: dict[UUID, TextRow] = {}
        self._under_way: Counter[UUID] = Counter()
        self._bell = Bell()
        self._stopping = False

    def wake(self) -> None:
        """There are new texts."""
        self._bell.ring()

    def keep_leases(self) -> None:
        """Renew the leases of what is being sent here."""
        held = list(self._held.values())
        if held:
            with self._store.transaction(EVERYWHERE) as session:
                texts.renew(session, held, _now())

    def stop(self) -> None:
        """Let what is under way end."""
        self._stopping = True
        self._pool.waitall()

    def send_some(self) -> None:
        """Begin to send some texts; where there are none, wait a moment for one."""
        rows = [] if self._stopping else self._claimed()
        for row in rows:
            assert row.connection_id is not None  # for the type checker: it was claimed by it
            self._under_way[row.connection_id] += 1
            self._pool.spawn_n(self._send, row, row.connection_id)
        if not rows:
            self._bell.wait(IDLE_SECONDS)

    def _claimed(self) -> list[TextRow]:
        """Texts that are due, of each connection as many as it has room for; who has the fewest
        under way comes first."""
        free, owner = self._pool.free(), secrets.token_hex(8)
        waiting = sorted(self._carriers.ready(), key=self._under_way.__getitem__)
        room = {each: EACH - self._under_way[each] for each in waiting}
        rows: list[TextRow] = []
        if not free or not any(room.values()):
            return rows
        with self._store.transaction(EVERYWHERE) as session:
            for connection, more in room.items():
                most = min(free - len(rows), more)
                if most > 0:
                    rows += texts.claim_due(session, owner, _now(), most, [connection])
            for row in rows:
                self._held[row.id] = row
        return rows

    def _send(self, row: TextRow, connection_id: UUID) -> None:
        try:
            with self._store.reading(row.organisation_id) as session:
                connection = connections.get(session, connection_id, removed=True)
                parts = texts.parts(session, row.id)
                stopped = queueing.stopped(session, row.number, exact=row.exact) is not None
            report = self._try(row, connection, parts, stopped=stopped)
            self._write_down(row, connection.details, report)
        except LeaseLost:
            log.warning("lease lost while sending", text=str(row.id))
        except Exception as error:
            # Its lease runs out; who claims it then sees that it was begun.
            log.error("text not sent", text=str(row.id), exc_info=error)
        finally:
            self._held.pop(row.id, None)
            self._under_way[connection_id] -= 1
            if self._under_way[connection_id] == EACH // 2:
                self._bell.ring()  # others of it may wait for nothing but room

    def _try(
        self, row: TextRow, connection: ConnectionRow, parts: list[PartRow], *, stopped: bool
    ) -> Report:
        waiting = [part.number for part in parts if part.state is PartState.WAITING]
        if row.reclaimed:
            said = "Sending was interrupted; whether it left is not known"
            return Report(doubtful=dict.fromkeys(waiting, said))
        if stopped:  # since it was taken in
            return Report(refused=dict.fromkeys(waiting, queueing.STOPPED))
        if row.valid_until <= _now():
            return Report(refused=dict.fromkeys(waiting, "It could not be sent in time"))
        if connection.removed:
            return Report(refused=dict.fromkeys(waiting, "The connection was removed"))
        if connection.details.kind is SmsConnectionKind.SANDBOX:
            sandbox.deliver(self._store, connection, row)
            return Report(taken={number: f"{row.id}-{number}" for number in waiting})
        carrier = self._carriers.of(connection.id)
        if carrier is None:
            return Report(again="The connection is another process's", soon=True)
        return carrier.send(row, waiting)

    def _write_down(self, row: TextRow, details: SmsConnectionDetails, report: Report) -> None:
        rule = IdRule(details.smpp.id_rule.value) if details.smpp else IdRule.AS_IS
        now = _now()
        with self._store.transaction(row.organisation_id) as session:
            text = texts.locked(session, row.id)
            if text is None:
                return
            parts = {part.number: part for part in texts.parts(session, row.id)}
            for id in dict.fromkeys(report.taken.values()):
                taken = [parts[number] for number, each in report.taken.items() if each == id]
                called(session, taken, message_ids.of_answer(id, rule))
            for number, reason in report.doubtful.items():
                texts.note(session, parts[number], PartState.UNCERTAIN, reason)
            for number, reason in report.refused.items():
                texts.note(session, parts[number], PartState.FAILED, reason)
            progress, news = texts.add_up(session, text)
            again = report.again is not None and progress.status is not DeliveryStatus.FAILED
            if (again and row.attempts < MOST_TRIES) or report.soon:
                wait = 1.0 if report.soon else backoff(row.attempts, first=2.0, cap=120.0)
                tries = row.attempts - 1 if report.soon else row.attempts
                queue.postpone(
                    session,
                    row,
                    now=now,
                    seconds=wait,
                    error=report.again or "",
                    attempts=tries,
                )
            else:
                if again:
                    for part in parts.values():
                        texts.note(session, part, PartState.FAILED, report.again)
                    _, news = texts.add_up(session, text)
                queue.finish(session, row, now=now)
            if news:
                tell(session, text, now, permanent=report.bad_number)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
