"""Words as they are taken from texts and queries, and how they are marked."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.store.search import fold, marks, query_words, snippet, words
from fairlead.store.search.words import LONGEST, MOST_ASKED, is_similar, suffixes, typos

HOSTILE = [
    "a" * 200_000,
    "1 " * 100_000,
    "1-" * 100_000,
    "'" * 200_000,
    "a'" * 100_000,
    "(1" * 99_999,
]


@given(st.text())
def test_folding_is_stable_and_goes_letter_by_letter(text: str) -> None:
    assert fold(fold(text)) == fold(text) == "".join(map(fold, text))
    assert "\0" not in fold(text)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("José", "jose"),
        ("ŁÓDŹ", "lodz"),
        ("Straße", "strasse"),
        ("Ørsted", "orsted"),
        ("Æsir", "aesir"),
        ("İstanbul", "istanbul"),
        ("ﬁn", "fin"),
        ("٣", "3"),
        ("Ａ", "a"),
    ],
)
def test_letters_are_folded(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text(), st.text())
def test_words_are_bounded_and_found_by_themselves(text: str, other: str) -> None:
    found = words(text, other)
    assert all(0 < len(word) <= LONGEST for word in found)
    assert len(query_words(text)) <= MOST_ASKED
    assert all(word.isalnum() for word in (*found, *query_words(text)))


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("+351 912-345 678", ["351912345678"]),
        ("00351912345678", ["351912345678"]),
        ("TRP-2026-0099", ["trp20260099"]),
        ("jean-pierre O'Brien", ["jean", "pierre", "obrien"]),
        ("a@b.test", ["a", "b", "test"]),
        ("  ", []),
        ("a b c d e f g h i j", list("abcdefgh")),
        ("the the", ["the"]),
    ],
)
def test_a_query_is_taken_apart(q: str, expected: list[str]) -> None:
    assert query_words(q) == expected


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:4])
def test_hostile_texts_cost_little(text: str) -> None:
    begun = time.process_time()
    words(text)
    query_words(text)
    snippet(text, ["a", "11"])
    assert time.process_time() - begun < 10


def test_what_a_word_is_asked_for_by_is_bounded() -> None:
    for word in ("a" * LONGEST, "1" * LONGEST, "機" * LONGEST, "abcdefghijklmnopqrstuvwxyz"):
        assert len(suffixes(word)) + len(list(typos(word))) < 100


@given(st.text("abcde", min_size=1, max_size=14), st.text("abcde", min_size=1, max_size=14))
def test_similarity_is_what_the_index_compares(asked: str, word: str) -> None:
    from fairlead.store.search.words import mistyped

    by_index = bool({*mistyped(asked)} & {*typos(word)})
    assert by_index == (is_similar(asked, word) or (asked[:12] == word[:12] and len(asked) > 3))


@given(st.text(max_size=300), st.text(min_size=1, max_size=20))
def test_marks_are_ranges_of_the_text_in_order(text: str, q: str) -> None:
    asked = query_words(q)
    last = 0
    for start, end in marks(text, asked):
        assert last <= start < end <= len(text)
        last = end
    part = snippet(text, asked)
    assert part.text in text
    assert all(0 <= start < end <= len(part.text) for start, end in part.marks)


def test_marks_stand_on_the_letters_as_they_were_written() -> None:
    text = "Sen\u0303or Nu\u0301n\u0303ez in Straßburg"  # accents as letters of their own
    found = [text[start:end] for start, end in marks(text, ["nunez", "strassburg"])]
    assert found == ["Nu\u0301n\u0303ez", "Straßburg"]
