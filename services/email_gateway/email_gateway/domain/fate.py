"""What an SMTP server's answer means for a delivery: done, failed, or to be tried again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from contracts.channels import DeliveryStatus

from . import diagnosis
from .delivery import Accepted, Deferred, Outcome, Phase, Refused, Uncertain, Unreachable

# RFC 5321 4.5.4.1: retry for some days; two is what people still call a mail that arrives.
GIVE_UP_AFTER = 2 * 24 * 3600.0
FIRST_WAIT, LONGEST_WAIT = 30.0, 3600.0
# After each end that nobody knows. A server that takes every mail and never says so would else
# bring one mail to its reader for ever.
DOUBTFUL_WAITS = (5.0, 300.0)


@dataclass(frozen=True, slots=True)
class Fate:
    """`status` is None where nothing is new; `again` in seconds, or None where it is over.

    `permanent` says that the address itself is at fault. An `uncertain` that is over stays so
    until a report tells more or a person decides.
    """

    status: DeliveryStatus | None
    again: float | None
    code: str | None = None
    reason: str | None = None
    permanent: bool = False
    unreachable: bool = False


def decide(outcome: Outcome, attempt: int, age: float, doubts: int = 0) -> Fate:
    """The fate of a mail after `attempt` tries, the first of them `age` seconds ago.

    After an uncertain end the mail is sent again with the same Message-ID (architecture rule for
    email: a reader's program shows it once, a lost mail nobody sees), but a few times only:
    `doubts` is how many ends were uncertain, this one included.
    """
    match outcome:
        case Accepted():
            return Fate(DeliveryStatus.SENT, None)
        case Refused(code=code, status=status, text=text):
            fate = Fate(
                DeliveryStatus.FAILED,
                None,
                code=status or str(code),
                reason=text,
                permanent=is_address(outcome),
            )
        case Uncertain(text=text):
            return _doubtful(age, doubts, text)
        case Deferred(status=status, code=code, text=text):
            fate = _later(attempt, age, status or str(code), text, None)
        case Unreachable(text=text, retry_after=retry_after):
            fate = _later(attempt, age, None, text, retry_after, unreachable=retry_after is None)
    if doubts and fate.status is DeliveryStatus.FAILED and not fate.permanent:
        return replace(fate, status=DeliveryStatus.UNCERTAIN)  # an earlier try may have arrived
    return fate


def _doubtful(age: float, doubts: int, text: str) -> Fate:
    if doubts > len(DOUBTFUL_WAITS) or age >= GIVE_UP_AFTER:
        said = f"{text}; whether it arrived is not known, and it is not sent again by itself"
        return Fate(DeliveryStatus.UNCERTAIN, None, reason=said)
    known = max(doubts, 1)
    times = "once" if known == len(DOUBTFUL_WAITS) else "twice"
    said = f"{text}; whether it arrived is not known, and it is sent again {times} at most"
    return Fate(DeliveryStatus.UNCERTAIN, DOUBTFUL_WAITS[known - 1], reason=said)


def _later(
    attempt: int,
    age: float,
    code: str | None,
    reason: str,
    retry_after: float | None,
    *,
    unreachable: bool = False,
) -> Fate:
    if age >= GIVE_UP_AFTER:
        said = f"not taken for {age / 3600:.0f} hours: {reason}"
        return Fate(DeliveryStatus.FAILED, None, code=code, reason=said, unreachable=unreachable)
    doublings = min(max(attempt - 1, 0), 64)
    wait = retry_after or min(FIRST_WAIT * 2.0**doublings, LONGEST_WAIT)
    return Fate(None, wait, code=code, reason=reason, unreachable=unreachable)


def is_address(refused: Refused) -> bool:
    """Whether it is the recipient's address that is at fault, and not our sender or the content.

    Before RCPT the server knows no recipient. Otherwise its code or its words must say that there
    is nobody; at RCPT a bare 550 says so where nothing in it speaks of another reason (RFC 5321
    4.2.3).
    """
    if refused.phase in (Phase.QUEUE, Phase.MAIL):
        return False
    if diagnosis.is_hard(refused.status, f"{refused.code} {refused.text}"):
        return True
    bare = refused.status is None and refused.code in (550, 551, 553)
    return refused.phase is Phase.RCPT and bare and not diagnosis.is_telling(refused.text)
