"""Dead events at the admin server: listed by pages, shown, replayed, discarded."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from tests.bus.parties import (
    ArchiveService,
    Base,
    ClerkService,
    NoteWritten,
    filed,
)

from fairlead.bus import inbox
from fairlead.bus.broker import Publication
from fairlead.bus.wire import encode, envelope
from fairlead.context import service_context
from fairlead.contract import topic
from fairlead.store import EVERYWHERE, new_id
from fairlead.testing.bus import Home
from fairlead.testing.services import World, hosted

pytestmark = [pytest.mark.green, pytest.mark.usefixtures("hasty")]

TABLES = [Base.metadata]
DEAD = "/admin/clerk/events/dead"


def kill(world: World, text: str) -> str:
    """An event whose handler fails until it is dead, and then would succeed; returns its id."""

    def fail() -> None:
        raise ValueError(f"not {text}")

    dead = inbox.count_dead(world.database("clerk"))
    ClerkService.script.before[text] = [fail] * inbox.LAST_ATTEMPT
    event = NoteWritten(id=new_id(), text=text)
    id = world.publish(event, organisation=uuid4())
    world.wait_for(lambda: inbox.count_dead(world.database("clerk")) == dead + 1)
    return f"{id}.take_down"


def park(world: World, body: bytes, service: str = "clerk") -> str:
    """What cannot be read; returns its id."""
    dead = inbox.count_dead(world.database(service))
    world.runtime.broker.publish([Publication(str(uuid4()), topic(NoteWritten), body)])
    world.wait_for(lambda: inbox.count_dead(world.database(service)) == dead + 1)
    return str(listed(world, f"/admin/{service}/events/dead")[-1]["id"])


def listed(world: World, path: str = DEAD) -> list[dict[str, Any]]:
    """All dead events, page by page, two a page."""
    found: list[dict[str, Any]] = []
    cursor = ""
    while True:
        status, page = world.admin("GET", f"{path}?limit=2{cursor}")
        assert status == 200
        assert len(page["events"]) <= 2
        found += page["events"]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


def test_they_are_listed_the_oldest_first(home: Home) -> None:
    with hosted(ClerkService, tables=TABLES, **home) as world:
        assert listed(world) == []
        ids = [kill(world, "a"), kill(world, "b"), park(world, b"\xff"), kill(world, "c")]
        ids.append(park(world, b"\xfe"))
        found = listed(world)
        assert [each["id"] for each in found] == ids
        assert {key for each in found for key in each} == {
            "id",
            "handler",
            "topic",
            "error",
            "attempts",
            "received_at",
        }
        first, third = found[0], found[2]
        assert (first["handler"], first["topic"]) == ("take_down", "note.written.v1")
        assert (first["error"], first["attempts"]) == ("ValueError: not a", 3)
        assert (third["handler"], third["attempts"]) == ("", 1)


def test_one_is_shown_with_its_body(home: Home) -> None:
    with hosted(ClerkService, tables=TABLES, **home) as world:
        status, shown = world.admin("GET", f"{DEAD}/{kill(world, 'a')}")
        assert status == 200
        assert shown["body"]["data"]["text"] == "a"
        status, shown = world.admin("GET", f"{DEAD}/{park(world, bytes([255, 0]))}")
        assert status == 200
        assert base64.b64decode(shown["body_base64"]) == b"\xff\x00"


def test_a_replayed_one_has_its_effect_once(home: Home) -> None:
    with hosted(ClerkService, tables=TABLES, **home) as world:
        path = f"{DEAD}/{kill(world, 'a')}"
        assert world.admin("POST", f"{path}/replay") == (200, {"replayed": 1})
        world.wait_for(lambda: filed(world.database("clerk")) == {("clerk", "a"): 1})
        assert world.admin("POST", f"{path}/replay")[0] == 404
        assert world.admin("GET", path)[0] == 404
        assert listed(world) == []


def test_a_replayed_one_that_fails_has_all_its_tries_again(home: Home) -> None:
    with hosted(ClerkService, tables=TABLES, **home) as world:
        path = f"{DEAD}/{kill(world, 'a')}"

        def fail() -> None:
            raise ValueError("again")

        ClerkService.script.before["a"] = [fail] * 20
        world.admin("POST", f"{path}/replay")
        world.wait_for(lambda: [each["error"] for each in listed(world)] == ["ValueError: again"])
        assert ClerkService.script.tries["clerk", "a"] == 5
        assert filed(world.database("clerk")) == {}


def test_a_discarded_one_is_gone_and_stays_gone(home: Home) -> None:
    with hosted(ClerkService, tables=TABLES, **home) as world:
        id = kill(world, "a")
        assert world.admin("DELETE", f"{DEAD}/{id}") == (204, None)
        assert world.admin("DELETE", f"{DEAD}/{id}")[0] == 404
        assert listed(world) == []
        again = NoteWritten(id=new_id(), text="a")
        world.publish(again, organisation=None, id=UUID(id.partition(".")[0]))
        world.wait_for(lambda: ClerkService.script.tries["clerk", "a"] == 4)
        eventlet.sleep(0.05)
        assert filed(world.database("clerk")) == {}


def test_all_are_replayed_but_what_cannot_be_read(home: Home) -> None:
    with hosted(ClerkService, tables=TABLES, **home) as world:
        for text in "abc":
            kill(world, text)
        parked = park(world, b"\xff")
        assert world.admin("POST", f"{DEAD}/replay") == (200, {"replayed": 3})
        world.wait_for(lambda: sum(filed(world.database("clerk")).values()) == 3)
        assert [each["id"] for each in listed(world)] == [parked]
        assert world.admin("POST", f"{DEAD}/replay") == (200, {"replayed": 0})
        status, problem = world.admin("POST", f"{DEAD}/{parked}/replay")
        assert (status, problem["code"]) == (409, "events.unreadable")
        assert world.admin("DELETE", f"{DEAD}/{parked}") == (204, None)
        assert listed(world) == []


def test_what_was_handed_out_too_often_can_be_replayed(home: Home) -> None:
    """It is whole; each process that took it died. Its row goes when each handler has it."""
    with hosted(ArchiveService, ClerkService, tables=TABLES, **home) as world:
        event = NoteWritten(id=new_id(), text="a")
        said = envelope(event, id=new_id(), context=service_context(None), organisation=None)
        inbox.park(world.database("archive"), encode(said), "handed out too often")
        path = "/admin/archive/events/dead"
        [parked] = listed(world, path)
        assert world.admin("POST", f"{path}/{parked['id']}/replay") == (200, {"replayed": 1})
        both = {("date", "a"): 1, ("name", "a"): 1}
        world.wait_for(lambda: filed(world.database("archive")) == both)
        world.wait_for(lambda: listed(world, path) == [])
        assert filed(world.database("clerk")) == {}


def test_what_no_handler_hears_any_more_is_not_lost_by_a_replay(home: Home) -> None:
    with hosted(ClerkService, tables=TABLES, **home) as world:
        event = NoteWritten(id=new_id(), text="a")
        said = envelope(event, id=new_id(), context=service_context(None), organisation=None)
        strange = encode(said).replace(b"note.written.v1", b"note.written.v9")
        inbox.park(world.database("clerk"), strange, "handed out too often")
        [parked] = listed(world)
        status, problem = world.admin("POST", f"{DEAD}/{parked['id']}/replay")
        assert (status, problem["code"]) == (409, "events.unknown")
        assert len(listed(world)) == 1


def test_an_event_whose_handler_was_renamed_is_dead(home: Home) -> None:
    """Its rows are strangers to the new code, and a person must see them."""
    with hosted(ClerkService, tables=TABLES, **home) as world:
        event = NoteWritten(id=new_id(), text="a")
        said = envelope(event, id=new_id(), context=service_context(None), organisation=None)
        renamed = inbox.Work(said.id, "note_down", topic(NoteWritten), encode(said), None)
        inbox.record_failure(world.database("clerk"), renamed, "ValueError: once")
        world.wait_for(lambda: inbox.count_dead(world.database("clerk")) == 1)
        assert listed(world)[0]["error"] == "LookupError: no handler note_down any more"


def test_what_is_no_dead_event_is_told(home: Home) -> None:
    stranger = uuid4()
    asked = {
        ("GET", "/no-id"): 422,
        ("GET", f"/{stranger}"): 404,
        ("GET", f"/{stranger}.take_down"): 404,
        ("GET", f"/{stranger}.{'x' * 500}"): 404,
        ("GET", f"/{stranger}.%00"): 404,
        ("GET", f"/{stranger}.%ED%A0%80"): 404,
        ("POST", "/no-id.take_down/replay"): 422,
        ("POST", f"/{stranger}.take_down/replay"): 404,
        ("DELETE", f"/{stranger}.take_down"): 404,
        ("GET", "?cursor=nonsense"): 422,
        ("GET", f"?cursor={stranger}.take_down"): 422,
        ("GET", "?limit=0"): 422,
        ("GET", "?limit=100000"): 422,
    }
    with hosted(ClerkService, tables=TABLES, **home) as world:
        for (method, path), status in asked.items():
            answered, problem = world.admin(method, f"{DEAD}{path}")
            assert (answered, problem["status"]) == (status, status), path


def test_what_waits_for_another_try_is_not_dead(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "FIRST_WAIT", 60.0)

    def fail() -> None:
        raise ValueError("not now")

    with hosted(ClerkService, tables=TABLES, **home) as world:
        ClerkService.script.before["a"] = [fail]
        id = world.publish(NoteWritten(id=new_id(), text="a"), organisation=None)
        world.wait_for(lambda: inbox.count_failed(world.database("clerk")) == 1)
        assert listed(world) == []
        assert world.admin("POST", f"{DEAD}/{id}.take_down/replay")[0] == 404
        with world.database("clerk").reading(EVERYWHERE) as session:
            row = session.get(inbox.InboxRow, (id, "take_down"))
        assert row is not None
        assert row.attempts == 1
