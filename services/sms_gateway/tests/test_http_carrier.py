"""The service with a carrier over HTTP: a stand-in of it on a real socket."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any

import msgspec
import pytest

from contracts.channels import ConnectionState, DeliveryStatus, MessageReceived
from contracts.sms_gateway import HttpApi, SmsConnectionDetails, SmsConnectionKind
from fairlead.errors import Forbidden, Invalid
from fairlead.store import new_id
from fairlead.testing.bus import Home
from fairlead.testing.services import World
from sms_gateway.testing import ACCOUNT, TOKEN, CarrierStandIn, Signed, refusing, signed, written

from .hosting import OURS, PHONE, Gateway, fates, opened, queue, reached, running

pytestmark = [pytest.mark.green, pytest.mark.usefixtures("hasty_carriers")]


@pytest.fixture
def carrier() -> Iterator[CarrierStandIn]:
    made = CarrierStandIn()
    yield made
    made.stop()


def details(carrier: CarrierStandIn, **changes: Any) -> SmsConnectionDetails:
    http = HttpApi(account=ACCOUNT, base_url=carrier.url, token=TOKEN, per_second=500)
    return SmsConnectionDetails(
        label="Texts",
        kind=SmsConnectionKind.HTTP,
        sender="+15005550006",
        http=msgspec.structs.replace(http, **changes),
    )


def bring(gateway: Gateway, id: Any, callback: Signed) -> None:
    gateway.take_sms_callback(
        id=id,
        url=callback.url,
        content_type=callback.content_type,
        signature=callback.signature,
        body=callback.body,
    )


def taken(world: World, carrier: CarrierStandIn, count: int = 1) -> list[str]:
    world.wait_for(lambda: len(carrier.taken) >= count)
    return list(carrier.taken)


def hang_up(handler: BaseHTTPRequestHandler, _form: dict[str, str]) -> bool:
    handler.connection.shutdown(socket.SHUT_RDWR)
    return True


def test_a_text_is_one_request_and_arrives_as_a_whole(home: Home, carrier: CarrierStandIn) -> None:
    with running(home) as (world, gateway):
        made = gateway.create_sms_connection(details=details(carrier))
        opened(world)
        queued = queue(world, "“ž” 😀 \u200fשלום " * 20)
        sent = reached(world, queued, DeliveryStatus.SENT)
        [id] = carrier.taken
        form = carrier.taken[id]
        assert (form["To"], form["From"]) == (PHONE, "+15005550006")
        assert form["Body"] == '"ž" 😀 \u200fשלום ' * 20
        assert form["StatusCallback"].endswith(
            f"/api/v1/hooks/sms/{made.id}?text={queued.delivery_id}"
        )
        assert 0 < int(form["ValidityPeriod"]) <= 36_000
        said = [carrier.status(id, word) for word in ("queued", "sent", "delivered")] * 3
        random.Random(7).shuffle(said)
        for each in said:
            bring(gateway, made.id, each)
        arrived = reached(world, queued, DeliveryStatus.DELIVERED)
        assert arrived.parts_delivered == arrived.parts == sent.parts == 4
        later = queue(world, "Later")
        reached(world, later, DeliveryStatus.SENT)
        statuses = [status for status, _ in fates(world, queued)]
        assert statuses == [DeliveryStatus.SENT, DeliveryStatus.DELIVERED]


@pytest.mark.parametrize("taken_first", [True, False])
def test_a_line_that_breaks_leaves_it_uncertain_until_a_status_comes(
    home: Home, carrier: CarrierStandIn, taken_first: bool
) -> None:
    def break_off(handler: BaseHTTPRequestHandler, form: dict[str, str]) -> bool:
        if taken_first:
            carrier.take(form)
        return hang_up(handler, form)

    with running(home) as (world, gateway):
        made = gateway.create_sms_connection(details=details(carrier))
        opened(world)
        carrier.misbehave = break_off
        queued = queue(world)
        doubtful = reached(world, queued, DeliveryStatus.UNCERTAIN)
        assert "may have arrived" in (doubtful.reason or "")
        carrier.misbehave = None
        reached(world, queue(world, "Another"), DeliveryStatus.SENT)
        assert [form["Body"] for form in carrier.asked] == ["Hello", "Another"]
        if taken_first:
            failed = carrier.status(next(iter(carrier.taken)), "undelivered", "30003")
            bring(gateway, made.id, failed)
            told = reached(world, queued, DeliveryStatus.FAILED)
            assert told.code == "30003"
            assert "cannot be reached" in (told.reason or "")


@pytest.mark.parametrize(("status", "code", "permanent"), [(400, 21614, True), (400, 21610, False)])
def test_a_refusal_is_final(
    home: Home, carrier: CarrierStandIn, status: int, code: int, permanent: bool
) -> None:
    carrier.misbehave = refusing(status, code)
    with running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(carrier))
        opened(world)
        failed = reached(world, queue(world), DeliveryStatus.FAILED)
        assert f"(error {code})" in (failed.reason or "")
        assert failed.permanent is permanent
        assert len(carrier.asked) == 1


def test_throttled_it_comes_again(home: Home, carrier: CarrierStandIn) -> None:
    carrier.misbehave = refusing(429, 20429, times=1)
    with running(home) as (world, gateway):
        gateway.create_sms_connection(details=details(carrier))
        opened(world)
        queued = queue(world)
        reached(world, queued, DeliveryStatus.SENT)
        assert len(carrier.asked) == 2
        assert [status for status, _ in fates(world, queued)] == [DeliveryStatus.SENT]


def test_a_refused_token_stops_it_until_somebody_acts(home: Home, carrier: CarrierStandIn) -> None:
    with running(home) as (world, gateway):
        made = gateway.create_sms_connection(details=details(carrier, token="wrong"))
        reason = world.wait_for(lambda: gateway.get_sms_connection(id=made.id).reason)
        assert reason == "The carrier refused the sign-in (error 20003)"
        queued = queue(world)
        right = details(carrier)
        gateway.update_sms_connection(id=made.id, version=made.version, details=right)
        reached(world, queued, DeliveryStatus.SENT)
        assert b"wrong" not in msgspec.json.encode(gateway.list_sms_connections())
        assert TOKEN.encode() not in msgspec.json.encode(gateway.list_sms_connections())


def test_a_carrier_that_is_away_is_waited_for(home: Home, carrier: CarrierStandIn) -> None:
    with running(home) as (world, gateway):
        made = gateway.create_sms_connection(
            details=details(carrier, base_url="http://127.0.0.1:9")
        )
        world.wait_for(
            lambda: gateway.get_sms_connection(id=made.id).state is ConnectionState.FAILING
        )
        queued = queue(world)
        here = details(carrier)
        gateway.update_sms_connection(id=made.id, version=made.version, details=here)
        reached(world, queued, DeliveryStatus.SENT)
        assert len(carrier.asked) == 1


def test_a_person_writes_and_stops(home: Home, carrier: CarrierStandIn) -> None:
    with running(home) as (world, gateway):
        made = gateway.create_sms_connection(details=details(carrier))
        opened(world)
        url = f"https://hub.example.com/api/v1/hooks/sms/{made.id}"
        texts = [
            written(url, "SM1", PHONE, "Is it 😀? \0 שלום"),
            written(url, "SM2", PHONE, "Basta", OptOutType="STOP"),
        ]
        for each in texts * 2:
            bring(gateway, made.id, each)
        heard = world.wait_for(
            lambda: [e for e in world.events(MessageReceived, OURS) if e.provider_id == "SM2"]
        )
        assert heard[0].sender.address == PHONE
        failed = reached(world, queue(world), DeliveryStatus.FAILED)
        assert "wrote STOP" in (failed.reason or "")
        bring(gateway, made.id, written(url, "SM3", PHONE, "start"))
        world.wait_for(lambda: not gateway.list_opt_outs().opt_outs)
        world.wait_for(lambda: len(world.events(MessageReceived, OURS)) == 3)
        said = [each.text for each in world.events(MessageReceived, OURS)]
        assert said == ["Is it 😀?  שלום", "Basta", "start"]


def test_what_the_carrier_did_not_sign_changes_nothing(home: Home, carrier: CarrierStandIn) -> None:
    with running(home) as (world, gateway):
        made = gateway.create_sms_connection(details=details(carrier))
        other = gateway.create_sms_connection(details=details(carrier, token="another"))
        gateway.remove_sms_connection(id=other.id)
        opened(world)
        queued = queue(world)
        [id] = taken(world, carrier)
        genuine = carrier.status(id, "failed")
        fields = {"MessageSid": id, "MessageStatus": "failed"}
        forged = [
            (made.id, signed(genuine.url, fields, "guessed")),
            (made.id, replace(genuine, url=genuine.url + "0")),
            (other.id, genuine),
            (new_id(), genuine),
        ]
        for connection, callback in forged:
            with pytest.raises(Forbidden):
                bring(gateway, connection, callback)
        unreadable = signed(genuine.url, {"nothing": "known"})
        bring(gateway, made.id, unreadable)  # kept, and harmless
        reached(world, queued, DeliveryStatus.SENT)
        [kept] = gateway.list_sent().texts
        assert kept.status is DeliveryStatus.SENT


def test_what_is_wrong_is_named(home: Home, carrier: CarrierStandIn) -> None:
    with running(home) as (_, gateway):
        right = details(carrier)
        wrong = [
            (msgspec.structs.replace(right, http=None), "http"),
            (details(carrier, token=None), "http.token"),
            (details(carrier, base_url="ftp://127.0.0.1"), "http.base_url"),
        ]
        for each, field in wrong:
            with pytest.raises(Invalid) as caught:
                gateway.create_sms_connection(details=each)
            assert [every["field"] for every in caught.value.details["errors"]] == [field]
        gateway.create_sms_connection(details=right)
        with pytest.raises(Invalid, match="1,600"):
            gateway.measure(text="a" * 1601)
