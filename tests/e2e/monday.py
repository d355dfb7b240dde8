"""The list of a Monday morning: who is in it, and which rows are wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

GOOD, REFUSED = 2_300, 41
HEADINGS = ("Name", "Type", "Email", "Phone", "Time zone", "Tags")

AGENT = "dora.matos@meridian-travel.example"
DRIVER = "joao@azores-drivers.example"
DRIVERS_ZONE = "Atlantic/Azores"
GUEST, GUESTS_MAIL = "Zulmira Quaresma", "zulmira.quaresma@guests.example"
SUPPLIER, SUPPLIERS_MAILS = "Sol Excursions", ("sol.tours@gmail.com", "soltours@gmail.com")

_NAMED = (
    ("Dora Matos", "agent", AGENT, "", "", ""),
    ("João Raposo", "supplier", DRIVER, "", DRIVERS_ZONE, "driver"),
    (GUEST, "traveller", GUESTS_MAIL, "+351 912 345 678", "", ""),
    (SUPPLIER, "supplier", SUPPLIERS_MAILS[0], "", "", "boats"),
    (f"{SUPPLIER} Lda", "supplier", SUPPLIERS_MAILS[1], "+351 292 345 678", "", "whales"),
)
# A wrong row of each kind: the column that is named as refused, and the row.
_WRONG = (
    ("email", ("{}", "traveller", "no mail {}", "", "", "")),
    ("phone", ("{}", "traveller", "", "12", "", "")),
    ("kind", ("{}", "passenger", "w{}@guests.example", "", "", "")),
    ("zone", ("{}", "traveller", "w{}@guests.example", "", "Lisbon time", "")),
)


def contacts() -> bytes:
    """The file."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows(_rows())
    return text.getvalue().encode()


def refused() -> list[str]:
    """The column of each wrong row, in order."""
    return [_WRONG[number % len(_WRONG)][0] for number in range(REFUSED)]


def told(refusals: bytes) -> list[list[str]]:
    """Line, column and reason of each row in the file of refusals."""
    return [row[-3:] for row in csv.reader(io.StringIO(refusals.decode("utf-8-sig")))][1:]


def mended(refusals: bytes) -> bytes:
    """The file of refusals as somebody gives it in again: the wrong cells are left blank."""
    rows = list(csv.reader(io.StringIO(refusals.decode("utf-8-sig"))))
    places = {"email": 2, "phone": 3, "kind": 1, "zone": 4}
    for row in rows[1:]:
        row[places[row[-2]]] = ""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _rows() -> Iterator[Sequence[str]]:
    """The wrong rows stand among the others, at even distances."""
    every = GOOD // REFUSED
    yield from _NAMED
    wrong = 0
    for number in range(GOOD - len(_NAMED)):
        yield f"Person {number} Silva", "traveller", f"p{number}@guests.example", "", "", "fair"
        if number % every == 0 and wrong < REFUSED:
            yield tuple(
                cell.format(f"Wrong {wrong}" if cell == "{}" else wrong)
                for cell in _WRONG[wrong % len(_WRONG)][1]
            )
            wrong += 1
