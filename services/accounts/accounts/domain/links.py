"""Links that come by mail: for whom, how long, and the letter they stand in."""

from __future__ import annotations

import enum
from datetime import timedelta

from .letters import Letter, Link, Paragraph, compose

LINK = "fk_"  # how the tokens of links begin


class Purpose(enum.Enum):
    """What the token opens, once."""

    INVITATION = "invitation"
    RESET = "reset"
    SECOND_FACTOR = "second_factor"  # the second step of a sign-in; comes by no mail


LIFETIME = {
    Purpose.INVITATION: timedelta(days=7),
    Purpose.RESET: timedelta(hours=1),
    Purpose.SECOND_FACTOR: timedelta(minutes=5),
}


def invitation(name: str, organisation: str, inviter: str, url: str) -> Letter:
    """The letter with which an employee comes in."""
    who = f"{inviter} invites you" if inviter else "You are invited"
    return compose(
        f"{who} to {organisation}",
        [
            Paragraph(f"Hello {name},"),
            Paragraph(
                f"{who} to work with the team of {organisation}. Choose a password to begin:",
                link=Link("Choose a password", url),
            ),
            Paragraph("The link is good once, and for seven days."),
        ],
    )


def reset(name: str, url: str) -> Letter:
    """The letter for who does not know the password any more."""
    return compose(
        "Choose a new password",
        [
            Paragraph(f"Hello {name},"),
            Paragraph(
                "Somebody asked for a new password for your account. Choose it here:",
                link=Link("Choose a new password", url),
            ),
            Paragraph(
                "The link is good once, and for an hour. If it was not you, nothing has changed."
            ),
        ],
    )
