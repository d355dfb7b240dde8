"""Contracts: what is declared is checked, and a wrong field is found and named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Protocol
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead import contract
from fairlead.context import Context, Role
from fairlead.contract import (
    EVENTS,
    Event,
    Interface,
    Message,
    Right,
    call,
    calls,
    check_implements,
    decode,
    event,
    topic,
)
from fairlead.errors import Forbidden, Invalid, Unauthenticated

TEAM = Right("use the desk", frozenset({Role.OWNER, Role.USER}))


class Line(Message):
    """One line."""

    text: Annotated[str, msgspec.Meta(max_length=10)]
    number: int = 1


class Page(Message):
    """Some lines."""

    lines: list[Line]
    title: str | None = None


class Desk(Interface, Protocol):
    """What can be asked."""

    service: ClassVar[str] = "desk"

    @call(TEAM)
    def say(self, *, lines: list[Line], twice: bool = False) -> list[Line]:
        """Says it again."""
        ...

    @call(TEAM, deadline=2.5, mutates=True)
    def note(self, *, id: UUID) -> None:
        """Writes it down."""
        ...

    def helper(self) -> None:
        """Not a call."""


class Service:
    """Fits."""

    def say(self, *, lines: list[Line], twice: bool) -> list[Line]:
        return lines

    def note(self, *, id: UUID) -> None: ...


@pytest.fixture(autouse=True)
def declared() -> Iterator[None]:
    """The events that a test declares are forgotten."""
    before = dict(EVENTS)
    yield
    EVENTS.clear()
    EVENTS.update(before)


def test_a_message_is_frozen_and_takes_names_only() -> None:
    line = Line(text="a")
    with pytest.raises(AttributeError):
        line.text = "b"
    with pytest.raises(TypeError):
        Line("a")


def test_unknown_fields_are_ignored() -> None:
    """So that a sender may grow before its hearers do."""
    line = decode(b'{"text": "a", "colour": {"deep": [1]}}', Line, "desk.say")
    assert line == Line(text="a")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"lines": [{"text": "a"}, {"text": 7}]}', "lines[1].text"),
        (b'{"lines": [{"text": "a", "number": "b"}]}', "lines[0].number"),
        (b'{"lines": [{"text": "longer than ten"}]}', "lines[0].text"),
        (b'{"lines": [{"number": 1}]}', "lines[0].text"),
        (b'{"lines": 7}', "lines"),
        (b"{}", "lines"),
        (b"[]", "body"),
        (b"7", "body"),
        (b'{"lines": [], "title": 7}', "title"),
    ],
)
def test_the_wrong_field_is_named_by_its_path(body: bytes, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        decode(body, Page, "desk.say")
    assert caught.value.code == "desk.invalid"
    [error] = caught.value.details["errors"]
    assert error["field"] == field
    assert error["reason"]
    assert caught.value.message == f"{field}: {error['reason']}"


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"lines": "\xff"}', b"nonsense"])
def test_what_is_no_json_is_malformed(body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        decode(body, Page, "desk.say")
    assert caught.value.code in {"desk.malformed", "desk.invalid"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["lines", "text", "number", "title"]) | st.text(), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def take(body: bytes) -> Any:
    """A page, or why it is none."""
    try:
        return decode(body, Page, "desk.say")
    except Invalid as failure:
        return failure


@given(value=JSON)
def test_any_value_is_taken_or_refused_with_field_and_reason(value: object) -> None:
    taken = take(msgspec.json.encode(value))
    if isinstance(taken, Invalid):
        assert all(each["field"] and each["reason"] for each in taken.details["errors"])
    else:
        assert take(msgspec.json.encode(taken)) == taken


@given(body=st.binary(max_size=60))
def test_any_bytes_are_taken_or_refused(body: bytes) -> None:
    taken = take(body)
    if isinstance(taken, Invalid):
        assert taken.code.startswith("desk.")


def test_an_event_has_a_topic_of_its_name_version_and_variant() -> None:
    @event("note.written", source="desk", version=2, variant="email")
    class NoteWritten(Event):
        text: str

    @event("note.torn", source="desk")
    class NoteTorn(Event):
        text: str

    assert (topic(NoteWritten), topic(NoteTorn)) == ("note.written.v2.email", "note.torn.v1")
    assert EVENTS["note.torn.v1"] is NoteTorn
    assert (NoteWritten.event_source, NoteWritten.event_version) == ("desk", 2)


def test_two_events_cannot_have_one_topic() -> None:
    @event("note.torn", source="desk")
    class NoteTorn(Event):
        text: str

    with pytest.raises(TypeError, match=r"note\.torn\.v1 is declared twice"):

        @event("note.torn", source="office")
        class NoteTornToo(Event):
            text: str


def test_an_interface_is_read_once_and_tells_all() -> None:
    say, note = calls(Desk).values()
    assert calls(Desk) is calls(Desk)
    assert (say.service, say.method, say.right) == ("desk", "say", TEAM)
    assert (say.deadline, say.mutates, say.reply) == (8.0, False, list[Line])
    assert (note.deadline, note.mutates, note.reply) == (2.5, True, type(None))
    assert say.doc == "Says it again."


def test_a_request_travels_and_comes_back() -> None:
    say = calls(Desk)["say"]
    sent = say.encode_request({"lines": [Line(text="a")]})
    assert say.decode_request(sent) == {"lines": [Line(text="a")], "twice": False}


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "lines"),
        ({"lines": [{"text": 7}]}, "lines[0].text"),
        ({"lines": [], "twice": "yes"}, "twice"),
        ({"lines": [], "loudly": True}, "arguments"),
    ],
)
def test_a_wrong_request_does_not_leave(arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        calls(Desk)["say"].encode_request(arguments)
    assert caught.value.code == "desk.invalid"
    assert caught.value.details["errors"][0]["field"] == field


def test_an_interface_must_be_typed_and_take_names_only() -> None:
    class Positional(Interface, Protocol):
        service: ClassVar[str] = "desk"

        @call(TEAM)
        def say(self, text: str) -> None: ...

    class Untyped(Interface, Protocol):
        service: ClassVar[str] = "desk"

        @call(TEAM)
        def say(self, *, text) -> None: ...  # type: ignore[no-untyped-def]

    class Resultless(Interface, Protocol):
        service: ClassVar[str] = "desk"

        @call(TEAM)
        def say(self, *, text: str): ...  # type: ignore[no-untyped-def]

    with pytest.raises(TypeError, match=r"desk\.say: text must be keyword-only and typed"):
        calls(Positional)
    with pytest.raises(TypeError, match=r"desk\.say: text must be keyword-only and typed"):
        calls(Untyped)
    with pytest.raises(TypeError, match=r"desk\.say: the result must be typed"):
        calls(Resultless)


def test_a_service_must_have_what_its_interface_says() -> None:
    check_implements(Service, Desk)

    class Silent:
        def note(self, *, id: UUID) -> None: ...

    class Other(Service):
        def say(self, *, words: list[str]) -> list[Line]:  # type: ignore[override]
            return []

    with pytest.raises(TypeError, match=r"Silent lacks Desk\.say"):
        check_implements(Silent, Desk)
    with pytest.raises(TypeError, match=r"Other\.say takes .*words.*lines"):
        check_implements(Other, Desk)


@pytest.mark.parametrize("role", Role, ids=lambda role: role.value)
def test_a_right_lets_in_who_has_it(role: Role) -> None:
    context = Context(role=role, organisation=uuid4())
    if role in TEAM.roles:
        TEAM.check(context)
        return
    wanted = Unauthenticated if role is Role.NOBODY else Forbidden
    with pytest.raises(wanted) as caught:
        TEAM.check(context)
    if wanted is Forbidden:
        assert caught.value.details == {"right": "use the desk", "role": role.value}


def test_a_validation_error_without_a_path_is_of_the_body() -> None:
    failure = contract.invalid("desk.invalid", msgspec.ValidationError("Expected `object`"))
    assert failure.details["errors"][0]["reason"] == "Expected `object`"
