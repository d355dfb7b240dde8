"""Where services live in a test: the embedded bus with SQLite, and RabbitMQ with PostgreSQL.

RabbitMQ and PostgreSQL come from the fixtures `amqp_uri` and `databases`, which the repository's
tests have.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, TypedDict, TypeVar

import eventlet
import pytest

from .. import service
from ..bus import events, inbox, outbox

T = TypeVar("T")


class _Pool(Protocol):
    def take(self, tables: str | None = None) -> str: ...
    def give_back(self, url: str, tables: str | None = None) -> None: ...


class _Files(dict[str, str]):
    """An SQLite file for each service that is asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def __missing__(self, service: str) -> str:
        return self.setdefault(service, f"sqlite:///{self._folder / service}.db")


class _Databases(dict[str, str]):
    """A PostgreSQL database of its own for each service that is asked for."""

    def __init__(self, pool: _Pool) -> None:
        super().__init__()
        self._pool = pool

    def __missing__(self, service: str) -> str:
        return self.setdefault(service, self._pool.take())

    def drop(self) -> None:
        for url in self.values():
            self._pool.give_back(url)


@pytest.fixture(params=["embedded", pytest.param("rabbitmq", marks=pytest.mark.servers)], ids=str)
def bus_uri(request: pytest.FixtureRequest) -> str:
    """The address of a bus that nobody else is on; the test runs once with each kind."""
    if request.param == "embedded":
        return "embedded://"
    uri: str = request.getfixturevalue("amqp_uri")
    return uri


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)], ids=str)
def database_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """An empty database for each service, by its name; the test runs once with each kind."""
    if request.param == "sqlite":
        yield _Files(tmp_path)
        return
    databases = _Databases(request.getfixturevalue("databases"))
    yield databases
    databases.drop()


class Home(TypedDict):
    """A bus and databases of the test's own: `hosted(Service, **home)`."""

    amqp_uri: str
    database_urls: Mapping[str, str]


@pytest.fixture(params=["embedded", pytest.param("stack", marks=pytest.mark.servers)], ids=str)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """The two ways in which everything runs: embedded with SQLite, RabbitMQ with PostgreSQL."""
    if request.param == "embedded":
        yield Home(amqp_uri="embedded://", database_urls=_Files(tmp_path))
        return
    databases = _Databases(request.getfixturevalue("databases"))
    yield Home(amqp_uri=request.getfixturevalue("amqp_uri"), database_urls=databases)
    databases.drop()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every wait of the bus and of loops that failed is short, and an event dies at the third try.

    For services that start after it.
    """
    waits: list[tuple[Any, str, float]] = [
        (events, "AWAY_SECONDS", 0.02),
        (events, "RETRY_SECONDS", 0.02),
        (inbox, "FIRST_WAIT", 0.02),
        (inbox, "LAST_ATTEMPT", 3),
        (outbox, "IDLE_SECONDS", 0.02),
        (service, "AWAY_SECONDS", 0.02),
    ]
    for module, name, value in waits:
        monkeypatch.setattr(module, name, value)


def wait_for(condition: Callable[[], T], seconds: float = 10.0) -> T:
    """What `condition` returns once that is true; raises AssertionError after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not true within {seconds:g} s: it is {value!r}")
        eventlet.sleep(0.01)
    return value
