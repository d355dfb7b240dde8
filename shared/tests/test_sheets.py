"""CSV of any make: what is found out about it, and what is refused."""

from __future__ import annotations

import pytest

from fairlead.errors import Invalid
from fairlead.sheets import MOST_ROWS, Sheets, by_heading, suggested, target

SHEETS = Sheets("letters.unreadable")
KNOWN = by_heading({"start": ("check in", "ankunft"), "name": ("name",)})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_how_a_file_is_written_is_found(delimiter: str, encoding: str) -> None:
    lines = [["Náme", "Ankunft"], ["José", "1 May"], ["", ""], ["Bea", "2 May"]]
    text = "".join(delimiter.join(cells) + "\r\n" for cells in lines)
    found = SHEETS.guess(text.encode(encoding))
    assert (found.delimiter, found.header, found.rows) == (delimiter, True, 2)
    assert [each.name for each in found.columns] == ["Náme", "Ankunft"]
    assert found.columns[0].samples == ["José", "Bea"]
    assert SHEETS.decode(text.encode(encoding), found.encoding)[0] == text


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"a\0b,c", b"x\n" * (MOST_ROWS + 2), b'a,"' + b"x" * 140_000]
)
def test_what_cannot_be_read_says_why(content: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        SHEETS.guess(content)
    assert caught.value.code == "letters.unreadable"
    assert caught.value.details["errors"][0]["field"] == "file_id"


def test_columns_are_known_by_their_headings() -> None:
    for heading in ("Check-in", "CHECK_IN", "check  in", "Ankunft"):
        assert target(heading, KNOWN) == "start"
    assert target("Check", KNOWN) is None


def test_a_thing_is_suggested_for_one_column() -> None:
    columns = ["start", "name", "start", None, "other", "name"]
    assert suggested(columns, ["start", "name"], several=["name"]) == [
        "start", "name", None, None, None, "name",
    ]  # fmt: skip
