"""Webhooks on their way to the gateway that checks and keeps them: those that come while one call
is under way go in the next, together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from contracts.whatsapp_gateway import SignedHook, WhatsAppGateway
from fairlead.context import Context, acting
from fairlead.gathering import Gathering

ROOM = 4 * 1024 * 1024  # bytes in one call; the last webhook of it may go beyond
LEAST = 64 * 1024  # bytes that each counts for: so few are in a call as the contract allows


@dataclass(frozen=True, slots=True)
class Brought:
    """A webhook, and the request that brought it."""

    hook: SignedHook
    context: Context


Hooks: TypeAlias = Gathering[UUID, Brought, bool]
"""Of each connection; whether Meta signed it."""


def whatsapp_hooks(whatsapp: WhatsAppGateway) -> Hooks:
    """Webhooks for `whatsapp`."""

    def bring(connection: UUID, brought: list[Brought]) -> list[bool]:
        # In the name of the first: by its request's id the call is found in the logs.
        with acting(brought[0].context):
            return whatsapp.take_hooks(connection=connection, hooks=[each.hook for each in brought])

    return Gathering(bring, size=lambda each: max(len(each.hook.body), LEAST), room=ROOM)
