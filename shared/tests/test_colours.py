"""Words on the organisation's own colour can be read, whichever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.colours import DARK, LIGHT, contrast, ink_on


def test_known_contrasts() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#767676", "#ffffff"), 2) == 4.54  # WCAG's often quoted grey


@pytest.mark.parametrize(
    ("colour", "ink"),
    [("#0f5c6e", LIGHT), ("#000000", LIGHT), ("#ffd400", DARK), ("#FFFFFF", DARK)],
)
def test_light_on_dark_and_dark_on_light(colour: str, ink: str) -> None:
    assert ink_on(colour) == ink


@given(st.integers(0, 0xFFFFFF))
def test_large_words_stand_out_on_any_colour(number: int) -> None:
    colour = f"#{number:06x}"
    assert contrast(colour, ink_on(colour)) >= 3
