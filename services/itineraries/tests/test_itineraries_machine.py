"""Any sequence of changes leaves a trip as it was asked for, and tells every change whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any, cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from contracts.itineraries import (
    Itinerary,
    ItineraryDetails,
    ItineraryState,
    ServiceDetails,
    ServiceKind,
)
from fairlead.context import Context, Role, acting
from fairlead.errors import Conflict, NotFound, Stale
from itineraries.domain.states import ALLOWED

ORGANISATIONS = [UUID(int=1), UUID(int=2)]
DAY = dt.date(2026, 3, 28)
TRIP = ItineraryDetails(title="Galicia", start=DAY, end=DAY, zone="Europe/Madrid")

services = st.builds(
    ServiceDetails,
    kind=st.sampled_from(ServiceKind),
    name=st.sampled_from(["Walk", "Boat", "Dinner"]),
    date=st.integers(0, 2).map(lambda days: DAY + dt.timedelta(days=days)),
    time=st.none() | st.integers(0, 23).map(dt.time),
    zone=st.sampled_from(["Europe/Madrid", "America/Lima", "Pacific/Auckland"]),
    pax=st.integers(1, 5),
)
titles = st.sampled_from(["Galicia", "Asturias", "Azores"])
behinds = st.sampled_from([0, 0, 0, 1])


class Model:
    """A trip as it should be."""

    def __init__(self, organisation: UUID, state: ItineraryState) -> None:
        self.organisation = organisation
        self.state = state
        self.details = TRIP
        self.services: dict[UUID, tuple[ServiceDetails, int]] = {}
        self.version = 1
        self.url: str | None = None


class Trips(RuleBasedStateMachine):
    """The service beside a model of two organisations' trips."""

    trips = Bundle("trips")
    planned = Bundle("planned")

    def __init__(self, new_desk: Callable[[], Any]) -> None:
        super().__init__()
        self.desk = new_desk()
        self.models: dict[UUID, Model] = {}
        self.withdrawn: set[str] = set()

    def teardown(self) -> None:
        self.desk.close()

    def call(self, organisation: UUID, method: str, **arguments: Any) -> Any:
        with acting(Context(role=Role.USER, organisation=organisation)):
            return getattr(self.desk.client, method)(**arguments)

    @rule(
        target=trips,
        organisation=st.sampled_from(ORGANISATIONS),
        state=st.sampled_from(ItineraryState),
    )
    def create(self, organisation: UUID, state: ItineraryState) -> UUID:
        trip = self.call(organisation, "create_itinerary", details=TRIP, state=state)
        self.models[trip.id] = Model(organisation, state)
        self.models[trip.id].url = trip.public_url
        created: UUID = trip.id
        return created

    @rule(trip=trips, title=titles, behind=behinds)
    def retitle(self, trip: UUID, title: str, behind: int) -> None:
        model = self.models[trip]
        details = replace(TRIP, title=title)
        arguments = {"id": trip, "version": model.version - behind, "details": details}
        if behind:
            with pytest.raises(Stale):
                self.call(model.organisation, "update_itinerary", **arguments)
            return
        self.call(model.organisation, "update_itinerary", **arguments)
        model.version += details != model.details
        model.details = details

    @rule(trip=trips, state=st.sampled_from(ItineraryState))
    def step(self, trip: UUID, state: ItineraryState) -> None:
        model = self.models[trip]
        arguments = {"id": trip, "version": model.version, "state": state}
        if state is not model.state and state not in ALLOWED[model.state]:
            with pytest.raises(Conflict):
                self.call(model.organisation, "set_state", **arguments)
            return
        self.call(model.organisation, "set_state", **arguments)
        model.version += state is not model.state
        model.state = state

    @rule(target=planned, trip=trips, details=services)
    def plan(self, trip: UUID, details: ServiceDetails) -> tuple[UUID, UUID]:
        model = self.models[trip]
        service = self.call(model.organisation, "add_service", itinerary_id=trip, details=details)
        model.services[service.id] = (details, 1)
        model.version += 1
        return trip, service.id

    @rule(pair=planned, details=services, behind=behinds)
    def replan(self, pair: tuple[UUID, UUID], details: ServiceDetails, behind: int) -> None:
        trip, service = pair
        model = self.models[trip]
        before, version = model.services[service]
        arguments = {"id": service, "version": version - behind, "details": details}
        if behind:
            with pytest.raises(Stale):
                self.call(model.organisation, "update_service", **arguments)
            return
        self.call(model.organisation, "update_service", **arguments)
        changed = details != before
        model.services[service] = (details, version + changed)
        model.version += changed

    @rule(pair=consumes(planned))
    def drop(self, pair: tuple[UUID, UUID]) -> None:
        trip, service = pair
        model = self.models[trip]
        _, version = model.services.pop(service)
        self.call(model.organisation, "remove_service", id=service, version=version)
        model.version += 1
        with pytest.raises(NotFound):
            self.call(model.organisation, "remove_service", id=service, version=version)

    @rule(trip=trips)
    def share(self, trip: UUID) -> None:
        model = self.models[trip]
        shared = self.call(model.organisation, "share_itinerary", id=trip)
        assert shared.public_url not in self.withdrawn
        assert model.url in (None, shared.public_url)
        model.version += model.url is None
        model.url = shared.public_url

    @rule(trip=trips)
    def unshare(self, trip: UUID) -> None:
        model = self.models[trip]
        self.call(model.organisation, "unshare_itinerary", id=trip)
        if model.url is not None:
            self.withdrawn.add(model.url)
            model.version += 1
        model.url = None

    @rule(trip=trips)
    def trespass(self, trip: UUID) -> None:
        model = self.models[trip]
        [other] = set(ORGANISATIONS) - {model.organisation}
        with pytest.raises(NotFound):
            self.call(other, "get_itinerary", id=trip)
        with pytest.raises(NotFound):
            self.call(other, "add_service", itinerary_id=uuid4(), details=self.any_service())

    def any_service(self) -> ServiceDetails:
        return ServiceDetails(kind=ServiceKind.OTHER, name="x", date=DAY, zone="UTC")

    @invariant()
    def trips_are_as_the_model_says(self) -> None:
        for id_, model in self.models.items():
            self.check(self.call(model.organisation, "get_itinerary", id=id_), model)

    def check(self, found: Itinerary, model: Model) -> None:
        assert (found.state, found.details) == (model.state, model.details)
        assert (found.version, found.public_url) == (model.version, model.url)
        assert {each.id: (each.details, each.version) for each in found.services} == model.services
        moments = [each.starts_at for each in found.services]
        assert moments == sorted(moments)
        for each in found.services:
            local = each.starts_at.astimezone(ZoneInfo(each.details.zone))
            assert local.date() == each.details.date

    @invariant()
    def every_change_was_told_whole(self) -> None:
        last: dict[UUID, Itinerary] = {}
        for event in self.desk.told():
            trip = event.itinerary
            assert trip.version == (last[trip.id].version + 1 if trip.id in last else 1)
            last[trip.id] = trip
        assert set(last) == set(self.models)
        for id_, trip in last.items():
            self.check(trip, self.models[id_])

    @invariant()
    def the_calendar_has_every_service_once(self) -> None:
        for organisation in ORGANISATIONS:
            days = self.call(organisation, "concierge", start=DAY, end=DAY + dt.timedelta(days=2))
            seen = [each.service.id for day in days for each in day.services]
            models = [m for m in self.models.values() if m.organisation == organisation]
            assert sorted(seen) == sorted(id_ for model in models for id_ in model.services)

    @invariant()
    def links_are_good_while_shared(self) -> None:
        good = {model.url for model in self.models.values() if model.url}
        assert not good & self.withdrawn
        with acting(Context()):
            for url in good:
                self.desk.client.public_itinerary(token=url.rpartition("/")[2])
            for url in self.withdrawn:
                with pytest.raises(NotFound):
                    self.desk.client.public_itinerary(token=url.rpartition("/")[2])

    @invariant()
    def references_differ(self) -> None:
        for organisation in ORGANISATIONS:
            rows = self.call(organisation, "list_itineraries", limit=200).itineraries
            references = [row.reference for row in rows]
            assert len(set(references)) == len(references)


def test_any_sequence(new_desk: Callable[[], Any]) -> None:
    run_state_machine_as_test(
        cast("type[Trips]", partial(Trips, new_desk)),  # anything that makes one will do
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
