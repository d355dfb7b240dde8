"""The audit log as a file: all pages, no formula, and only for who may read it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import Any

import pytest
from flask import Flask
from msgspec.structs import replace

from api_gateway.testing import Services, Visitor, field_errors, problem
from contracts.accounts import AuditEntry, AuditPage
from contracts.samples import sample
from fairlead.context import Role
from fairlead.errors import Unavailable

PATH = "/api/v1/audit.csv"


def as_role(app: Flask, role: Role) -> Visitor:
    return Visitor(app.test_client(), token=f"token-of-{role.value}")


def pages(services: Services, *pages: AuditPage) -> None:
    """Let the log have these pages: each cursor is the number of the next."""

    def answer(*, cursor: str | None, **_: Any) -> AuditPage:
        return pages[int(cursor or 0)]

    services.answers["accounts.list_audit"] = answer


def entry(number: int, **more: Any) -> AuditEntry:
    made: AuditEntry = replace(sample(AuditEntry), number=number, **more)
    return made


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_all_pages_are_in_the_file(app: Flask, services: Services, role: Role) -> None:
    pages(
        services,
        AuditPage(entries=[entry(3), entry(2, label=None, before=None, after=None)], cursor="1"),
        AuditPage(entries=[entry(1, label="=1+1", after={"name": "@x"})], cursor=None),
    )
    response = as_role(app, role).ask("GET", PATH)
    assert response.status_code == 200
    assert response.content_type == "text/csv; charset=utf-8"
    day = dt.datetime.now(dt.UTC).date()
    assert response.headers["Content-Disposition"] == f'attachment; filename="audit-{day}.csv"'
    found = rows(response.get_data(as_text=True))
    assert [row["number"] for row in found] == ["3", "2", "1"]
    assert (found[1]["label"], found[1]["after"]) == ("", "")
    assert (found[2]["label"], found[2]["after"]) == ("'=1+1", '{"name":"@x"}')


def test_filters_go_with_every_page(app: Flask, services: Services) -> None:
    pages(services, *(AuditPage(entries=[entry(n)], cursor=c) for n, c in ((2, "1"), (1, None))))
    query = {"entity": "contact", "since": "2026-03-01T00:00:00Z"}
    as_role(app, Role.OWNER).ask("GET", PATH, query_string=query).get_data()
    asked = services.calls_to("accounts.list_audit")
    assert [each.arguments["cursor"] for each in asked] == [None, "1"]
    for each in asked:
        assert each.arguments["entity"] == "contact"
        assert each.arguments["since"] == dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
        assert each.context.role is Role.OWNER
        assert each.context.remote == "127.0.0.1"


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.USER])
def test_others_get_nothing(app: Flask, services: Services, role: Role) -> None:
    response = as_role(app, role).ask("GET", PATH)
    assert (response.status_code, problem(response)["code"]) == (403, "rights.forbidden")
    assert services.methods() == []


def test_nobody_gets_nothing(app: Flask) -> None:
    assert Visitor(app.test_client()).ask("GET", PATH).status_code == 401


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"cursor": "x"}, "cursor"),
        ({"limit": "7"}, "limit"),
        ({"since": "yesterday"}, "since"),
        ({"since": "2026-03-01T00:00:00"}, "since"),
        ({"user": "7"}, "user"),
    ],
)
def test_wrong_filters_are_named(app: Flask, query: dict[str, str], field: str) -> None:
    response = as_role(app, Role.OWNER).ask("GET", PATH, query_string=query)
    assert response.status_code == 422
    assert list(field_errors(response)) == [field]


def test_what_fails_at_once_is_answered_as_an_error(app: Flask, services: Services) -> None:
    services.answers["accounts.list_audit"] = Unavailable("bus.away", "away")
    response = as_role(app, Role.OWNER).ask("GET", PATH)
    assert (response.status_code, problem(response)["code"]) == (503, "bus.away")
