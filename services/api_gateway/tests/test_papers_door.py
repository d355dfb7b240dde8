"""Papers of trips at the gateway's doors."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from api_gateway.testing import OURS, Services, Visitor, field_errors, problem
from contracts.common import FileRef
from contracts.itineraries import PublicPaper
from fairlead.errors import Conflict, NotFound
from fairlead.files import open_store

PDF = b"%PDF-1.4\n%%EOF\n"
TRIP = f"/api/v1/itineraries/{uuid.UUID(int=7)}"


@pytest.fixture(autouse=True)
def paper(services: Services, tmp_path: Path) -> FileRef:
    stored = open_store(str(tmp_path / "files")).put(OURS, PDF)
    file = FileRef(
        key=stored.key, name="TRP-1-itinerary.pdf", content_type="application/pdf", size=len(PDF)
    )
    services.answers["itineraries.draw_paper"] = lambda **_: file
    services.answers["itineraries.public_paper"] = lambda token: PublicPaper(
        organisation_id=OURS, file=file
    )
    return file


@pytest.mark.parametrize("kind", ["itinerary", "confirmation"])
def test_a_paper_is_downloaded(owner: Visitor, services: Services, kind: str) -> None:
    response = owner.ask("GET", f"{TRIP}/{kind}.pdf", query_string={"language": "de"})
    assert (response.status_code, response.get_data()) == (200, PDF)
    assert response.content_type == "application/pdf"
    assert "TRP-1-itinerary.pdf" in response.headers["Content-Disposition"]
    [asked] = services.calls_to("itineraries.draw_paper")
    assert (asked.arguments["kind"].value, asked.arguments["language"]) == (kind, "de")


def test_a_paper_is_attached(owner: Visitor, services: Services, paper: FileRef) -> None:
    response = owner.ask("POST", f"{TRIP}/papers", json={"kind": "confirmation"})
    assert response.status_code == 201
    [asked] = services.calls_to("inbox.add_file")
    assert asked.arguments["file"] == paper


@pytest.mark.parametrize(
    ("method", "path", "options", "field"),
    [
        ("GET", f"{TRIP}/itinerary.pdf", {"query_string": {"language": "english"}}, "language"),
        ("GET", f"{TRIP}/itinerary.pdf", {"query_string": {"misspelt": "1"}}, "misspelt"),
        ("GET", "/api/v1/itineraries/42/itinerary.pdf", {}, "id"),
        ("POST", f"{TRIP}/papers", {"json": {"kind": "invoice"}}, "kind"),
        ("POST", f"{TRIP}/papers", {"json": {"kind": "itinerary", "misspelt": 1}}, "misspelt"),
    ],
)
def test_what_is_wrong_is_named(
    owner: Visitor, services: Services, method: str, path: str, options: Any, field: str
) -> None:
    response = owner.ask(method, path, **options)
    assert response.status_code == 422
    assert list(field_errors(response)) == [field]
    assert services.methods() == []


def test_nobody_gets_a_paper_without_a_link(anybody: Visitor, services: Services) -> None:
    for method, path in (("GET", f"{TRIP}/itinerary.pdf"), ("POST", f"{TRIP}/papers")):
        assert anybody.ask(method, path, json={}).status_code == 401
    assert services.methods() == []
    response = anybody.ask("GET", "/p/token/itinerary.pdf")
    assert (response.status_code, response.get_data()) == (200, PDF)
    assert response.headers["Cache-Control"] == "no-store"
    services.answers["itineraries.public_paper"] = NotFound("itineraries.link_unknown", "Gone")
    response = anybody.ask("GET", "/p/token/itinerary.pdf")
    assert response.status_code == 404
    assert "not valid any more" in response.get_data(as_text=True)


def test_what_is_not_confirmed_has_no_confirmation(owner: Visitor, services: Services) -> None:
    services.answers["itineraries.draw_paper"] = Conflict("itineraries.not_confirmed", "Not yet")
    response = owner.ask("GET", f"{TRIP}/confirmation.pdf")
    assert (response.status_code, problem(response)["code"]) == (409, "itineraries.not_confirmed")
