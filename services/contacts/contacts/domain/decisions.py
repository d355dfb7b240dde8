"""Consents in a cell of a file: what one says, and which of it counts.

A cell has decisions about one kind, or about all, set apart by semicolons: `yes` or `no`, before
it the channel if only one is meant, after it since when. As `no 2026-05-12T08:30:00Z; sms yes`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from contracts.common import Channel
from contracts.consents import Consent, ConsentKind, ConsentSource, decided
from contracts.importing import ImportPolicy

COLUMNS: dict[str, ConsentKind | None] = {
    "consent.all": None,
    **{f"consent.{kind.value}": kind for kind in ConsentKind},
}
"""The columns by their names, and the kind that each is about."""

_YES = frozenset({"yes", "y", "true", "1", "allowed", "granted", "subscribed", "opt-in"})
_NO = frozenset({"no", "n", "false", "0", "blocked", "denied", "unsubscribed", "opt-out"})
_SEVERAL = re.compile(r"[;|\n]")
_ITEM = re.compile(
    rf"(?:({'|'.join(channel.value for channel in Channel)})\s*[:\s]\s*)?(\S+)(?:\s+(.+))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a file says that somebody decided; `at` is None where it does not say when."""

    kind: ConsentKind | None
    channel: Channel | None
    allowed: bool
    at: dt.datetime | None


def read(cell: str, column: str) -> Iterator[Decision]:
    """The decisions in a cell of one of COLUMNS. Raises ValueError, whose text completes "the
    column …"."""
    kind = COLUMNS[column]
    for item in filter(None, (each.strip() for each in _SEVERAL.split(cell))):
        found = _ITEM.fullmatch(item)
        assert found is not None, "it matches whatever has a word"
        channel = Channel(found[1].lower()) if found[1] else None
        yield Decision(kind, channel, _is_allowed(found[2]), _moment(found[3] or ""))


def _is_allowed(word: str) -> bool:
    word = word.casefold()
    if word not in _YES | _NO:
        raise ValueError("must be yes or no, with a channel before it and a moment after it if any")
    return word in _YES


def _moment(text: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("has a moment that is none, as 2026-05-12T08:30:00Z") from None
    return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)


def written(consents: Iterable[Consent], column: str) -> str:
    """The decisions about the kind of a column as its cell, which `read` takes apart."""
    return "; ".join(
        " ".join(
            [
                *([each.channel.value] if each.channel is not None else []),
                "yes" if each.allowed else "no",
                each.at.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
            ]
        )
        for each in consents
        if each.kind is COLUMNS[column]
    )


def counting(
    said: Sequence[Decision], present: Sequence[Consent], policy: ImportPolicy, now: dt.datetime
) -> list[Consent]:
    """Those decisions of a file that change what holds, as they are to be kept.

    A block counts unless it was lifted since. A permission counts where nothing was decided about
    the same; else only where the file is to overwrite and says that it is the later one: what does
    not say when it was given lifts no block.
    """
    held, found = list(present), []
    for each in said:
        known = {(one.kind, one.channel): one for one in held}.get((each.kind, each.channel))
        if known is not None and each.at is None and known.allowed == each.allowed:
            continue
        if (
            known is not None
            and each.allowed
            and (each.at is None or policy is not ImportPolicy.OVERWRITE)
        ):
            continue
        consent = Consent(
            kind=each.kind,
            channel=each.channel,
            allowed=each.allowed,
            source=ConsentSource.IMPORT,
            at=each.at or now,
        )
        after = decided(held, consent)
        if after != held:
            held = after
            found.append(consent)
    return found
