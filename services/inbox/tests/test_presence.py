"""Who else is in a conversation, and the warning that somebody answered meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from contracts.inbox import Doing, Draft, PresenceChanged, Present
from fairlead.context import Role
from fairlead.errors import Conflict, Invalid, NotFound, Unauthenticated
from fairlead.store import EVERYWHERE
from inbox.store.presence import PresenceRow
from inbox.testing.team import Team

VIEWING, TYPING = Doing.VIEWING, Doing.TYPING


@contextmanager
def as_user(team: Team, id: UUID) -> Iterator[None]:
    before, team.desk.user = team.desk.user, id
    try:
        yield
    finally:
        team.desk.user = before


def say(team: Team, id: UUID, doing: Doing | None) -> list[tuple[UUID, Doing]]:
    others: list[Present] = team.desk.call("set_presence", id=id, doing=doing)
    return [(each.user_id, each.doing) for each in others]


def told(team: Team) -> list[set[tuple[UUID, Doing]]]:
    events = team.desk.told(PresenceChanged)
    return [{(each.user_id, each.doing) for each in event.present} for event in events]


def test_two_who_open_a_conversation_see_each_other(team: Team) -> None:
    id, maria, rui = team.take().conversation_id, team.desk.user, team.employ()
    assert say(team, id, VIEWING) == []
    with as_user(team, rui):
        assert say(team, id, VIEWING) == [(maria, VIEWING)]
        assert say(team, id, TYPING) == [(maria, VIEWING)]
    assert say(team, id, VIEWING) == [(rui, TYPING)]
    with as_user(team, rui):
        assert say(team, id, None) == [(maria, VIEWING)]
    [left] = team.desk.call("get_presence", id=id)
    assert (left.user_id, left.user_name) == (maria, "Maria Ruiz")
    assert told(team) == [
        {(maria, VIEWING)},
        {(maria, VIEWING), (rui, VIEWING)},
        {(maria, VIEWING), (rui, TYPING)},
        {(maria, VIEWING)},
    ]


def test_to_be_still_there_is_no_news_but_lasts_longer(team: Team) -> None:
    id = team.take().conversation_id
    say(team, id, VIEWING)
    [first] = team.desk.call("get_presence", id=id)
    say(team, id, VIEWING)
    [second] = team.desk.call("get_presence", id=id)
    assert second.until > first.until
    assert len(told(team)) == 1
    say(team, id, None)
    say(team, id, None)
    assert told(team)[1:] == [set()]


def test_who_says_nothing_more_is_gone(team: Team) -> None:
    id = team.take().conversation_id
    say(team, id, TYPING)
    team.desk.end_presence()
    assert len(told(team)) == 1
    with team.desk.database.transaction(EVERYWHERE) as session:
        past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
        session.execute(sa.update(PresenceRow).values(until=past))
    assert team.desk.call("get_presence", id=id) == []
    team.desk.end_presence()
    assert told(team)[1:] == [set()]
    team.desk.end_presence()
    assert len(told(team)) == 2


def test_only_a_user_of_the_organisation_is_there(team: Team) -> None:
    id = team.take().conversation_id
    with pytest.raises(Invalid):
        team.desk.call("set_presence", role=Role.SERVICE, id=id, doing=VIEWING)
    for method, more in (("set_presence", {"doing": VIEWING}), ("get_presence", {})):
        values: dict[str, Any] = {"id": id, **more}
        with pytest.raises(NotFound):
            team.desk.call(method, **values | {"id": uuid4()})
        with team.desk.elsewhere(), pytest.raises(NotFound):
            team.desk.call(method, **values)
        with pytest.raises(Unauthenticated):
            team.desk.call(method, role=Role.NOBODY, **values)


def test_who_writes_is_told_that_somebody_answered(team: Team) -> None:
    message, rui = team.take(), team.employ()
    draft = Draft(in_reply_to=message.id, text="Sure", seen_message_id=message.id)
    [before] = team.desk.call("preview", draft=draft)
    assert before.answered_meanwhile is None
    with as_user(team, rui):
        answer = team.answer(message)
    [after] = team.desk.call("preview", draft=draft)
    assert (after.answered_meanwhile.message_id, after.answered_meanwhile.author_id) == (
        answer.id, rui,
    )  # fmt: skip
    with pytest.raises(Conflict) as caught:
        team.desk.call("send", draft=draft, request_id="r")
    assert caught.value.code == "inbox.answered_meanwhile"
    assert caught.value.details["author_id"] == str(rui)
    assert caught.value.details["message_id"] == str(answer.id)
    anyway = Draft(in_reply_to=message.id, text="Sure")
    [sent] = team.desk.call("send", draft=anyway, request_id="r")
    seen = Draft(in_reply_to=message.id, text="Sure", seen_message_id=sent.id)
    assert team.desk.call("send", draft=seen, request_id="r2")


def test_what_a_rule_sent_and_what_one_wrote_oneself_is_no_warning(team: Team) -> None:
    message = team.take()
    team.answer(message)
    team.answer(message, role=Role.SERVICE)
    draft = Draft(in_reply_to=message.id, text="Sure", seen_message_id=message.id)
    assert team.desk.call("send", draft=draft, request_id="r")


def test_a_message_that_nobody_saw(team: Team) -> None:
    message = team.take()
    with team.desk.elsewhere():
        team.settle()
        foreign = team.take().id
    for wrong in (uuid4(), foreign):
        draft = Draft(in_reply_to=message.id, text="Sure", seen_message_id=wrong)
        for method, more in (("send", {"request_id": "r"}), ("preview", {})):
            arguments: dict[str, Any] = {"draft": draft, **more}
            with pytest.raises(Invalid) as caught:
                team.desk.call(method, **arguments)
            assert caught.value.details["errors"][0]["field"] == "seen_message_id"
