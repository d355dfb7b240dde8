"""Words are found however they are written, and nothing else is touched."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairlead.erasing import Traces

NAME, MAIL, PHONE = "Zoë Brontë-O'Hara", "zoe+trips@bronte.example", "+351 912 345 678"

traces = Traces([NAME, MAIL, PHONE])


@pytest.mark.parametrize(
    "text",
    [
        NAME,
        f"Dear {NAME},",
        NAME.upper(),
        "Zoë\nBrontë-O’Hara",
        "<b>Zoë&nbsp;Brontë-O&#x27;Hara</b>",
        f"<{MAIL}>",
        "ZOE+Trips@Bronte.Example",
        "mailto:zoe%2Btrips%40bronte.example",
        "+351912345678",
        "00351912345678",
        "+351 (912) 345-678",
    ],
)
def test_a_word_is_found_and_taken_out(text: str) -> None:
    assert traces.found_in(text)
    left = traces.without(text)
    assert not traces.found_in(left)
    assert any(other in left for other in ("Erased person", "erased"))


@pytest.mark.parametrize(
    "text", ["Zoë", "Zoë Brontë-O'Haras", "azoe+trips@bronte.example", "9351912345678", "912345678"]
)
def test_what_only_resembles_it_stays(text: str) -> None:
    assert traces.without(text) == text


def test_texts_within_values_are_cleaned_and_the_rest_stays() -> None:
    value = {"to": [{"address": MAIL, "name": NAME}], "count": 3, "none": None, NAME: [True]}
    assert traces.without(value) == {
        "to": [{"address": "erased", "name": "Erased person"}],
        "count": 3,
        "none": None,
        "Erased person": [True],
    }
    raw = b"\xff\x00" + f'{{"name":"{NAME}"}}'.encode()
    assert traces.without(raw) == b'\xff\x00{"name":"Erased person"}'


def test_of_a_name_within_a_longer_one_nothing_is_left() -> None:
    both = Traces(["Ana Costa", "Ana Costa Reis"])
    assert both.without("Ana Costa Reis and Ana Costa") == "Erased person and Erased person"


WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=20)


@settings(max_examples=60)
@given(WORDS, WORDS, st.sampled_from([str, str.upper, str.lower]))
def test_whatever_is_found_the_database_finds_before(word: str, around: str, case: type) -> None:
    """LIKE may find more than the words, and never less."""
    hers = Traces([word])
    text = f"{around} {case(word)} {around}"
    if hers and hers.found_in(text):
        [found] = sqlite3.connect(":memory:").execute(
            "SELECT lower(?) LIKE ?", (text, hers.like[0])
        )
        assert found == (1,)
