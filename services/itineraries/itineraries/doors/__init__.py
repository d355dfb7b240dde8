"""The doors of itineraries, a module for each subject."""
