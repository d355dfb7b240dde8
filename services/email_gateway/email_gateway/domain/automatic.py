"""Whether a person wrote a mail, and whether a machine of ours may answer it."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final

from . import subjects
from .bounces import ReportKind, read_report
from .mime import Mail
from .quotes import has_quote, split_html


class Kind(StrEnum):
    """What a mail is. Only REPLY and NORMAL are a person's and make a conversation move."""

    REPLY = "reply"
    NORMAL = "normal"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    DELAY = "delay"
    SUCCESS = "success"
    READ_RECEIPT = "read_receipt"
    COMPLAINT = "complaint"
    LOOP = "loop"
    BULK = "bulk"


_REPORT_KINDS: Final = {
    ReportKind.FAILED: Kind.BOUNCE,
    ReportKind.DELAYED: Kind.DELAY,
    ReportKind.DELIVERED: Kind.SUCCESS,
    ReportKind.RELAYED: Kind.SUCCESS,
    ReportKind.DISPLAYED: Kind.READ_RECEIPT,
    ReportKind.DELETED: Kind.READ_RECEIPT,
    ReportKind.COMPLAINT: Kind.COMPLAINT,
}

# Fields whose presence says "an absence notice wrote this", unless their value is no.
AUTO_REPLY_FIELDS: Final = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-autoresponse",
    "autoreply",
    "x-vacation",
)
LIST_FIELDS: Final = ("list-id", "list-unsubscribe", "list-post", "feedback-id")
BULK_PRECEDENCE: Final = frozenset({"bulk", "list", "junk"})
AUTO_PRECEDENCE: Final = frozenset({"auto_reply", "auto-reply", "auto_response"})
SUPPRESSED: Final = frozenset({"all", "oof", "autoreply"})
MACHINE_SENDERS: Final = frozenset(
    {"mailer-daemon", "postmaster", "noreply", "no-reply", "no_reply", "donotreply"}
    | {"do-not-reply", "do_not_reply", "bounce", "bounces", "mailerdaemon", "nereply"}
)
MACHINE_PREFIXES: Final = (
    "noreply",
    "no-reply",
    "no_reply",
    "donotreply",
    "do-not-reply",
    "bounce",
)
# A weak sign: people write such words too ("Auto: " sells cars), so it needs a second one.
ABSENCE_SUBJECTS: Final = (
    "abwesend",
    "abwesenheit",
    "auto reply",
    "auto response",
    "auto-reply",
    "auto:",
    "autoreply",
    "automaattinen vastaus",
    "automatic reply",
    "automatic response",
    "automatická odpoveď",
    "automatická odpověď",
    "automatikus válasz",
    "automatische antwort",
    "automatisch antwoord",
    "automatisk svar",
    "automatiskt svar",
    "automatski odgovor",
    "autosvar",
    "avtomatsko",
    "away from",
    "frånvaro",
    "mimo kancelár",
    "mimo kancelář",
    "on vacation",
    "otomatik yanıt",
    "out of office",
    "out of the office",
    "out-of-office",
    "respuesta automática",
    "resposta automática",
    "risposta automatica",
    "réponse automatique",
    "răspuns automat",
    "vacation",
    "автоматический ответ",
    "автоматична відповідь",
    "автоответ",
    "autorespuesta",
    "odpowiedź automatyczna",
    "fuera de la oficina",
    "αυτόματη απάντηση",
    "自动回复",
    "自動回覆",
    "自動応答",
    "自動返信",
    "자동 회신",
)


def classify(mail: Mail, own_domains: Collection[str]) -> Kind:
    """Return what `mail` is, by its headers and, where they are silent, by what it quotes.

    Never LOOP: that a mail is one of ours which came back only the store can say. Forwarders put
    an X-Loop on all mail, and another installation's ids look the same.

    Reports go first: they carry the loop and list fields of the messages they are about. An answer
    by a ticket system that sets list fields is still an answer, and a mail through a list of the
    organisation's own (a group address) is a person's.
    """
    report = read_report(mail)
    if report is not None:
        return _REPORT_KINDS[report.kind]
    if is_absence(mail):
        return Kind.AUTO_REPLY
    answers = bool(mail.in_reply_to or mail.references)
    if not answers and (_is_automatic(mail) or _is_bulk(mail, own_domains)):
        return Kind.BULK
    if answers or subjects.is_answer(mail.subject):
        return Kind.REPLY
    if subjects.is_forward(mail.subject):
        return Kind.NORMAL
    quoted = has_quote(mail.text) or bool(mail.html and split_html(mail.html).quoted)
    return Kind.REPLY if quoted else Kind.NORMAL


def may_answer(mail: Mail, own_addresses: Collection[str], own_domains: Collection[str]) -> bool:
    """Return whether an automatic answer to `mail` is allowed (RFC 3834 2, and what mail teaches).

    No to anything automatic, bulk, from a list, from a machine's or an own address, or not written
    to one of `own_addresses`. The caller still limits the rate: no such list is ever complete.
    """
    local = mail.sender.address.rpartition("@")[0].casefold().partition("+")[0]
    suppressed = {word.strip() for word in _value(mail, "x-auto-response-suppress").split(",")}
    precedence = _value(mail, "precedence")
    refusals = (
        not mail.sender.address,
        classify(mail, own_domains) not in (Kind.REPLY, Kind.NORMAL),
        _is_automatic(mail),
        _is_null(mail),
        precedence in BULK_PRECEDENCE | AUTO_PRECEDENCE,
        not suppressed.isdisjoint(SUPPRESSED),
        any(name in mail.headers for name in (*LIST_FIELDS, *AUTO_REPLY_FIELDS, "x-loop")),
        "multipart/report" in _value(mail, "content-type"),
        local in MACHINE_SENDERS or local.startswith(MACHINE_PREFIXES),
        is_own(mail.sender.address, own_addresses),
        _is_own_domain(_domain(mail.message_id.strip("<>")), own_domains),
        not any(is_own(place.address, own_addresses) for place in (*mail.to, *mail.cc)),
    )
    return not any(refusals)


def is_absence(mail: Mail) -> bool:
    """Whether an absence notice or another automatic answer wrote this.

    X-Auto-Response-Suppress alone is on people's mail from Outlook, so it needs Exchange's mark of
    an inbox rule with it; a subject needs any second sign.
    """
    submitted = _value(mail, "auto-submitted")
    if "auto-replied" in submitted or "vacation" in submitted:
        return True
    if _value(mail, "precedence") in AUTO_PRECEDENCE:
        return True
    if any(_value(mail, name) not in ("", "no", "false") for name in AUTO_REPLY_FIELDS):
        return True
    programs = f"{_value(mail, 'x-mailer')} {_value(mail, 'x-post-messageclass')}"
    if "vacation" in programs or "autorespon" in programs or "auto-respon" in programs:
        return True
    if _value(mail, "x-apple-action") == "vacation" or _value(mail, "x-autogenerated") == "reply":
        return True
    suppressed = _value(mail, "x-auto-response-suppress")
    if "all" in suppressed and "x-ms-exchange-inbox-rules-loop" in mail.headers:
        return True
    second = suppressed or _is_null(mail) or _value(mail, "precedence") in BULK_PRECEDENCE
    return bool(second) and mail.subject.casefold().lstrip("[( ").startswith(ABSENCE_SUBJECTS)


def is_own(address: str, own_addresses: Collection[str]) -> bool:
    """Whether `address`, without its plus part and whatever its case, is one of our own."""
    plain = _plain(address)
    return bool(plain) and any(plain == _plain(own) for own in own_addresses)


def _is_bulk(mail: Mail, own_domains: Collection[str]) -> bool:
    list_id = _value(mail, "list-id").rpartition("<")[2].strip("<> ")
    if list_id and _is_own_domain(list_id, own_domains):
        return False
    return _value(mail, "precedence") in BULK_PRECEDENCE or any(
        name in mail.headers for name in LIST_FIELDS
    )


def _is_automatic(mail: Mail) -> bool:
    """RFC 3834 5: any value but `no` says that no person sent this."""
    return _value(mail, "auto-submitted").partition(";")[0].strip() not in ("", "no")


def _is_null(mail: Mail) -> bool:
    return _value(mail, "return-path").replace(" ", "") == "<>"


def _is_own_domain(domain: str, own_domains: Collection[str]) -> bool:
    name = domain.casefold()
    return any(name == own.casefold() or name.endswith(f".{own.casefold()}") for own in own_domains)


def _domain(address: str) -> str:
    return address.rpartition("@")[2] if "@" in address else ""


def _plain(address: str) -> str:
    local, at, domain = address.strip().casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" if at else ""


def _value(mail: Mail, name: str) -> str:
    return mail.header(name).casefold()
