"""What the WhatsApp gateway reads from the environment."""

from __future__ import annotations

from fairlead.kinds import integer, text, url
from fairlead.settings import Common, setting


class WhatsAppSettings(Common):
    """The WhatsApp gateway's own settings beside the common ones."""

    graph_url = setting(
        "FAIRLEAD_WHATSAPP_GRAPH_URL",
        url("https", "http", example="https://graph.facebook.com/v26.0"),
        default="https://graph.facebook.com/v26.0",
        help="Where Meta's Cloud API is, with the version of it",
    )
    linked_folder = setting(
        "FAIRLEAD_WHATSAPP_LINKED_FOLDER",
        text("a folder on an encrypted volume", "var/whatsapp"),
        default="",
        help="Where linked devices keep their sessions; none are offered without it",
    )
    linked_proxy = setting(
        "FAIRLEAD_WHATSAPP_LINKED_PROXY",
        text("a proxy by http or socks5", "socks5://proxy.example:1080"),
        default="",
        help="What linked devices reach WhatsApp through",
    )
    raw_days = setting(
        "FAIRLEAD_WHATSAPP_RAW_DAYS",
        integer(8, 3650),  # Meta sends what it saw no answer to again for seven days
        default="30",
        help="How many days what networks brought is kept as it came, after it was understood",
    )
