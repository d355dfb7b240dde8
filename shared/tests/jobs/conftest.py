"""Databases for jobs."""

from fairlead.testing.databases import store_url

__all__ = ["store_url"]
