"""What a fetched mail is: an answer, a new message, a report, or nothing for us.

Plain values in and out; the receiver reads the bytes before and writes the outcome after.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from contracts.channels import AutomaticKind, Mailbox

from .cleaning import clean
from .domain.automatic import Kind, classify
from .domain.bounces import Report, read_report
from .domain.html_quotes import split_html
from .domain.mime import Mail, read_mail
from .domain.quotes import split_reply


@dataclass(frozen=True, slots=True)
class Spoken:
    """What somebody newly wrote, and the rest folded away."""

    text: str
    quoted_text: str
    html: str | None
    quoted_html: str | None


@dataclass(frozen=True, slots=True)
class Understood:
    """A mail, its report if it is one, which kind it is, and what was newly written."""

    mail: Mail
    report: Report | None
    kind: Kind
    said: Spoken

    @property
    def automatic(self) -> AutomaticKind:
        """How the inbox is told of it."""
        if self.kind in (Kind.REPLY, Kind.NORMAL):
            return AutomaticKind.NONE
        return AutomaticKind.BULK if self.kind is Kind.BULK else AutomaticKind.AUTO_REPLY


def understand(raw: bytes, own_domains: Collection[str]) -> Understood:
    """Read a mail; never raises for what it contains."""
    mail = read_mail(raw)
    report = read_report(mail)
    return Understood(mail, report, classify(mail, own_domains), spoken(mail))


def spoken(mail: Mail) -> Spoken:
    """The new part and the quoted part of a mail, its HTML cleaned."""
    text = split_reply(mail.text)
    if mail.html is None:
        return Spoken(text.visible, text.quoted, None, None)
    html = split_html(mail.html)
    return Spoken(text.visible, text.quoted, clean(html.visible), clean(html.quoted) or None)


def mailbox(name: str, address: str) -> Mailbox:
    """An address of a mail, in the bounds of the contract."""
    return Mailbox(address=address[:320], name=name[:200])
