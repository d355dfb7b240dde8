"""Two running systems: the embedded one with the sandbox, and the real one with real mail."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.servers.mail import MailServer
from scripts.servers.ports import free_ports
from scripts.stack import Stack
from tests.e2e.client import Api, wait_for
from tests.e2e.planted import lay

OWNER, PASSWORD = "ana@agency.test", "correct horse battery staple"


@contextmanager
def embedded(folder: Path) -> Iterator[dict[str, Any]]:
    """`make up` in `folder`, which may have its world already; gives what var/up.json holds."""
    lay(folder, _up)
    with _up(folder) as up:
        yield up


@contextmanager
def _up(folder: Path) -> Iterator[dict[str, Any]]:
    port = free_ports(1)[0]
    environment = {**os.environ, "FAIRLEAD_VAR": str(folder), "FAIRLEAD_PORT": str(port)}
    path = folder / "up.json"
    path.unlink(missing_ok=True)  # an earlier start's, if that was killed
    log = (folder / "up.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "scripts.up"], env=environment, stdout=log, stderr=log
    )
    try:

        def ready() -> bool:
            assert process.poll() is None, (folder / "up.log").read_text()
            return path.exists()

        wait_for(ready, "make up to be ready", seconds=180)
        yield json.loads(path.read_text())
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(30)
        log.close()
    assert code == 0, (folder / "up.log").read_text()


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that the servers' own users can pass through.

    Not pytest's: each run of pytest closes the folder above all its folders to other users, and
    RabbitMQ, which runs as one, then cannot make queues (it says cluster_not_formed).
    """
    with tempfile.TemporaryDirectory(prefix="fairlead-stack-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)


@contextmanager
def real(
    folder: Path, mail: MailServer, *, runners: Mapping[str, str] | None = None, **extra: str
) -> Iterator[Stack]:
    """Every service as a process, on RabbitMQ and PostgreSQL, with one organisation; `runners` as
    Stack has them."""
    environment = {
        "FAIRLEAD_EMAIL_TEST_DOMAINS": "yes",
        "FAIRLEAD_EMAIL_PRIVATE_HOSTS": "yes",
        "FAIRLEAD_EMAIL_CA_FILE": str(mail.certificate),
        "FAIRLEAD_LOG_LEVEL": "info",
        **extra,
    }
    with Stack(folder, environment, runners) as stack:
        found(stack)
        yield stack


def found(stack: Stack) -> None:
    """An organisation and its owner, at the admin door of accounts."""
    body = {
        "name": "Agency",
        "settings": {
            "zone": "Europe/Lisbon",
            "language": "en",
            "currency": "EUR",
            "branding": {"name": "Agency Journeys", "address": ["Rua Augusta 1, Lisboa"]},
            "signature": "Ana Silva\nAgency Journeys",
            "footer": "Agency Journeys Lda",
        },
        "owner_name": "Ana Silva",
        "owner_email": OWNER,
        "owner_password": PASSWORD,
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{stack.admin_ports['accounts']}/admin/accounts/organisations",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {stack.admin_token}"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.status == 200


def connect_mail(api: Api, mail: MailServer, address: str) -> Any:
    """An email connection to the real server, by the API."""
    details = {
        "label": "Operations",
        "address": address,
        "kind": "password",
        "smtp": {
            "host": "127.0.0.1",
            "port": mail.submission_port,
            "security": "starttls",
            "username": address,
            "password": mail.password,
        },
        "imap": {
            "host": "127.0.0.1",
            "port": mail.imaps_port,
            "security": "tls",
            "username": address,
            "password": mail.password,
        },
        "per_minute": 10_000,
    }
    return api.post("/connections", {"channel": "email", "details": details})
