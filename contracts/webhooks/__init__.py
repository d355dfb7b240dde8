"""Webhooks out: what happens here is told to the customer's own systems."""

from __future__ import annotations

from .managing import (
    Attempt,
    NewWebhook,
    Webhook,
    WebhookDelivery,
    WebhookDeliveryPage,
    WebhookDeliveryState,
    Webhooks,
)
from .payloads import (
    PAYLOADS,
    WebhookContact,
    WebhookConversation,
    WebhookDeliveryUpdate,
    WebhookEvent,
    WebhookMessage,
    WebhookTest,
)
from .trips import (
    WebhookItinerary,
    WebhookOverbooking,
    WebhookPayment,
    WebhookProposal,
    WebhookProposalAnswer,
    WebhookReview,
    WebhookScore,
    WebhookStay,
)

__all__ = [
    "PAYLOADS",
    "Attempt",
    "NewWebhook",
    "Webhook",
    "WebhookContact",
    "WebhookConversation",
    "WebhookDelivery",
    "WebhookDeliveryPage",
    "WebhookDeliveryState",
    "WebhookDeliveryUpdate",
    "WebhookEvent",
    "WebhookItinerary",
    "WebhookMessage",
    "WebhookOverbooking",
    "WebhookPayment",
    "WebhookProposal",
    "WebhookProposalAnswer",
    "WebhookReview",
    "WebhookScore",
    "WebhookStay",
    "WebhookTest",
    "Webhooks",
]
