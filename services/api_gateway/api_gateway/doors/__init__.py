"""The table of doors: what can be asked over HTTP, below /api/v1; a module for each service."""

from __future__ import annotations

from ..door import Door
from . import (
    accounts,
    contacts,
    email_gateway,
    inbox,
    itineraries,
    jobs,
    sms_gateway,
    webhooks,
    whatsapp_gateway,
)

DOORS: tuple[Door, ...] = (
    *accounts.DOORS,
    *contacts.DOORS,
    *itineraries.DOORS,
    *inbox.DOORS,
    *email_gateway.DOORS,
    *sms_gateway.DOORS,
    *whatsapp_gateway.DOORS,
    *webhooks.DOORS,
    *jobs.DOORS,
)
