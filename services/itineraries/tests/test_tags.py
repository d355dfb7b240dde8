"""Tags."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from itineraries.domain import tags


def test_a_tag_stands_once() -> None:
    assert tags.tidied([" Family ", "family", "VIP  guest", "FAMILY"]) == ["Family", "VIP guest"]
    assert list(tags.problems(["ok", " ", "a\nb", "x" * 61])) == [
        ("tags[1]", "is blank"),
        ("tags[2]", "has a control character"),
        ("tags[3]", "has more than 60 letters"),
    ]


@given(st.lists(st.text(max_size=10), max_size=8))
def test_tidying_again_changes_nothing(written: list[str]) -> None:
    once = tags.tidied(written)
    assert tags.tidied(once) == once
    assert len({tags.key(each) for each in once}) == len(once)
