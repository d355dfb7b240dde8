"""What a run does: how much mail, who is killed, in which order."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from scripts.stack import SERVICES

BROKER, DATABASE = "rabbitmq", "postgresql"
DEVICE = "linked_device"  # the process that holds the session of a WhatsApp number
VICTIMS = (*SERVICES, BROKER, DATABASE, DEVICE)
LONGEST_DOWN = 3.0  # seconds that a victim stays dead


@dataclass(frozen=True)
class Kill:
    """`victim` is killed when `share` (0 to 1) of all mail was accepted, and is away for `down` s.

    While it dies, mail up to the share `during` is on its way, and up to `until` follows when it is
    dead: what comes after meets the next kill.
    """

    victim: str
    share: float
    until: float
    down: float

    @property
    def during(self) -> float:
        """Half of what there is until the next kill."""
        return (self.share + self.until) / 2


@dataclass(frozen=True)
class Plan:
    """`mails` leave through the API from `senders` threads and `answers` come in by SMTP; `texts`
    leave from a thread of their own and `words` come in by SMPP; `chats` leave and `remarks` come
    in by WhatsApp, by turns over Meta's Cloud API and over a linked device.

    There are `trips` trips with a supplier each. Every one of `victims` is killed `rounds` times.
    The same seed gives the same order of kills, and mail in the same mixture.
    `quiet_seconds`: how long everything may take to arrive once all is sent and all servers run.
    """

    mails: int = 2000
    answers: int = 500
    texts: int = 1000
    words: int = 250
    chats: int = 500
    remarks: int = 250
    trips: int = 25
    senders: int = 4
    rounds: int = 1
    seed: int = 2
    victims: Sequence[str] = VICTIMS
    quiet_seconds: float = 300.0

    def kills(self) -> list[Kill]:
        """All kills, with some mail before, between and after them."""
        chance = random.Random(self.seed)  # noqa: S311 - a seeded order is what is wanted
        order = [
            victim
            for _ in range(self.rounds)
            for victim in chance.sample(self.victims, len(self.victims))
        ]
        part = 1 / (len(order) + 1)
        return [
            Kill(
                victim,
                share=(number + chance.uniform(0.2, 0.6)) * part,
                until=(number + 1) * part,
                down=chance.uniform(0, LONGEST_DOWN),
            )
            for number, victim in enumerate(order)
        ]
