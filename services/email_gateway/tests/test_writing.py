"""A queued email as the bytes that one recipient gets."""

from __future__ import annotations

import datetime as dt
import email.policy
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from contracts.accounts import Branding, Organisation, Settings
from contracts.channels import EmailQueued, EmailRecipient, Mailbox, RecipientRole
from contracts.email_gateway import ConnectionDetails, ConnectionKind
from email_gateway.domain.parts import Attachment
from email_gateway.domain.threads import Threader
from email_gateway.domain.tracking import Tracker
from email_gateway.writing import Desk, write_copy

DESK = Desk(Threader(b"s" * 16), Tracker("s" * 16), "https://hub.test", test_domains=True)
ANA = EmailRecipient(
    delivery_id=uuid4(), role=RecipientRole.TO, mailbox=Mailbox(address="ana@mail.test")
)
CONNECTION = ConnectionDetails(
    label="Desk", address="desk@agency.test", kind=ConnectionKind.SANDBOX
)
AGENCY = Organisation(
    id=uuid4(),
    name="Mar",
    settings=Settings(
        zone="UTC", language="en", currency="EUR", branding=Branding(name="Mar e Terra")
    ),
    version=1,
)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def queued_mail(**fields: Any) -> EmailQueued:
    values: dict[str, Any] = {
        "message_id": uuid4(),
        "connection_id": None,
        "conversation_id": uuid4(),
        "queued_at": dt.datetime.now(dt.UTC),
        "recipients": [ANA],
        "subject": "The plan",
        "html": "<p>Hi</p>",
        "text": "Hi",
    }
    return EmailQueued(**(values | fields))


def written(attachments: list[Attachment], **fields: Any) -> EmailMessage:
    data = write_copy(DESK, queued_mail(**fields), ANA, CONNECTION, AGENCY, attachments).data
    return email.message_from_bytes(data, _class=EmailMessage, policy=email.policy.SMTP)


def test_an_address_goes_over_the_wire_in_its_form_for_that() -> None:
    abroad = msgspec.structs.replace(ANA, mailbox=Mailbox(address="ana@bücher.test"))
    queued = queued_mail(recipients=[abroad])
    copy = write_copy(DESK, queued, abroad, CONNECTION, AGENCY, [])
    assert copy.recipient == "ana@xn--bcher-kva.test"


def test_a_picture_is_where_the_html_names_it_and_no_attachment() -> None:
    id = str(uuid4())
    files = [
        Attachment("plan.pdf", "application/pdf", b"%PDF-1.7"),
        Attachment("logo.png", "image/png", PNG, content_id=id),
    ]
    mail = written(files, html=f'<p>Hi</p><img src="cid:{id}" alt="Logo">')
    assert [part.get_filename() for part in mail.iter_attachments()] == ["plan.pdf"]
    [related] = [each for each in mail.walk() if each.get_content_type() == "multipart/related"]
    page, picture = related.iter_parts()
    html = page.get_body(("html",))
    assert html is not None
    assert f'src="cid:{id}"' in html.get_content()
    assert (picture["Content-ID"], picture.get_content_disposition()) == (f"<{id}>", "inline")
    assert picture.get_content() == PNG


@pytest.mark.parametrize("bulk", [True, False])
def test_bulk_mail_alone_says_how_to_stop_it(bulk: bool) -> None:
    mail = written([], bulk=bulk)
    assert ("List-Unsubscribe" in mail) is bulk
    assert (mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click") is bulk
