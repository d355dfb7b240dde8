"""Takes texts that are due to their carriers, and writes down what came of it.

What a carrier may have is never sent a second time by itself: a text whose sender died, and a part
whose answer did not come, are uncertain until a receipt tells, or a person decides.
"""

from __future__ import annotations

import datetime as dt
import secrets
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
AT_ONCE = 50
MOST_TRIES = 8  # of a text that the carrier has a fault with


class Sender:
    """Sends what is due. One greenlet calls `send_some`; each text has one of its own."""

    def __init__(self, store: ServiceStore, carriers: Carriers) -> None:
        self._store = store
        self._carriers = carriers
        self._pool = eventlet.GreenPool(AT_ONCE)
        self._held: dict[UUID, TextRow] = {}
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
        room = self._pool.free()
        ready = self._carriers.ready()
        rows: list[TextRow] = []
        if room and ready and not self._stopping:
            with self._store.transaction(EVERYWHERE) as session:
                rows = texts.claim_due(session, secrets.token_hex(8), _now(), room, ready)
                for row in rows:
                    self._held[row.id] = row
        for row in rows:
            self._pool.spawn_n(self._send, row)
        if not rows:
            self._bell.wait(IDLE_SECONDS)

    def _send(self, row: TextRow) -> None:
        try:
            with self._store.reading(row.organisation_id) as session:
                assert row.connection_id is not None  # for the type checker: it was claimed by it
                connection = connections.get(session, row.connection_id, removed=True)
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
                queue.postpone(session, row, now=now, seconds=wait, error=report.again or "")
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
