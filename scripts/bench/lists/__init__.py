"""The lists and searches of contacts and itineraries, with many rows in their stores and few."""
