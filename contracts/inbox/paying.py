"""What accounts asks of messages that cost credits."""

from __future__ import annotations

from typing import Annotated, Protocol
from uuid import UUID

from msgspec import Meta

from fairlead.contract import Interface, call

from .. import rights

Holds = Annotated[list[UUID], Meta(max_length=500)]


class Paying(Interface, Protocol):
    """Messages that cost credits."""

    @call(rights.SERVICES_ONLY, mutates=True)
    def settle_holds(self, *, ids: Holds) -> list[UUID]:
        """Those of these holds whose messages were accepted; the others now never are."""
        ...
