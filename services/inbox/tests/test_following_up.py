"""Conversations that are put off until a moment, and come back by themselves or with a message."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from contracts.channels import AutomaticKind
from contracts.inbox import Conversation, ConversationState
from contracts.notifications import NotificationKind, NotificationRaised
from fairlead.context import Role
from fairlead.errors import Invalid, NotFound, Stale, Unauthenticated
from fairlead.store import EVERYWHERE
from inbox.store.conversations import ConversationRow
from inbox.testing.team import Team


def ahead(**delta: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) + dt.timedelta(**delta)


def put_off(team: Team, id: UUID, until: dt.datetime | None, note: str = "") -> Conversation:
    arguments: dict[str, Any] = {"id": id, "until": until, "note": note}
    done: Conversation = team.desk.call("set_follow_up", version=team.version(id), **arguments)
    return done


def let_pass(team: Team) -> None:
    """The moments of all that is put off are past."""
    with team.desk.database.transaction(EVERYWHERE) as session:
        session.execute(
            sa.update(ConversationRow)
            .where(ConversationRow.put_off_until.is_not(None))
            .values(put_off_until=ahead(seconds=-1))
        )


def due(team: Team) -> list[NotificationRaised]:
    told = team.desk.told(NotificationRaised)
    return [each for each in told if each.kind is NotificationKind.TASK_DUE]


def test_what_is_put_off_is_out_of_the_list_until_then(team: Team) -> None:
    message = team.take(subject="The van")
    id, other = message.conversation_id, team.take("b@x.test").conversation_id
    team.answer(message)
    until = ahead(days=2)
    off = put_off(team, id, until, "ask\x00 again")
    assert off.follow_up is not None
    assert (off.follow_up.until, off.follow_up.note) == (until, "ask again")
    assert (off.follow_up.user_id, off.follow_up.user_name) == (team.desk.user, "Maria Ruiz")
    assert team.listed() == [other]
    assert team.listed(put_off=False) == [other]
    assert team.listed(put_off=True) == [id]
    assert team.listed(q="van") == [id]
    counts = team.desk.call("count_conversations")
    assert (counts.put_off, counts.attentive, counts.unread) == (1, 1, 1)
    team.desk.bring_back()
    assert team.listed() == [other]
    let_pass(team)
    team.desk.bring_back()
    back = team.shown(id)
    assert (back.follow_up, back.state) == (None, ConversationState.ATTENTIVE)
    assert id in team.listed()
    assert team.trail(id) == ["follow_up", "follow_up_due", "state"]
    [told] = due(team)
    assert (told.to.users, told.text) == ([team.desk.user], "ask again")
    team.desk.bring_back()
    assert len(due(team)) == 1


def test_the_responsible_user_is_told_as_well_and_the_archive_gives_it_back(team: Team) -> None:
    id, rui = team.take().conversation_id, team.employ()
    team.desk.call("set_assignee", id=id, user_id=rui, version=team.version(id))
    put_off(team, id, ahead(hours=1))
    team.desk.call("set_archived", id=id, archived=True)
    let_pass(team)
    team.desk.bring_back()
    [told] = due(team)
    assert told.to.users == [team.desk.user, rui]
    assert not team.shown(id).archived


def test_a_message_brings_it_back_before_and_a_machines_does_not(team: Team) -> None:
    id = team.take().conversation_id
    put_off(team, id, ahead(days=9))
    team.take(minute=1, automatic=AutomaticKind.AUTO_REPLY)
    team.take(minute=2, imported=True)
    assert team.listed() == []
    team.take(minute=3)
    assert team.listed() == [id]
    assert team.shown(id).follow_up is None
    let_pass(team)
    team.desk.bring_back()
    assert due(team) == []


def test_it_is_changed_and_taken_back(team: Team) -> None:
    id = team.take().conversation_id
    put_off(team, id, ahead(days=1))
    later = put_off(team, id, ahead(days=2), "then")
    assert put_off(team, id, later.follow_up.until if later.follow_up else None, "then") == later
    assert put_off(team, id, None).follow_up is None
    assert team.listed() == [id]
    assert team.trail(id) == ["follow_up", "follow_up", "follow_up"]
    assert team.changes()[1:] == ["follow_up", "follow_up", "follow_up"]


@pytest.mark.parametrize("until", [ahead(seconds=-1), ahead(days=900)])
def test_a_moment_must_be_ahead_and_not_too_far(team: Team, until: dt.datetime) -> None:
    id = team.take().conversation_id
    with pytest.raises(Invalid) as caught:
        put_off(team, id, until)
    assert caught.value.details["errors"][0]["field"] == "until"
    with pytest.raises(Invalid):
        put_off(team, id, ahead(days=1).replace(tzinfo=None))


def test_strangers_unknown_ids_and_old_versions(team: Team) -> None:
    id = team.take().conversation_id
    arguments: dict[str, Any] = {"id": id, "until": ahead(days=1), "version": team.version(id)}
    with pytest.raises(Stale):
        team.desk.call("set_follow_up", **arguments | {"version": 99})
    with pytest.raises(NotFound):
        team.desk.call("set_follow_up", **arguments | {"id": uuid4()})
    with team.desk.elsewhere(), pytest.raises(NotFound):
        team.desk.call("set_follow_up", **arguments)
    with pytest.raises(Unauthenticated):
        team.desk.call("set_follow_up", role=Role.NOBODY, **arguments)
    assert team.listed() == [id]


def test_each_organisation_gets_back_its_own(team: Team) -> None:
    id = team.take().conversation_id
    put_off(team, id, ahead(days=1))
    with team.desk.elsewhere():
        team.settle()
        theirs = team.take().conversation_id
        put_off(team, theirs, ahead(days=1))
        let_pass(team)
        team.desk.bring_back()
        assert team.listed() == [theirs]
        assert len(due(team)) == 1
    assert team.listed() == [id]
    assert len(due(team)) == 1
