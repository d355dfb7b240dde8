"""Who changed what: `record` writes it down in the transaction that changes it.

    with self.store.transaction() as session:
        ...
        record(session, "contact.merged", entity="contact", id=kept.id, label=kept.name,
               before={"contacts": 2}, after={"contacts": 1})

It leaves as `audit.recorded` with the transaction's other events, or not at all. accounts keeps
the log.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from .bus.outbox import publish
from .context import Context, current
from .recorded import AuditRecorded, cut, differences
from .store import new_id


def record(
    session: Session,
    action: str,
    *,
    entity: str,
    id: UUID | None,
    label: str,
    before: Any = None,
    after: Any = None,
    about: UUID | None = None,
    context: Context | None = None,
) -> bool:
    """Write down that `current()`, or who `context` says, did `action` to an entity.

    `action` is `noun.past_tense`, as an event's name. `before` and `after` are the states of the
    entity, structs or mappings of plain values: only the fields that differ are kept, never what is
    called a secret. Where both are given and nothing differs nothing is recorded, and the result is
    False. `about` is the contact whose data the words may hold, if it is not the entity itself.
    """
    who = context or current()
    old, new = differences(before, after)
    if before is not None and after is not None and not (old or new):
        return False
    event = AuditRecorded(
        id=new_id(),
        at=dt.datetime.now(dt.UTC),
        user=who.user,
        user_name=who.user_name,
        role=who.role,
        remote=who.remote,
        request=who.request,
        action=action,
        entity=entity,
        entity_id=id,
        label=cut(label, 200),
        before=old,
        after=new,
        about=id if about is None and entity == "contact" else about,
    )
    publish(session, event, context=who)
    return True
