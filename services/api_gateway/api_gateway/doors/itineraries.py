"""Doors of itineraries."""

from __future__ import annotations

from contracts.itineraries import Itineraries

from ..door import Door

_ID = frozenset({"id"})

DOORS = (
    Door("GET", "/itineraries", Itineraries, "list_itineraries"),
    Door("POST", "/itineraries", Itineraries, "create_itinerary", 201, _ID),
    Door("POST", "/itineraries/import/inspect", Itineraries, "inspect_reservations"),
    Door("POST", "/itineraries/import", Itineraries, "import_reservations", 201, _ID),
    Door("POST", "/itineraries/import/calendar", Itineraries, "import_calendar"),
    Door("GET", "/itineraries/{id}", Itineraries, "get_itinerary"),
    Door("GET", "/itineraries/by-reference/{reference}", Itineraries, "find_itinerary"),
    Door("PUT", "/itineraries/{id}", Itineraries, "update_itinerary"),
    Door("PUT", "/itineraries/{id}/state", Itineraries, "set_state"),
    Door("POST", "/itineraries/{itinerary_id}/services", Itineraries, "add_service", 201),
    Door("PUT", "/services/{id}", Itineraries, "update_service"),
    Door("DELETE", "/services/{id}", Itineraries, "remove_service"),
    Door("PUT", "/itineraries/{id}/link", Itineraries, "share_itinerary"),
    Door("DELETE", "/itineraries/{id}/link", Itineraries, "unshare_itinerary"),
    Door("GET", "/itineraries/{id}/history", Itineraries, "itinerary_history"),
    Door("PUT", "/itineraries/{id}/sales-agent", Itineraries, "set_sales_agent"),
    Door("GET", "/itineraries/{itinerary_id}/payments", Itineraries, "get_ledger"),
    Door("POST", "/itineraries/{itinerary_id}/payments", Itineraries, "record_payment", 201),
    Door("PUT", "/itineraries/{itinerary_id}/instalments", Itineraries, "plan_payments"),
    Door("DELETE", "/payments/{id}", Itineraries, "void_payment"),
    Door("GET", "/itineraries/{itinerary_id}/proposals", Itineraries, "list_proposals"),
    Door("POST", "/itineraries/{itinerary_id}/proposals", Itineraries, "create_proposal", 201, _ID),
    Door("GET", "/proposals/{id}", Itineraries, "get_proposal"),
    Door("PUT", "/proposals/{id}", Itineraries, "revise_proposal"),
    Door("DELETE", "/proposals/{id}", Itineraries, "withdraw_proposal"),
    Door("GET", "/proposals/{id}/versions", Itineraries, "list_proposal_versions"),
    Door("PUT", "/proposals/{id}/link", Itineraries, "link_proposal"),
    Door("DELETE", "/proposals/{id}/link", Itineraries, "unlink_proposal"),
    Door("GET", "/reviews", Itineraries, "list_reviews"),
    Door("POST", "/reviews", Itineraries, "record_review", 201),
    Door("GET", "/reviews/{id}", Itineraries, "get_review"),
    Door("PUT", "/reviews/{id}/answer", Itineraries, "answer_review"),
    Door("PUT", "/services/{id}/state", Itineraries, "set_service_state"),
    Door("GET", "/services/{id}/history", Itineraries, "service_history"),
    Door("GET", "/overbookings", Itineraries, "list_overbookings"),
    Door("GET", "/concierge", Itineraries, "concierge"),
    Door("GET", "/feeds", Itineraries, "list_feeds"),
    Door("POST", "/feeds", Itineraries, "create_feed", 201, _ID),
    Door("GET", "/feeds/{id}", Itineraries, "get_feed"),
    Door("PUT", "/feeds/{id}", Itineraries, "update_feed"),
    Door("DELETE", "/feeds/{id}", Itineraries, "remove_feed"),
    Door("POST", "/feeds/{id}/refresh", Itineraries, "refresh_feed"),
    Door("GET", "/feeds/{id}/entries", Itineraries, "list_feed_entries"),
    Door("GET", "/listings", Itineraries, "list_listings"),
    Door("POST", "/listings", Itineraries, "create_listing", 201, _ID),
    Door("GET", "/listings/{id}", Itineraries, "get_listing"),
    Door("PUT", "/listings/{id}", Itineraries, "update_listing"),
    Door("GET", "/portals", Itineraries, "list_portals"),
    Door("POST", "/portals", Itineraries, "create_portal", 201, _ID),
    Door("GET", "/portals/{id}", Itineraries, "get_portal"),
    Door("PUT", "/portals/{id}", Itineraries, "update_portal"),
)
