"""Contacts that become one, and two again: whatever is of one goes where he goes.

A conversation or message goes with the contact that it came to. What came while two were one is the
survivor's, also after they are two again: then it leaves the other's conversation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

import msgspec
from sqlalchemy.orm import Session

from . import changes, merging
from .domain import conversations as rules
from .store import (
    contact_merges,
    conversations,
    holding,
    links,
    merges,
    messages,
    origins,
    people,
    waits,
)
from .store.conversations import ConversationRow
from .store.messages import MessageRow
from .store.origins import OriginRow


def heard(
    session: Session, merge_id: UUID, merged_id: UUID, survivor_id: UUID, *, undone: bool
) -> None:
    """Learn that a contact was merged into another, or that this was undone; in any order."""
    contact_merges.hold(session)
    ids = contact_merges.parts(session, [merged_id, survivor_id])
    before = contact_merges.survivors(session, ids)
    if not contact_merges.note(session, merge_id, merged_id, survivor_id, undone=undone):
        return
    after = contact_merges.survivors(session, ids)
    moves = {id: after.get(id, id) for id in ids if before.get(id, id) != after.get(id, id)}
    if moves:
        _move(session, moves, {*moves.values(), *(before.get(id, id) for id in moves)})
    for id in moves:
        people.index(session, id)


def forget(session: Session, merge_id: UUID) -> None:
    """Know a merge no more that contacts does not know: nothing is moved by it."""
    row = contact_merges.get(session, merge_id)
    if row is not None:
        heard(session, merge_id, row.merged_id, row.survivor_id, undone=True)
        session.delete(row)


def _move(session: Session, moves: Mapping[UUID, UUID], owners: Collection[UUID]) -> None:
    """Let everything of these contacts be of those; `owners` are all who had or get any of it."""
    held = merges.held(session, conversations.of_contacts(session, owners))
    moving = {
        id: (contact_id, origin)
        for contact_id in moves
        for id, origin in origins.conversations_of(session, contact_id).items()
        if id in held
    }
    owner = {id: moves[moving[id][0]] if id in moving else held[id].contact_id for id in held}
    apart = _take_apart(session, held, owner)
    had = {id: held[id].contact_id for id in moving}
    for id, (contact_id, origin) in moving.items():
        _move_conversation(session, held[id], contact_id, origin, moves[contact_id])
    session.flush()
    for contact_id, to in moves.items():
        _move_messages(session, contact_id, to)
        if contact_id == to:
            origins.forget(session, contact_id)
    _set_keys(session, held, {id: contact_id for id, (contact_id, _) in moving.items()}, moves)
    for id, (_, origin) in moving.items():
        _send_out(session, held[id], had[id], set(origin.others or ()) if origin else set())
    for source_id, target_id in reversed(apart):
        merging.merge_again(session, source_id, target_id)
    for id in moving:
        changes.tell(session, "contact_merged", id)


def _take_apart(
    session: Session,
    held: Mapping[UUID, ConversationRow],
    owner: Mapping[UUID, UUID | None],
) -> list[tuple[UUID, UUID]]:
    """Undo the merges of conversations that would be of two contacts, and those made after them
    of their targets; returns all of them in the order in which they were undone."""
    done: list[tuple[UUID, UUID]] = []

    def take_out(id: UUID) -> None:
        row = session.get(ConversationRow, id)
        target_id = row.merged_into if row else None
        if target_id is None:
            return
        take_out(target_id)
        merging.unmerge(session, id)
        done.append((id, target_id))

    for id in sorted(held):
        target_id = held[id].merged_into
        if target_id is not None and owner[id] != owner.get(target_id):
            take_out(id)
    return done


def _move_conversation(
    session: Session,
    row: ConversationRow,
    contact_id: UUID,
    origin: OriginRow | None,
    to: UUID,
) -> None:
    if contact_id != to:
        origin = origins.add_conversation(session, contact_id, row, origin)
        theirs = origins.in_conversation(session, row.id, to)
        origin.others = list(dict.fromkeys([*(origin.others or ()), *theirs]))
    row.contact_id = to
    row.contact_name, row.contact_searched = people.card(session, to) or ("", "")
    waits.give(session, row.id, to)


def _set_keys(
    session: Session,
    held: Mapping[UUID, ConversationRow],
    came_to: Mapping[UUID, UUID],
    moves: Mapping[UUID, UUID],
) -> None:
    """Let what comes for a contact find one of his conversations: his own, else the oldest that
    came with others. Each of the rest keeps the key that it had by itself."""
    written = origins.written_down(session, held)
    for id, row in held.items():
        if id in written:
            row.key = written[id].key or row.key
        elif id in came_to:
            row.key = rules.key(row.channel, row.connection_id, came_to[id], row.address)
    session.flush()
    groups: dict[str, list[ConversationRow]] = {}
    for row in held.values():
        key = rules.key(row.channel, row.connection_id, row.contact_id, row.address)
        groups.setdefault(key, []).append(row)
    for key, rows in groups.items():
        if not conversations.is_taken(session, key):
            min(rows, key=lambda row: row.id).key = key
    session.flush()


def _move_messages(session: Session, contact_id: UUID, to: UUID) -> None:
    """Let the messages that came to a contact be those of whom he is part of."""
    leaves = contact_id != to
    ids = origins.messages_of(session, contact_id, here=leaves)
    anothers = origins.are_anothers(session, ids, contact_id) if leaves else set()
    for some in origins.batches(sorted(ids)):
        rows = [
            row
            for row in messages.by_id(session, some)
            if _rename(row, contact_id, to, alone=row.id not in anothers)
        ]
        session.flush()
        links.set_contacts(session, rows)
        if leaves:
            origins.add_messages(session, contact_id, [row.id for row in rows])


def _rename(row: MessageRow, contact_id: UUID, to: UUID, *, alone: bool) -> bool:
    """Let a message name `to` for the contact, if he takes part in it; `alone` says that nobody
    else who is part of another does."""
    lead = next((n for n, p in enumerate(row.parties) if p.contact_id == row.contact_id), None)
    named = [party.came_to == contact_id for party in row.parties]
    without = lead is None and row.contact_id is not None and alone
    if not any(named) and not without:
        return False
    row.parties = [
        msgspec.structs.replace(party, contact_id=to, was=None if contact_id == to else contact_id)
        if mine
        else party
        for party, mine in zip(row.parties, named, strict=True)
    ]
    if without:
        row.contact_id = to
    elif lead is not None:
        row.contact_id = row.parties[lead].contact_id
    return True


def _send_out(
    session: Session, row: ConversationRow, had: UUID | None, others: Collection[UUID]
) -> None:
    """Give back to `had` what came to him since, into a conversation of someone who leaves."""
    if had is None or row.contact_id == had:
        return
    here = set(origins.in_conversation(session, row.id, had)) - set(others)
    stray = here - origins.are_anothers(session, here, had)
    if not stray:
        return
    to = holding.of(session, row.channel, row.connection_id, had, row.address)
    merging.move(session, row, to, stray)
