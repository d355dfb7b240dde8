"""Takes messages that are due to their network, piece by piece, and writes down what came of it.

What the network may have is never sent a second time by itself: a piece whose sender died, or whose
answer did not come, is uncertain until the network tells, or a person decides.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import eventlet
import structlog
from sqlalchemy.orm import Session

from contracts.channels import DeliveryStatus
from fairlead.bell import Bell
from fairlead.service import EVERYWHERE, ServiceStore
from fairlead.store import Claimable, LeaseLost, backoff, queue

from . import leaving, outcomes, queueing
from .cloud import templates as at_meta
from .domain.pieces import Named
from .domain.pieces import pieces as pieces_of
from .domain.progress import PieceState
from .drivers import Again, Driver, Outcome, Parcel, Paused, Stopped, Taken
from .leaving import Held, Lost
from .numbers import Numbers
from .store import connections, outgoing, templates
from .store.tables import AmendmentRow, ConnectionRow, MessageRow, PieceRow
from .told import tell

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0  # between looks for what is due again, or was left by other processes
AT_ONCE = 50
MOST_TRIES = 8  # of a piece that the network has a fault with
INTERRUPTED = "Sending was interrupted; whether it left is not known"


class Sender:
    """Sends what is due. One greenlet calls `send_some`; each message has one of its own."""

    def __init__(self, store: ServiceStore, numbers: Numbers, bell: Bell) -> None:
        self._store = store
        self._numbers = numbers
        self._pool = eventlet.GreenPool(AT_ONCE)
        self._held: dict[UUID, Claimable] = {}
        self._bell = bell
        self._stopping = False

    def keep_leases(self) -> None:
        """Renew the leases of what is being sent here."""
        held = list(self._held.values())
        if held:
            with self._store.transaction(EVERYWHERE) as session:
                outgoing.renew(session, held, _now())

    def stop(self) -> None:
        """Let what is under way end."""
        self._stopping = True
        self._pool.waitall()

    def send_some(self) -> None:
        """Begin to send some messages and amendments; where there are none, wait a moment."""
        begun = self._begin_messages() + self._begin_amendments()
        if not begun:
            self._bell.wait(IDLE_SECONDS)

    def _begin_messages(self) -> int:
        room = self._pool.free()
        if not room or self._stopping:
            return 0
        with self._store.transaction(EVERYWHERE) as session:
            ready = self._numbers.ready(session)
            owner = secrets.token_hex(8)
            rows = outgoing.claim_due(session, owner, _now(), room, ready) if ready else []
        return self._spawn(self._send, rows)

    def _begin_amendments(self) -> int:
        room = self._pool.free()
        if not room or self._stopping:
            return 0
        with self._store.transaction(EVERYWHERE) as session:
            ready = self._numbers.ready(session)
            owner = secrets.token_hex(8)
            rows = outgoing.claim_amendments(session, owner, _now(), room, ready) if ready else []
        return self._spawn(self._amend, rows)

    def _spawn(self, work: Callable[..., None], rows: list[outgoing.Leased]) -> int:
        for row in rows:
            self._held[row.id] = row  # type: ignore[attr-defined]
            self._pool.spawn_n(self._work, work, row)
        return len(rows)

    def _work(self, work: Callable[..., None], row: MessageRow | AmendmentRow) -> None:
        try:
            work(row)
        except LeaseLost:
            log.warning("lease lost while sending", row=str(row.id))
        except Exception as error:
            # Its lease runs out; who claims it then sees what was begun.
            log.error("not sent", row=str(row.id), exc_info=error)
        finally:
            self._held.pop(row.id, None)
            if isinstance(row, MessageRow):
                self._bell.ring()  # the next one of its chat may go

    def _send(self, row: MessageRow) -> None:
        with self._store.reading(row.organisation_id) as session:
            assert row.connection_id is not None  # for the type checker: it was claimed by it
            connection = connections.get(session, row.connection_id, removed=True)
            known = outgoing.pieces(session, row.id)
            named = _named(session, row)
        driver = self._numbers.of(connection)
        if row.reclaimed and not driver.remembers:
            known = self._mark_doubtful(row, known)
        parts = pieces_of(row.queued)
        for piece in known:
            if piece.state is not PieceState.WAITING:
                continue
            if not self._may_leave(row, connection, piece):
                return
            parcel = Parcel(
                organisation=row.organisation_id,
                connection_id=connection.id,
                address=row.queued.address,
                piece=replace(parts[piece.number - 1], named=named),
                ours=f"{row.id}:{piece.number}",
                at=row.queued_at,
                media_id=piece.media_id,
            )
            if not self._hand_over(row, driver, parcel, piece):
                return
        with self._store.transaction(row.organisation_id) as session:
            queue.finish(session, row, now=_now())

    def _mark_doubtful(self, row: MessageRow, known: list[PieceRow]) -> list[PieceRow]:
        """What was begun before its sender died."""
        with self._store.transaction(row.organisation_id) as session:
            message = outgoing.locked(session, row.id)
            if message is None:
                return []
            known = outgoing.pieces(session, row.id)
            for piece in known:
                if piece.begun and piece.state is PieceState.WAITING:
                    outgoing.note(session, piece, PieceState.UNCERTAIN, INTERRUPTED)
            if outgoing.add_up(session, message):
                tell(session, message, _now())
            return outgoing.pieces(session, row.id)

    def _may_leave(self, row: MessageRow, connection: ConnectionRow, piece: PieceRow) -> bool:
        """Whether a piece may leave now, which it then is about to; else the row is settled. Raises
        LeaseLost, where another process has taken it over: it sends what was not begun."""
        now = _now()
        with self._store.transaction(row.organisation_id) as session:
            outgoing.keep(session, row, now)
            verdict = leaving.check(session, row, connection, now)
            if isinstance(verdict, Lost):
                self._end(session, row, verdict.reason, verdict.code)
                return False
            if isinstance(verdict, Held):
                _wait(session, row, verdict, now)
                return False
            mine = outgoing.piece(session, row.id, piece.number)
            assert mine is not None  # pieces go with their message
            mine.begun = True
        return True

    def _hand_over(self, row: MessageRow, driver: Driver, parcel: Parcel, piece: PieceRow) -> bool:
        """Send a piece; returns whether the next one may go."""
        outcome = driver.send(parcel)
        now = _now()
        with self._store.transaction(row.organisation_id) as session:
            message = outgoing.locked(session, row.id)
            if message is None:
                return False
            mine = outgoing.piece(session, row.id, piece.number)
            assert mine is not None  # pieces go with their message
            outcome = _patient(outcome, row)
            outcomes.note(session, message, mine, outcome, now)
            if isinstance(outcome, (Again, Stopped, Paused)) and mine.state is PieceState.WAITING:
                seconds = outcomes.wait_of(outcome, row.attempts)
                _wait(session, row, Held(outcome.reason, seconds), now)
                return False
            if mine.state is PieceState.FAILED:
                self._end(session, row, mine.reason or "", mine.code)
                return False
            return True

    def _end(self, session: Session, row: MessageRow, reason: str, code: str | None) -> None:
        """It will not leave, nor what is left of it; what was begun may have left."""
        message = outgoing.locked(session, row.id)
        if message is None:
            return
        for piece in outgoing.pieces(session, row.id):
            if piece.state is PieceState.WAITING and piece.begun:
                outgoing.note(session, piece, PieceState.UNCERTAIN, INTERRUPTED)
            elif piece.state is PieceState.WAITING:
                outgoing.note(session, piece, PieceState.FAILED, reason, code)
        news = outgoing.add_up(session, message)
        queue.finish(session, row, now=_now())
        if news:
            failed = message.status == DeliveryStatus.FAILED.value
            tell(session, message, _now(), code=code if failed else None)

    def give_up(self) -> None:
        """End what could not leave in time, by numbers that are away too."""
        with self._store.transaction(EVERYWHERE) as session:
            rows = outgoing.claim_expired(session, secrets.token_hex(8), _now(), AT_ONCE)
        for row in rows:
            with self._store.transaction(row.organisation_id) as session:
                self._end(session, row, leaving.TOO_LATE, "expired")

    def _amend(self, row: AmendmentRow) -> None:
        with self._store.reading(row.organisation_id) as session:
            connection = connections.get(session, row.connection_id, removed=True)
        outcome = self._numbers.of(connection).amend(row.organisation_id, row.queued)
        now = _now()
        with self._store.transaction(row.organisation_id) as session:
            if not isinstance(outcome, Taken) and _again(outcome, row, now):
                wait = outcomes.wait_of(outcome, row.attempts)
                queue.postpone(session, row, now=now, seconds=wait, error=outcome.reason)
                return
            error = None if isinstance(outcome, Taken) else outcome.reason
            queue.finish(session, row, now=now)
            outcomes.amended(session, row, error, now)


def _named(session: Session, row: MessageRow) -> Named:
    """What its template calls its values, as far as the network told of it."""
    wanted = row.queued.template
    if wanted is None or row.connection_id is None:
        return Named()
    return at_meta.named(templates.get(session, row.connection_id, wanted.name, wanted.language))


def _patient(outcome: Outcome, row: MessageRow) -> Outcome:
    """A fault of the network's that comes again and again is final. Its absence ends with the
    message's validity, or sooner."""
    if (
        isinstance(outcome, Again)
        and not outcome.away
        and row.attempts >= (outcome.most or MOST_TRIES)
    ):
        return replace(outcome, most=0)
    return outcome


def _again(outcome: Outcome, row: AmendmentRow, now: dt.datetime) -> bool:
    """Whether an amendment is tried again: as long as a message, where the network is away."""
    if isinstance(outcome, Again) and outcome.away:
        return now < row.queued.queued_at + queueing.VALID_FOR
    return isinstance(outcome, (Again, Stopped)) and row.attempts < MOST_TRIES


def _wait(session: Session, row: MessageRow, held: Held, now: dt.datetime) -> None:
    wait = held.seconds if held.seconds is not None else backoff(row.attempts, first=2.0, cap=120.0)
    attempts = row.attempts - 1 if held.is_turn else row.attempts
    changes: dict[str, object] = {"attempts": attempts}
    if held.shown:  # somebody was told that it follows
        changes["valid_until"] = row.queued_at + leaving.FOLLOWS_WITHIN
    queue.postpone(session, row, now=now, seconds=wait, error=held.reason, **changes)
    message = outgoing.locked(session, row.id)
    if message is not None and held.shown and message.reason != held.reason:
        message.reason = held.reason
        if message.status == DeliveryStatus.QUEUED.value:
            tell(session, message, now)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
