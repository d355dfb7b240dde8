"""What the inbox searches, and by what else than words it is narrowed."""

from __future__ import annotations

from fairlead.store.search import Index

MESSAGES = Index("m")
CONVERSATIONS = Index("c", names=True)
PEOPLE = Index("p", names=True)
TRIPS = Index("t", names=True)

# What documents have beside their words.
CHANNEL, CONNECTION, CONTACT, TRIP = "channel", "connection", "contact", "trip"
CONVERSATION, DIRECTION, FILE, ARCHIVED = "conversation", "direction", "file", "archived"
KIND, TAG, LANGUAGE, COMPANY = "contact_kind", "tag", "language", "company"
STATE, LISTING, SALES_AGENT = "state", "listing", "sales_agent"
