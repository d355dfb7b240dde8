"""What a server's refusal means: its code, whether the address is bad, and how to say it."""

import re
from enum import StrEnum
from typing import Final

# Codes stand in short lines; a longer text is searched up to here.
MAX_SAID: Final = 8000
MAX_EXCERPT: Final = 500

# RFC 3463: class, subject 0-7, detail. Not a part of an IP address or of a program's version.
_STATUS: Final = re.compile(r"(?<![\d.])([245]\.[0-7]\.\d{1,3})(?!\.?\d)")
# An SMTP reply that has the code with it ("550 5.1.1", "550-5.1.1", "#550 5.7.1", "#5.1.1").
_REPLIED: Final = re.compile(
    r"(?<![\d.])[245]\d\d[ -]{1,2}(?:'|\"|\()?#?([245]\.[0-7]\.\d{1,3})(?!\.?\d)"
    r"|#([245]\.[0-7]\.\d{1,3})(?!\.?\d)"
)
_REPLY: Final = re.compile(r"(?<![\d.])([245])\d\d(?=[ \-,;:'\"]|$)", re.MULTILINE)
_SPACE: Final = re.compile(r"\s+")

# Says that there is nobody: enough even where a server gives a policy's code.
NOBODY: Final = (
    "user unknown",
    "unknown user",
    "no such user",
    "no such recipient",
    "no such mailbox",
    "no such address",
    "unknown recipient",
    "recipient unknown",
    "user not found",
    "recipient not found",
    "recipientnotfound",
    "recipnotfound",
    "mailbox not found",
    "mailbox does not exist",
    "address not found",
    "account that you tried to reach does not exist",
    "user does not exist",
    "user doesn't exist",
    "account does not exist",
    "no mailbox here by that name",
    "no account by that name",
    "doesn't have an account",
    "user doesn't have a",
    "not a valid mailbox",
    "invalid mailbox",
    "invalid recipient",
    "unknown local part",
    "unknown local-part",
    "recipient name is not recognized",
    "not our customer",
    "user is unknown",
    "undeliverable address",
    "recipient address rejected: access denied",  # Exchange Online's words for an unknown recipient
)
# The same, said so loosely that a code of another meaning wins.
PROBABLY_NOBODY: Final = (
    "does not exist",
    "doesn't exist",
    "mailbox unavailable",
    "unknown address",
    "address unknown",
    "couldn't be found",
    "could not be found",
    "wasn't found",
    "is not known",
    "not listed in",
    "no longer valid",
    "has been disabled",
    "is disabled",
    "account disabled",
    "bad destination mailbox",
    "no longer on server",
    "unrouteable address",
    "unroutable",
    "not known here",
    "is not a known user",
)
NO_HOST: Final = (
    "host unknown",
    "unknown host",
    "host not found",
    "domain not found",
    "no such domain",
    "domain does not exist",
    "name or service not known",
    "domain name not found",
    "nullmx",
    "does not accept mail",
    "doesn't accept mail",
    "all relevant mx records point to non-existent hosts",
    "nxdomain",
    "invalid domain",
    "bad destination host",
)
FULL: Final = (
    "mailbox full",
    "mailbox is full",
    "over quota",
    "overquota",
    "quota exceeded",
    "exceeded storage",
    "out of storage",
    "insufficient storage",
    "exceeds the quota",
    "over its quota",
    "inbox is full",
    "inbox is out of",
)
POLICY: Final = (
    "spam",
    "blocked",
    "blacklist",
    "block list",
    "blocklist",
    "denied",
    "policy",
    "not allowed",
    "spf",
    "dkim",
    "dmarc",
    "reputation",
    "relay",
    "virus",
    "content rejected",
    "rejected by",
    "greylist",
)

# It is we who are refused, with the words and codes of an address that does not exist: a server
# that looks our own address up says "Sender address rejected: User unknown".
SENDER: Final = (
    "sender address",
    "sender domain",
    "sender verif",
    "sender rejected",
    "sender denied",
    "sender unknown",
    "sender not",
    "sender is not",
    "bad sender",
    "invalid sender",
    "unknown sender",
    "could not verify sender",
    "reverse dns",
    "reverse hostname",
)

# Codes whose meaning is the address: bad mailbox, disabled mailbox, no such host. X.1.7 and X.1.8
# are about the sender's, X.1.9 about a relay.
_OTHERS: Final = frozenset({"5.1.7", "5.1.8", "5.1.9"})
_HARD: Final = frozenset({"5.2.1", "5.4.4"})
_SOFT: Final = frozenset({"5.2.2", "5.3.4"})


_WHYS: Final = (NOBODY, PROBABLY_NOBODY, NO_HOST, FULL, POLICY, SENDER)


class ReportKind(StrEnum):
    """What a report says of the message. A delay is a warning: nothing has failed yet."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    DISPLAYED = "displayed"
    DELETED = "deleted"
    COMPLAINT = "complaint"


def status_of(said: str) -> str | None:
    """Return the most telling enhanced code (RFC 3463) in `said`; None when it has none.

    Codes that come with an SMTP reply go before others; among equals the most specific, then the
    first.
    """
    text = said[:MAX_SAID]
    replied = [first or second for first, second in _REPLIED.findall(text)]
    codes = [*replied, *_STATUS.findall(text)]
    return max(codes, key=_precision, default=None)


def most_specific(*codes: str | None) -> str | None:
    """Return the most specific of the codes that there are; among equals the first."""
    return max((code for code in codes if code), key=_precision, default=None)


def is_hard(status: str | None, said: str) -> bool:
    """Whether the address itself is bad, so that nobody shall write to it again.

    A code that says what is wrong decides, unless the words say that nobody is there; where the
    code says only that it failed (5.0.0, 5.5.0, none), the words decide. Temporary codes and full
    mailboxes never are.
    """
    text = _folded(said)
    first_reply = _REPLY.search(said[:MAX_SAID])
    if status in _SOFT or _any(text, FULL):
        return False
    if (status or (first_reply[1] if first_reply else "5")).startswith(("4", "2")):
        return False
    if status in _HARD:
        return True
    sender = _any(text, SENDER)
    nobody = _any(text, NOBODY) and not sender
    otherwise = sender or _any(text, POLICY)
    if status is None or _is_vague(status):
        loosely = _any(text, PROBABLY_NOBODY) or _any(text, NO_HOST)
        return nobody or (loosely and not otherwise)
    if status.startswith("5.1."):
        vague = status == "5.1.0" and otherwise
        return status not in _OTHERS and (nobody or not vague)
    return nobody


def is_full(said: str) -> bool:
    """Whether the words say that the mailbox is full."""
    return _any(_folded(said), FULL)


def is_telling(said: str) -> bool:
    """Whether the words say why, in any way that we know."""
    text = _folded(said)
    return any(_any(text, why) for why in _WHYS)


def excerpt(said: str) -> str:
    """Return what matters of a longer text, on one line.

    The server's reply; where there is none, the first line that says why; else the beginning.
    """
    text = said[:MAX_SAID].strip()
    reply = _REPLIED.search(text) or _REPLY.search(text) or _STATUS.search(text)
    if reply:
        start = text.rfind("\n", 0, reply.start()) + 1
    else:
        telling = next((line for line in text.split("\n") if is_telling(line)), "")
        start = text.find(telling)
    return _SPACE.sub(" ", text[start:].split("\n\n", 1)[0]).strip()[:MAX_EXCERPT]


def sentence(kind: ReportKind, address: str, status: str | None, said: str, hard: bool) -> str:
    """Return one sentence for a user: what became of the message to `address`, and why."""
    who = address or "the recipient"
    match kind:
        case ReportKind.DELAYED:
            return f"Delivery to {who} is delayed; the server goes on trying."
        case ReportKind.DELIVERED:
            return f"The message was delivered to {who}."
        case ReportKind.RELAYED:
            return f"The message was handed over to a server that reports no delivery to {who}."
        case ReportKind.DISPLAYED:
            return f"The message was displayed to {who}."
        case ReportKind.DELETED:
            return f"The message was deleted by {who} without being read."
        case ReportKind.COMPLAINT:
            return f"The message to {who} was reported as unwanted."
        case ReportKind.FAILED:
            return f"{_failure(who, status or '', _folded(said), hard)}."


def _failure(who: str, status: str, text: str, hard: bool) -> str:
    code = status[2:]
    if code == "2.2" or _any(text, FULL):
        return f"The mailbox of {who} is full"
    if hard and (code in ("1.2", "4.4") or (_any(text, NO_HOST) and not _any(text, NOBODY))):
        return f"The mail domain of {who} does not exist or takes no mail"
    if code == "2.1":
        return f"The mailbox of {who} is disabled"
    if code == "1.6":
        return f"{who} has moved and left no new address"
    if hard and (code.startswith("1.") or _any(text, NOBODY) or _any(text, PROBABLY_NOBODY)):
        return f"The address {who} does not exist"
    if code in ("3.4", "2.3"):
        return f"The message is too large for the server of {who}"
    if code.startswith("7.") or _any(text, POLICY):
        return f"The server of {who} refused the message by its rules, perhaps as unwanted mail"
    if "reject" in text:
        return f"The message was refused for {who}"
    if code.startswith("4.") or "timed out" in text or "expired" in text:
        return f"The server of {who} could not be reached in time"
    return f"The message could not be delivered to {who}"


def _precision(code: str) -> int:
    _, subject, detail = code.split(".")
    return (subject != "0") + (detail != "0") if subject != "0" else 0


def _is_vague(status: str) -> bool:
    """X.0.z is "other"; X.5.z is about the protocol, and servers use it for everything."""
    return status[2] in "05" or (status.endswith(".0") and not status.startswith("5.1"))


def _folded(said: str) -> str:
    return _SPACE.sub(" ", said[:MAX_SAID]).casefold().replace("\u2019", "'")


def _any(text: str, phrases: tuple[str, ...]) -> bool:
    return any(phrase in text for phrase in phrases)
