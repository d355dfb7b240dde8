"""What somebody wants to be told, and by which way (mission H4): the one rule for every sender."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from datetime import datetime

from msgspec import structs

from fairlead.contract import Message

from .common import Channel


class ConsentKind(enum.Enum):
    """Kinds of communication that somebody can block.

    A direct answer to what somebody wrote is of no kind: see `may_answer`.
    """

    SERVICE = "service"  # what the trip needs: confirmations, changes, orders
    REMINDER = "reminder"
    REVIEW = "review"  # asking for one, and thanking for it
    MARKETING = "marketing"


class ConsentSource(enum.Enum):
    """How a decision reached us."""

    PERSON = "person"  # told an employee
    UNSUBSCRIBE_LINK = "unsubscribe_link"
    KEYWORD = "keyword"  # STOP and its like
    FORM = "form"
    IMPORT = "import"
    MERGE = "merge"


class Consent(Message):
    """A decision that holds: `allowed` or not, for one kind or all, on one channel or all."""

    kind: ConsentKind | None
    channel: Channel | None
    allowed: bool
    source: ConsentSource
    at: datetime


def may_send(consents: Iterable[Consent], kind: ConsentKind, channel: Channel) -> bool:
    """Whether a message of `kind` may go to somebody who decided so, on `channel`.

    Of the decisions that apply, the latest holds, and of one moment the stricter. Who decided
    nothing may be written to.
    """
    found = decision(consents, kind, channel)
    return found is None or found.allowed


def may_answer(consents: Iterable[Consent], wrote_at: datetime, channel: Channel) -> bool:
    """Whether somebody may be answered who wrote on `channel` at a moment.

    Who writes wants an answer, whatever he blocked until then. Only a block of everything, made
    after he wrote, holds for the answer as well; a block of one kind never does.
    """
    of_all = [each for each in consents if each.kind is None and each.channel in (None, channel)]
    found = max(of_all, key=_weight, default=None)
    return found is None or found.allowed or found.at <= wrote_at


def decision(consents: Iterable[Consent], kind: ConsentKind, channel: Channel) -> Consent | None:
    """The decision that holds for a kind on a channel."""
    applying = [
        each for each in consents if each.kind in (None, kind) and each.channel in (None, channel)
    ]
    return max(applying, key=_weight, default=None)


def decided(consents: Iterable[Consent], new: Consent) -> list[Consent]:
    """The decisions that hold after `new`: one for each pair of kind and channel, the latest."""
    kept = {(each.kind, each.channel): each for each in consents}
    known = kept.get((new.kind, new.channel))
    if known is None or _weight(new) > _weight(known):
        kept[new.kind, new.channel] = new
    return list(kept.values())


def stricter(ours: Iterable[Consent], theirs: Iterable[Consent]) -> list[Consent]:
    """The decisions of two who turn out to be one person: nothing is allowed that either blocked.

    A block of one wins over a later permission of the other, because that was given without
    knowing of the block.
    """
    ours, theirs = list(ours), list(theirs)
    found: dict[tuple[ConsentKind | None, Channel | None], Consent] = {}
    sides = [(each, theirs) for each in ours] + [(each, ours) for each in theirs]
    for each in (_outlasting(one, others) for one, others in sides):
        known = found.get((each.kind, each.channel))
        if known is None or (not each.allowed, each.at) > (not known.allowed, known.at):
            found[each.kind, each.channel] = each
    return list(found.values())


def _weight(consent: Consent) -> tuple[datetime, bool]:
    return consent.at, not consent.allowed


def _outlasting(one: Consent, others: Iterable[Consent]) -> Consent:
    """`one`, where it blocks, as recent as each permission among `others` that it meets."""
    if one.allowed:
        return one
    met = [
        each.at
        for each in others
        if each.allowed
        and (each.kind is None or one.kind in (None, each.kind))
        and (each.channel is None or one.channel in (None, each.channel))
    ]
    return structs.replace(one, at=max([one.at, *met]))
