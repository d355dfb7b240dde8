"""The tables of itineraries and their queries, a module for each subject: the only SQL here."""
