"""Groups: made, told of by gateways in any order, written into, and shown with who has what."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from contracts.channels import (
    Ability,
    Amending,
    AutomaticKind,
    ChatGroup,
    DeliveryStatus,
    DeliveryUpdated,
    Mailbox,
    MessageReceived,
    WhatsAppAmendmentQueued,
    WhatsAppAttended,
    WhatsAppQueued,
)
from contracts.common import Channel
from contracts.contacts import Contact, ContactChanged, ContactMerged, Identity, Scheme
from contracts.groups import (
    GroupAction,
    GroupChanged,
    GroupMember,
    GroupState,
    Membership,
    MembershipMoment,
    WhatsAppGroupOrdered,
)
from contracts.inbox import (
    AuthorKind,
    ChatGroupChanged,
    ConversationChanged,
    ConversationKind,
    Draft,
    Group,
    LinkOrigin,
    MessageView,
    NoteKind,
    Recipient,
)
from contracts.itineraries import Itinerary, ItineraryChanged
from contracts.persons import Person
from fairlead.context import Role, acting, service_context
from fairlead.errors import Conflict, Invalid, NotFound
from fairlead.store import new_id
from inbox import gathering
from inbox.forgetting import Forgetter
from inbox.read_models import READ_MODELS
from inbox.testing import NOW, connection, contact, received
from inbox.testing import trip as made_trip
from inbox.testing.desk import Desk

ADDRESS = "120363041234567890@g.us"
LINK = "https://chat.whatsapp.com/AbCdEf123"
GROUPS = READ_MODELS.by_name["groups"]
NUMBER = connection(
    "+351210000000", channel=Channel.WHATSAPP, label="Operations", abilities=list(Ability)
)
META = connection(
    "+351210000001", channel=Channel.WHATSAPP, label="Sales", default=False,
    abilities=[each for each in Ability if each is not Ability.GROUPS],
)  # fmt: skip


class Family:
    """Three people who have phones, a trip, and two numbers of ours."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        for each in (NUMBER, META):
            desk.hear("learn_connection", each)
        self.ana, self.rui, self.zoe = (
            self._person(name, phone)
            for name, phone in (
                ("Ana", "351910000001"), ("Rui", "351910000002"), ("Zoe", "351910000003"),
            )
        )  # fmt: skip
        self.trip: Itinerary = made_trip()
        desk.hear("learn_itinerary", ItineraryChanged(itinerary=self.trip))

    def _person(self, name: str, phone: str) -> Contact:
        account = Identity(id=uuid4(), scheme=Scheme.WHATSAPP, value=phone, display=phone)
        made = contact(name, identities=[account])
        self.desk.hear("learn_contact", ContactChanged(contact=made))
        return made

    def create(self, *people: Contact, **more: Any) -> Group:
        fields: dict[str, Any] = {
            "subject": "Family Grant",
            "participants": [Recipient(contact_id=each.id) for each in people],
            "request_id": str(uuid4()), "itinerary_id": self.trip.id,
        } | more  # fmt: skip
        return self.desk.call("create_group", **fields)  # type: ignore[no-any-return]

    def told(self, group: Group, version: int, *members: GroupMember, **more: Any) -> None:
        fields: dict[str, Any] = {
            "group_id": group.id, "channel": Channel.WHATSAPP, "at": NOW,
            "connection_id": NUMBER.connection_id, "address": ADDRESS, "subject": group.subject,
            "state": GroupState.OPEN, "reason": None, "invitation": None,
        } | more  # fmt: skip
        event = GroupChanged(members=list(members), version=version, **fields)
        self.desk.hear("take_group", event)

    def opened(self) -> Group:
        """A group of Ana and Rui."""
        group = self.create(self.ana, self.rui)
        self.told(group, 2, member(self.ana), member(self.rui))
        return self.now(group)

    def now(self, group: Group) -> Group:
        return self.desk.call("get_group", id=group.id)  # type: ignore[no-any-return]

    def said(self, group: Group) -> list[MessageView]:
        """What stands in its conversation, the oldest first."""
        page = self.desk.call("conversation_messages", id=self.now(group).conversation_id)
        return page.messages[::-1]  # type: ignore[no-any-return]

    def notes(self, group: Group) -> list[tuple[NoteKind, list[str]]]:
        notes = [each.chat.note for each in self.said(group) if each.chat and each.chat.note]
        return [(each.kind, each.names) for each in notes]

    def wrote(self, who: Contact, text: str = "Hello all", **more: Any) -> MessageReceived:
        address = address_of(who)
        fields: dict[str, Any] = {
            "channel": Channel.WHATSAPP, "sender": Mailbox(address=address, name=who.name),
            "to": [Mailbox(address="351210000000")], "subject": "", "text": text, "html": None,
            "provider_id": f"wamid.{uuid4()}", "automatic": AutomaticKind.NONE,
            "received_at": dt.datetime.now(dt.UTC), "group": ChatGroup(address=ADDRESS),
        } | more  # fmt: skip
        message = received(NUMBER.connection_id, address, **fields)
        self.desk.hear("take_message", message)
        return message

    def send(self, group: Group, text: str = "We meet at nine", **more: Any) -> MessageView:
        draft = Draft(channel=Channel.WHATSAPP, group_id=group.id, text=text, **more)
        [sent] = self.desk.call("send", draft=draft, request_id=str(uuid4()))
        return sent  # type: ignore[no-any-return]


def address_of(who: Contact) -> str:
    return who.identities[0].value


def member(who: Contact | str, standing: Membership = Membership.ADDED, **more: Any) -> GroupMember:
    address = who if isinstance(who, str) else address_of(who)
    moment = MembershipMoment(standing=standing, at=NOW)
    return GroupMember(address=address, standing=standing, at=NOW, history=[moment], **more)


@pytest.fixture
def family(desk: Desk) -> Family:
    return Family(desk)


def fields(error: Invalid) -> dict[str, str]:
    return {each["field"]: each["reason"] for each in error.details["errors"]}


def test_a_group_with_an_outcome_for_each(desk: Desk, family: Family) -> None:
    asked = family.create(family.ana, family.rui, family.zoe, request_id="the-family")
    assert (asked.state, asked.conversation_id) == (GroupState.MAKING, None)
    [ordered] = desk.told(WhatsAppGroupOrdered)
    assert (ordered.action, ordered.subject) == (GroupAction.CREATE, "Family Grant")
    assert ordered.addresses == [address_of(x) for x in (family.ana, family.rui, family.zoe)]
    assert family.create(family.ana, family.rui, family.zoe, request_id="the-family") == asked
    with pytest.raises(Conflict, match="another message"):
        family.create(family.ana, request_id="the-family")
    family.told(
        asked, 2, member(family.ana), member(family.rui, Membership.INVITED, reason="He is shy"),
        member(family.zoe, Membership.REFUSED, reason="This number is not on WhatsApp"),
        invitation=LINK,
    )  # fmt: skip
    group = family.now(asked)
    assert (group.state, group.members, group.invitation) == (GroupState.OPEN, 1, LINK)
    assert {each.contact_id: each.standing for each in group.participants} == {
        family.ana.id: Membership.ADDED,
        family.rui.id: Membership.INVITED,
        family.zoe.id: Membership.REFUSED,
    }
    assert family.notes(group) == [
        (NoteKind.MADE, ["Maria Ruiz"]), (NoteKind.ADDED, ["Ana"]),
        (NoteKind.INVITED, ["Rui"]), (NoteKind.REFUSED, ["Zoe"]),
    ]  # fmt: skip
    texts = [each.text for each in family.said(group)]
    assert texts[2] == "Rui could not be added and gets an invitation: He is shy"
    conversation = desk.call("get_conversation", id=group.conversation_id)
    assert (conversation.kind, conversation.group_id) == (ConversationKind.GROUP, group.id)
    assert (conversation.contact_name, conversation.unread) == ("Family Grant", 0)
    timeline = desk.call("itinerary_timeline", itinerary_id=family.trip.id).messages
    assert {each.text for each in timeline} == set(texts)

    desk.passed = dt.timedelta(minutes=5)
    desk.leave()
    [invitation] = desk.told(WhatsAppQueued)
    assert invitation.address == address_of(family.rui)
    assert LINK in invitation.text
    family.told(asked, 3, member(family.ana), member(family.rui))
    assert family.notes(group)[-1] == (NoteKind.JOINED, ["Rui"])
    assert any(each.change == "group_changed" for each in desk.told(ConversationChanged))


def test_older_news_changes_nothing_and_news_twice_once(desk: Desk, family: Family) -> None:
    group = family.opened()
    before = family.notes(group)
    family.told(group, 1, member(family.ana, Membership.ASKED))
    family.told(group, 2, member(family.ana), member(family.rui))
    assert family.notes(group) == before
    family.told(group, 3, member(family.ana), member(family.rui, Membership.LEFT), subject="Grants")
    assert family.notes(group)[len(before) :] == [(NoteKind.LEFT, ["Rui"]), (NoteKind.RENAMED, [])]
    family.told(group, 4, member(family.ana), state=GroupState.LEFT, reason="Taken out")
    assert family.said(group)[-1].text == "We are not in the group any more: Taken out"
    with pytest.raises(Conflict, match="not in this group"):
        desk.call("leave_group", id=group.id)
    zoe = Recipient(contact_id=family.zoe.id)
    with pytest.raises(Conflict, match="not in this group"):
        desk.call("add_participants", id=group.id, participants=[zoe])


def test_who_is_called_otherwise_is_no_newcomer(desk: Desk, family: Family) -> None:
    group = family.create(family.ana, family.rui)
    invited = member("lid:77", Membership.INVITED, name="Rui")  # and it is not known that it is he
    family.told(group, 2, member(family.ana), invited, invitation=LINK)
    noted = family.notes(family.now(group))
    desk.passed = dt.timedelta(minutes=5)
    desk.leave()
    assert len(desk.told(WhatsAppQueued)) == 1
    by_number = member(family.rui, Membership.INVITED, also=["lid:77"])
    family.told(group, 3, member(family.ana), by_number, invitation=LINK)
    assert family.notes(group) == noted
    standings = [each.standing for each in family.now(group).participants]
    assert standings == [Membership.ADDED, Membership.INVITED]
    desk.passed = dt.timedelta(minutes=10)
    desk.leave()
    assert len(desk.told(WhatsAppQueued)) == 1


def test_what_is_said_in_it_shows_who_said_it(desk: Desk, family: Family) -> None:
    early = family.wrote(family.ana, "First")  # before it is known that the group was made
    group = family.opened()
    later = family.wrote(family.rui, "Second")
    said = [each for each in family.said(group) if each.author_kind is AuthorKind.CONTACT]
    assert {each.id for each in said} == {early.id, later.id}
    assert {each.contact_name for each in said} == {"Ana", "Rui"}
    second = desk.call("get_message", id=later.id)
    assert second.itinerary is not None
    assert (second.itinerary.itinerary_id, second.itinerary.origin) == (
        family.trip.id, LinkOrigin.GROUP,
    )  # fmt: skip
    desk.call("react", id=later.id, emoji="👍")
    [reaction] = desk.told(WhatsAppAmendmentQueued)
    assert (reaction.kind, reaction.address, reaction.author) == (
        Amending.REACTED, ADDRESS, address_of(family.rui),
    )  # fmt: skip
    desk.call("mark_read", id=group.conversation_id)
    assert [(each.author, each.last_id) for each in desk.told(WhatsAppAttended)] == [
        (address_of(family.rui), later.provider_id), (address_of(family.ana), early.provider_id),
    ]  # fmt: skip
    asked = len(desk.contacts.asked)
    own, there = Mailbox(address="351210000000"), Mailbox(address=ADDRESS)
    typed = family.wrote(family.ana, "By hand", sender=own, to=[there], by_us=True)
    assert desk.call("get_message", id=typed.id).contact_id is None
    assert len(desk.contacts.asked) == asked


def test_who_answers_in_private_is_not_in_the_group(desk: Desk, family: Family) -> None:
    group = family.opened()
    sent = family.send(group)
    desk.hear("take_delivery_update", update(sent, DeliveryStatus.SENT, provider_id="wamid.out"))
    private = family.wrote(family.ana, "Only for you", group=None, references=["wamid.out"])
    shown = desk.call("get_message", id=private.id)
    assert shown.conversation_id != group.conversation_id
    assert desk.call("get_conversation", id=shown.conversation_id).contact_id == family.ana.id


def update(sent: MessageView, status: DeliveryStatus, **more: Any) -> DeliveryUpdated:
    return DeliveryUpdated(
        delivery_id=sent.deliveries[0].id, message_id=sent.id, channel=Channel.WHATSAPP,
        address=ADDRESS, status=status, at=more.pop("at", NOW), **more,
    )  # fmt: skip


def test_delivered_and_read_are_told_of_each(desk: Desk, family: Family) -> None:
    group = family.opened()
    sent = family.send(group)
    [queued] = desk.told(WhatsAppQueued)
    assert (queued.address, queued.connection_id) == (ADDRESS, NUMBER.connection_id)
    assert sent.conversation_id == group.conversation_id
    ana, rui = address_of(family.ana), address_of(family.rui)
    minute = NOW + dt.timedelta(minutes=1)
    news = [
        update(sent, DeliveryStatus.READ, participant=ana, at=minute),
        update(sent, DeliveryStatus.SENT, participants=[ana, rui], provider_id="wamid.1"),
        update(sent, DeliveryStatus.DELIVERED, participant=ana),
        update(sent, DeliveryStatus.DELIVERED, participant=ana, at=minute),
    ]
    for each in news:
        desk.hear("take_delivery_update", each)
    [delivery] = desk.call("get_message", id=sent.id).deliveries
    assert delivery.status is DeliveryStatus.SENT
    assert delivery.group is not None
    assert (delivery.group.of, delivery.group.delivered, delivery.group.read) == (2, 1, 1)
    first, second = delivery.group.participants
    assert (first.name, first.contact_id) == ("Ana", family.ana.id)
    assert (first.delivered_at, first.read_at) == (NOW, minute)
    assert (second.contact_id, second.delivered_at) == (family.rui.id, None)
    desk.hear("take_delivery_update", update(sent, DeliveryStatus.DELIVERED, participant=rui))
    desk.hear("take_delivery_update", update(sent, DeliveryStatus.DELIVERED))
    [delivery] = desk.call("get_message", id=sent.id).deliveries
    assert delivery.status is DeliveryStatus.DELIVERED
    timeline = desk.call("contact_timeline", contact_id=family.rui.id).messages
    assert sent.id in {each.id for each in timeline}


def test_an_answer_to_one_goes_to_all(desk: Desk, family: Family) -> None:
    group = family.opened()
    question = family.wrote(family.ana, "When?")
    draft = Draft(channel=Channel.WHATSAPP, in_reply_to=question.id, text="At nine")
    [sent] = desk.call("send", draft=draft, request_id=str(uuid4()))
    assert sent.conversation_id == group.conversation_id
    queued = desk.told(WhatsAppQueued)[-1]
    assert (queued.address, queued.quotes) == (ADDRESS, question.provider_id)
    assert sent.itinerary.origin in (LinkOrigin.GROUP, LinkOrigin.REPLY)
    for wrong, field in (
        ({"to": [Recipient(contact_id=family.ana.id)]}, "to"),
        ({"connection_id": META.connection_id}, "connection_id"),
        ({"purpose": "marketing"}, "purpose"),
        ({"group_id": uuid4()}, "group_id"),
    ):
        with pytest.raises(Invalid) as refused:
            family.send(group, **wrong) if "group_id" not in wrong else desk.call(
                "send", draft=Draft(channel=Channel.WHATSAPP, text="x", **wrong), request_id="r" * 9
            )
        assert field in fields(refused.value)
    with desk.elsewhere(), pytest.raises(Invalid) as refused:
        family.send(group)
    assert "group_id" in fields(refused.value)


def test_bad_input_is_named(desk: Desk, family: Family) -> None:
    with desk.elsewhere():
        theirs = contact("Somebody else's")
        desk.hear("learn_contact", ContactChanged(contact=theirs))
        trip = made_trip()
        desk.hear("learn_itinerary", ItineraryChanged(itinerary=trip))
    for more, field in (
        ({"participants": [Recipient(contact_id=theirs.id)]}, "participants[0].contact_id"),
        ({"participants": [Recipient(address="no number")]}, "participants[0].address"),
        ({"participants": [Recipient(address=ADDRESS)]}, "participants[0].address"),
        ({"participants": [Recipient(address="+351 210 000 000")]}, "participants"),
        ({"itinerary_id": trip.id}, "itinerary_id"),
        ({"connection_id": uuid4()}, "connection_id"),
        ({"subject": "  "}, "subject"),
        ({"subject": "two\nlines"}, "subject"),
    ):
        with pytest.raises(Invalid) as refused:
            family.create(family.ana, **more)
        assert field in fields(refused.value), more
    with pytest.raises(Conflict, match="cannot have groups"):
        family.create(family.ana, connection_id=META.connection_id)
    assert desk.told(WhatsAppGroupOrdered) == []
    group = family.opened()
    with pytest.raises(Invalid) as refused:
        desk.call(
            "remove_participants", id=group.id, participants=[Recipient(contact_id=family.zoe.id)]
        )
    assert fields(refused.value) == {"participants[0]": "is not in the group"}
    with desk.elsewhere():
        assert desk.call("list_groups").groups == []
        for call in ("get_group", "leave_group"):
            with pytest.raises(NotFound):
                desk.call(call, id=group.id)


def test_it_is_changed_by_orders(desk: Desk, family: Family) -> None:
    group = family.opened()
    desk.call("add_participants", id=group.id, participants=[
        Recipient(contact_id=family.ana.id), Recipient(contact_id=family.zoe.id),
        Recipient(address="+351 910 000 009", name="Driver"),
    ])  # fmt: skip
    desk.call(
        "remove_participants", id=group.id, participants=[Recipient(contact_id=family.rui.id)]
    )
    now = family.now(group)
    renamed = desk.call("update_group", id=group.id, version=now.version, subject="Grants")
    assert (renamed.subject, renamed.itinerary_id) == ("Family Grant", None)
    desk.call("leave_group", id=group.id)
    _, added, removed, rename, leave = desk.told(WhatsAppGroupOrdered)
    assert (added.action, added.addresses) == (
        GroupAction.ADD, [address_of(family.zoe), "351910000009"],
    )  # fmt: skip
    assert (removed.action, removed.addresses) == (GroupAction.REMOVE, [address_of(family.rui)])
    assert (rename.action, rename.subject) == (GroupAction.RENAME, "Grants")
    assert leave.action is GroupAction.LEAVE
    [found] = desk.call("list_groups", contact_id=family.zoe.id).groups
    assert found.id == group.id


def test_a_group_that_was_made_on_the_phone_is_there_without_notes(
    desk: Desk, family: Family
) -> None:
    message = family.wrote(family.ana)
    conversation = desk.call("get_message", id=message.id).conversation_id
    made = Group(
        id=new_id(), connection_id=NUMBER.connection_id, conversation_id=None, address=None,
        subject="Drivers", itinerary_id=None, state=GroupState.OPEN, reason=None, invitation=None,
        members=0, participants=[], version=1, made_by="", made_at=NOW,
    )  # fmt: skip
    stranger = member("98765432101234@lid", name="Luc")
    family.told(made, 1, member(family.ana), stranger)
    group = family.now(made)
    assert group.conversation_id == conversation
    assert family.notes(group) == []
    assert {each.name for each in group.participants} == {"Ana", "Luc"}
    assert all(each.contact_id for each in group.participants)
    assert desk.call("get_conversation", id=conversation).contact_name == "Drivers"


def test_who_is_part_of_another_is_him_in_groups_too(desk: Desk, family: Family) -> None:
    group = family.opened()
    sent = family.send(group)
    merged = ContactMerged(merge_id=new_id(), merged_id=family.rui.id, contact=family.zoe)
    desk.hear("join_contacts", merged)
    ids = {each.contact_id for each in family.now(group).participants}
    assert ids == {family.ana.id, family.zoe.id}
    [found] = desk.call("list_groups", contact_id=family.zoe.id).groups
    assert found.id == group.id
    timeline = desk.call("contact_timeline", contact_id=family.zoe.id).messages
    assert sent.id in {each.id for each in timeline}


def test_who_asks_for_what_is_known_of_her_gets_her_groups(desk: Desk, family: Family) -> None:
    family.opened()
    person = Person(
        contact_ids=[family.ana.id],
        names=["Ana"],
        addresses=[address_of(family.ana)],
        words=["Ana"],
    )
    with acting(service_context(desk.organisation)):
        records = gathering.page(desk._service.store, person, "conversations").records
    [place] = [each.data for each in records if each.kind == "group_membership"]
    assert (place["group"], place["standing"]) == ("Family Grant", "added")
    assert address_of(family.rui) not in str(place)


def test_who_is_forgotten_is_nobody_in_groups(desk: Desk, family: Family) -> None:
    group = family.opened()
    hers = family.wrote(family.ana, "It is me")
    sent = family.send(group, "Welcome, Ana")
    ana = address_of(family.ana)
    desk.hear("take_delivery_update", update(sent, DeliveryStatus.READ, participant=ana))
    person = Person(contact_ids=[family.ana.id], names=["Ana"], addresses=[ana], words=["Ana", ana])
    forgetter = Forgetter(desk._service.store, desk._service.files)
    with acting(service_context(desk.organisation)):
        cursor = forgetter.step(person, None).cursor
        while cursor is not None:
            cursor = forgetter.step(person, cursor).cursor
    said = [family.now(group), *family.said(group), desk.call("get_message", id=hers.id)]
    assert "Ana" not in str(said)
    assert ana not in str(said)
    assert "Rui" in str(said)


def test_a_group_of_nobody_else_can_be_written_into(desk: Desk, family: Family) -> None:
    group = family.create(family.ana)
    family.told(group, 2, member(family.ana, Membership.REFUSED))
    sent = family.send(family.now(group))
    desk.hear("take_delivery_update", update(sent, DeliveryStatus.SENT, participants=[]))
    [delivery] = desk.call("get_message", id=sent.id).deliveries
    assert delivery.group is not None
    assert (delivery.group.of, delivery.status) == (0, DeliveryStatus.SENT)


def test_a_group_that_was_never_made_takes_nothing(desk: Desk, family: Family) -> None:
    group = family.create(family.ana)
    for state, reason in ((GroupState.MAKING, "being made"), (GroupState.FAILED, "never made")):
        family.told(group, 2 if state is GroupState.MAKING else 3, address=None, state=state)
        with pytest.raises(Invalid) as refused:
            family.send(group)
        assert reason in fields(refused.value)["group_id"]


def test_who_cannot_be_added_is_invited_into_a_group_that_no_person_made(
    desk: Desk, family: Family
) -> None:
    group = family.create(family.rui, role=Role.SERVICE)
    family.told(group, 2, member(family.rui, Membership.INVITED), invitation=LINK)
    desk.passed = dt.timedelta(minutes=5)
    desk.leave()
    [invitation] = desk.told(WhatsAppQueued)
    assert LINK in invitation.text


def test_those_who_look_are_told_of_a_group_that_has_no_conversation(
    desk: Desk, family: Family
) -> None:
    group = family.create(family.ana)
    family.told(group, 2, address=None, state=GroupState.FAILED, reason="The phone is away")
    told = [each.group for each in desk.told(ChatGroupChanged)]
    assert [(each.id, each.state, each.reason) for each in told] == [
        (group.id, GroupState.MAKING, None), (group.id, GroupState.FAILED, "The phone is away"),
    ]  # fmt: skip


def test_the_list_shows_groups_alone_and_people_alone(desk: Desk, family: Family) -> None:
    group = family.opened()
    desk.hear("take_message", received(NUMBER.connection_id, "joao@silva.test"))
    listed = {
        kind: desk.call("list_conversations", kind=kind).conversations for kind in ConversationKind
    }
    assert [each.id for each in listed[ConversationKind.GROUP]] == [group.conversation_id]
    assert [each.kind for each in listed[ConversationKind.PERSON]] == [ConversationKind.PERSON]
    found = desk.call("list_conversations", kind=ConversationKind.PERSON, q="Grant").conversations
    assert found == []


def copy(family: Family, group: Group, version: int, *members: GroupMember) -> None:
    """What the read model learns when it is made anew."""
    event = GroupChanged(
        group_id=group.id, channel=Channel.WHATSAPP, connection_id=NUMBER.connection_id,
        address=ADDRESS, subject=group.subject, state=GroupState.OPEN, reason=None,
        invitation=LINK, members=list(members), version=version,
        at=dt.datetime.now(dt.UTC),
    )  # fmt: skip
    with family.desk.database.transaction(family.desk.organisation) as session:
        GROUPS.learn(session, event)


def test_a_copy_that_is_faster_than_the_news_takes_nothing_from_it(
    desk: Desk, family: Family
) -> None:
    group = family.create(family.ana, family.rui)
    members = (
        member(family.ana), member(family.rui, Membership.INVITED), member("lid:77", name="Bo"),
    )  # fmt: skip
    copy(family, group, 2, *members)
    noted = family.notes(group)
    assert (NoteKind.INVITED, ["Rui"]) in noted
    strangers = [each for each in family.now(group).participants if each.contact_id is None]
    assert [each.name for each in strangers] == ["Bo"]
    family.told(group, 2, *members, invitation=LINK)
    assert family.notes(group) == noted
    assert all(each.contact_id for each in family.now(group).participants)
    desk.passed = dt.timedelta(minutes=5)
    desk.leave()
    assert [each.address for each in desk.told(WhatsAppQueued)] == [address_of(family.rui)]
    copy(family, group, 2, *members)
    assert family.notes(group) == noted
    copy(family, group, 1)
    assert len(family.now(group).participants) == 3


def test_who_was_invited_before_is_not_invited_by_a_later_copy(desk: Desk, family: Family) -> None:
    group = family.create(family.ana, family.rui)
    shy = member(family.rui, Membership.INVITED)
    family.told(group, 2, member(family.ana), shy, invitation=LINK)
    later = NOW + dt.timedelta(minutes=1)
    copy(family, group, 3, member(family.ana), shy)
    family.told(group, 3, member(family.ana), shy, invitation=LINK, subject="Grants", at=later)
    desk.passed = dt.timedelta(minutes=5)
    desk.leave()
    assert len(desk.told(WhatsAppQueued)) == 1


def test_a_group_that_no_gateway_knows_goes_and_what_was_said_stays(
    desk: Desk, family: Family
) -> None:
    ordered, group = family.create(family.zoe), family.opened()
    said = family.said(group)
    with desk.database.reading(desk.organisation) as session:
        known = session.scalars(select(GROUPS.key).where(GROUPS.of_source)).all()
    assert known == [group.id], "one that was just ordered is not yet known to its gateway"
    with desk.database.transaction(desk.organisation) as session:
        GROUPS.forget(session, group.id)
    assert [each.id for each in desk.call("list_groups").groups] == [ordered.id]
    page = desk.call("conversation_messages", id=group.conversation_id)
    assert page.messages[::-1] == said
