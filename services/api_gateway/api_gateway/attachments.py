"""Files: uploaded before a message is sent, downloaded from where they were attached."""

from __future__ import annotations

import enum
import os
from uuid import UUID

import msgspec
from eventlet import tpool
from flask import Blueprint, Response, request

from contracts.common import FileRef
from contracts.inbox import HELD, File, Inbox, LinkSeconds, PictureSize
from fairlead import context
from fairlead.contents import check_archive
from fairlead.contract import calls
from fairlead.errors import Conflict, Invalid, NotFound
from fairlead.secrets import BadToken, ExpiredToken
from fairlead.uploads import HEAD, check_upload

from .door import json_response, read_json
from .gateway import gateway
from .handing_out import Handout, hand_out
from .parameters import choice, expect_only, id_of

views = Blueprint("files", __name__)
links = Blueprint("file_links", __name__)

FORM_OVERHEAD = 64 * 1024  # the form's own bytes around the file
PICTURE = "image/webp"


class Disposition(enum.Enum):
    """Whether a browser may show a file, where its kind allows that, or saves it."""

    INLINE = "inline"
    ATTACHMENT = "attachment"


class LinkWanted(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What an address shall stand for: the file, or one of its pictures; for how many seconds."""

    disposition: Disposition = Disposition.INLINE
    picture: PictureSize | None = None
    seconds: LinkSeconds = 900


@views.post("/files")
def upload() -> Response:
    """Take a file (multipart, field `file`); what it is is found in its content."""
    calls(Inbox)["add_file"].right.check(context.current())
    parts = gateway()
    request.max_content_length = parts.settings.upload_limit + FORM_OVERHEAD
    part = request.files.get("file")
    if part is None:
        raise Invalid.field("files.missing", "file", "is missing (multipart/form-data)")
    limit, content = parts.settings.upload_limit, part.stream
    size = content.seek(0, os.SEEK_END)
    content.seek(0)
    head = content.read(HEAD)
    checked = check_upload(head, size, part.filename or "file", limit=limit)
    content.seek(0)
    if head.startswith(b"PK"):  # a large directory takes some tenths of a second
        tpool.execute(check_archive, content.read())
        content.seek(0)
    stored = parts.files.put(context.current().need_organisation(), content, limit=limit)
    reference = FileRef(
        key=stored.key, name=checked.name, content_type=checked.media_type, size=stored.size
    )
    return json_response(parts.inbox.add_file(file=reference), 201)


@views.get("/files/<id>")
def download(id: str) -> Response:
    """The content of a file, as a download unless `disposition=inline` is asked for."""
    expect_only("disposition")
    wanted = choice(Disposition, "disposition", Disposition.ATTACHMENT)
    file = _handout(_file(id), wanted)
    return hand_out(gateway().files, file, cached="private, no-cache")


@views.get("/files/<id>/thumbnail")
def thumbnail(id: str) -> Response:
    """A picture of a file."""
    expect_only("size")
    wanted = choice(PictureSize, "size", PictureSize.MEDIUM)
    file = _file(id)
    picture = picture_of(context.current().need_organisation(), file, wanted)
    return hand_out(gateway().files, picture, cached="private, max-age=86400, immutable")


@views.post("/files/<id>/links")
def link(id: str) -> Response:
    """An address of a file, or of a picture of it, that works without signing in, for a while."""
    wanted: LinkWanted = read_json(LinkWanted, "files")
    file = _file(id)
    if wanted.picture is not None:
        handout = picture_of(context.current().need_organisation(), file, wanted.picture)
    else:
        handout = _handout(file, wanted.disposition)
    return json_response(gateway().file_links.make(handout, wanted.seconds), 201)


@links.get("/f/<token>")
def follow(token: str) -> Response:
    """A file, by a signed address: the same answer for one that was forged or has expired."""
    try:
        handout = gateway().file_links.read(token)
    except (BadToken, ExpiredToken):
        raise NotFound("files.link_unknown", "This link leads nowhere, or no longer") from None
    response = hand_out(gateway().files, handout, cached="private, max-age=60")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # the address is the right
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _file(id: str) -> File:
    """A file that may be handed out; raises NotFound, Conflict and Invalid."""
    calls(Inbox)["get_file"].right.check(context.current())
    file = gateway().inbox.get_file(id=id_of(id))
    if file.state in HELD:
        raise Conflict(
            f"files.{file.state.value}",
            file.reason or "The file is still being checked for viruses",
            state=file.state.value,
        )
    return file


def _handout(file: File, wanted: Disposition) -> Handout:
    ref = file.file
    return Handout(
        context.current().need_organisation(),
        ref.key,
        ref.size,
        ref.name,
        ref.content_type,
        shown=file.shown and wanted is Disposition.INLINE,
    )


def picture_of(organisation: UUID, file: File, wanted: PictureSize) -> Handout:
    """The picture of that size, or the largest there is: none is larger than its file. NotFound
    `files.no_picture`."""
    sizes = list(PictureSize)
    fitting = [each for each in file.pictures if sizes.index(each.size) <= sizes.index(wanted)]
    if not fitting:
        raise NotFound(
            "files.no_picture", "There is no picture of this file", prepared=file.prepared
        )
    best = max(fitting, key=lambda each: each.width * each.height)
    name = f"{file.file.name.rpartition('.')[0] or file.file.name}.webp"
    return Handout(organisation, best.key, best.bytes, name, PICTURE, shown=True)
