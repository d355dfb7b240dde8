"""Pages for people without an account: what they show, and what they never do."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from api_gateway.testing import OURS, Services, Visitor
from contracts.accounts import Branding, Organisation
from contracts.accounts import Settings as OrganisationSettings
from contracts.common import FileRef
from contracts.email_gateway import Click
from contracts.files import HELD, File, FilePicture, PictureSize
from contracts.itineraries import (
    DocumentKind,
    PublicDocument,
    PublicItinerary,
    Service,
    ServiceDetails,
    ServiceKind,
    ServiceState,
)
from contracts.samples import sample
from fairlead.context import Role
from fairlead.errors import Failure, NotFound, Unavailable
from fairlead.files import open_store

GONE = NotFound("itineraries.link_unknown", "This link leads nowhere")
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'`{{ 7*7 }}{% raw %}"


def details(**changes: Any) -> ServiceDetails:
    values: dict[str, Any] = {
        "kind": ServiceKind.TOUR,
        "name": "Alfama walk",
        "date": dt.date(2026, 5, 2),
        "time": dt.time(9, 30),
        "zone": "Europe/Lisbon",
        "pax": 4,
        "supplier_name": "SECRET-SUPPLIER",
        "notes": "SECRET-NOTES",
    }
    return ServiceDetails(**(values | changes))


def service(**changes: Any) -> Service:
    made = details(**changes)
    zone = ZoneInfo("Europe/Lisbon") if 1 < made.date.year < 9999 else dt.UTC
    begins = dt.datetime.combine(made.date, made.time or dt.time(), zone).astimezone(dt.UTC)
    return Service(
        id=UUID(int=7), itinerary_id=UUID(int=8), details=made, starts_at=begins, version=1
    )


def trip(*services: Service, **changes: Any) -> PublicItinerary:
    values: dict[str, Any] = {
        "organisation_id": OURS,
        "reference": "TRP-1042",
        "title": "Costa family in Lisbon",
        "start": dt.date(2026, 5, 1),
        "end": dt.date(2026, 5, 4),
        "zone": "Europe/Lisbon",
        "language": "en",
        "guests": ["Maria Costa"],
        "services": list(services),
        "cancelled": False,
    }
    return PublicItinerary(**(values | changes))


def organisation(**branding: Any) -> Organisation:
    example = sample(Organisation)
    look = Branding(**({"name": "Agency Journeys"} | branding))
    own = msgspec.structs.replace(example.settings, branding=look, signature="SECRET-SIGNATURE")
    assert isinstance(own, OrganisationSettings)
    return Organisation(id=OURS, name="SECRET-NAME", settings=own, version=1)


class Page(HTMLParser):
    """A page as a browser reads it: its elements, and its text."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        assert response.content_type == "text/html; charset=utf-8"
        self.feed(response.get_data(as_text=True))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def tags(self) -> list[str]:
        return [tag for tag, _ in self.elements]


def show(visitor: Visitor, services: Services, page: PublicItinerary, **branding: Any) -> Page:
    services.answers["itineraries.public_itinerary"] = lambda token: page
    services.answers["accounts.get_organisation"] = lambda: organisation(**branding)
    response = visitor.ask("GET", "/p/token")
    assert response.status_code == 200
    return Page(response)


def test_a_page_shows_the_trip_by_days(anybody: Visitor, services: Services) -> None:
    page = show(
        anybody,
        services,
        trip(
            service(name="Dinner", time=dt.time(20, 0), date=dt.date(2026, 5, 2)),
            service(name="Walk", time=dt.time(9, 30), date=dt.date(2026, 5, 2)),
            service(name="Transfer", time=None, date=dt.date(2026, 5, 1)),
        ),
        website="https://agency.test",
    )
    for shown in ("Costa family in Lisbon", "TRP-1042", "Maria Costa", "Agency Journeys", "09:30"):
        assert shown in page.text
    assert page.text.index("Transfer") < page.text.index("Walk") < page.text.index("Dinner")
    assert page.tags().count("h2") == 2


def test_a_page_asks_for_its_own_organisation(anybody: Visitor, services: Services) -> None:
    show(anybody, services, trip())
    [asked] = services.calls_to("accounts.get_organisation")
    assert (asked.context.role, asked.context.organisation) == (Role.SERVICE, OURS)
    [public] = services.calls_to("itineraries.public_itinerary")
    assert public.context.role is Role.NOBODY


def test_a_page_tells_no_secrets(anybody: Visitor, services: Services) -> None:
    """No notes, no supplier, nobody's ids; a price is not even in the contract."""
    show(anybody, services, trip(service()))
    shown = anybody.ask("GET", "/p/token").get_data(as_text=True)
    assert "SECRET" not in shown
    assert str(OURS) not in shown
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", shown)
    names = {field.name for field in msgspec.structs.fields(PublicItinerary)}
    assert not names & {"price", "notes", "agent_id", "listing_id"}


def test_hostile_names_are_only_text(anybody: Visitor, services: Services) -> None:
    plain = show(anybody, services, trip(service(), language=None))
    hostile = show(
        anybody,
        services,
        trip(
            service(
                name=HOSTILE,
                description=HOSTILE,
                place=HOSTILE,
                address=HOSTILE,
                requirements=HOSTILE,
                zone=HOSTILE[:64],
            ),
            title=HOSTILE,
            reference=HOSTILE,
            guests=[HOSTILE],
        ),
        name=HOSTILE,
        address=[HOSTILE],
        website="https://x.test/" + HOSTILE,
        logo_url="https://x.test/" + HOSTILE,
    )
    assert hostile.text.count(HOSTILE) >= 8
    assert "49" not in hostile.text
    assert set(hostile.tags()) - set(plain.tags()) == {"p", "img", "a", "br"} - set(plain.tags())
    assert "script" not in hostile.tags()
    for tag, attributes in hostile.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("href", "src"):
            assert (attributes.get(name) or "https://").startswith(("https://", "/p/token/"))


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=200))
def test_whatever_a_title_is_the_page_has_the_same_elements(
    anybody: Visitor, services: Services, title: str
) -> None:
    plain = show(anybody, services, trip(service()))
    assert show(anybody, services, trip(service(), title=title)).tags() == plain.tags()


def test_a_cancelled_trip_says_so(anybody: Visitor, services: Services) -> None:
    assert "cancelled" in show(anybody, services, trip(cancelled=True)).text
    off = show(anybody, services, trip(service(state=ServiceState.DECLINED)))
    assert ("div", {"class": "off"}) in off.elements


@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
def test_a_page_of_any_day_can_be_shown(day: dt.date, anybody: Visitor, services: Services) -> None:
    show(anybody, services, trip(service(date=day), start=day, end=day))


@pytest.mark.parametrize(
    ("method", "path", "call"),
    [
        ("GET", "/p/gone", "itineraries.public_itinerary"),
        ("GET", "/t/c/gone", "email_gateway.record_click"),
        ("POST", "/t/u/gone", "email_gateway.unsubscribe"),
    ],
)
def test_a_link_that_is_gone_is_a_page_that_says_so(
    method: str, path: str, call: str, anybody: Visitor, services: Services
) -> None:
    services.answers[call] = GONE
    response = anybody.ask(method, path)
    assert response.status_code == 404
    assert "not valid any more" in Page(response).text


@pytest.mark.parametrize("path", ["/", "/p/token", "/t/u/token"])
def test_a_page_runs_nothing_and_loads_little(
    path: str, anybody: Visitor, services: Services
) -> None:
    services.answers["itineraries.public_itinerary"] = lambda token: trip(service())
    response = anybody.ask("GET", path)
    rules = dict(
        rule.strip().partition(" ")[::2]
        for rule in response.headers["Content-Security-Policy"].split(";")
    )
    assert rules == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "'self' https: data:",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert not {"script", "iframe", "object", "embed", "link", "base"} & set(Page(response).tags())


@pytest.mark.parametrize("path", ["/p/token", "/t/u/token", "/t/o/token.gif", "/t/c/token"])
def test_no_token_is_kept_or_told_on(path: str, anybody: Visitor, services: Services) -> None:
    services.answers["itineraries.public_itinerary"] = lambda token: trip()
    headers = anybody.ask("GET", path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in headers["X-Robots-Tag"]
    assert "Set-Cookie" not in headers


TROUBLE: list[Exception] = [
    GONE,
    Unavailable("email_gateway.away", "email_gateway is not running"),
    Failure("email_gateway.odd", "Odd"),
    RuntimeError("broken"),
]


@pytest.mark.parametrize("trouble", [None, *TROUBLE], ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("token", ["token", "x" * 5000, "%00", "%ff%fe", "..%2f..%2fetc"])
def test_the_pixel_is_always_a_picture(
    token: str, trouble: Exception | None, anybody: Visitor, services: Services
) -> None:
    if trouble is not None:
        services.answers["email_gateway.record_open"] = trouble
    response = anybody.ask("GET", f"/t/o/{token}.gif", headers={"User-Agent": "x" * 5000})
    if "%2f" in token:
        assert response.status_code == 404  # no token has a slash
        return
    assert response.status_code == 200
    assert response.content_type == "image/gif"
    assert response.get_data().startswith(b"GIF89a")
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert len(services.calls_to("email_gateway.record_open")) == 1


def test_the_pixel_tells_who_loaded_it(anybody: Visitor, services: Services) -> None:
    headers = {"User-Agent": "Mail/1.0", "Accept": "image/*"}
    anybody.ask("HEAD", "/t/o/abc.gif", headers=headers)
    [asked] = services.calls_to("email_gateway.record_open")
    assert asked.arguments == {
        "token": "abc",
        "user_agent": "Mail/1.0",
        "method": "HEAD",
        "accept": "image/*",
    }


def test_a_click_leads_where_the_mail_said(anybody: Visitor, services: Services) -> None:
    target = "https://hotel.test/book?a=1&b=ü#top"
    services.answers["email_gateway.record_click"] = lambda **_: Click(url=target)
    query = {"url": "https://evil.example", "next": "//evil.example"}
    response = anybody.ask("GET", "/t/c/abc", query_string=query)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("https://hotel.test/book?a=1&b=")
    assert response.get_data() == b""


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "/p/token",
        "",
        "http://[broken",
        "https://x.test/\r\nSet-Cookie: a=b",
    ],
)
def test_a_click_leads_to_the_web_only(url: str, anybody: Visitor, services: Services) -> None:
    services.answers["email_gateway.record_click"] = lambda **_: Click(url=url)
    response = anybody.ask("GET", "/t/c/abc")
    assert response.status_code == 404
    assert "Location" not in response.headers
    assert "Set-Cookie" not in response.headers


def test_reading_an_unsubscribe_link_does_nothing(anybody: Visitor, services: Services) -> None:
    """Scanners follow every link of a mail (RFC 8058, section 3.1)."""
    for method in ("GET", "HEAD", "OPTIONS"):
        assert anybody.ask(method, "/t/u/abc").status_code == 200
    assert services.asked == []
    page = Page(anybody.ask("GET", "/t/u/abc"))
    assert ("form", {"class": "card", "method": "post"}) in page.elements


@pytest.mark.parametrize("data", [{"List-Unsubscribe": "One-Click"}, {}, {"x": "y"}])
def test_a_post_unsubscribes(data: dict[str, str], anybody: Visitor, services: Services) -> None:
    response = anybody.ask("POST", "/t/u/abc", data=data)
    assert response.status_code == 200
    assert "unsubscribed" in Page(response).text
    [asked] = services.calls_to("email_gateway.unsubscribe")
    assert asked.arguments == {"token": "abc"}


def statuses(visitor: Visitor, path: str, address: str) -> set[int]:
    """Until one is refused, or far more were answered than may be at once."""
    found: set[int] = set()
    for _ in range(12):
        found.add(visitor.ask("GET", path, environ_base={"REMOTE_ADDR": address}).status_code)
        if 429 in found:
            break
    return found


@pytest.fixture
def few(make_app: Any) -> Visitor:
    """Where one address may come four times at once, and once a second."""
    return Visitor(make_app(FAIRLEAD_PUBLIC_REQUESTS_PER_SECOND="1").test_client())


def test_shared_documents_are_had_from_the_page(
    anybody: Visitor, services: Services, tmp_path: Path
) -> None:
    stored = open_store(str(tmp_path / "files")).put(OURS, b"<script>alert(1)</script>")
    name = f"Voucher {HOSTILE}.html"
    file = FileRef(key=stored.key, name=name, content_type="text/html", size=stored.size)
    voucher = PublicDocument(id=UUID(int=5), kind=DocumentKind.VOUCHER, service_id=None, file=file)
    shown = show(anybody, services, trip(documents=[voucher]))
    address = f"/p/token/documents/{voucher.id}"
    assert [each["href"] for tag, each in shown.elements if tag == "a"][-1] == address
    assert name in shown.text
    assert "script" not in shown.tags()
    led = anybody.ask("GET", address)
    assert (led.status_code, led.headers["Cache-Control"]) == (303, "no-store")
    given = anybody.ask("GET", urlsplit(led.headers["Location"]).path)
    assert (given.status_code, given.get_data()) == (200, b"<script>alert(1)</script>")
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert given.headers["Content-Security-Policy"].startswith("sandbox")
    given.close()


def test_a_page_shows_the_cover_of_what_is_booked(
    anybody: Visitor, services: Services, tmp_path: Path
) -> None:
    stored = open_store(str(tmp_path / "files")).put(OURS, b"a picture")
    ref = FileRef(key="original", name="house.jpg", content_type="image/jpeg", size=9)
    drawn = FilePicture(
        size=PictureSize.MEDIUM, key=stored.key, width=480, height=320, bytes=stored.size
    )
    house = File(id=UUID(int=7), file=ref, pictures=[drawn])
    services.answers["inbox.get_file"] = lambda **_: house
    shown = show(anybody, services, trip(cover=house.id))
    [cover] = [each for tag, each in shown.elements if tag == "img" and "cover" in each.values()]
    [asked] = services.calls_to("inbox.get_file")
    assert (asked.arguments, asked.context.organisation) == ({"id": house.id}, OURS)
    given = anybody.ask("GET", urlsplit(cover["src"] or "").path)
    assert (given.status_code, given.get_data()) == (200, b"a picture")
    assert given.content_type == "image/webp"
    given.close()
    for state in HELD:
        held = msgspec.structs.replace(house, state=state)
        services.answers["inbox.get_file"] = lambda held=held, **_: held
        assert "cover" not in _classes(show(anybody, services, trip(cover=house.id)))


@pytest.mark.parametrize(
    "answer",
    [
        NotFound("inbox.file_not_found", "Gone"),
        Unavailable("bus.away", "Away"),
        lambda **_: msgspec.structs.replace(sample(File), pictures=[]),
    ],
)
def test_a_page_waits_for_no_cover(answer: Any, anybody: Visitor, services: Services) -> None:
    services.answers["inbox.get_file"] = answer
    assert "cover" not in _classes(show(anybody, services, trip(cover=UUID(int=7))))


def test_without_a_cover_nobody_is_asked_for_one(anybody: Visitor, services: Services) -> None:
    assert "cover" not in _classes(show(anybody, services, trip()))
    assert services.calls_to("inbox.get_file") == []


def _classes(page: Page) -> set[str | None]:
    return {each.get("class") for _, each in page.elements}


def test_what_is_not_shared_any_more_is_gone(anybody: Visitor, services: Services) -> None:
    assert "Documents" not in show(anybody, services, trip()).text
    response = anybody.ask("GET", f"/p/token/documents/{UUID(int=5)}")
    assert response.status_code == 404
    assert "not valid any more" in response.get_data(as_text=True)
    services.answers["itineraries.public_itinerary"] = GONE
    assert anybody.ask("GET", f"/p/token/documents/{UUID(int=5)}").status_code == 404
    assert anybody.ask("GET", "/p/token/documents/5").status_code == 404


@pytest.mark.parametrize("path", ["/p/token", "/t/c/token", "/t/u/token", "/p/token/itinerary.pdf"])
def test_nobody_may_ask_without_an_end(path: str, few: Visitor, services: Services) -> None:
    services.answers["itineraries.public_itinerary"] = lambda token: trip()
    services.answers["accounts.get_organisation"] = organisation
    services.answers["email_gateway.record_click"] = lambda **_: Click(url="https://hotel.test/")
    services.answers["itineraries.public_paper"] = GONE
    greedy = statuses(few, path, "203.0.113.9")
    assert 429 in greedy
    assert greedy - {429}
    other = few.ask("GET", path, environ_base={"REMOTE_ADDR": "198.51.100.7"})
    assert other.status_code != 429
    refused = few.ask("GET", path, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    if refused.status_code == 429:
        assert int(refused.headers["Retry-After"]) >= 1
        assert "One moment" in Page(refused).text


def test_a_household_has_one_bucket(few: Visitor, services: Services) -> None:
    for number in range(20):
        last = few.ask(
            "GET", "/t/u/token", environ_base={"REMOTE_ADDR": f"2001:db8:0:7::{number:x}"}
        )
        if last.status_code == 429:
            break
    assert last.status_code == 429
    other = few.ask("GET", "/t/u/token", environ_base={"REMOTE_ADDR": "2001:db8:0:8::1"})
    assert other.status_code == 200


def test_a_pixel_that_is_loaded_over_and_over_is_a_picture_and_no_call(
    few: Visitor, services: Services
) -> None:
    for _ in range(40):
        assert few.ask("GET", "/t/o/token.gif").status_code == 200
    assert 0 < len(services.calls_to("email_gateway.record_open")) < 40
