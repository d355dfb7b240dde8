"""Files on their way to a browser: whole or in part, and only once for each content."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Response, request

from fairlead.files import FileStore, Readable, hash_of
from fairlead.uploads import disposition

PIECE: Final = 64 * 1024  # bytes read at once


@dataclass(frozen=True, slots=True)
class Handout:
    """A content as somebody gets it. `shown` lets a browser show it; else it is saved."""

    organisation: UUID
    key: str
    size: int
    name: str
    media_type: str
    shown: bool


def hand_out(files: FileStore, file: Handout, *, cached: str) -> Response:
    """The answer to a GET or HEAD of `file` (RFC 9110: conditions, section 13; ranges, 14).

    `cached` is its Cache-Control. Raises NotFound when the content is gone.
    """
    tag = hash_of(file.organisation, file.key)
    if request.if_none_match.contains_weak(tag):
        return _described(Response(status=304), file, tag, cached)
    start, end, status = 0, file.size, 200
    wanted = request.range
    single = wanted is not None and wanted.units == "bytes" and len(wanted.ranges) == 1
    if wanted is not None and single and _still(tag):
        part = wanted.range_for_length(file.size)
        if part is None:
            response = Response(status=416)
            response.headers["Content-Range"] = f"bytes */{file.size}"
            return _described(response, file, tag, cached)
        start, end, status = part[0], part[1], 206
    with ExitStack() as opened:
        stream = opened.enter_context(files.open(file.organisation, file.key, start=start))
        response = Response(_pieces(stream, end - start), status)
        response.call_on_close(opened.pop_all().close)
    response.content_length = end - start
    if status == 206:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    return _described(response, file, tag, cached)


def _still(tag: str) -> bool:
    """Whether the part of it that is there already is of the same content (If-Range)."""
    condition = request.if_range
    return (condition.etag is None or condition.etag == tag) and condition.date is None


def _pieces(stream: Readable, left: int) -> Iterator[bytes]:
    while left > 0 and (piece := stream.read(min(PIECE, left))):
        left -= len(piece)
        yield piece


def _described(response: Response, file: Handout, tag: str, cached: str) -> Response:
    response.content_type = file.media_type
    response.set_etag(tag)
    headers = response.headers
    headers["Content-Disposition"] = disposition(file.name, file.media_type, shown=file.shown)
    headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    headers["Accept-Ranges"] = "bytes"
    headers["Cache-Control"] = cached
    return response
