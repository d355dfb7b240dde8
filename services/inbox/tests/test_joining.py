"""Contacts that become one and two again, whatever their conversations went through meanwhile."""

from __future__ import annotations

import dataclasses
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.channels import Mailbox
from contracts.contacts import Contact, ContactChanged, ContactMerged, ContactUnmerged
from contracts.inbox import Conversation, SearchKind
from fairlead.store import Database, new_id
from inbox.store import contact_merges
from inbox.testing import connection, contact
from inbox.testing.team import OPS, Team

SALES = connection("sales@meridian.test", default=False)
NAMES = ("Ana Luz", "Bea Luz", "Cleo Luz", "Dora Luz")


@pytest.fixture
def team(team: Team) -> Team:
    """With a second address."""
    team.desk.hear("learn_connection", SALES)
    return team


@dataclasses.dataclass
class Book:
    """The contacts service, as far as merging goes: what it allows, and what it says of it."""

    people: list[Contact]
    into: dict[UUID, UUID] = dataclasses.field(default_factory=dict)
    merges: list[tuple[UUID, UUID, UUID, bool]] = dataclasses.field(default_factory=list)
    said: list[tuple[str, Any]] = dataclasses.field(default_factory=list)

    def merge(self, one: Contact, other: Contact) -> UUID | None:
        """Make `one` part of `other`, where both stand by themselves."""
        if one.id == other.id or {one.id, other.id} & self.into.keys():
            return None
        id = new_id()
        self.into[one.id] = other.id
        self.merges.append((id, one.id, other.id, True))
        event = ContactMerged(merge_id=id, merged_id=one.id, contact=other)
        self.said.append(("join_contacts", event))
        return id

    def undo(self, number: int) -> None:
        """Take a merge back, unless one of the two took part in a later one that stands."""
        id, one, other, stands = self.merges[number]
        later = (each for each in self.merges[number + 1 :] if each[3])
        if not stands or any({one, other} & {each[1], each[2]} for each in later):
            return
        self.merges[number] = (id, one, other, False)
        del self.into[one]
        event = ContactUnmerged(merge_id=id, contact=self.of(other), merged=self.of(one))
        self.said.append(("part_contacts", event))

    def of(self, id: UUID) -> Contact:
        """A contact by its id."""
        return next(each for each in self.people if each.id == id)

    def root(self, id: UUID) -> UUID:
        """Whose everything of a contact is now."""
        while id in self.into:
            id = self.into[id]
        return id


def people(team: Team, count: int = 4) -> list[Contact]:
    """So many contacts, each of whom wrote once."""
    made = [contact(name, f"{name.split()[0].lower()}-{uuid4()}@x.test") for name in NAMES[:count]]
    for each in made:
        team.desk.hear("learn_contact", ContactChanged(contact=each))
    return made


def write(team: Team, who: Contact, minute: float = 0, **fields: Any) -> Any:
    return team.take(who.identities[0].value, minute, **fields)


def tell(team: Team, book: Book) -> None:
    for method, event in book.said:
        team.desk.hear(method, event)
    book.said.clear()


def timeline(team: Team, id: UUID) -> set[UUID]:
    page = team.desk.call("contact_timeline", contact_id=id)
    return {each.id for each in page.messages}


def talks(team: Team, id: UUID) -> set[UUID]:
    return set(team.listed(contact_id=id))


def found(team: Team, id: UUID) -> set[UUID]:
    page = team.desk.call("search", kind=SearchKind.MESSAGES, q="hello", contact_id=id)
    return {hit.id for hit in page.hits}


def known(team: Team) -> set[UUID]:
    return {hit.id for hit in team.desk.call("search", kind=SearchKind.PEOPLE, q="luz").hits}


def merge_talks(team: Team, id: UUID, into: UUID) -> Conversation:
    done: Conversation = team.desk.call(
        "merge_conversation", id=id, into_id=into, version=team.version(id)
    )
    return done


def said(team: Team, id: UUID) -> set[UUID]:
    return {each.id for each in team.desk.call("conversation_messages", id=id).messages}


@pytest.mark.parametrize("survivors_goes", [False, True])
def test_undoing_takes_merged_conversations_apart(team: Team, survivors_goes: bool) -> None:
    ana, bea = people(team, 2)
    first, second = write(team, ana), write(team, bea, 1)
    book = Book([ana, bea])
    book.merge(bea, ana)
    tell(team, book)
    pair = (second.conversation_id, first.conversation_id)
    merge_talks(team, *(reversed(pair) if survivors_goes else pair))
    since = write(team, ana, 2)
    book.undo(0)
    tell(team, book)
    assert talks(team, ana.id) == {first.conversation_id}
    assert talks(team, bea.id) == {second.conversation_id}
    assert said(team, first.conversation_id) == {first.id, since.id}
    assert said(team, second.conversation_id) == {second.id}
    assert team.shown(first.conversation_id).last_at == since.at
    assert team.shown(first.conversation_id).unread == 2
    assert team.shown(second.conversation_id).unread == 1
    later = write(team, bea, 3)
    assert later.conversation_id == second.conversation_id
    assert write(team, ana, 4).conversation_id == first.conversation_id


def test_what_was_merged_beside_it_stays_merged(team: Team) -> None:
    ana, bea = people(team, 2)
    first, second = write(team, ana), write(team, bea, 1)
    sales = write(team, ana, 2, connection_id=SALES.connection_id)
    book = Book([ana, bea])
    book.merge(bea, ana)
    tell(team, book)
    merge_talks(team, second.conversation_id, first.conversation_id)
    merge_talks(team, first.conversation_id, sales.conversation_id)
    book.undo(0)
    tell(team, book)
    assert talks(team, bea.id) == {second.conversation_id}
    assert said(team, second.conversation_id) == {second.id}
    assert talks(team, ana.id) == {sales.conversation_id}
    assert said(team, sales.conversation_id) == {first.id, sales.id}


def test_what_the_survivor_wrote_since_leaves_the_others_conversation(team: Team) -> None:
    ana, bea = people(team, 2)
    second = write(team, bea, cc=[_box(ana)])
    before = write(team, ana, 1, answers=second.id)  # wrote into it before they were one
    book = Book([ana, bea])
    book.merge(bea, ana)
    tell(team, book)
    since = write(team, ana, 2)
    assert since.conversation_id == second.conversation_id
    book.undo(0)
    tell(team, book)
    [own] = talks(team, ana.id)
    assert (said(team, own), team.shown(own).unread) == ({since.id}, 1)
    assert said(team, second.conversation_id) == {second.id, before.id}
    assert team.shown(second.conversation_id).unread == 2
    assert team.shown(second.conversation_id).last_at == before.at
    assert write(team, ana, 3).conversation_id == own
    assert write(team, bea, 4).conversation_id == second.conversation_id


def test_a_merge_into_one_who_is_part_of_another_already(team: Team) -> None:
    ana, bea, cleo = people(team, 3)
    messages = {write(team, each, n).id for n, each in enumerate((ana, bea, cleo))}
    book = Book([ana, bea, cleo])
    book.merge(ana, bea)
    book.merge(bea, cleo)
    book.said.reverse()
    tell(team, book)
    assert timeline(team, cleo.id) == messages
    assert known(team) == {cleo.id}
    book.undo(1)
    book.undo(0)
    book.said.reverse()
    tell(team, book)
    assert [len(timeline(team, each.id)) for each in book.people] == [1, 1, 1]
    assert known(team) == {ana.id, bea.id, cleo.id}


def test_two_merges_each_into_the_other_while_the_undoing_is_not_heard(team: Team) -> None:
    ana, bea = people(team, 2)
    messages = {write(team, each, n).id for n, each in enumerate((ana, bea))}
    book = Book([ana, bea])
    book.merge(ana, bea)
    book.undo(0)
    book.merge(bea, ana)
    first, undone, last = book.said
    book.said = [first, last]
    tell(team, book)
    assert (timeline(team, ana.id), timeline(team, bea.id)) == (messages, set())
    book.said = [undone]
    tell(team, book)
    assert (timeline(team, ana.id), timeline(team, bea.id)) == (messages, set())


def test_a_message_of_one_whose_merging_was_heard_first(team: Team) -> None:
    ana, bea = people(team, 2)
    book = Book([ana, bea])
    book.merge(bea, ana)
    tell(team, book)
    late = write(team, bea)  # bea still has her address here
    assert timeline(team, ana.id) == {late.id}
    assert talks(team, ana.id) == {late.conversation_id}


def taken(book: Book, steps: list[tuple[bool, int, int]]) -> None:
    """Let these merges and undoings happen, as far as the contacts allow them."""
    for undoing, one, other in steps:
        if undoing and book.merges:
            book.undo(one % len(book.merges))
        else:
            book.merge(book.people[one], book.people[other])


STEPS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=8
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, data=st.data())
def test_whose_everything_is_does_not_depend_on_the_order_of_news(
    database: Database, steps: list[tuple[bool, int, int]], data: st.DataObject
) -> None:
    book = Book([contact(name) for name in NAMES])
    taken(book, steps)
    with database.transaction(uuid4()) as session:
        for _, event in data.draw(st.permutations(book.said)):
            undone = isinstance(event, ContactUnmerged)
            merged = event.merged.id if undone else event.merged_id
            contact_merges.note(session, event.merge_id, merged, event.contact.id, undone=undone)
            contact_merges.survivors(session, [each.id for each in book.people])  # it ends
        ids = {each.id for each in book.people}
        assert contact_merges.into(session, ids) == book.into
        assert contact_merges.survivors(session, ids) == {id: book.root(id) for id in book.into}
        for id in ids:
            assert contact_merges.parts(session, [id]) >= {x for x in ids if book.root(x) == id}


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, data=st.data())
def test_in_any_order_the_end_is_what_the_contacts_say(
    team: Team, steps: list[tuple[bool, int, int]], data: st.DataObject
) -> None:
    with team.desk.elsewhere():
        team.settle()
        team.desk.hear("learn_connection", SALES)
        book = Book(people(team))
        theirs: dict[UUID, tuple[Any, Any]] = {}
        for n, each in enumerate(book.people):
            at = SALES if n % 2 else OPS
            message = write(team, each, n, text="hello", connection_id=at.connection_id)
            theirs[each.id] = (message.id, message.conversation_id)
        taken(book, steps)
        for method, event in data.draw(st.permutations(book.said)):
            team.desk.hear(method, event)
        for each in book.people:
            own = [theirs[id] for id in theirs if book.root(id) == each.id]
            assert timeline(team, each.id) == {message for message, _ in own}
            assert talks(team, each.id) == {talk for _, talk in own}
            assert found(team, each.id) == {message for message, _ in own}
        assert known(team) == {each.id for each in book.people if each.id not in book.into}


def test_undoing_is_the_identity_of_all_that_is_shown(team: Team) -> None:
    ana, bea = people(team, 2)
    for n, each in enumerate((ana, bea)):
        write(team, each, n, text="hello")
    team.take("third@x.test", 3, cc=[_box(bea)], text="hello")

    def shown() -> Any:
        pages = [
            team.desk.call("list_conversations", contact_id=each.id).conversations
            for each in (ana, bea)
        ]
        beside = {"version": 0, "waiting_business_seconds": None}
        plain = [msgspec.structs.replace(row, **beside) for page in pages for row in page]
        return plain, [(timeline(team, each.id), found(team, each.id)) for each in (ana, bea)]

    before = shown()
    book = Book([ana, bea])
    book.merge(bea, ana)
    tell(team, book)
    assert len(found(team, ana.id)) == 3
    assert found(team, bea.id) == set()
    book.undo(0)
    tell(team, book)
    assert shown() == before


def _box(who: Contact) -> Mailbox:
    return Mailbox(address=who.identities[0].value, name=who.name)
