"""The gateway without a bus, for tests of its doors: its app around services that are pretended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contracts.accounts import Identity
from contracts.samples import sample
from fairlead.context import Context, Role, current
from fairlead.contract import Call, Interface, calls
from fairlead.errors import Failure, Unauthenticated

from .identity import COOKIE, CSRF_HEADER

I = TypeVar("I", bound=Interface)  # noqa: E741 — an interface

OURS, THEIRS = UUID(int=1), UUID(int=2)

Answer = Failure | Exception | Callable[..., Any]


@dataclass(frozen=True)
class Asked:
    """One call that reached a service, as the service decodes it."""

    method: str
    arguments: dict[str, Any]
    context: Context


@dataclass
class Services:
    """Every service at once: takes and answers calls as their contracts say.

    An answer is the contract's example, unless `answers` has something else for the method: an
    error that is raised, or a function of the arguments. Arguments and answers cross as JSON, as
    on the bus. Rights are not checked here, so that a test sees the gateway's own check.
    """

    people: dict[str, Identity] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def client(self, interface: type[I], *, asker: str = "") -> I:
        """An object with the methods of `interface`."""
        methods = {name: partial(self._call, entry) for name, entry in calls(interface).items()}
        return cast("I", type("Client", (), methods)())

    def _call(self, entry: Call, /, **arguments: Any) -> Any:
        given = entry.decode_request(entry.encode_request(arguments))
        name = f"{entry.service}.{entry.method}"
        self.asked.append(Asked(name, given, current()))
        answer = self.answers.get(name)
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            result = answer(**given)
        elif name == "accounts.authenticate":
            result = self._authenticate(**given)
        else:
            result = sample(entry.reply)
        return msgspec.json.decode(msgspec.json.encode(result), type=entry.reply)

    def _authenticate(self, *, token: str) -> Identity:
        if token not in self.people:
            raise Unauthenticated("accounts.session_ended", "Sign in again")
        return self.people[token]

    def calls_to(self, method: str) -> list[Asked]:
        """What reached one method, `service.name`, in order."""
        return [each for each in self.asked if each.method == method]

    def methods(self) -> list[str]:
        """What was called but for the sign-in checks, in order."""
        return [each.method for each in self.asked if each.method != "accounts.authenticate"]

    def employ(
        self, token: str, role: Role = Role.USER, *, csrf: str | None = None, of: UUID = OURS
    ) -> None:
        """Let `token` stand for an employee: a session's where it has a CSRF token."""
        user = UUID(int=1000 + len(self.people))
        self.people[token] = Identity(
            organisation=of, user=user, name="Ana Silva", role=role, csrf=csrf
        )


class Visitor:
    """Somebody at the gateway's door, with or without credentials."""

    def __init__(
        self, client: FlaskClient, *, token: str | None = None, session: str | None = None
    ) -> None:
        self._client = client
        self.headers: dict[str, str] = {}
        if token is not None:
            self.headers["Authorization"] = f"Bearer {token}"
        if session is not None:
            client.set_cookie(COOKIE, session)

    def ask(self, method: str, path: str, **options: Any) -> TestResponse:
        """A request; `headers` add to the visitor's own."""
        headers = self.headers | dict(options.pop("headers", None) or {})
        return self._client.open(path, method=method, headers=headers, **options)

    def with_csrf(self, value: str) -> None:
        """Send this CSRF token from now on."""
        self.headers[CSRF_HEADER] = value


def field_errors(response: TestResponse) -> dict[str, str]:
    """The fields that a problem names, with the reasons."""
    return {each["field"]: each["reason"] for each in problem(response)["errors"]}


def problem(response: TestResponse) -> dict[str, Any]:
    """The problem that `response` holds (RFC 9457); fails for anything else."""
    assert response.content_type == "application/problem+json", response.get_data(as_text=True)
    found: dict[str, Any] = msgspec.json.decode(response.get_data())
    assert found["status"] == response.status_code
    assert found["request_id"] == response.headers["X-Request-Id"]
    return found
