"""The organisation's labels, and putting them on conversations."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.inbox import Conversation, Label, LabelChanged
from fairlead.audit import record
from fairlead.bus import publish
from fairlead.errors import Conflict, Invalid, NotFound, Stale
from fairlead.store import new_id

from . import changes
from .domain.content import has_control_characters
from .store import conversations, holding, labels, trail
from .store.conversations import ConversationRow
from .store.labels import LabelRow

MOST = 500  # labels of one organisation: they are listed without pages


def create(session: Session, name: str, colour: str) -> Label:
    """A new label."""
    if labels.count(session) >= MOST:
        raise Conflict("inbox.too_many_labels", f"There are {MOST} labels already")
    row = LabelRow(id=new_id(), name="", key="", colour="")
    _write(session, row, name, colour)
    session.add(row)
    return _changed(session, row, "created", None)


def update(session: Session, id: UUID, version: int, name: str, colour: str) -> Label:
    """Rename or recolour a label."""
    row = _expected(session, id, version)
    before = labels.view_of(row)
    _write(session, row, name, colour)
    return _changed(session, row, "updated", before)


def merge(session: Session, id: UUID, into_id: UUID, version: int) -> Label:
    """Put another label wherever this one is."""
    if id == into_id:
        raise Invalid.field("inbox.label_invalid", "into_id", "is the same label")
    # Held in one order by all, so that no two who merge wait for each other.
    held = {each: labels.locked(session, each) for each in sorted((id, into_id))}
    other = held[into_id]
    row = _checked(held[id], version)
    if other is None:
        raise Invalid.field("inbox.label_unknown", "into_id", "there is no such label")
    labels.replace(session, id, by=into_id)
    _gone(session, row, "merged", into_id)
    return labels.view_of(other)


def remove(session: Session, id: UUID, version: int) -> None:
    """Take a label off every conversation, and away."""
    _gone(session, _expected(session, id, version), "removed", None)


def set_labels(session: Session, id: UUID, version: int, wanted: Sequence[UUID]) -> Conversation:
    """Let a conversation have these labels and no others."""
    known = check(session, wanted, "label_ids")
    row = holding.expected(session, id, version)
    has = labels.of(session, id)
    done = change(session, row, set(known) - has, has - set(known))
    return done or conversations.view(session, id)


def check(session: Session, wanted: Sequence[UUID], field: str) -> dict[UUID, str]:
    """The names of these labels; raises Invalid that names each that there is not."""
    known = labels.names(session, wanted, hold=True)
    wrong = {
        f"{field}[{n}]": "there is no such label"
        for n, each in enumerate(wanted)
        if each not in known
    }
    if wrong:
        raise Invalid.fields("inbox.label_unknown", wrong)
    return known


def change(
    session: Session,
    row: ConversationRow,
    added: Collection[UUID],
    removed: Collection[UUID],
) -> Conversation | None:
    """Put labels on a conversation and take others off; None where that changes nothing."""
    has = labels.of(session, row.id)
    after = (has | set(added)) - set(removed)
    if after == has:
        return None
    label(session, row, after - has, has - after)
    called = labels.names(session, has | after)
    trail.note(session, row, "labelled", _called(called, has), _called(called, after))
    return changes.tell(session, "labelled", row.id)


def label(
    session: Session,
    row: ConversationRow,
    added: Collection[UUID],
    removed: Collection[UUID],
) -> None:
    """Write it down, where it is found by and where it is shown."""
    labels.put(session, row.id, added)
    labels.take_off(session, row.id, removed)
    has = sorted(labels.of(session, row.id))
    row.labelled = ",".join(["", *(str(each) for each in has), ""])


def _called(names: dict[UUID, str], ids: Collection[UUID]) -> dict[str, str]:
    return {"labels": ", ".join(sorted(names.get(each, "") for each in ids))}


def _write(session: Session, row: LabelRow, name: str, colour: str) -> None:
    name = " ".join(name.split())
    if not name or has_control_characters(name):
        raise Invalid.field("inbox.label_invalid", "name", "must be a single line of words")
    key = name.casefold()
    other = labels.by_key(session, key)
    if other is not None and other.id != row.id:
        raise taken()
    row.name, row.key, row.colour = name, key, colour.lower()


def taken() -> Conflict:
    """The error for a name that another label has."""
    return Conflict("inbox.label_taken", "There is a label of this name already")


def _expected(session: Session, id: UUID, version: int) -> LabelRow:
    return _checked(labels.locked(session, id), version)


def _checked(row: LabelRow | None, version: int) -> LabelRow:
    if row is None:
        raise NotFound("inbox.label_not_found", "There is no such label")
    if row.version != version:
        raise Stale("inbox.label_changed", "The label was changed meanwhile")
    return row


def _changed(session: Session, row: LabelRow, what: str, before: Label | None) -> Label:
    session.flush()
    label = labels.view_of(row)
    _record(session, label, what, before, label)
    publish(session, LabelChanged(label=label))
    return label


def _gone(session: Session, row: LabelRow, what: str, into: UUID | None) -> None:
    label = labels.view_of(row)
    labels.remove(session, row)
    _record(session, label, what, label, {"merged_into": str(into)} if into else None)
    publish(session, LabelChanged(label=label, removed=True, merged_into=into))


def _record(session: Session, label: Label, what: str, before: object, after: object) -> None:
    record(
        session,
        f"label.{what}",
        entity="label",
        id=label.id,
        label=label.name,
        before=before,
        after=after,
    )
