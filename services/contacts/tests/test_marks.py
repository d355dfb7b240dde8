"""What contacts are found by, and what makes two of them alike."""

from __future__ import annotations

import datetime as dt

import pytest

from contacts.domain import fields, marks
from contacts.domain.person import clean_tags
from contracts.common import Channel
from contracts.consents import Consent, ConsentKind, ConsentSource
from contracts.contacts import FieldDefinition, FieldType, FieldValue, Scheme
from fairlead.errors import Invalid

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("written", "mailbox"),
    [
        ("Ana.Luz+trip@gmail.com", "analuz@gmail.com"),
        ("analuz@googlemail.com", "analuz@gmail.com"),
        ("ana.luz+trip@outlook.com", "ana.luz@outlook.com"),
        ("ana.luz+trip@hotel.test", "ana.luz+trip@hotel.test"),
    ],
)
def test_a_mailbox_behind_an_address(written: str, mailbox: str) -> None:
    assert marks.mailbox(written) == mailbox


def alike(name: str = "", company: str = "", *addresses: tuple[Scheme, str]) -> set[str]:
    return set(marks.likenesses(name, company, addresses))


def test_likenesses() -> None:
    assert alike("Ana Luz", "Sol") == alike("Luz  ANÁ", "sol") == {"same:name:ana luz|sol"}
    assert alike("Ana", "Sol") == set()
    mobile = alike("", "", (Scheme.PHONE, "+351912345678"))
    assert mobile == alike("", "", (Scheme.WHATSAPP, "351912345678")) == {"same:phone:912345678"}
    assert alike("", "", (Scheme.WHATSAPP, "551199@lid")) == set()


def test_marks_of_all_kinds() -> None:
    block = Consent(
        kind=ConsentKind.MARKETING,
        channel=Channel.SMS,
        allowed=False,
        source=ConsentSource.PERSON,
        at=NOW,
    )
    found = marks.marks(["vip"], {"size": 3.0, "diet": "Vegán", "deaf": True}, [block], ["same:x"])
    assert found == {
        "tag:vip",
        "field:size=3",
        "field:diet=vegan",
        "field:deaf=true",
        "blocked:marketing",
        "same:x",
    }


def test_tags_are_tidied() -> None:
    assert clean_tags([" VIP ", "vip", "Lua  de Mel"]) == ["lua de mel", "vip"]
    with pytest.raises(Invalid, match=r"tags\[1\]"):
        clean_tags(["a", " "])


def definition(type: FieldType, *choices: str) -> FieldDefinition:
    return FieldDefinition(
        key="x", label="X", type=type, choices=list(choices), position=0, version=1
    )


@pytest.mark.parametrize(
    ("type", "given", "kept"),
    [
        (FieldType.TEXT, " a\nb ", "a b"),
        (FieldType.NUMBER, "1,5", 1.5),
        (FieldType.NUMBER, 2.0, 2),
        (FieldType.DATE, "2026-05-12", "2026-05-12"),
        (FieldType.CHOICE, "vegan", "Vegan"),
        (FieldType.YES_NO, "Yes", True),
        (FieldType.YES_NO, False, False),
    ],
)
def test_what_a_field_takes(type: FieldType, given: FieldValue, kept: FieldValue) -> None:
    choices = ["Vegan"] if type is FieldType.CHOICE else []
    assert fields.read(given, definition(type, *choices)) == kept


@pytest.mark.parametrize(
    ("type", "given"),
    [
        (FieldType.TEXT, 3),
        (FieldType.NUMBER, "three"),
        (FieldType.NUMBER, True),
        (FieldType.NUMBER, "nan"),
        (FieldType.NUMBER, 1e20),
        (FieldType.DATE, "12.5.2026"),
        (FieldType.DATE, 7),
        (FieldType.CHOICE, "meat"),
        (FieldType.YES_NO, "perhaps"),
    ],
)
def test_what_a_field_refuses(type: FieldType, given: FieldValue) -> None:
    with pytest.raises(Invalid, match=r"fields\.x"):
        fields.check({"x": given}, {"x": definition(type, "Vegan")})


def test_a_field_that_is_none() -> None:
    with pytest.raises(Invalid, match=r"fields\.y: is no field"):
        fields.check({"y": 1}, {})
