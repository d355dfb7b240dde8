"""What the WhatsApp gateway reads from the environment."""

from __future__ import annotations

from fairlead.kinds import url
from fairlead.settings import Common, setting


class WhatsAppSettings(Common):
    """The WhatsApp gateway's own settings beside the common ones."""

    graph_url = setting(
        "FAIRLEAD_WHATSAPP_GRAPH_URL",
        url("https", "http", example="https://graph.facebook.com/v26.0"),
        default="https://graph.facebook.com/v26.0",
        help="Where Meta's Cloud API is, with the version of it",
    )
