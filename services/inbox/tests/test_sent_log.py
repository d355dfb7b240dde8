"""The list of what was sent, with its filters and as a file (mission H1)."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from contracts.channels import DeliveryStatus, DeliveryUpdated, EmailQueued
from contracts.common import Channel
from contracts.contacts import ContactChanged, Identity, Scheme
from contracts.inbox import AuthorKind, Draft, Recipient
from contracts.itineraries import ItineraryChanged
from contracts.jobs import JobState
from fairlead.context import Role
from fairlead.errors import Forbidden
from fairlead.store import EVERYWHERE
from inbox.migrations.versions import v0023_the_list_of_what_was_sent as migration
from inbox.testing import NOW, connection, contact, trip
from inbox.testing.desk import Desk
from inbox.testing.team import Team

PHONE = "+351910000001"
CARRIER = connection("+351210000000", channel=Channel.SMS, label="Texts")


@pytest.fixture
def sent(desk: Desk, team: Team) -> dict[str, UUID]:
    """A mail about a trip, one that fails, and a text."""
    phone = Identity(id=uuid4(), scheme=Scheme.PHONE, value=PHONE, display=PHONE)
    driver = contact("Rui Costa", identities=[phone])
    ours = trip()
    desk.hear("learn_connection", CARRIER)
    desk.hear("learn_contact", ContactChanged(contact=driver))
    desk.hear("learn_itinerary", ItineraryChanged(itinerary=ours))

    def leave(**fields: Any) -> UUID:
        [view] = desk.call("send", draft=Draft(**fields), request_id=str(uuid4()))
        made: UUID = view.id
        return made

    mail = leave(
        to=[Recipient(address="a@x.test")], subject="One", text="First", itinerary_id=ours.id
    )
    lost = leave(to=[Recipient(address="b@x.test")], subject="=Two", text="Second")
    text = leave(channel=Channel.SMS, to=[Recipient(contact_id=driver.id)], text="Third")
    [failed] = [each for each in desk.told(EmailQueued) if each.message_id == lost]
    desk.hear(
        "take_delivery_update",
        DeliveryUpdated(
            delivery_id=failed.recipients[0].delivery_id,
            message_id=lost,
            channel=Channel.EMAIL,
            address="b@x.test",
            status=DeliveryStatus.FAILED,
            at=NOW,
            reason="Nobody of that name",
        ),
    )
    return {"mail": mail, "lost": lost, "text": text, "driver": driver.id, "trip": ours.id}


def found(desk: Desk, **filters: Any) -> list[UUID]:
    return [each.id for each in desk.call("list_sent_messages", **filters).sent]


def test_each_filter_finds_what_it_says(desk: Desk, sent: dict[str, UUID]) -> None:
    mail, lost, text = sent["mail"], sent["lost"], sent["text"]
    assert found(desk) == [text, lost, mail]
    assert found(desk, channel=Channel.SMS) == [text]
    assert found(desk, status=DeliveryStatus.FAILED) == [lost]
    assert found(desk, status=DeliveryStatus.QUEUED) == [text, mail]
    assert found(desk, connection_id=CARRIER.connection_id) == [text]
    assert found(desk, author_id=desk.user) == [text, lost, mail]
    assert found(desk, author_kind=AuthorKind.RULE) == []
    assert found(desk, contact_id=sent["driver"]) == [text]
    assert found(desk, itinerary_id=sent["trip"]) == [mail]
    soon = desk.clock() + timedelta(hours=1)
    assert found(desk, sent_from=soon) == []
    assert found(desk, sent_before=soon, channel=Channel.EMAIL) == [lost, mail]
    page = desk.call("list_sent_messages", limit=2)
    assert [each.id for each in page.sent] == [text, lost]
    assert page.sent[1].reason == "Nobody of that name"
    assert found(desk, limit=2, cursor=page.cursor) == [mail]
    with desk.elsewhere():
        assert found(desk) == []


def test_it_is_written_into_a_file_that_runs_no_formula(desk: Desk, sent: dict[str, UUID]) -> None:
    with pytest.raises(Forbidden):
        desk.call("start_sent_export")
    job = desk.call("start_sent_export", role=Role.ADMIN, channel=Channel.EMAIL)
    desk.work()
    done = desk.call("get_job", id=job.id)
    assert (done.state, done.done) == (JobState.DONE, 2)
    [written] = desk.written
    header, lost, mail = csv.reader(io.StringIO(written.removeprefix("\ufeff")))
    assert header[:6] == ["sent at", "channel", "kind", "status", "reason", "to"]
    assert lost[3:6] == ["failed", "Nobody of that name", "b@x.test"]
    assert "'=Two" in lost
    assert mail[5] == "a@x.test"
    assert desk.call("get_job_file", role=Role.ADMIN, id=job.id, file="result").name == "sent.csv"
    with desk.elsewhere(), pytest.raises(Exception, match="no such job"):
        desk.call("get_job", id=job.id)


def test_what_was_sent_before_the_list_has_its_status(desk: Desk, sent: dict[str, UUID]) -> None:
    source = migration.SOURCES[desk.database.dialect]
    least = f"SELECT min(CASE status {migration.RANKS} END) FROM ({source}) told"
    same = f"CASE ({least}) {migration.NAMES} END = status"
    told = f"SELECT {same} FROM messages WHERE direction = 'out'"
    with desk.database.reading(EVERYWHERE) as session:
        assert [bool(each) for each in session.scalars(sa.text(told))] == [True] * 3
