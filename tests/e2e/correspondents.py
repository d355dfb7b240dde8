"""Those on the other side: they read, click and answer, in the sandbox or by real mail."""

from __future__ import annotations

import re
import smtplib
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP, default
from email.utils import make_msgid
from typing import Any, Protocol

import httpx

from scripts.servers.mail import MailServer
from tests.e2e.client import Api, wait_for

READER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Thunderbird/145.0"
_PIXEL = re.compile(r'src="([^"]+/t/o/[^"]+\.gif)"')
_LINK = re.compile(r'href="([^"]+/t/c/[^"]+)"')


@dataclass
class Arrived:
    """A mail as its reader has it."""

    sender: str
    subject: str
    html: str
    text: str
    handle: Any

    def tracked_link(self) -> str:
        """The first link in it."""
        found = _LINK.search(self.html)
        assert found, "the mail has no tracked link"
        return found.group(1)


class Correspondent(Protocol):
    """Somebody who has a mailbox."""

    domain: str

    def arrived(self, address: str) -> Arrived:
        """Wait for a mail and return it."""
        ...

    def open(self, mail: Arrived) -> None:
        """Look at it, pictures and all."""
        ...

    def answer(self, mail: Arrived, address: str, text: str, pdf: bytes) -> None:
        """Answer it from a mail program, with a PDF."""
        ...

    def mistype(self) -> str:
        """An address that does not exist."""
        ...


def click(mail: Arrived) -> httpx.Response:
    """Follow the first link as a browser does."""
    return httpx.get(
        mail.tracked_link(), headers={"User-Agent": READER}, follow_redirects=True, timeout=30
    )


class SandboxCorrespondent:
    """Reads and answers through the sandbox's doors."""

    domain = "rio-transfers.example"

    def __init__(self, api: Api) -> None:
        self._api = api
        # A mailbox opens with the first mail of its owner, and its domain has no others then.
        address = api.get("/connections")[0]["details"]["address"]
        api.post(
            "/sandbox/mails",
            {
                "sender": {"address": f"hello@{self.domain}", "name": "Rio Transfers"},
                "to": address,
                "subject": "Our new rates",
                "text": "Good morning, please find our rates on our site.",
            },
        )
        api.post(
            "/sandbox/mails",
            {
                "sender": {"address": f"rui@{self.domain}", "name": "Rui Costa"},
                "to": address,
                "subject": "Hello",
                "text": "This is my address.",
            },
        )

    def arrived(self, address: str) -> Arrived:
        mails = wait_for(
            lambda: self._api.get("/sandbox/mails", address=address), f"a mail to {address}"
        )
        mail = mails[0]
        return Arrived(mail["sender"]["address"], mail["subject"], mail["html"], mail["text"], mail)

    def open(self, mail: Arrived) -> None:
        self._api.post(f"/sandbox/mails/{mail.handle['id']}/open")

    def answer(self, mail: Arrived, address: str, text: str, pdf: bytes) -> None:
        file = self._api.upload("Confirmação nº 7.pdf", pdf)["file"]
        self._api.post(
            f"/sandbox/mails/{mail.handle['id']}/reply", {"text": text, "attachments": [file]}
        )

    def mistype(self) -> str:
        return f"riu@{self.domain}"


class MailCorrespondent:
    """Reads a real mailbox and answers through a real server."""

    domain = "supplier.test"

    def __init__(self, server: MailServer) -> None:
        self._server = server

    def arrived(self, address: str) -> Arrived:
        raw = wait_for(lambda: self._server.mails(address), f"a mail to {address}")[-1]
        mail: Any = message_from_bytes(raw, policy=default)
        html = mail.get_body(("html",)).get_content()
        text = mail.get_body(("plain",)).get_content()
        sender = mail["From"].addresses[0].addr_spec
        return Arrived(sender, str(mail["Subject"]), html, text, mail)

    def open(self, mail: Arrived) -> None:
        found = _PIXEL.search(mail.html)
        assert found, "the mail has no pixel"
        headers = {"User-Agent": READER, "Accept": "image/avif,image/webp,*/*"}
        assert httpx.get(found.group(1), headers=headers).status_code == 200

    def answer(self, mail: Arrived, address: str, text: str, pdf: bytes) -> None:
        original: Message = mail.handle
        reply = EmailMessage(policy=SMTP.clone(max_line_length=998))
        reply["From"] = f"Rui Costa <{address}>"
        reply["To"] = str(original["Reply-To"])
        reply["Subject"] = f"Re: {mail.subject}"
        reply["Message-ID"] = make_msgid(domain=self.domain)
        reply["In-Reply-To"] = str(original["Message-ID"])
        reply["References"] = str(original["Message-ID"])
        quoted = "\n".join(f"> {line}" for line in mail.text.splitlines())
        reply.set_content(
            f"{text}\n\nOn Sun, 22 Nov 2026 at 10:15, Operations <{mail.sender}> wrote:\n"
            f"\n{quoted}\n"
        )
        reply.add_attachment(
            pdf, maintype="application", subtype="pdf", filename="Confirmação nº 7.pdf"
        )
        with smtplib.SMTP("127.0.0.1", self._server.smtp_port, local_hostname="pc") as smtp:
            smtp.sendmail(address, [str(original["Reply-To"])], reply.as_bytes())

    def mistype(self) -> str:
        address = f"riu@{self.domain}"
        self._server.bounce(address)
        return address
