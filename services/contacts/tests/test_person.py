"""Names, notes and search words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.domain.person import (
    LONGEST_NAME,
    check_name,
    check_zone,
    clean_line,
    clean_text,
    name_for,
)
from contacts.domain.search import searched
from fairlead.errors import Invalid
from fairlead.store.search import query_words
from fairlead.testing.search import grade


@pytest.mark.parametrize("blank", ["", "  ", "\r\n", "\u202e"])
def test_a_name_is_something(blank: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_name(blank, "name")
    assert caught.value.details["errors"] == [{"field": "name", "reason": "is blank"}]


@given(st.text())
def test_a_line_is_one_line(text: str) -> None:
    line = clean_line(text)
    assert not any(letter in "\0\r\n\u2028\u202e" for letter in line)
    assert line == line.strip() == clean_line(line)
    assert "\0" not in clean_text(text)


def test_a_name_may_not_turn_the_writing_around() -> None:
    assert check_name(" Anna\r\n \u202eBerg ", "name") == "Anna Berg"


@pytest.mark.parametrize("zone", ["Europe", "Nowhere", "../etc/passwd", ""])
def test_zones_that_do_not_exist(zone: str) -> None:
    with pytest.raises(Invalid):
        check_zone(zone)


def test_zones_that_do() -> None:
    assert check_zone(None) is None
    assert check_zone("Europe/Rome") == "Europe/Rome"


@given(st.text(max_size=600), st.text(min_size=1, max_size=254).filter(str.strip))
def test_whoever_writes_first_gets_a_name(given_name: str, display: str) -> None:
    assert 0 < len(name_for(given_name, display.strip())) <= LONGEST_NAME


def test_a_search_finds_without_accents_and_case() -> None:
    text = searched("José Núñez", "Viajes Ñandú", ["jose@mail.test", "+34612345678"])
    for q in ("jose", "NUNEZ", "ñandú", "612345", "nunez viajes", "Mail.test"):
        assert grade(text, query_words(q)) is not None, q
