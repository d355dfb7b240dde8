"""The GSM alphabet: each character there and back, and none that is not in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_gateway.domain import alphabet

EVERY = "".join(each for each in map(chr, range(0x2100)) if not list(alphabet.foreign(each)))


def test_it_has_as_many_characters_as_its_tables() -> None:
    assert len(EVERY) == 127 + 10
    assert [alphabet.septets(each) for each in "^{}\\[~]|€\f"] == [2] * 10


@pytest.mark.parametrize("stranger", [*"`áíóúçêãõžΑ\tŁ’", "\u00a0", "\x1b", "\x00", "😀"])
def test_strangers(stranger: str) -> None:
    assert list(alphabet.foreign(f"ab{stranger}")) == [(2, stranger)]
    with pytest.raises(ValueError, match="at 2"):
        alphabet.encode(f"ab{stranger}")


@given(st.text(alphabet=EVERY))
def test_there_and_back(text: str) -> None:
    octets = alphabet.encode(text)
    assert len(octets) == alphabet.septets(text) == sum(map(alphabet.septets, text))
    assert max(octets, default=0) < 0x80
    assert alphabet.decode(octets) == text


@given(st.binary())
def test_whatever_comes_is_text(octets: bytes) -> None:
    assert "\x1b" not in alphabet.decode(octets)


@pytest.mark.parametrize(
    ("octets", "text"),
    [(b"\x1b\x65", "€"), (b"\x1b\x41", "A"), (b"\x1b\x1b", " "), (b"A\x1b", "A")],
)
def test_escapes(octets: bytes, text: str) -> None:
    assert alphabet.decode(octets) == text
