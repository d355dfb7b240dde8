"""What a connection lets us do in a chat, and for how long (missions C2, C3)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Final

from contracts.channels import Ability, Amending, ConnectionChanged
from contracts.common import Channel, FileRef
from contracts.inbox import Direction, Draft, Hint, Problem
from contracts.whatsapp_gateway import LARGEST_SHOWN, LONGEST_TEXT, MEGABYTE

from .addresses import normalised

# WhatsApp's own limits, for phones and linked devices alike.
EDIT_WITHIN: Final = dt.timedelta(minutes=15)
DELETE_WITHIN: Final = dt.timedelta(hours=60)
# A message that is under way when the network closes is refused: that long before, it is closed.
MARGIN: Final = dt.timedelta(seconds=60)

_NEEDS: Final = {
    Amending.REACTED: Ability.REACTIONS,
    Amending.EDITED: Ability.EDITS,
    Amending.DELETED: Ability.DELETIONS,
}
_CALLED: Final = {
    Amending.REACTED: "react to messages",
    Amending.EDITED: "change what it sent",
    Amending.DELETED: "take back what it sent",
}


# A number with its country code, a hidden id, or a business-scoped one; never a group's.
_ACCOUNT: Final = re.compile(
    r"[1-9]\d{5,14}|\d{6,20}@lid|[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}", re.ASCII
)


def plain(address: str) -> str:
    """An address as WhatsApp takes it, whatever was written between the digits."""
    return normalised(address, Channel.WHATSAPP)


def is_account(address: str) -> bool:
    """Whether it can be one person's on WhatsApp."""
    return _ACCOUNT.fullmatch(plain(address)) is not None


def obstacles(draft: Draft, connection: ConnectionChanged | None) -> Iterator[Problem]:
    """What in a draft this connection cannot send."""
    wanted = (
        ("place", draft.place is not None, Ability.PLACES, "a place"),
        ("cards", bool(draft.cards), Ability.CARDS, "contact cards"),
        ("approved_template", draft.approved_template is not None, Ability.TEMPLATES, "templates"),
    )
    for field, given, ability, called in wanted:
        if not given:
            continue
        if draft.channel is not Channel.WHATSAPP:
            yield Problem(field=field, reason=f"only a chat can have {called}")
        elif connection is not None and ability not in connection.abilities:
            yield Problem(field=field, reason=f"this number cannot send {called}")


def limits(text: str) -> Iterator[Problem]:
    """What WhatsApp takes no more of."""
    if len(text.strip()) > LONGEST_TEXT:
        reason = f"has {len(text.strip()):,} characters, and WhatsApp takes {LONGEST_TEXT:,}"
        yield Problem(field="text", reason=reason)


def hints(files: Sequence[FileRef]) -> Iterator[Hint]:
    """Files that are too large to be shown as what they are."""
    for file in files:
        kind = file.content_type.partition("/")[0]
        largest = LARGEST_SHOWN.get(kind)
        if largest is not None and file.size > largest:
            most = largest // MEGABYTE
            reason = f"“{file.name}” is larger than {most} MB and goes as a document, not as {kind}"
            yield Hint(field="attachments", reason=reason)


def has_more_than_words(draft: Draft) -> bool:
    """Whether a message of a chat says something without any text."""
    return draft.channel is Channel.WHATSAPP and bool(
        draft.attachments or draft.place or draft.cards or draft.approved_template
    )


def closes_at(
    connection: ConnectionChanged | None, last_in: dt.datetime | None
) -> dt.datetime | None:
    """Until when we may write freely; None where there is no limit, or nobody wrote."""
    if connection is None or connection.answer_hours is None or last_in is None:
        return None
    return last_in + dt.timedelta(hours=connection.answer_hours)


def is_open(
    connection: ConnectionChanged | None, last_in: dt.datetime | None, now: dt.datetime
) -> bool:
    """Whether we may write freely now."""
    if connection is None or connection.answer_hours is None:
        return True
    closes = closes_at(connection, last_in)
    return closes is not None and now < closes - MARGIN


def closed(connection: ConnectionChanged, last_in: dt.datetime | None) -> str:
    """Why we may not, for a person."""
    hours = connection.answer_hours
    if last_in is None:
        return "nobody wrote to this number yet; only an approved template may begin the chat"
    return (
        f"more than {hours} hours have passed since the other side wrote; only an approved "
        "template may leave"
    )


def why_not(
    kind: Amending,
    connection: ConnectionChanged | None,
    direction: Direction,
) -> str | None:
    """Why a message cannot be amended so, for a person."""
    if connection is None or connection.removed:
        return "the number that it came by is no longer connected"
    if _NEEDS[kind] not in connection.abilities:
        return f"this number cannot {_CALLED[kind]}"
    if kind is not Amending.REACTED and direction is Direction.IN:
        return "it is not ours"
    return None


def is_too_late(kind: Amending, sent_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether the network changes nothing of it any more."""
    limit = {Amending.EDITED: EDIT_WITHIN, Amending.DELETED: DELETE_WITHIN}.get(kind)
    return limit is not None and now - sent_at > limit
