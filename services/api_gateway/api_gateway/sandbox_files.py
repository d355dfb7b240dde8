"""What the people of the sandbox were sent: they open files from their own mailbox or phone."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response

from contracts.common import FileNumber
from contracts.email_gateway import EmailGateway
from contracts.whatsapp_gateway import WhatsAppGateway
from fairlead import context
from fairlead.contract import Interface, calls
from fairlead.uploads import ALLOWED, INLINE

from .door import converted
from .gateway import gateway
from .handing_out import Handout, hand_out
from .parameters import expect_only, id_of

views = Blueprint("sandbox_files", __name__)

UNKNOWN: Final = "application/octet-stream"


@views.get("/sandbox/mails/<id>/files/<number>")
def of_mail(id: str, number: str) -> Response:
    """A file that came with a mail."""
    return _opened(EmailGateway, "sandbox_mail_file", id, number)


@views.get("/sandbox/chats/<id>/files/<number>")
def of_chat(id: str, number: str) -> Response:
    """A file that came with a message on a phone."""
    return _opened(WhatsAppGateway, "sandbox_chat_file", id, number)


def _opened(interface: type[Interface], name: str, id: str, number: str) -> Response:
    calls(interface)[name].right.check(context.current())
    expect_only()
    ask: Any = getattr(gateway().clients[interface], name)
    file = ask(id=id_of(id), number=converted(number, FileNumber, "number"))
    # A mail says of what kind its files are; what we do not know is nothing but bytes.
    kind = file.content_type if file.content_type in ALLOWED else UNKNOWN
    organisation = context.current().need_organisation()
    handout = Handout(organisation, file.key, file.size, file.name, kind, shown=kind in INLINE)
    return hand_out(gateway().files, handout, cached="private, no-cache")
