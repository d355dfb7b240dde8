"""`GET /events`: everything that changes, as it changes (server-sent events, WHATWG HTML 9.2)."""

from __future__ import annotations

from flask import Blueprint, Response, request

from contracts import rights
from fairlead import context
from fairlead.errors import Invalid, TooMany

from .gateway import gateway

views = Blueprint("events", __name__)


@views.get("/events")
def events() -> Response:
    """Stream changes; with `Last-Event-ID` (or `?after=`) from where the client was."""
    who = context.current()
    rights.READ.check(who)
    organisation = who.need_organisation()
    live = gateway().live
    if live.is_full(organisation):
        raise TooMany("gateway.too_many_streams", "Too many open streams", retry_after=10)
    after = _after(request.headers.get("Last-Event-ID") or request.args.get("after"))
    # eventlet's server else gathers 4 KB before it writes.
    request.environ["eventlet.minimum_write_chunk_size"] = 1
    response = Response(
        live.stream(organisation, who.user, after, who.expires_at),
        content_type="text/event-stream",
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _after(given: str | None) -> int | None:
    if given is None:
        return None
    if not given.isascii() or not given.isdigit() or len(given) > 18:
        raise Invalid.field("gateway.last_event_id", "Last-Event-ID", "must be a number")
    return int(given)
