"""Databases for what waits."""

from fairlead.testing.databases import store, store_url

__all__ = ["store", "store_url"]
