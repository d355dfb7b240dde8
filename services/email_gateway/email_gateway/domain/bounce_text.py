"""Bounces in prose: from servers that send no delivery status, or one that says too little."""

import logging
import re
from collections.abc import Iterable, Sequence
from email.message import Message
from email.policy import compat32
from typing import Final

from flufl.bounce import all_failures

from . import headers
from .diagnosis import status_of
from .mime import Mail

# It logs a traceback for every mail that it cannot read, and there are many of these.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

# What the server itself says is a page; detectors with regular expressions get no more than this.
MAX_NOTIFICATION: Final = 16_000
MAX_LINE: Final = 250

SYSTEM_SENDERS: Final = frozenset(
    {"mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "mdaemon", "mailer_daemon"}
    | {"bounce", "bounces", "mail-delivery-subsystem", "maildelivery"}
)
SYSTEM_NAMES: Final = (
    "mail delivery",
    "mailer-daemon",
    "system administrator",
    "postmaster",
    "mail administrator",
    "delivery subsystem",
)
FAILURE_WORDS: Final = (
    "undeliver",
    "not delivered",
    "non remis",
    "nedoruč",
    "could not be delivered",
    "couldn't be delivered",
    "wasn't delivered",
    "unable to deliver",
    "delivery has failed",
    "delivery failed",
    "failed permanently",
    "delivery status",
    "delivery failure",
    "failure notice",
    "delivery to the following",
    "did not reach",
    "returned mail",
    "returning message",
    "returned to sender",
    "failure reason",
    "permanent error",
    "permanent fatal",
    "rejected your message",
    "unzustellbar",
    "could not send your message",
    "mail delivery problem",
    "message not delivered",
    "delivery notification",
    "delivery report",
    "mancato recapito",
    "no se puede entregar",
    "niedostarczon",
    "недоставлен",
)
DELAY_WORDS: Final = (
    "warning message only",
    "not yet been delivered",
    "not been delivered yet",
    "has been delayed",
    "is delayed",
    "message delayed",
    "delivery delayed",
    "still being retried",
    "will be retried",
    "delivery attempts will continue",
    "will continue trying",
    "will continue to be attempted",
    "do not need to resend",
    "temporarily deferred",
)
DELAY_SUBJECTS: Final = ("(delay)", "delayed", "still being retried", "warning: could not send")

# Where the server stops speaking and the returned message begins.
_RETURNED: Final = re.compile(
    r"^(?:[-_=* ]{2,60}|)(?:"
    r"original message headers|original message details|original message|returned message"
    r"|this is a copy of (?:your|the)|below this line is a copy|a copy of the original"
    r"|here is your returned mail|returned mail follows|start of returned message"
    r"|included is a copy|message header|message headers follow|message text follows"
    r"|transcript of session follows"
    r")",
    re.IGNORECASE | re.MULTILINE,
)
_RETURNED_FIELD: Final = re.compile(
    r"^(?:received|return-path|dkim-signature|message-id):", re.IGNORECASE | re.MULTILINE
)
_ADDRESS: Final = re.compile(
    r"[^\s<>()\[\],;:'\"@#|=]{1,100}@[A-Za-z0-9\u00a1-\uffff](?:[\w.-]{0,250}\w)?"
)
# The address begins its line, alone or with the reason after it.
_LEADING: Final = re.compile(
    r"^[ \t*>]{0,20}<?(?P<address>[^\s<>()\[\],;:'\"@]{1,100}@[\w.-]{1,250}\w)>?"
    r"(?:$|[ \t]*:|[ \t]{0,3}<mailto:|[ \t]+on |[ \t]*\(|[ \t]*\r?$)",
    re.MULTILINE,
)
_BRACKETED: Final = re.compile(r"<(?P<address>[^\s<>@]{1,100}@[\w.-]{1,250}\w)>")


def is_system_mail(mail: Mail) -> bool:
    """Whether a mail server wrote this: its sender's name, or nobody's and it speaks of failure.

    A null Return-Path alone does not do; out-of-office answers have it too.
    """
    if mail.headers.get("x-failed-recipients"):
        return True
    if is_system_sender(mail) or "multipart/report" in mail.header("content-type").casefold():
        told = says_failed(mail) or is_delay(mail.subject, mail.text)
        return told or status_of(notification(mail.text)) is not None
    if mail.header("return-path").replace(" ", "") != "<>" or _is_auto_reply(mail):
        return False
    subject = mail.subject.casefold()
    return _any(subject, FAILURE_WORDS) or _any(subject, DELAY_SUBJECTS)


def is_from_machine(mail: Mail) -> bool:
    """Whether the mail as a whole may be a report: a person who passes one on writes none."""
    kind = mail.header("content-type").casefold().lstrip()
    null = mail.header("return-path").replace(" ", "") == "<>"
    return kind.startswith(("multipart/report", "message/")) or null or is_system_sender(mail)


def is_system_sender(mail: Mail) -> bool:
    """Whether the From names a mail server."""
    local = mail.sender.address.rpartition("@")[0].casefold()
    return local in SYSTEM_SENDERS or _any(mail.sender.name.casefold(), SYSTEM_NAMES)


def says_failed(mail: Mail) -> bool:
    """Whether subject or text speak of mail that did not arrive."""
    text = f"{mail.subject}\n{notification(mail.text)}".casefold().replace("\u2019", "'")
    return _any(text, FAILURE_WORDS)


def is_delay(subject: str, text: str) -> bool:
    """Whether subject or text say that the message only waits."""
    if _any(subject.casefold(), DELAY_SUBJECTS):
        return True
    return _any(notification(text).casefold(), DELAY_WORDS)


def notification(text: str) -> str:
    """What the server says: the text before the message that it returns."""
    said = text[:MAX_NOTIFICATION]
    # What comes before the first address is a title; the server has not said anything yet.
    address = _ADDRESS.search(said)
    begun = address.start() if address else len(said)
    ends = (
        found.start()
        for pattern in (_RETURNED, _RETURNED_FIELD)
        for found in pattern.finditer(said)
        if found.start() > begun
    )
    return said[: min(ends, default=len(said))]


def recipients(mail: Mail, text: str) -> list[str]:
    """Return the addresses that the prose says were not reached, in order, each once.

    A header that names them, then the detectors of flufl.bounce, then lines that begin with an
    address, then any address that is not our own.
    """
    named = headers.read_addresses(", ".join(mail.headers.get("x-failed-recipients", ())))
    if named:
        return _once(place.address for place in named)
    own = {place.address.casefold() for place in (*mail.to, mail.sender)}
    own |= {address.casefold() for address in mail.delivered_to}
    finders = (
        _detected(mail, text),
        [found["address"] for found in _LEADING.finditer(text)],
        [found["address"] for found in _BRACKETED.finditer(text)],
        _ADDRESS.findall(text),
    )
    for found in finders:
        foreign = [address for address in found if address.casefold() not in own]
        if foreign:
            return _once(foreign)
    return []


def said_of(address: str, addresses: Sequence[str], text: str) -> str:
    """Return what `text` says of one of several addresses: from its name on to the next one's."""
    if len(addresses) < 2:
        return text
    folded = text.casefold()
    places = sorted(place for other in addresses if (place := folded.find(other.casefold())) >= 0)
    start = folded.find(address.casefold())
    if start < 0:
        return ""
    return text[start : next((place for place in places if place > start), len(text))]


def _detected(mail: Mail, text: str) -> list[str]:
    """The addresses that flufl.bounce finds; it raises on mail it did not expect."""
    try:
        temporary, permanent = all_failures(_small_copy(mail, text))
    except Exception:
        return []
    found = (address.decode("ascii", "replace") for address in temporary | permanent)
    valid = [address for address in found if _ADDRESS.fullmatch(address)]
    return sorted(valid, key=text.find)


def _small_copy(mail: Mail, text: str) -> Message:
    """The mail as the detectors want it: compat32, in parts, and too small to keep them busy."""
    copy = Message(policy=compat32)
    copy["From"] = mail.sender.address
    copy["Subject"] = mail.subject
    copy["X-Mailer"] = mail.header("x-mailer")[:MAX_LINE]
    copy["Content-Type"] = "multipart/mixed"
    part = Message(policy=compat32)
    part["Content-Type"] = "text/plain; charset=utf-8"
    part["Content-Description"] = "notification"
    lines = (line[:MAX_LINE] for line in mail.text[:MAX_NOTIFICATION].split("\n"))
    part.set_payload("\n".join(lines).encode("ascii", "replace").decode())
    copy.attach(part)
    return copy


def _is_auto_reply(mail: Mail) -> bool:
    return bool(mail.headers.get("x-auto-response-suppress") or mail.headers.get("x-autoreply"))


def _once(addresses: Iterable[str]) -> list[str]:
    return list({address.casefold(): address for address in addresses}.values())


def _any(text: str, words: Iterable[str]) -> bool:
    return any(word in text for word in words)
