"""The history of contacts' tables."""
