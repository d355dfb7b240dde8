"""kill -9, and back again."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import httpx

from scripts.chaos.plan import BROKER, DATABASE, DEVICE, Kill
from scripts.chaos.quota import Quota
from scripts.chaos.sending import Outgoing
from scripts.stack import SERVICES, Stack
from tests.e2e.client import Api, wait_for

PROGRESS_SECONDS = 180.0  # in which the mail before a kill has been sent, or the run has failed
THROUGH_SECONDS = 120.0
TRIED = 10  # mails after a kill of which one must get through


@dataclass(frozen=True)
class Killed:
    """What happened to `victim`, killed at the epoch second `at`: seconds from then on.

    `down` until it was started, `ready` until every service said that it is ready.
    """

    victim: str
    at: float
    down: float
    ready: float


class Victim(Protocol):
    """Something that can be killed."""

    def kill(self) -> None:
        """kill -9."""
        ...

    def start(self) -> None:
        """Let it be there again."""
        ...


@dataclass(frozen=True)
class Service:
    """A service of the stack."""

    stack: Stack
    name: str

    def kill(self) -> None:
        """As a machine that loses its power."""
        self.stack.kill_service(self.name)

    def start(self) -> None:
        """Start its process."""
        self.stack.start_service(self.name)


class Killer:
    """Kills as the plan says while mail flows, and opens the quotas as it goes."""

    def __init__(
        self,
        stack: Stack,
        api: Api,
        outgoing: Outgoing,
        quotas: list[Quota],
        total: int,
        device: Victim | None = None,
    ) -> None:
        self.killed: list[Killed] = []
        self._stack = stack
        self._api = api
        self._outgoing = outgoing
        self._quotas = quotas
        self._total = total
        self._servers: dict[str, Victim | None] = {
            BROKER: stack.rabbitmq,
            DATABASE: stack.postgresql,
            DEVICE: device,
        }

    def run(self, kills: list[Kill], say: Callable[[str], None]) -> None:
        """All of them in turn, then everything may be sent. Raises StackError or AssertionError
        where something does not come back."""
        for kill in kills:
            self._open(kill.share)
            enough = round(kill.share * self._total)  # as a quota opens
            wait_for(
                lambda enough=enough: len(self._outgoing.sent) >= enough,  # type: ignore[misc]
                f"{enough} mails to be accepted before {kill.victim} is killed",
                PROGRESS_SECONDS,
            )
            self._open(kill.during)
            killed = self._kill(kill)
            self.killed.append(killed)
            self._wait_through(killed)
            say(
                f"killed {kill.victim} after {len(self._outgoing.sent)} mails,"
                f" ready after {killed.ready:.1f} s, mail flows after {time.time() - killed.at:.1f}"
            )
        self._open(1)

    def _open(self, share: float) -> None:
        for quota in self._quotas:
            quota.open(share)

    def _kill(self, kill: Kill) -> Killed:
        victim = self._servers.get(kill.victim) or Service(self._stack, kill.victim)
        victim.kill()
        at = time.time()
        # Only now: quick senders would have sent everything before it was dead, and nothing after.
        self._open(kill.until)
        time.sleep(kill.down)
        victim.start()
        for service in SERVICES:
            self._stack.wait_ready(service)
        return Killed(kill.victim, at, down=kill.down, ready=time.time() - at)

    def _wait_through(self, killed: Killed) -> None:
        wait_for(
            lambda: any(map(self._is_through, self._after(killed))),
            f"a mail to get through after {killed.victim} was killed",
            THROUGH_SECONDS,
        )

    def _after(self, killed: Killed) -> list[str]:
        later = [each.message for each in self._outgoing.sent if each.begun > killed.at]
        return later[:TRIED]

    def _is_through(self, message: str) -> bool:
        try:
            response = self._api.http.get(f"/messages/{message}")
        except httpx.TransportError:
            return False
        return response.is_success and all(
            each["sent_at"] is not None for each in response.json()["deliveries"]
        )
