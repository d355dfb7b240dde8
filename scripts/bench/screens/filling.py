"""A sandbox's inbox filled through its store: many conversations, and one that is long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from contracts.channels import AutomaticKind
from contracts.common import Channel
from contracts.inbox import AuthorKind, Direction, MessageKind
from fairlead.store import EVERYWHERE, Database, insert_many, new_id
from inbox.store.conversations import ConversationRow
from inbox.store.messages import MessageRow
from inbox.store.settings import OrganisationRow

from ..reach.world import World, vocabulary

BLOCK = 1_000  # rows in one transaction: others write as well
APART = dt.timedelta(minutes=7)  # between two conversations of the list, and two messages
LONG = "Long Conversation"  # how it is found in the list


def fill(folder: Path, conversations: int, messages: int) -> UUID:
    """Put so many conversations into the inbox below `folder`, and one of so many messages at
    their top, whose id is returned. Nothing of it is announced: whoever looks later sees it."""
    rows = _Rows(conversations, messages)
    with closing(Database(f"sqlite:///{folder}/inbox.db", name="bench")) as database:
        with database.reading(EVERYWHERE) as session:
            organisation = session.scalars(sa.select(OrganisationRow.organisation_id)).first()
            connection = session.scalars(
                sa.select(ConversationRow.connection_id).where(
                    ConversationRow.channel == Channel.WHATSAPP
                )
            ).first()
        assert organisation is not None  # the demo has one, and a number
        for model, all_of_it in (
            (ConversationRow, rows.conversations(connection)),
            (MessageRow, rows.messages(connection)),
        ):
            for block in _blocks(all_of_it):
                with database.transaction(organisation) as session:
                    insert_many(session, model, block)
    return rows.long


class _Rows:
    """What is inserted. Each conversation has one message but for the long one, the newest."""

    def __init__(self, conversations: int, messages: int) -> None:
        self._world = World(0)
        self._ids = [new_id() for _ in range(conversations)]
        self._messages = messages
        self._now = dt.datetime.now(dt.UTC)
        self.long = self._ids[0]

    def conversations(self, connection: UUID | None) -> Iterator[dict[str, Any]]:
        """The newest first."""
        names = vocabulary()
        for number, id in enumerate(self._ids):
            first, last = names[number % 800], names[800 + number * 7919 % 12_000]
            yield {
                "id": id,
                "version": 1,
                "key": f"bench {id}",
                "channel": Channel.WHATSAPP,
                "connection_id": connection,
                "contact_id": None,
                "contact_name": f"{first} {last}".title() if number else LONG,
                "contact_searched": "",
                "address": f"3519{number:08}",
                "subject": "",
                "preview": self._world.text()[:200],
                "searched": "",
                "last_message_id": None,
                "last_direction": Direction.OUT if number % 3 else Direction.IN,
                "last_status": None,
                "last_at": self._now - APART * number,
                "unread": 0,
                "archived": False,
                "itinerary_ids": [],
            }

    def messages(self, connection: UUID | None) -> Iterator[dict[str, Any]]:
        """One of each conversation, and the rest of the long one."""
        for number, id in enumerate(self._ids):
            for place in range(self._messages if id == self.long else 1):
                yield self._message(id, connection, self._now - APART * (number + place))

    def _message(
        self, conversation: UUID, connection: UUID | None, at: dt.datetime
    ) -> dict[str, Any]:
        ours = self._world.random.random() < 0.5
        return {
            "id": new_id(),
            "conversation_id": conversation,
            "channel": Channel.WHATSAPP,
            "connection_id": connection,
            "direction": Direction.OUT if ours else Direction.IN,
            "kind": MessageKind.MESSAGE,
            "author_kind": AuthorKind.USER if ours else AuthorKind.CONTACT,
            "author_name": "Ana Silva" if ours else "",
            "author_id": None,
            "contact_id": None,
            "itinerary_id": None,
            "subject": "",
            "subject_key": "",
            "text": self._world.text(),
            "html": None,
            "quoted_text": "",
            "quoted_html": None,
            "attachments": [],
            "deliveries": [],
            "status": None,
            "service_ids": [],
            "links": [],
            "parties": [],
            "references": [],
            "defects": [],
            "automatic": AutomaticKind.NONE,
            "imported": False,
            "answers_id": None,
            "provider_id": None,
            "at": at,
            "side": None,
            "erased": False,
            "chat": None,
        }


def _blocks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    block: list[dict[str, Any]] = []
    for row in rows:
        block.append(row)
        if len(block) == BLOCK:
            yield block
            block = []
    if block:
        yield block
