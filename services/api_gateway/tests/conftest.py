"""The gateway's app with pretended services; its live log on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, cast

import pytest
from flask import Flask

from api_gateway.app import create_app
from api_gateway.gateway import make_gateway
from api_gateway.settings import GatewaySettings
from api_gateway.testing import Services, Visitor
from fairlead.bus import Caller
from fairlead.context import NOBODY, Role, acting
from fairlead.files import open_store
from fairlead.store import Database
from fairlead.testing.databases import store_url
from fairlead.testing.green import (
    pytest_configure,
    pytest_runtest_protocol,
    pytest_sessionfinish,
)
from fairlead.testing.schema import bring_up

__all__ = ["pytest_configure", "pytest_runtest_protocol", "pytest_sessionfinish", "store_url"]


@pytest.fixture(autouse=True)
def by_itself() -> Iterator[None]:
    """On the server each request has a greenlet of its own; here who asked last would stay the one
    who acts, in whatever test comes next."""
    with acting(NOBODY):
        yield


@pytest.fixture
def services() -> Services:
    """All services, and who works here: a token for each role, and the session of a user."""
    services = Services()
    for role in (Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.USER):
        services.employ(f"token-of-{role.value}", role)
    services.employ("session", Role.USER, csrf="csrf-of-session")
    services.employ("other-session", Role.USER, csrf="csrf-of-other")
    return services


class MakeApp(Protocol):
    """Makes the app with settings from the environment."""

    def __call__(self, **environment: str) -> Flask: ...


@pytest.fixture(scope="session")
def empty_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database; to copy it costs a hundredth of what migrating costs."""
    path = tmp_path_factory.mktemp("gateway") / "live.db"
    database = Database(f"sqlite:///{path}", name="api_gateway")
    bring_up(database, "api_gateway")
    database.close()
    return path


@pytest.fixture(scope="session")
def plain_app() -> dict[str, Flask]:
    """The app, once made: its routes cost more than most tests."""
    return {}


@pytest.fixture
def make_app(
    services: Services, tmp_path: Path, empty_log: Path, plain_app: dict[str, Flask]
) -> Iterator[MakeApp]:
    """The app, with more settings where a test gives them."""
    shutil.copyfile(empty_log, tmp_path / "live.db")
    database = Database(f"sqlite:///{tmp_path / 'live.db'}", name="api_gateway")
    files = open_store(str(tmp_path / "files"))

    def make(**environment: str) -> Flask:
        secrets = {"FAIRLEAD_SECRET_KEYS": "A" * 43 + "=", "FAIRLEAD_ADMIN_TOKEN": "x" * 24}
        settings = GatewaySettings.read("api_gateway", secrets | environment)
        parts = make_gateway(cast("Caller", services), files, database, settings)
        if environment:
            return create_app(parts)
        if not plain_app:
            plain_app["app"] = create_app(parts)
        app = plain_app["app"]
        app.extensions["fairlead"] = parts  # all that a test can leave behind
        return app

    yield make
    database.close()


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """The app with the settings of a fresh installation."""
    return make_app()


@pytest.fixture
def anybody(app: Flask) -> Visitor:
    """Without credentials."""
    return Visitor(app.test_client())


@pytest.fixture
def owner(app: Flask) -> Visitor:
    """A program with an owner's API token."""
    return Visitor(app.test_client(), token="token-of-owner")


@pytest.fixture
def browser(app: Flask) -> Visitor:
    """A user's browser with a session cookie, and no CSRF token yet."""
    return Visitor(app.test_client(), session="session")


@pytest.fixture
def live_log(store_url: str) -> Iterator[Database]:
    """The gateway's database, empty, once of each kind."""
    database = Database(store_url, name="api_gateway", pool_size=10)
    bring_up(database, "api_gateway")
    yield database
    database.close()
