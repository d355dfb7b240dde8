"""Keeps one connection's session with a message centre: signed in whenever it can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import eventlet
import structlog

from contracts.channels import ConnectionState
from contracts.sms_gateway import SmsConnectionDetails
from fairlead.store import backoff

from . import smpp_texts
from .carrier import FIRST_WAIT, LONGEST_WAIT, Report, Tell
from .smpp import verdicts
from .smpp.commands import Status
from .smpp.line import Broken, Keeping, Unanswered
from .smpp.pace import Pace
from .smpp.pdus import Short, read_taken
from .smpp.session import Options, Session, SignInRefused, Submitted, opened
from .smpp.stream import Raw
from .smpp.verdicts import Verdict
from .store.connections import sends
from .store.tables import TextRow

log = structlog.get_logger(__name__)

STEADY_SECONDS = 30.0  # a session that ends sooner counts as one more failure
MOST_UNANSWERED = 1000  # parts whose answer may still come


class NotSignedIn(Exception):
    """There is no session at the moment; nothing was sent."""


@dataclass(frozen=True, slots=True)
class PartOf:
    """Which part of which text; with `whole` all of them, which the route takes as one."""

    text_id: UUID
    number: int
    whole: bool = False


class Desk(Protocol):
    """Who keeps what a carrier brings."""

    def receiving(self) -> Keeping:
        """For a new session."""
        ...

    def answered_late(self, part: PartOf, answer: Submitted) -> None:
        """A part whose answer nobody waited for any more was taken, or refused."""
        ...


class SmppCarrier:
    """One connection."""

    def __init__(
        self, options: Options, details: SmsConnectionDetails, desk: Desk, tell: Tell
    ) -> None:
        assert details.smpp is not None  # for the type checker: the kind has it
        self._options = options
        self._details = details
        self._desk = desk
        self._tell = tell
        self._session: Session | None = None
        self._unanswered: dict[int, PartOf] = {}
        self._stopping = False
        self.pace = Pace(details.smpp.per_second)

    @property
    def ready(self) -> bool:
        """Whether texts can leave now."""
        return self._session is not None and sends(self._details)

    def run(self) -> None:
        """Sign in, and again whenever the session ends; until `stop`, or until the carrier says
        that name or password are wrong: who tries on is locked out."""
        failures = 0
        while not self._stopping:
            try:
                session = opened(self._options, _Listening(self))
            except SignInRefused as error:
                self._tell(ConnectionState.FAILING, str(error), for_good=error.for_good)
                if error.for_good:
                    return
            except (OSError, Unanswered, Broken) as error:
                self._tell(ConnectionState.FAILING, f"The carrier cannot be reached: {error}")
            else:
                began = eventlet.hubs.get_hub().clock()
                self._tell(ConnectionState.OPEN, None)
                self._session, self._unanswered = session, {}
                reason = session.wait()
                self._session = None
                if self._stopping:
                    return
                self._tell(ConnectionState.FAILING, reason)
                if eventlet.hubs.get_hub().clock() - began >= STEADY_SECONDS:
                    failures = 0
            failures += 1
            eventlet.sleep(backoff(failures, first=FIRST_WAIT, cap=LONGEST_WAIT))

    def send(self, text: TextRow, waiting: Sequence[int]) -> Report:
        """Hand over the parts that wait, in their order; a fault of one keeps those behind it
        back. Where the route takes a text as a whole, all are one."""
        report = Report()
        pieces = smpp_texts.pieces_of(text, self._details)
        whole = len(pieces) < text.parts
        for number in waiting[:1] if whole else waiting:
            numbers = waiting if whole else [number]
            piece = pieces[0 if whole else number - 1]
            try:
                message = smpp_texts.message(text, self._details, piece)
                answer = self.submit(PartOf(text.id, number, whole), message)
            except NotSignedIn:
                report.again, report.soon = "The carrier is away", True
                return report
            except Unanswered as error:
                said = f"The carrier did not answer ({error}); it may have arrived"
                report.doubtful |= dict.fromkeys(numbers, said)
                continue
            verdict = verdicts.of(answer.status)
            if verdict is Verdict.TAKEN:
                report.taken |= dict.fromkeys(numbers, answer.message_id)
                continue
            if verdict is Verdict.SLOW_DOWN:
                self.pace.slow_down()
            if verdict in (Verdict.SLOW_DOWN, Verdict.AGAIN):
                report.again = verdicts.sentence(answer.status)
                report.soon = verdict is Verdict.SLOW_DOWN
                return report
            report.bad_number = verdict is Verdict.BAD_NUMBER
            left = [each for each in waiting if each not in report.taken]
            report.refused = dict.fromkeys(left, verdicts.sentence(answer.status))
            return report
        return report

    def submit(self, part: PartOf, message: Short) -> Submitted:
        """Send a part at the connection's pace.

        Raises NotSignedIn where it was not sent, Unanswered where nobody can know.
        """
        if wait := self.pace.take():
            eventlet.sleep(wait)
        session = self._session
        if session is None:
            raise NotSignedIn
        try:
            return session.submit(message)
        except Broken as error:
            raise NotSignedIn(str(error)) from None
        except Unanswered as error:
            if len(self._unanswered) < MOST_UNANSWERED:
                self._unanswered[error.sequence] = part
            raise

    def stop(self) -> None:
        """Sign out."""
        self._stopping = True
        if self._session is not None:
            self._session.close()

    def take_late(self, answer: Raw) -> None:
        """An answer for which nobody waits."""
        part = self._unanswered.pop(answer.sequence, None)
        if part is None:
            log.warning("late answer to nothing", sequence=answer.sequence)
            return
        try:
            id = read_taken(answer).message_id if answer.status == Status.OK else ""
        except ValueError:
            id = ""
        eventlet.spawn_n(self._desk.answered_late, part, Submitted(answer.status, id))


class _Listening:
    """What comes on one session, with its answers that come too late."""

    def __init__(self, carrier: SmppCarrier) -> None:
        self._carrier = carrier
        receiving = carrier._desk.receiving()
        self.deliver = receiving.deliver
        self.malformed = receiving.malformed
        self.seen = receiving.seen

    def late(self, answer: Raw) -> None:
        """To the part that it belongs to."""
        self._carrier.take_late(answer)
