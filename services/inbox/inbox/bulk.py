"""Doing the same with many conversations, and saying of each what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.inbox import BulkResult, ConversationState, Refusal
from fairlead.errors import Invalid

from . import assigning, attention, changes, labelling, reading
from .store import conversations, holding
from .store.conversations import ConversationRow


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done with each; None and nothing leave it."""

    archived: bool | None = None
    read: bool = False
    state: ConversationState | None = None
    assign_to: UUID | None = None
    unassign: bool = False
    add_labels: Sequence[UUID] = ()
    remove_labels: Sequence[UUID] = ()


def change(session: Session, ids: Sequence[UUID], action: Action) -> BulkResult:
    """Do `action` with each of these conversations, all in the session's transaction."""
    _check(session, action)
    found = {row.id: row for row in holding.locked_all(session, ids)}
    changed, unchanged, refused = [], [], []
    for id in dict.fromkeys(ids):
        row = found.get(id)
        if row is None:
            missing = conversations.not_found()
            refused.append(Refusal(id=id, code=missing.code, reason=missing.message))
        elif _done(session, row, action):
            changed.append(id)
        else:
            unchanged.append(id)
    return BulkResult(changed=changed, unchanged=unchanged, refused=refused)


def _check(session: Session, action: Action) -> None:
    if action == Action():
        raise Invalid.field("inbox.nothing_to_do", "ids", "it is not said what to do with them")
    if action.assign_to is not None and action.unassign:
        raise Invalid.field("inbox.bulk_invalid", "unassign", "cannot stand beside assign_to")
    both = set(action.add_labels) & set(action.remove_labels)
    if both:
        raise Invalid.field("inbox.bulk_invalid", "remove_labels", "are to be added as well")
    assigning.check(session, action.assign_to, "assign_to")
    labelling.check(session, action.add_labels, "add_labels")


def _done(session: Session, row: ConversationRow, action: Action) -> bool:
    """Do it; returns whether that changed anything. Each step tells what it changed."""
    done = False
    if action.assign_to is not None or action.unassign:
        done |= assigning.assign(session, row, action.assign_to) is not None
    if action.add_labels or action.remove_labels:
        changed = labelling.change(session, row, action.add_labels, action.remove_labels)
        done |= changed is not None
    if action.state is not None:
        done |= attention.mark(session, row, action.state) is not None
    if action.read:
        done |= reading.read(session, row)
    if action.archived is not None and row.archived is not action.archived:
        changes.set_archived(session, row, archived=action.archived)
        done = True
    return done
