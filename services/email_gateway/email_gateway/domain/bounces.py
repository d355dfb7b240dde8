"""Reports about mail that was sent: failed, delayed, delivered, read, complained of."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from . import bounce_text, diagnosis, headers
from .diagnosis import ReportKind
from .headers import Fields
from .mime import Attachment, Mail, open_entity, read_mail

__all__ = ["FailedRecipient", "Report", "ReportKind", "read_report"]

# RFC 5321 4.5.3.1.8: 100 recipients a transaction is what every server takes.
MAX_RECIPIENTS: Final = 200
MAX_GROUPS: Final = 1000

STATUS_TYPES: Final = ("message/delivery-status", "message/global-delivery-status")
RECEIPT_TYPES: Final = (
    "message/disposition-notification",
    "message/global-disposition-notification",
)
COMPLAINT_TYPE: Final = "message/feedback-report"
RETURNED_TYPES: Final = (
    "message/rfc822",
    "message/global",
    "message/rfc822-headers",
    "text/rfc822-headers",
)
# RFC 5965 and 6591 name more; these say that a message is liked, or why DMARC failed.
FRIENDLY_FEEDBACK: Final = frozenset({"not-spam", "auth-failure"})
# Dovecot's reply over LMTP, where 250 means that the mail lies in its mailbox. Postfix calls that
# relayed, for the one behind LMTP announces no reports (its lmtp_assume_final).
_SAVED: Final = re.compile(r"250 2\.\d\.\d <[^<>\s]{1,320}> \S{1,80} Saved", re.I)
_BLANK: Final = re.compile(rb"\r?\n(?:[ \t]*\r?\n)+")
_TYPE: Final = re.compile(r"^[\w.-]{1,40};\s*")  # `smtp; ` before a diagnostic
_MESSAGE_ID_LINE: Final = re.compile(r"^message-id:\s{0,9}(<[^<>\s]{1,900}>)", re.I | re.M)


@dataclass(frozen=True, slots=True)
class FailedRecipient:
    """A recipient that the report is about.

    `status` is an enhanced code (RFC 3463) or None; `diagnostic` what the server said; `hard` that
    the address itself is bad and shall not be written to again.
    """

    address: str
    status: str | None
    diagnostic: str
    hard: bool


@dataclass(frozen=True, slots=True)
class Report:
    """One report. Ids are "" where it does not name them; `reason` is a sentence for a user."""

    kind: ReportKind
    recipients: tuple[FailedRecipient, ...]
    original_message_id: str
    original_envelope_id: str
    reason: str


_ACTIONS: Final = {  # RFC 3464 2.3.3; `error` is OpenSMTPD's
    "failed": ReportKind.FAILED,
    "fail": ReportKind.FAILED,
    "failure": ReportKind.FAILED,
    "error": ReportKind.FAILED,
    "delayed": ReportKind.DELAYED,
    "delivered": ReportKind.DELIVERED,
    "expanded": ReportKind.DELIVERED,
    "relayed": ReportKind.RELAYED,
}
# The report is of the worst kind that one of its recipients has.
_WORST_FIRST: Final = (
    ReportKind.FAILED,
    ReportKind.DELAYED,
    ReportKind.RELAYED,
    ReportKind.DELIVERED,
)


def read_report(mail_or_raw: Mail | bytes) -> Report | None:
    """Return what the mail reports of another one; None when it is no report. Never raises.

    Read in this order: a complaint (ARF, RFC 5965), a receipt (MDN, RFC 8098), a delivery status
    (DSN, RFC 3464), and the prose of the servers that send none of them.
    """
    mail = read_mail(mail_or_raw) if isinstance(mail_or_raw, bytes) else mail_or_raw
    formal = _complaint(mail) or _receipt(mail) or _delivery_status(mail)
    if formal is not None and bounce_text.is_from_machine(mail):
        return formal
    return _prose(mail)


def _complaint(mail: Mail) -> Report | None:
    part = _part(mail, (COMPLAINT_TYPE,))
    fields = open_entity(part.content)[0] if part else {}
    declared = headers.read_parameters(mail.header("content-type")).get("report-type")
    hotmail = mail.sender.address.casefold() == "staff@hotmail.com"  # its reports are no ARF
    hotmail = hotmail and mail.subject.casefold().startswith("complaint about")
    if part is None and declared.casefold() != "feedback-report" and not hotmail:
        return None
    returned = _returned(mail)
    feedback = headers.first(fields, "feedback-type").casefold()
    hard = feedback not in FRIENDLY_FEEDBACK
    places = headers.read_addresses(headers.first(returned, "to"))
    address = _typed(headers.first(fields, "original-rcpt-to")) or (
        places[0].address if places else ""
    )
    recipients = (FailedRecipient(address, None, feedback, hard),) if address else ()
    return _report(
        mail, ReportKind.COMPLAINT, recipients, headers.first(fields, "original-envelope-id")
    )


def _receipt(mail: Mail) -> Report | None:
    part = _part(mail, RECEIPT_TYPES)
    if part is None:
        return None
    fields = open_entity(part.content)[0]
    disposition = headers.first(fields, "disposition").casefold()
    kind = ReportKind.DISPLAYED
    if "displayed" not in disposition and "processed" not in disposition:
        kind = ReportKind.FAILED if _is_refused(mail, disposition) else ReportKind.DELETED
    said = bounce_text.notification(mail.text) if kind is ReportKind.FAILED else disposition
    address = _recipient(fields) or mail.sender.address
    refused = kind is ReportKind.FAILED
    recipient = FailedRecipient(
        address,
        diagnosis.status_of(said) if refused else None,
        diagnosis.excerpt(said),
        refused and not diagnosis.is_full(said),
    )
    named = (recipient,) if address else ()
    return _report(mail, kind, named, "", headers.first(fields, "original-message-id"))


def _is_refused(mail: Mail, disposition: str) -> bool:
    """Whether a `deleted` says that a filter refused the mail (Sieve, RFC 5429 2.1).

    Exchange sends the same for a mail that its reader deleted unread, with "Not read:" before the
    subject, which it translates; so a refusal says that it is one, or does not come from Exchange.
    """
    if not disposition.startswith("automatic-action") and "denied" not in disposition:
        return "/error" in disposition or "failed" in disposition
    said = f"{mail.subject}\n{mail.header('auto-submitted')}\n{mail.text[:2000]}".casefold()
    if "reject" in said or "refus" in said:
        return True
    exchange = any(name.startswith(("x-ms-", "x-microsoft")) for name in mail.headers)
    return mail.header("return-path") == "<>" and not exchange


def _delivery_status(mail: Mail) -> Report | None:
    part = _part(mail, STATUS_TYPES)
    if part is None:
        return None
    groups = list(_groups(part.content))
    named = [(group, _recipient(group)) for group in groups]
    stated = [(group, address, _kind(group, mail)) for group, address in named if address]
    if not stated:
        return None
    kinds = {kind for _, _, kind in stated}
    kind = next(kind for kind in _WORST_FIRST if kind in kinds)
    chosen = [(group, address) for group, address, own in stated if own is kind][:MAX_RECIPIENTS]
    text = bounce_text.notification(mail.text)
    places = [address for _, address in chosen]
    recipients = tuple(
        _failed(address, kind, group, bounce_text.said_of(address, places, text))
        for group, address in chosen
    )
    message = groups[0]
    return _report(
        mail,
        kind,
        tuple({recipient.address.casefold(): recipient for recipient in recipients}.values()),
        headers.first(message, "original-envelope-id"),
        headers.first(message, "x-original-message-id"),
    )


def _failed(address: str, kind: ReportKind, group: Fields, text: str) -> FailedRecipient:
    stated = diagnosis.status_of(headers.first(group, "status"))
    said = headers.read_text(headers.first(group, "diagnostic-code"))
    diagnostic = _TYPE.sub("", said)[: diagnosis.MAX_EXCERPT]
    if kind is not ReportKind.FAILED:
        # The status is the message's; the diagnostic is one attempt's, and there will be others.
        return FailedRecipient(address, stated, diagnostic, hard=False)
    status = diagnosis.most_specific(diagnosis.status_of(said), diagnosis.status_of(text), stated)
    words = said if diagnosis.is_telling(said) else text
    hard = diagnosis.is_hard(status, words)
    return FailedRecipient(address, status, diagnostic or diagnosis.excerpt(text), hard)


def _kind(group: Fields, mail: Mail) -> ReportKind:
    action = headers.first(group, "action").casefold().partition(" ")[0].strip("(;")
    if action in _ACTIONS:
        kind = _ACTIONS[action]
        said = headers.read_text(headers.first(group, "diagnostic-code"))
        saved = kind is ReportKind.RELAYED and _SAVED.search(said)
        return ReportKind.DELIVERED if saved else kind
    status = headers.first(group, "status")
    if status.startswith("2"):
        return ReportKind.DELIVERED
    if status.startswith("4") and bounce_text.is_delay(mail.subject, mail.text):
        return ReportKind.DELAYED
    return ReportKind.FAILED


def _prose(mail: Mail) -> Report | None:
    if not bounce_text.is_system_mail(mail):
        return None
    text = bounce_text.notification(mail.text)
    addresses = bounce_text.recipients(mail, text)[:MAX_RECIPIENTS]
    if not addresses:
        addresses = [
            place.address for place in headers.read_addresses(headers.first(_returned(mail), "to"))
        ][:1]
    delayed = bounce_text.is_delay(mail.subject, mail.text)
    if not addresses and not delayed and not bounce_text.says_failed(mail):
        return None
    kind = ReportKind.DELAYED if delayed else ReportKind.FAILED
    recipients = []
    for address in addresses:
        said = bounce_text.said_of(address, addresses, text)
        status = diagnosis.status_of(said)
        hard = not delayed and diagnosis.is_hard(status, said)
        recipients.append(FailedRecipient(address, status, diagnosis.excerpt(said), hard))
    return _report(mail, kind, tuple(recipients))


def _report(
    mail: Mail,
    kind: ReportKind,
    recipients: tuple[FailedRecipient, ...],
    envelope_id: str = "",
    message_id: str = "",
) -> Report:
    ids = headers.read_ids(message_id) or headers.read_ids(
        headers.first(_returned(mail), "message-id")
    )
    if not ids:
        ids = tuple(_MESSAGE_ID_LINE.findall(mail.text)[-1:]) or mail.in_reply_to
    if not ids:
        ids = mail.references[-1:]  # Exim and Google name the message there
    return Report(
        kind,
        recipients,
        ids[0] if ids else "",
        envelope_id.strip(),
        _reason(kind, recipients),
    )


def _reason(kind: ReportKind, recipients: Sequence[FailedRecipient]) -> str:
    if not recipients:
        return diagnosis.sentence(kind, "", None, "", hard=False)
    one = recipients[0]
    return diagnosis.sentence(kind, one.address, one.status, one.diagnostic, one.hard)


def _part(mail: Mail, types: Sequence[str]) -> Attachment | None:
    return next((file for file in mail.attachments if file.content_type in types), None)


def _returned(mail: Mail) -> Fields:
    """The fields of the message that is sent back; none when it is not there."""
    part = _part(mail, RETURNED_TYPES)
    return open_entity(part.content)[0] if part else {}


def _groups(content: bytes) -> Iterator[Fields]:
    """The groups of a delivery status: the message's first, then one for each recipient."""
    for block in _BLANK.split(content.strip(), MAX_GROUPS)[:MAX_GROUPS]:
        yield headers.read_block(block, headers.MAX_PART_BLOCK)[0]


def _recipient(fields: Mapping[str, tuple[str, ...]]) -> str:
    """The address as we wrote it, where the report knows it; else what it became on the way."""
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        address = _typed(headers.first(fields, name))
        if address:
            return address
    return ""


def _typed(value: str) -> str:
    """The address of `rfc822; user@host`, the xtext (RFC 3461 4) of its `+` and `=` undone."""
    place = value.rpartition(";")[2].strip().replace("+2B", "+").replace("+3D", "=")
    found = headers.read_addresses(place)
    return found[0].address if found else ""
