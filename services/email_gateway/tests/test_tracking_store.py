"""Opens, clicks and unsubscribing as they are kept: who was there, and nothing twice."""

from __future__ import annotations

import datetime as dt
from typing import cast
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from contracts.channels import ConsentWithdrawn, DeliveryUpdated
from contracts.consents import ConsentKind, ConsentSource
from email_gateway import tracking as module
from email_gateway.domain.scanners import Scanners
from email_gateway.domain.tracking import TRAP, Tracker
from email_gateway.store.tables import ClickRow, DispatchRow, UnsubscribeRow
from email_gateway.tracking import Tracking
from fairlead.bus.outbox import OutboxRow, Relay
from fairlead.bus.wire import decode_envelope
from fairlead.contract import decode, topic
from fairlead.errors import NotFound
from fairlead.service import ServiceStore
from fairlead.store import EVERYWHERE, Database
from fairlead.store.migrations import migrate

OURS, DELIVERY, MESSAGE = uuid4(), uuid4(), uuid4()
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/146.0 Safari/537.36"
IMAGES = "image/avif,image/webp,*/*;q=0.8"
LINKS = [f"https://hotel.example/{number}" for number in range(4)]
SENT = dt.datetime(2026, 5, 4, 9, tzinfo=dt.UTC)
HOME = "https://hub.test/"
SAFE_LINKS = "40.94.29.84"


class _NobodyToWake:
    def wake(self, rows: object) -> None:
        """Nothing leaves the outbox in these tests."""


class Reader:
    """Loads, clicks and leaves at moments after the mail was sent."""

    def __init__(self, store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = store
        self.tracker = Tracker("a secret of some length")
        self.now = SENT
        monkeypatch.setattr(module, "_now", lambda: self.now)
        relay = cast("Relay", _NobodyToWake())
        self.tracking = Tracking(ServiceStore(store, relay), self.tracker, Scanners(), HOME)

    def at(self, seconds: float) -> Reader:
        self.now = SENT + dt.timedelta(seconds=seconds)
        return self

    def open(self, user_agent: str = CHROME) -> None:
        token = self.tracker.open_token(DELIVERY)
        self.tracking.opened(token, user_agent=user_agent, method="GET", accept=IMAGES)

    def click(self, link: int, user_agent: str = CHROME, remote: str = "203.0.113.9") -> str:
        token = self.tracker.click_token(DELIVERY, link)
        return self.tracking.clicked(token, user_agent=user_agent, method="GET", remote=remote)

    def settle(self, seconds: float) -> None:
        self.at(seconds)
        assert self.tracking.settle()

    def told(self) -> list[tuple[str | None, bool]]:
        """What the inbox hears: the link, if it was a click, and whether a machine was there."""
        found = [each for each in self.events() if isinstance(each, DeliveryUpdated)]
        assert {(each.delivery_id, each.message_id) for each in found} <= {(DELIVERY, MESSAGE)}
        return [(each.clicked, each.machine) for each in found]

    def events(self) -> list[object]:
        with self.store.reading(EVERYWHERE) as session:
            rows = session.scalars(sa.select(OutboxRow).order_by(OutboxRow.id)).all()
        return [_event(row.body) for row in rows]

    def clicks(self) -> dict[int, tuple[bool, str]]:
        with self.store.reading(EVERYWHERE) as session:
            rows = session.scalars(sa.select(ClickRow).order_by(ClickRow.at)).all()
        return {row.link: (row.machine, row.reason) for row in rows}

    def count(self, model: type[ClickRow | UnsubscribeRow | OutboxRow]) -> int:
        with self.store.reading(EVERYWHERE) as session:
            return session.scalars(sa.select(sa.func.count()).select_from(model)).one()


def _event(body: bytes) -> object:
    said = decode_envelope(body)
    kinds = {topic(kind): kind for kind in (DeliveryUpdated, ConsentWithdrawn)}
    return decode(bytes(said.data), kinds[said.type], said.type)


@pytest.fixture
def reader(store: Database, monkeypatch: pytest.MonkeyPatch) -> Reader:
    migrate(store, "email_gateway")
    row = {
        "id": DELIVERY,
        "message_id": MESSAGE,
        "connection_id": None,
        "address": "Ana@guest.test",
        "status": "sent",
        "due_at": SENT,
        "done_at": SENT,
        "sent_at": SENT,
        "links": LINKS,
    }
    with store.transaction(OURS) as session:
        session.execute(sa.insert(DispatchRow), [row])
    return Reader(store, monkeypatch)


def test_a_person_opens_and_clicks(reader: Reader) -> None:
    reader.at(60).open()
    assert reader.at(70).click(1) == LINKS[1]
    assert reader.told() == [(None, False)]  # it may be the first of a burst still
    reader.settle(73.5)
    assert reader.told() == [(None, False), (LINKS[1], False)]
    assert reader.clicks() == {1: (False, "")}
    assert not reader.at(80).tracking.settle()


def test_only_the_first_open_of_each_tells_something(reader: Reader) -> None:
    for second in range(60, 70):
        reader.at(second).open()
        reader.at(second).open("Mozilla/5.0")
    assert reader.told() == [(None, False), (None, True)]


def test_a_link_that_is_followed_over_and_over_fills_nothing(reader: Reader) -> None:
    for second in range(60, 70):
        reader.at(second).click(2, "curl/8.5")
    assert not reader.at(150).tracking.settle()
    assert reader.told() == [(LINKS[2], True)]
    for second in range(200, 210):
        reader.at(second).click(2)
    reader.settle(300)
    for second in range(400, 410):
        reader.at(second).click(2)
    assert not reader.at(500).tracking.settle()
    assert reader.told() == [(LINKS[2], True), (LINKS[2], False)]
    assert reader.count(ClickRow) == 2
    assert reader.count(OutboxRow) == 2
    reader.at(2 * 24 * 3600).click(2)  # another day
    assert reader.count(ClickRow) == 3


def test_the_first_links_of_a_burst_are_the_machines_too(reader: Reader) -> None:
    for link, second in enumerate((600.0, 600.4, 600.8, 601.2)):
        reader.at(second).click(link)
    reader.settle(605)
    assert {machine for _, machine in reader.told()} == {True}
    assert {clicked for clicked, _ in reader.told()} == set(LINKS)
    assert reader.clicks() == dict.fromkeys(range(4), (True, "burst"))


def test_a_burst_that_comes_again_is_one_again(reader: Reader) -> None:
    """What was kept already is no row of its own, and counts all the same."""
    for begin in (600.0, 9000.0):
        for link in range(3):
            reader.at(begin + link / 4).click(link)
        reader.at(begin + 5).tracking.settle()
    assert {machine for _, machine in reader.told()} == {True}


def test_who_falls_into_the_trap_is_a_machine(reader: Reader) -> None:
    reader.at(600).click(0)
    assert reader.at(602).click(TRAP) == HOME
    reader.settle(604)
    assert reader.clicks() == {0: (True, "honeypot"), TRAP: (True, "honeypot")}
    assert {machine for _, machine in reader.told()} == {True}


def test_safe_links_is_told_from_the_person_behind_it(reader: Reader) -> None:
    """Hours after the mail, with a browser's name: only the network gives it away."""
    reader.at(7200).click(3, remote=SAFE_LINKS)
    assert reader.told() == [(LINKS[3], True)]
    assert reader.clicks() == {3: (True, "scanner_network")}
    reader.at(7201).click(3, remote="203.0.113.9")
    reader.settle(7205)
    assert reader.told() == [(LINKS[3], True), (LINKS[3], False)]


@pytest.mark.parametrize("link", [4, 900, TRAP - 1])
def test_a_link_that_the_mail_has_not_leads_nowhere(reader: Reader, link: int) -> None:
    with pytest.raises(NotFound):
        reader.at(60).click(link)
    with pytest.raises(NotFound):
        reader.tracking.clicked("forged", user_agent=CHROME, method="GET", remote="")
    reader.tracking.opened("forged", user_agent=CHROME, method="GET", accept=IMAGES)
    assert reader.events() == []


def test_unsubscribing_is_said_once(reader: Reader) -> None:
    token = reader.tracker.unsubscribe_token(DELIVERY)
    for second in (60, 61, 62):
        reader.at(second).tracking.unsubscribe(token)
    said = [each for each in reader.events() if isinstance(each, ConsentWithdrawn)]
    assert [each.kind for each in said] == [ConsentKind.MARKETING, ConsentKind.REVIEW]
    assert {(each.address, each.source) for each in said} == {
        ("Ana@guest.test", ConsentSource.UNSUBSCRIBE_LINK)
    }
    assert reader.count(UnsubscribeRow) == 1
    reader.at(2 * 24 * 3600).tracking.unsubscribe(token)  # he may have agreed again meanwhile
    assert len(reader.events()) == 4
    for wrong in ("", "forged", reader.tracker.open_token(DELIVERY)):
        with pytest.raises(NotFound):
            reader.tracking.unsubscribe(wrong)
    with pytest.raises(NotFound):
        reader.tracking.unsubscribe(reader.tracker.unsubscribe_token(UUID(int=5)))
