"""Doors of email gateway."""

from __future__ import annotations

from contracts.email_gateway import EmailGateway

from ..door import Door

DOORS = (
    Door("POST", "/connections/{id}/test", EmailGateway, "try_connection"),
    Door("GET", "/sandbox/mailboxes", EmailGateway, "sandbox_mailboxes"),
    Door("PUT", "/sandbox/mailboxes", EmailGateway, "put_sandbox_mailbox"),
    Door("GET", "/sandbox/mails", EmailGateway, "sandbox_mails"),
    Door("POST", "/sandbox/mails", EmailGateway, "sandbox_write", 201),
    Door("POST", "/sandbox/mails/{id}/open", EmailGateway, "sandbox_read"),
    Door("POST", "/sandbox/mails/{id}/reply", EmailGateway, "sandbox_reply", 201),
)
