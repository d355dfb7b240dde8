"""An organisation's own fields."""

from __future__ import annotations

from sqlalchemy.orm import Session

from contracts.contacts import FieldDefinition, FieldType
from fairlead.audit import record
from fairlead.errors import Conflict, Invalid, NotFound, Stale
from fairlead.service import rpc

from ..changing import Changing
from ..domain.person import check_name, clean_line
from ..store import remarks
from ..store.tables import FieldRow
from ..views import definition_of

MOST_FIELDS = 100


class OwnFields(Changing):
    """An organisation's own fields."""

    @rpc
    def list_fields(self) -> list[FieldDefinition]:
        """The own fields in their order."""
        with self.store.reading() as session:
            return [definition_of(row) for row in remarks.fields(session)]

    @rpc
    def add_field(
        self, *, key: str, label: str, type: FieldType, choices: list[str], position: int
    ) -> FieldDefinition:
        """Add a field."""
        label, choices = check_name(label, "label"), _choices(type, choices)

        def add(session: Session) -> FieldDefinition:
            if remarks.field(session, key) is not None:
                raise Conflict("contacts.field_taken", "There is such a field already")
            if len(remarks.fields(session)) >= MOST_FIELDS:
                raise Conflict("contacts.too_many_fields", f"There are {MOST_FIELDS} already")
            row = FieldRow(key=key, type=type, label=label, choices=choices, position=position)
            session.add(row)
            session.flush()
            after = definition_of(row)
            _record(session, "field.added", after, None, after)
            return after

        return self.attempt(add)

    @rpc
    def update_field(
        self, *, key: str, version: int, label: str, choices: list[str], position: int
    ) -> FieldDefinition:
        """Change a field."""
        label = check_name(label, "label")

        def update(session: Session) -> FieldDefinition:
            row = _field(remarks.field(session, key))
            before = definition_of(row)
            if row.version != version:
                raise Stale("contacts.field_changed", "The field was changed since")
            row.choices = _choices(row.type, choices)
            row.label, row.position = label, position
            session.flush()
            after = definition_of(row)
            _record(session, "field.updated", after, before, after)
            return after

        return self.attempt(update)

    @rpc
    def remove_field(self, *, key: str) -> None:
        """Take a field away."""
        with self.store.transaction() as session:
            row = _field(remarks.field(session, key))
            before = definition_of(row)
            _record(session, "field.removed", before, before, None)
            session.delete(row)


def _field(row: FieldRow | None) -> FieldRow:
    if row is None:
        raise NotFound("contacts.field_not_found", "There is no such field")
    return row


def _choices(type: FieldType, choices: list[str]) -> list[str]:
    cleaned = list(dict.fromkeys(clean_line(each) for each in choices))
    if (type is FieldType.CHOICE) != bool(cleaned) or "" in cleaned:
        reason = "names what can be chosen" if type is FieldType.CHOICE else "is for choices only"
        raise Invalid.field("contacts.invalid", "choices", reason)
    if len({each.casefold() for each in cleaned}) < len(cleaned):
        raise Invalid.field("contacts.invalid", "choices", "has one twice, but for its case")
    return cleaned


def _record(
    session: Session,
    action: str,
    field: FieldDefinition,
    before: FieldDefinition | None,
    after: FieldDefinition | None,
) -> None:
    record(
        session,
        action,
        entity="contact_field",
        id=None,
        label=field.label,
        before=before,
        after=after,
    )
