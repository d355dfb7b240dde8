"""An organisation's own fields of its contacts."""

from __future__ import annotations

import enum
from typing import Annotated, Protocol

from msgspec import Meta

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import Line, Name

FieldKey = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="snake_case")]
FieldValue = bool | int | float | Line


class FieldType(enum.Enum):
    """What a field holds. A date is text, as 2026-05-12."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes_no"


class FieldDefinition(Message):
    """A field of an organisation's contacts. `choices` are those of type CHOICE."""

    key: FieldKey
    label: Name
    type: FieldType
    choices: list[Name]
    position: int
    version: int


class OwnFields(Interface, Protocol):
    """Which own fields contacts have."""

    @call(rights.READ)
    def list_fields(self) -> list[FieldDefinition]:
        """The organisation's own fields, in their order."""
        ...

    @call(rights.CHANGE_SETTINGS, mutates=True)
    def add_field(
        self,
        *,
        key: FieldKey,
        label: Name,
        type: FieldType,
        choices: Annotated[list[Name], Meta(max_length=200)] = [],
        position: Annotated[int, Meta(ge=0, le=1000)] = 0,
    ) -> FieldDefinition:
        """Add a field. Conflict `contacts.field_taken` where there is one of this key."""
        ...

    @call(rights.CHANGE_SETTINGS, mutates=True)
    def update_field(
        self,
        *,
        key: FieldKey,
        version: int,
        label: Name,
        choices: Annotated[list[Name], Meta(max_length=200)] = [],
        position: Annotated[int, Meta(ge=0, le=1000)] = 0,
    ) -> FieldDefinition:
        """Change a field; its key and type stay. A choice that is taken away stays with the
        contacts that have it. NotFound `contacts.field_not_found`, Stale `contacts.field_changed`.
        """
        ...

    @call(rights.CHANGE_SETTINGS, mutates=True)
    def remove_field(self, *, key: FieldKey) -> None:
        """Take a field away. Contacts keep what they have until somebody changes them, unseen."""
        ...
