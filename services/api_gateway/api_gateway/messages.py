"""Composing: a preview as the recipient will see it, and sending."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response

from contracts.common import Channel
from contracts.inbox import Draft, Inbox, Preview
from fairlead import context
from fairlead.contract import calls
from fairlead.errors import Conflict

from .door import json_response, read_idempotency_key, read_json, with_version
from .gateway import gateway

views = Blueprint("messages", __name__)

_LEAVES_LATER = frozenset({"inbox.quiet_hours", "inbox.scheduled_already"})


class PreviewedMessage(Preview):
    """A preview with `page`, the whole mail as its recipient sees it."""

    page: str | None = None


@views.post("/messages/preview")
def preview() -> Response:
    """What `POST /messages` would send, with everything filled in; nothing is sent."""
    calls(Inbox)["preview"].right.check(context.current())
    draft = read_json(Draft, "inbox")
    return json_response([_dressed(draft, each) for each in gateway().inbox.preview(draft=draft)])


def _dressed(draft: Draft, preview: Preview) -> PreviewedMessage:
    page = None
    if draft.channel is Channel.EMAIL:
        page = gateway().email.dress(
            subject=preview.subject,
            html=preview.html,
            signature=preview.signature,
            connection_id=preview.connection_id,
        )
    shown: dict[str, Any] = msgspec.structs.asdict(preview)
    return PreviewedMessage(**shown, page=page)


@views.post("/messages")
def send() -> Response:
    """Send a message to each recipient, or schedule it; the same Idempotency-Key does so once.

    Marketing waits until the recipient's quiet hours end, and is scheduled then.
    """
    calls(Inbox)["send"].right.check(context.current())
    request_id = read_idempotency_key()
    draft = read_json(Draft, "inbox")
    inbox = gateway().inbox
    if draft.send_at is None and not draft.undo:
        try:
            return json_response(inbox.send(draft=draft, request_id=request_id), 201)
        except Conflict as error:
            if error.code not in _LEAVES_LATER:
                raise
    scheduled = inbox.schedule(draft=draft, request_id=request_id)
    return with_version(json_response(scheduled, 202), scheduled)
