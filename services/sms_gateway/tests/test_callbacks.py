"""What callbacks and answers of an API over HTTP say, in all forms that come."""

from __future__ import annotations

import json
from contextlib import suppress
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_gateway.domain.progress import PartState
from sms_gateway.http_api import answers, callbacks
from sms_gateway.http_api.answers import Verdict
from sms_gateway.http_api.callbacks import OptOut, StatusCallback, Unreadable, Written
from sms_gateway.http_api.signature import FORM

STATUS = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+34600111222"}
TEXT = {"MessageSid": "SM2", "From": "+34600111222", "To": "+15005550006", "Body": "Hi"}


def read(fields: dict[str, str]) -> StatusCallback | Written:
    return callbacks.read(FORM, urlencode(fields).encode())


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("queued", None),
        ("accepted", None),
        ("sending", None),
        ("something_new", None),
        ("sent", PartState.SENT),
        ("delivered", PartState.DELIVERED),
        ("read", PartState.DELIVERED),
        ("undelivered", PartState.FAILED),
        ("failed", PartState.FAILED),
    ],
)
def test_statuses(word: str, state: PartState | None) -> None:
    said = read(STATUS | {"MessageStatus": word, "ErrorCode": "30003"})
    assert isinstance(said, StatusCallback)
    assert (said.id, said.number, said.state) == ("SM1", "+34600111222", state)
    failed = state is PartState.FAILED
    assert said.reason == ("The phone cannot be reached (error 30003)" if failed else None)


def test_a_status_in_json() -> None:
    said = callbacks.read("application/json", json.dumps(STATUS).encode())
    assert said == read(STATUS)


@pytest.mark.parametrize("text", ["", "¿Está? 😀", "שלום \u200f مرحبا", "👩‍👩‍👧 a\r\nb\t"])
def test_texts(text: str) -> None:
    said = read(TEXT | {"Body": text, "SmsStatus": "received", "NumMedia": "2"})
    assert said == Written("SM2", "+34600111222", "+15005550006", text, media=2)


def test_what_the_carrier_made_of_a_word() -> None:
    said = read(TEXT | {"Body": "Basta", "OptOutType": "STOP"})
    assert isinstance(said, Written)
    assert said.opt_out is OptOut.STOP


def test_the_same_once_more_has_the_same_key() -> None:
    again = STATUS | {"ApiVersion": "2010-04-01"}
    assert read(again).key == read(STATUS).key
    assert read(STATUS | {"MessageStatus": "sent"}).key != read(STATUS).key
    assert read(TEXT).key != read(STATUS | {"MessageSid": "SM2"}).key


@pytest.mark.parametrize(
    "fields", [{}, {"MessageSid": "SM1"}, {"Body": "Hi", "From": "+1"}, {"MessageSid": "x" * 99}]
)
def test_what_says_nothing(fields: dict[str, str]) -> None:
    with pytest.raises(Unreadable):
        read(fields)


NAMES = st.sampled_from([*STATUS, *TEXT, "SmsStatus", "ErrorCode", "NumMedia", "OptOutType", "x"])
VALUES = st.text(max_size=30) | st.integers() | st.none() | st.lists(st.integers(), max_size=2)


@given(
    st.one_of(
        st.binary(max_size=200),
        st.dictionaries(NAMES, VALUES).map(lambda said: json.dumps(said).encode()),
        st.dictionaries(NAMES, st.text(st.characters(exclude_categories=["Cs"]), max_size=30)).map(
            lambda said: urlencode(said).encode()
        ),
    ),
    st.sampled_from([FORM, "application/json", "", "text/plain"]),
)
def test_whatever_comes_is_read_or_unreadable(body: bytes, kind: str) -> None:
    with suppress(Unreadable):
        said = callbacks.read(kind, body)
        assert said.key
        assert len(said.number) <= 70


@given(st.text(max_size=60))
def test_whose_text_it_is(query: str) -> None:
    id = uuid4()
    assert callbacks.text_of(f"text={id}") == id
    assert callbacks.text_of(f"text={id}&bodySHA256=0") == id
    with suppress(AssertionError):
        assert callbacks.text_of(query) is None


def refusal(status: int, code: int | None, said: str = "Whatever they say") -> answers.Answered:
    return answers.read(status, json.dumps({"code": code, "message": said}).encode())


@pytest.mark.parametrize(
    ("status", "code", "verdict"),
    [
        (400, 21211, Verdict.REFUSED),
        (400, 21610, Verdict.REFUSED),
        (400, 99999, Verdict.REFUSED),
        (403, 21408, Verdict.REFUSED),
        (400, 20404, Verdict.SHUT_OUT),
        (401, 20003, Verdict.SHUT_OUT),
        (403, None, Verdict.SHUT_OUT),
        (429, 20429, Verdict.SLOW_DOWN),
        (400, 21611, Verdict.SLOW_DOWN),
        (301, None, Verdict.AGAIN),
        (503, None, Verdict.AGAIN),
        (500, 20500, Verdict.DOUBTFUL),
        (502, None, Verdict.DOUBTFUL),
        (504, None, Verdict.DOUBTFUL),
    ],
)
def test_refusals(status: int, code: int | None, verdict: Verdict) -> None:
    answered = refusal(status, code)
    assert answered.verdict is verdict
    assert answered.reason
    assert answered.bad_number is (code == 21211)


def test_an_unknown_code_is_told_in_the_carriers_words() -> None:
    assert refusal(400, 63999).reason == "Whatever they say (error 63999)"
    assert refusal(400, None).reason == "The carrier answered HTTP 400"


def test_a_text_that_was_taken() -> None:
    said = {"sid": "SM1", "status": "queued", "num_segments": "3", "error_code": None}
    answered = answers.read(201, json.dumps(said).encode())
    assert (answered.verdict, answered.id, answered.segments) == (Verdict.TAKEN, "SM1", 3)
    failed = said | {"status": "failed", "error_code": 21610}
    assert answers.read(201, json.dumps(failed).encode()).verdict is Verdict.REFUSED


@given(
    st.integers(100, 599),
    st.binary(max_size=60)
    | st.from_regex(r'\{"sid": ?.{0,20}\}').map(lambda text: text.encode("utf-8", "replace")),
)
def test_whatever_is_answered(status: int, body: bytes) -> None:
    answered = answers.read(status, body)
    taken = answered.verdict in (Verdict.TAKEN, Verdict.DOUBTFUL)
    assert taken or not 200 <= status < 300 or answered.id  # what was taken is never sent again
