"""CSV for a spreadsheet: what was put in comes out, and nothing is run."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.spreadsheet import BOM, cell, lines, plain

DANGEROUS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize(
    "text", ["=1+1", "+351", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\u00a0=1", "\uff1d1"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "shown"), [(None, ""), (-5, "-5"), ("a=b", "a=b"), ("", "")])
def test_the_rest_stands_as_it_is(value: object, shown: str) -> None:
    assert cell(value) == shown


@given(st.text() | st.text(st.sampled_from("'=- a\u00a0\t"), max_size=6))
def test_a_cell_is_read_as_it_was_written(text: str) -> None:
    assert plain(cell(text)) == text


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=8))
def test_rows_survive_whatever_they_hold(rows: list[list[str]]) -> None:
    text = "".join(lines(["a", "b"], rows))
    assert text.startswith(BOM)
    read = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert read == [["a", "b"], *([cell(value) for value in row] for row in rows)]
    for row in read[1:]:
        assert all(value.lstrip(" \u00a0\u3000")[:1] not in tuple(DANGEROUS) for value in row)
