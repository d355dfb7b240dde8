"""What each user has still to read, what the team has, and how much there is to do."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from contracts.channels import AutomaticKind
from contracts.inbox import ConversationChanged, ConversationCounts, ReadMarkChanged
from fairlead.context import Role
from fairlead.errors import Conflict, Invalid, NotFound, Unauthenticated
from fairlead.store import EVERYWHERE
from inbox.store.unread import UnreadRow
from inbox.testing.team import Team


def unread(team: Team, id: UUID, user: UUID | None = None) -> tuple[int, int | None]:
    """What is unread for the team, and for a user."""
    here, team.desk.user = team.desk.user, user or team.desk.user
    conversation = team.shown(id)
    team.desk.user = here
    return conversation.unread, conversation.unread_mine


def test_each_user_reads_for_himself_and_the_first_for_the_team(team: Team) -> None:
    rui = team.employ()
    id = team.take().conversation_id
    team.take(minute=1)
    assert unread(team, id) == (2, 2)
    assert unread(team, id, rui) == (2, 2)
    read = team.desk.call("mark_read", id=id)
    assert (read.unread, read.unread_mine) == (0, 0)
    assert unread(team, id, rui) == (0, 2)
    team.take(minute=2)
    assert unread(team, id) == (1, 1)
    assert unread(team, id, rui) == (1, 3)
    assert [(e.conversation_id, e.user_id, e.unread) for e in team.desk.told(ReadMarkChanged)] == [
        (id, team.desk.user, 0)
    ]


def test_reading_again_tells_nothing(team: Team) -> None:
    id = team.take().conversation_id
    first = team.desk.call("mark_read", id=id)
    assert team.desk.call("mark_read", id=id) == first
    assert len(team.desk.told(ReadMarkChanged)) == 1


def test_events_say_nobodys_own(team: Team) -> None:
    team.take()
    [told] = team.desk.told(ConversationChanged)
    assert told.conversation.unread_mine is None
    as_service = team.desk.call("list_conversations", role=Role.SERVICE).conversations
    assert [each.unread_mine for each in as_service] == [None]


def test_what_is_no_news_is_nobodys_to_read(team: Team) -> None:
    id = team.take(imported=True).conversation_id
    team.take(automatic=AutomaticKind.AUTO_REPLY)
    assert unread(team, id) == (0, 0)


def test_who_answers_has_read(team: Team) -> None:
    rui = team.employ()
    message = team.take()
    team.answer(message)
    assert unread(team, message.conversation_id) == (0, 0)
    assert unread(team, message.conversation_id, rui) == (0, 1)


def test_unread_from_a_message_on(team: Team) -> None:
    rui = team.employ()
    first, second, third = (team.take(minute=n) for n in range(3))
    id = first.conversation_id
    team.desk.call("mark_read", id=id)
    again = team.desk.call("mark_unread", id=id, message_id=second.id)
    assert (again.unread, again.unread_mine) == (0, 2)
    assert team.desk.call("mark_unread", id=id).unread_mine == 1
    assert team.desk.call("mark_unread", id=id, message_id=first.id).unread_mine == 3
    assert unread(team, id, rui) == (0, 3)
    assert team.listed(unread_mine=True) == [id]
    assert third.conversation_id == id
    assert [each.unread for each in team.desk.told(ReadMarkChanged)] == [0, 2, 1, 3]


def test_unread_from_our_own_last_message_on_is_nothing(team: Team) -> None:
    message = team.take()
    sent = team.answer(message)
    with pytest.raises(Conflict) as caught:
        team.desk.call("mark_unread", id=message.conversation_id, message_id=sent.id)
    assert caught.value.code == "inbox.nothing_to_read"
    other = team.take("other@x.test")
    for wrong in (other.id, uuid4()):
        with pytest.raises(NotFound) as unknown:
            team.desk.call("mark_unread", id=message.conversation_id, message_id=wrong)
        assert unknown.value.code == "inbox.message_not_found"
    with pytest.raises(Invalid):
        team.desk.call("mark_unread", id=message.conversation_id, role=Role.SERVICE)


def test_the_list_is_filtered_by_what_one_has_to_read(team: Team) -> None:
    one, other = team.take("a@x.test").conversation_id, team.take("b@x.test", 1).conversation_id
    team.desk.call("mark_read", id=one)
    assert team.listed(unread_mine=True) == [other]
    assert team.listed(unread_mine=False) == [one]
    assert team.listed() == [other, one]


def test_what_is_archived_is_nobodys_to_read(team: Team) -> None:
    id = team.take().conversation_id
    team.desk.call("set_archived", id=id, archived=True)
    team.desk.call("set_archived", id=id, archived=False)
    assert unread(team, id)[1] == 0


def test_who_comes_new_has_nothing_to_catch_up_with(team: Team) -> None:
    id = team.take().conversation_id
    newcomer, gone = team.employ(), team.employ(active=False)
    assert unread(team, id, newcomer) == (1, 0)
    team.take(minute=1)
    assert unread(team, id, newcomer) == (2, 1)
    assert unread(team, id, gone) == (2, 0)


def test_old_news_is_forgotten(team: Team) -> None:
    id = team.take().conversation_id
    team.desk.forget()
    assert unread(team, id) == (1, 1)
    with team.desk.database.transaction(EVERYWHERE) as session:
        long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=91)
        session.execute(sa.update(UnreadRow).values(at=long_ago))
    team.desk.forget()
    assert unread(team, id) == (1, 0)


def test_what_there_is_to_do_is_counted_in_one_statement(team: Team) -> None:
    ids = [team.take(f"{n}@x.test", n).conversation_id for n in range(4)]
    answered = team.take("5@x.test")
    team.answer(answered)
    team.desk.call("mark_read", id=ids[0])
    for id in (ids[0], ids[1]):
        user = team.desk.user
        team.desk.call("set_assignee", id=id, user_id=user, version=team.version(id))
    team.desk.call("set_archived", id=ids[3], archived=True)
    asked: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if "FROM" in statement.split():
            asked.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        found = team.desk.call("count_conversations")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert found == ConversationCounts(
        unread=2, unread_mine=2, attentive=3, attentive_mine=2, attentive_unassigned=1, mine=2
    )
    assert len(asked) == 1
    as_service = team.desk.call("count_conversations", role=Role.SERVICE)
    assert (as_service.unread, as_service.unread_mine, as_service.mine) == (2, 0, 0)
    with team.desk.elsewhere():
        nothing = dict.fromkeys(ConversationCounts.__struct_fields__, 0)
        assert team.desk.call("count_conversations") == ConversationCounts(**nothing)


def test_strangers_and_unknown_ids(team: Team) -> None:
    id = team.take().conversation_id
    with pytest.raises(NotFound):
        team.desk.call("mark_unread", id=uuid4())
    with team.desk.elsewhere(), pytest.raises(NotFound):
        team.desk.call("mark_unread", id=id)
    for method, arguments in (("mark_unread", {"id": id}), ("count_conversations", {})):
        with pytest.raises(Unauthenticated):
            team.desk.call(method, role=Role.NOBODY, **arguments)
