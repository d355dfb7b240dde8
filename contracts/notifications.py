"""What an employee should know of. It is declared in `fairlead.notices`, where jobs find it."""

from fairlead.notices import (
    Audience,
    DedupeKey,
    NotificationKind,
    NotificationRaised,
    Summary,
    Target,
    Title,
)

__all__ = [
    "Audience",
    "DedupeKey",
    "NotificationKind",
    "NotificationRaised",
    "Summary",
    "Target",
    "Title",
]
