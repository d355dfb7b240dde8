"""Examples: valid, the same each time, and believable."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec import Meta

from contracts.common import Currency, Language, Limit
from contracts.contacts import Contact
from contracts.documents import Spoken, all_messages
from contracts.email_gateway import Connection, EmailGateway
from contracts.inbox import Problem
from contracts.itineraries import Itinerary, ItinerarySummary
from contracts.samples import sample
from fairlead.contract import calls
from tests.each import each

MESSAGES = all_messages()
CREATE_CONNECTION = calls(EmailGateway)["create_connection"].request


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """The plain values within `value`, each with the name of its field."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each, name)
    else:
        yield name, value


@each(MESSAGES)
def test_an_example_survives_the_wire(message: Spoken) -> None:
    encoded = msgspec.json.encode(message.example)
    assert msgspec.json.encode(msgspec.json.decode(encoded, type=message.kind)) == encoded


@each(MESSAGES)
def test_each_word_of_an_example_was_thought_of(message: Spoken) -> None:
    """Where the vocabulary has nothing for a field, its own name would stand there."""
    made_up = [
        name
        for name, value in leaves(msgspec.to_builtins(message.example))
        if value == name.replace("_", " ")
    ]
    assert made_up in ([], ["automatic"]), "add a word to contracts/vocabulary.py"


def test_examples_are_the_same_in_another_process() -> None:
    code = (
        "import msgspec; from contracts.samples import sample; "
        "from contracts.itineraries import Itinerary; "
        "print(msgspec.json.encode(sample(Itinerary)).decode())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == msgspec.to_builtins(sample(Itinerary))


def test_a_trip_hangs_together() -> None:
    trip = sample(Itinerary)
    details, service = trip.details, trip.services[0]
    assert details.start <= service.details.date <= details.end
    assert service.itinerary_id == trip.id
    assert service.details.supplier_id == sample(Contact).id
    local = dt.datetime.combine(
        service.details.date, service.details.time, tzinfo=ZoneInfo(service.details.zone)
    )
    assert service.starts_at == local
    assert trip.reference == sample(ItinerarySummary).reference == "TRP-2026-0012"


def test_an_id_is_that_of_its_message() -> None:
    asked = sample(calls(EmailGateway)["get_connection"].request)
    assert asked.id == sample(Connection).id == sample(UUID, "connection_id")
    assert asked.id != sample(UUID, "contact_id")
    assert asked.id.version == 7


def test_a_secret_is_given_and_never_given_back() -> None:
    assert sample(CREATE_CONNECTION).details.smtp.password
    assert sample(Connection).details.smtp.password is None


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        (Currency, "", "EUR"),
        (Language, "unheard_of", "en"),
        (Limit, "anything", 1),
        (Annotated[int, Meta(ge=100)], "pax", 100),
        (Annotated[int, Meta(gt=4)], "pax", 5),
        (Annotated[str, Meta(max_length=3)], "zone", "en"),
        (str, "supplier_name", "Lisboa a Pé, Lda."),
        (str, "middle_name", "Marta Oliveira"),
        (str, "unheard_of", "unheard of"),
        (str | None, "zone", "Europe/Lisbon"),
        (Annotated[list[int], Meta(min_length=2)], "pax", [4, 4]),
        (dict[str, bool], "archived", {"archived": True}),
        (type(None), "anything", None),
        (dt.datetime, "expires_at", dt.datetime(2026, 3, 16, 9, 15, tzinfo=dt.UTC)),
        (dt.date, "unheard_of", dt.date(2026, 5, 14)),
    ],
)
def test_a_field_by_its_type_and_name(kind: Any, name: str, expected: Any) -> None:
    assert sample(kind, name) == expected


def test_what_stands_in_another_message_may_be_called_otherwise() -> None:
    assert sample(Problem).field == "variables.meeting_point"
    branding = sample(Itinerary).details.guests[0]
    assert branding.name != sample(Contact).name


def test_no_example_is_better_than_a_wrong_one() -> None:
    with pytest.raises(TypeError, match="no example"):
        sample(Annotated[str, Meta(pattern="^[0-9]{40}$")], "number")
    with pytest.raises(TypeError, match="no example"):
        sample(bytearray, "content")


class Nested(msgspec.Struct):
    """A message within itself, without an end."""

    inner: Nested


def test_an_endless_message_is_refused() -> None:
    with pytest.raises(TypeError, match="too deep"):
        sample(Nested)
