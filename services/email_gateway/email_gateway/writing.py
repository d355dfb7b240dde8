"""What one recipient's copy of a message looks like: the letter around what the inbox gave."""

from __future__ import annotations

import html as html_escaping
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import nh3

from contracts.accounts import Branding as Face
from contracts.accounts import Organisation, Settings
from contracts.channels import EmailQueued, EmailRecipient, Mailbox, NoticeQueued, RecipientRole
from contracts.email_gateway import ConnectionDetails, ConnectionKind

from .domain.delivery import Report
from .domain.fields import Address, plain_address
from .domain.leaving import mailto
from .domain.letter import Letter, Unsubscribe, build
from .domain.parts import Attachment
from .domain.threads import Threader, reply_references
from .domain.tracking import TRAP, Tracker, rewrite_links, trap_tag
from .layout import Branding, dress, dress_text

_Queued = EmailQueued  # what leaves is kept as one; it is the inbox alone that says one


@dataclass(frozen=True, slots=True)
class Desk:
    """What every letter of this installation is written with."""

    threader: Threader
    tracker: Tracker
    public_url: str
    test_domains: bool = False


@dataclass(frozen=True, slots=True)
class Copy:
    """One recipient's copy: the bytes, where bounces go, and where its tracked links lead."""

    envelope_from: str
    recipient: str
    data: bytes
    mail_id: str
    envelope_id: str
    links: list[str] = field(default_factory=list)


def write_copy(
    desk: Desk,
    queued: EmailQueued,
    recipient: EmailRecipient,
    connection: ConnectionDetails,
    organisation: Organisation,
    attachments: Sequence[Attachment],
) -> Copy:
    """The letter for `recipient`, from the connection's address; raises LetterRefused.

    The copies of one message share its Message-ID and Reply-To, so that those who answer each
    other stay in one thread; the envelope's sender and the tracking belong to one recipient.
    """
    settings = organisation.settings
    address = connection.address
    page, links = _page(desk, queued, recipient, settings)
    mail_id = desk.threader.message_id(queued.message_id, address.rpartition("@")[2])
    letter = Letter(
        message_id=mail_id,
        sender=Address(queued.sender_name or settings.sender.name or organisation.name, address),
        reply_to=Address("", _reply_to(desk, queued, connection, settings)),
        to=_people(queued, RecipientRole.TO) or [Address("", recipient.mailbox.address)],
        cc=_people(queued, RecipientRole.CC),
        subject=queued.subject,
        date=queued.queued_at,
        html=page,
        text=_plain(queued, settings),
        attachments=attachments,
        in_reply_to=queued.references[-1] if queued.references else None,
        references=reply_references(queued.references[:-1], queued.references[-1])
        if queued.references
        else (),
        unsubscribe=_unsubscribe(desk, recipient, connection) if queued.bulk else None,
        auto_submitted="auto-generated" if queued.automatic else None,
        test_domains=desk.test_domains,
    )
    bounces = (
        desk.threader.bounce_address(recipient.delivery_id, address)
        if connection.plus_addressing
        else address
    )
    return Copy(
        envelope_from=bounces,
        recipient=plain_address("to", recipient.mailbox.address, test_domains=desk.test_domains),
        data=build(letter),
        mail_id=mail_id,
        envelope_id=desk.threader.envelope_id(recipient.delivery_id),
        links=links,
    )


def reports(
    queued: EmailQueued, connection: ConnectionDetails, *, notice: bool
) -> tuple[Report, ...]:
    """What the server is asked to report (RFC 3461 4.1): a success too, where we shall read it
    and somebody looks for it."""
    wanted = connection.delivery_reports and connection.imap is not None
    if wanted and not queued.bulk and not notice:
        return ("SUCCESS", "FAILURE", "DELAY")
    return ("FAILURE", "DELAY")


def as_message(notice: NoticeQueued) -> EmailQueued:
    """A notice as a message that no person wrote, in no conversation, which nothing tracks."""
    id = notice.notice_id
    recipient = EmailRecipient(delivery_id=id, role=RecipientRole.TO, mailbox=notice.to)
    return _Queued(
        message_id=id,
        connection_id=None,
        conversation_id=id,
        queued_at=notice.queued_at,
        recipients=[recipient],
        subject=notice.subject,
        html=notice.html,
        text=notice.text,
        automatic=True,
        track=False,
    )


def letterhead(
    settings: Settings, html: str, signature: str, subject: str, pixel_url: str | None = None
) -> str:
    """The page around a message's content, as every recipient sees it."""
    return dress(
        html,
        branding(settings),
        signature_html=as_html(signature or settings.signature),
        footer_html=as_html(settings.footer),
        language=settings.language,
        preheader=subject,
        pixel_url=pixel_url,
    )


def default_settings() -> Settings:
    """What a preview looks like before accounts has told of the organisation."""
    return Settings(zone="UTC", language="en", currency="EUR", branding=Face(name="Your company"))


def branding(settings: Settings) -> Branding:
    """The organisation's face, as the layout takes it."""
    face = settings.branding
    return Branding(face.name, face.colour, face.logo_url, face.website, tuple(face.address))


def as_html(written: str) -> str:
    """A signature or footer as a person wrote it: HTML is cleaned, plain text keeps its lines."""
    if "<" in written and ">" in written:
        return nh3.clean(written)
    return "<br>".join(html_escaping.escape(line) for line in written.splitlines())


def _page(
    desk: Desk, queued: EmailQueued, recipient: EmailRecipient, settings: Settings
) -> tuple[str, list[str]]:
    tracker, id = desk.tracker, recipient.delivery_id
    pixel = None
    if queued.track and settings.track_opens:
        pixel = f"{desk.public_url}/t/o/{tracker.open_token(id)}.gif"
    page = letterhead(settings, queued.html, queued.signature, queued.subject, pixel)
    if not (queued.track and settings.track_clicks):
        return page, []

    def led(number: int, url: str = "") -> str:
        return f"{desk.public_url}/t/c/{tracker.click_token(id, number)}"

    page, links = rewrite_links(page, led)
    if links:
        above, end, below = page.rpartition("</body>")
        page = f"{above}{trap_tag(led(TRAP))}{end}{below}"
    return page, links


def _plain(queued: EmailQueued, settings: Settings) -> str:
    return dress_text(
        queued.html,
        branding(settings),
        as_html(queued.signature or settings.signature),
        as_html(settings.footer),
    )


def _reply_to(
    desk: Desk, queued: EmailQueued, connection: ConnectionDetails, settings: Settings
) -> str:
    if settings.sender.reply_to:
        return settings.sender.reply_to
    if not connection.plus_addressing:
        return connection.address
    return desk.threader.reply_address(queued.message_id, connection.address)


def _unsubscribe(
    desk: Desk, recipient: EmailRecipient, connection: ConnectionDetails
) -> Unsubscribe:
    token = desk.tracker.unsubscribe_token(recipient.delivery_id)
    secure = desk.public_url.startswith("https:")  # RFC 8058 section 3.1 wants it
    read = connection.imap is not None or connection.kind is ConnectionKind.SANDBOX
    return Unsubscribe(
        url=f"{desk.public_url}/t/u/{token}" if secure else None,
        mailto=mailto(connection.address, token) if read else None,
    )


def _people(queued: EmailQueued, role: RecipientRole) -> list[Address]:
    return [_address(each.mailbox) for each in queued.recipients if each.role is role]


def _address(mailbox: Mailbox) -> Address:
    return Address(mailbox.name, mailbox.address)


def recipient_of(queued: EmailQueued, delivery_id: UUID) -> EmailRecipient:
    """The recipient whose delivery this is."""
    return next(each for each in queued.recipients if each.delivery_id == delivery_id)
