"""CSV that a spreadsheet opens as it is meant (RFC 4180), and in which nothing is a formula.

A cell that begins as a formula does is run by the program that opens the file: a guest who calls
himself `=HYPERLINK(…)` would act on the reader's machine. Such a cell gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

BOM = "\ufeff"  # Excel else takes the file for one of its own code page
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")  # the last four are their wide forms
_PASSED_OVER = " \u00a0\u3000"  # by the programs, in front of a formula


def cell(value: object) -> str:
    """`value` as it stands in a cell: nothing for None, a number as it is, and no formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and _is_formula(text) else text


def plain(text: str) -> str:
    """What `cell` made `text` of."""
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def _is_formula(text: str) -> bool:
    """Whether it is one, or would be without apostrophes of its own: those get one more."""
    return text.lstrip(_PASSED_OVER + "'").startswith(_FORMULA)


def lines(header: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """The file line by line, the header first, as UTF-8 with a byte order mark."""
    yield BOM + _line(header)
    for row in rows:
        yield _line(row)


def _line(values: Iterable[object]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([cell(value) for value in values])
    return out.getvalue()
