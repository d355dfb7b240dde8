"""Events that were given up, at the admin server: list, show, replay, discard."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, Protocol

import msgspec

from .http import Handler, Request

PAGE: Final = 50
LONGEST_PAGE: Final = 200


class DeadEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event that one handler could not take. `body` is as it came, absent in lists."""

    id: str
    handler: str
    topic: str
    error: str
    attempts: int
    received_at: datetime
    body: bytes | None = None


class DeadPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some dead events, oldest first, and the cursor of those after them; None at the end."""

    events: tuple[DeadEvent, ...]
    next: str | None = None


class DeadEvents(Protocol):
    """What a service's inbox offers. Each method with an `id` raises NotFound."""

    def list(self, cursor: str | None, limit: int) -> DeadPage:
        """At most `limit` dead events after `cursor`; raises Invalid for a cursor that is none."""
        ...

    def get(self, id: str) -> DeadEvent:
        """One dead event, with its body."""
        ...

    def replay(self, id: str) -> None:
        """Let its handler try again, as if it had just come."""
        ...

    def replay_all(self) -> int:
        """Let all be tried again; returns how many."""
        ...

    def discard(self, id: str) -> None:
        """Forget it for good."""
        ...


def routes(events: DeadEvents) -> Iterator[tuple[str, str, Handler]]:
    """Method, path and handler of each thing that can be done with `events`."""

    def list_events(request: Request) -> Any:
        limit = request.number("limit", 1, LONGEST_PAGE, PAGE)
        page = events.list(request.query.get("cursor") or None, limit)
        return {"events": [_shown(event) for event in page.events], "next": page.next}

    def show(request: Request) -> Any:
        event = events.get(request.parameters["id"])
        return {**_shown(event), **_body(event.body or b"")}

    def replay(request: Request) -> Any:
        events.replay(request.parameters["id"])
        return {"replayed": 1}

    def replay_all(request: Request) -> Any:
        return {"replayed": events.replay_all()}

    def discard(request: Request) -> None:
        events.discard(request.parameters["id"])

    yield "GET", "/events/dead", list_events
    yield "POST", "/events/dead/replay", replay_all
    yield "GET", "/events/dead/{id}", show
    yield "POST", "/events/dead/{id}/replay", replay
    yield "DELETE", "/events/dead/{id}", discard


def _shown(event: DeadEvent) -> dict[str, Any]:
    shown = msgspec.structs.asdict(event)
    del shown["body"]
    return shown


def _body(body: bytes) -> dict[str, Any]:
    try:
        return {"body": msgspec.json.decode(body)}
    except (msgspec.DecodeError, UnicodeDecodeError):  # it may be dead for this very reason
        return {"body_base64": base64.b64encode(body).decode()}
