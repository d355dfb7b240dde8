"""Doors of the WhatsApp gateway."""

from __future__ import annotations

from contracts.whatsapp_gateway import WhatsAppGateway

from ..door import Door

DOORS = (
    Door("POST", "/connections/{id}/qr", WhatsAppGateway, "connect_whatsapp"),
    Door("GET", "/connections/{id}/qr", WhatsAppGateway, "shown_whatsapp_qr"),
    Door("POST", "/connections/{id}/code", WhatsAppGateway, "connect_whatsapp_by_code"),
    Door("GET", "/connections/{id}/code", WhatsAppGateway, "shown_whatsapp_code"),
    Door("POST", "/connections/{id}/disconnect", WhatsAppGateway, "disconnect_whatsapp"),
    Door("POST", "/connections/{id}/templates", WhatsAppGateway, "fetch_network_templates"),
    Door("GET", "/whatsapp/templates", WhatsAppGateway, "list_network_templates"),
    Door("GET", "/sandbox/handsets", WhatsAppGateway, "sandbox_handsets"),
    Door("PUT", "/sandbox/handsets", WhatsAppGateway, "put_sandbox_handset"),
    Door("PUT", "/sandbox/handsets/typing", WhatsAppGateway, "sandbox_chat_type"),
    Door("GET", "/sandbox/chats", WhatsAppGateway, "sandbox_chat"),
    Door("POST", "/sandbox/chats", WhatsAppGateway, "sandbox_chat_write", 201),
    Door("PUT", "/sandbox/chats/{id}", WhatsAppGateway, "sandbox_chat_amend"),
    Door("POST", "/sandbox/chats/{id}/read", WhatsAppGateway, "sandbox_chat_read"),
    Door("POST", "/sandbox/chats/{id}/fail", WhatsAppGateway, "sandbox_chat_fail"),
    Door("GET", "/sandbox/groups", WhatsAppGateway, "sandbox_groups"),
    Door("POST", "/sandbox/groups/join", WhatsAppGateway, "sandbox_group_join"),
    Door("POST", "/sandbox/groups/leave", WhatsAppGateway, "sandbox_group_leave"),
    Door("POST", "/sandbox/scans", WhatsAppGateway, "sandbox_scan"),
)
