"""What providers call messages: it keeps a message from being taken twice, and finds threads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import PrimaryKeyConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.inbox import Direction
from fairlead.store import Scoped, insert_into, word

from .schema import Base

LONGEST = 200  # a Message-ID may have 990 characters, an index entry not
_NOBODY = UUID(int=0)


class ProviderIdRow(Scoped, Base):
    """A provider's id of a message on one connection.

    The direction belongs to the key: whoever got a mail of ours knows its Message-ID, and a mail of
    his that bears the same is no duplicate of ours.
    """

    __tablename__ = "provider_ids"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "connection_id", "direction", "provider_id"),
    )

    connection_id: Mapped[UUID]
    direction: Mapped[Direction] = mapped_column(word(Direction))
    provider_id: Mapped[str] = mapped_column(String(LONGEST))
    message_id: Mapped[UUID]


def claim(
    session: Session,
    connection_id: UUID | None,
    direction: Direction,
    provider_id: str,
    message_id: UUID,
) -> bool:
    """Note what a message is called; returns False where one is called so already."""
    claimed = session.execute(
        insert_into(session, ProviderIdRow)
        .values(
            connection_id=connection_id or _NOBODY,
            direction=direction,
            provider_id=_bounded(provider_id),
            message_id=message_id,
        )
        .on_conflict_do_nothing()
        .returning(ProviderIdRow.message_id)
    ).first()
    return claimed is not None


def messages_called(
    session: Session, connection_id: UUID, provider_ids: Sequence[str]
) -> list[UUID]:
    """The messages with these ids on a connection, or on none, in the order of `provider_ids`."""
    wanted = list(dict.fromkeys(_bounded(each) for each in provider_ids))
    if not wanted:
        return []
    found = session.execute(
        select(ProviderIdRow.provider_id, ProviderIdRow.message_id).where(
            ProviderIdRow.connection_id.in_([connection_id, _NOBODY]),
            ProviderIdRow.provider_id.in_(wanted),
        )
    )
    known: dict[str, list[UUID]] = {}
    for provider_id, message_id in found:
        known.setdefault(provider_id, []).append(message_id)
    return [message_id for each in wanted for message_id in known.get(each, [])]


def _bounded(provider_id: str) -> str:
    name = provider_id.strip()
    if len(name) <= LONGEST:
        return name
    return f"sha256:{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()}"
