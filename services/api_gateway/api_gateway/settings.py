"""What the gateway reads from the environment."""

from __future__ import annotations

from fairlead.settings import Common, integer, setting, text


class GatewaySettings(Common):
    """The gateway's own settings beside the common ones."""

    proxies = setting(
        "FAIRLEAD_TRUSTED_PROXIES",
        integer(0, 5),
        default="0",
        help="How many proxies before the gateway set X-Forwarded-For",
    )
    upload_limit = setting(
        "FAIRLEAD_UPLOAD_LIMIT",
        integer(1024, 100 * 1024 * 1024),
        default=str(25 * 1024 * 1024),
        help="The largest file that can be uploaded, in bytes",
    )
    requests_per_second = setting(
        "FAIRLEAD_REQUESTS_PER_SECOND",
        integer(1, 100_000),
        default="50",
        help="How many requests a second one user, token or address may go on making; "
        "four times as many at once",
    )
    public_requests_per_second = setting(
        "FAIRLEAD_PUBLIC_REQUESTS_PER_SECOND",
        integer(1, 100_000),
        default="30",
        help="The same for pages without an account and links in mails, for each network address",
    )
    web_client = setting(
        "FAIRLEAD_WEB_CLIENT",
        text("a folder", "services/web/dist"),
        default="",
        help="Where the built web client is, if not in the image; without one, `/` says what runs",
    )
