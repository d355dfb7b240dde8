"""Rows that two may edit at once: the second one is told."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from ..errors import Stale


class StaleVersion(Stale):
    """A row was changed or deleted by somebody else since it was read."""


def stale() -> StaleVersion:
    """The error for a row that is not as it was read."""
    return StaleVersion("store.stale", "It was changed or deleted by somebody else meanwhile")


class Versioned:
    """Mixin of a row whose `version` grows by one with each change through its object.

    A flush that finds another version in the database than was read raises StaleVersion.
    `update()` statements pass by it.
    """

    version: Mapped[int] = mapped_column(nullable=False)

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}

    def expect(self, version: int) -> None:
        """Raise StaleVersion unless the row still has the `version` that the caller has seen."""
        if self.version != version:
            raise stale()
