"""Errors that cross a door: what they say, and that they come back as they went."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.errors import (
    Conflict,
    Failure,
    Fault,
    Forbidden,
    Internal,
    Invalid,
    NotFound,
    Stale,
    TooMany,
    Unauthenticated,
    Unavailable,
    from_fault,
)

KINDS: list[type[Failure]] = [
    Invalid,
    Unauthenticated,
    Forbidden,
    NotFound,
    Conflict,
    Stale,
    TooMany,
    Unavailable,
    Internal,
]

DETAILS = st.dictionaries(
    st.text(min_size=1).filter(lambda key: key not in {"self", "code", "message"}),
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.lists(st.text()),
    max_size=4,
)


@given(kind=st.sampled_from(KINDS), code=st.text(), message=st.text(), details=DETAILS)
def test_each_comes_back_as_it_went(
    kind: type[Failure], code: str, message: str, details: dict[str, object]
) -> None:
    body = msgspec.json.encode(kind(code, message, **details).fault())
    failure = from_fault(msgspec.json.decode(body, type=Fault))
    assert type(failure) is kind
    assert (failure.code, failure.message, failure.details) == (code, message, details)
    assert failure.retryable is kind.retryable


def test_kinds_are_pinned() -> None:
    """They stand in replies: who is newer or older must know them."""
    assert {kind.kind: kind.retryable for kind in KINDS} == {
        "invalid": False,
        "unauthenticated": False,
        "forbidden": False,
        "not_found": False,
        "conflict": False,
        "stale": False,
        "too_many": True,
        "unavailable": True,
        "internal": False,
    }


def test_an_unknown_kind_is_internal() -> None:
    failure = from_fault(Fault(kind="from_the_future", code="a.b", message="c", details={"d": 1}))
    assert type(failure) is Internal
    assert (failure.code, failure.details) == ("a.b", {"d": 1})


def test_wrong_fields_are_listed() -> None:
    one = Invalid.field("desk.invalid", "lines[0].text", "is rude")
    assert one.details == {"errors": [{"field": "lines[0].text", "reason": "is rude"}]}
    assert one.message == "lines[0].text: is rude"
    both = Invalid.fields("desk.invalid", {"a": "is bad", "b": "is worse"})
    assert [each["field"] for each in both.details["errors"]] == ["a", "b"]
    assert both.message == "a: is bad; b: is worse"


def test_stale_is_a_conflict() -> None:
    with pytest.raises(Conflict):
        raise Stale("desk.changed", "Somebody was faster")


def test_an_error_says_its_code_first() -> None:
    assert str(NotFound("desk.not_found", "There is none")) == "desk.not_found: There is none"
