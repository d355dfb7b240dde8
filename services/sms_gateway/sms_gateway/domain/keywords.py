"""Words by which somebody stops texts, or wants them again.

A word counts only when it is all that was written: "Please stop at gate 3" stops nothing.
"""

from __future__ import annotations

import enum
import unicodedata
from collections.abc import Collection

# What carriers and their rules know in English, and their translations where a law knows those.
STOP_WORDS = frozenset(
    {
        *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke"),
        *("optout", "opt-out", "remove", "arret", "arreter"),
    }
)
START_WORDS = frozenset(["start", "yes", "unstop"])
HELP_WORDS = frozenset(["help", "info"])
_AROUND = " \t\r\n.,;:!?\"'“”‘’„«»()[]*-_"


class Wish(enum.Enum):
    """What somebody wants by a single word."""

    STOP = "stop"
    START = "start"
    HELP = "help"


def wish(text: str, also_stop: Collection[str] = ()) -> Wish | None:
    """What `text` asks for, if it is one of the words and nothing else.

    `also_stop` are an organisation's own words, such as those of its language.
    """
    word = _plain(text)
    if word in STOP_WORDS or word in {_plain(each) for each in also_stop}:
        return Wish.STOP
    if word in START_WORDS:
        return Wish.START
    return Wish.HELP if word in HELP_WORDS else None


def _plain(text: str) -> str:
    if len(text) > 100:
        return ""
    folded = unicodedata.normalize("NFD", text.strip(_AROUND).casefold())
    return "".join(each for each in folded if not unicodedata.combining(each))
