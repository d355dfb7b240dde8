"""The sandbox, on both transports and stores: its phones get, read, answer and fail."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from contracts.channels import (
    Amending,
    Card,
    ChatFollowed,
    ConnectionChanged,
    ConnectionState,
    DeliveryStatus,
    Place,
    WhatsAppAmendmentQueued,
    WhatsAppAttended,
)
from contracts.common import FileRef
from contracts.whatsapp_gateway import LinkState, WhatsAppGateway, WhatsAppPace
from fairlead.errors import Conflict, Invalid, NotFound
from fairlead.store import new_id
from fairlead.testing.bus import Home
from whatsapp_gateway.store.tables import MessageRow, ParkedRow

from .running import (
    OTHER,
    OURS,
    PHONE,
    STRANGER,
    amended,
    queue,
    reached,
    received,
    running,
    sandbox,
    updates,
)

pytestmark = pytest.mark.green


def test_a_message_arrives_is_read_and_answered(home: Home) -> None:
    with running(home) as (world, gateway):
        connection = sandbox(world, gateway)
        queued = queue(world, "The guests wait outside")
        sent = reached(world, queued, DeliveryStatus.SENT)
        assert sent.provider_id == f"sandbox.{queued.delivery_id}:1"
        reached(world, queued, DeliveryStatus.DELIVERED)
        [shown] = gateway.sandbox_chat(address=f"+{PHONE}")
        assert (shown.text, shown.from_us, shown.status) == (
            "The guests wait outside", True, DeliveryStatus.DELIVERED,
        )  # fmt: skip
        gateway.sandbox_chat_read(id=shown.id)
        reached(world, queued, DeliveryStatus.READ)
        assert [each.status for each in updates(world, queued)] == [
            DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ,
        ]  # fmt: skip
        gateway.sandbox_chat_write(address=PHONE, text="مرحبا, on my way 🚗", quotes=shown.id)
        [answer] = received(world)
        assert (answer.text, answer.sender.address, answer.sender.name) == (
            "مرحبا, on my way 🚗", PHONE, "Rui Costa",
        )  # fmt: skip
        assert (answer.connection_id, answer.references) == (connection.id, [sent.provider_id])
        assert not answer.by_us
        assert not answer.imported


def test_a_message_with_files_goes_piece_by_piece(home: Home) -> None:
    with running(home) as (world, gateway):
        sandbox(world, gateway)
        stored = world.runtime.files.put(OURS, b"\xff\xd8\xff picture")
        photo = FileRef(
            key=stored.key, name="gate.jpg", content_type="image/jpeg", size=stored.size
        )
        plan = FileRef(
            key=stored.key, name="plan.pdf", content_type="application/pdf", size=stored.size
        )
        queued = queue(
            world,
            "Here",
            attachments=[photo, plan],
            place=Place(latitude=38.7, longitude=-9.1, name="Gate 3"),
            cards=[Card(name="Marta", phones=["+351910000009"])],
        )
        reached(world, queued, DeliveryStatus.DELIVERED)
        shown = gateway.sandbox_chat(address=PHONE)[::-1]
        assert [(each.text, [file.name for file in each.files]) for each in shown] == [
            ("Here", ["gate.jpg"]), ("", ["plan.pdf"]), ("", []), ("", []),
        ]  # fmt: skip
        assert shown[2].place is not None
        assert shown[3].cards[0].name == "Marta"
        told = updates(world, queued)
        assert len({each.provider_id for each in told if each.provider_id}) == 4
        assert gateway.files_held is not None
        gateway.sandbox_chat_read(id=shown[0].id)
        gateway.sandbox_chat_read(id=shown[-1].id)
        reached(world, queued, DeliveryStatus.READ)


def test_what_came_before_the_one_said_before_it_waits_for_it(home: Home) -> None:
    with running(home) as (world, gateway):
        sandbox(world, gateway)
        first = new_id()
        began = dt.datetime.now(dt.UTC)
        second = queue(world, "Bring the child seat", after=first)
        elsewhere = queue(world, "Hello", address=OTHER)
        reached(world, elsewhere, DeliveryStatus.DELIVERED)
        assert gateway.sandbox_chat(address=PHONE) == []
        queue(world, "At nine", delivery_id=first, queued_at=began)
        reached(world, second, DeliveryStatus.DELIVERED)
        said = [each.text for each in gateway.sandbox_chat(address=PHONE)[::-1]]
        assert said == ["At nine", "Bring the child seat"]


def test_what_a_phone_does_beside_writing(home: Home) -> None:
    with running(home) as (world, gateway):
        connection = sandbox(world, gateway)
        queued = queue(world)
        sent = reached(world, queued, DeliveryStatus.DELIVERED)
        [shown] = gateway.sandbox_chat(address=PHONE)
        gateway.sandbox_chat_type(address=PHONE)
        world.wait_for(
            lambda: [e for e in world.events(ChatFollowed, OURS) if e.typing and e.until]
        )
        gateway.sandbox_chat_amend(id=shown.id, reaction="👍")
        [reaction] = amended(world)
        assert (reaction.kind, reaction.text, reaction.by_us) == (Amending.REACTED, "👍", False)
        assert reaction.provider_id == f"sandbox.{queued.delivery_id}:1"
        with pytest.raises(Conflict):
            gateway.sandbox_chat_amend(id=shown.id, text="not mine")
        mine = gateway.sandbox_chat_write(address=PHONE, text="On my weigh")
        gateway.sandbox_chat_amend(id=mine.id, text="On my way")
        gateway.sandbox_chat_amend(id=mine.id)
        edit, deletion = amended(world, 3)[1:]
        [message] = received(world)
        assert (edit.kind, edit.text) == (Amending.EDITED, "On my way")
        assert (deletion.kind, deletion.provider_id) == (Amending.DELETED, message.provider_id)
        assert sent.address == PHONE
        assert connection.label if hasattr(connection, "label") else True


def test_our_own_amendments_reach_the_phone(home: Home) -> None:
    with running(home) as (world, gateway):
        connection = sandbox(world, gateway)
        reached(world, queued := queue(world), DeliveryStatus.DELIVERED)
        target = f"sandbox.{queued.delivery_id}:1"
        for kind, text in ((Amending.EDITED, "Hello there"), (Amending.REACTED, "🎉")):
            world.publish(
                WhatsAppAmendmentQueued(
                    id=new_id(), message_id=queued.message_id, connection_id=connection.id,
                    address=PHONE, target=target, by_us=True, kind=kind, text=text,
                    queued_at=queued.queued_at,
                ),
                organisation=OURS,
            )  # fmt: skip
        said = amended(world, 2)
        assert {(each.kind, each.by_us) for each in said} == {
            (Amending.EDITED, True), (Amending.REACTED, True),
        }  # fmt: skip
        [shown] = gateway.sandbox_chat(address=PHONE)
        assert (shown.text, shown.edited, shown.reactions) == ("Hello there", True, {"ours": "🎉"})


def test_the_phone_sees_that_we_read_and_write(home: Home) -> None:
    with running(home) as (world, gateway):
        connection = sandbox(world, gateway)
        gateway.sandbox_chat_write(address=PHONE, text="Hello?")
        [message] = received(world)
        for typing in (True, False):
            world.publish(
                WhatsAppAttended(
                    connection_id=connection.id, address=PHONE, last_id=message.provider_id,
                    typing=typing, at=message.received_at,
                ),
                organisation=OURS,
            )  # fmt: skip
        world.wait_for(lambda: gateway.sandbox_chat(address=PHONE)[0].status is DeliveryStatus.READ)
        assert gateway.sandbox_chat(address=PHONE)[0].typing


def test_a_number_without_whatsapp_and_one_that_is_none_fail(home: Home) -> None:
    with running(home) as (world, gateway):
        sandbox(world, gateway)
        nowhere = reached(world, queue(world, address="351910000009"), DeliveryStatus.FAILED)
        assert (nowhere.permanent, nowhere.code) == (True, "not_on_whatsapp")
        assert nowhere.reason == "This number is not on WhatsApp"
        broken = reached(world, queue(world, address="12"), DeliveryStatus.FAILED)
        assert "no WhatsApp account" in (broken.reason or "")
        empty = reached(world, queue(world, text=" "), DeliveryStatus.FAILED)
        assert empty.reason == "It cannot be sent: there is nothing in it"
        long = reached(world, queue(world, text="a" * 5000), DeliveryStatus.FAILED)
        assert "5000 characters" in (long.reason or "")


def test_a_phone_that_is_off_gets_it_when_it_is_on(home: Home) -> None:
    with running(home) as (world, gateway):
        sandbox(world, gateway)
        gateway.put_sandbox_handset(address=PHONE, on=False)
        queued = queue(world)
        reached(world, queued, DeliveryStatus.SENT)
        [shown] = gateway.sandbox_chat(address=PHONE)
        with pytest.raises(Conflict, match="switched off"):
            gateway.sandbox_chat_read(id=shown.id)
        assert gateway.put_sandbox_handset(address=PHONE, on=True).unread == 1
        reached(world, queued, DeliveryStatus.DELIVERED)
        gateway.sandbox_chat_fail(id=shown.id, reason="Lost at sea")
        # It was on the phone already, which no later word of the network's changes.
        queued = queue(world, address=OTHER)
        reached(world, queued, DeliveryStatus.DELIVERED)


def test_a_file_that_came_is_opened_by_its_place(home: Home) -> None:
    with running(home) as (world, gateway):
        sandbox(world, gateway)
        stored = world.runtime.files.put(OURS, b"%PDF-1.4 vouchers")
        file = FileRef(
            key=stored.key, name="vouchers.pdf", content_type="application/pdf", size=stored.size
        )
        reached(world, queue(world, attachments=[file]), DeliveryStatus.DELIVERED)
        [got] = gateway.sandbox_chat(address=PHONE)
        assert gateway.sandbox_chat_file(id=got.id, number=0) == file
        own = gateway.sandbox_chat_write(address=PHONE, text="Signed", files=[file])
        for id, number in ((got.id, 1), (own.id, 0)):  # what he sent himself he need not open
            with pytest.raises(NotFound, match="no such file"):
                gateway.sandbox_chat_file(id=id, number=number)


def test_a_failure_on_purpose_has_its_reason(home: Home) -> None:
    with running(home) as (world, gateway):
        sandbox(world, gateway)
        gateway.put_sandbox_handset(address=PHONE, on=False)
        reached(world, queued := queue(world), DeliveryStatus.SENT)
        [shown] = gateway.sandbox_chat(address=PHONE)
        gateway.sandbox_chat_fail(id=shown.id, reason="Lost at sea")
        assert reached(world, queued, DeliveryStatus.FAILED).reason == "Lost at sea"


def test_messages_wait_while_the_number_is_disconnected(home: Home) -> None:
    with running(home) as (world, gateway):
        connection = sandbox(world, gateway)
        off = gateway.disconnect_whatsapp(id=connection.id)
        assert (off.state, off.link) == (ConnectionState.OFF, LinkState.STOPPED)
        first, second = queue(world, "one"), queue(world, "two")
        code = gateway.connect_whatsapp(id=connection.id)
        assert code.text.startswith("sandbox:")
        assert gateway.connect_whatsapp(id=connection.id) == code
        wrong = gateway.sandbox_scan(connection_id=connection.id, number="+351210000999")
        world.wait_for(
            lambda: gateway.get_whatsapp_connection(id=connection.id).link is LinkState.WRONG_NUMBER
        )
        assert wrong.id == connection.id
        assert not updates(world, first)
        assert not updates(world, second)
        gateway.connect_whatsapp(id=connection.id)
        gateway.sandbox_scan(connection_id=connection.id, number="+351210000000")
        reached(world, first, DeliveryStatus.DELIVERED)
        reached(world, second, DeliveryStatus.DELIVERED)
        assert [each.text for each in gateway.sandbox_chat(address=PHONE)] == ["two", "one"]
        states = [
            ConnectionState.OPEN, ConnectionState.OFF, ConnectionState.CONNECTING,
            ConnectionState.OFF, ConnectionState.CONNECTING, ConnectionState.OPEN,
        ]  # fmt: skip
        # They were told in this order, and may be heard in another.
        world.wait_for(
            lambda: (
                [
                    each.state
                    for each in sorted(
                        world.events(ConnectionChanged, OURS), key=lambda each: each.version
                    )
                ]
                == states
            )
        )


def test_what_a_new_number_may_not_begin_today_follows_and_is_not_lost(home: Home) -> None:
    """A message to many may go to more strangers than a day has room for."""
    with running(home) as (world, gateway):
        sandbox(world, gateway, pace=WhatsAppPace(people_a_day=10))  # of which a tenth at first
        yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(hours=23, minutes=59)
        first = queue(world, address=PHONE, queued_at=yesterday)
        reached(world, first, DeliveryStatus.DELIVERED)
        second = queue(world, address=OTHER, queued_at=yesterday)
        waits = world.wait_for(lambda: [each for each in updates(world, second) if each.reason])
        assert waits[0].status is DeliveryStatus.QUEUED
        assert "as many new people today" in (waits[0].reason or "")
        with world.database("whatsapp_gateway").reading(OURS) as session:
            row = session.get_one(MessageRow, second.delivery_id)
            assert row.valid_until == yesterday + dt.timedelta(days=7)
        gateway.sandbox_chat_write(address=OTHER, text="Are you there?")
        received(world)
        with world.database("whatsapp_gateway").transaction(OURS) as session:
            session.get_one(MessageRow, second.delivery_id).due_at = dt.datetime.now(dt.UTC)
        reached(world, second, DeliveryStatus.DELIVERED)


def test_a_number_is_connected_by_a_typed_code(home: Home) -> None:
    with running(home) as (world, gateway):
        connection = sandbox(world, gateway)
        gateway.disconnect_whatsapp(id=connection.id)
        scanned = gateway.connect_whatsapp(id=connection.id)
        typed = gateway.connect_whatsapp_by_code(id=connection.id)
        assert re.fullmatch(r"[1-9A-Z]{4}-[1-9A-Z]{4}", typed.text)
        assert gateway.connect_whatsapp_by_code(id=connection.id) == typed
        shown = gateway.get_whatsapp_connection(id=connection.id)
        assert (shown.link, shown.state) == (LinkState.ENTER_CODE, ConnectionState.CONNECTING)
        assert "Link with phone number" in shown.reason
        again = gateway.connect_whatsapp(id=connection.id)  # he would rather scan
        assert again.text.startswith("sandbox:")
        assert again != scanned
        gateway.connect_whatsapp_by_code(id=connection.id)
        gateway.sandbox_scan(connection_id=connection.id, number="+351210000000")
        world.wait_for(
            lambda: gateway.get_whatsapp_connection(id=connection.id).link is LinkState.OPEN
        )
        assert gateway.connect_whatsapp_by_code(id=connection.id) is None


def test_a_number_is_one_connections(home: Home) -> None:
    with running(home) as (world, gateway):
        sandbox(world, gateway)
        with pytest.raises(Conflict, match="this number already"):
            sandbox(world, gateway, label="Again")
        with pytest.raises(Invalid, match="number"):
            sandbox(world, gateway, number="210000000")


def test_nobody_reaches_another_organisations_numbers_and_phones(home: Home) -> None:
    with running(home) as (world, gateway):
        connection = sandbox(world, gateway)
        reached(world, queue(world), DeliveryStatus.DELIVERED)
        [shown] = gateway.sandbox_chat(address=PHONE)
        stranger = world.client(WhatsAppGateway, STRANGER)
        assert stranger.list_whatsapp_connections() == []
        assert stranger.sandbox_handsets() == []
        for ask in (
            lambda: stranger.get_whatsapp_connection(id=connection.id),
            lambda: stranger.update_whatsapp_connection(
                id=connection.id, version=connection.version, details=connection.details
            ),
            lambda: stranger.remove_whatsapp_connection(id=connection.id),
            lambda: stranger.connect_whatsapp(id=connection.id),
            lambda: stranger.shown_whatsapp_qr(id=connection.id),
            lambda: stranger.shown_whatsapp_code(id=connection.id),
            lambda: stranger.disconnect_whatsapp(id=connection.id),
            lambda: stranger.fetch_network_templates(id=connection.id),
            lambda: stranger.sandbox_chat(address=PHONE),
            lambda: stranger.sandbox_chat_file(id=shown.id, number=0),
            lambda: stranger.sandbox_chat_read(id=shown.id),
            lambda: stranger.sandbox_chat_fail(id=shown.id),
            lambda: stranger.sandbox_chat_amend(id=shown.id, reaction="!"),
            lambda: stranger.sandbox_chat_write(address=PHONE, text="Hi"),
            lambda: stranger.sandbox_scan(connection_id=connection.id, number="+351210000000"),
        ):
            with pytest.raises(NotFound):
                ask()


def test_a_status_that_crossed_with_its_answer_is_not_lost(home: Home) -> None:
    """Another process may park it at the very moment that the answer is written down."""
    with running(home) as (world, gateway):
        connection = sandbox(world, gateway)
        gateway.put_sandbox_handset(address=PHONE, on=False)
        queued = queue(world)
        sent = reached(world, queued, DeliveryStatus.SENT)
        with world.database("whatsapp_gateway").transaction(OURS) as session:
            session.add(
                ParkedRow(
                    connection_id=connection.id,
                    provider_id=sent.provider_id,
                    status=DeliveryStatus.READ,
                    at=sent.at,
                )
            )
        reached(world, queued, DeliveryStatus.READ)
