"""Labels, and doing the same with many conversations."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
import sqlalchemy as sa

from contracts.inbox import BulkResult, ConversationState, Label, LabelChanged
from fairlead.context import Role
from fairlead.errors import Conflict, Forbidden, Invalid, NotFound, Stale, Unauthenticated
from fairlead.recorded import AuditRecorded
from fairlead.store import EVERYWHERE
from inbox.store.labels import LabelledRow
from inbox.testing.team import Team

BOSS = Role.SUPERVISOR


def create(team: Team, name: str, **fields: Any) -> Label:
    made: Label = team.desk.call("create_label", role=BOSS, name=name, **fields)
    return made


def put(team: Team, id: UUID, *label_ids: UUID) -> Any:
    return team.desk.call("set_labels", id=id, label_ids=list(label_ids), version=team.version(id))


def change(team: Team, *ids: UUID, **action: Any) -> BulkResult:
    done: BulkResult = team.desk.call("change_conversations", ids=list(ids), **action)
    return done


def names(team: Team) -> list[str]:
    return [each.name for each in team.desk.call("list_labels")]


def test_labels_are_created_renamed_and_listed_by_name(team: Team) -> None:
    made = create(team, "  Waiting \t for supplier ", colour="#AA00ff")
    assert (made.name, made.colour) == ("Waiting for supplier", "#aa00ff")
    create(team, "angry")
    assert names(team) == ["angry", "Waiting for supplier"]
    changed = team.desk.call(
        "update_label", role=BOSS, id=made.id, name="Zürich", colour="#000000", version=made.version
    )
    assert names(team) == ["angry", "Zürich"]
    assert changed.version > made.version
    with pytest.raises(Stale):
        team.desk.call(
            "update_label", role=BOSS, id=made.id, name="x", colour="#000000", version=made.version
        )
    assert [each.label.name for each in team.desk.told(LabelChanged)][-1] == "Zürich"
    assert [each.action for each in team.desk.told(AuditRecorded)] == [
        "label.created", "label.created", "label.updated",
    ]  # fmt: skip


def test_no_two_labels_have_the_same_name(team: Team) -> None:
    made = create(team, "VIP")
    other = create(team, "Late")
    with pytest.raises(Conflict) as caught:
        create(team, "vip ")
    assert caught.value.code == "inbox.label_taken"
    same = {"id": other.id, "name": "viP", "colour": "#000000", "version": other.version}
    with pytest.raises(Conflict):
        team.desk.call("update_label", role=BOSS, **same)
    again = {"id": made.id, "name": "vip", "colour": "#000000", "version": made.version}
    assert team.desk.call("update_label", role=BOSS, **again).name == "vip"
    with team.desk.elsewhere():
        assert create(team, "VIP").id != made.id


def test_of_two_who_create_the_same_at_once_one_is_told(team: Team) -> None:
    def attempt(_: int) -> str:
        try:
            return create(team, "VIP").name
        except Conflict as error:
            return error.code

    results = sorted(eventlet.GreenPool().imap(attempt, range(3)))
    assert results == ["VIP", "inbox.label_taken", "inbox.label_taken"]


@pytest.mark.parametrize("fields", [{"name": " \x00"}, {"name": "a\x07b"}, {"colour": "red"}])
def test_a_wrong_label_is_refused(team: Team, fields: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        team.desk.call("create_label", role=BOSS, **({"name": "x"} | fields))
    assert names(team) == []


def test_a_user_puts_labels_on_but_does_not_make_them(team: Team) -> None:
    made = create(team, "VIP")
    for method, arguments in (
        ("create_label", {"name": "x"}),
        ("update_label", {"id": made.id, "name": "x", "colour": "#000000", "version": 1}),
        ("merge_label", {"id": made.id, "into_id": uuid4(), "version": 1}),
        ("remove_label", {"id": made.id, "version": 1}),
    ):
        with pytest.raises(Forbidden):
            team.desk.call(method, role=Role.USER, **arguments)
        with pytest.raises(Unauthenticated):
            team.desk.call(method, role=Role.NOBODY, **arguments)
    assert put(team, team.take().conversation_id, made.id).label_ids == [made.id]


def test_conversations_show_their_labels_and_are_found_by_them(team: Team) -> None:
    vip, late = create(team, "VIP"), create(team, "Late")
    one, other = team.take("a@x.test").conversation_id, team.take("b@x.test", 1).conversation_id
    before = team.version(one)
    labelled = put(team, one, vip.id, late.id, vip.id)
    assert set(labelled.label_ids) == {vip.id, late.id}
    assert labelled.version > before
    put(team, other, late.id)
    assert team.listed(label_id=vip.id) == [one]
    assert team.listed(label_id=late.id) == [other, one]
    assert team.listed(label_id=uuid4()) == []
    shown = team.desk.call("list_conversations").conversations
    assert [set(each.label_ids) for each in shown] == [{late.id}, {vip.id, late.id}]
    assert put(team, one).label_ids == []
    entries = team.desk.call("conversation_history", id=one).entries
    assert [each.after for each in entries] == [{"labels": ""}, {"labels": "Late, VIP"}]
    assert team.changes()[2:] == ["labelled", "labelled", "labelled"]


def test_the_same_labels_again_change_nothing(team: Team) -> None:
    vip, id = create(team, "VIP"), team.take().conversation_id
    once = put(team, id, vip.id)
    assert put(team, id, vip.id).version == once.version
    assert team.trail(id) == ["labelled"]


def test_only_labels_that_there_are(team: Team) -> None:
    id = team.take().conversation_id
    with team.desk.elsewhere():
        foreign = create(team, "VIP")
    with pytest.raises(Invalid) as caught:
        put(team, id, foreign.id, uuid4())
    assert [each["field"] for each in caught.value.details["errors"]] == [
        "label_ids[0]", "label_ids[1]",
    ]  # fmt: skip
    with pytest.raises(Stale):
        team.desk.call("set_labels", id=id, label_ids=[], version=99)


def test_a_label_is_merged_into_another(team: Team) -> None:
    vip, important, late = (create(team, name) for name in ("VIP", "Important", "Late"))
    ids = [team.take(f"{n}@x.test", n).conversation_id for n in range(3)]
    put(team, ids[0], vip.id)
    put(team, ids[1], vip.id, important.id)
    put(team, ids[2], late.id)
    merge = {"id": vip.id, "into_id": important.id, "version": vip.version}
    assert team.desk.call("merge_label", role=BOSS, **merge) == important
    assert names(team) == ["Important", "Late"]
    assert [team.shown(id).label_ids for id in ids] == [[important.id], [important.id], [late.id]]
    told = team.desk.told(LabelChanged)[-1]
    assert (told.label.id, told.removed, told.merged_into) == (vip.id, True, important.id)
    with pytest.raises(NotFound):
        team.desk.call("merge_label", role=BOSS, **merge)
    for wrong in (late.id, uuid4()):
        with pytest.raises(Invalid):
            team.desk.call(
                "merge_label", role=BOSS, id=late.id, into_id=wrong, version=late.version
            )


def test_a_label_is_taken_off_everything(team: Team) -> None:
    vip, id = create(team, "VIP"), team.take().conversation_id
    put(team, id, vip.id)
    with pytest.raises(Stale):
        team.desk.call("remove_label", role=BOSS, id=vip.id, version=99)
    with team.desk.elsewhere(), pytest.raises(NotFound):
        team.desk.call("remove_label", role=BOSS, id=vip.id, version=vip.version)
    team.desk.call("remove_label", role=BOSS, id=vip.id, version=vip.version)
    assert team.shown(id).label_ids == []
    assert names(team) == []
    with team.desk.database.reading(EVERYWHERE) as session:
        assert session.scalars(sa.select(LabelledRow)).all() == []


def test_many_are_changed_at_once_and_each_is_told_of(team: Team) -> None:
    vip, late = create(team, "VIP"), create(team, "Late")
    ids = [team.take(f"{n}@x.test", n).conversation_id for n in range(3)]
    put(team, ids[0], late.id)
    done = change(
        team,
        *ids,
        archived=True,
        read=True,
        state=ConversationState.ANSWERED,
        assign_to=team.desk.user,
        add_labels=[vip.id],
        remove_labels=[late.id],
    )
    assert done == BulkResult(changed=ids, unchanged=[], refused=[])
    for id in ids:
        now = team.shown(id)
        assert (now.archived, now.unread, now.unread_mine) == (True, 0, 0)
        assert (now.state, now.assignee_id) == (ConversationState.ANSWERED, team.desk.user)
        assert now.label_ids == [vip.id]
        assert team.trail(id)[-4:] == ["assigned", "labelled", "state", "archived"]
    again = change(team, *ids, archived=True, assign_to=team.desk.user)
    assert again == BulkResult(changed=[], unchanged=ids, refused=[])
    back = change(team, ids[0], unassign=True, archived=False)
    assert back.changed == [ids[0]]
    assert team.listed() == [ids[0]]


def test_what_cannot_be_done_is_told_for_each(team: Team) -> None:
    one = team.take().conversation_id
    with team.desk.elsewhere():
        team.settle()
        foreign = team.take().conversation_id
    unknown = uuid4()
    done = change(team, unknown, one, foreign, one, archived=True)
    assert done.changed == [one]
    assert [(each.id, each.code) for each in done.refused] == [
        (unknown, "inbox.conversation_not_found"), (foreign, "inbox.conversation_not_found"),
    ]  # fmt: skip
    assert team.shown(one).archived


@pytest.mark.parametrize(
    ("action", "error"),
    [
        ({}, Invalid),
        ({"add_labels": [uuid4()], "archived": True}, Invalid),
        ({"assign_to": uuid4(), "archived": True}, Invalid),
        ({"assign_to": UUID(int=7), "archived": True}, Conflict),
        ({"assign_to": UUID(int=7), "unassign": True}, Invalid),
        ({"add_labels": [UUID(int=1)], "remove_labels": [UUID(int=1)]}, Invalid),
    ],
)
def test_nothing_is_done_where_it_can_be_done_with_none(
    team: Team, action: dict[str, Any], error: type[Exception]
) -> None:
    team.employ(UUID(int=7), active=False)
    id = team.take().conversation_id
    with pytest.raises(error):
        change(team, id, **action)
    assert not team.shown(id).archived
    assert team.trail(id) == []


def test_no_more_than_two_hundred(team: Team) -> None:
    for ids in ([], [uuid4()] * 201):
        with pytest.raises(Invalid):
            change(team, *ids, archived=True)
    with pytest.raises(Unauthenticated):
        team.desk.call("change_conversations", role=Role.NOBODY, ids=[uuid4()], archived=True)
