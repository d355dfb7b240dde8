"""What the webhooks read from the environment."""

from __future__ import annotations

from fairlead.settings import Common, boolean, setting


class WebhookSettings(Common):
    """The webhooks' own settings beside the common ones."""

    plain_http = setting(
        "FAIRLEAD_WEBHOOKS_PLAIN_HTTP",
        boolean(),
        default="no",
        help="Whether webhooks may be http addresses, for development",
    )
