"""The WhatsApp gateway, as `fairlead.run` runs it: `python -m scripts.bench.hooks.gateway`."""

from __future__ import annotations

import fairlead.patching  # noqa: F401

# isort: split
# Nothing that waits may be imported before.

from uuid import UUID

from contracts.whatsapp_gateway import (
    CloudAccount,
    WhatsAppConnectionDetails,
    WhatsAppConnectionKind,
    WhatsAppGateway,
)
from fairlead import logs
from fairlead.context import Context, Role, acting
from fairlead.process import Process
from scripts.servers.graph import ACCOUNT_ID, NUMBER_ID, SECRET, TOKEN, VERIFY
from whatsapp_gateway.service import WhatsAppGatewayService

from ..worker import obey

ORGANISATION = UUID("018f0000-0000-7000-8000-000000000001")
DETAILS = WhatsAppConnectionDetails(
    label="Operations",
    kind=WhatsAppConnectionKind.CLOUD,
    number="+351210000000",
    cloud=CloudAccount(
        phone_number_id=NUMBER_ID,
        business_account_id=ACCOUNT_ID,
        access_token=TOKEN,
        app_secret=SECRET,
        verify_token=VERIFY,
    ),
)


def main() -> None:
    """Run until nobody wants it any more."""
    process = Process([WhatsAppGatewayService])
    logs.configure(WhatsAppGatewayService.name, level="error")
    process.migrate()
    process.start()
    client = process.runtime.caller.client(WhatsAppGateway)

    def connect() -> str:
        """Make a number of Meta's; returns its id."""
        with acting(Context(role=Role.OWNER, organisation=ORGANISATION)):
            return str(client.create_whatsapp_connection(details=DETAILS).id)

    obey({"connect": connect})


if __name__ == "__main__":
    main()
