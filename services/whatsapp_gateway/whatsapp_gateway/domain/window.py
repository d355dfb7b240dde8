"""For how long we may write freely: 24 hours from each message of the other side.

https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages (Customer service
windows). Outside them only templates leave.
"""

from __future__ import annotations

import datetime as dt

HOURS = 24
# A message that is under way when the window closes is refused: that long before, it is closed.
MARGIN = dt.timedelta(seconds=30)


def closes_at(last_in: dt.datetime | None) -> dt.datetime | None:
    """When the window closes, or closed; None where the other side never wrote."""
    return None if last_in is None else last_in + dt.timedelta(hours=HOURS)


def is_open(last_in: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether a free message may leave now."""
    closes = closes_at(last_in)
    return closes is not None and now < closes - MARGIN
