"""What all tables of the inbox have in common."""

from __future__ import annotations

import enum
from typing import Any, ClassVar

from sqlalchemy import Enum
from sqlalchemy.orm import DeclarativeBase

from fairlead.store import COLUMN_TYPES, new_metadata


class Base(DeclarativeBase):
    """The base of this service's tables."""

    metadata = new_metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMN_TYPES


def word(kind: type[enum.Enum]) -> Enum:
    """A column of an enum's words."""
    return Enum(
        kind,
        native_enum=False,
        length=20,
        values_callable=lambda kind: [word.value for word in kind],
    )
