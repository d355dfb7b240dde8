"""`make up`: everything in this process, on the embedded bus and SQLite, with the demo's world."""

from __future__ import annotations

import fairlead.patching  # noqa: F401

# isort: split

import os
import sys
from pathlib import Path

from webhooks.service import WebhooksService

from accounts.service import AccountsService
from api_gateway.service import ApiGateway
from contacts.service import ContactsService
from email_gateway.service import EmailGatewayService
from fairlead import logs
from fairlead.process import Process
from fairlead.settings import BadSettings
from inbox.service import InboxService
from itineraries.service import ItinerariesService
from scripts.demo import plant_once
from scripts.keys import local_keys
from scripts.sign_ins import announce
from scripts.web import DIST
from sms_gateway.service import SmsGatewayService
from whatsapp_gateway.service import WhatsAppGatewayService

SERVICES = (
    AccountsService,
    ContactsService,
    ItinerariesService,
    InboxService,
    EmailGatewayService,
    SmsGatewayService,
    WhatsAppGatewayService,
    WebhooksService,
    ApiGateway,
)


def environment(folder: Path) -> dict[str, str]:
    """What the services read, where the caller's environment says nothing else."""
    port = os.environ.get("FAIRLEAD_PORT") or "8080"
    return {
        "FAIRLEAD_DATABASE_URL": f"sqlite:///{folder}/{{service}}.db",
        "FAIRLEAD_FILES": str(folder / "files"),
        "FAIRLEAD_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "FAIRLEAD_PORT": port,
        "FAIRLEAD_ADMIN_PORT": "0",
        "FAIRLEAD_SANDBOX": "yes",
        "FAIRLEAD_WEB_CLIENT": str(DIST),
        "FAIRLEAD_LOG_FORMAT": "console",
        "FAIRLEAD_LOG_LEVEL": "warning",
        **local_keys(folder),
    }


def main() -> int:
    """Run until Ctrl-C; returns the exit code."""
    folder = Path(os.environ.get("FAIRLEAD_VAR") or "var").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "up.json").unlink(missing_ok=True)  # it stands there while everything is ready
    for name, value in environment(folder).items():
        os.environ.setdefault(name, value)
    try:
        process = Process(SERVICES)
    except BadSettings as bad:
        print(bad, file=sys.stderr)
        return 2
    settings = process.settings
    logs.configure(level=settings.log_level, format=settings.log_format)
    process.migrate()
    try:
        process.start()
    except OSError as error:
        print(f"Port {settings.port}: {error.strerror}; set FAIRLEAD_PORT", file=sys.stderr)
        return 1
    world = plant_once(process.runtime.caller, folder)
    announce(
        folder / "up.json",
        world,
        settings.public_url.reveal(),
        os.environ["FAIRLEAD_ADMIN_TOKEN"],
        f"http://{settings.host}:{process.runtime.admin.port}",
    )
    code = process.wait()
    print("Stopping…", flush=True)
    (folder / "up.json").unlink(missing_ok=True)
    process.stop()
    return code


if __name__ == "__main__":
    sys.exit(main())
