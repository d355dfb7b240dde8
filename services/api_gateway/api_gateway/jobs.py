"""The files that jobs have made."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Blueprint, Response

from contracts.jobs import JobFileKind
from fairlead import context
from fairlead.contract import calls
from fairlead.errors import Invalid, NotFound
from fairlead.uploads import disposition

from .doors.jobs import WITH_JOBS
from .gateway import gateway
from .parameters import id_of

views = Blueprint("jobs", __name__)

PIECE = 64 * 1024


@views.get("/jobs/<service>/<id>/files/<file>")
def download(service: str, id: str, file: str) -> Response:
    """A file that a job has made, always as a download."""
    interface = WITH_JOBS.get(service)
    if interface is None:
        raise NotFound("jobs.no_service", "No such service has jobs")
    calls(interface)["get_job_file"].right.check(context.current())
    parts = gateway()
    found = parts.clients[interface].get_job_file(id=id_of(id), file=_kind(file))
    organisation = context.current().need_organisation()
    stream = parts.files.open(organisation, found.key)

    def pieces() -> Any:
        with stream as opened:
            while piece := opened.read(PIECE):
                yield piece

    response = Response(pieces(), content_type=found.content_type)
    response.headers["Content-Length"] = str(found.size)
    response.headers["Content-Disposition"] = disposition(found.name, "application/octet-stream")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _kind(text: str) -> JobFileKind:
    try:
        return msgspec.convert(text, JobFileKind)
    except msgspec.ValidationError as error:
        raise Invalid.field("gateway.invalid_parameter", "file", str(error)) from None
