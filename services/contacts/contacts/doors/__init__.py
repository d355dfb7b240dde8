"""The doors of contacts, one for each subject."""
