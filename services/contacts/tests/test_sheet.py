"""Files of contacts: how they are written, what they say, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.domain import sheet
from contracts.contacts import ContactKind, FieldDefinition, FieldType, ImportPlan
from fairlead.errors import Invalid
from fairlead.spreadsheet import lines

SIZE = FieldDefinition(
    key="size", label="Size", type=FieldType.NUMBER, choices=[], position=0, version=1
)


def row(targets: list[str | None], cells: list[str], **more: Any) -> sheet.Row:
    plan = ImportPlan(targets=targets, **more)
    return sheet.understand(2, cells, plan, {"size": SIZE}, "PT")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_how_a_file_is_written_is_found(delimiter: str, encoding: str) -> None:
    text = delimiter.join(["Nome", "E-mail", "Telefone"]) + "\r\n"
    text += delimiter.join(["José Conceição", "jose@mail.test", "912 345 678"]) + "\r\n"
    found = sheet.guess(text.encode(encoding))
    assert (found.delimiter, found.header, found.rows) == (delimiter, True, 1)
    assert [each.target for each in found.columns] == ["name", "email", "phone"]
    assert found.columns[0].samples == ["José Conceição"]
    assert sheet.decode(text.encode(encoding), found.encoding)[0] == text


def test_of_two_columns_that_say_the_same_one_is_suggested() -> None:
    found = sheet.guess(b"Name,Full name,E-mail,Mail\nAna,Ana,,\n")
    assert [each.target for each in found.columns] == ["name", None, "email", "email"]


def test_a_file_without_headings() -> None:
    found = sheet.guess(b"Ana,ana@mail.test\nBea,bea@mail.test\n")
    assert (found.header, found.rows) == (False, 2)
    assert [each.target for each in found.columns] == [None, None]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"a\0b,c"])
def test_what_is_no_file_of_contacts(content: bytes) -> None:
    with pytest.raises(Invalid, match="import_unreadable"):
        sheet.guess(content)


def test_a_row_over_several_lines_keeps_its_line() -> None:
    text = 'name,notes\nAna,"one\ntwo"\n\nBea,x\n'
    assert [(line, cells[0]) for line, cells in sheet.read(text, ",")] == [
        (1, "name"),
        (2, "Ana"),
        (5, "Bea"),
    ]


def test_what_a_row_says() -> None:
    found = row(
        ["first_name", "last_name", "email", "phone", "tags", "kind", None, "fields.size"],
        ["Ana", "Luz", "a@mail.test; b@mail.test", "912 345 678", "VIP, x", "Agent", "?", "3"],
    )
    assert found.refused is None
    assert (found.name, found.kind, found.tags) == ("Ana Luz", ContactKind.AGENT, ["vip", "x"])
    assert [each.value for each in found.addresses] == [
        "a@mail.test",
        "b@mail.test",
        "+351912345678",
    ]
    assert found.fields == {"size": 3}


@pytest.mark.parametrize(
    ("target", "cell"),
    [
        ("email", "no mail"),
        ("phone", "12"),
        ("kind", "friend"),
        ("language", "Portuguese"),
        ("zone", "Lisbon"),
        ("channel", "fax"),
        ("fields.size", "large"),
        ("fields.other", "x"),
        ("notes", "x" * 100_001),
    ],
)
def test_what_is_refused_names_its_column(target: str, cell: str) -> None:
    found = row(["name", target], ["Ana", cell])
    assert found.refused is not None
    assert found.refused[0] == target


def test_who_has_neither_name_nor_address_is_refused() -> None:
    assert row(["name", "notes"], [" ", "x"]).refused == (
        "name",
        "is blank, and there is no address to call the contact by",
    )
    assert row(["name", "email"], ["", "a@mail.test"]).name == "a@mail.test"


@pytest.mark.parametrize("targets", [["nothing"], ["name", "name"], [None], ["fields.other"]])
def test_a_plan_is_checked(targets: list[str | None]) -> None:
    with pytest.raises(Invalid, match=r"plan\.targets"):
        sheet.check_plan(ImportPlan(targets=targets), {"size": SIZE})


# What spreadsheets and the separators of lists make of a text, more often than chance would.
texts = st.text(st.sampled_from("a'\"=+-@;,|\n\r\t \u00a0\uff1d\u00e9"), max_size=8)


@given(st.lists(st.lists(texts, min_size=2, max_size=2), min_size=1, max_size=5))
def test_what_we_export_we_read(rows: list[list[str]]) -> None:
    text = "".join(lines(["one", "two"], rows)).removeprefix("\ufeff")
    read = [cells for _, cells in sheet.read(text, ",")][1:]
    assert read == [each for each in rows if any(cell.strip() for cell in each)]


@given(st.lists(texts.map(str.strip).filter(bool), max_size=5))
def test_the_items_of_a_cell_come_apart_again(items: list[str]) -> None:
    assert list(sheet.several(sheet.joined(items), sheet._TAGS)) == items


def test_quotes_within_an_item_are_its_own() -> None:
    assert list(sheet.several('5" nails; "a;b" ; ;"x', sheet._TAGS)) == ['5" nails', "a;b", '"x']
