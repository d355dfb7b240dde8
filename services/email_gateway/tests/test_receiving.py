"""What becomes of a mail that came in: which are new, whose they are, and what is told of them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from uuid import uuid4

import pytest

from contracts.channels import AutomaticKind, DeliveryStatus, DeliveryUpdated, MessageReceived
from email_gateway.domain.threads import Threader
from email_gateway.imap import Cursor, Fetched
from email_gateway.imap_settings import LARGEST
from email_gateway.mailboxes import content
from email_gateway.store.tables import DispatchRow
from fairlead.store import Database
from tests.receiving import Receiving


@pytest.fixture
def receiving(store: Database, tmp_path: Path) -> Receiving:
    return Receiving(store, tmp_path)


def mail(body: str = "Confirmed.", **fields: str) -> str:
    """A mail with these fields; an empty one is left out."""
    known = {
        "From": "Ana <ana@hotel.test>",
        "To": "desk@agency.test",
        "Date": "Mon, 30 Nov 2026 10:00:00 +0100",
        "Subject": "Your booking",
        "Message-ID": "<1@hotel.test>",
    } | {name.replace("_", "-"): value for name, value in fields.items()}
    head = "".join(f"{name}: {value}\n" for name, value in known.items() if value)
    return f"{head}\n{body}\n"


# -- duplicates -----------------------------------------------------------------------------------


def test_one_mail_that_came_twice_is_one(receiving: Receiving) -> None:
    assert receiving.keep("Received: from a\n" + mail())
    assert not receiving.keep("Received: from b\n" + mail())
    receiving.work()
    [told] = receiving.told(MessageReceived)
    assert (told.provider_id, told.sender.address) == ("<1@hotel.test>", "ana@hotel.test")


def test_the_largest_mail_that_is_fetched_is_kept_too(receiving: Receiving) -> None:
    head = mail(body="")
    on_the_wire = len(head) + head.count("\n")  # its lines end with two characters there
    assert receiving.keep(head + "x" * (LARGEST - on_the_wire))


@pytest.mark.parametrize(
    "other",
    [
        {"From": "Rui <rui@bus.test>"},
        {"Date": "Tue, 1 Dec 2026 10:00:00 +0100"},
        {"body": "Confirmed, thanks."},
    ],
    ids=["sender", "date", "body"],
)
@pytest.mark.parametrize("mail_id", ["", "<scanner@localhost>"], ids=["no id", "one id for all"])
def test_what_differs_from_another_mail_is_another(
    receiving: Receiving, mail_id: str, other: dict[str, str]
) -> None:
    """Two who wrote `Confirmed.` by programs that make no Message-ID were taken for one."""
    assert receiving.keep(mail(Message_ID=mail_id))
    assert receiving.keep(mail(Message_ID=mail_id, **other))
    receiving.work()
    told = receiving.told(MessageReceived)
    assert len(told) == 2
    assert len({each.provider_id for each in told}) == 2


def test_the_same_mail_in_two_mailboxes_is_two(receiving: Receiving) -> None:
    second = receiving.connect("sales@agency.test")
    assert receiving.keep(mail())
    assert receiving.keep(mail(), connection=second)


# -- what could not be fetched --------------------------------------------------------------------


def test_each_mail_that_could_not_be_fetched_leaves_its_trace(receiving: Receiving) -> None:
    """They shared one placeholder: of the second nothing was seen, and the cursor went on."""
    for uid in (7, 8):
        failed = Fetched(Cursor(9, uid), size=4711, error="failed 3 times")
        assert receiving.keep(content(failed))
    receiving.work()
    told = receiving.told(MessageReceived)
    assert len(told) == len({each.provider_id for each in told}) == 2
    assert all("4711 bytes could not be fetched: failed 3 times" in each.text for each in told)


# -- whose answer it is ---------------------------------------------------------------------------


def test_an_answer_names_what_it_answers(receiving: Receiving) -> None:
    sent = receiving.send("ana@hotel.test")
    receiving.keep(mail(In_Reply_To=sent.mail_id or ""))
    receiving.work()
    [told] = receiving.told(MessageReceived)
    assert (told.answers, told.answers_by) == (sent.message_id, "message_id")
    assert told.automatic is AutomaticKind.NONE


def test_an_answer_may_name_the_id_that_the_provider_gave(receiving: Receiving) -> None:
    given = "<0102018c@eu-west-1.amazonses.com>"
    receiving.send("rui@bus.test")
    sent = receiving.send("ana@hotel.test", given_id=given)
    receiving.keep(mail(In_Reply_To=given, References=f"<x@x.test> {given}"))
    receiving.keep(came_back(sent, Message_ID=given))
    receiving.work()
    [told] = receiving.told(MessageReceived)
    assert (told.answers, told.answers_by) == (sent.message_id, "provider_id")
    assert [row.kind for row in receiving.rows()] == ["reply", "loop"]


def test_a_token_of_another_organisation_is_nobody_s(receiving: Receiving) -> None:
    sent = receiving.send("ana@hotel.test")
    others = uuid4()
    theirs = receiving.connect("desk@rival.test", others)
    reply = receiving.threader.reply_address(sent.message_id, "desk@rival.test")
    receiving.keep(
        mail(To=reply, In_Reply_To=sent.mail_id or ""), organisation=others, connection=theirs
    )
    receiving.work()
    [told] = receiving.told(MessageReceived)
    assert (told.answers, told.answers_by) == (None, None)


# -- loops ----------------------------------------------------------------------------------------


def came_back(sent: DispatchRow, **fields: str) -> str:
    """A mail of ours as a forwarder sends it on."""
    ours = {"From": "desk@agency.test", "To": sent.address, "Message_ID": sent.mail_id or ""}
    return "Received: from forwarder\n" + mail("Hello", **(ours | fields))


def test_our_own_mail_that_comes_back_is_none(receiving: Receiving) -> None:
    """It was told of as a message from ourselves, unless the organisation had a DKIM key."""
    sent = receiving.send("ana@hotel.test")
    receiving.keep(came_back(sent))
    receiving.keep(came_back(sent, Message_ID="<1@outlook.com>") + "again")  # somebody's own
    original = {"X_Microsoft_Original_Message_ID": sent.mail_id or ""}
    receiving.keep(came_back(sent, Message_ID="<2@outlook.com>", **original))
    receiving.work()
    assert [row.kind for row in receiving.rows()] == ["loop", "normal", "loop"]
    assert [told.provider_id for told in receiving.told(MessageReceived)] == ["<1@outlook.com>"]


def test_our_signature_under_our_own_address_is_enough(receiving: Receiving) -> None:
    """The row may be gone, as after a restore; a stranger may have copied the id."""
    lost = receiving.threader.message_id(uuid4(), "agency.test")
    receiving.keep(mail(From="Desk <Desk+x@Agency.test>", Message_ID=lost))
    receiving.keep(mail(From="thief@x.test", Message_ID=lost))
    foreign = Threader(b"another installation").message_id(uuid4(), "agency.test")
    receiving.keep(mail(From="desk@agency.test", Message_ID=foreign))
    receiving.work()
    assert [row.kind for row in receiving.rows()] == ["loop", "normal", "normal"]


def test_mail_between_two_organisations_is_no_loop(receiving: Receiving) -> None:
    others = uuid4()
    theirs = receiving.connect("desk@rival.test", others)
    sent = receiving.send("desk@rival.test")
    receiving.keep(came_back(sent), organisation=others, connection=theirs)
    receiving.work()
    [told] = receiving.told(MessageReceived)
    assert told.sender.address == "desk@agency.test"


# -- machines -------------------------------------------------------------------------------------


def test_an_absence_notice_is_marked_and_answers_its_message(receiving: Receiving) -> None:
    sent = receiving.send("ana@hotel.test")
    receiving.keep(
        mail(
            "I am away.",
            Subject="Automatic reply: Transfer",
            Auto_Submitted="auto-replied",
            In_Reply_To=sent.mail_id or "",
        )
    )
    receiving.work()
    [told] = receiving.told(MessageReceived)
    assert (told.automatic, told.answers) == (AutomaticKind.AUTO_REPLY, sent.message_id)
    assert receiving.told(DeliveryUpdated) == []


def bounce(receiving: Receiving, sent: DispatchRow, *, of: str) -> str:
    """What a server says of a mail of ours that an address did not take."""
    bounces = receiving.threader.bounce_address(sent.id, "desk@agency.test")
    return (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@mx.test\nTo: {bounces}\nSubject: Undelivered\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        "--b\nContent-Type: text/plain\n\nIt failed.\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n\n"
        f"Final-Recipient: rfc822; {of}\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 User unknown\n\n--b--\n"
    )


def test_a_bounce_goes_to_its_delivery_alone(receiving: Receiving) -> None:
    sent = receiving.send("gone@hotel.test")
    receiving.keep(bounce(receiving, sent, of="gone@hotel.test"))
    receiving.work()
    [told] = receiving.told(DeliveryUpdated)
    assert (told.delivery_id, told.status) == (sent.id, DeliveryStatus.FAILED)
    assert (told.code, told.permanent) == ("5.1.1", True)
    assert receiving.told(MessageReceived) == []


def test_where_he_forwards_to_is_gone_and_not_his_own_address(receiving: Receiving) -> None:
    sent = receiving.send("ana@hotel.test")
    receiving.keep(bounce(receiving, sent, of="old@private.test"))
    receiving.work()
    [told] = receiving.told(DeliveryUpdated)
    assert (told.delivery_id, told.status) == (sent.id, DeliveryStatus.FAILED)
    assert (told.code, told.permanent) == ("5.1.1", False)


# -- history --------------------------------------------------------------------------------------


def test_history_has_its_own_date_and_waits_behind_what_is_new(receiving: Receiving) -> None:
    came = dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC)
    old = mail("old", Message_ID="<old@x.test>", Date="Sat, 1 Mar 2025 11:00:00 +0000")
    odd = mail("odd", Message_ID="<odd@x.test>", Date="Sat, 1 Mar 2036 11:00:00 +0000")
    for raw in (old, odd):
        receiving.keep(raw, imported=True, came_at=came)
    receiving.keep(mail("new", Message_ID="<new@x.test>"), came_at=came)
    receiving.work()
    new, first, second = receiving.told(MessageReceived)
    assert [new.imported, first.imported, second.imported] == [False, True, True]
    assert new.received_at > came
    assert first.received_at == second.received_at == came
    assert (first.sent_at, second.sent_at) == (came - dt.timedelta(hours=1), None)
