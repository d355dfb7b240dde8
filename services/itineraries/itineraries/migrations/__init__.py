"""The history of itineraries' tables."""
