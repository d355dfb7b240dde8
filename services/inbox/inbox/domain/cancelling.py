"""What will not take place: a cancelled service, and every service of a cancelled trip."""

from __future__ import annotations

from contracts.itineraries import Itinerary, ItineraryState, Service, ServiceState


def is_cancelled(service: Service) -> bool:
    """Whether this service was called off."""
    return service.details.state is ServiceState.CANCELLED


def why_off(trip: Itinerary, service: Service) -> str | None:
    """Why a service of a trip will not take place; None where it will."""
    if is_cancelled(service):
        return f"“{service.details.name}” was cancelled"
    if trip.state is ItineraryState.CANCELLED:
        return f"trip {trip.reference} was cancelled"
    return None
