"""Import of reservations through the door and as a job, on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace

from contracts.common import FileRef, Money
from contracts.importing import ImportPolicy
from contracts.inbox import FileState
from contracts.itineraries import (
    Guest,
    Itineraries,
    Itinerary,
    ItineraryChanged,
    ItineraryDetails,
    ItineraryState,
    Origin,
    OverbookingFound,
    Portal,
    ReservationPlan,
)
from contracts.jobs import Job, JobState
from fairlead.context import Context, Role, acting
from fairlead.errors import Conflict, Invalid, NotFound
from fairlead.files import open_store
from fairlead.jobs.work import Worker
from itineraries.importing import ReservationImport

OURS, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.USER, organisation=OURS, user=UUID(int=9), user_name="Ana")
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=UUID(int=8))
TODAY = dt.datetime.now(dt.UTC).date()
State = ItineraryState
HEADING = "id,guest,start,end,price\r\n"
TARGETS: list[str | None] = ["external_id", "guest", "start", "end", "price"]


def day(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


def stays(count: int, first: int = 10) -> str:
    return HEADING + "".join(
        f"R{number},Guest {number},{day(first + number)},{day(first + number + 2)},{number}.50\r\n"
        for number in range(count)
    )


class Office:
    """Itineraries with a file store and somebody who uploads."""

    site: Portal
    checked = FileState.CLEAN

    def __init__(self, desk: Any, folder: Path) -> None:
        self.desk = desk
        self.itineraries: Itineraries = desk.client
        self.files = open_store(str(folder))
        self.known: dict[UUID, FileRef] = {}
        desk.service.inbox = SimpleNamespace(get_file=self._get_file)
        desk.service.files = self.files
        self.renew()

    def renew(self) -> None:
        """As after a restart: nothing is remembered."""
        store = self.desk.service.store
        self.desk.service.importer = ReservationImport(
            store, self.files, self.desk.contacts, "https://hub.test/"
        )
        self.worker = Worker(store)

    def _get_file(self, *, id: UUID) -> Any:
        if id not in self.known:
            raise NotFound("inbox.file_not_found", "There is no such file")
        return SimpleNamespace(file=self.known[id], state=self.checked, reason="")

    def upload(self, text: str) -> UUID:
        stored = self.files.put(OURS, text.encode())
        id = uuid4()
        self.known[id] = FileRef(
            key=stored.key, name="stays.csv", content_type="text/csv", size=stored.size
        )
        return id

    def start(self, text: str, *, dry_run: bool = False, **plan: Any) -> Job:
        usual: dict[str, Any] = {
            "targets": TARGETS, "currency": "EUR", "portal_id": self.site.id,
        }  # fmt: skip
        return self.itineraries.import_reservations(
            file_id=self.upload(text), plan=ReservationPlan(**(usual | plan)), dry_run=dry_run
        )

    def load(self, text: str, **more: Any) -> Job:
        job = self.start(text, **more)
        while self.worker.work(self.desk.service.job_kinds()):
            pass
        return self.itineraries.get_job(id=job.id)

    def trips(self, **filters: Any) -> list[Itinerary]:
        page = self.itineraries.list_itineraries(limit=200, **filters)
        return [self.itineraries.get_itinerary(id=each.id) for each in page.itineraries[::-1]]

    def told(self) -> list[Itinerary]:
        return [each.itinerary for each in self.desk.told() if isinstance(each, ItineraryChanged)]


@pytest.fixture
def office(desk: Any, tmp_path: Path) -> Iterator[Office]:
    with acting(PERSON):
        office = Office(desk, tmp_path / "files")
        office.site = office.itineraries.create_portal(name="Stayfinder")
        yield office


def test_a_file_is_imported_and_again_doubles_nothing(office: Office) -> None:
    job = office.load(stays(120), tags=["old"])
    assert (job.state, job.done, job.total, job.refused) == (JobState.DONE, 120, 120, 0)
    assert job.counts == {"created": 120, "updated": 0, "unchanged": 0}
    made = office.trips(tag="OLD")
    assert len(made) == 120
    assert made == sorted(office.told(), key=lambda trip: trip.details.start)
    assert len({trip.reference for trip in made}) == 120
    first = made[3]
    assert first.details == ItineraryDetails(
        title="Guest 3", start=day(13), end=day(15), zone=first.details.zone,
        guests=[Guest(name="Guest 3", lead=True)], price=Money(amount=350, currency="EUR"),
        portal_id=office.site.id, external_id="R3", tags=["old"],
    )  # fmt: skip
    assert (first.state, first.origin) == (State.CONFIRMED, Origin.IMPORTED)
    assert [step.after for step in first.history] == [State.CONFIRMED]
    for policy in ImportPolicy:
        again = office.load(stays(120), tags=["old"], policy=policy)
        assert again.counts == {"created": 0, "updated": 0, "unchanged": 120}
    assert [row.id for row in office.itineraries.list_itineraries(q="Guest 17").itineraries]
    assert len(office.told()) == 120
    with acting(STRANGER):
        assert office.itineraries.list_itineraries().itineraries == []


def test_guests_become_known_once(office: Office) -> None:
    asked = office.desk.contacts.asked
    targets = [*TARGETS, "email", "phone"]
    lines = (
        f"R1,Ana,{day(1)},{day(3)},5,ana@mail.test,+351912345678\n"
        f"R2,,{day(4)},{day(5)},5,bea@mail.test,\n"
        f"R3,Cleo,{day(6)},{day(7)},5,no mail,\n"
        f"R4,Dora,{day(8)},{day(9)},5,,\n"
    )
    plain = HEADING + f"R1,Ana,{day(1)},{day(3)},5\n"
    office.load(plain)
    dry = office.load(HEADING + lines, targets=targets, dry_run=True)
    assert (dry.counts["created"], asked) == (3, []), "in a dry run nobody is made"
    job = office.load(HEADING + lines, targets=targets)
    assert [(each.line, each.field, each.reason) for each in job.problems] == [
        (4, "email", "is none")
    ]
    assert job.counts == {"created": 2, "updated": 1, "unchanged": 0}
    assert [each.name for each in asked] == ["Ana", "", "Cleo"]
    assert [each.value for each in asked[0].identities] == ["ana@mail.test", "+351912345678"]
    ana, bea, dora = (trip.details.guests for trip in office.trips())
    assert [each[0].name for each in (ana, bea, dora)] == ["Ana", "bea@mail.test", "Dora"]
    assert ana[0].contact_id is not None
    assert bea[0].contact_id not in (None, ana[0].contact_id)
    assert dora[0].contact_id is None
    told = office.told()[-1].details
    assert all(each.contact_id for each in told.guests) or told.guests == dora
    for policy in ImportPolicy:
        again = office.load(HEADING + lines, targets=targets, policy=policy)
        assert again.counts == {"created": 0, "updated": 0, "unchanged": 3}


def test_an_import_waits_for_contacts(office: Office) -> None:
    office.desk.contacts.away = True
    text = HEADING + f"R1,Ana,{day(1)},{day(3)},5,ana@mail.test\n"
    job = office.load(text, targets=[*TARGETS, "email"])
    assert office.trips() == []
    assert job.state is not JobState.DONE
    office.desk.contacts.away = False
    assert office.load(text, targets=[*TARGETS, "email"]).counts["created"] == 1


def test_who_has_no_external_id_is_not_doubled_either(office: Office) -> None:
    text = HEADING + f",Ana,{day(1)},{day(2)},\n,Ana,{day(3)},{day(4)},\n,ANA ,{day(1)},{day(2)},\n"
    job = office.load(text)
    assert job.counts == {"created": 2, "updated": 0, "unchanged": 1}
    trip = office.trips()[0]
    later = replace(trip.details, start=day(5), end=day(6), title="Other")
    office.itineraries.update_itinerary(id=trip.id, version=1, details=later)
    assert office.load(text).counts == {"created": 0, "updated": 0, "unchanged": 3}


def test_a_later_row_changes_what_an_earlier_one_made(office: Office) -> None:
    targets = [*TARGETS, "state"]
    text = HEADING + f"R1,Ana,{day(1)},{day(3)},5,confirmed\nR1,Ana,{day(2)},{day(4)},7,cancelled\n"
    job = office.load(text, targets=targets, policy=ImportPolicy.OVERWRITE)
    assert job.counts == {"created": 1, "updated": 1, "unchanged": 0}
    [trip] = office.trips()
    assert (trip.state, trip.details.start) == (State.CANCELLED, day(2))
    assert trip.details.price == Money(amount=700, currency="EUR")
    assert office.told()[-1] == trip
    back = HEADING + f"R1,Ana,{day(2)},{day(4)},7,confirmed\n"
    office.load(back, targets=targets, policy=ImportPolicy.OVERWRITE)
    [trip] = office.trips()
    assert [step.after for step in trip.history][-2:] == [State.INQUIRY, State.CONFIRMED]


def test_what_is_refused_comes_back_to_be_mended(office: Office) -> None:
    office.itineraries.create_listing(name="Casa", address="", zone="UTC")
    targets = [*TARGETS, "listing"]
    text = HEADING + (
        f"R1,Ana,{day(1)},{day(3)},5,Casa\nR2,Bea,soon,{day(3)},5,Casa\n"
        f"R3,Cleo,{day(3)},{day(1)},5,\nR4,Dora,{day(1)},{day(3)},5,Vila\n"
    )
    job = office.load(text, targets=targets)
    assert (job.done, job.refused, job.counts["created"]) == (4, 3, 1)
    assert [(each.line, each.field) for each in job.problems] == [
        (3, "start"), (4, "end"), (5, "listing"),
    ]  # fmt: skip
    assert job.refusals is not None
    refused = office.files.read(OURS, job.refusals.key).decode("utf-8-sig")
    mended = refused.replace("soon", str(day(1))).replace("Vila", "Casa")
    again = office.load(mended, targets=[*targets, None, None, None])
    assert (again.refused, again.counts["created"]) == (1, 2)


def test_a_dry_run_changes_nothing(office: Office) -> None:
    office.load(HEADING + f"R1,Ana,{day(1)},{day(3)},\n")
    text = HEADING + f"R1,Ana,{day(1)},{day(3)},5\n" + f"R2,Bea,{day(1)},{day(3)},5\n" * 2
    text += f"R3,Cleo,soon,{day(3)},5\n"
    job = office.load(text, dry_run=True)
    assert job.counts == {"created": 1, "updated": 1, "unchanged": 1}
    assert job.refused == 1
    [trip] = office.trips()
    assert (trip.version, trip.details.price) == (1, None)
    assert office.load(text).counts == job.counts


def test_a_dry_run_counts_as_the_import_after_a_restart(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairlead.jobs.sheets.AT_ONCE", 5)
    monkeypatch.setattr("fairlead.jobs.work.TURN_SECONDS", 0.0)
    text = stays(12) + stays(12).removeprefix(HEADING)
    job = office.start(text, dry_run=True)
    while not office.itineraries.get_job(id=job.id).state.ended:
        office.renew()
        office.worker.work(office.desk.service.job_kinds())
    counts = office.itineraries.get_job(id=job.id).counts
    assert counts == {"created": 12, "updated": 0, "unchanged": 12}
    assert office.trips() == []


def test_an_import_goes_on_after_a_restart_and_is_cancelled(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fairlead.jobs.sheets.AT_ONCE", 10)
    monkeypatch.setattr("fairlead.jobs.work.TURN_SECONDS", 0.0)
    text = stays(25) + "X,Ana,soon,soon,\r\n"
    job = office.start(text)
    turns = 0
    while not office.itineraries.get_job(id=job.id).state.ended:
        office.renew()
        office.worker.work(office.desk.service.job_kinds())
        turns += 1
    done = office.itineraries.get_job(id=job.id)
    assert turns >= 3
    assert (done.done, done.counts["created"], done.refused) == (26, 25, 1)
    text = HEADING + "X,Ana,soon,soon,\r\n" + stays(25, first=90).removeprefix(HEADING)
    job = office.start(text.replace("R", "S"))
    office.worker.work(office.desk.service.job_kinds())
    office.itineraries.cancel_job(id=job.id)
    while office.worker.work(office.desk.service.job_kinds()):
        pass
    done = office.itineraries.get_job(id=job.id)
    assert (done.state, done.counts["created"]) == (JobState.CANCELLED, 9)
    assert done.refusals is not None  # what was refused until then
    assert len(office.trips()) == 34


def test_stays_of_one_night_are_overbooked(office: Office) -> None:
    casa = office.itineraries.create_listing(name="Casa", address="", zone="UTC")
    text = HEADING + "".join(f"R{n},Guest {n},{day(2 + n)},{day(4 + n)},5\n" for n in range(3))
    text += f"P1,Old,{day(-9)},{day(-7)},5\nP2,Old,{day(-9)},{day(-7)},5\n"
    office.load(text, listing_id=casa.id)
    found = office.itineraries.list_overbookings().overbookings
    assert sorted((each.start, each.end) for each in found) == [
        (day(3), day(4)), (day(4), day(5)),
    ]  # fmt: skip
    assert len([each for each in office.desk.told() if isinstance(each, OverbookingFound)]) == 2
    made = office.trips()
    assert [trip.state for trip in made] == [State.FINISHED] * 2 + [State.CONFIRMED] * 3
    assert sorted(office.told(), key=lambda trip: trip.id) == sorted(made, key=lambda trip: trip.id)


def test_what_was_booked_before_is_of_before(office: Office) -> None:
    text = HEADING + f"R1,Ana,{day(1)},{day(3)},5,2020-02-03\nR2,Bea,{day(1)},{day(3)},5,{day(9)}\n"
    office.load(text, targets=[*TARGETS, "booked"], zone="America/Lima")
    before, now = sorted(office.trips(), key=lambda trip: trip.created_at)
    at = dt.datetime(2020, 2, 3, 5, tzinfo=dt.UTC)
    assert (before.created_at, before.confirmed_at, before.state_since) == (at, at, at)
    assert now.created_at <= dt.datetime.now(dt.UTC)  # nobody has booked tomorrow


def test_what_nobody_may_step_to_is_refused(office: Office) -> None:
    office.load(HEADING + f"R1,Ana,{day(-3)},{day(-1)},5\n")
    text = HEADING + f"R1,Ana,{day(-3)},{day(-1)},5,cancelled\n"
    job = office.load(text, targets=[*TARGETS, "state"], policy=ImportPolicy.OVERWRITE)
    assert [(each.field, each.reason) for each in job.problems] == [
        ("state", "A trip that is finished cannot become cancelled")
    ]
    assert office.trips()[0].version == 1


def test_a_mapping_is_suggested_again(office: Office) -> None:
    file = office.upload("Wer,Von,Bis\nAna,1.5.2026,2.5.2026\n")
    first = office.itineraries.inspect_reservations(file_id=file)
    assert [each.target for each in first.columns] == [None, None, None]
    targets: list[str | None] = ["guest", "start", "end"]
    office.load("Wer,Von,Bis\nAna,1.5.2026,2.5.2026\n", targets=targets)
    second = office.itineraries.inspect_reservations(file_id=file)
    assert [each.target for each in second.columns] == targets


def test_what_cannot_be_imported(office: Office) -> None:
    with pytest.raises(NotFound):
        office.itineraries.inspect_reservations(file_id=uuid4())
    with pytest.raises(Invalid, match=r"plan\.targets"):
        office.start(stays(1), targets=["guest"])
    with pytest.raises(Invalid, match="import_unreadable"):
        office.start("")
    with pytest.raises(Invalid, match="listing_id"):
        office.start(stays(1), listing_id=uuid4())
    with acting(STRANGER), pytest.raises(NotFound):
        office.start(stays(1))
    office.checked = FileState.WAITING
    with pytest.raises(Conflict) as caught:
        office.start(stays(1))
    assert caught.value.code == "files.waiting"


def test_no_two_trips_have_one_external_id_of_a_portal(office: Office) -> None:
    mine = ItineraryDetails(title="A", start=TODAY, end=TODAY, zone="UTC", external_id="SF-1")
    trip = office.itineraries.create_itinerary(details=mine)
    with pytest.raises(Conflict) as caught:
        office.itineraries.create_itinerary(details=mine)
    assert caught.value.code == "itineraries.external_id_taken"
    assert caught.value.details["itinerary_id"] == str(trip.id)
    elsewhere = replace(mine, portal_id=office.site.id)
    other = office.itineraries.create_itinerary(details=elsewhere)
    with pytest.raises(Conflict):
        office.itineraries.update_itinerary(id=other.id, version=1, details=mine)
    unnamed = replace(mine, external_id="")
    for _ in range(2):
        office.itineraries.create_itinerary(details=unnamed)
    with acting(STRANGER):
        office.itineraries.create_itinerary(details=mine)
