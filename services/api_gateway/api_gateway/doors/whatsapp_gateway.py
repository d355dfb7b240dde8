"""Doors of the WhatsApp gateway."""

from __future__ import annotations

from contracts.whatsapp_gateway import WhatsAppGateway

from ..door import Door

_ID = frozenset({"id"})

DOORS = (
    Door("GET", "/whatsapp/connections", WhatsAppGateway, "list_whatsapp_connections"),
    Door("POST", "/whatsapp/connections", WhatsAppGateway, "create_whatsapp_connection", 201, _ID),
    Door("GET", "/whatsapp/connections/{id}", WhatsAppGateway, "get_whatsapp_connection"),
    Door("PUT", "/whatsapp/connections/{id}", WhatsAppGateway, "update_whatsapp_connection"),
    Door("DELETE", "/whatsapp/connections/{id}", WhatsAppGateway, "remove_whatsapp_connection"),
    Door("POST", "/connections/{id}/qr", WhatsAppGateway, "connect_whatsapp"),
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
    Door("POST", "/sandbox/scans", WhatsAppGateway, "sandbox_scan"),
)
