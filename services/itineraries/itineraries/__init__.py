"""Itineraries, their guests and services, listings, the concierge calendar, public pages."""
