"""Templates as Meta has them: what they want, and how they are filled and sent."""

from __future__ import annotations

from typing import Any, cast
from uuid import uuid4

import pytest

from contracts.channels import ApprovedTemplate
from contracts.whatsapp_gateway import NetworkTemplate, WhatsAppConnectionKind
from fairlead.context import acting, service_context
from fairlead.store import Database
from whatsapp_gateway.cloud import payloads, templates
from whatsapp_gateway.cloud.driver import CloudDrivers
from whatsapp_gateway.domain.pieces import Named
from whatsapp_gateway.store.tables import ConnectionRow
from whatsapp_gateway.wording import Wording

from .desk import OURS, Desk


def known(*components: dict[str, Any]) -> NetworkTemplate:
    found = {"name": "pickup", "language": "en", "status": "APPROVED", "components": [*components]}
    made = templates.read(uuid4(), found)
    assert made is not None
    return made


def wanted(**changes: Any) -> ApprovedTemplate:
    return ApprovedTemplate(name="pickup", language="en", **changes)


NAMED = known(
    {"type": "HEADER", "format": "TEXT", "text": "Trip {{trip}}"},
    {"type": "BODY", "text": "Picked up at {{hour}} at {{place}}, {{hour}} sharp"},
)


def test_places_with_names_are_sent_by_their_names() -> None:
    filled = wanted(parameters=["9:30", "gate 3"], heading=["12"])
    [heading, body] = payloads.template(filled, templates.named(NAMED))["components"]
    assert heading["parameters"] == [{"type": "text", "text": "12", "parameter_name": "trip"}]
    assert body["parameters"] == [
        {"type": "text", "text": "9:30", "parameter_name": "hour"},
        {"type": "text", "text": "gate 3", "parameter_name": "place"},
    ]


def test_places_with_numbers_are_sent_in_their_order() -> None:
    counted = known({"type": "BODY", "text": "Picked up at {{1}}"})
    assert templates.named(counted) == Named()
    [body] = payloads.template(wanted(parameters=["9:30"]), Named())["components"]
    assert body["parameters"] == [{"type": "text", "text": "9:30"}]


@pytest.mark.parametrize("shown", ["IMAGE", "VIDEO", "DOCUMENT"])
def test_a_heading_that_wants_a_file_cannot_be_filled(shown: str) -> None:
    pictured = known({"type": "HEADER", "format": shown}, {"type": "BODY", "text": "Welcome"})
    assert pictured.heading_file == shown.lower()
    assert shown.lower() in (templates.fill(pictured, wanted()).problem or "")


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (["", "trip/1"], None),
        ([], "button 2 wants a value"),
        (["", " "], "button 2 wants a value"),
        (["x", "trip/1"], "button 1 has no place"),
        (["", "trip/1", "x"], "fewer buttons"),
    ],
)
def test_the_address_of_a_button_wants_what_is_left_open(
    given: list[str], problem: str | None
) -> None:
    buttons = [
        {"type": "QUICK_REPLY", "text": "Yes"},
        {"type": "URL", "text": "Open", "url": "https://x/{{1}}"},
    ]
    opened = known({"type": "BODY", "text": "Hi"}, {"type": "BUTTONS", "buttons": buttons})
    found = templates.fill(opened, wanted(buttons=given)).problem
    assert found is None if problem is None else problem in (found or "")


class Meta:
    """Accounts that have one template, the same for each number."""

    def graph(self, connection: ConnectionRow) -> Meta:
        return self

    def templates(self) -> list[dict[str, Any]]:
        return [{"name": "pickup", "language": "en", "status": "APPROVED", "components": []}]


def test_the_templates_of_all_numbers_are_fetched(store: Database) -> None:
    desk = Desk(store, WhatsAppConnectionKind.CLOUD)
    wording = Wording(desk.store, cast("CloudDrivers", Meta()))
    wording.fetch_all()
    with acting(service_context(OURS)):
        assert [each.name for each in wording.listed(desk.connection)] == ["pickup"]
