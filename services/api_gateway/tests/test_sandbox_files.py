"""Files that the sandbox's people got, as they open them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from api_gateway.testing import OURS, THEIRS, Services, Visitor, field_errors, problem
from contracts.common import FileRef
from fairlead.errors import Forbidden, NotFound

ID = UUID(int=9)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
API = "/api/v1"
DOORS = {
    "/sandbox/mails": "email_gateway.sandbox_mail_file",
    "/sandbox/chats": "whatsapp_gateway.sandbox_chat_file",
}

both = pytest.mark.parametrize(("place", "call"), DOORS.items())


def keep(app: Flask, services: Services, call: str, kind: str = "application/pdf",
         of: UUID = OURS) -> None:  # fmt: skip
    """Somebody got a file."""
    stored = app.extensions["fairlead"].files.put(of, PDF)
    file = FileRef(key=stored.key, name="plan.pdf", content_type=kind, size=len(PDF))
    services.answers[call] = lambda **_: file


@both
def test_a_pdf_is_shown(
    place: str, call: str, owner: Visitor, app: Flask, services: Services
) -> None:
    keep(app, services, call)
    response = owner.ask("GET", f"{API}{place}/{ID}/files/1", buffered=True)
    assert response.get_data() == PDF
    assert response.content_type == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("inline")
    assert "sandbox" in response.headers["Content-Security-Policy"]
    [asked] = services.calls_to(call)
    assert asked.arguments == {"id": ID, "number": 1}


@both
@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("text/html", "text/html"),
        ("image/svg+xml", "image/svg+xml"),
        ("text/javascript", "application/octet-stream"),
        ("x/y\r\nSet-Cookie: a=b", "application/octet-stream"),
        ("", "application/octet-stream"),
    ],
)
def test_what_could_run_is_saved(
    place: str, call: str, kind: str, given: str, owner: Visitor, app: Flask, services: Services
) -> None:
    keep(app, services, call, kind)
    response = owner.ask("GET", f"{API}{place}/{ID}/files/0", buffered=True)
    assert response.content_type.partition(";")[0] == given
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "Set-Cookie" not in response.headers


@both
def test_another_organisations_file_is_not_there(
    place: str, call: str, owner: Visitor, app: Flask, services: Services
) -> None:
    keep(app, services, call, of=THEIRS)
    assert owner.ask("GET", f"{API}{place}/{ID}/files/0").status_code == 404


@both
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Forbidden("rights.forbidden", "The role has no right to it"), 403),
        (NotFound("email_gateway.sandbox_file_not_found", "The mail has no such file"), 404),
    ],
)
def test_what_the_service_refuses_is_refused(
    place: str, call: str, error: Any, status: int, owner: Visitor, services: Services
) -> None:
    services.answers[call] = error
    response = owner.ask("GET", f"{API}{place}/{ID}/files/0")
    assert response.status_code == status
    assert problem(response)["code"] == error.code


@both
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("nonsense/files/0", "id"),
        (f"{ID}/files/-1", "number"),
        (f"{ID}/files/1000", "number"),
        (f"{ID}/files/one", "number"),
        (f"{ID}/files/0?key=1", "key"),
    ],
)
def test_a_wrong_address_is_named(
    place: str, call: str, path: str, name: str, owner: Visitor, services: Services
) -> None:
    response = owner.ask("GET", f"{API}{place}/{path}")
    assert response.status_code == 422
    assert list(field_errors(response)) == [name]
    assert services.calls_to(call) == []


@both
def test_they_are_for_who_works_here(
    place: str, call: str, anybody: Visitor, services: Services
) -> None:
    assert anybody.ask("GET", f"{API}{place}/{ID}/files/0").status_code == 401
    assert services.calls_to(call) == []
