"""`make up`: everything in this process, on the embedded bus and SQLite, with the demo's world."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_select")
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402

eventlet.monkey_patch()

from fairlead.real_locks import import_with_real_locks  # noqa: E402

import_with_real_locks()

from webhooks.service import WebhooksService  # noqa: E402

from accounts.service import AccountsService  # noqa: E402
from api_gateway.service import ApiGateway  # noqa: E402
from contacts.service import ContactsService  # noqa: E402
from email_gateway.service import EmailGatewayService  # noqa: E402
from fairlead import logs  # noqa: E402
from fairlead.process import Process  # noqa: E402
from fairlead.settings import BadSettings  # noqa: E402
from inbox.service import InboxService  # noqa: E402
from itineraries.service import ItinerariesService  # noqa: E402
from scripts.demo import plant_once  # noqa: E402
from scripts.keys import local_keys  # noqa: E402
from scripts.sign_ins import announce  # noqa: E402
from sms_gateway.service import SmsGatewayService  # noqa: E402
from whatsapp_gateway.service import WhatsAppGatewayService  # noqa: E402

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
