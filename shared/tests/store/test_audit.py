"""What is recorded of a change: what differs, and never a secret."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from fairlead.audit import record
from fairlead.bus.outbox import OutboxRow
from fairlead.bus.wire import decode_envelope
from fairlead.context import Context, Role, acting
from fairlead.contract import Message, decode
from fairlead.kinds import Secret
from fairlead.recorded import DEEPEST, HIDDEN, LONGEST, MOST_FIELDS, AuditRecorded, differences
from fairlead.store import EVERYWHERE, Database
from fairlead.store.migrations import FAIRLEAD
from fairlead.testing.schema import bring_up

OURS, HER, THING = UUID(int=1), UUID(int=2), UUID(int=3)
ANA = Context(
    role=Role.ADMIN, organisation=OURS, user=HER, user_name="Ana", request="r-1", remote="192.0.2.7"
)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=600),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner),
    max_leaves=20,
)
states = st.dictionaries(st.text(min_size=1, max_size=20), values, max_size=8)


class Colours(Message):
    """A part of Look."""

    back: str = "white"
    front: str = "black"


class Look(Message):
    """A thing with parts."""

    name: str
    colours: Colours = Colours()
    token: str = ""


def test_only_what_differs_is_kept_by_its_path() -> None:
    before, after = Look(name="a"), Look(name="a", colours=Colours(front="red"))
    assert differences(before, after) == ({"colours.front": "black"}, {"colours.front": "red"})
    assert differences(before, before) == ({}, {})
    assert differences(None, {"a": 1, "b": [1, 2]}) == ({}, {"a": 1, "b": [1, 2]})
    assert differences({"a": 1}, {}) == ({"a": 1}, {})


@pytest.mark.parametrize(
    "name", ["password", "smtp_password", "apiKey", "TOTP secret", "oauth_refresh_token", "csrf"]
)
def test_a_secret_is_changed_and_not_told(name: str) -> None:
    old, new = differences({name: "abc", "x": {name: "1"}}, {name: "def", "x": {name: "2"}})
    assert old == new == {name: HIDDEN, f"x.{name}": HIDDEN}
    assert differences(None, {"list": [{name: "abc"}]})[1] == {"list": [{name: HIDDEN}]}
    assert differences(None, {"key": Secret("abc")})[1] == {"key": HIDDEN}
    assert differences({name: False}, {name: True}) == ({name: False}, {name: True})


@given(st.none() | states, st.none() | states)
def test_what_is_kept_is_small_and_can_be_stored(before: Any, after: Any) -> None:
    for words in differences(before, after):
        assert len(words) <= MOST_FIELDS
        for value in words.values():
            assert len(msgspec.json.encode(value)) <= 6 * (LONGEST + 2)
        assert "\\u0000" not in msgspec.json.encode(words).decode().replace("\\\\", "")


@given(states, states)
def test_nothing_that_is_alike_is_kept(before: Any, after: Any) -> None:
    old, new = differences(before, after)
    assert differences(before, before) == ({}, {})
    flat = {name: value for name, value in before.items() if not isinstance(value, dict)}
    for name, value in flat.items():
        if name in after and after[name] == value:
            assert name not in old
            assert name not in new


def test_depth_is_bounded() -> None:
    deep: Any = 1
    for _ in range(50):
        deep = {"a": deep}
    [path] = differences(None, deep)[1]
    assert path == ".".join("a" * DEEPEST)


@pytest.fixture
def database(store_url: str) -> Any:
    database = Database(store_url, name="audit")
    bring_up(database, FAIRLEAD)
    yield database
    database.close()


def told(database: Database) -> list[AuditRecorded]:
    with database.reading(EVERYWHERE) as session:
        bodies = list(session.scalars(select(OutboxRow.body).order_by(OutboxRow.id)))
    envelopes = [decode_envelope(body) for body in bodies]
    assert {each.organisation for each in envelopes} <= {OURS}
    return [decode(bytes(each.data), AuditRecorded, "audit") for each in envelopes]


def test_who_did_it_comes_from_the_context(database: Database) -> None:
    with acting(ANA), database.transaction(OURS) as session:
        assert record(
            session, "thing.renamed", entity="thing", id=THING, label="B" * 900,
            before={"name": "A"}, after={"name": "B"},
        )  # fmt: skip
        assert not record(
            session, "thing.renamed", entity="thing", id=THING, label="B",
            before={"name": "B"}, after={"name": "B"},
        )  # fmt: skip
        record(session, "thing.shown", entity="thing", id=THING, label="B")
    first, second = told(database)
    assert (first.user, first.user_name, first.role) == (HER, "Ana", Role.ADMIN)
    assert (first.request, first.remote) == ("r-1", "192.0.2.7")
    assert (first.action, first.entity, first.entity_id) == ("thing.renamed", "thing", THING)
    assert (first.before, first.after) == ({"name": "A"}, {"name": "B"})
    assert len(first.label) == 200
    assert (second.before, second.after, second.about) == ({}, {}, None)


def test_what_is_undone_is_not_recorded(database: Database) -> None:
    def broken() -> None:
        with acting(ANA), database.transaction(OURS) as session:
            record(session, "thing.shown", entity="thing", id=THING, label="B")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert told(database) == []


def test_a_contact_is_what_a_record_of_it_is_about(database: Database) -> None:
    with acting(ANA), database.transaction(OURS) as session:
        record(session, "contact.changed", entity="contact", id=THING, label="Rui")
        record(
            session, "conversation.closed", entity="conversation", id=HER, label="Rui", about=THING
        )
    assert [each.about for each in told(database)] == [THING, THING]
