"""What people wrote: to the inbox, and what they want by a single word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.channels import AutomaticKind, Mailbox, MessageReceived
from contracts.common import Channel
from fairlead.bus import publish
from fairlead.context import service_context

from .domain import keywords
from .domain.keywords import Wish
from .store import opt_outs
from .store.tables import ConnectionRow


@dataclass(frozen=True, slots=True)
class Heard:
    """A whole text of a person: `id` is ours and becomes the message's, `provider_id` the
    carrier's where it has one."""

    id: UUID
    provider_id: str
    source: str
    destination: str
    text: str
    received_at: dt.datetime


def hear(
    session: Session,
    connection: ConnectionRow,
    heard: Heard,
    defects: Sequence[str] = (),
    wish: Wish | None = None,
) -> None:
    """Do as the text wants, if it is such a word or the carrier says so (`wish`); the inbox gets
    it in any case."""
    said = heard.text.replace("\0", "")  # which PostgreSQL keeps in no text
    wish = wish or keywords.wish(said, connection.details.stop_words)
    if wish is Wish.STOP:
        opt_outs.stop(session, heard.source, said.strip(), heard.received_at)
    elif wish is Wish.START:
        opt_outs.start(session, heard.source)
    publish(
        session,
        MessageReceived(
            id=heard.id,
            channel=Channel.SMS,
            connection_id=connection.id,
            provider_id=heard.provider_id,
            sender=Mailbox(address=heard.source),
            reply_to=None,
            to=[Mailbox(address=heard.destination)],
            cc=[],
            subject="",
            text=said,
            html=None,
            quoted_text="",
            quoted_html=None,
            attachments=[],
            answers=None,
            answers_by=None,
            references=[],
            automatic=AutomaticKind.NONE,
            sent_at=None,
            received_at=heard.received_at,
            defects=list(defects),
        ),
        context=service_context(connection.organisation_id),
    )
