"""What time it is: one place, so that a test can say another one."""

from __future__ import annotations

import datetime as dt


def utc_now() -> dt.datetime:
    """The moment, in UTC."""
    return dt.datetime.now(dt.UTC)
