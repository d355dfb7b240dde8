"""Texts in parts: what carriers will count, and that nothing is lost or torn at a border."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_gateway.domain import alphabet
from sms_gateway.domain.parts import Encoding, Forcing, Reference, TooLong, prepared, split

TABLE = json.loads(Path(__file__).with_name("segments.json").read_text(encoding="utf-8"))
GSM, UCS = Encoding.GSM_7, Encoding.UCS_2


@pytest.mark.parametrize(
    ("text", "encoding", "units"),
    [
        ("", GSM, [0]),
        ("a" * 160, GSM, [160]),
        ("a" * 161, GSM, [153, 8]),
        ("a" * 306, GSM, [153, 153]),
        ("a" * 307, GSM, [153, 153, 1]),
        ("€" * 80, GSM, [160]),
        ("€" * 81, GSM, [152, 10]),  # the escape and its character stay together
        ("a" * 152 + "€" + "a" * 8, GSM, [152, 10]),
        ("\r\n" * 80, GSM, [160]),
        ("ž" * 70, UCS, [70]),
        ("ž" * 71, UCS, [67, 4]),
        ("a" * 158 + "😀", UCS, [67, 67, 26]),
        ("😀" * 35, UCS, [70]),
        ("😀" * 36, UCS, [66, 6]),  # a surrogate pair stays together
        ("€" * 69 + "ž", UCS, [70]),  # one unit each, once it is UCS-2
    ],
)
def test_what_it_weighs(text: str, encoding: Encoding, units: list[int]) -> None:
    made = split(text)
    assert (made.encoding, made.units) == (encoding, units)
    assert made.total == len(units)


@pytest.mark.parametrize(("name", "text", "encoding", "parts", "units"), TABLE)
def test_the_reference_table(
    name: str, text: str, encoding: str, parts: int, units: list[int]
) -> None:
    """Counts of npm's sms-segments-calculator 1.3.0, which its authors held against real bills;
    units by the rule that graphemes may be cut, and pairs and escapes may not."""
    made = split(text)
    assert (made.encoding.value, made.total, made.units) == (encoding, parts, units), name


def test_a_longer_reference_takes_room() -> None:
    assert split("a" * 161, Reference.BITS_16).units == [152, 9]
    assert split("ž" * 71, Reference.BITS_16).units == [66, 5]
    assert split("a" * 160, Reference.BITS_16).units == [160]


def test_it_says_who_made_it_dear_and_what_still_fits() -> None:
    made = split("Ahoj Tomáši")
    assert made.forced_by == Forcing(8, "á")
    assert made.left == 70 - 11
    assert split("Hello").forced_by is None
    assert split("a" * 161).left == 153 - 8


def test_more_than_the_header_can_count() -> None:
    assert split("a" * 153 * 255).total == 255
    with pytest.raises(TooLong, match="256 parts"):
        split("a" * (153 * 255 + 1))


@given(st.text(alphabet=st.one_of(st.sampled_from("aé€^[😀ž\n"), st.characters()), max_size=500))
def test_nothing_is_lost_or_torn(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode()
    made = split(text)
    assert "".join(made.parts) == text
    room = {GSM: (160, 153), UCS: (70, 67)}[made.encoding][made.total > 1]
    assert all(units <= room for units in made.units)
    for part, units in zip(made.parts, made.units, strict=True):
        if made.encoding is GSM:
            assert len(alphabet.encode(part)) == units
        else:
            assert len(part.encode("utf-16-be")) == 2 * units
    # No part leaves room for the beginning of the next one.
    for used, following in zip(made.units, made.parts[1:], strict=False):
        first = alphabet.septets(following[0]) if made.encoding is GSM else 1
        assert used + first > room or ord(following[0]) > 0xFFFF


@pytest.mark.parametrize(
    ("text", "composed", "plain"),
    [
        ("e\u0301", "é", "é"),
        ("“It’s” – fine…", "“It’s” – fine…", '"It\'s" - fine...'),
        ("a\u00a0b\u200bc\tD", "a\u00a0b\u200bc\tD", "a bc D"),
        ("👨\u200d👩", "👨\u200d👩", "👨\u200d👩"),
        ("žluťoučký", "žluťoučký", "žluťoučký"),
    ],
)
def test_prepared(text: str, composed: str, plain: str) -> None:
    assert prepared(text) == composed
    assert prepared(text, plain=True) == plain
