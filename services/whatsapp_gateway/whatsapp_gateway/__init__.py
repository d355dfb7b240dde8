"""The WhatsApp gateway: numbers by Cloud API or as a linked device, chats, media, receipts."""
