"""Errors: each kind with its status, all of them as problem+json (RFC 9457)."""

from __future__ import annotations

import pytest

from api_gateway.testing import Services, Visitor, field_errors, problem
from fairlead.errors import (
    Conflict,
    Failure,
    Forbidden,
    Internal,
    Invalid,
    NotFound,
    Stale,
    TooMany,
    Unauthenticated,
    Unavailable,
)

ME = "/api/v1/me"

KINDS: list[tuple[Failure, int]] = [
    (Invalid.field("itineraries.invalid", "details.end", "is before the start"), 422),
    (Unauthenticated("accounts.session_ended", "Sign in again"), 401),
    (Forbidden("accounts.owners_only", "Only an owner may"), 403),
    (NotFound("contacts.not_found", "There is no such contact"), 404),
    (Stale("contacts.changed", "Somebody changed it"), 412),
    (Conflict("itineraries.transition", "Not from here"), 409),
    (TooMany("accounts.throttled", "Slowly", retry_after=37), 429),
    (Unavailable("contacts.away", "contacts is not running"), 503),
    (Internal("service.broken", "Something broke"), 500),
]


@pytest.mark.parametrize(("failure", "status"), KINDS, ids=lambda each: getattr(each, "kind", ""))
def test_a_failure_of_a_service_has_its_status(
    failure: Failure, status: int, owner: Visitor, services: Services
) -> None:
    services.answers["accounts.me"] = failure
    response = owner.ask("GET", ME)
    assert response.status_code == status
    found = problem(response)
    assert (found["code"], found["detail"]) == (failure.code, failure.message)
    assert ("Retry-After" in response.headers) == (status in (429, 503))
    assert ("WWW-Authenticate" in response.headers) == (status == 401)


def test_every_kind_of_failure_is_tried() -> None:
    assert {type(failure) for failure, _ in KINDS} == {
        *Failure.__subclasses__(),
        *Conflict.__subclasses__(),
    }


def test_who_is_too_fast_is_told_when_to_come_back(owner: Visitor, services: Services) -> None:
    services.answers["accounts.me"] = TooMany("accounts.throttled", "Slowly", retry_after=37)
    assert owner.ask("GET", ME).headers["Retry-After"] == "37"


def test_a_service_that_is_away_will_come_back_soon(owner: Visitor, services: Services) -> None:
    services.answers["accounts.me"] = Unavailable("accounts.away", "accounts is not running")
    assert int(owner.ask("GET", ME).headers["Retry-After"]) > 0


def test_all_wrong_fields_are_named_at_once(owner: Visitor, services: Services) -> None:
    wrong = {"variables.guide": "Nothing fills it", "to[0].address": "is no address"}
    services.answers["accounts.me"] = Invalid.fields("inbox.invalid", wrong)
    assert field_errors(owner.ask("GET", ME)) == wrong


def test_what_breaks_tells_nothing_of_the_inside(owner: Visitor, services: Services) -> None:
    services.answers["accounts.me"] = RuntimeError("password=hunter2 in /srv/secret.py")
    response = owner.ask("GET", ME)
    assert response.status_code == 500
    assert problem(response)["code"] == "gateway.broken"
    assert "hunter2" not in response.get_data(as_text=True)
    assert "secret.py" not in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/nothing", 404),
        ("GET", "/api/v1/../../etc/passwd", 404),
        ("DELETE", "/api/v1/contacts", 405),
        ("PATCH", "/api/v1/openapi.json", 405),
        ("POST", "/t/o/token.gif", 405),
        ("BREW", "/api/v1/me", 405),
    ],
)
def test_what_flask_refuses_is_a_problem_too(
    method: str, path: str, status: int, owner: Visitor
) -> None:
    response = owner.ask(method, path)
    assert response.status_code == status
    assert problem(response)["code"].startswith("http.")
    assert ("Allow" in response.headers) == (status == 405)
