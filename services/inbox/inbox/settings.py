"""What the inbox reads from the environment."""

from __future__ import annotations

from contracts.inbox import FileState
from fairlead import clamd
from fairlead.settings import Kind, Settings, seconds, setting

DAY = 86_400.0


class InboxSettings(Settings):
    """The inbox's own settings beside the common ones."""

    clamd = setting(
        "FAIRLEAD_CLAMD",
        Kind(clamd.parse, "host:port or the path of a socket", "clamd:3310"),
        default="",
        help="The virus checker (clamd) that files wait for; without it none is checked",
    )
    files_kept = setting(
        "FAIRLEAD_FILES_KEPT",
        seconds(3600, 365 * DAY),
        default="7d",
        help="How long a file stays that nothing refers to",
    )

    @property
    def first_state(self) -> FileState:
        """The state of a file that was just stored."""
        return FileState.WAITING if self.clamd else FileState.UNCHECKED
