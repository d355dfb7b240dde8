"""The inbox's screens with many messages in the store, and with few."""
