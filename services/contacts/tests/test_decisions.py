"""Consents as cells of files have them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.domain import decisions
from contacts.domain.decisions import COLUMNS, Decision
from contracts.common import Channel
from contracts.consents import Consent, ConsentKind, ConsentSource
from contracts.importing import ImportPolicy

AT = dt.datetime(2026, 5, 12, 8, 30, tzinfo=dt.UTC)
NOW = AT + dt.timedelta(days=30)


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        ("yes", [(None, True, None)]),
        (" NO ; ", [(None, False, None)]),
        ("opt-out", [(None, False, None)]),
        ("sms no", [(Channel.SMS, False, None)]),
        ("Email: Yes", [(Channel.EMAIL, True, None)]),
        ("email:yes", [(Channel.EMAIL, True, None)]),
        ("no 2026-05-12T08:30:00Z", [(None, False, AT)]),
        (
            "no 2026-05-12 10:30+02:00|whatsapp yes",
            [(None, False, AT), (Channel.WHATSAPP, True, None)],
        ),
        ("yes 2026-05-12", [(None, True, AT.replace(hour=0, minute=0))]),
    ],
)
def test_what_a_cell_says(
    cell: str, wanted: list[tuple[Channel | None, bool, dt.datetime | None]]
) -> None:
    found = list(decisions.read(cell, "consent.review"))
    assert found == [Decision(ConsentKind.REVIEW, *each) for each in wanted]


@pytest.mark.parametrize("cell", ["perhaps", "fax no", "sms", "yes 2026-13-01", "no no", "email:"])
def test_what_says_nothing(cell: str) -> None:
    with pytest.raises(ValueError, match=r"must be yes or no|has a moment"):
        list(decisions.read(cell, "consent.all"))


_consents = st.builds(
    Consent,
    kind=st.sampled_from([None, *ConsentKind]),
    channel=st.sampled_from([None, *Channel]),
    allowed=st.booleans(),
    source=st.just(ConsentSource.IMPORT),
    at=st.integers(0, 10**9).map(lambda second: dt.datetime.fromtimestamp(second, dt.UTC)),
)


@settings(max_examples=100, derandomize=True)
@given(st.lists(_consents, unique_by=lambda each: (each.kind, each.channel)))
def test_what_is_written_is_read_again(held: list[Consent]) -> None:
    said = [
        each
        for column in COLUMNS
        for each in decisions.read(decisions.written(held, column), column)
    ]
    found = decisions.counting(said, [], ImportPolicy.FILL, NOW)
    assert {(each.kind, each.channel): each for each in found} == {
        (each.kind, each.channel): each for each in held
    }
    for policy in ImportPolicy:
        assert decisions.counting(said, held, policy, NOW) == [], "again it is no news"
