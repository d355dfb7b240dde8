"""Calls: typed both ways, with rights at the door, errors as they are, and deadlines."""

from __future__ import annotations

import time
from typing import Any
from uuid import uuid4

import eventlet
import msgspec
import pytest
from prometheus_client import generate_latest
from tests.bus.parties import (
    FAILURES,
    Base,
    Desk,
    DeskService,
    Front,
    FrontService,
    Line,
    NoteWritten,
)

from fairlead import metrics
from fairlead.bus.rpc import PREFETCH
from fairlead.bus.wire import Reply, Request, decode_reply, encode
from fairlead.context import Context, Role, acting
from fairlead.contract import calls
from fairlead.errors import (
    Forbidden,
    Internal,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
    from_fault,
)
from fairlead.testing.bus import Home
from fairlead.testing.services import World, hosted

pytestmark = pytest.mark.green

SOMEBODY = Context(
    role=Role.USER,
    organisation=uuid4(),
    user=uuid4(),
    user_name="María",
    request="request-7",
    trace="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


@pytest.fixture
def world(home: Home) -> Any:
    with hosted(DeskService, FrontService, tables=[Base.metadata], **home) as world:
        yield world


@pytest.fixture
def desk(world: World) -> Desk:
    return world.client(Desk, SOMEBODY)


def raw(world: World, body: bytes, service: str = "desk") -> Reply:
    """The reply to a request that no client of ours would send."""
    caller = world.runtime.caller
    return decode_reply(caller._exchange(calls(Desk)["say"], body))


def request(method: str, arguments: bytes, role: Role = Role.USER) -> bytes:
    context = Context(role=role, organisation=SOMEBODY.organisation)
    return encode(Request(method=method, context=context, arguments=msgspec.Raw(arguments)))


def test_arguments_and_result_are_typed(desk: Desk) -> None:
    lines = [Line(text="a"), Line(text="ü\u2028", number=2)]
    assert desk.say(lines=lines, twice=True) == lines * 2
    assert desk.say(lines=[]) == []
    desk.for_the_team()


def test_wrong_arguments_are_named_before_they_are_sent(desk: Desk) -> None:
    with pytest.raises(Invalid) as caught:
        desk.say(lines=[Line(text="a"), Line(text=7)])  # type: ignore[arg-type]
    assert caught.value.code == "desk.invalid"
    assert [each["field"] for each in caught.value.details["errors"]] == ["lines[1].text"]
    with pytest.raises(Invalid):
        desk.say(words=[])  # type: ignore[call-arg]


def test_the_callee_names_the_wrong_field_too(world: World) -> None:
    """A caller may be of another version, or no Python at all."""
    wrong = {
        b'{"lines": [{"text": "a", "number": "b"}]}': "lines[0].number",
        b'{"lines": [{"number": 1}]}': "lines[0].text",
        b"{}": "lines",
        b'{"lines": [], "twice": 3}': "twice",
        b"[]": "body",
    }
    for arguments, field in wrong.items():
        fault = raw(world, request("say", arguments)).fault
        assert fault is not None
        assert (fault.kind, fault.code) == ("invalid", "desk.invalid")
        assert [each["field"] for each in fault.details["errors"]] == [field]


def test_what_is_no_request_is_refused_and_breaks_nothing(world: World, desk: Desk) -> None:
    bodies = {
        b"": "invalid",
        b"\xff\xfe": "invalid",
        b'{"method": "say"}': "invalid",
        request("say", b"[" * 100_000 + b"]" * 100_000): "invalid",
        request("say", b'{"lines": ' + b"[" * 900 + b"]" * 900 + b"}"): "invalid",
        request("say", b'{"lines": []}').replace(b'"user"', b'"emperor"'): "invalid",
        request("no_such_method", b"{}"): "not_found",
        request("rooms", b"{}"): "not_found",
        request("__init__", b"{}"): "not_found",
    }
    for body, kind in bodies.items():
        fault = raw(world, body).fault
        assert fault is not None, body[:100]
        assert fault.kind == kind, body[:100]
        assert desk.say(lines=[]) == []


def test_each_failure_crosses_as_it_is(world: World) -> None:
    """From the desk to who asked, and through a service in between."""
    for kind, thrown in FAILURES.items():
        for ask in (world.client(Desk).fail, world.client(Front).ask_fail):
            with pytest.raises(type(thrown)) as caught:
                ask(kind=kind)
            failure = caught.value
            assert type(failure) is type(thrown)
            assert (failure.code, failure.message, failure.details, failure.retryable) == (
                thrown.code,
                thrown.message,
                thrown.details,
                thrown.retryable,
            )


def test_rights_are_checked_at_the_door(world: World) -> None:
    """Each role at each door: let in, or told which right it lacks."""
    for role in Role:
        desk = world.client(Desk, Context(role=role, organisation=uuid4()))
        doors = {
            desk.for_the_team: {Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.USER},
            desk.for_the_owner: {Role.OWNER},
            desk.for_services: {Role.SERVICE},
            desk.who: set(Role),
        }
        for door, let_in in doors.items():
            if role in let_in:
                door()
            elif role is Role.NOBODY:
                with pytest.raises(Unauthenticated):
                    door()
            else:
                with pytest.raises(Forbidden) as caught:
                    door()
                assert caught.value.details["role"] == role.value


def test_rights_come_before_arguments(world: World) -> None:
    """Who may not ask does not learn what could be asked."""
    fault = raw(world, request("say", b'{"lines": 7}', Role.NOBODY)).fault
    assert fault is not None
    assert fault.kind == "unauthenticated"


@pytest.mark.parametrize("how", ["unforeseen", "unsayable", "unsayable details"])
def test_an_unforeseen_error_is_internal_and_tells_nothing(world: World, how: str) -> None:
    desk = world.client(Desk, SOMEBODY)
    with pytest.raises(Internal) as caught:
        desk.misbehave(how=how)
    assert caught.value.code == "service.broken"
    assert caught.value.details == {}
    assert "secret" not in str(caught.value)
    assert not caught.value.retryable
    assert desk.say(lines=[]) == []


def test_a_reply_that_breaks_the_contract_is_internal(desk: Desk) -> None:
    with pytest.raises(Internal, match=r"misbehave.*text") as caught:
        desk.misbehave(how="wrong")
    assert caught.value.code == "desk.bad_reply"


def test_a_store_that_is_away_may_be_asked_again(desk: Desk) -> None:
    with pytest.raises(Unavailable) as caught:
        desk.misbehave(how="store away")
    assert caught.value.code == "store.away"
    assert caught.value.retryable


def test_a_worker_that_ends_without_an_answer_ends_the_process(world: World, desk: Desk) -> None:
    """A bare `eventlet.Timeout` is no Exception: nameko would lose the call without a word."""
    asking = eventlet.spawn(desk.misbehave, how="bare timeout")
    assert world.process._ended.wait(5) == 1
    asking.kill()


def test_the_context_arrives_in_callee_and_events(world: World) -> None:
    with acting(SOMEBODY):
        assert world.client(Desk).who().context == SOMEBODY
        assert world.client(Front).ask_who().context == SOMEBODY
        world.client(Desk).note(text="a")
    said = world.wait_for(lambda: world.envelopes(NoteWritten))[0]
    assert said.organisation == SOMEBODY.organisation
    assert said.request == SOMEBODY.request
    assert said.source == "desk"
    assert said.traceparent is not None
    assert said.traceparent[:36] == (SOMEBODY.trace or "")[:36]
    assert said.traceparent != SOMEBODY.trace


def test_scopes_are_for_the_first_door(world: World) -> None:
    limited = msgspec.structs.replace(SOMEBODY, scopes=("manage",))
    assert world.client(Desk, limited).who().context == limited
    assert world.client(Front, limited).ask_who().context == SOMEBODY
    blind = msgspec.structs.replace(SOMEBODY, scopes=())
    with pytest.raises(Forbidden) as caught:
        world.client(Desk, blind).for_the_team()
    assert caught.value.code == "rights.out_of_scope"


def test_contexts_of_calls_at_once_do_not_mix(world: World) -> None:
    contexts = [
        Context(role=Role.USER, organisation=uuid4(), request=f"request-{n}") for n in range(60)
    ]
    fronts = [world.client(Front, context) for context in contexts]
    asking = [eventlet.spawn(front.ask_who) for front in fronts]
    assert [each.wait().context for each in asking] == contexts


def test_an_answer_that_does_not_come_in_time_is_not_waited_for(world: World, desk: Desk) -> None:
    begun = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        desk.dawdle(seconds=1.5)
    assert 0.3 <= time.monotonic() - begun < 1.4
    assert caught.value.code == "desk.no_answer"
    assert caught.value.retryable


def test_an_answer_that_comes_late_is_nobodys(world: World, desk: Desk) -> None:
    with pytest.raises(Unavailable):
        desk.dawdle(seconds=0.4)
    for n in range(20):
        assert desk.say(lines=[Line(text=str(n))]) == [Line(text=str(n))]
        eventlet.sleep(0.01)
    assert world.runtime.caller._waiting == {}


def test_a_service_that_never_was_is_away_at_once(home: Home) -> None:
    with hosted(FrontService, **home) as world:
        begun = time.monotonic()
        with pytest.raises(Unavailable, match="desk is not running") as caught:
            world.client(Front).ask_fail(kind="invalid")
        assert caught.value.code == "desk.away"
        assert time.monotonic() - begun < 3


def test_calls_fail_at_once_when_the_line_is_lost(world: World, desk: Desk) -> None:
    """They do not wait for their deadline of eight seconds."""

    def ask() -> str:
        try:
            return str(desk.wait_here())
        except Unavailable as error:
            return error.code

    asking = [eventlet.spawn(ask) for _ in range(5)]
    world.wait_for(lambda: DeskService.rooms.inside == 5)
    begun = time.monotonic()
    broker: Any = world.runtime.broker
    broker._calls.drop() if hasattr(broker, "_calls") else broker._on_lost()
    assert [each.wait() for each in asking] == ["bus.away"] * 5
    assert time.monotonic() - begun < 3
    DeskService.rooms.door.send()


def test_no_more_calls_are_under_way_than_agreed(world: World, desk: Desk) -> None:
    asking = [eventlet.spawn(desk.wait_here) for _ in range(PREFETCH + 10)]
    world.wait_for(lambda: DeskService.rooms.inside == PREFETCH)
    DeskService.rooms.door.send()
    assert max(each.wait() for each in asking) == PREFETCH


def test_calls_are_counted_by_outcome(world: World, desk: Desk) -> None:
    desk.say(lines=[])
    with pytest.raises(NotFound):
        desk.fail(kind="not_found")
    exposed = generate_latest(metrics.REGISTRY).decode()
    for line in (
        'fairlead_rpc_served_seconds_count{method="say",outcome="ok",service="desk"}',
        'fairlead_rpc_served_seconds_count{method="fail",outcome="not_found",service="desk"}',
        'fairlead_rpc_called_seconds_count{callee="desk",method="say",outcome="ok",service="test"}',
        'fairlead_rpc_called_seconds_count{callee="desk",method="fail",outcome="not_found"',
    ):
        assert line in exposed


def test_an_unknown_kind_of_fault_is_internal() -> None:
    """From a callee that is newer than we."""
    fault = Reply(fault=FAILURES["conflict"].fault()).fault
    assert fault is not None
    strange = from_fault(msgspec.structs.replace(fault, kind="unheard_of"))
    assert type(strange) is Internal
    assert strange.code == fault.code
