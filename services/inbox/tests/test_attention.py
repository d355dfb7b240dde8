"""Attentive and Answered, waits and the trail, through the inbox's doors."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.accounts import BusinessHours, OrganisationChanged, Weekday, WeeklyTime
from contracts.channels import AutomaticKind, Mailbox
from contracts.contacts import ContactChanged
from contracts.inbox import (
    AuthorKind,
    Conversation,
    ConversationChanged,
    ConversationState,
    Draft,
    MessageView,
    Wait,
    WaitEnd,
)
from fairlead.context import Role
from fairlead.errors import Invalid, NotFound, Stale, Unauthenticated
from fairlead.store import EVERYWHERE
from inbox import attention
from inbox.domain.turns import Side, Turn, spells
from inbox.migrations.versions import v0003_attention_waits_and_trail as migration
from inbox.store import holding
from inbox.store.conversations import ConversationRow
from inbox.store.messages import MessageRow
from inbox.store.waits import WaitRow
from inbox.testing import NOW, connection, contact, organisation, received
from inbox.testing.desk import Desk

OPS = connection()
LISBOA = contact("Lisboa Transfers", "ops@lisboa.test")
ATTENTIVE, ANSWERED = ConversationState.ATTENTIVE, ConversationState.ANSWERED


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The inbox of an organisation with a supplier."""
    desk.hear(
        "learn_organisation", OrganisationChanged(organisation=organisation(desk.organisation))
    )
    desk.hear("learn_connection", OPS)
    desk.hear("learn_contact", ContactChanged(contact=LISBOA))
    return desk


def take(desk: Desk, sender: str = "ops@lisboa.test", **fields: Any) -> MessageView:
    event = received(OPS.connection_id, sender, **fields)
    assert desk.hear("take_message", event)
    shown: MessageView = desk.call("get_message", id=event.id)
    return shown


def answer(desk: Desk, message: MessageView, role: Role = Role.USER) -> MessageView:
    draft = Draft(in_reply_to=message.id, text="Yes")
    [sent] = desk.call("send", role=role, draft=draft, request_id=str(uuid4()))
    assert isinstance(sent, MessageView)
    return sent


def shown(desk: Desk, id: UUID) -> Conversation:
    conversation: Conversation = desk.call("get_conversation", id=id)
    return conversation


def waits(desk: Desk, **filters: Any) -> list[Wait]:
    found: list[Wait] = desk.call("list_waits", **filters).waits
    return found


def test_a_guests_message_is_owed_an_answer_until_a_person_gives_it(desk: Desk) -> None:
    first = take(desk)
    conversation = shown(desk, first.conversation_id)
    assert conversation.state is ATTENTIVE
    assert conversation.waiting_since == first.at
    [wait] = waits(desk, open=True)
    assert (wait.id, wait.started_at, wait.ended_at, wait.seconds) == (first.id, NOW, None, None)
    take(desk, received_at=NOW + dt.timedelta(minutes=5))
    assert [each.id for each in waits(desk)] == [first.id]
    sent = answer(desk, first)
    conversation = shown(desk, first.conversation_id)
    assert (conversation.state, conversation.waiting_since) == (ANSWERED, None)
    [wait] = waits(desk, open=False)
    assert (wait.ended_by, wait.ended_by_user_id) == (WaitEnd.PERSON, desk.user)
    assert (wait.answer_id, wait.ended_at) == (sent.id, sent.at)
    assert wait.seconds == int((sent.at - NOW).total_seconds())
    assert wait.contact_id == LISBOA.id


def test_a_wait_is_counted_in_business_hours_as_well(desk: Desk) -> None:
    first = take(desk, received_at=dt.datetime(2026, 11, 20, 15, 50, tzinfo=dt.UTC))  # a Friday
    sent = answer(desk, first)
    assert waits(desk)[0].business_seconds == waits(desk)[0].seconds
    week = [
        WeeklyTime(day=day, opens=dt.time(9), closes=dt.time(17))
        for day in Weekday
        if day not in (Weekday.SATURDAY, Weekday.SUNDAY)
    ]
    settled = organisation(desk.organisation, hours=BusinessHours(week=week))
    later = msgspec.structs.replace(settled, version=2)
    desk.hear("learn_organisation", OrganisationChanged(organisation=later))
    with desk.database.transaction(desk.organisation) as session:
        row = session.scalars(sa.select(WaitRow).where(WaitRow.answer_id == sent.id)).one()
        row.ended_at = dt.datetime(2026, 11, 23, 8, 20, tzinfo=dt.UTC)  # Monday 9:20 in Prague
    [wait] = waits(desk)
    assert (wait.seconds, wait.business_seconds) == (232_200, 30 * 60)
    late = take(desk, received_at=sent.at + dt.timedelta(minutes=1))
    friday = dt.datetime(2026, 11, 27, 15, 45, tzinfo=dt.UTC)
    with desk.database.transaction(desk.organisation) as session:
        session.scalars(sa.select(WaitRow).where(WaitRow.id == late.id)).one().started_at = friday
        talk = session.scalars(sa.select(ConversationRow)).one()
        talk.waiting_since = friday
    desk._service.clock = lambda: dt.datetime(2026, 11, 30, 9, 30, tzinfo=dt.UTC)
    [running] = waits(desk, open=True)
    counted = 15 * 60 + 90 * 60  # until 17:00, and on Monday from 9:00 to 10:30
    assert (running.id, running.seconds, running.business_seconds) == (late.id, None, counted)
    assert shown(desk, late.conversation_id).waiting_business_seconds == counted


def test_what_a_rule_sends_answers_nothing(desk: Desk) -> None:
    first = take(desk)
    assert answer(desk, first, Role.SERVICE).author_kind is AuthorKind.RULE
    assert shown(desk, first.conversation_id).state is ATTENTIVE
    assert len(waits(desk, open=True)) == 1


@pytest.mark.parametrize(
    ("sender", "fields"),
    [
        ("ops@lisboa.test", {"automatic": AutomaticKind.AUTO_REPLY}),
        ("ops@lisboa.test", {"automatic": AutomaticKind.BULK}),
        ("ops@lisboa.test", {"imported": True}),
        ("mailer-daemon@lisboa.test", {}),
    ],
)
def test_what_no_person_wrote_now_is_owed_nothing(
    desk: Desk, sender: str, fields: dict[str, Any]
) -> None:
    message = take(desk, sender, **fields)
    assert shown(desk, message.conversation_id).state is ANSWERED
    assert waits(desk) == []


def test_a_form_that_names_who_filled_it_in_is_owed_an_answer(desk: Desk) -> None:
    message = take(desk, "no-reply@forms.test", reply_to=Mailbox(address="guest@x.test"))
    assert shown(desk, message.conversation_id).state is ATTENTIVE


def test_the_state_is_set_by_hand_until_the_next_message_that_counts(desk: Desk) -> None:
    first = take(desk)
    before = shown(desk, first.conversation_id)
    done = desk.call("set_attention", id=before.id, state=ANSWERED, version=before.version)
    assert done.state is ANSWERED
    assert done.version > before.version
    assert (done.state_by_hand.user_id, done.state_by_hand.user_name) == (desk.user, "Maria Ruiz")
    [wait] = waits(desk)
    assert (wait.ended_by, wait.ended_by_user_id) == (WaitEnd.HAND, desk.user)
    take(desk, automatic=AutomaticKind.AUTO_REPLY, received_at=NOW + dt.timedelta(minutes=1))
    assert shown(desk, before.id).state is ANSWERED
    second = take(desk, received_at=NOW + dt.timedelta(minutes=2))
    conversation = shown(desk, before.id)
    assert (conversation.state, conversation.state_by_hand) == (ATTENTIVE, None)
    assert [each.id for each in waits(desk, open=True)] == [second.id]


def test_nothing_owed_can_be_taken_back(desk: Desk) -> None:
    first = take(desk)
    id = first.conversation_id
    done = desk.call("set_attention", id=id, state=ANSWERED, version=shown(desk, id).version)
    back = desk.call("set_attention", id=id, state=ATTENTIVE, version=done.version)
    assert back.waiting_since == first.at
    assert [each.id for each in waits(desk, open=True)] == [first.id]
    assert desk.call("set_attention", id=id, state=ATTENTIVE, version=back.version) == back


def test_an_answered_conversation_can_be_attentive_without_a_wait(desk: Desk) -> None:
    first = take(desk)
    answer(desk, first)
    version = shown(desk, first.conversation_id).version
    owed = desk.call("set_attention", id=first.conversation_id, state=ATTENTIVE, version=version)
    assert (owed.state, owed.waiting_since) == (ATTENTIVE, None)
    assert waits(desk, open=True) == []


def test_who_saw_something_else_is_told(desk: Desk) -> None:
    first = take(desk)
    before = shown(desk, first.conversation_id)
    take(desk, received_at=NOW + dt.timedelta(minutes=1))
    with pytest.raises(Stale) as caught:
        desk.call("set_attention", id=before.id, state=ANSWERED, version=before.version)
    assert caught.value.code == "inbox.conversation_changed"


def test_the_list_is_filtered_by_state(desk: Desk) -> None:
    one = take(desk)
    other = take(desk, "other@x.test")
    answer(desk, other)
    for state, message in ((ATTENTIVE, one), (ANSWERED, other)):
        [found] = desk.call("list_conversations", state=state).conversations
        assert found.id == message.conversation_id
    assert len(desk.call("list_conversations").conversations) == 2


def test_waits_are_filtered_and_paged(desk: Desk) -> None:
    minutes = [NOW + dt.timedelta(minutes=n) for n in range(3)]
    taken = [take(desk, f"{n}@x.test", received_at=at) for n, at in enumerate(minutes)]
    answer(desk, taken[0])
    ids = [message.id for message in taken]
    assert [each.id for each in waits(desk)] == ids[::-1]
    assert [each.id for each in waits(desk, since=minutes[1])] == [ids[2], ids[1]]
    assert [each.id for each in waits(desk, until=minutes[1])] == [ids[0]]
    assert [each.id for each in waits(desk, ended_by=WaitEnd.PERSON)] == [ids[0]]
    assert waits(desk, ended_by=WaitEnd.ASSISTANT) == []
    here = waits(desk, conversation_id=taken[1].conversation_id)
    assert [each.id for each in here] == [ids[1]]
    page = desk.call("list_waits", limit=2)
    rest = desk.call("list_waits", limit=2, cursor=page.cursor)
    assert [each.id for each in (*page.waits, *rest.waits)] == ids[::-1]
    with pytest.raises(Invalid):
        desk.call("list_waits", since=NOW.replace(tzinfo=None))
    with desk.elsewhere():
        assert waits(desk) == []


def test_the_trail_says_who_did_what(desk: Desk) -> None:
    first = take(desk)
    id = first.conversation_id
    assert desk.call("conversation_history", id=id).entries == []
    desk.call("set_attention", id=id, state=ANSWERED, version=shown(desk, id).version)
    desk.call("set_archived", id=id, archived=True)
    archived, state = desk.call("conversation_history", id=id).entries
    assert (state.change, state.before, state.after) == (
        "state", {"state": "attentive"}, {"state": "answered"},
    )  # fmt: skip
    assert (state.user_id, state.user_name) == (desk.user, "Maria Ruiz")
    assert (archived.change, archived.after) == ("archived", {"archived": "true"})
    page = desk.call("conversation_history", id=id, limit=1)
    assert desk.call("conversation_history", id=id, cursor=page.cursor).entries == [state]
    changes = [each.change for each in desk.told(ConversationChanged)]
    assert changes == ["message_added", "state", "archived"]


@pytest.mark.parametrize(
    ("method", "arguments"),
    [("set_attention", {"state": ANSWERED, "version": 1}), ("conversation_history", {})],
)
def test_strangers_and_unknown_ids(desk: Desk, method: str, arguments: dict[str, Any]) -> None:
    id = take(desk).conversation_id
    with pytest.raises(NotFound):
        desk.call(method, id=uuid4(), **arguments)
    with desk.elsewhere(), pytest.raises(NotFound):
        desk.call(method, id=id, **arguments)
    with pytest.raises(Unauthenticated):
        desk.call(method, role=Role.NOBODY, id=id, **arguments)


def rows(desk: Desk, id: UUID) -> list[tuple[Any, ...]]:
    """The waits of a conversation as they are kept."""
    with desk.database.reading(desk.organisation) as session:
        found = session.scalars(
            sa.select(WaitRow).where(WaitRow.conversation_id == id).order_by(WaitRow.started_at)
        )
        return [(w.id, w.started_at, w.ended_at, w.ended_by, w.answer_id) for w in found]


@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.sampled_from(list(Side)), min_size=1, max_size=7).flatmap(
        lambda sides: st.permutations(list(enumerate(sides)))
    )
)
def test_kept_waits_are_those_of_the_messages_in_whatever_order_they_come(
    desk: Desk, arriving: list[tuple[int, Side]]
) -> None:
    first = take(desk, f"{uuid4()}@x.test", imported=True)
    turns = []
    with desk.database.transaction(desk.organisation) as session:
        for minute, side in arriving:
            sample = session.get(MessageRow, first.id)
            assert sample is not None
            held = holding.locked(session, first.conversation_id)
            values = {c.key: getattr(sample, c.key) for c in sa.inspect(MessageRow).column_attrs}
            at = NOW + dt.timedelta(minutes=minute)
            row = MessageRow(**values | {"id": uuid4(), "at": at, "side": side})
            session.add(row)
            session.flush()
            attention.follow(session, held, row)
            turns.append(Turn((at, row.id), side))
    expected = spells(turns, [])
    assert rows(desk, first.conversation_id) == [
        (s.first[1], s.first[0], s.ended_at, s.ended_by, s.answer_id) for s in expected
    ]
    conversation = shown(desk, first.conversation_id)
    last = max(turns, key=lambda turn: turn.place)
    assert (conversation.state is ATTENTIVE) == (last.side is Side.THEIRS)
    open_ones = [spell.first[0] for spell in expected if spell.ended_at is None]
    assert conversation.waiting_since == next(iter(open_ones), None)


def test_the_migration_finds_what_is_owed(desk: Desk) -> None:
    owed, answered, quiet = (
        take(desk),
        take(desk, "b@x.test"),
        take(desk, "c@x.test", imported=True),
    )
    take(desk, received_at=NOW + dt.timedelta(minutes=1))
    answer(desk, answered)
    before = {each.id: each for each in desk.call("list_conversations").conversations}
    with desk.database.transaction(EVERYWHERE) as session:
        for table, values in (
            (MessageRow, {"side": None}),
            (ConversationRow, {"state": ANSWERED, "turn_at": None, "waiting_since": None}),
        ):
            session.execute(sa.update(table).values(**values))
        session.execute(sa.delete(WaitRow))
    with desk.database.exclusive() as connection:
        for statement in migration.FILL:
            connection.execute(sa.text(statement))
    after = {each.id: each for each in desk.call("list_conversations").conversations}
    assert after == before
    assert [each.id for each in waits(desk)] == [owed.id]
    assert after[quiet.conversation_id].state is ANSWERED
