"""Somebody asks for what is known of her, and is forgotten."""

from __future__ import annotations

import pytest

from contracts.channels import DeliveryStatus
from contracts.persons import Person
from contracts.whatsapp_gateway import WhatsAppGateway
from fairlead.testing.bus import Home
from whatsapp_gateway.store.tables import Base

from .running import OTHER, PHONE, SERVICE, queue, reached, received, running, sandbox

pytestmark = pytest.mark.green


def test_her_words_go_and_those_of_others_stay(home: Home) -> None:
    with running(home) as (world, gateway):
        sandbox(world, gateway)
        hers = queue(world, "Dear Márcia, the key is in the pot")
        others = queue(world, "The key is in the door", address=OTHER)
        for each in (hers, others):
            reached(world, each, DeliveryStatus.DELIVERED)
        gateway.sandbox_chat_write(address=PHONE, text="Thank you, Márcia")
        gateway.sandbox_chat_write(address=OTHER, text="Thank you, Ana")
        received(world, 2)
        service = world.client(WhatsAppGateway, SERVICE)
        person = Person(
            contact_ids=[], names=["Márcia"], addresses=[f"+{PHONE}"], words=["Márcia", f"+{PHONE}"]
        )
        [record] = service.export_person(person=person).records
        assert record.data["text"] == hers.text
        cursor, changed = None, 0
        while True:
            done = service.erase_person(person=person, cursor=cursor)
            changed, cursor = changed + done.changed, done.cursor
            if cursor is None:
                break
        assert changed
        assert service.export_person(person=person).records == []
        assert service.erase_person(person=person).changed == 0
        kept = _all(world)
        for word in ("Márcia", "M\\u00e1rcia", PHONE, "Rui Costa"):
            assert word not in kept, word
        assert "The key is in the door" in kept
        assert gateway.sandbox_chat(address=OTHER)


def _all(world: object) -> str:
    """Every column of every row as text."""
    database = world.database("whatsapp_gateway")  # type: ignore[attr-defined]
    said = []
    with database.exclusive() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(table.select()):
                said += [
                    each.decode("utf-8", "replace") if isinstance(each, bytes) else repr(each)
                    for each in row
                ]
    return "\n".join(said)
