"""Chats: out by their own event, and back with files, reactions, corrections; what a number may."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.channels import (
    Ability,
    Amending,
    AutomaticKind,
    AwaitedFile,
    Card,
    ChatFollowed,
    ChatGroup,
    DeliveryStatus,
    DeliveryUpdated,
    LateContent,
    Mailbox,
    MessageAmended,
    MessageReceived,
    Place,
    QuotedMessage,
    WhatsAppAmendmentQueued,
    WhatsAppAttended,
    WhatsAppQueued,
)
from contracts.common import Channel, FileRef
from contracts.contacts import Contact, ContactChanged, Identity, Scheme
from contracts.inbox import (
    ConversationState,
    Direction,
    Doing,
    Draft,
    MessageView,
    Recipient,
    TypingChanged,
)
from contracts.whatsapp_gateway import FilledTemplate
from fairlead.errors import Conflict, Invalid, NotFound
from inbox.store import parked
from inbox.testing import NOW, connection, contact, received
from inbox.testing.desk import Desk

PHONE, LID = "351910000001", "98765432101234@lid"
ALL = [each for each in Ability if each is not Ability.GROUPS]
NUMBER = connection("+351210000000", channel=Channel.WHATSAPP, label="Operations", abilities=ALL)
META = connection(
    "+351210000001", channel=Channel.WHATSAPP, label="Sales", default=False, answer_hours=24,
    abilities=[Ability.REACTIONS, Ability.TEMPLATES, Ability.READ_MARKS],
)  # fmt: skip


@pytest.fixture
def driver(desk: Desk) -> Contact:
    """Somebody with a phone."""
    phone = Identity(id=uuid4(), scheme=Scheme.PHONE, value=f"+{PHONE}", display=PHONE)
    account = Identity(id=uuid4(), scheme=Scheme.WHATSAPP, value=PHONE, display=PHONE)
    made = contact("Rui Costa", identities=[phone, account])
    for each in (NUMBER, META):
        desk.hear("learn_connection", each)
    desk.hear("learn_contact", ContactChanged(contact=made))
    return made


def send(desk: Desk, driver: Contact, text: str = "Hello", **changes: Any) -> MessageView:
    draft = Draft(
        channel=Channel.WHATSAPP, to=[Recipient(contact_id=driver.id)], text=text, **changes
    )
    [sent] = desk.call("send", draft=draft, request_id=str(uuid4()))
    return sent  # type: ignore[no-any-return]


def wrote(
    desk: Desk, text: str = "On my way", number: UUID | None = None, **more: Any
) -> MessageReceived:
    fields: dict[str, Any] = {
        "channel": Channel.WHATSAPP,
        "sender": Mailbox(address=PHONE, name="Rui"),
        "to": [Mailbox(address="351210000000")],
        "subject": "",
        "text": text,
        "html": None,
        "provider_id": f"wamid.{uuid4()}",
        "automatic": AutomaticKind.NONE,
        "received_at": dt.datetime.now(dt.UTC),
    }
    fields["sent_at"] = fields["received_at"]
    message = received(number or NUMBER.connection_id, PHONE, **(fields | more))
    desk.hear("take_message", message)
    return message


def has_id(desk: Desk, sent: MessageView, provider_id: str = "wamid.out") -> None:
    [delivery] = sent.deliveries
    desk.hear(
        "take_delivery_update",
        DeliveryUpdated(
            delivery_id=delivery.id, message_id=sent.id, channel=Channel.WHATSAPP, address=PHONE,
            status=DeliveryStatus.SENT, at=NOW, provider_id=provider_id,
        ),
    )  # fmt: skip


def amended(
    provider_id: str, kind: Amending | None = None, text: str = "", **more: Any
) -> MessageAmended:
    fields: dict[str, Any] = {"by_us": False, "at": NOW} | more
    return MessageAmended(
        channel=Channel.WHATSAPP, connection_id=NUMBER.connection_id, provider_id=provider_id,
        address=PHONE, kind=kind, text=text, **fields,
    )  # fmt: skip


def shown(desk: Desk, id: UUID) -> MessageView:
    return desk.call("get_message", id=id)  # type: ignore[no-any-return]


def test_a_message_leaves_with_all_that_a_chat_can_have(desk: Desk, driver: Contact) -> None:
    first = wrote(desk)
    place = Place(latitude=38.7, longitude=-9.1, name="Gate 3")
    sent = send(desk, driver, "", place=place, in_reply_to=first.id)
    [queued] = desk.told(WhatsAppQueued)
    assert (queued.address, queued.place, queued.text) == (PHONE, place, "")
    assert queued.quotes == first.provider_id
    assert queued.quoted == QuotedMessage(author=PHONE, text="On my way")
    assert sent.answers_id == first.id
    assert sent.chat is not None
    assert sent.chat.place == place


def test_what_was_sent_without_a_word_is_shown_by_what_it_carries(
    desk: Desk, driver: Contact
) -> None:
    def listed(**given: Any) -> str:
        sent = send(desk, driver, "", **given)
        conversation = desk.call("get_conversation", id=sent.conversation_id)
        [newest, *_] = desk.call("list_sent_messages").sent
        assert newest.preview == conversation.preview
        return str(conversation.preview)

    cards = [Card(name="Rita"), Card(name="Nuno")]
    here = Place(latitude=38.7, longitude=-9.1, address="Doca de Belém")
    assert listed(place=here, cards=cards) == "Doca de Belém, Rita, Nuno"
    assert listed(place=Place(latitude=38.7, longitude=-9.1)) == "38.70000, -9.10000"
    words = send(desk, driver, "At the gate", place=here)
    assert desk.call("get_conversation", id=words.conversation_id).preview == "At the gate"


def test_what_we_said_ourselves_is_quoted_as_ours(desk: Desk, driver: Contact) -> None:
    first = send(desk, driver, "At nine")
    has_id(desk, first)
    send(desk, driver, "At the gate", in_reply_to=first.id)
    queued = desk.told(WhatsAppQueued)[-1]
    assert queued.quotes == "wamid.out"
    assert queued.quoted == QuotedMessage(author="", text="At nine")


def test_a_message_says_which_one_is_on_its_way_before_it(desk: Desk, driver: Contact) -> None:
    first, second = send(desk, driver, "At nine"), send(desk, driver, "Bring the child seat")
    has_id(desk, first)
    has_id(desk, second)
    third = send(desk, driver, "Thank you")
    queued = {each.message_id: each for each in desk.told(WhatsAppQueued)}
    assert queued[first.id].after is None
    assert queued[second.id].after == first.deliveries[0].id
    assert queued[third.id].after is None  # the others have left


def test_who_has_a_phone_alone_is_written_to_by_whatsapp(desk: Desk, driver: Contact) -> None:
    phone = Identity(id=uuid4(), scheme=Scheme.PHONE, value="+351910000005", display="5")
    other = contact("Ana", identities=[phone])
    desk.hear("learn_contact", ContactChanged(contact=other))
    send(desk, other)
    assert desk.told(WhatsAppQueued)[0].address == "351910000005"


def test_a_number_sends_what_it_can_and_when_it_may(desk: Desk, driver: Contact) -> None:
    with pytest.raises(Invalid) as refused:
        send(desk, driver, connection_id=META.connection_id, place=Place(latitude=1, longitude=1))
    fields = {each["field"]: each["reason"] for each in refused.value.details["errors"]}
    assert "cannot send a place" in fields["place"]
    assert "may begin the chat" in fields["approved_template"]
    wrote(desk, number=META.connection_id)
    draft = Draft(
        channel=Channel.WHATSAPP, to=[Recipient(contact_id=driver.id)], text="Hi",
        connection_id=META.connection_id,
    )  # fmt: skip
    [preview] = desk.call("preview", draft=draft)
    assert preview.problems == []
    assert preview.answer_until is not None
    window = desk.call(
        "answer_window", id=send(desk, driver, connection_id=META.connection_id).conversation_id
    )
    assert (window.open, window.until) == (True, preview.answer_until)
    desk.passed = dt.timedelta(hours=25)
    [preview] = desk.call("preview", draft=draft)
    assert [each.field for each in preview.problems] == ["approved_template"]
    assert preview.answer_until is None


def test_the_time_to_answer_counts_from_when_it_was_said(desk: Desk, driver: Contact) -> None:
    said = dt.datetime.now(dt.UTC) - dt.timedelta(hours=23)
    message = wrote(desk, number=META.connection_id, sent_at=said)  # it comes only now
    id = shown(desk, message.id).conversation_id
    window = desk.call("answer_window", id=id)
    assert (window.open, window.until) == (True, said + dt.timedelta(hours=24))
    desk.passed = dt.timedelta(hours=2)
    assert not desk.call("answer_window", id=id).open


def test_an_approved_template_says_what_it_says(desk: Desk, driver: Contact) -> None:
    class Networks:
        def fill_network_template(self, *, connection_id: UUID, template: Any) -> FilledTemplate:
            problem = None if template.parameters else "its text has 1 places and 0 values"
            return FilledTemplate(text=f"Picked up on {template.parameters}", problem=problem)

    desk._service.whatsapp = Networks()
    common: dict[str, Any] = {"connection_id": META.connection_id}
    template = {"name": "pickup", "language": "en", "parameters": ["Tuesday"]}
    sent = send(desk, driver, "", approved_template=template, **common)
    assert sent.text == "Picked up on ['Tuesday']"
    [queued] = desk.told(WhatsAppQueued)
    assert queued.template is not None
    assert queued.template.parameters == ["Tuesday"]
    with pytest.raises(Invalid) as refused:
        send(desk, driver, "and more", approved_template=template | {"parameters": []}, **common)
    fields = {each["field"] for each in refused.value.details["errors"]}
    assert fields == {"approved_template", "text"}


def test_what_is_typed_on_the_phone_is_an_answer(desk: Desk, driver: Contact) -> None:
    first = wrote(desk)
    id = shown(desk, first.id).conversation_id
    assert desk.call("get_conversation", id=id).state is ConversationState.ATTENTIVE
    own, theirs = Mailbox(address="351210000000"), Mailbox(address=PHONE)
    typed = wrote(desk, "Wait there", sender=own, to=[theirs], by_us=True)
    message = shown(desk, typed.id)
    assert (message.direction, message.conversation_id) == (Direction.OUT, id)
    assert message.chat is not None
    assert message.chat.on_phone
    conversation = desk.call("get_conversation", id=id)
    assert (conversation.state, conversation.unread) == (ConversationState.ANSWERED, 0)


def test_history_changes_nothing_and_nobody_is_told(desk: Desk, driver: Contact) -> None:
    old = wrote(desk, "From before", imported=True, sent_at=NOW - dt.timedelta(days=30))
    message = shown(desk, old.id)
    assert message.imported
    conversation = desk.call("get_conversation", id=message.conversation_id)
    assert (conversation.state, conversation.unread) == (ConversationState.ANSWERED, 0)


def test_a_group_is_one_conversation_of_many(desk: Desk, driver: Contact) -> None:
    group = ChatGroup(address="120363041234567890@g.us", subject="Family Grant")
    one = wrote(desk, "Hello all", group=group)
    two = wrote(desk, "Hi", group=group, sender=Mailbox(address="351910000009", name="Ann"))
    messages = [shown(desk, each.id) for each in (one, two)]
    assert len({each.conversation_id for each in messages}) == 1
    assert messages[0].contact_id == driver.id != messages[1].contact_id
    conversation = desk.call("get_conversation", id=messages[0].conversation_id)
    assert (conversation.contact_name, conversation.contact_id) == ("Family Grant", None)
    assert conversation.address == group.address


def test_amendments_in_any_order_and_twice(desk: Desk, driver: Contact) -> None:
    later = NOW + dt.timedelta(minutes=1)
    early = amended("wamid.first", Amending.REACTED, "👍")
    desk.hear("take_amendment", early)  # before its message
    message = wrote(desk, "On my weigh", provider_id="wamid.first")
    chat = shown(desk, message.id).chat
    assert chat is not None
    assert [each.emoji for each in chat.reactions] == ["👍"]
    desk.hear("take_amendment", amended("wamid.first", Amending.EDITED, "On my way", at=later))
    desk.hear("take_amendment", amended("wamid.first", Amending.EDITED, "On mi wey"))
    desk.hear("take_amendment", amended("wamid.first", Amending.REACTED, "", at=later))
    desk.hear("take_amendment", early)
    found = shown(desk, message.id)
    assert found.text == "On my way"
    assert found.chat is not None
    assert (found.chat.reactions, found.chat.edited_at) == ([], later)
    assert desk.call("get_conversation", id=found.conversation_id).preview == "On my way"
    desk.hear("take_amendment", amended("wamid.first", Amending.DELETED, at=later))
    desk.hear("take_amendment", amended("wamid.first", Amending.EDITED, "Back", at=later))
    found = shown(desk, message.id)
    assert found.text == ""
    assert found.chat is not None
    assert found.chat.deleted_at == later


def test_what_could_not_be_read_says_after_all_what_it_says(desk: Desk, driver: Contact) -> None:
    waits = [AwaitedFile(number=0, name="0.jpg", content_type="image/jpeg")]
    late = amended(
        "wamid.late",
        awaited=waits,
        late=LateContent(text="At nine", place=Place(latitude=38.7, longitude=-9.1)),
    )
    message = wrote(desk, "", defects=["It stands on the phone."], provider_id="wamid.late")
    desk.hear("take_amendment", late)
    found = shown(desk, message.id)
    assert (found.text, found.defects) == ("At nine", [])
    assert found.chat is not None
    assert found.chat.place is not None
    assert [each.number for each in found.chat.awaited] == [0]
    assert desk.call("get_conversation", id=found.conversation_id).preview == "At nine"
    file = FileRef(
        key=f"{desk.organisation}/{'a' * 64}", name="0.jpg", content_type="image/jpeg", size=9
    )
    desk.hear("take_amendment", amended("wamid.late", files={0: file}, awaited=[]))
    desk.hear("take_amendment", amended("wamid.late", Amending.EDITED, "At ten"))
    desk.hear("take_amendment", late)  # once more
    found = shown(desk, message.id)
    assert found.text == "At ten"
    assert [each.name for each in found.attachments] == ["0.jpg"]
    assert found.chat is not None
    assert found.chat.awaited == []


def test_what_was_read_is_not_said_anew(desk: Desk, driver: Contact) -> None:
    message = wrote(desk, "At nine", provider_id="wamid.read")
    desk.hear("take_amendment", amended("wamid.read", late=LateContent(text="At ten")))
    assert shown(desk, message.id).text == "At nine"


def test_files_come_one_by_one_or_never(desk: Desk, driver: Contact) -> None:
    waits = [AwaitedFile(number=n, name=f"{n}.jpg", content_type="image/jpeg") for n in range(3)]
    message = wrote(desk, "Three", awaited=waits, provider_id="wamid.files")
    file = FileRef(
        key=f"{desk.organisation}/{'a' * 64}", name="1.jpg", content_type="image/jpeg", size=9
    )
    gone = [waits[0], AwaitedFile(number=2, name="2.jpg", content_type="image/jpeg", reason="lost")]
    desk.hear(
        "take_amendment", amended("wamid.files", files={1: file}, awaited=[waits[0], waits[2]])
    )
    desk.hear("take_amendment", amended("wamid.files", awaited=gone))
    # Older news of the others changes nothing of what is known.
    desk.hear(
        "take_amendment", amended("wamid.files", files={1: file}, awaited=[waits[0], waits[2]])
    )
    found = shown(desk, message.id)
    assert [each.name for each in found.attachments] == ["1.jpg"]
    assert found.chat is not None
    assert [(each.number, each.reason) for each in found.chat.awaited] == [(0, None), (2, "lost")]


def test_a_file_that_crosses_with_its_message_is_not_lost(
    desk: Desk, driver: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = [AwaitedFile(number=0, name="gate.jpg", content_type="image/jpeg")]
    file = FileRef(
        key=f"{desk.organisation}/{'a' * 64}", name="gate.jpg", content_type="image/jpeg", size=9
    )
    news = threading.Thread(
        target=desk.hear, args=("take_amendment", amended("wamid.crossing", files={0: file}))
    )
    take = parked.take_amendments

    def taken(*given: Any) -> Any:
        found = take(*given)
        news.start()  # the message is written, and nobody sees it yet
        news.join(0.5)
        return found

    monkeypatch.setattr(parked, "take_amendments", taken)
    message = wrote(desk, awaited=waits, provider_id="wamid.crossing")
    news.join()
    found = shown(desk, message.id)
    assert [each.name for each in found.attachments] == ["gate.jpg"]
    assert found.chat is not None
    assert found.chat.awaited == []


def test_we_react_correct_and_take_back(desk: Desk, driver: Contact) -> None:
    sent = send(desk, driver)
    with pytest.raises(Conflict, match="does not have it yet"):
        desk.call("react", id=sent.id, emoji="👍")
    has_id(desk, sent)
    desk.call("react", id=sent.id, emoji="👍")
    desk.call("edit_message", id=sent.id, text="Hello there")
    desk.call("delete_message", id=sent.id)
    told = desk.told(WhatsAppAmendmentQueued)
    assert [(each.kind, each.text, each.target, each.by_us) for each in told] == [
        (Amending.REACTED, "👍", "wamid.out", True),
        (Amending.EDITED, "Hello there", "wamid.out", True),
        (Amending.DELETED, "", "wamid.out", True),
    ]
    assert {each.address for each in told} == {PHONE}
    assert shown(desk, sent.id).text == "Hello"  # until the network has it
    theirs = wrote(desk)
    with pytest.raises(Conflict, match="not ours"):
        desk.call("edit_message", id=theirs.id, text="No")
    desk.passed = dt.timedelta(minutes=16)
    with pytest.raises(Conflict, match="any more"):
        desk.call("edit_message", id=sent.id, text="Too late")
    with desk.elsewhere(), pytest.raises(NotFound):
        desk.call("react", id=sent.id, emoji="👍")
    cloud = wrote(desk, number=META.connection_id)
    with pytest.raises(Conflict, match="cannot take back"):
        desk.call("delete_message", id=cloud.id)


def test_the_other_side_sees_that_we_read_and_write(desk: Desk, driver: Contact) -> None:
    first, message = wrote(desk), wrote(desk)
    id = shown(desk, message.id).conversation_id
    desk.call("set_presence", id=id, doing=Doing.TYPING)
    desk.call("mark_read", id=id)
    desk.call("mark_read", id=id)
    last = wrote(desk)
    desk.call("mark_read", id=id)
    told = desk.told(WhatsAppAttended)
    assert [(each.typing, each.last_id, each.before) for each in told] == [
        (True, message.provider_id, []),
        (False, message.provider_id, [first.provider_id]),
        (False, last.provider_id, []),
    ]


def test_the_number_knows_while_somebody_looks_and_when_he_stops_writing(
    desk: Desk, driver: Contact
) -> None:
    id = shown(desk, wrote(desk).id).conversation_id
    for doing in (Doing.VIEWING, Doing.TYPING, Doing.VIEWING, None, Doing.TYPING, None):
        desk.call("set_presence", id=id, doing=doing)
    told = desk.told(WhatsAppAttended)
    assert [(each.looking, each.typing) for each in told] == [
        (True, False),
        (False, True),
        (False, False), (True, False),
        (False, True),
        (False, False),
    ]  # fmt: skip
    assert {each.address for each in told} == {PHONE}


def test_we_see_that_the_other_side_writes_or_the_phone_was_read(
    desk: Desk, driver: Contact
) -> None:
    message = wrote(desk)
    id = shown(desk, message.id).conversation_id
    common: dict[str, Any] = {
        "channel": Channel.WHATSAPP, "connection_id": NUMBER.connection_id, "at": NOW,
    }  # fmt: skip
    until = NOW + dt.timedelta(seconds=25)
    desk.hear("follow_chat", ChatFollowed(address=PHONE, typing=True, until=until, **common))
    desk.hear("follow_chat", ChatFollowed(address="351919999999", typing=True, **common))
    assert [(each.conversation_id, each.until) for each in desk.told(TypingChanged)] == [
        (id, until)
    ]
    desk.hear("follow_chat", ChatFollowed(address=PHONE, read_by_us=True, **common))
    assert desk.call("get_conversation", id=id).unread == 0


def test_what_a_phone_has_was_no_failure(desk: Desk, driver: Contact) -> None:
    for order in ([DeliveryStatus.FAILED, DeliveryStatus.DELIVERED],
                  [DeliveryStatus.DELIVERED, DeliveryStatus.FAILED]):  # fmt: skip
        sent = send(desk, driver)
        for word in order:
            update = DeliveryUpdated(
                delivery_id=sent.deliveries[0].id, message_id=sent.id, channel=Channel.WHATSAPP,
                address=PHONE, status=word, at=NOW, reason="lost",
            )  # fmt: skip
            desk.hear("take_delivery_update", update)
        [delivery] = shown(desk, sent.id).deliveries
        assert (delivery.status, delivery.failed_at) == (DeliveryStatus.DELIVERED, None)


def test_a_writer_with_further_addresses_is_met_with_them(desk: Desk, driver: Contact) -> None:
    message = wrote(desk, also=[LID])
    assert desk.contacts.asked == [PHONE]
    assert desk.contacts.also == [LID]
    assert shown(desk, message.id).contact_id is not None


def test_what_whatsapp_does_not_take_is_said_before_it_is_sent(desk: Desk, driver: Contact) -> None:
    def uploaded(name: str, content_type: str, size: int) -> UUID:
        file = FileRef(
            key=f"{desk.organisation}/{name}", name=name, content_type=content_type, size=size
        )
        made: UUID = desk.call("add_file", file=file).id
        return made

    megabyte = 1024 * 1024
    photo = uploaded("gate.jpg", "image/jpeg", 5 * megabyte + 1)
    film = uploaded("film.mp4", "video/mp4", 100 * megabyte)
    to = [Recipient(contact_id=driver.id)]
    common: dict[str, Any] = {"channel": Channel.WHATSAPP, "to": to}
    draft = Draft(text="Look", attachments=[photo, film], **common)
    [preview] = desk.call("preview", draft=draft)
    assert preview.problems == []  # together they are more than a mail may have
    said = {each.reason for each in preview.hints}
    assert said == {
        "“gate.jpg” is larger than 5 MB and goes as a document, not as image",
        "“film.mp4” is larger than 16 MB and goes as a document, not as video",
    }
    [preview] = desk.call("preview", draft=Draft(text="a" * 4097, **common))
    assert [(each.field, "4,097" in each.reason) for each in preview.problems] == [("text", True)]
    with pytest.raises(Invalid, match="more than 100 MB"):
        uploaded("plan.pdf", "application/pdf", 100 * megabyte + 1)


def test_a_text_message_has_no_files(desk: Desk, driver: Contact) -> None:
    desk.hear("learn_connection", connection("+351210000009", channel=Channel.SMS, label="Texts"))
    file = FileRef(
        key=f"{desk.organisation}/a", name="a.pdf", content_type="application/pdf", size=1
    )
    id = desk.call("add_file", file=file).id
    to = [Recipient(contact_id=driver.id)]
    draft = Draft(channel=Channel.SMS, to=to, text="See the file", attachments=[id])
    [preview] = desk.call("preview", draft=draft)
    assert [(each.field, each.reason) for each in preview.problems] == [
        ("attachments", "a text message can have no files")
    ]
