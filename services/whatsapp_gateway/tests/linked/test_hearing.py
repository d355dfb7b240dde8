"""What a worker hands over, in the gateway's words; and how sendings end, in a driver's."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from contracts.channels import Amending, Card, DeliveryStatus
from contracts.groups import Membership
from contracts.whatsapp_gateway import LinkState
from fairlead.store import new_id
from whatsapp_gateway.domain.grouping import Task
from whatsapp_gateway.domain.heard import Amended, Fared, Followed, Grouped, Said
from whatsapp_gateway.drivers import (
    Again,
    Doubtful,
    GroupTask,
    Outcome,
    Paused,
    Refused,
    Scope,
    Taken,
)
from whatsapp_gateway.linked import cards, groups, hearing
from whatsapp_gateway.linked.driver import outcome
from whatsapp_gateway.linked.groups import jid
from whatsapp_gateway.linked.lifecycle import Life, State
from whatsapp_gateway.linked.protocol import commands, content, events
from whatsapp_gateway.linked.protocol.events import Mark, Reason
from whatsapp_gateway.linked.protocol.events import Outcome as Ended

NOW = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)
LID, PHONE, GROUP = "88699888777@lid", "34699888777@s.whatsapp.net", "120363000000000001@g.us"


def message(what: content.Content, **fields: object) -> events.Message:
    known = {"phone": PHONE, "lid": LID, "name": "Ana", "chat": LID, "sender": LID, **fields}
    return events.Message(id="AAAA1", at=NOW, content=what, **known)  # type: ignore[arg-type]


def test_a_person_is_known_by_phone_and_also_by_hidden_id() -> None:
    [said] = hearing.heard(message(content.Text("Hello")), NOW)
    assert isinstance(said, Said)
    assert (said.chat, said.who.address, said.who.also) == ("34699888777", "34699888777", [LID])
    [hidden] = hearing.heard(message(content.Text("Hello"), phone=""), NOW)
    assert isinstance(hidden, Said)
    assert (hidden.chat, hidden.who.address, hidden.who.also) == (LID, LID, [])


def test_in_a_group_the_chat_is_the_group() -> None:
    [said] = hearing.heard(message(content.Text("Hello"), chat=GROUP, group=True), NOW)
    assert isinstance(said, Said)
    assert said.group is not None
    assert (said.chat, said.group.address, said.who.address) == (GROUP, GROUP, "34699888777")


def test_a_file_is_fetched_by_its_message() -> None:
    note = content.Media(content.MediaKind.AUDIO, "audio/ogg", sha256="ab", voice=True, size=7)
    [said] = hearing.heard(message(note), NOW)
    assert isinstance(said, Said)
    [media] = said.media
    assert media.source == {"message": "AAAA1", "sha256": "ab"}
    assert (media.name, media.size) == ("voice note", 7)


@pytest.mark.parametrize(
    ("what", "kind", "text"),
    [
        (content.Reaction("OURS1", "👍"), Amending.REACTED, "👍"),
        (content.Edit("OURS1", "ten"), Amending.EDITED, "ten"),
        (content.Delete("OURS1"), Amending.DELETED, ""),
    ],
)
def test_amendments_name_their_target(what: content.Content, kind: Amending, text: str) -> None:
    [amended] = hearing.heard(message(what), NOW)
    assert isinstance(amended, Amended)
    assert (amended.target, amended.kind, amended.text) == ("OURS1", kind, text)


def test_what_cannot_be_shown_is_said() -> None:
    lost = events.Unreadable("AAAA1", LID, LID, reason="interrupted")
    for body in (message(content.Unsupported("pollCreationMessage")), lost):
        [said] = hearing.heard(body, NOW)
        assert isinstance(said, Said)
        assert "on the phone" in said.defects[0]


def test_receipts_are_matched_by_id_and_by_what_we_called_it() -> None:
    receipt = events.Receipt(["3EB0A", "3EB0B"], Mark.READ, NOW, LID, commands={"3EB0A": "x:1"})
    first, second = hearing.heard(receipt, NOW)
    assert isinstance(first, Fared)
    assert isinstance(second, Fared)
    assert (first.id, first.ours, first.status) == ("3EB0A", "x:1", DeliveryStatus.READ)
    assert (second.id, second.ours) == ("3EB0B", None)
    here = hearing.heard(events.Receipt(["X"], Mark.READ_HERE, NOW, LID), NOW)
    assert here == [Followed(chat=LID, at=NOW, read_by_us=True)]
    assert hearing.heard(events.Receipt(["X"], Mark.RETRIED, NOW, LID), NOW) == []


def test_an_end_that_nobody_waited_for_tells_that_it_left() -> None:
    done = events.Done("x:1", Ended.DONE, message="3EB0A", at=NOW)
    [fared] = hearing.heard(done, NOW)
    assert fared == Fared(id="3EB0A", status=DeliveryStatus.SENT, at=NOW, ours="x:1")
    assert hearing.heard(events.Done("x:1", Ended.UNKNOWN, message="3EB0A"), NOW) == []


def test_the_gateway_knows_every_state() -> None:
    assert {state.value for state in State} == {link.value for link in LinkState}
    shown = hearing.stands(Life(state=State.SCAN_QR, code="scan", code_until=NOW), NOW)
    assert (shown.state, shown.qr, shown.qr_until) == (LinkState.SCAN_QR, "scan", NOW)


@pytest.mark.parametrize(
    ("ended", "reason", "kind"),
    [
        (Ended.NOT_SENT, Reason.NOT_CONNECTED, Again),
        (Ended.NOT_SENT, Reason.UPLOAD_FAILED, Again),
        (Ended.UNKNOWN, Reason.INTERRUPTED, Doubtful),
        (Ended.REFUSED, Reason.RESTRICTED, Paused),
        (Ended.REFUSED, Reason.NOT_ON_WHATSAPP, Refused),
        (Ended.REFUSED, Reason.BY_NETWORK, Refused),
    ],
)
def test_each_end_has_its_outcome(ended: Ended, reason: Reason, kind: type[Outcome]) -> None:
    came = outcome(events.Done("x:1", ended, reason), "34699888777")
    assert isinstance(came, kind)
    if isinstance(came, Again):
        whole_number = reason is Reason.NOT_CONNECTED
        assert came.scope is (Scope.NUMBER if whole_number else Scope.MESSAGE)
    if isinstance(came, Refused):
        assert came.permanent is (reason is Reason.NOT_ON_WHATSAPP)


def test_a_hidden_id_that_a_sending_learns_is_passed_on() -> None:
    done = events.Done("x:1", Ended.DONE, message="3EB0A", chat=LID)
    assert outcome(done, "34699888777") == Taken("3EB0A", also=(LID,))
    assert (jid("34699888777"), jid(LID), jid(GROUP)) == (PHONE, LID, GROUP)


def test_a_card_goes_both_ways() -> None:
    card = Card(name="Joan; Vidal", phones=["+34699888777"], emails=["j@x.org"], company="Bus, SA")
    assert cards.read(cards.write(card)) == card
    folded = "BEGIN:VCARD\r\nitem1.TEL;waid=34:+34 6\r\n 99\r\nFN:Joan\r\nX:\r\nEND:VCARD"
    read = cards.read(content.Card("", folded))
    assert (read.name, read.phones) == ("Joan", ["+34 699"])


def test_news_of_a_group_name_who_came_and_went_and_whose_doing_it_was() -> None:
    told = events.GroupChanged(GROUP, NOW, "Trip 42", [PHONE], [LID], by=LID, without_us=True)
    assert hearing.heard(told, NOW) == [
        Grouped(
            chat=GROUP, at=NOW, subject="Trip 42", joined=["34699888777"], left=[LID], by=LID,
            without_us=True,
        )
    ]  # fmt: skip


def test_a_group_is_described_without_ourselves() -> None:
    task = GroupTask(
        organisation=new_id(), connection_id=new_id(), id=new_id(), task=Task.ADD, group=GROUP,
        subject="", addresses=("34699888777",),
    )  # fmt: skip
    own = events.Participant("1@lid", phone="34600111222@s.whatsapp.net", lid="1@lid", admin=True)
    full = events.Participant(LID, PHONE, LID, admission=events.Admission.REFUSED, code=500)
    said = groups.described(task, events.Group(GROUP, "", [own, full]), "34600111222")
    [answered] = said.members
    assert answered.addresses == ("34699888777", LID)
    assert (answered.standing, answered.reason) == (Membership.REFUSED, "The group is full")
    assert groups.command(task) == commands.ChangeParticipants(str(task.id), GROUP, [PHONE])
    asked = replace(task, task=Task.DESCRIBE)
    assert not groups.described(asked, events.Group(GROUP, "Trip", [full]), "34600111222").with_us
