"""Taking in the mail of before a mailbox was connected, for whoever wants it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace

from .domain.history import Progress
from .imap import Cursor, Fetched, ImapMailbox

_SLICE = 50  # mails between two looks for new ones


class History:
    """The mails of a folder that came from `since` to `until`, the newest first, each once.

    `on_mail` stores a mail, which may come a second time after a break; it is given no cursor to
    store. `on_progress` keeps what this began with, and goes on from, as `progress`.
    """

    def __init__(
        self,
        since: datetime.datetime,
        until: datetime.datetime,
        progress: Progress,
        on_mail: Callable[[Fetched], None],
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._since, self._until = since, until
        self._progress = progress
        self._on_mail = on_mail
        self._on_progress = on_progress

    def take_some(self, mailbox: ImapMailbox, cursor: Cursor) -> bool:
        """Take some more; returns whether there may be others. Raises ImapError."""
        if self._progress.finished:
            return False
        if self._progress.uidvalidity != cursor.uidvalidity:
            self._progress = Progress(cursor.uidvalidity, cursor.before + 1)
        now = self._progress
        left = mailbox.older(Cursor(now.uidvalidity, now.below - 1), self._since)
        uids = left[-_SLICE:]
        for mail in mailbox.fetch_older(cursor, uids, self._since, self._until):
            self._on_mail(mail)
        self._progress = replace(
            now,
            below=uids[0] if uids else now.below,
            found=now.taken + len(left),
            taken=now.taken + len(uids),
            finished=len(left) == len(uids),
        )
        self._on_progress(self._progress)
        return not self._progress.finished
