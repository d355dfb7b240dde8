"""The rules of webhooks: what is told, how it is signed, when it is tried again."""
