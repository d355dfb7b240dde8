"""The gateway's own admin endpoints and gauge: mails that nobody could read, put aside."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any
from uuid import UUID

from fairlead import metrics
from fairlead.admin import Request
from fairlead.errors import Invalid, NotFound
from fairlead.runtime import Runtime
from fairlead.service import EVERYWHERE

from .store import incoming
from .store.tables import IncomingRow

SERVICE = "email_gateway"
PAGE, LONGEST_PAGE = 50, 200

ASIDE = metrics.gauge(
    "fairlead_mails_aside", "Fetched mails that could not be read, to be tried again or discarded"
)


def register(runtime: Runtime) -> None:
    """Offer `/admin/email_gateway/mails/aside`: list, show, retry, discard."""
    database = runtime.database(SERVICE)

    def count() -> int:
        with database.reading(EVERYWHERE) as session:
            return incoming.count_aside(session)

    @runtime.admin.route(SERVICE, "GET", "/mails/aside")
    def listed(request: Request) -> Any:
        limit = request.number("limit", 1, LONGEST_PAGE, PAGE)
        cursor = request.query.get("cursor")
        after = _id(cursor, "cursor") if cursor else None
        with database.reading(EVERYWHERE) as session:
            rows = incoming.aside(session, after, limit + 1)
        following = str(rows[limit - 1].id) if len(rows) > limit else None
        return {"mails": [_shown(row) for row in rows[:limit]], "next": following}

    @runtime.admin.route(SERVICE, "GET", "/mails/aside/{id}")
    def show(request: Request) -> Any:
        with database.reading(EVERYWHERE) as session:
            row = incoming.get_aside(session, _id(request.parameters["id"], "id"))
        if row is None:
            raise _unknown()
        raw = runtime.files.read(row.organisation_id, row.key)
        return {**_shown(row), "raw_base64": base64.b64encode(raw).decode()}

    @runtime.admin.route(SERVICE, "POST", "/mails/aside/retry")
    def retry_all(request: Request) -> Any:
        with database.transaction(EVERYWHERE) as session:
            return {"retried": incoming.again(session, None, _now())}

    @runtime.admin.route(SERVICE, "POST", "/mails/aside/{id}/retry")
    def retry(request: Request) -> Any:
        id = _id(request.parameters["id"], "id")
        with database.transaction(EVERYWHERE) as session:
            retried = incoming.again(session, id, _now())
        if not retried:
            raise _unknown()
        return {"retried": retried}

    @runtime.admin.route(SERVICE, "DELETE", "/mails/aside/{id}")
    def discard(request: Request) -> None:
        id = _id(request.parameters["id"], "id")
        with database.transaction(EVERYWHERE) as session:
            if not incoming.discard(session, id):
                raise _unknown()

    metrics.watch(ASIDE, count, service=SERVICE)


def _shown(row: IncomingRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "organisation": str(row.organisation_id),
        "connection": str(row.connection_id),
        "mail_id": row.mail_id,
        "size": row.size,
        "received_at": row.received_at.isoformat(),
        "error": row.error,
    }


def _id(written: str, field: str) -> UUID:
    try:
        return UUID(written)
    except ValueError:
        raise Invalid.field("admin.invalid", field, "is no UUID") from None


def _unknown() -> NotFound:
    return NotFound("email_gateway.mail_not_aside", "No such mail is put aside")


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
