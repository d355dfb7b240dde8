"""What of a mailbox is history, and how far that was taken in."""

import datetime as dt
from dataclasses import dataclass

# A mail server's clock goes by itself, and mail that comes while a person connects is wanted.
CLOCKS = dt.timedelta(minutes=2)
# Mail is on its way for minutes; five days at the worst (RFC 5321 4.5.4.1), which few are.
ON_ITS_WAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the history of a folder was taken: nothing of it yet from the UID `below` down.

    `found` counts what lies in the days that were asked for, and `taken` what of it was looked at.
    """

    uidvalidity: int = 0
    below: int = 0
    found: int = 0
    taken: int = 0
    finished: bool = False


def is_history(written_at: dt.datetime | None, connected_at: dt.datetime) -> bool:
    """Whether a mail that lay in the folder when that was first seen is none of the new ones.

    When it came is no proof of the contrary: who moves mails to another server may give all of
    them the day on which they were moved.
    """
    return written_at is not None and written_at < connected_at - ON_ITS_WAY
