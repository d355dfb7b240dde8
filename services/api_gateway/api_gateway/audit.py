"""The audit log as a file for a spreadsheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec
from flask import Blueprint, Response, stream_with_context

from contracts.accounts import Accounts, AuditEntry, AuditPage
from fairlead import context, spreadsheet

from .door import Door
from .gateway import gateway

views = Blueprint("audit", __name__)

# The filters of the list; pages are for who reads them one by one.
CSV = Door("GET", "/audit.csv", Accounts, "list_audit", hidden=frozenset({"cursor", "limit"}))
PAGE = 200
COLUMNS = (
    *("number", "at", "user", "role", "from", "action", "entity", "entity_id", "label"),
    *("before", "after", "request", "digest"),
)


@views.get(CSV.rule)
def export() -> Response:
    """All entries that the filters let through, the newest first, as they are read."""
    CSV.call.right.check(context.current())
    filters = CSV.arguments({})
    first = _page(filters, None)  # before anything is sent: an error is answered as one
    lines = spreadsheet.lines(COLUMNS, map(_row, _entries(filters, first)))
    response = Response(stream_with_context(lines), content_type="text/csv; charset=utf-8")
    day = dt.datetime.now(dt.UTC).date()
    response.headers["Content-Disposition"] = f'attachment; filename="audit-{day}.csv"'
    return response


def _page(filters: dict[str, Any], cursor: str | None) -> AuditPage:
    return gateway().accounts.list_audit(**filters, cursor=cursor, limit=PAGE)


def _entries(filters: dict[str, Any], page: AuditPage) -> Iterator[AuditEntry]:
    yield from page.entries
    while page.cursor is not None:
        page = _page(filters, page.cursor)
        yield from page.entries


def _row(entry: AuditEntry) -> tuple[object, ...]:
    return (
        entry.number,
        entry.at.isoformat(timespec="milliseconds"),
        entry.user_name,
        entry.role.value,
        entry.remote,
        entry.action,
        entry.entity,
        entry.entity_id,
        entry.label,
        _json(entry.before),
        _json(entry.after),
        entry.request,
        entry.digest,
    )


def _json(words: dict[str, Any] | None) -> str:
    return msgspec.json.encode(words).decode() if words else ""
