"""What an Idempotency-Key makes: the id that it stands for, so that the same is made once.

Every service answers a creation under an id that it has with what is there. So a key needs no more
than an id of its own, which is written down before anything is made: whoever repeats the request
after a broken line names the same thing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from fairlead.context import current
from fairlead.errors import Conflict, Failure, Internal
from fairlead.store import Database, Scoped, insert_into, new_id

from .store import Base


class MadeRow(Scoped, Base):
    """A key of a user and what was asked with it, both as digests; the id of what came of it."""

    __tablename__ = "made"
    __table_args__ = (
        sa.PrimaryKeyConstraint("organisation_id", "user_id", "key"),
        sa.Index(None, "at"),
    )

    user_id: Mapped[UUID]
    key: Mapped[str] = mapped_column(sa.String(64))
    digest: Mapped[str] = mapped_column(sa.String(64))
    id: Mapped[UUID]
    at: Mapped[dt.datetime]


class Making:
    """The keys of this installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def once(self, key: str | None, asked: object) -> Iterator[UUID | None]:
        """The id under which to make what is `asked`; None without a key.

        Conflict `gateway.key_reused` where the user asked something else with it. Where the making
        is refused the key is free again, so that what was wrong can be mended and sent with it.
        """
        if key is None:
            yield None
            return
        organisation, user = current().need_organisation(), current().user or UUID(int=0)
        # Names and passwords could be guessed from a plain digest; the key, which is not kept,
        # makes it one that nobody can try words against.
        said = msgspec.json.encode(asked, order="deterministic")
        digest = hmac.digest(key.encode(), said, "sha256").hex()
        key = hashlib.sha256(key.encode()).hexdigest()
        with self._database.transaction(organisation) as session:
            row = _claimed(session, user, key, digest)
            id, same = row.id, row.digest == digest
        if not same:
            raise Conflict("gateway.key_reused", "Something else was made with this key")
        try:
            yield id
        except Failure as error:
            # Who is away, or broke, may have made it all the same.
            if not error.retryable and not isinstance(error, Internal):
                with self._database.transaction(organisation) as session:
                    _release(session, user, key)
            raise


def _claimed(session: Session, user: UUID, key: str, digest: str) -> MadeRow:
    session.execute(
        insert_into(session, MadeRow)
        .values(user_id=user, key=key, digest=digest, id=new_id(), at=dt.datetime.now(dt.UTC))
        .on_conflict_do_nothing()
    )
    return session.scalars(
        sa.select(MadeRow).where(MadeRow.user_id == user, MadeRow.key == key)
    ).one()


def _release(session: Session, user: UUID, key: str) -> None:
    session.execute(
        sa.delete(MadeRow)
        .where(MadeRow.user_id == user, MadeRow.key == key)
        .execution_options(synchronize_session=False)
    )


def forget(session: Session, before: dt.datetime) -> None:
    """Forget keys that nobody repeats any more."""
    session.execute(
        sa.delete(MadeRow).where(MadeRow.at < before).execution_options(synchronize_session=False)
    )
