"""The rules of WhatsApp: no bus, no store, no network."""
