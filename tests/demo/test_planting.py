"""Planting asks only what contracts allow; what was broken off, the next run completes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from contracts.inbox import MessageKind
from fairlead.errors import NotFound, Unavailable
from fairlead.files import FileStore, open_store
from scripts.demo import planting
from scripts.demo.model import World
from scripts.demo.planting import plant
from scripts.demo.world import world
from tests.demo.agencies import Agencies


@pytest.fixture(scope="module")
def made() -> World:
    """The demo's world on some day."""
    return world(dt.date(2026, 11, 22))


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    """An empty file store."""
    return open_store(str(tmp_path / "files"))


def test_everything_is_planted_once(made: World, files: FileStore) -> None:
    agencies = Agencies()
    plant(agencies, made, files)
    assert list(agencies.organisations) == [made.organisation.id]
    assert set(agencies.users) == {employee.email for employee in made.employees}
    assert agencies.contacts.keys() == {person.id for person in made.people}
    assert agencies.listings.keys() == {listing.id for listing in made.listings}
    assert agencies.trips.keys() == {trip.id for trip in made.trips}
    assert agencies.mailboxes >= {person.email for person in made.people}
    assert len(agencies.connections) == 2
    assert agencies.numbers.keys() == {number.id for number in made.numbers}
    assert len(agencies.handsets) >= 40
    assert list(agencies.groups.values()) == [made.circle.subject]
    assert len(agencies.templates) == len(made.templates)
    assert agencies.messages.keys() == {message.id for message in made.messages}
    for document in made.documents:
        assert files.read(made.organisation.id, document.ref.key) == document.content


def test_messages_bear_the_references_and_services_that_were_given(
    made: World, files: FileStore
) -> None:
    agencies = Agencies()
    plant(agencies, made, files)
    orders = 0
    for message in agencies.messages.values():
        assert message.itinerary_id is not None
        trip = agencies.trips[message.itinerary_id]
        assert "{reference}" not in f"{message.subject}{message.text}"
        if message.kind is MessageKind.PURCHASE_ORDER:
            orders += 1
            assert f"[{trip.reference}]" in message.subject
            ordered = [each for each in trip.services if each.id in message.service_ids]
            assert len(ordered) == len(message.service_ids) > 0
            assert {each.details.supplier_id for each in ordered} == {message.contact_id}
            assert all(each.details.name in message.text for each in ordered)
    assert orders > 20


def test_a_second_run_changes_nothing_and_asks_hardly_anything(
    made: World, files: FileStore
) -> None:
    agencies = Agencies()
    plant(agencies, made, files)
    before, agencies.calls = agencies.everything(), Counter()
    plant(agencies, made, files)
    assert agencies.everything() == before
    assert agencies.calls == {"get_message": 1}


def test_whatever_call_it_dies_in_the_next_run_completes_it(made: World, files: FileStore) -> None:
    whole = Agencies()
    plant(whole, made, files)
    for number in range(2, whole.calls.total() + 1, 5):
        agencies = Agencies(breaks_at=number)
        with pytest.raises(Unavailable):
            plant(agencies, made, files)
        plant(agencies, made, files)
        assert agencies.everything() == whole.everything(), f"broken off in call {number}"


def test_it_waits_for_an_inbox_that_has_not_heard_yet(
    made: World, files: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    agencies = Agencies(deaf=3)
    plant(agencies, made, files)
    assert agencies.messages.keys() == {message.id for message in made.messages}
    monkeypatch.setattr(planting, "PATIENCE", 0.2)
    with pytest.raises(NotFound, match="import_unknown"):
        plant(Agencies(deaf=1_000_000), made, files)


def test_the_day_of_the_first_planting_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRLEAD_FILES", str(tmp_path / "files"))
    monkeypatch.setenv("FAIRLEAD_SECRET_KEYS", "YmVsaWV2YWJsZS1hbmQtbm90LXNlY3JldC1hdC1hbGw=")
    monkeypatch.setenv("FAIRLEAD_ADMIN_TOKEN", "a-token-for-nothing")
    first, later = dt.date(2026, 5, 1), dt.date(2026, 6, 15)
    agencies = Agencies()
    monkeypatch.setattr(planting, "today", lambda: first)
    planted = planting.plant_once(agencies, tmp_path)
    before = agencies.everything()
    monkeypatch.setattr(planting, "today", lambda: later)
    again = planting.plant_once(agencies, tmp_path)
    assert planted == again
    assert again.today == first
    assert agencies.everything() == before
