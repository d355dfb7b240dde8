"""The services' own rules take everything in the world as it is."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.domain import settings as settings_rules
from accounts.domain import users
from contacts.domain import address
from inbox.domain import past
from inbox.domain import templates as template_rules
from itineraries.domain import plan
from scripts.demo.model import World
from scripts.demo.world import world


@pytest.fixture(params=[1, 7, 23])
def made(request: pytest.FixtureRequest) -> World:
    """A world of some seed."""
    return world(dt.date(2026, 11, 22), request.param)


def test_accounts_takes_the_operator(made: World) -> None:
    settings_rules.check(made.organisation.settings)
    for employee, password in made.sign_ins():
        assert users.check_email(employee.email, "email") == employee.email
        assert settings_rules.check_name(employee.name, "name") == employee.name
        assert len(password) >= 10


def test_contacts_takes_every_address_as_it_is(made: World) -> None:
    keys = set()
    for person in made.people:
        for identity in person.identities:
            parsed = address.parse(identity.scheme, identity.value, region=None)
            assert parsed.value == identity.value
            assert parsed.key not in keys
            keys.add(parsed.key)


def test_itineraries_takes_every_trip(made: World) -> None:
    for listing in made.listings:
        plan.check_listing(
            listing.name, listing.address, listing.zone, listing.tags, listing.external_ids
        )
    for trip in made.trips:
        plan.check_itinerary(trip.details)
        moments = [plan.check_service(planned.details) for planned in trip.services]
        assert all(moment.tzinfo is not None for moment in moments)


def test_inbox_takes_templates_and_messages(made: World) -> None:
    known = {"recipient", "itinerary", "services", "services_table", "sender", "organisation"}
    by_hand = {"meeting_point", "guide_name", "amount", "due_date"}
    for wording in made.templates:
        assert template_rules.check(wording.subject, wording.body) == {}
        used = template_rules.variables_used(wording.subject, wording.body)
        assert {name.partition(".")[0] for name in used} <= known | by_hand
    midnight = dt.datetime.combine(made.today, dt.time(), dt.UTC)
    assert past.problems(made.messages, midnight) == {}
