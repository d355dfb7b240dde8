"""The worker, with its true client, on a stand-in for the network: messages, groups, files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from whatsapp_gateway.linked.protocol import commands, content, events
from whatsapp_gateway.linked.protocol.events import Admission, Outcome, Phase, Reason

from .working import wait_for

if TYPE_CHECKING:
    from scripts.servers.whatsapp.server import StandIn

    from .working import Working

pytestmark = pytest.mark.servers

Begin = Callable[..., "Working"]
ANA, LUC, ZOE = "34699888777", "34699888666", "34699888555"


def to(phone: str) -> str:
    return f"{phone}@s.whatsapp.net"


def is_of(mark: events.Mark, receipt: events.Receipt) -> bool:
    return receipt.mark is mark


def words(**fields: Any) -> Any:
    """A message as the network has it."""
    from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e

    return e2e.Message(**fields)


def proto(kind: str, /, **fields: Any) -> Any:
    from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e

    return getattr(e2e, kind)(**fields)


def key(id: str, **fields: Any) -> Any:
    from neonize.proto.waCommon.WACommon_pb2 import MessageKey

    return MessageKey(ID=id, **fields)


def test_what_is_sent_arrives_and_its_receipts_come(begin: Begin, standin: StandIn) -> None:
    worker = begin().connected()
    quote = content.Quote("AAAA1", to(ANA), "When?")
    sendings: dict[str, tuple[content.Content, content.Quote | None]] = {
        "text": (content.Text("Your transfer is confirmed ✈ مرحبا"), None),
        "answer": (content.Text("At nine"), quote),
        "place": (content.Location(41.38, 2.17, "Hotel", "Rambla 1"), None),
        "card": (content.Contacts([content.Card("Joan", "BEGIN:VCARD\nEND:VCARD")]), None),
        "reaction": (content.Reaction("AAAA1", "👍"), None),
    }
    for id, (what, quoted) in sendings.items():
        worker.tell(commands.Send(id, to(ANA), what, quoted))
    done = {id: worker.done(id) for id in sendings}
    assert {each.outcome for each in done.values()} == {Outcome.DONE}
    assert {each.chat for each in done.values()} == {str(standin.world.lid(ANA))}
    assert is_now(done["text"].at)
    arrived = {sent.id: sent.message for sent in standin.sent}
    text, answer, place, card, reaction = (arrived[done[id].message] for id in sendings)
    assert text.conversation == "Your transfer is confirmed ✈ مرحبا"
    assert answer.extendedTextMessage.text == "At nine"
    assert answer.extendedTextMessage.contextInfo.stanzaID == "AAAA1"
    assert answer.extendedTextMessage.contextInfo.quotedMessage.conversation == "When?"
    assert place.locationMessage.name == "Hotel"
    assert card.contactMessage.displayName == "Joan"
    assert (reaction.reactionMessage.key.ID, reaction.reactionMessage.text) == ("AAAA1", "👍")
    assert not any(sent.node.child("bot") for sent in standin.sent)
    for mark in (events.Mark.DELIVERED, events.Mark.READ):
        receipt = worker.heard(events.Receipt, partial(is_of, mark))
        assert receipt.messages == [done["text"].message]

    worker.tell(commands.Send("edit", to(ANA), content.Edit(done["text"].message, "Cancelled")))
    worker.tell(commands.Send("delete", to(ANA), content.Delete(done["answer"].message)))
    edit, delete = (
        next(sent.message for sent in standin.sent if sent.id == worker.done(id).message)
        for id in ("edit", "delete")
    )
    edited = edit.editedMessage.message.protocolMessage
    assert done["text"].message == edited.key.ID
    assert edited.editedMessage.conversation == "Cancelled"
    assert done["answer"].message == delete.protocolMessage.key.ID
    assert delete.protocolMessage.key.fromMe


def is_now(moment: dt.datetime | None) -> bool:
    return moment is not None and abs(dt.datetime.now(dt.UTC) - moment) < dt.timedelta(minutes=10)


@pytest.mark.parametrize(
    ("error", "reason"),
    [("463", Reason.RESTRICTED), ("479", Reason.BY_NETWORK)],
)
def test_a_refusal_has_its_reason(
    begin: Begin, standin: StandIn, error: str, reason: Reason
) -> None:
    standin.rules.errors[ANA] = error
    worker = begin().connected()
    worker.tell(commands.Send("1", to(ANA), content.Text("Hello")))
    done = worker.done("1")
    assert (done.outcome, done.reason) == (Outcome.REFUSED, reason)
    assert done.message == standin.sent[0].id


def test_what_cannot_be_sent_is_refused_before_it_leaves(begin: Begin, standin: StandIn) -> None:
    standin.world.unknown.add(LUC)
    worker = begin().connected()
    nobody = commands.Send("nobody", to(LUC), content.Text("Hello"))
    nowhere = commands.Send("nowhere", "Ana", content.Text("Hello"))
    image = content.Media(content.MediaKind.IMAGE, "image/png", path="../session.db")
    outside = commands.Send("outside", to(ANA), image)
    for command in (nobody, nowhere, outside):
        worker.tell(command)
    assert worker.done("nobody").reason is Reason.NOT_ON_WHATSAPP
    assert worker.done("nowhere").reason is Reason.BAD_ADDRESS
    assert worker.done("outside").reason is Reason.NO_FILE
    assert not standin.sent


def test_nothing_is_done_twice_however_often_it_is_told(begin: Begin, standin: StandIn) -> None:
    worker = begin().connected()
    for _ in range(3):
        worker.tell(commands.Send("1", to(ANA), content.Text("Once")))
    worker.tell(commands.Send("2", to(ANA), content.Text("After it")))
    worker.done("2")
    worker.tell(commands.Send("1", to(ANA), content.Text("Once")))
    worker.tell(commands.Send("3", to(ANA), content.Text("Last")))
    worker.done("3")
    assert [sent.message.conversation for sent in standin.sent] == ["Once", "After it", "Last"]
    assert len({done.message for done in worker.of(events.Done) if done.id == "1"}) == 1


def test_what_comes_is_understood(begin: Begin, standin: StandIn) -> None:
    worker = begin().connected()
    context = proto(
        "ContextInfo",
        stanzaID="OURS1",
        participant=to(standin.world.own),
        quotedMessage=words(conversation="At nine?"),
    )
    revoke = proto("ProtocolMessage", type=0, key=key("OLD1"))
    edit = proto(
        "ProtocolMessage", type=14, key=key("OLD2"), editedMessage=words(conversation="at ten")
    )
    sent = {
        "text": words(conversation="Hello ✈"),
        "answer": words(
            extendedTextMessage=proto("ExtendedTextMessage", text="Yes", contextInfo=context)
        ),
        "reaction": words(
            reactionMessage=proto("ReactionMessage", key=key("OURS1", fromMe=True), text="👍")
        ),
        "place": words(
            locationMessage=proto("LocationMessage", degreesLatitude=41.5, degreesLongitude=2.0)
        ),
        "card": words(contactMessage=proto("ContactMessage", displayName="Joan", vcard="V")),
        "poll": words(pollCreationMessageV3=proto("PollCreationMessage", name="Where?")),
        "delete": words(protocolMessage=revoke),
        "edit": words(
            editedMessage=proto("FutureProofMessage", message=words(protocolMessage=edit))
        ),
        "secret": words(
            ephemeralMessage=proto("FutureProofMessage", message=words(conversation="psst"))
        ),
    }
    ids = {name: standin.deliver(message, ANA) for name, message in sent.items()}
    got = {name: worker.message(id) for name, id in ids.items()}
    contents = {name: message.content for name, message in got.items()}
    assert contents == {
        "text": content.Text("Hello ✈"),
        "answer": content.Text("Yes"),
        "reaction": content.Reaction("OURS1", "👍", to_me=True),
        "place": content.Location(41.5, 2.0),
        "card": content.Contacts([content.Card("Joan", "V")]),
        "poll": content.Unsupported("pollCreationMessageV3"),
        "delete": content.Delete("OLD1"),
        "edit": content.Edit("OLD2", "at ten"),
        "secret": content.Text("psst"),
    }
    first = got["text"]
    assert (first.chat, first.phone, first.name) == (str(standin.world.lid(ANA)), to(ANA), "Ana")
    assert (first.from_me, first.group, first.imported) == (False, False, False)
    assert is_now(first.at)
    assert got["answer"].quote == content.Quote("OURS1", to(standin.world.own), "At nine?")


def test_what_is_typed_on_the_phone_itself_comes_too(begin: Begin, standin: StandIn) -> None:
    worker = begin().connected()
    standin.deliver_own(words(conversation="I answer by hand"), ANA)
    message = worker.heard(events.Message)
    assert message.from_me
    assert message.chat == str(standin.world.lid(ANA))
    assert message.content == content.Text("I answer by hand")


def test_history_comes_marked(begin: Begin, standin: StandIn) -> None:
    import zlib

    from neonize.proto.waHistorySync import WAWebProtobufsHistorySync_pb2 as history
    from neonize.proto.waWeb import WAWebProtobufsWeb_pb2 as web

    worker = begin().connected()
    old = [
        web.WebMessageInfo(
            key=key(f"H{number}", fromMe=number == 1, remoteJID=to(ANA)),
            message=words(conversation=f"old {number}"),
            messageTimestamp=1_700_000_000 + number,
        )
        for number in range(60)
    ]
    talk = history.Conversation(ID=to(ANA), name="Ana")
    talk.messages.extend(history.HistorySyncMsg(message=each) for each in old)
    sync = history.HistorySync(syncType=history.HistorySync.RECENT, conversations=[talk])
    notification = proto(
        "HistorySyncNotification",
        syncType=3,
        initialHistBootstrapInlinePayload=zlib.compress(sync.SerializeToString()),
    )
    inside = proto("ProtocolMessage", type=6, historySyncNotification=notification)
    standin.deliver_own(words(protocolMessage=inside), ANA, peer=True)
    worker.heard(events.History, lambda piece: any(m.id == "H59" for m in piece.messages))
    pieces = worker.of(events.History)
    messages = [message for piece in pieces for message in piece.messages]
    assert [message.id for message in messages] == [f"H{number}" for number in range(60)]
    assert all(message.imported for message in messages)
    assert [message.id for message in messages if message.from_me] == ["H1"]
    assert {piece.name for piece in pieces} == {"Ana"}
    assert not worker.of(events.Message)


def test_files_go_both_ways(begin: Begin, standin: StandIn) -> None:
    worker = begin().connected()
    voucher, note = b"%PDF-1.7 voucher" * 50, b"OggS" + bytes(5000)
    (worker.folder / "outgoing").mkdir()
    (worker.folder / "outgoing" / "voucher").write_bytes(voucher)
    document = content.Media(
        content.MediaKind.DOCUMENT,
        "application/pdf",
        path="outgoing/voucher",
        filename="Voucher.pdf",
        caption="For you",
    )
    worker.tell(commands.Send("1", to(ANA), document))
    assert worker.done("1").outcome is Outcome.DONE
    sent = standin.sent[0].message.documentMessage
    assert (sent.fileName, sent.caption, sent.mimetype) == (
        "Voucher.pdf",
        "For you",
        "application/pdf",
    )
    assert standin.media.opened(sent.directPath, sent.mediaKey, "Document") == voucher

    stored = standin.media.store(note, "Audio")
    audio = proto(
        "AudioMessage",
        URL=stored.url,
        directPath=stored.direct_path,
        mediaKey=stored.key,
        fileSHA256=stored.sha256,
        fileEncSHA256=stored.encrypted_sha256,
        fileLength=stored.size,
        mimetype="audio/ogg; codecs=opus",
        PTT=True,
        seconds=7,
    )
    standin.media.broken.add(stored.path)
    id = standin.deliver(words(audioMessage=audio), ANA)
    message = worker.heard(events.Message)
    assert isinstance(message.content, content.Media)
    assert (message.content.voice, message.content.seconds) == (True, 7)
    failed = worker.heard(events.MediaFetched)
    assert failed.error
    assert (failed.message, failed.path, failed.gone) == (id, None, False)
    standin.media.broken.clear()
    worker.tell(commands.Fetch(id))
    fetched = worker.heard(events.MediaFetched, lambda f: f.path is not None)
    assert fetched.path is not None
    assert (worker.folder / fetched.path).read_bytes() == note
    assert fetched.sha256 == message.content.sha256


def test_a_file_that_is_too_large_is_not_fetched(begin: Begin, standin: StandIn) -> None:
    worker = begin().connected()
    stored = standin.media.store(b"%PDF-1.7 a film", "Document")
    film = proto(
        "DocumentMessage",
        URL=stored.url,
        directPath=stored.direct_path,
        mediaKey=stored.key,
        fileSHA256=stored.sha256,
        fileEncSHA256=stored.encrypted_sha256,
        fileLength=100 * 1024 * 1024 + 1,
        mimetype="video/mp4",
    )
    id = standin.deliver(words(documentMessage=film), ANA)
    refused = worker.heard(events.MediaFetched)
    assert (refused.message, refused.path, refused.gone) == (id, None, True)
    assert "100 MB" in (refused.error or "")
    assert worker.message(id)  # it is told all the same


def test_typing_and_read_marks_go_both_ways(begin: Begin, standin: StandIn) -> None:
    worker = begin().connected()
    worker.tell(commands.Online(on=True))
    standin.typing(ANA)
    typed = worker.heard(events.Typed)
    assert (typed.on, typed.sender) == (True, to(ANA))
    worker.tell(commands.Typing(to(ANA), on=True))
    worker.tell(commands.Read(to(ANA), ["AAAA1", "AAAA2"]))

    def said(tag: str, kind: str = "") -> Any:
        return lambda: [
            n for n in list(standin.heard) if n.tag == tag and n.attrs.get("type", "") == kind
        ]

    [chatstate] = wait_for(said("chatstate"))
    assert chatstate.child("composing")
    [read] = wait_for(said("receipt", "read"))
    assert read.attrs["id"] == "AAAA1"
    assert read.need("list", "item").attrs["id"] == "AAAA2"


def test_a_group_with_an_outcome_for_each(begin: Begin, standin: StandIn) -> None:
    standin.world.private.add(ZOE)
    worker = begin().connected()
    worker.tell(commands.CreateGroup("make", "Trip 42", [to(ANA), to(ZOE)]))
    made = worker.done("make").group
    assert made is not None
    assert made.subject == "Trip 42"
    assert {p.phone: p.admission for p in made.participants} == {
        to(ANA): Admission.ADDED,
        to(ZOE): Admission.INVITE,
    }
    assert made.invitation.startswith("https://chat.whatsapp.com/")

    worker.tell(commands.ChangeParticipants("add", made.address, [to(LUC)]))
    worker.tell(commands.RenameGroup("name", made.address, "Trip 43"))
    worker.tell(commands.ChangeParticipants("out", made.address, [to(ANA)], remove=True))
    worker.tell(commands.DescribeGroup("who", made.address))
    worker.tell(commands.Send("hello", made.address, content.Text("Welcome")))
    added, removed, now = (worker.done(id).group for id in ("add", "out", "who"))
    assert added is not None
    assert removed is not None
    assert now is not None
    assert [p.admission for p in added.participants] == [Admission.ADDED]
    assert [p.admission for p in removed.participants] == [Admission.REMOVED]
    assert now.subject == "Trip 43"
    assert {p.phone for p in now.participants} == {to(standin.world.own), to(LUC)}
    assert worker.done("hello").outcome is Outcome.DONE
    [sent] = [each for each in standin.sent if each.to.server == "g.us"]
    assert sent.node.need("enc").attrs["type"] == "skmsg"
    worker.tell(commands.LeaveGroup("leave", made.address))
    assert worker.done("leave").outcome is Outcome.DONE
    assert not standin.world.groups


def test_who_is_on_whatsapp(begin: Begin, standin: StandIn) -> None:
    standin.world.unknown.add(LUC)
    worker = begin().connected()
    worker.tell(commands.Find("1", [f"+{ANA}", f"+{LUC}"]))
    assert worker.done("1").found == [
        events.Found(f"+{ANA}", to(ANA)),
        events.Found(f"+{LUC}", None),
    ]


def test_before_it_is_connected_nothing_leaves_and_it_may_be_told_again(
    begin: Begin, standin: StandIn
) -> None:
    worker = begin()
    send = commands.Send("1", to(ANA), content.Text("Hello"))
    worker.tell(send)
    worker.tell(commands.Typing(to(ANA), on=True))
    assert worker.done("1").outcome is Outcome.NOT_SENT
    assert worker.heard(events.Problem).reason == "not_connected"
    worker.tell(commands.Connect())
    worker.phase(Phase.OPEN)
    worker.tell(send)
    worker.heard(events.Done, lambda done: done.outcome is Outcome.DONE)
    assert len(standin.sent) == 1


def unreadable(standin: StandIn, text: str) -> str:
    """Ana writes with a key that the client used up before."""
    _, used = standin.world.prekeys[-1]
    standin.world.prekeys.append((0xFFFFF0, used))
    return standin.write(text, ANA)


def test_what_cannot_be_read_is_asked_for_and_comes(begin: Begin, standin: StandIn) -> None:
    worker = begin().connected()
    id = unreadable(standin, "At nine")
    message = worker.message(id)
    assert (message.content, message.late) == (content.Text("At nine"), False)
    wait_for(lambda: not standin.unacknowledged())
    assert not worker.of(events.Unreadable)


def test_what_comes_too_late_says_that_it_was_told_as_unreadable(
    begin: Begin, standin: StandIn
) -> None:
    worker = begin(unread_seconds=0.0).connected()
    standin.post.silent = True
    id = unreadable(standin, "At nine")
    assert worker.heard(events.Unreadable).id == id
    for node in standin.post.heard_late():
        standin.say(node)
    assert worker.message(id).late
