"""Mail on its way in: answers of suppliers, and letters of strangers, handed to Postfix."""

from __future__ import annotations

import email
import email.policy
import random
import smtplib
import time
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid

from scripts.chaos.quota import Quota
from scripts.chaos.world import OPERATIONS, PDF, Trip, World
from scripts.servers.mail import MailServer

POLICY = email.policy.SMTP.clone(max_line_length=998)
STRANGERS = 20


@dataclass(frozen=True)
class Answer:
    """A mail that Postfix took: who wrote it, on which trip it belongs (None: on none)."""

    number: int
    sender: str
    itinerary: str | None
    accepted: float


class Incoming:
    """Writes answers: four of five to a mail that arrived, the others out of the blue."""

    def __init__(self, mail: MailServer, world: World, quota: Quota, seed: int) -> None:
        self.taken: list[Answer] = []
        self._mail = mail
        self._world = world
        self._quota = quota
        self._chance = random.Random(seed)  # noqa: S311 - no secret

    def run(self) -> None:
        """Write until there is nothing more to write."""
        while (number := self._quota.take()) is not None:
            trip = self._chance.choice(self._world.trips)
            arrived = self._mail.mails(trip.address)
            if number % 5 and arrived:
                self._answer(number, trip, self._chance.choice(arrived))
            else:
                self._write(number)

    def _answer(self, number: int, trip: Trip, raw: bytes) -> None:
        original = email.message_from_bytes(raw, policy=email.policy.default)
        letter = _letter(number, trip.address, str(original["Reply-To"]))
        letter["Subject"] = f"Re: {original['Subject']}"
        letter["In-Reply-To"] = str(original["Message-ID"])
        letter["References"] = str(original["Message-ID"])
        self._hand_over(number, letter, trip.id)

    def _write(self, number: int) -> None:
        stranger = self._chance.randrange(STRANGERS)
        letter = _letter(number, f"stranger{stranger}@guest.test", OPERATIONS)
        letter["Subject"] = f"Question {number}"
        self._hand_over(number, letter, None)

    def _hand_over(self, number: int, letter: EmailMessage, itinerary: str | None) -> None:
        if number % 10 == 0:
            letter.add_attachment(PDF, maintype="application", subtype="pdf", filename="ok.pdf")
        sender = str(letter["From"])
        with smtplib.SMTP("127.0.0.1", self._mail.smtp_port, "pc", timeout=60) as smtp:
            smtp.sendmail(sender, [str(letter["To"])], letter.as_bytes())
        self.taken.append(Answer(number, sender, itinerary, time.time()))


def _letter(number: int, sender: str, to: str) -> EmailMessage:
    letter = EmailMessage(policy=POLICY)
    letter["From"] = sender
    letter["To"] = to
    letter["Message-ID"] = make_msgid(domain=sender.partition("@")[2])
    letter.set_content(f"Answer {number:05d}\n")
    return letter
