"""The files of jobs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from api_gateway.testing import OURS, THEIRS, Services, Visitor, field_errors, problem
from contracts.jobs import JobFile
from fairlead.errors import Forbidden, NotFound

ID = UUID(int=9)
PLACE = f"/api/v1/jobs/contacts/{ID}/files"
CONTENT = b"name,reason\r\n" * 20_000


def keep(app: Flask, services: Services, of: UUID = OURS) -> None:
    """The job has made a file."""
    stored = app.extensions["fairlead"].files.put(of, CONTENT)
    file = JobFile(key=stored.key, name="refused.csv", content_type="text/csv", size=len(CONTENT))
    services.answers["contacts.get_job_file"] = lambda **_: file


def test_a_file_of_a_job_comes_as_a_download(
    owner: Visitor, app: Flask, services: Services
) -> None:
    keep(app, services)
    response = owner.ask("GET", f"{PLACE}/refusals")
    assert response.get_data() == CONTENT
    assert response.content_type.startswith("text/csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="refused.csv"'
    assert "sandbox" in response.headers["Content-Security-Policy"]
    [asked] = services.calls_to("contacts.get_job_file")
    assert (asked.arguments["id"], asked.arguments["file"].value) == (ID, "refusals")


def test_another_organisations_file_is_not_there(
    owner: Visitor, app: Flask, services: Services
) -> None:
    keep(app, services, THEIRS)
    assert owner.ask("GET", f"{PLACE}/result").status_code == 404


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Forbidden("rights.forbidden", "The role has no right to it"), 403),
        (NotFound("jobs.no_file", "The job has made no such file"), 404),
    ],
)
def test_what_the_service_refuses_is_refused(
    error: Any, status: int, owner: Visitor, services: Services
) -> None:
    services.answers["contacts.get_job_file"] = error
    response = owner.ask("GET", f"{PLACE}/result")
    assert response.status_code == status
    assert problem(response)["code"] == error.code


def test_a_service_without_jobs_is_not_there(owner: Visitor) -> None:
    assert owner.ask("GET", f"/api/v1/jobs/nobody/{ID}/files/result").status_code == 404


def test_what_is_no_id_or_file_is_named(owner: Visitor) -> None:
    assert "id" in field_errors(owner.ask("GET", "/api/v1/jobs/contacts/x/files/result"))
    assert "file" in field_errors(owner.ask("GET", f"{PLACE}/other"))


def test_nobody_gets_a_file(anybody: Visitor) -> None:
    assert anybody.ask("GET", f"{PLACE}/result").status_code == 401
