"""A change that breaks a consumer is found, named, and refused unless it is meant."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from contracts import compatibility
from contracts.compatibility import (
    DELIBERATE,
    KEYWORDS,
    all_breaks,
    breaks,
    schemas,
    schemas_before,
)
from contracts.export import HERE
from contracts.itineraries import ItineraryChanged
from fairlead.contract import decode
from fairlead.errors import Invalid

JSON = dict[str, Any]

SCHEMAS = HERE / "schemas"
TODAY = schemas(SCHEMAS)
EVENT, REQUEST, REPLY = "trip.changed.v1", "trips.book.request", "trips.book.reply"


def test_nothing_breaks_that_is_not_meant() -> None:
    before = schemas_before(SCHEMAS)
    if before is None:  # no git here, or no earlier version in it
        return
    found = all_breaks(before, TODAY)
    unmeant = {each: names for each, names in found.items() if each not in DELIBERATE}
    assert unmeant == {}, (
        "breaks who was written for the version before; make a new version of the message, or "
        "say in contracts/compatibility.py (DELIBERATE) why nobody is hurt"
    )
    past = DELIBERATE.keys() - found.keys()
    assert past == set(), "no break any more: delete it from contracts/compatibility.py"


def test_the_contracts_use_only_keywords_that_are_compared() -> None:
    """A schema against itself has no break, and raises where something is not understood."""
    assert all_breaks(TODAY, TODAY) == {}


def trip(**fields: Any) -> JSON:
    """A message of a trip, with `fields` in place of those it has; None takes one away."""
    properties = {
        "title": {"type": "string", "minLength": 1, "maxLength": 200},
        "pax": {"type": "integer", "minimum": 1, "maximum": 50, "default": 1},
        "colour": {"type": "string", "pattern": "^#[0-9a-f]{6}$"},
        "state": {"$ref": "#/$defs/State"},
        "price": {"anyOf": [{"$ref": "#/$defs/Money"}, {"type": "null"}]},
        "guests": {"type": "array", "items": {"$ref": "#/$defs/Guest"}, "maxItems": 9},
        "notes": {"type": "object", "additionalProperties": {"type": "string"}},
    } | fields
    properties = {name: each for name, each in properties.items() if each is not None}
    money = {"type": "object", "properties": {"amount": {"type": "integer"}}}
    guest = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    return {
        "$ref": "#/$defs/Trip",
        "$defs": {
            "Trip": {
                "title": "Trip",
                "type": "object",
                "properties": properties,
                "required": [name for name in properties if name not in ("pax", "nights")],
            },
            "State": {"title": "State", "enum": ["planned", "sold"]},
            "Money": money | {"required": ["amount"]},
            "Guest": guest,
        },
    }


def with_definition(name: str, **changes: Any) -> JSON:
    """The message with another definition of one of its parts."""
    schema = trip()
    schema["$defs"][name] = schema["$defs"][name] | changes
    return schema


def optional(name: str) -> JSON:
    """The message with a field that need not be there."""
    schema = trip()
    schema["$defs"]["Trip"]["required"].remove(name)
    return schema


NARROWER = [
    (trip(title={"type": "integer"}), "Trip.title: string is not taken any more"),
    (trip(title={"type": "string", "minLength": 2}), "Trip.title: minLength tightened to 2"),
    (trip(pax={"type": "integer", "minimum": 2}), "Trip.pax: minimum tightened to 2"),
    (trip(pax={"type": "integer", "maximum": 9}), "Trip.pax: maximum tightened to 9"),
    (
        trip(title={"type": "string", "minLength": 1, "maxLength": 100}),
        "Trip.title: maxLength tightened to 100",
    ),
    (
        trip(title={"type": "string", "pattern": "^[A-Z]"}),
        "Trip.title: pattern is now ^[A-Z]",
    ),
    (
        trip(colour={"type": "string", "format": "color"}),
        "Trip.colour: format is now color",
    ),
    (with_definition("State", enum=["planned"]), "State: 'sold' is not taken any more"),
    (trip(price={"$ref": "#/$defs/Money"}), "Trip.price: null is not taken any more"),
    (
        trip(guests={"type": "array", "items": {"$ref": "#/$defs/Guest"}, "maxItems": 3}),
        "Trip.guests: maxItems tightened to 3",
    ),
    (
        trip(guests={"type": "array", "items": {"type": "string"}}),
        "Trip.guests[]: object is not taken any more",
    ),
    (
        trip(notes={"type": "object", "additionalProperties": {"type": "integer"}}),
        "Trip.notes{}: string is not taken any more",
    ),
    (
        trip(notes={"type": "object", "additionalProperties": False}),
        "Trip.notes{}: refused now",
    ),
    (trip(email={"type": "string"}), "Trip.email: required now"),
    (
        with_definition("Money", properties={"amount": {"type": "string"}}),
        "Money.amount: integer is not taken any more",
    ),
]

WIDER = [
    (trip(title={"type": "string"}), "Trip.title: minLength loosened from 1"),
    (trip(pax={"type": "integer", "minimum": 1}), "Trip.pax: maximum loosened from 50"),
    (trip(pax={"type": "number"}), "Trip.pax: number is new to older readers"),
    (trip(colour={"type": "string"}), "Trip.colour: pattern was ^#[0-9a-f]{6}$"),
    (
        with_definition("State", enum=["planned", "sold", "lost"]),
        "State: 'lost' is new to older readers",
    ),
    (
        trip(title={"anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}]}),
        "Trip.title: null is new to older readers",
    ),
    (trip(guests={"type": "array"}), "Trip.guests[]: any is new to older readers"),
    (trip(notes={"type": "object"}), "Trip.notes{}: any is new to older readers"),
]

REMOVED = [
    (trip(title=None), "Trip.title: removed"),
    (trip(pax=None), "Trip.pax: removed"),
    (with_definition("Guest", properties={}, required=[]), "Guest.name: removed"),
]


@pytest.mark.parametrize(("new", "expected"), NARROWER)
def test_narrower_breaks_what_is_taken(new: JSON, expected: str) -> None:
    assert expected in breaks(REQUEST, trip(), new)
    assert expected in breaks(EVENT, trip(), new)
    assert expected not in breaks(REPLY, trip(), new)


@pytest.mark.parametrize(("new", "expected"), WIDER)
def test_wider_breaks_what_is_said(new: JSON, expected: str) -> None:
    assert expected in breaks(REPLY, trip(), new)
    assert expected in breaks(EVENT, trip(), new)
    assert breaks(REQUEST, trip(), new) == set()


@pytest.mark.parametrize(("new", "expected"), REMOVED)
def test_a_field_that_goes_breaks_everywhere(new: JSON, expected: str) -> None:
    for name in (REQUEST, REPLY, EVENT):
        assert expected in breaks(name, trip(), new)


def test_a_field_that_may_be_left_out_must_not_become_required() -> None:
    expected = "Trip.price: required now"
    assert breaks(REQUEST, optional("price"), trip()) == {expected}
    assert breaks(EVENT, optional("price"), trip()) == {expected}
    assert breaks(REPLY, optional("price"), trip()) == set()


@pytest.mark.parametrize(
    "new",
    [
        trip(nights={"type": "integer", "default": 0}),
        optional("price"),
        with_definition("State", title="Stage", description="Where it stands"),
        trip(pax={"type": "integer", "minimum": 1, "maximum": 50, "default": 2}),
        trip(title={"type": "string", "minLength": 1, "maxLength": 200, "description": "Short"}),
        trip(price={"anyOf": [{"type": "null"}, {"$ref": "#/$defs/Money"}]}),
    ],
    ids=["a new field", "a default", "other names", "another default", "a remark", "the order"],
)
def test_what_is_allowed(new: JSON) -> None:
    for name in (REQUEST, REPLY, EVENT):
        assert breaks(name, trip(), new) == set()


def test_a_reply_may_gain_a_required_field() -> None:
    assert breaks(REPLY, trip(), trip(email={"type": "string"})) == set()


def test_a_definition_may_be_called_otherwise() -> None:
    renamed = json.loads(json.dumps(trip()).replace("Guest", "Traveller"))
    for name in (REQUEST, REPLY, EVENT):
        assert breaks(name, trip(), renamed) == set()


def test_a_message_within_itself_comes_to_an_end() -> None:
    parent = {"anyOf": [{"$ref": "#/$defs/Folder"}, {"type": "null"}]}
    folder = {"type": "object", "properties": {"parent": parent, "name": {"type": "string"}}}
    old: JSON = {"$ref": "#/$defs/Folder", "$defs": {"Folder": folder}}
    new = copy.deepcopy(old)
    del new["$defs"]["Folder"]["properties"]["name"]
    assert breaks(EVENT, old, new) == {"Folder.name: removed"}


def test_what_is_not_understood_is_not_overlooked() -> None:
    odd = {"type": "string", "contentSchema": {"type": "object"}}
    assert "contentSchema" not in KEYWORDS
    with pytest.raises(ValueError, match="contentSchema"):
        breaks(EVENT, trip(title=odd), trip(title=odd))


def test_a_message_that_goes_is_a_break_and_one_that_comes_is_none() -> None:
    old = {EVENT: trip(), REPLY: trip()}
    assert all_breaks(old, {EVENT: trip()}) == {f"{REPLY}: removed": [REPLY]}
    assert all_breaks({EVENT: trip()}, old) == {}


def test_a_field_that_the_inbox_reads_cannot_go_unseen() -> None:
    """The inbox keeps each service's zone from `itinerary.changed`, and writes times by it."""
    name = "itinerary.changed.v1"
    new = copy.deepcopy(TODAY[name])
    details = new["$defs"]["ServiceDetails"]
    del details["properties"]["zone"]
    details["required"].remove("zone")
    assert all_breaks(TODAY, TODAY | {name: new}) == {"ServiceDetails.zone: removed": [name]}

    example = json.loads((HERE / f"examples/{name}.json").read_text(encoding="utf-8"))
    decode(msgspec.json.encode(example), ItineraryChanged, name)
    del example["itinerary"]["services"][0]["details"]["zone"]
    with pytest.raises(Invalid, match=r"services\[.*zone"):
        decode(msgspec.json.encode(example), ItineraryChanged, name)


class Repository:
    """A repository of its own, with schemas in it."""

    def __init__(self, folder: Path) -> None:
        self.schemas = folder / "contracts" / "schemas"
        self.schemas.mkdir(parents=True)
        self._git("init", "--quiet")

    def write(self, schema: JSON) -> None:
        (self.schemas / f"{EVENT}.json").write_text(json.dumps(schema), encoding="utf-8")

    def commit(self) -> None:
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "--message", "A change")

    def breaks(self) -> dict[str, list[str]] | None:
        before = schemas_before(self.schemas)
        return None if before is None else all_breaks(before, schemas(self.schemas))

    def _git(self, *arguments: str) -> None:
        who = ["-c", "user.name=Test", "-c", "user.email=test@fairlead.example"]
        command = ["git", *who, "-c", "commit.gpgsign=false", *arguments]
        subprocess.run(command, cwd=self.schemas, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):  # as set within a git hook
        monkeypatch.delenv(name, raising=False)
    return Repository(tmp_path)


def test_a_break_is_found_before_its_commit_and_after_it(repository: Repository) -> None:
    repository.write(trip())
    assert repository.breaks() is None  # nothing committed yet
    repository.commit()
    assert repository.breaks() is None  # the first version has none before it

    repository.write(trip(title=None))
    expected = {"Trip.title: removed": [EVENT]}
    assert repository.breaks() == expected
    repository.commit()
    assert repository.breaks() == expected
    (repository.schemas.parent / "README.md").write_text("About", encoding="utf-8")
    repository.commit()
    assert repository.breaks() == expected

    repository.write(trip(title=None, nights={"type": "integer", "default": 0}))
    assert repository.breaks() == {}


def test_the_command_says_where_and_whether_it_is_meant(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.write(trip())
    repository.commit()
    assert compatibility.main(repository.schemas) == 0
    repository.write(trip(title=None))
    assert compatibility.main(repository.schemas) == 1
    said = capsys.readouterr().out
    assert said == f"Trip.title: removed\n    in {EVENT}\n    NOT MEANT\n"
    monkeypatch.setattr(compatibility, "DELIBERATE", {"Trip.title: removed": "nobody reads it"})
    assert compatibility.main(repository.schemas) == 0
    assert "meant: nobody reads it" in capsys.readouterr().out


def test_without_git_there_is_nothing_to_compare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert schemas_before(tmp_path) is None
