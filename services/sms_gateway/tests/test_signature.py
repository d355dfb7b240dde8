"""Signatures of callbacks: vectors that the provider's own library made, and forged ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms_gateway.http_api.signature import FORM, is_genuine
from sms_gateway.testing import signed

VECTORS = json.loads(Path(__file__).with_name("signatures.json").read_text(encoding="utf-8"))


def check(vector: dict[str, Any], **changes: Any) -> bool:
    given = vector | changes
    form = given["fields"] is not None
    body = urlencode(given["fields"]).encode() if form else given["body"].encode()
    kind = FORM if form else "application/json"
    return is_genuine(given["token"], given["url"], kind, body, given["signature"])


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vectors(vector: dict[str, Any]) -> None:
    assert check(vector) is vector["genuine"]
    assert not check(vector, token="other")
    assert not check(vector, url=vector["url"].replace("hub", "hum"))
    assert not check(vector, signature="")
    assert not check(vector, signature="é\0")


def test_with_the_port_or_without() -> None:
    for one, other in [("", ":443"), (":443", ""), (":8443", ""), (":8443", ":8443")]:
        made = signed(f"https://hub.example.com{one}/in", {"a": "b"}, "token")
        url = f"https://hub.example.com{other or one}/in"
        assert is_genuine("token", url, FORM, made.body, made.signature)


def test_a_body_that_is_not_signed_is_forged() -> None:
    """Neither a form nor named in the address: anybody could have changed it."""
    made = signed("https://hub.example.com/in", {}, "token")
    assert not is_genuine("token", made.url, "application/json", b'{"a":1}', made.signature)
    assert not is_genuine("token", made.url, "", b"a=1", made.signature)


FIELDS = st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), max_size=6)


@given(FIELDS, FIELDS)
def test_only_what_was_signed_is_genuine(said: dict[str, str], forged: dict[str, str]) -> None:
    made = signed("https://hub.example.com/in", said, "token")
    assert is_genuine("token", made.url, FORM, made.body, made.signature)
    other = signed(made.url, forged, "token")
    same = other.signature == made.signature
    assert is_genuine("token", made.url, FORM, other.body, made.signature) is same


@given(st.text(max_size=30), st.binary(max_size=80), st.text(max_size=40), st.text(max_size=40))
def test_whatever_comes_is_genuine_or_not(
    kind: str, body: bytes, signature: str, query: str
) -> None:
    url = f"https://hub.example.com/in?{query}"
    assert is_genuine("token", url, FORM, body, signature) is False
    assert is_genuine("token", url, kind, body, signature) is False
