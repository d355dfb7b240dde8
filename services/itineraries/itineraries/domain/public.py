"""What somebody sees who has the link of a trip, and nothing else."""

from __future__ import annotations

import re
import secrets
from uuid import UUID

from msgspec.structs import replace

from contracts.itineraries import (
    Itinerary,
    ItineraryState,
    PublicDocument,
    PublicItinerary,
    Service,
    ServiceState,
)
from fairlead.errors import NotFound

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_NOT_SHOWN = frozenset({ServiceState.DECLINED, ServiceState.CANCELLED})


def new_token() -> str:
    """A word that nobody guesses: 256 random bits."""
    return secrets.token_urlsafe(32)


def is_token(written: str) -> bool:
    """Whether `written` could be a token at all."""
    return _TOKEN.fullmatch(written) is not None


def url(public_url: str, token: str | None) -> str | None:
    """The address of the page under `token`; None where there is no link."""
    return None if token is None else f"{public_url.rstrip('/')}/p/{token}"


def link_unknown() -> NotFound:
    """The link is not good, or not any more."""
    return NotFound("itineraries.link_unknown", "This link is not good (any more)")


def public_view(
    organisation: UUID,
    itinerary: Itinerary,
    documents: list[PublicDocument],
    cover: UUID | None = None,
) -> PublicItinerary:
    """The trip without prices, internal notes and requirements, suppliers and contacts.

    Requirements are left out because they tell of health and habits to whoever has the link, and
    suppliers because one would read about the others.
    """
    details = itinerary.details
    return PublicItinerary(
        organisation_id=organisation,
        reference=itinerary.reference,
        title=details.title,
        start=details.start,
        end=details.end,
        zone=details.zone,
        language=details.language,
        guests=[guest.name for guest in details.guests],
        services=[
            _public_service(service)
            for service in itinerary.services
            if service.details.state not in _NOT_SHOWN
        ],
        cancelled=itinerary.state is ItineraryState.CANCELLED,
        documents=documents,
        cover=cover,
    )


def _public_service(service: Service) -> Service:
    bare = replace(
        service.details,
        supplier_id=None,
        supplier_name="",
        notes="",
        requirements="",
    )
    return replace(service, details=bare)
