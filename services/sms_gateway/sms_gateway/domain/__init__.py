"""The rules of text messages: no bus, no store, no network."""
