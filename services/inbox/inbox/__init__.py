"""Conversations, messages, deliveries and templates: the only door out."""
