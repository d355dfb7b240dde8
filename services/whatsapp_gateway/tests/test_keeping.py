"""Webhooks that come together are kept together, and each is kept before it is answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID, uuid4

import eventlet
import msgspec
import pytest
from eventlet.event import Event

from contracts.whatsapp_gateway import CloudAccount, SignedHook
from fairlead.errors import Forbidden, NotFound
from fairlead.service import ServiceStore
from fairlead.testing.bus import Home
from scripts.servers.graph import ACCOUNT_ID, NUMBER_ID, body, signed, text, value
from whatsapp_gateway import keeping
from whatsapp_gateway.keeping import Keeping

from .running import PHONE, received
from .test_cloud import desk

pytestmark = pytest.mark.green
ANOTHER = "fedcba9876543210"
OURS, THEIRS, NUMBER = uuid4(), uuid4(), uuid4()


class Store:
    """Its commits wait until they are let; `committed` is what each held."""

    def __init__(self) -> None:
        self.committed: list[tuple[UUID, list[bytes]]] = []
        self.let = Event()
        self.broken = False

    @contextmanager
    def transaction(self, organisation: UUID) -> Iterator[list[bytes]]:
        rows: list[bytes] = []
        yield rows
        self.let.wait()
        if self.broken:
            raise ConnectionError("the store is away")
        self.committed.append((organisation, rows))


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    def insert(session: list[bytes], model: object, rows: list[dict[str, Any]]) -> None:
        session.extend(row["body"] for row in rows)

    monkeypatch.setattr(keeping, "insert_many", insert)
    return Store()


def begun(keeping: Keeping, organisation: UUID, content: bytes) -> Any:
    thread = eventlet.spawn(keeping.keep, organisation, NUMBER, [content])
    eventlet.sleep(0)
    return thread


def test_what_comes_during_a_commit_goes_into_the_next(store: Store) -> None:
    keeping = Keeping(cast("ServiceStore", store))
    waiting = [begun(keeping, OURS, b"%d" % number) for number in range(4)]
    waiting.append(begun(keeping, THEIRS, b"theirs"))
    eventlet.sleep(0)
    assert not any(store.committed)
    assert not any(thread.dead for thread in waiting)  # nobody is answered before it is kept
    store.let.send()
    for thread in waiting:
        thread.wait()
    ours = [rows for organisation, rows in store.committed if organisation == OURS]
    assert ours == [[b"0"], [b"1", b"2", b"3"]]
    assert (THEIRS, [b"theirs"]) in store.committed


def test_who_was_not_kept_is_told_and_may_come_again(store: Store) -> None:
    keeping = Keeping(cast("ServiceStore", store))
    store.broken = True
    waiting = [begun(keeping, OURS, b"%d" % number) for number in range(3)]
    store.let.send()
    for thread in waiting:
        with pytest.raises(ConnectionError):
            thread.wait()
    store.broken = False
    keeping.keep(OURS, NUMBER, [b"again"])
    assert store.committed == [(OURS, [b"again"])]


def test_who_reads_gives_way_while_something_is_being_kept(store: Store) -> None:
    keeping = Keeping(cast("ServiceStore", store))
    keeping.give_way(60)  # nothing is
    kept = begun(keeping, OURS, b"0")
    reader = eventlet.spawn(keeping.give_way, 60)
    eventlet.sleep(0)
    assert not reader.dead
    keeping.give_way(0.001)  # it is not to starve
    assert not kept.dead
    store.let.send()
    reader.wait()
    assert store.committed


def test_a_forged_one_is_not_kept_and_keeps_no_other_from_it(home: Home) -> None:
    contents = [body(value(text(PHONE, f"wamid.{number}", "Hello"))) for number in range(3)]
    with desk(home) as here:
        hooks = [SignedHook(body=each, signature=signed(each)) for each in contents]
        hooks[1] = msgspec.structs.replace(hooks[1], signature=signed(contents[1], ANOTHER))
        taken = here.meta_side.take_hooks(connection=here.connection.id, hooks=hooks)
        assert taken == [True, False, True]
        said = received(here.world, 2)
        assert {each.provider_id for each in said} == {"wamid.0", "wamid.2"}
        with pytest.raises(NotFound):
            here.meta_side.take_hooks(connection=uuid4(), hooks=hooks)


def test_a_new_secret_fits_at_once(home: Home) -> None:
    content = body(value(text(PHONE, "wamid.1", "Hello")))
    with desk(home) as here:
        here.hook(content)
        account = CloudAccount(
            phone_number_id=NUMBER_ID, business_account_id=ACCOUNT_ID, app_secret=ANOTHER
        )
        here.gateway.update_whatsapp_connection(
            id=here.connection.id,
            version=here.connection.version,
            details=msgspec.structs.replace(here.connection.details, cloud=account),
        )
        here.hook(content, signature=signed(content, ANOTHER))
        with pytest.raises(Forbidden):
            here.hook(content)
