"""Feeds fetched over real HTTP, and what becomes of their entries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from contracts.common import FileRef
from contracts.inbox import FileState
from contracts.itineraries import (
    CalendarCounts,
    CalendarSource,
    ClosedAs,
    EntryKind,
    Feed,
    FeedState,
    Guest,
    Itineraries,
    Itinerary,
    ItineraryChanged,
    ItineraryDetails,
    ItineraryState,
    Origin,
)
from contracts.notifications import NotificationKind, NotificationRaised, Target
from fairlead.context import Context, Role, acting
from fairlead.errors import Conflict, Forbidden, Invalid, NotFound, Stale, Unauthenticated
from fairlead.files import open_store
from fairlead.kinds import Secret
from fairlead.outbound import Outbound
from fairlead.secrets import Vault, new_key
from fairlead.store import EVERYWHERE
from fairlead.testing.web import WebServer, plain
from itineraries.domain.icalendar import LARGEST
from itineraries.feeding import BEGUN, GONE, OURS, STAYS
from itineraries.fetching import Fetcher
from itineraries.store.feeds import FeedRow, FetchRow

OURS_ID, THEIRS = UUID(int=1), UUID(int=2)
PERSON = Context(role=Role.SUPERVISOR, organisation=OURS_ID, user=UUID(int=9), user_name="Ana")
STRANGER = Context(role=Role.OWNER, organisation=THEIRS, user=UUID(int=8))
TODAY = dt.datetime.now(dt.UTC).date()
State = ItineraryState


def day(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


def event(uid: str, start: int, end: int, summary: str = "Reserved - Ana Luz", **more: str) -> str:
    lines = {
        "UID": uid,
        "DTSTART;VALUE=DATE": f"{day(start):%Y%m%d}",
        "DTEND;VALUE=DATE": f"{day(end):%Y%m%d}",
        "SUMMARY": summary,
    } | {name.replace("_", "-"): text for name, text in more.items()}
    body = "".join(f"{name}:{text}\r\n" for name, text in lines.items())
    return f"BEGIN:VEVENT\r\n{body}END:VEVENT\r\n"


def calendar(*events: str) -> bytes:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{''.join(events)}END:VCALENDAR\r\n".encode()


class Site:
    """A portal's web server, a listing that it sells, and the feed of it."""

    def __init__(self, desk: Any, web: WebServer) -> None:
        self.desk = desk
        self.web = web
        self.itineraries: Itineraries = desk.client
        vault = Vault([Secret(new_key())])
        self.client = Outbound(plain=True, private=True)
        self.fetcher = Fetcher(
            desk.service.store, self.client, vault, desk.contacts, "https://hub.test/"
        )
        desk.service.fetcher = self.fetcher
        self.portal = self.itineraries.create_portal(name="Stayfinder").id
        self.listing = self.itineraries.create_listing(
            name="Casa", address="", zone="Europe/Lisbon"
        ).id
        self.source = CalendarSource(listing_id=self.listing, portal_id=self.portal)
        self.feed = self.add()

    def add(self, **more: Any) -> Feed:
        url = f"{self.web.url}/c.ics?s=SECRET"
        wanted: dict[str, Any] = {"name": "Casa", "url": url, "source": self.source}
        return self.itineraries.create_feed(**(wanted | more))

    def serve(self, *events: str, status: int = 200, **headers: str) -> None:
        self.answer(calendar(*events), status, **headers)

    def answer(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.web.answer = lambda handler: plain(handler, body, status, **headers)

    def refresh(self, feed: Feed | None = None) -> Feed:
        """The feed after it was fetched."""
        id = (feed or self.feed).id
        self.itineraries.refresh_feed(id=id)
        with acting(Context()):
            while self.fetcher.fetch_next():
                pass
        return self.itineraries.get_feed(id=id)

    def trips(self) -> list[Itinerary]:
        rows = self.itineraries.list_itineraries(limit=200).itineraries[::-1]
        return [self.itineraries.get_itinerary(id=row.id) for row in rows]


@pytest.fixture
def web() -> Iterator[WebServer]:
    server = WebServer()
    yield server
    server.stop()


@pytest.fixture
def site(desk: Any, web: WebServer) -> Iterator[Site]:
    with acting(PERSON):
        yield Site(desk, web)


def test_stays_of_a_feed_become_trips_once(site: Site) -> None:
    assert (site.feed.state, site.feed.host) == (FeedState.NEW, "127.0.0.1")
    site.serve(
        event("1", 5, 8),
        event("2", 9, 11, "Airbnb (Not available)"),
        event("3", 12, 14, RRULE="FREQ=DAILY"),
        event("4", 20, 22, "Reserved", STATUS="TENTATIVE"),
        event("5", -9, -7),
        event("6", 30, 31, STATUS="CANCELLED"),
    )
    feed = site.refresh()
    assert (feed.state, feed.error) == (FeedState.WORKING, "")
    assert feed.counts == CalendarCounts(created=3, unchanged=1, blocks=1, refused=1)
    assert feed.next_at is not None
    assert feed.next_at > dt.datetime.now(dt.UTC) + dt.timedelta(minutes=50)
    past, first, tentative = site.trips()
    assert (first.state, first.origin) == (State.CONFIRMED, Origin.FEED)
    assert (past.state, past.origin) == (State.FINISHED, Origin.IMPORTED)
    assert (tentative.state, tentative.details.title) == (State.INQUIRY, "Stayfinder")
    about = first.details
    assert (about.start, about.end, about.zone) == (day(5), day(8), "Europe/Lisbon")
    assert about.guests == [Guest(name="Ana Luz", lead=True)]
    assert (about.listing_id, about.portal_id, about.external_id) == (
        site.listing, site.portal, "1",
    )  # fmt: skip
    told = [each.itinerary for each in site.desk.told() if isinstance(each, ItineraryChanged)]
    assert first in told
    again = site.refresh()
    assert again.counts == CalendarCounts(unchanged=4, blocks=1, refused=1)
    assert site.trips() == [past, first, tentative]
    entries = site.itineraries.list_feed_entries(id=feed.id, limit=4)
    assert [each.kind for each in entries.entries] == [
        EntryKind.STAY, EntryKind.BLOCK, EntryKind.REFUSED, EntryKind.STAY,
    ]  # fmt: skip
    assert "RRULE" in entries.entries[2].reason
    rest = site.itineraries.list_feed_entries(id=feed.id, cursor=entries.cursor)
    assert [each.uid for each in rest.entries] == ["5", "6"]
    assert "SECRET" not in repr((feed, site.itineraries.list_feeds(), site.desk.audited()))


def test_who_can_mend_a_feed_is_told_once(site: Site) -> None:
    def told() -> list[NotificationRaised]:
        return [each for each in site.desk.told() if isinstance(each, NotificationRaised)]

    site.serve(event("1", 5, 8))
    site.refresh()
    for outage in range(2):
        site.serve(status=503)
        for _ in range(2):
            site.refresh()
        assert len(told()) == 2 * outage, "once or twice is a bad hour"
        for _ in range(3):
            site.refresh()
        assert len(told()) == 2 * outage + 1
        site.serve(event("1", 5, 8))
        for _ in range(2):
            site.refresh()
        assert len(told()) == 2 * outage + 2
    failing, working, again, _ = told()
    assert failing.kind is NotificationKind.CALENDAR_FAILING
    assert failing.title == "The calendar “Casa” cannot be fetched"
    assert failing.text.startswith("the address answered HTTP 503. ")
    assert failing.to.roles == [Role.OWNER, Role.ADMIN, Role.SUPERVISOR]
    assert working.title == "The calendar “Casa” works again"
    assert (failing.target, working.target) == (Target(entity="feed", id=site.feed.id),) * 2
    assert len({each.dedupe_key for each in told()}) == 4
    assert again.title == failing.title
    assert "SECRET" not in repr(told())


def test_the_guests_of_a_feed_become_known(site: Site) -> None:
    asked = site.desk.contacts.asked
    events = (
        event("1", 5, 8, ATTENDEE="mailto:ana@mail.test"),
        event("2", 9, 11, "Reserved", DESCRIPTION="Phone: +351 912 345 678\\nEmail: b@mail.test"),
        event("3", 12, 13, DESCRIPTION="Phone Number (Last 4 Digits): 1234"),
        event("4", 14, 15, DESCRIPTION="Phone: 912 345 678"),
        event("5", 16, 17, "Not available", ATTENDEE="mailto:owner@mail.test"),
        event("6", 18, 19, STATUS="CANCELLED", ATTENDEE="mailto:gone@mail.test"),
    )
    site.desk.contacts.away = True
    site.serve(*events)
    failing = site.refresh()
    assert (failing.state, failing.error) == (FeedState.FAILING, "contacts is not running")
    assert site.trips() == []
    site.desk.contacts.away = False
    assert site.refresh().counts.created == 4
    ana, bea, nobody, unknown = (trip.details for trip in site.trips())
    assert [each.value for each in asked[1].identities] == ["b@mail.test", "+351 912 345 678"]
    assert (ana.guests[0].name, ana.title) == ("Ana Luz", "Ana Luz")
    assert bea.guests[0].name == "b@mail.test"
    assert ana.guests[0].contact_id not in (None, bea.guests[0].contact_id)
    assert [each.guests[0].contact_id for each in (nobody, unknown)] == [None, None]
    met = len(asked)
    site.refresh()
    assert len(asked) == met, "what says nothing new is not asked again"
    site.serve(event("1", 6, 9, ATTENDEE="mailto:ana@mail.test", SEQUENCE="2"), *events[1:])
    site.refresh()
    assert site.trips()[0].details.guests == ana.guests


def test_a_changed_entry_changes_its_trip(site: Site) -> None:
    site.serve(event("1", 5, 8))
    site.refresh()
    site.serve(event("1", 6, 9, "Reserved - Bea Sol", SEQUENCE="2"))
    assert site.refresh().counts == CalendarCounts(updated=1)
    [trip] = site.trips()
    assert (trip.details.start, trip.details.title) == (day(6), "Bea Sol")
    site.serve(event("1", 1, 2, SEQUENCE="1"))  # an older version, as of a cache
    assert site.refresh().counts == CalendarCounts(unchanged=1)
    named = replace(trip.details, title="Our guest")
    trip = site.itineraries.update_itinerary(id=trip.id, version=trip.version, details=named)
    site.serve(event("1", 7, 9, "Reserved - Cleo", SEQUENCE="3"))
    assert site.refresh().counts == CalendarCounts(updated=1)
    [trip] = site.trips()
    assert (trip.details.start, trip.details.title) == (day(7), "Our guest")
    assert trip.details.guests == named.guests


def test_what_is_cancelled_or_gone_cancels_its_trip(site: Site) -> None:
    stays = [event(str(number), 5 + number, 6 + number) for number in range(4)]
    stays.append(event("5", -1, 3))
    site.serve(*stays)
    site.refresh()
    trips = {trip.details.external_id: trip for trip in site.trips()}
    touched = trips["1"]
    site.itineraries.set_sales_agent(id=touched.id, version=1, sales_agent_id=UUID(int=9))
    site.serve(event("3", 8, 9, STATUS="CANCELLED"), event("5", -1, 3, STATUS="CANCELLED"))
    feed = site.refresh()
    assert feed.counts == CalendarCounts(cancelled=1, unchanged=1)  # the others may come back
    assert site.refresh().counts.cancelled == 2
    states = {trip.details.external_id: trip.state for trip in site.trips()}
    assert states == {
        "0": State.CANCELLED, "1": State.CONFIRMED, "2": State.CANCELLED, "3": State.CANCELLED,
        "5": State.CONFIRMED,
    }  # fmt: skip
    found = site.itineraries.list_feed_entries(id=feed.id).entries
    assert [(each.uid, each.reason) for each in found if each.reason] == [
        ("1", STAYS),
        ("5", BEGUN),
    ]
    gone = site.itineraries.get_itinerary(id=trips["0"].id)
    assert (gone.history[-1].reason, gone.history[-1].user_id) == (GONE, None)
    site.serve(*stays[:1], event("3", 8, 9))
    assert site.refresh().counts.updated == 2
    back = [each for each in site.trips() if each.details.external_id in ("0", "3")]
    assert {trip.state for trip in back} == {State.CONFIRMED}


def test_who_cancelled_a_trip_here_keeps_it_cancelled(site: Site) -> None:
    site.serve(event("1", 5, 8))
    site.refresh()
    [trip] = site.trips()
    site.itineraries.set_state(id=trip.id, version=1, state=State.CANCELLED)
    site.serve(event("1", 6, 8))
    assert site.refresh().counts == CalendarCounts(unchanged=1)
    assert site.trips()[0].state is State.CANCELLED
    [entry] = site.itineraries.list_feed_entries(id=site.feed.id).entries
    assert entry.reason == OURS


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        known = handler.headers.get("If-None-Match") == '"v1"'
        plain(handler, b"" if known else body, 304 if known else 200, ETag='"v1"')

    body = calendar(event("1", 5, 8), event("2", 9, 10))
    site.web.answer = answer
    site.refresh()
    assert site.refresh().counts == CalendarCounts(created=2)
    body = calendar(event("1", 5, 8))
    with acting(Context()), site.desk.database.transaction(EVERYWHERE) as session:
        session.execute(update(FetchRow).values(etag=""))
    site.refresh()
    assert [trip.state for trip in site.trips()] == [State.CONFIRMED] * 2
    site.refresh()  # 304: what was not there is not there either
    assert [trip.state for trip in site.trips()] == [State.CONFIRMED, State.CANCELLED]
    assert len(site.web.seen) == 4


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"", 404, "HTTP 404"),
        (b"<html>", 200, "is no calendar"),
        (calendar(event("2", 1, 2))[:-8], 200, "is not whole"),
        (b"x" * (LARGEST + 1), 200, "bytes"),
        (b"", 302, "HTTP 302"),
    ],
    ids=["gone", "page", "cut", "large", "moved"],
)
def test_a_feed_that_fails_keeps_what_it_had(
    body: bytes, status: int, says: str, site: Site
) -> None:
    site.serve(event("1", 5, 8))
    site.refresh()
    site.answer(body, status)
    before = site.trips()
    for tries in range(1, 4):
        feed = site.refresh()
        assert feed.state is FeedState.FAILING
        assert says in feed.error
        assert feed.next_at is not None
        wait = feed.next_at - dt.datetime.now(dt.UTC)
        assert wait > dt.timedelta(minutes=55 * 2**tries)
    assert site.trips() == before
    assert feed.counts == CalendarCounts(created=1)
    site.serve(event("1", 5, 8))
    assert (site.refresh().state, site.refresh().error) == (FeedState.WORKING, "")


def test_private_networks_are_not_asked(site: Site) -> None:
    site.fetcher.client = Outbound()
    for url in (
        "https://127.0.0.1/a.ics",
        "https://169.254.169.254/",
        "http://a.test",
        "ftp://a.b",
    ):
        with pytest.raises(Invalid) as caught:
            site.add(url=url)
        assert caught.value.details["errors"][0]["field"] == "url"
    site.serve(event("1", 5, 8))
    feed = site.refresh()  # it was allowed when the feed was made
    assert feed.state is FeedState.FAILING
    assert site.web.seen == []


def test_one_entry_is_one_feeds(site: Site) -> None:
    site.serve(event("1", 5, 8), event("HM1", 9, 10))
    site.refresh()
    other = site.add(name="Casa again")
    counts = site.refresh(other).counts
    assert counts == CalendarCounts(refused=2)
    assert site.itineraries.list_feed_entries(id=other.id).entries == []
    assert len(site.trips()) == 2
    site.itineraries.remove_feed(id=site.feed.id)
    with pytest.raises(NotFound):
        site.itineraries.get_feed(id=site.feed.id)
    assert site.refresh(other).counts == CalendarCounts(unchanged=2)
    assert len(site.trips()) == 2


def test_what_another_export_told_of_is_the_same_trip(site: Site) -> None:
    url = "https://www.airbnb.com/hosting/reservations/details/HMABC2DEF4"
    details = ItineraryDetails(
        title="Known", start=day(5), end=day(8), zone="Europe/Lisbon", portal_id=site.portal,
        listing_id=site.listing, external_id="HMABC2DEF4",
    )  # fmt: skip
    site.itineraries.create_itinerary(details=details, state=State.CONFIRMED)
    site.serve(event("x@airbnb.com", 6, 8, "Reserved", DESCRIPTION=f"Reservation URL: {url}"))
    assert site.refresh().counts == CalendarCounts(updated=1)
    [trip] = site.trips()
    assert trip.details == replace(details, start=day(6))


def test_replicas_fetch_a_feed_once(site: Site) -> None:
    others = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        with acting(Context()):  # another one looks while this one waits for the answer
            others.append(site.fetcher.fetch_next())
        plain(handler, calendar(event("1", 5, 8)))

    site.web.answer = answer
    with acting(Context()):
        assert site.fetcher.fetch_next()
        assert not site.fetcher.fetch_next()
    assert others == [False]
    assert len(site.trips()) == 1


def test_a_fetch_that_lost_its_lease_has_no_effect(site: Site) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        with site.desk.database.transaction(EVERYWHERE) as session:
            session.execute(update(FetchRow).values(owner="another", attempts=7))
        plain(handler, calendar(event("1", 5, 8)))

    site.web.answer = answer
    with acting(Context()):
        assert site.fetcher.fetch_next()
    assert site.trips() == []


def test_a_feed_is_changed_and_switched_off(site: Site) -> None:
    feed = site.feed
    change: dict[str, Any] = {"id": feed.id, "name": "Casa Azul", "source": site.source}
    change["every_minutes"] = 30
    changed = site.itineraries.update_feed(**change, version=1, active=False)
    assert (changed.name, changed.state, changed.version) == ("Casa Azul", FeedState.OFF, 2)
    assert changed.next_at is None
    with pytest.raises(Conflict):
        site.itineraries.refresh_feed(id=feed.id)
    with acting(Context()):
        assert not site.fetcher.fetch_next()
    with pytest.raises(Stale):
        site.itineraries.update_feed(**change, version=1)
    with pytest.raises(Invalid, match="portal_id"):
        site.itineraries.update_feed(
            **(change | {"source": replace(site.source, portal_id=None)}), version=2
        )
    with pytest.raises(Invalid) as caught:
        site.add(source=CalendarSource(listing_id=uuid4(), zone="Lisbon"))
    fields = [each["field"] for each in caught.value.details["errors"]]
    assert sorted(fields) == ["source.listing_id", "source.zone"]
    on = site.itineraries.update_feed(**change, version=2, url=f"{site.web.url}/other.ics")
    assert on.state is FeedState.NEW
    site.serve()
    with acting(Context()):
        assert site.fetcher.fetch_next()
    assert site.web.seen[-1][1] == "/other.ics"
    actions = [each.action for each in site.desk.audited()]
    assert actions[-3:] == ["feed.created", "feed.updated", "feed.updated"]


def test_an_address_is_not_kept_in_the_clear(site: Site) -> None:
    with site.desk.database.reading(EVERYWHERE) as session:
        [row] = session.query(FeedRow).all()
        assert b"SECRET" not in row.url


def test_who_may_do_what_with_feeds(site: Site) -> None:
    id = site.feed.id
    with acting(replace_role(Role.USER)):
        assert site.itineraries.get_feed(id=id) == site.feed
        site.itineraries.refresh_feed(id=id)
        with pytest.raises(Forbidden):
            site.add()
        with pytest.raises(Forbidden):
            site.itineraries.remove_feed(id=id)
    with acting(STRANGER):
        assert site.itineraries.list_feeds() == []
        for call in ("get_feed", "remove_feed", "refresh_feed", "list_feed_entries"):
            with pytest.raises(NotFound):
                getattr(site.itineraries, call)(id=id)
    with acting(Context()), pytest.raises(Unauthenticated):
        site.itineraries.list_feeds()


def replace_role(role: Role) -> Context:
    return Context(role=role, organisation=OURS_ID, user=UUID(int=9))


def test_an_uploaded_calendar_is_taken_and_again_doubles_nothing(
    site: Site, tmp_path: Path
) -> None:
    files = open_store(str(tmp_path / "uploads"))
    site.desk.service.files = files

    def upload(*events: str) -> UUID:
        stored = files.put(OURS_ID, calendar(*events))
        ref = FileRef(key=stored.key, name="c.ics", content_type="text/calendar", size=stored.size)
        found = SimpleNamespace(file=ref, state=FileState.CLEAN, reason="")
        site.desk.service.inbox = SimpleNamespace(get_file=lambda **_: found)
        return uuid4()

    source = replace(site.source, closed_as=ClosedAs.STAYS)
    stays = [event("1", 5, 8), event("2", 9, 10, "CLOSED - Not available")]
    stays.append(event("3", 9, 10, RRULE="FREQ=DAILY"))
    done = site.itineraries.import_calendar(file_id=upload(*stays), source=source)
    assert done.counts == CalendarCounts(created=2, refused=1)
    assert [each.uid for each in done.refused] == ["3"]
    again = site.itineraries.import_calendar(file_id=upload(*stays[:1]), source=source)
    assert again.counts == CalendarCounts(unchanged=1)
    assert [trip.state for trip in site.trips()] == [State.CONFIRMED] * 2
    site.serve(*stays)
    site.refresh()
    assert len(site.trips()) == 2
