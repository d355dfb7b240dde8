"""A carrier that is spoken to over HTTPS: each text is one request, which it cuts by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import eventlet
import structlog
from eventlet.event import Event
from eventlet.semaphore import Semaphore

from contracts.channels import ConnectionState
from contracts.sms_gateway import HttpApi
from fairlead.outbound import OutboundError, Refused, Unanswered
from fairlead.store import backoff

from .carrier import FIRST_WAIT, LONGEST_WAIT, Report, Tell
from .http_api.answers import Answered, Verdict
from .http_api.callbacks import TEXT_PARAMETER
from .http_api.client import Client, Outgoing
from .smpp.pace import Pace
from .store.tables import TextRow

log = structlog.get_logger(__name__)


class HttpCarrier:
    """One connection. `callbacks` is the address that its statuses are brought to."""

    def __init__(
        self, client: Client, api: HttpApi, sender: str, callbacks: str, tell: Tell
    ) -> None:
        self._client = client
        self._sender = sender
        self._callbacks = callbacks
        self._tell = tell
        self._room = Semaphore(api.at_once)
        self._open = False
        self._lost = Event()
        self._stopping = False
        self.pace = Pace(api.per_second)

    @property
    def ready(self) -> bool:
        """Whether texts can leave now."""
        return self._open

    def run(self) -> None:
        """Look whether the account lets us in, and again whenever the carrier was not reached."""
        failures = 0
        while not self._stopping:
            shut, reason = self._knock()
            if reason is None:
                failures = 0
                self._lost, self._open = Event(), True
                self._tell(ConnectionState.OPEN, None)
                shut, reason = self._lost.wait()
                self._open = False
            if self._stopping:
                return
            self._tell(ConnectionState.FAILING, reason, for_good=shut)
            if shut:
                return
            failures += 1
            eventlet.sleep(backoff(failures, first=FIRST_WAIT, cap=LONGEST_WAIT))

    def send(self, text: TextRow, waiting: Sequence[int]) -> Report:
        """One request for the whole text; it is never made a second time where it may have been
        heard."""
        eventlet.sleep(self.pace.take())
        with self._room:
            if not self._open:
                return Report(again="The carrier is away", soon=True)
            try:
                answer = self._client.submit(self._outgoing(text))
            except Unanswered as error:
                said = f"The carrier did not answer ({error.text}); it may have arrived"
                return Report(doubtful=dict.fromkeys(waiting, said))
            except OutboundError as error:
                self._lose(isinstance(error, Refused), f"The carrier cannot be reached: {error}")
                return Report(again="The carrier is away", soon=True)
        if answer.segments not in (None, text.parts):
            # It bills what it counts.
            log.warning("carrier counts otherwise", text=str(text.id), segments=answer.segments)
        return self._reported(answer, waiting)

    def stop(self) -> None:
        """Nothing leaves any more."""
        self._stopping = True
        self._lose(True, "closed here")

    def _knock(self) -> tuple[bool, str | None]:
        try:
            answer = self._client.knock()
        except OutboundError as error:
            return isinstance(error, Refused), f"The carrier cannot be reached: {error}"
        if answer.verdict is Verdict.TAKEN:
            return False, None
        return answer.verdict is Verdict.SHUT_OUT, answer.reason

    def _lose(self, shut: bool, reason: str) -> None:
        if self._open and not self._lost.ready():
            self._open = False
            self._lost.send((shut, reason))

    def _reported(self, answer: Answered, waiting: Sequence[int]) -> Report:
        match answer.verdict:
            case Verdict.TAKEN:
                return Report(taken=dict.fromkeys(waiting, answer.id))
            case Verdict.DOUBTFUL:
                said = f"{answer.reason}; it may have arrived"
                return Report(doubtful=dict.fromkeys(waiting, said))
            case Verdict.SLOW_DOWN:
                self.pace.slow_down()
                return Report(again=answer.reason, soon=True)
            case Verdict.SHUT_OUT:
                self._lose(True, answer.reason)
                return Report(again=answer.reason, soon=True)
            case Verdict.AGAIN:
                return Report(again=answer.reason)
        refused = dict.fromkeys(waiting, answer.reason)
        return Report(refused=refused, bad_number=answer.bad_number)

    def _outgoing(self, text: TextRow) -> Outgoing:
        left = text.valid_until - dt.datetime.now(dt.UTC)
        return Outgoing(
            to=text.number,
            sender=self._sender,
            body=text.text,
            # With our own id: a status decides what became of a text whose answer never came.
            callback=f"{self._callbacks}?{TEXT_PARAMETER}={text.id}",
            validity=int(left.total_seconds()),
        )
