"""What all tables of the inbox have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy.orm import DeclarativeBase

from fairlead.store import COLUMN_TYPES, new_metadata


class Base(DeclarativeBase):
    """The base of this service's tables."""

    metadata = new_metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMN_TYPES
