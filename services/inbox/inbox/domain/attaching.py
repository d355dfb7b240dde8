"""The files of a draft: those that it attaches, and the pictures that its HTML shows in place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from uuid import UUID

from msgspec.structs import replace

from contracts.common import Channel, FileRef
from contracts.inbox import Draft, File, FileState, Problem
from contracts.whatsapp_gateway import LARGEST_FILE

from .knowledge import Knowledge

UPLOAD_LIMIT = LARGEST_FILE  # of the channel that takes most
ATTACHMENTS_LIMIT = 25 * 1024 * 1024  # bytes; what the big mail hosts take, RFC 5321 sets none
SHOWN_LIMIT = 20

_HELD = {
    FileState.WAITING: "is still being checked for viruses",
    FileState.INFECTED: "{}",
    FileState.BLOCKED: "cannot be checked for viruses: {}",
}
_SHOWN = re.compile(r"\bcid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)


def shown(draft: Draft) -> list[UUID]:
    """The files that the HTML of an email names as `cid:` and their id, each once."""
    if draft.channel is not Channel.EMAIL or not draft.html:
        return []
    return list(dict.fromkeys(UUID(each) for each in _SHOWN.findall(draft.html)))


def named(html: str) -> str:
    """`html` with these ids as their content ids are, which are compared letter by letter."""
    return _SHOWN.sub(lambda found: f"cid:{found[1].lower()}", html)


def file_ids(draft: Draft) -> list[UUID]:
    """All files of a draft, each once."""
    return list(dict.fromkeys([*draft.attachments, *shown(draft)]))


def attached(draft: Draft, known: Knowledge) -> tuple[list[FileRef], list[Problem]]:
    """The files as they leave, those that are shown in place with their content ids; and what
    keeps them from leaving."""
    pictures = shown(draft)
    places = dict.fromkeys(pictures, "html")
    places |= {id: f"attachments[{index}]" for index, id in enumerate(draft.attachments)}
    problems = [
        Problem(field=place, reason=reason)
        for id, place in places.items()
        if (reason := _obstacle(known.files.get(id)))
    ]
    problems += [
        Problem(field="html", reason=f"shows “{file.file.name}” in place, which is no picture")
        for id in pictures
        if (file := known.files.get(id)) and not _is_picture(file)
    ]
    if len(pictures) > SHOWN_LIMIT:
        problems.append(Problem(field="html", reason=f"shows more than {SHOWN_LIMIT} pictures"))
    found = [
        replace(file.file, content_id=str(id) if id in pictures else None)
        for id in file_ids(draft)
        if (file := known.files.get(id))
    ]
    return found, [*problems, *_too_much(draft, known, found)]


def _too_much(draft: Draft, known: Knowledge, found: Sequence[FileRef]) -> Iterator[Problem]:
    """What the channel takes no more of, so that it is known before anything is sent."""
    if draft.channel is Channel.EMAIL:
        if sum(file.size for file in found) > ATTACHMENTS_LIMIT:
            yield Problem(field="attachments", reason="together they are larger than 25 MB")
    elif draft.channel is Channel.SMS:
        if draft.attachments:
            yield Problem(field="attachments", reason="a text message can have no files")
    else:
        for index, id in enumerate(draft.attachments):
            file = known.files.get(id)
            if file is not None and file.file.size > LARGEST_FILE:
                reason = f"“{file.file.name}” is larger than the 100 MB that WhatsApp takes"
                yield Problem(field=f"attachments[{index}]", reason=reason)


def _obstacle(file: File | None) -> str | None:
    if file is None:
        return "there is no such file"
    return _HELD[file.state].format(file.reason) if file.state in _HELD else None


def _is_picture(file: File) -> bool:
    kind = file.file.content_type
    return (
        kind.startswith("image/") and kind != "image/svg+xml"
    )  # a program; no mail reader runs it
