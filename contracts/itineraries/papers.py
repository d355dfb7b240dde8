"""Trips on paper: PDF that is printed, or attached to a message."""

from __future__ import annotations

import enum
from typing import Protocol
from uuid import UUID

from fairlead.contract import Interface, Message, call

from .. import rights
from ..common import FileRef, Language, Line


class PaperKind(enum.Enum):
    """The plan alone, or the plan with its price and payments."""

    ITINERARY = "itinerary"
    CONFIRMATION = "confirmation"


class PublicPaper(Message):
    """A paper of a trip that was shared, and whose it is."""

    organisation_id: UUID
    file: FileRef


class Papers(Interface, Protocol):
    """Trips on paper."""

    @call(rights.READ, deadline=30.0)
    def draw_paper(self, *, id: UUID, kind: PaperKind, language: Language | None = None) -> FileRef:
        """The trip as a PDF in the file store, in the trip's language unless another is asked.

        The same trip gives the same file, which is swept once nothing holds it. Conflict
        `itineraries.not_confirmed` for the confirmation of a trip that is not confirmed.
        """
        ...

    @call(rights.PUBLIC, deadline=30.0)
    def public_paper(self, *, token: Line) -> PublicPaper:
        """The itinerary under a link, as a PDF. NotFound `itineraries.link_unknown`."""
        ...
