"""The admin endpoints of accounts: founding an organisation, which nobody signed in can, and
whether its audit log is whole."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from contracts.accounts import Accounts, Password, Settings
from contracts.common import Address, Name
from fairlead.admin import Request
from fairlead.context import acting, service_context
from fairlead.errors import Invalid
from fairlead.runtime import Runtime
from fairlead.store import EVERYWHERE, new_id
from fairlead.store.waiting import Waiting

from .store import audit, mailing

SERVICE = "accounts"


class Founding(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A new organisation and its first owner. With an `id`, repeating it changes nothing."""

    name: Name
    settings: Settings
    owner_name: Name
    owner_email: Address
    owner_password: Password
    id: UUID | None = None


def register(runtime: Runtime) -> None:
    """Offer `POST /admin/accounts/organisations` and `GET /admin/accounts/audit/{organisation}`,
    and show the mails to employees that wait.
    """
    accounts = runtime.caller.client(Accounts)
    database = runtime.database(SERVICE)

    def mails() -> Waiting:
        with database.reading(EVERYWHERE) as session:
            return mailing.waiting_rounds(session)

    runtime.admin.queue(SERVICE, "mails", mails)

    @runtime.admin.route(SERVICE, "POST", "/organisations")
    def found(request: Request) -> Any:
        wanted = request.decode(Founding)
        id = wanted.id or new_id()
        with acting(service_context(id)):
            return accounts.found_organisation(
                id=id,
                name=wanted.name,
                settings=wanted.settings,
                owner_name=wanted.owner_name,
                owner_email=wanted.owner_email,
                owner_password=wanted.owner_password,
            )

    @runtime.admin.route(SERVICE, "GET", "/audit/{organisation}")
    def check_audit(request: Request) -> Any:
        """Reckon the log's chain anew; the first entry that is not as it was written, if any."""
        try:
            organisation = UUID(request.parameters["organisation"])
        except ValueError:
            raise Invalid.field("admin.invalid", "organisation", "is no UUID") from None
        with database.reading(organisation) as session:
            broken = audit.broken_at(session)
        return {"whole": broken is None, "broken_at": broken}
