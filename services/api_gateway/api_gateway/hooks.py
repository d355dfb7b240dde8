"""What providers bring by themselves: handed on as it came, to the gateway that can check it.

Who they are only their signatures say. They are answered once it is stored, and whoever is refused
is counted: guessing is limited, and a provider's burst is not.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, request

from contracts.whatsapp_gateway import SignedHook
from fairlead.context import current
from fairlead.errors import Forbidden

from .bringing import Brought
from .gateway import gateway
from .public_pages import count_visit

views = Blueprint("hooks", __name__)

WHATSAPP_LIMIT = 4 * 1024 * 1024  # bytes; Meta sends up to three megabytes
EMPTY_TWIML = '<?xml version="1.0" encoding="UTF-8"?><Response/>'  # no answer to who wrote


@views.post("/sms/<uuid:connection>")
def sms(connection: UUID) -> Response:
    """A carrier's text or status, in the shape of Twilio's."""
    try:
        gateway().sms.take_sms_callback(
            id=connection,
            url=_public_url(),
            content_type=request.mimetype,
            signature=request.headers.get("X-Twilio-Signature", "")[:500],
            body=request.get_data(cache=False),
        )
    except Forbidden:
        count_visit()
        raise
    return Response(EMPTY_TWIML, content_type="text/xml")


@views.get("/whatsapp/<uuid:connection>")
def whatsapp_challenge(connection: UUID) -> Response:
    """Meta asks whether the address is ours, when somebody enters it there."""
    try:
        answer = gateway().whatsapp.challenge_hook(
            connection=connection,
            token=request.args.get("hub.verify_token", "")[:500],
            challenge=request.args.get("hub.challenge", "")[:500],
        )
    except Forbidden:
        count_visit()
        raise
    return Response(answer, content_type="text/plain")


@views.post("/whatsapp/<uuid:connection>")
def whatsapp(connection: UUID) -> Response:
    """Messages and statuses of Meta's Cloud API."""
    request.max_content_length = WHATSAPP_LIMIT
    hook = SignedHook(
        body=request.get_data(cache=False),
        signature=request.headers.get("X-Hub-Signature-256", "")[:500],
    )
    if not gateway().whatsapp_hooks.add(connection, Brought(hook, current())):
        count_visit()
        raise Forbidden("whatsapp_gateway.wrong_signature", "Meta did not sign it")
    return Response(status=200)


def _public_url() -> str:
    """The address as the provider was given it: proxies may have changed the one that came."""
    query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
    return f"{gateway().settings.public_url.reveal().rstrip('/')}{request.path}{query}"
