"""Trips on paper: downloaded, attached to a message, or read by who has the link."""

from __future__ import annotations

from uuid import UUID

import msgspec
from flask import Blueprint, Response, request

from contracts.common import FileRef, Language
from contracts.inbox import Inbox
from contracts.itineraries import Itineraries, PaperKind
from fairlead import context
from fairlead.contract import calls
from fairlead.errors import Invalid
from fairlead.uploads import disposition

from .door import json_response, read_json
from .gateway import gateway
from .parameters import expect_only, id_of
from .public_pages import open_to_all, untraced

views = Blueprint("papers", __name__)
links = Blueprint("paper_links", __name__)
open_to_all(links)


class PaperWanted(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which paper of a trip, in which language if not the trip's own."""

    kind: PaperKind
    language: Language | None = None


@views.get("/itineraries/<id>/itinerary.pdf")
def itinerary(id: str) -> Response:
    """What is planned in a trip."""
    return _downloaded(id, PaperKind.ITINERARY)


@views.get("/itineraries/<id>/confirmation.pdf")
def confirmation(id: str) -> Response:
    """What is planned in a trip, with its price and payments."""
    return _downloaded(id, PaperKind.CONFIRMATION)


def _downloaded(id: str, kind: PaperKind) -> Response:
    calls(Itineraries)["draw_paper"].right.check(context.current())
    file = _drawn(id, kind, _language())
    return _sent(context.current().need_organisation(), file)


@views.post("/itineraries/<id>/papers")
def attach(id: str) -> Response:
    """A paper of a trip as a file that a message can attach."""
    for interface, name in ((Itineraries, "draw_paper"), (Inbox, "add_file")):
        calls(interface)[name].right.check(context.current())
    wanted: PaperWanted = read_json(PaperWanted, "itineraries")
    file = _drawn(id, wanted.kind, wanted.language)
    return json_response(gateway().inbox.add_file(file=file), 201)


@links.get("/p/<token>/itinerary.pdf")
def public(token: str) -> Response:
    """The itinerary under a link."""
    paper = gateway().itineraries.public_paper(token=token[:200])
    return untraced(_sent(paper.organisation_id, paper.file))


def _drawn(id: str, kind: PaperKind, language: str | None) -> FileRef:
    return gateway().itineraries.draw_paper(id=id_of(id), kind=kind, language=language)


def _language() -> str | None:
    expect_only("language")
    if "language" not in request.args:
        return None
    try:
        return msgspec.convert(request.args["language"], Language)
    except msgspec.ValidationError as error:
        raise Invalid.field("gateway.invalid_parameter", "language", str(error)) from None


def _sent(organisation: UUID, file: FileRef) -> Response:
    content = gateway().files.read(organisation, file.key)
    response = Response(content, content_type=file.content_type)
    response.headers["Content-Disposition"] = disposition(file.name, file.content_type)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
