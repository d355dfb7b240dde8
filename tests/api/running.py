"""`python -m tests.api.running FOLDER`: everything in one process, with two organisations.

Each has somebody of every role; their API tokens stand in FOLDER/ready.json once it is ready.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_select")
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import eventlet  # noqa: E402

eventlet.monkey_patch()

from importlib import import_module  # noqa: E402
from typing import Any  # noqa: E402
from uuid import UUID, uuid4  # noqa: E402

from contracts.accounts import Accounts, Branding, Settings, StaffRole, User  # noqa: E402
from fairlead import logs  # noqa: E402
from fairlead.context import Context, Role, acting, service_context  # noqa: E402
from fairlead.process import Process  # noqa: E402
from scripts.keys import local_keys, write_private  # noqa: E402
from scripts.servers.ports import free_ports  # noqa: E402
from scripts.stack import SERVICES  # noqa: E402

PASSWORD = "correct horse battery staple"
NAMES = ("ours", "theirs")


def environment(folder: Path) -> dict[str, str]:
    """What the services read."""
    port = str(free_ports(1)[0])
    return {
        "FAIRLEAD_AMQP_URI": "embedded://",
        "FAIRLEAD_DATABASE_URL": f"sqlite:///{folder}/{{service}}.db",
        "FAIRLEAD_FILES": str(folder / "files"),
        "FAIRLEAD_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "FAIRLEAD_PORT": port,
        "FAIRLEAD_ADMIN_PORT": "0",
        "FAIRLEAD_SANDBOX": "yes",
        "FAIRLEAD_SMS_PRIVATE_HOSTS": "yes",
        "FAIRLEAD_EMAIL_TEST_DOMAINS": "yes",
        "FAIRLEAD_REQUESTS_PER_SECOND": "100000",  # many strangers come from one address
        "FAIRLEAD_LOG_LEVEL": "warning",
        **local_keys(folder),
    }


def found(accounts: Accounts, name: str) -> dict[str, str]:
    """An organisation with an employee of each role; returns their API tokens by role."""
    organisation = uuid4()
    settings = Settings(
        zone="Europe/Lisbon",
        language="en",
        currency="EUR",
        branding=Branding(name=name.title()),
        footer="Agency Lda",
    )
    with acting(service_context(organisation)):
        accounts.found_organisation(
            id=organisation,
            name=name.title(),
            settings=settings,
            owner_name="Olga Owner",
            owner_email=f"owner@{name}.test",
            owner_password=PASSWORD,
        )
        [owner] = accounts.list_users()
    users = {StaffRole.OWNER: owner}
    with acting(_as(owner, organisation)):
        for role in (StaffRole.ADMIN, StaffRole.SUPERVISOR, StaffRole.USER):
            users[role] = accounts.create_user(
                name=f"The {role.value}",
                email=f"{role.value}@{name}.test",
                role=role,
                password=PASSWORD,
            )
    tokens = {}
    for role, user in users.items():
        with acting(_as(user, organisation)):
            tokens[role.value] = accounts.create_api_token(name="Tests").secret or ""
    return tokens


def _as(user: User, organisation: UUID) -> Context:
    return Context(
        role=Role(user.role.value), organisation=organisation, user=user.id, user_name=user.name
    )


def _class(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def main(folder: Path) -> int:
    """Run until SIGINT; returns the exit code."""
    os.environ.update(environment(folder))
    process = Process([_class(place) for place in SERVICES.values()])
    logs.configure(level=process.settings.log_level, format=process.settings.log_format)
    process.migrate()
    process.start()
    accounts = process.runtime.caller.client(Accounts)
    ready = {
        "address": process.settings.public_url.reveal(),
        "tokens": {name: found(accounts, name) for name in NAMES},
    }
    write_private(folder / "ready.json", ready)
    code = process.wait()
    process.stop()
    return code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
