"""The responsible user of a conversation, and telling the administrators."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.accounts import StaffRole
from contracts.channels import AutomaticKind
from contracts.inbox import Assignment
from contracts.notifications import Audience, NotificationKind, NotificationRaised, Target
from fairlead.context import Role
from fairlead.errors import Conflict, Invalid, NotFound, Stale, Unauthenticated
from fairlead.recorded import AuditRecorded
from inbox.testing.team import Team


def assign(team: Team, id: UUID, user: UUID | None) -> Any:
    return team.desk.call("set_assignee", id=id, user_id=user, version=team.version(id))


def test_a_user_is_made_responsible_and_another_and_nobody(team: Team) -> None:
    id, rui = team.take().conversation_id, team.employ()
    assert assign(team, id, rui).assignee_id == rui
    assert assign(team, id, team.desk.user).assignee_id == team.desk.user
    assert assign(team, id, None).assignee_id is None
    entries = team.desk.call("conversation_history", id=id).entries[::-1]
    assert [(e.before, e.after) for e in entries] == [
        ({}, {"assignee_id": str(rui)}),
        ({"assignee_id": str(rui)}, {"assignee_id": str(team.desk.user)}),
        ({"assignee_id": str(team.desk.user)}, {}),
    ]
    assert team.changes() == ["message_added", "assigned", "assigned", "assigned"]


def test_the_same_again_changes_nothing(team: Team) -> None:
    id, rui = team.take().conversation_id, team.employ()
    once = assign(team, id, rui)
    assert assign(team, id, rui) == once
    assert team.trail(id) == ["assigned"]


def test_who_does_not_work_here_cannot_be_responsible(team: Team) -> None:
    id = team.take().conversation_id
    gone = team.employ(name="Ana Silva", active=False)
    with pytest.raises(Conflict) as refused:
        assign(team, id, gone)
    assert refused.value.code == "inbox.user_inactive"
    with pytest.raises(Invalid) as unknown:
        assign(team, id, uuid4())
    assert unknown.value.code == "inbox.user_unknown"
    with team.desk.elsewhere():
        foreign = team.employ()
    with pytest.raises(Invalid):
        assign(team, id, foreign)
    assert team.shown(id).assignee_id is None


def test_of_two_who_take_it_at_once_the_second_is_told(team: Team) -> None:
    id, version = team.take().conversation_id, 0
    version = team.version(id)
    team.desk.call("set_assignee", id=id, user_id=team.desk.user, version=version)
    with pytest.raises(Stale) as caught:
        team.desk.call("set_assignee", id=id, user_id=team.employ(), version=version)
    assert caught.value.code == "inbox.conversation_changed"
    assert team.shown(id).assignee_id == team.desk.user


def test_the_list_shows_mine_somebodys_nobodys_and_one_users(team: Team) -> None:
    rui = team.employ()
    mine, his, free = (team.take(f"{n}@x.test", n).conversation_id for n in range(3))
    assign(team, mine, team.desk.user)
    assign(team, his, rui)
    assert team.listed(assignment=Assignment.MINE) == [mine]
    assert team.listed(assignment=Assignment.NOBODY) == [free]
    assert team.listed(assignment=Assignment.SOMEBODY) == [his, mine]
    assert team.listed(assignee_id=rui) == [his]
    assert team.listed(assignee_id=uuid4()) == []
    with pytest.raises(Invalid):
        team.listed(assignee_id=rui, assignment=Assignment.MINE)
    with pytest.raises(Invalid):
        team.listed(assignment=Assignment.MINE, role=Role.SERVICE)


def raised(team: Team) -> list[NotificationRaised]:
    return team.desk.told(NotificationRaised)


def test_each_message_tells_the_responsible_user_and_the_organisation(team: Team) -> None:
    first = team.take(subject="The van\n", text="It is ready.")
    assign(team, first.conversation_id, team.desk.user)
    second = team.take(minute=1)
    mine, others = [e for e in raised(team) if e.kind is NotificationKind.MESSAGE_RECEIVED][::-1]
    assert others.to == Audience(organisation=True)
    assert (others.title, others.text) == ("Lisboa Transfers: The van", "It is ready.")
    assert mine.to == Audience(users=[team.desk.user], organisation=True)
    assert mine.dedupe_key == f"message_received:{second.id}"
    assert mine.target == Target(entity="conversation", id=first.conversation_id)


@pytest.mark.parametrize(
    "fields",
    [
        {"imported": True},
        {"automatic": AutomaticKind.AUTO_REPLY},
        {"automatic": AutomaticKind.BULK},
    ],
)
def test_history_and_machines_tell_nobody(team: Team, fields: dict[str, Any]) -> None:
    team.take(**fields)
    assert raised(team) == []


def test_who_is_made_responsible_is_told_unless_he_did_it(team: Team) -> None:
    id, rui = team.take(automatic=AutomaticKind.AUTO_REPLY).conversation_id, team.employ()
    assign(team, id, rui)
    assign(team, id, None)
    [told] = raised(team)
    assert told.kind is NotificationKind.ASSIGNED
    assert told.to == Audience(users=[rui], but=team.desk.user)
    assert told.title == "Maria Ruiz made you responsible for Lisboa Transfers"


def test_administrators_are_told_of_a_message_that_leaves(team: Team) -> None:
    message = team.take(automatic=AutomaticKind.AUTO_REPLY)
    sent = team.answer(message, text="We pay the difference", notify_administrators=True)
    [told] = raised(team)
    assert told.kind is NotificationKind.ADMINISTRATORS_NOTIFIED
    assert told.to == Audience(roles=[Role.OWNER, Role.ADMIN], but=team.desk.user)
    assert (told.title, told.text) == ("Maria Ruiz wrote to Lisboa Transfers", sent.text)
    assert told.dedupe_key == f"administrators:{sent.id}"


def test_what_is_done_by_hand_stands_in_the_audit_log(team: Team) -> None:
    id = team.take().conversation_id
    assign(team, id, team.desk.user)
    team.desk.call("set_archived", id=id, archived=True)
    assigned, archived = team.desk.told(AuditRecorded)
    assert (assigned.action, assigned.entity_id) == ("conversation.assigned", id)
    assert assigned.after == {"assignee_id": str(team.desk.user)}
    assert assigned.user == team.desk.user
    assert archived.action == "conversation.archived"


def test_administrators_are_told_later_by_hand(team: Team) -> None:
    id = team.take().conversation_id
    told = team.desk.call("notify_administrators", id=id, note="The guide\x00 fell ill")
    assert (told.id, told.version) == (id, team.version(id))
    [said] = [e for e in raised(team) if e.kind is NotificationKind.ADMINISTRATORS_NOTIFIED]
    assert said.to == Audience(roles=[Role.OWNER, Role.ADMIN], but=team.desk.user)
    assert (said.title, said.text) == (
        "Maria Ruiz points you to Lisboa Transfers", "The guide fell ill",
    )  # fmt: skip
    [entry] = team.desk.call("conversation_history", id=id).entries
    assert (entry.change, entry.after) == (
        "administrators_notified", {"note": "The guide fell ill"},
    )  # fmt: skip
    assert (entry.user_id, entry.user_name) == (team.desk.user, "Maria Ruiz")


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("set_assignee", {"user_id": None, "version": 1}), ("notify_administrators", {})],
)
def test_strangers_and_unknown_ids(team: Team, method: str, arguments: dict[str, Any]) -> None:
    id = team.take().conversation_id
    with pytest.raises(NotFound):
        team.desk.call(method, id=uuid4(), **arguments)
    with team.desk.elsewhere(), pytest.raises(NotFound):
        team.desk.call(method, id=id, **arguments)
    with pytest.raises(Unauthenticated):
        team.desk.call(method, role=Role.NOBODY, id=id, **arguments)


def test_a_user_who_leaves_stays_named(team: Team) -> None:
    id, rui = team.take().conversation_id, team.employ()
    assign(team, id, rui)
    team.employ(rui, active=False, version=2, role=StaffRole.ADMIN)
    assert team.shown(id).assignee_id == rui
    assert assign(team, id, None).assignee_id is None
