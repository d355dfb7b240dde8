"""The history of accounts' tables."""
