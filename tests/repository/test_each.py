"""A test of each of many things fails for each that is wrong, and names it."""

from __future__ import annotations

import pytest

from tests.each import each


@each({"one": 1, "three": 3})
def test_what_holds_for_all_passes(number: int) -> None:
    """Odd ones."""
    assert number % 2


def test_all_that_fail_are_named() -> None:
    @each({"one": 1, "four": 4, "three": 3, "nought": 0})
    def divides_six(number: int) -> None:
        assert 6 % number == 0

    with pytest.raises(ExceptionGroup, match="2 of 4 failed") as caught:
        divides_six()
    wrong, broken = caught.value.exceptions
    assert (type(wrong), wrong.__notes__) == (AssertionError, ["It was four"])
    assert (type(broken), broken.__notes__) == (ZeroDivisionError, ["It was nought"])


def test_it_is_found_by_the_name_of_the_test() -> None:
    assert test_what_holds_for_all_passes.__name__ == "test_what_holds_for_all_passes"
    assert test_what_holds_for_all_passes.__doc__ == "Odd ones."
