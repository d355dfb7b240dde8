"""What happened in a group, told in its conversation; and how the invitation is worded.

A gateway tells how everybody stands, not what happened: that is the difference to what was known
before, so however many tellings were lost or came together, what is told here is true.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.groups import Membership
from contracts.inbox import GroupNote, NoteKind

_WENT: Final = {
    Membership.INVITED: NoteKind.INVITED,
    Membership.REFUSED: NoteKind.REFUSED,
    Membership.UNKNOWN: NoteKind.UNKNOWN,
    Membership.LEFT: NoteKind.LEFT,
    Membership.REMOVED: NoteKind.REMOVED,
}
_ONE: Final = {
    NoteKind.ADDED: "{who} was added",
    NoteKind.INVITED: "{who} could not be added and gets an invitation",
    NoteKind.REFUSED: "{who} could not be added",
    NoteKind.UNKNOWN: "Whether {who} was added is not known",
    NoteKind.JOINED: "{who} joined by the invitation",
    NoteKind.LEFT: "{who} left",
    NoteKind.REMOVED: "{who} was removed",
}
_MANY: Final = {
    **_ONE,
    NoteKind.ADDED: "{who} were added",
    NoteKind.INVITED: "{who} could not be added and get an invitation",
    NoteKind.UNKNOWN: "Whether {who} were added is not known",
    NoteKind.REMOVED: "{who} were removed",
}
_INVITATION: Final = {
    "en": "Please join our WhatsApp group “{subject}”: {link}",
    "es": "Únase a nuestro grupo de WhatsApp «{subject}»: {link}",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """A note, and whom it is about, by their keys."""

    note: GroupNote
    about: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """In a sentence."""
        return _sentence(self.note)


def kind_of(before: Membership | None, now: Membership) -> NoteKind | None:
    """What it is that somebody stands so, who stood so before; None for no news."""
    if before is now or now is Membership.ASKED:
        return None
    if now is Membership.ADDED:
        return NoteKind.JOINED if before is Membership.INVITED else NoteKind.ADDED
    return _WENT[now]


def happenings(
    before: Mapping[str, Membership],
    now: Mapping[str, Membership],
    names: Mapping[str, str],
    reasons: Mapping[str, str | None],
) -> list[Happening]:
    """What happened to participants between two tellings, one note for each kind and reason."""
    together: dict[tuple[NoteKind, str | None], list[str]] = {}
    for key, standing in now.items():
        kind = kind_of(before.get(key), standing)
        if kind is not None:
            together.setdefault((kind, reasons.get(key)), []).append(key)
    order = list(NoteKind)
    return [
        Happening(
            GroupNote(kind=kind, names=[names[key] for key in keys], reason=reason), tuple(keys)
        )
        for (kind, reason), keys in sorted(
            together.items(), key=lambda item: (order.index(item[0][0]), item[0][1] or "")
        )
    ]


def newly_invited(before: Mapping[str, Membership], now: Mapping[str, Membership]) -> list[str]:
    """Those who are to be sent the link."""
    return [
        key
        for key, standing in now.items()
        if standing is Membership.INVITED and before.get(key) is not Membership.INVITED
    ]


def made(by: str, subject: str) -> Happening:
    """The group is there."""
    return Happening(GroupNote(kind=NoteKind.MADE, names=[by] if by else [], reason=subject))


def renamed(subject: str) -> Happening:
    """It is called otherwise."""
    return Happening(GroupNote(kind=NoteKind.RENAMED, reason=subject))


def closed(reason: str | None) -> Happening:
    """We are not in it any more."""
    return Happening(GroupNote(kind=NoteKind.CLOSED, reason=reason))


def invitation(subject: str, link: str, language: str | None) -> str:
    """What somebody is written who could not be added."""
    words = _INVITATION.get((language or "en").partition("-")[0], _INVITATION["en"])
    return words.format(subject=subject, link=link)


def _sentence(note: GroupNote) -> str:
    if note.kind is NoteKind.MADE:
        by = f" by {note.names[0]}" if note.names else ""
        return f"The group “{note.reason}” was made{by}"
    if note.kind is NoteKind.RENAMED:
        return f"The group is called “{note.reason}” now"
    if note.kind is NoteKind.CLOSED:
        return "We are not in the group any more" + (f": {note.reason}" if note.reason else "")
    words = (_ONE if len(note.names) == 1 else _MANY)[note.kind]
    said = words.format(who=_listed(note.names))
    return f"{said}: {note.reason}" if note.reason else said


def _listed(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
