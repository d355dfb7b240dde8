"""Making two conversations with one contact one, and taking them apart again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from contracts.inbox import Conversation
from fairlead.context import current
from fairlead.errors import Conflict, Stale
from fairlead.store import new_id

from . import changes
from .domain import deliveries, turns
from .domain.merging import (
    ALONE,
    LAST,
    OFF,
    TRIPS_KEPT,
    TURN,
    Face,
    joined,
    parted,
    same,
    unread_parted,
)
from .labelling import label
from .store import conversations, labels, links, merges, messages, trail, unread, waits
from .store.conversations import ConversationRow
from .store.merges import MergeRow, Moved
from .store.messages import MessageRow


def merge(session: Session, id: UUID, into_id: UUID, version: int) -> Conversation:
    """Put all of a conversation into another one of the same contact and channel."""
    rows = merges.held(session, [id, into_id])
    source, target = rows.get(id), rows.get(into_id)
    if source is None or target is None:
        raise conversations.not_found()
    if source.version != version:
        raise Stale("inbox.conversation_changed", "The conversation was changed meanwhile")
    if not _fit(source, target):
        raise Conflict(
            "inbox.not_mergeable", "Only two conversations of one contact and channel can be one"
        )
    return _join(session, source, target)


def merge_again(session: Session, id: UUID, into_id: UUID) -> None:
    """Put a conversation back into another one that it was taken out of for a moment, where the
    two still fit."""
    rows = merges.held(session, [id, into_id])
    if _fit(rows[id], rows[into_id]):
        _join(session, rows[id], rows[into_id])


def _join(session: Session, source: ConversationRow, target: ConversationRow) -> Conversation:
    who = current()
    session.add(
        MergeRow(
            id=new_id(),
            source_id=source.id,
            target_id=target.id,
            at=dt.datetime.now(dt.UTC),
            user_id=who.user,
            user_name=(who.user_name or "")[:200],
            undone_at=None,
            moved=_move(session, source, target),
        )
    )
    source.merged_into = target.id
    trail.note(session, source, "merged", {}, {"into": str(target.id)})
    trail.note(session, target, "merged", {}, {"from": str(source.id)})
    changes.tell(session, "merged", source.id)
    return changes.tell(session, "merged", target.id)


def unmerge(session: Session, id: UUID) -> Conversation:
    """Take a conversation out again of the one that it was merged into."""
    done = merges.standing(session, id)
    if done is None:
        conversations.view(session, id)
        raise Conflict("inbox.not_merged", "The conversation stands by itself")
    rows = merges.held(session, [id, done.target_id])
    source, target = rows[id], rows[done.target_id]
    if source.merged_into is None:
        raise Conflict("inbox.not_merged", "The conversation stands by itself")
    if target.merged_into is not None:
        raise Conflict("inbox.merged_further", "Take the other conversation out first")
    done.undone_at = dt.datetime.now(dt.UTC)
    source.merged_into = None
    _part(session, done, source, target)
    trail.note(session, source, "unmerged", {}, {"from": str(target.id)})
    trail.note(session, target, "unmerged", {}, {"out": str(id)})
    changes.tell(session, "unmerged", target.id)
    return changes.tell(session, "unmerged", id)


def move(
    session: Session, source: ConversationRow, target: ConversationRow, ids: Collection[UUID]
) -> None:
    """Let messages of a conversation be in another, as if they had come there, with what of them
    is still to be read."""
    theirs = merges.unread(session, source.id)
    most = max(source.unread, *(row.count for row in theirs.values()), 0)
    news = messages.news_of(session, source.id, most)
    now = dt.datetime.now(dt.UTC)
    for user, row in theirs.items():
        taken = len(set(news[: row.count]) & set(ids))
        if taken:
            had = unread.of(session, target.id, user)
            unread.put(session, target.id, user, had + taken, now)
            _set_unread(session, source.id, user, row.count - taken, now)
    taken = len(set(news[: source.unread]) & set(ids))
    source.unread, target.unread = source.unread - taken, target.unread + taken
    merges.move(session, list(ids), [], source.id, target.id)
    trips = [*links.trips_of(session, ids), *target.itinerary_ids]
    target.itinerary_ids = list(dict.fromkeys(trips))[:TRIPS_KEPT]
    target.archived = target.archived and source.archived
    session.flush()
    for each in (source, target):
        _describe(session, each)
        _recount(session, each)
    changes.tell(session, "contact_merged", target.id)


def _fit(source: ConversationRow, target: ConversationRow) -> bool:
    return (
        source.id != target.id
        and source.contact_id is not None
        and (source.contact_id, source.channel) == (target.contact_id, target.channel)
        and source.merged_into is None
        and target.merged_into is None
    )


def _move(session: Session, source: ConversationRow, target: ConversationRow) -> Moved:
    before = face(target)
    message_ids = merges.message_ids(session, source.id)
    comment_ids = merges.comment_ids(session, source.id)
    merges.move(session, message_ids, comment_ids, source.id, target.id)
    added = labels.of(session, source.id) - labels.of(session, target.id)
    label(session, target, added, ())
    marks = merges.copy_marks(session, source.id, target.id)
    show(target, joined(face(source), before))
    ours, theirs = merges.unread(session, target.id), merges.unread(session, source.id)
    counts = {user: row.count for user, row in ours.items()}
    after = dict(counts)
    for user, row in theirs.items():
        after[user] = after.get(user, 0) + row.count
        unread.put(session, target.id, user, after[user], row.at)
    session.flush()
    _recount(session, source)
    _recount(session, target)
    return Moved(
        before=before,
        after=face(target),
        message_ids=message_ids,
        comment_ids=comment_ids,
        label_ids=sorted(added),
        marks=marks,
        unread_before=counts,
        unread_after=after,
    )


def _part(
    session: Session, done: MergeRow, source: ConversationRow, target: ConversationRow
) -> None:
    moved, now = done.moved, face(target)
    later = _later(session, done, source, target)
    merges.move(session, [*moved.message_ids, *later], moved.comment_ids, target.id, source.id)
    label(session, target, (), moved.label_ids)
    merges.drop_marks(session, target.id, moved.marks)
    show(target, parted(moved.before, moved.after, now))
    if not same(now, moved.after, OFF):
        # What was put off was dealt with, or put off anew, in the other one.
        conversations.come_back(source)
    target.unread, source.unread = unread_parted(
        moved.before.unread, moved.after.unread, now.unread, source.unread
    )
    _part_unread(session, done)
    session.flush()
    for row, stale in ((target, not _untouched(now, moved.after)), (source, bool(later))):
        if stale:
            _describe(session, row)
        _recount(session, row)


def _later(
    session: Session, done: MergeRow, source: ConversationRow, target: ConversationRow
) -> list[UUID]:
    """What came since by the address of the source. Where both have one, nothing tells whose."""
    if source.connection_id == target.connection_id:
        return []
    return merges.later_messages(session, done, source.connection_id)


def _part_unread(session: Session, done: MergeRow) -> None:
    now = {user: row.count for user, row in merges.unread(session, done.target_id).items()}
    theirs = merges.unread(session, done.source_id)
    at = dt.datetime.now(dt.UTC)
    for user in {*now, *done.moved.unread_after}:
        before = done.moved.unread_before.get(user, 0)
        after = done.moved.unread_after.get(user, 0)
        source = theirs[user].count if user in theirs else 0
        left, back = unread_parted(before, after, now.get(user, 0), source)
        for id, had, count in (
            (done.target_id, now.get(user, 0), left),
            (done.source_id, source, back),
        ):
            if count != had:
                _set_unread(session, id, user, count, at)


def _set_unread(session: Session, id: UUID, user: UUID, count: int, at: dt.datetime) -> None:
    if count:
        unread.put(session, id, user, count, at)
    else:
        unread.clear(session, id, user)


def _untouched(now: Face, after: Face) -> bool:
    """Whether nothing came and nothing was linked since the merge."""
    return all(same(now, after, group) for group in (LAST, TURN, ALONE[1]))


def _describe(session: Session, row: ConversationRow) -> None:
    """Let a conversation show its newest message and last turn, found anew."""
    newest = merges.latest(session, row.id)
    if newest is not None:
        conversations.describe(
            row,
            address=_address(newest, row.address),
            subject=newest.subject,
            preview=newest.gist,
        )
        row.last_message_id, row.last_direction = newest.id, newest.direction
        row.last_status = deliveries.overall(newest.deliveries)
        row.last_at = newest.at
    row.itinerary_ids = [t for t in row.itinerary_ids if links.joins(session, row.id, t)]
    said, marks = merges.all_turns(session, row.id)
    last = max(said, key=lambda turn: turn.place, default=None)
    mark = max(marks, key=lambda mark: (mark.after, mark.at), default=None)
    row.turn_at, row.turn_id = last.place if last else (None, None)
    row.state = turns.state(last, mark)
    if mark is None or (last is not None and last.place > mark.after):
        row.marked_at, row.marked_by, row.marked_name = None, None, None


def _address(message: MessageRow, otherwise: str) -> str:
    parties = {party.role: party.mailbox.address for party in reversed(message.parties)}
    return parties.get("from") or parties.get("to") or otherwise


def _recount(session: Session, row: ConversationRow) -> None:
    said, marks = merges.all_turns(session, row.id)
    bounds = (turns.BEGINNING, None)
    waits.replace(session, row.id, row.contact_id, bounds, turns.spells(said, marks))
    row.waiting_since = waits.open_since(session, row.id)


def face(row: ConversationRow) -> Face:
    """What a conversation's row shows."""
    return Face(**{name: getattr(row, name) for name in Face.__struct_fields__})


def show(row: ConversationRow, face: Face) -> None:
    """Let a conversation's row show this."""
    values: dict[str, Any] = msgspec.structs.asdict(face)
    for name, value in values.items():
        setattr(row, name, value)
