"""Takes texts that are due to their carriers, and writes down what came of it.

What a carrier may have is never sent a second time by itself: a text whose sender died, and a part
whose answer did not come, are uncertain until a receipt tells, or a person decides.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, field
from uuid import UUID

import eventlet
import structlog
from eventlet.semaphore import Semaphore

from contracts.channels import DeliveryStatus
from contracts.sms_gateway import SmsConnectionDetails, SmsConnectionKind
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import LeaseLost, backoff, queue

from . import sandbox
from .carriers import Carriers
from .domain import joining, message_ids, senders
from .domain.joining import DefaultAlphabet, Joining, Piece
from .domain.message_ids import IdRule
from .domain.parts import Reference, split
from .domain.progress import PartState
from .smpp import verdicts
from .smpp.line import Unanswered
from .smpp.pdus import Short
from .smpp.verdicts import Verdict
from .smpp_carrier import NotSignedIn, PartOf, SmppCarrier
from .store import connections, texts
from .store.tables import ConnectionRow, PartRow, TextRow
from .taking import called
from .told import tell

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0  # between looks for what is due again, or was left by other processes
AT_ONCE = 50
MOST_TRIES = 8  # of a text that the carrier has a fault with
RECEIPT_WANTED = 1


@dataclass
class _Report:
    """What came of the parts of one try."""

    taken: dict[int, str] = field(default_factory=dict)  # number of the part to the carrier's id
    doubtful: dict[int, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    again: str | None = None
    soon: bool = False
    bad_number: bool = False


class Sender:
    """Sends what is due. One greenlet calls `send_some`; each text has one of its own."""

    def __init__(self, store: ServiceStore, carriers: Carriers) -> None:
        self._store = store
        self._carriers = carriers
        self._pool = eventlet.GreenPool(AT_ONCE)
        self._held: dict[UUID, TextRow] = {}
        self._wanted = Semaphore(0)
        self._stopping = False

    def wake(self) -> None:
        """There are new texts."""
        if self._wanted.counter < 1:
            self._wanted.release()

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
            self._wanted.acquire(timeout=IDLE_SECONDS)

    def _send(self, row: TextRow) -> None:
        try:
            with self._store.reading(row.organisation_id) as session:
                assert row.connection_id is not None  # for the type checker: it was claimed by it
                connection = connections.get(session, row.connection_id, removed=True)
                parts = texts.parts(session, row.id)
            report = self._try(row, connection, parts)
            self._write_down(row, connection.details, report)
        except LeaseLost:
            log.warning("lease lost while sending", text=str(row.id))
        except Exception as error:
            # Its lease runs out; who claims it then sees that it was begun.
            log.error("text not sent", text=str(row.id), exc_info=error)
        finally:
            self._held.pop(row.id, None)

    def _try(self, row: TextRow, connection: ConnectionRow, parts: list[PartRow]) -> _Report:
        waiting = [part.number for part in parts if part.state is PartState.WAITING]
        if row.reclaimed:
            said = "Sending was interrupted; whether it left is not known"
            return _Report(doubtful=dict.fromkeys(waiting, said))
        if row.valid_until <= _now():
            return _Report(refused=dict.fromkeys(waiting, "It could not be sent in time"))
        if connection.removed:
            return _Report(refused=dict.fromkeys(waiting, "The connection was removed"))
        if connection.details.kind is SmsConnectionKind.SANDBOX:
            sandbox.deliver(self._store, connection, row)
            return _Report(taken={number: f"{row.id}-{number}" for number in waiting})
        carrier = self._carriers.of(connection.id)
        if carrier is None:
            return _Report(again="The connection is another process's", soon=True)
        return _submit(row, connection.details, carrier, waiting)

    def _write_down(self, row: TextRow, details: SmsConnectionDetails, report: _Report) -> None:
        rule = IdRule(details.smpp.id_rule.value) if details.smpp else IdRule.AS_IS
        now = _now()
        with self._store.transaction(row.organisation_id) as session:
            text = texts.locked(session, row.id)
            if text is None:
                return
            parts = {part.number: part for part in texts.parts(session, row.id)}
            for number, id in report.taken.items():
                called(session, parts[number], message_ids.of_answer(id, rule))
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


def _submit(
    row: TextRow, details: SmsConnectionDetails, carrier: SmppCarrier, waiting: list[int]
) -> _Report:
    """Send the parts that wait, in their order; a fault of one keeps those behind it back."""
    report = _Report()
    pieces = pieces_of(row, details)
    for number in waiting:
        message = _message(row, details, pieces[number - 1])
        try:
            answer = carrier.submit(PartOf(row.id, number), message)
        except NotSignedIn:
            report.again, report.soon = "The carrier is away", True
            return report
        except Unanswered as error:
            report.doubtful[number] = f"The carrier did not answer ({error}); it may have arrived"
            continue
        verdict = verdicts.of(answer.status)
        if verdict is Verdict.TAKEN:
            report.taken[number] = answer.message_id
            continue
        if verdict is Verdict.SLOW_DOWN:
            carrier.pace.slow_down()
        if verdict in (Verdict.SLOW_DOWN, Verdict.AGAIN):
            report.again = verdicts.sentence(answer.status)
            report.soon = verdict is Verdict.SLOW_DOWN
            return report
        report.bad_number = verdict is Verdict.BAD_NUMBER
        report.refused = dict.fromkeys(waiting, verdicts.sentence(answer.status))
        for done in report.taken:
            report.refused.pop(done)
        return report
    return report


def pieces_of(row: TextRow, details: SmsConnectionDetails) -> list[Piece]:
    """The parts of a text as its connection takes them; the same at each try."""
    smpp = details.smpp
    assert smpp is not None  # for the type checker: the kind has it
    bits = Reference.BITS_16 if smpp.long_reference else Reference.BITS_8
    return joining.pieces(
        split(row.text, bits),
        row.reference,
        Joining(smpp.joining.value),
        bits,
        DefaultAlphabet(smpp.alphabet.value),
    )


def _message(row: TextRow, details: SmsConnectionDetails, piece: Piece) -> Short:
    minutes = max(1, int((row.valid_until - _now()).total_seconds() // 60))
    days, hours, left = minutes // 1440, minutes % 1440 // 60, minutes % 60
    return Short(
        source=senders.sender(details.sender),
        destination=senders.destination(row.number),
        text=piece.text,
        data_coding=piece.data_coding,
        esm_class=piece.esm_class,
        registered_delivery=RECEIPT_WANTED,  # for every part: some answer for the first alone
        validity=f"0000{days:02d}{hours:02d}{left:02d}00000R",  # relative, 7.1.1
        tlvs=piece.tlvs,
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
