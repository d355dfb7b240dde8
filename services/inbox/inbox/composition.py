"""A draft composed with what the inbox knows at this moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from eventlet import tpool

from contracts.common import Channel
from contracts.inbox import Draft
from contracts.whatsapp_gateway import WhatsAppGateway
from fairlead.context import Context, acting, service_context
from fairlead.service import ServiceStore

from . import chatting, knowing
from .domain.composing import Composed, compose
from .domain.knowledge import Knowledge


def composed(
    store: ServiceStore, networks: WhatsAppGateway, draft: Draft, author: Context, now: dt.datetime
) -> tuple[list[Composed], Knowledge]:
    """The messages that `draft` of `author` becomes, and what they were made with.

    `networks` is asked for nothing but what an approved template says.
    """
    with store.reading() as session:
        known = knowing.gather(session, draft, author)
    if draft.approved_template is not None and draft.channel is Channel.WHATSAPP:
        known = _with_template(networks, draft, author, known)
    # Rendering is up to some tenths of a second for each message that a hostile template makes.
    made = tpool.execute(compose, draft, known)
    with store.reading() as session:
        return chatting.windowed(session, draft, made, known, now), known


def _with_template(
    networks: WhatsAppGateway, draft: Draft, author: Context, known: Knowledge
) -> Knowledge:
    wanted = draft.connection_id or (known.answered.connection_id if known.answered else None)
    connection = known.connection(draft.channel, wanted)
    assert draft.approved_template is not None, "who asks has looked"
    with acting(service_context(author.need_organisation(), request=author.request)):
        filled = networks.fill_network_template(
            connection_id=connection.connection_id if connection else None,
            template=draft.approved_template,
        )
    return replace(known, filled=filled)
