"""What the SMS gateway reads from the environment."""

from __future__ import annotations

from fairlead.kinds import integer
from fairlead.settings import Common, boolean, setting


class SmsSettings(Common):
    """The SMS gateway's own settings beside the common ones."""

    private_hosts = setting(
        "FAIRLEAD_SMS_PRIVATE_HOSTS",
        boolean(),
        default="no",
        help="Whether carriers may be on private networks and loopback, and asked by http",
    )
    raw_days = setting(
        "FAIRLEAD_SMS_RAW_DAYS",
        integer(8, 3650),
        default="30",
        help="How many days what carriers brought is kept as it came, after it was understood",
    )
