"""Connections of all channels at one door, whichever gateways answer."""

from __future__ import annotations

import pytest

from api_gateway.testing import Services, Visitor, problem
from contracts.samples import sample
from contracts.whatsapp_gateway import WhatsAppConnection
from fairlead.errors import NotFound, Unavailable

AWAY = Unavailable("bus.away", "The service is away")
LISTS = {
    "email": "email_gateway.list_connections",
    "whatsapp": "whatsapp_gateway.list_whatsapp_connections",
    "sms": "sms_gateway.list_sms_connections",
}
KNOWN = sample(WhatsAppConnection)
PATH = f"/api/v1/connections/{KNOWN.id}"


def test_all_that_answer_are_listed(services: Services, owner: Visitor) -> None:
    response = owner.ask("GET", "/api/v1/connections")
    assert [each["channel"] for each in response.get_json()] == list(LISTS)
    assert "Fairlead-Away" not in response.headers


@pytest.mark.parametrize("channel", LISTS)
def test_a_gateway_that_is_away_hides_none_of_the_others(
    services: Services, owner: Visitor, channel: str
) -> None:
    services.answers[LISTS[channel]] = AWAY
    response = owner.ask("GET", "/api/v1/connections")
    assert response.status_code == 200
    assert [each["channel"] for each in response.get_json()] == [c for c in LISTS if c != channel]
    assert response.headers["Fairlead-Away"] == channel


def test_who_is_away_is_named_for_all(services: Services, owner: Visitor) -> None:
    services.answers |= {LISTS["email"]: AWAY, LISTS["sms"]: AWAY}
    response = owner.ask("GET", "/api/v1/connections")
    assert response.headers["Fairlead-Away"] == "email, sms"


def test_where_nobody_answers_it_is_an_error(services: Services, owner: Visitor) -> None:
    services.answers |= dict.fromkeys(LISTS.values(), AWAY)
    response = owner.ask("GET", "/api/v1/connections")
    assert response.status_code == 503
    assert problem(response)["code"] == "bus.away"


def test_one_is_found_while_another_gateway_is_away(services: Services, owner: Visitor) -> None:
    services.answers["email_gateway.get_connection"] = AWAY
    response = owner.ask("GET", PATH)
    assert response.get_json()["channel"] == "whatsapp"
    assert owner.ask("DELETE", PATH).status_code == 204


def test_what_may_be_where_nobody_answers_is_not_said_to_be_missing(
    services: Services, owner: Visitor
) -> None:
    nowhere = NotFound("x.not_found", "There is no such connection")
    services.answers["whatsapp_gateway.get_whatsapp_connection"] = nowhere
    services.answers["sms_gateway.get_sms_connection"] = nowhere
    services.answers["email_gateway.get_connection"] = AWAY
    assert owner.ask("GET", PATH).status_code == 503
    services.answers["email_gateway.get_connection"] = nowhere
    assert owner.ask("GET", PATH).status_code == 404
