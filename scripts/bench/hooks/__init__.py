"""Webhooks of WhatsApp, kept for good before they are answered."""
