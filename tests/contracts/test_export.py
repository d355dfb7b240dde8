"""The documents on disk: up to date, and each example fits its schema and its type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import msgspec
import pytest

from contracts import export
from contracts.documents import all_messages
from contracts.export import COMMAND, HERE, stale, write
from contracts.services import SERVICES
from tests.each import each

MESSAGES = all_messages()
NAMES = {name: name for name in MESSAGES}


def read(path: str) -> Any:
    return json.loads((HERE / path).read_text(encoding="utf-8"))


def test_the_documents_are_up_to_date() -> None:
    assert stale() == [], f"run `{COMMAND}` and look at what it changed"


@each(NAMES)
def test_an_example_fits_its_schema(name: str) -> None:
    schema = read(f"schemas/{name}.json")
    jsonschema_rs.meta.validate(schema)  # two hundred times as fast as jsonschema's
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    assert list(validator.iter_errors(read(f"examples/{name}.json"))) == []


@each(NAMES)
def test_an_example_decodes_at_the_door(name: str) -> None:
    content = (HERE / f"examples/{name}.json").read_bytes()
    assert msgspec.json.decode(content, type=MESSAGES[name].kind) is not ...


def test_schemas_refuse_what_the_door_refuses() -> None:
    """The schemas say as much as the types: not only the shape but the bounds."""
    schema = read("schemas/contacts.add_identity.request.json")
    validator = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )
    good = read("examples/contacts.add_identity.request.json")
    assert validator.is_valid(good)
    for wrong in ({"scheme": "fax"}, {"value": ""}, {"value": "x" * 255}, {"id": "17"}):
        assert not validator.is_valid(good | wrong)
    assert not validator.is_valid({"scheme": "email", "value": "a@b.example"})


def test_every_file_belongs_to_a_message_and_every_message_has_its_files() -> None:
    for folder in ("schemas", "examples"):
        assert {path.stem for path in (HERE / folder).glob("*.json")} == MESSAGES.keys()


def test_writing_mends_what_is_missing_changed_or_too_many(tmp_path: Path) -> None:
    assert len(write(tmp_path)) == 2 * len(MESSAGES) + len(SERVICES)
    assert stale(tmp_path) == []
    (tmp_path / "schemas/contact.changed.v1.json").unlink()
    (tmp_path / "examples/user.changed.v1.json").write_text("{}\n", encoding="utf-8")
    (tmp_path / "asyncapi/faxes.json").write_text("{}\n", encoding="utf-8")
    expected = [
        "asyncapi/faxes.json",
        "examples/user.changed.v1.json",
        "schemas/contact.changed.v1.json",
    ]
    assert stale(tmp_path) == expected
    assert write(tmp_path) == expected
    assert stale(tmp_path) == []
    assert not (tmp_path / "asyncapi/faxes.json").exists()


def test_check_tells_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path)
    (tmp_path / "examples/user.changed.v1.json").write_text("{}\n", encoding="utf-8")
    assert export.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().out == "stale: contracts/examples/user.changed.v1.json\n"
    assert stale(tmp_path) == ["examples/user.changed.v1.json"]
    assert export.main([], tmp_path) == 0
    assert export.main(["--check"], tmp_path) == 0
