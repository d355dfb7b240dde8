"""The WhatsApp gateway."""
