"""Two conversations made one and taken apart, and how a message came to its trip."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.channels import ConnectionChanged
from contracts.contacts import ContactChanged, ContactMerged
from contracts.inbox import Conversation, ConversationState, Draft, Recipient, SendAt
from contracts.itineraries import ItineraryChanged
from contracts.notifications import NotificationKind, NotificationRaised
from fairlead.context import Role
from fairlead.errors import Conflict, NotFound, Stale, Unauthenticated
from fairlead.recorded import AuditRecorded
from fairlead.store import EVERYWHERE, new_id
from inbox.store.comments import CommentRow
from inbox.store.conversations import ConversationRow
from inbox.store.drafts import DraftRow
from inbox.store.labels import LabelledRow
from inbox.store.links import TripLinkRow
from inbox.store.messages import MessageRow
from inbox.store.scheduled import ScheduledRow
from inbox.store.unread import UnreadRow
from inbox.store.waits import MarkRow, WaitRow
from inbox.testing import connection, contact, trip
from inbox.testing.team import LISBOA, OPS, Team

SALES = connection("sales@meridian.test", default=False)
TRIP = trip()
TABLES: tuple[Any, ...] = (
    ConversationRow, MessageRow, TripLinkRow, WaitRow, MarkRow, LabelledRow, UnreadRow, CommentRow,
    DraftRow, ScheduledRow,
)  # fmt: skip
BESIDE = {"version", "at"}  # a change counts up, and a row written anew is as old as that


@pytest.fixture
def team(team: Team) -> Team:
    """With a second address and a trip."""
    team.desk.hear("learn_connection", SALES)
    team.desk.hear("learn_itinerary", ItineraryChanged(itinerary=TRIP))
    return team


def at_sales(team: Team, minute: float = 0, **fields: Any) -> Any:
    return team.take(minute=minute, connection_id=SALES.connection_id, **fields)


def merge(team: Team, id: UUID, into: UUID) -> Conversation:
    done: Conversation = team.desk.call(
        "merge_conversation", id=id, into_id=into, version=team.version(id)
    )
    return done


def unmerge(team: Team, id: UUID) -> Conversation:
    done: Conversation = team.desk.call("unmerge_conversation", id=id)
    return done


def let_pass(team: Team) -> None:
    """The moments of all that is put off are past."""
    past = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    with team.desk.database.transaction(EVERYWHERE) as session:
        session.execute(
            sa.update(ConversationRow)
            .where(ConversationRow.put_off_until.is_not(None))
            .values(put_off_until=past)
        )


def everything(team: Team) -> dict[str, set[tuple[Any, ...]]]:
    """Each row of each table that a merge touches, but for what only counts its changes."""
    found = {}
    with team.desk.database.reading(team.desk.organisation) as session:
        for table in TABLES:
            names = [c.key for c in sa.inspect(table).column_attrs]
            kept = [n for n in names if n not in BESIDE or (n == "at" and table is MessageRow)]
            found[table.__name__] = {
                tuple(repr(getattr(row, name)) for name in kept)
                for row in session.scalars(sa.select(table))
            }
    return found


def test_all_of_one_is_in_the_other(team: Team) -> None:
    first = team.take(subject="The van", text="from operations")
    second = at_sales(team, 1, subject="A quote", text="from sales")
    team.desk.call("add_comment", conversation_id=second.conversation_id, text="careful")
    team.desk.call("link_message", id=second.id, itinerary_id=TRIP.id)
    kept = merge(team, second.conversation_id, first.conversation_id)
    assert kept.id == first.conversation_id
    assert (kept.subject, kept.preview, kept.unread, kept.unread_mine) == (
        "A quote", "from sales", 2, 2,
    )  # fmt: skip
    assert kept.itinerary_ids == [TRIP.id]
    assert kept.waiting_since == first.at
    assert team.listed() == [kept.id]
    assert team.listed(itinerary_id=TRIP.id) == [kept.id]
    assert team.listed(q="quote") == [kept.id]
    said = team.desk.call("conversation_messages", id=kept.id).messages
    assert [each.id for each in said] == [second.id, first.id]
    items = team.desk.call("conversation_stream", id=kept.id).items
    assert [item.comment.text for item in items if item.comment] == ["careful"]
    assert [w.id for w in team.desk.call("list_waits", open=True).waits] == [first.id]
    assert team.shown(second.conversation_id).merged_into_id == kept.id
    assert team.desk.call("count_conversations").attentive == 1
    assert team.changes()[-2:] == ["merged", "merged"]
    assert "conversation.merged" in [each.action for each in team.desk.told(AuditRecorded)]


def test_what_comes_for_the_one_lands_in_the_other(team: Team) -> None:
    kept, gone = team.take().conversation_id, at_sales(team, 1).conversation_id
    merge(team, gone, kept)
    later = at_sales(team, 2)
    assert later.conversation_id == kept
    assert team.answer(later).conversation_id == kept
    for method, more in (
        ("set_archived", {"archived": True}),
        ("mark_read", {}),
        ("set_assignee", {"user_id": None, "version": 1}),
    ):
        with pytest.raises(Conflict) as caught:
            team.desk.call(method, id=gone, **more)
        assert caught.value.code == "inbox.conversation_merged"
        assert caught.value.details["into_id"] == str(kept)


def test_taken_apart_again_each_has_its_own(team: Team) -> None:
    kept, gone = team.take().conversation_id, at_sales(team, 1).conversation_id
    merge(team, gone, kept)
    later_here, later_there = team.take(minute=2), at_sales(team, 3, subject="Another quote")
    back = unmerge(team, gone)
    assert (back.id, back.merged_into_id, back.subject) == (gone, None, "Another quote")
    assert team.listed() == [gone, kept]
    here = team.desk.call("conversation_messages", id=kept).messages
    there = team.desk.call("conversation_messages", id=gone).messages
    assert here[0].id == later_here.id
    assert there[0].id == later_there.id
    assert (len(here), len(there)) == (2, 2)
    assert team.shown(kept).last_at == later_here.at
    assert team.trail(kept) == ["merged", "unmerged"]


def test_what_was_read_since_stays_read(team: Team) -> None:
    kept, gone = team.take().conversation_id, at_sales(team, 1).conversation_id
    merge(team, gone, kept)
    team.desk.call("mark_read", id=kept)
    unmerge(team, gone)
    for id in (kept, gone):
        assert (team.shown(id).unread, team.shown(id).unread_mine) == (0, 0)


def test_what_was_decided_since_stays_decided(team: Team) -> None:
    kept, gone = team.take().conversation_id, at_sales(team, 1).conversation_id
    merge(team, gone, kept)
    user, version = team.desk.user, team.version(kept)
    team.desk.call("set_assignee", id=kept, user_id=user, version=version)
    unmerge(team, gone)
    assert team.shown(kept).assignee_id == user
    assert team.shown(gone).assignee_id is None


def test_only_two_of_one_contact_and_channel(team: Team) -> None:
    one, other = team.take().conversation_id, team.take("other@x.test").conversation_id
    for source, target in ((one, other), (one, one)):
        with pytest.raises(Conflict) as caught:
            merge(team, source, target)
        assert caught.value.code == "inbox.not_mergeable"
    sales = at_sales(team).conversation_id
    with pytest.raises(Stale):
        team.desk.call("merge_conversation", id=sales, into_id=one, version=99)
    with pytest.raises(Conflict) as caught:
        unmerge(team, sales)
    assert caught.value.code == "inbox.not_merged"
    merge(team, sales, one)
    with pytest.raises(Conflict):
        merge(team, sales, one)
    third = connection("info@meridian.test", default=False)
    team.desk.hear("learn_connection", third)
    into = team.take(connection_id=third.connection_id).conversation_id
    merge(team, one, into)
    with pytest.raises(Conflict) as further:
        unmerge(team, sales)
    assert further.value.code == "inbox.merged_further"
    assert at_sales(team, 5).conversation_id == into
    unmerge(team, one)
    unmerge(team, sales)
    assert len(team.listed()) == 4


def put_off(team: Team, id: UUID, until: dt.datetime, note: str = "") -> None:
    team.desk.call("set_follow_up", id=id, until=until, version=team.version(id), note=note)


def drafted(team: Team, id: UUID) -> list[UUID]:
    return [each.id for each in team.desk.call("list_drafts", conversation_id=id).drafts]


def save_draft(team: Team, id: UUID) -> UUID:
    written = Draft(subject="Van", text="begun")
    saved = team.desk.call("save_draft", id=uuid4(), version=0, draft=written, conversation_id=id)
    return cast("UUID", saved.id)


def planned(team: Team, id: UUID) -> list[UUID]:
    page = team.desk.call("list_scheduled", conversation_id=id)
    return [each.id for each in page.scheduled]


def schedule(team: Team, over: ConnectionChanged) -> UUID:
    later = SendAt(at=dt.datetime.now(dt.UTC) + dt.timedelta(days=3))
    written = Draft(
        to=[Recipient(contact_id=LISBOA.id)],
        subject="Van",
        text="still on?",
        connection_id=over.connection_id,
        send_at=later,
    )
    made = team.desk.call("schedule", draft=written, request_id=str(uuid4()))
    return cast("UUID", made.id)


def join(team: Team) -> None:
    """Somebody else who wrote to both addresses turns out to be the same supplier."""
    other = contact("Lisboa Cars", f"{uuid4()}@lisboa.test")
    team.desk.hear("learn_contact", ContactChanged(contact=other))
    [mail] = (each.value for each in other.identities)
    team.take(mail)
    at_sales(team, sender=mail)
    event = ContactMerged(merge_id=new_id(), merged_id=other.id, contact=LISBOA)
    team.desk.hear("join_contacts", event)


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(
            ["in", "in", "out", "imported", "comment", "read", "archive", "answered",
             "attentive", "assign", "label", "link", "put off", "draft", "schedule", "join"]
        ),
        st.booleans(),
        st.integers(0, 9),
    ),
    max_size=9,
)  # fmt: skip


def act(team: Team, what: str, id: UUID, here: bool, minute: int) -> None:
    if what in ("in", "imported"):
        (team.take if here else at_sales_of(team))(minute=minute, imported=what == "imported")
    elif what == "out":
        [first, *_] = team.desk.call("conversation_messages", id=id).messages
        team.answer(first)
    elif what == "comment":
        team.desk.call("add_comment", conversation_id=id, text="note")
    elif what == "read":
        team.desk.call("mark_read", id=id)
    elif what == "archive":
        team.desk.call("set_archived", id=id, archived=True)
    elif what in ("answered", "attentive"):
        state = ConversationState(what)
        team.desk.call("set_attention", id=id, state=state, version=team.version(id))
    elif what == "assign":
        user, version = team.desk.user, team.version(id)
        team.desk.call("set_assignee", id=id, user_id=user, version=version)
    elif what == "put off":
        put_off(team, id, dt.datetime.now(dt.UTC) + dt.timedelta(hours=minute + 1), str(minute))
    elif what == "draft":
        if not drafted(team, id):
            save_draft(team, id)
    elif what == "schedule":
        schedule(team, OPS if here else SALES)
    elif what == "join":
        join(team)
    elif what == "label":
        made = team.desk.call("create_label", role=Role.OWNER, name=str(uuid4()))
        team.desk.call("set_labels", id=id, label_ids=[made.id], version=team.version(id))
    else:
        [first, *_] = team.desk.call("conversation_messages", id=id).messages
        team.desk.call("link_message", id=first.id, itinerary_id=TRIP.id)


def at_sales_of(team: Team) -> Any:
    return lambda minute, **fields: at_sales(team, minute, **fields)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTIONS)
def test_merged_and_taken_apart_everything_is_as_it_was(
    team: Team, actions: list[tuple[str, bool, int]]
) -> None:
    here, there = team.take().conversation_id, at_sales(team, 1).conversation_id
    if team.shown(there).merged_into_id:
        unmerge(team, there)
    for what, at_here, minute in actions:
        act(team, what, here if at_here else there, at_here, minute)
    before = everything(team)
    merge(team, there, here)
    assert everything(team) != before
    unmerge(team, there)
    assert everything(team) == before


def test_what_was_put_off_comes_back_in_the_other(team: Team) -> None:
    kept, gone = team.take(), at_sales(team, 1)
    for each in (kept, gone):
        team.answer(each)
        team.desk.call("mark_read", id=each.conversation_id)
    until = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    put_off(team, gone.conversation_id, until, "ask again")
    done = merge(team, gone.conversation_id, kept.conversation_id)
    assert done.follow_up is not None
    assert (done.follow_up.until, done.follow_up.note) == (until, "ask again")
    assert team.listed() == []
    let_pass(team)
    team.desk.bring_back()
    assert team.listed() == [kept.conversation_id]
    [told] = [t for t in team.desk.told(NotificationRaised) if t.kind is NotificationKind.TASK_DUE]
    assert told.text == "ask again"
    back = unmerge(team, gone.conversation_id)
    assert back.follow_up is None  # it came back already
    team.desk.bring_back()
    assert team.trail(gone.conversation_id).count("follow_up_due") == 0


@pytest.mark.parametrize("source_is_off", [False, True])
def test_what_is_to_be_seen_stays_in_the_list(team: Team, source_is_off: bool) -> None:
    kept, gone = team.take().conversation_id, at_sales(team, 1).conversation_id
    off = gone if source_is_off else kept
    put_off(team, off, dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
    done = merge(team, gone, kept)
    assert (done.follow_up, team.listed()) == (None, [kept])
    counts = team.desk.call("count_conversations")
    assert (counts.unread, counts.attentive, counts.put_off) == (1, 1, 0)
    unmerge(team, gone)
    assert team.shown(off).follow_up is not None


def test_of_two_follow_ups_the_next_one_holds_with_both_notes(team: Team) -> None:
    kept, gone = team.take().conversation_id, at_sales(team, 1).conversation_id
    soon, later = (dt.datetime.now(dt.UTC) + dt.timedelta(days=n) for n in (1, 2))
    put_off(team, kept, later, "the price")
    put_off(team, gone, soon, "the van")
    done = merge(team, gone, kept)
    assert done.follow_up is not None
    assert (done.follow_up.until, done.follow_up.note) == (soon, "the van / the price")
    unmerge(team, gone)
    moments = [each.follow_up and each.follow_up.until for each in map(team.shown, (kept, gone))]
    assert moments == [later, soon]


def test_drafts_and_planned_messages_of_one_show_in_the_other(team: Team) -> None:
    kept, gone = team.take().conversation_id, at_sales(team, 1).conversation_id
    begun, waiting = save_draft(team, gone), schedule(team, SALES)
    merge(team, gone, kept)
    here, later = save_draft(team, kept), schedule(team, OPS)
    assert set(drafted(team, kept)) == {begun, here}
    assert set(planned(team, kept)) == {waiting, later}
    unmerge(team, gone)
    assert (drafted(team, kept), drafted(team, gone)) == ([here], [begun])
    assert (planned(team, kept), planned(team, gone)) == ([later], [waiting])


def test_a_planned_message_to_one_shows_with_whom_he_is_part_of(team: Team) -> None:
    kept, waiting = team.take().conversation_id, schedule(team, OPS)
    whole = contact("All of Lisboa", "all@lisboa.test")
    team.desk.hear("learn_contact", ContactChanged(contact=whole))
    event = ContactMerged(merge_id=new_id(), merged_id=LISBOA.id, contact=whole)
    team.desk.hear("join_contacts", event)
    assert planned(team, kept) == [waiting]
    for_whole = team.desk.call("list_scheduled", contact_id=whole.id).scheduled
    assert [each.id for each in for_whole] == [waiting]


def test_a_message_on_another_trip_keeps_how_it_came_there(team: Team) -> None:
    message = team.take()
    other = trip(reference="TRP-2026-0099")
    team.desk.hear("learn_itinerary", ItineraryChanged(itinerary=other))
    assert team.desk.call("message_links", id=message.id) == []
    team.desk.call("link_message", id=message.id, itinerary_id=TRIP.id)
    team.desk.call(
        "link_message", id=message.id, itinerary_id=other.id, reason="May\x00, not March"
    )
    team.desk.call("link_message", id=message.id, itinerary_id=other.id, reason="again")
    moved, put = team.desk.call("message_links", id=message.id)
    assert (put.itinerary_ids_before, put.itinerary_ids_after) == ([], [TRIP.id])
    assert (moved.itinerary_ids_before, moved.itinerary_ids_after) == ([TRIP.id], [other.id])
    assert (moved.reason, moved.user_id, moved.user_name) == (
        "May, not March", team.desk.user, "Maria Ruiz",
    )  # fmt: skip


def test_strangers_and_unknown_ids(team: Team) -> None:
    message = team.take()
    id, sales = message.conversation_id, at_sales(team).conversation_id
    doors: list[tuple[str, UUID, dict[str, Any]]] = [
        ("merge_conversation", sales, {"into_id": id, "version": 1}),
        ("unmerge_conversation", sales, {}),
        ("message_links", message.id, {}),
    ]
    for method, own, more in doors:
        with pytest.raises(NotFound):
            team.desk.call(method, id=uuid4(), **more)
        with team.desk.elsewhere(), pytest.raises(NotFound):
            team.desk.call(method, id=own, **more)
        with pytest.raises(Unauthenticated):
            team.desk.call(method, role=Role.NOBODY, id=own, **more)
    with team.desk.elsewhere():
        team.settle()
        foreign = team.take().conversation_id
    with pytest.raises(NotFound):
        merge(team, sales, foreign)
