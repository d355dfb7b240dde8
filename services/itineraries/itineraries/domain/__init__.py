"""The rules of itineraries: plain Python, without bus and without SQL."""
