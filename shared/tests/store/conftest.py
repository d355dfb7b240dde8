"""The store's tests run on both databases."""

from fairlead.testing.databases import store, store_url

__all__ = ["store", "store_url"]
