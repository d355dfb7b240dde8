"""What token endpoints answer."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from email_gateway.domain.grants import NoToken, granted, question

OLD = "1//refresh-token"


def answer(status: int = 200, **said: Any) -> Any:
    return granted("Google", status, json.dumps(said).encode(), OLD, "client-secret")


def test_the_question() -> None:
    asked = parse_qs(question("1//a+b&c", "fairlead", "s=1").decode())
    assert asked == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["1//a+b&c"],
        "client_id": ["fairlead"],
        "client_secret": ["s=1"],
    }
    assert "client_secret" not in parse_qs(question("r", "public", "").decode())


@pytest.mark.parametrize(
    ("life", "seconds"), [(3600, 3300), ("3600", 3300), (400, 200), (0, 0), (-5, 0)]
)
def test_a_token_is_used_until_shortly_before_its_end(life: Any, seconds: float) -> None:
    grant = answer(access_token="ya29.x", expires_in=life, token_type="Bearer")
    assert (grant.access_token, grant.seconds, grant.refresh_token) == ("ya29.x", seconds, None)
    assert "ya29" not in repr(grant)


def test_a_token_without_an_end_lasts_as_they_usually_do() -> None:
    grant = answer(access_token="t", refresh_token="new")
    assert (grant.seconds, grant.refresh_token) == (3300.0, "new")
    assert "new" not in repr(grant)


@pytest.mark.parametrize(
    ("status", "said", "text", "refused"),
    [
        (
            400,
            {"error": "invalid_grant", "error_description": "Token has been expired or revoked."},
            "Google no longer accepts this sign-in; connect it anew: "
            "Token has been expired or revoked.",
            True,
        ),
        (
            401,
            {"error": "invalid_client"},
            "Google does not accept this installation's client: invalid_client",
            True,
        ),
        (
            400,
            {"error": "invalid_grant", "error_description": f"{OLD}\r\nclient-secret\u0007 gone"},
            "Google no longer accepts this sign-in; connect it anew: *** *** gone",
            True,
        ),
        (503, {}, "Google gave no access token: HTTP status 503", False),
        (429, {"error": "slow_down"}, "Google gave no access token: slow_down", False),
        (200, {"expires_in": 5}, "Google gave no access token that can be read", False),
        (200, {"access_token": "a\r\nb"}, "Google gave no access token that can be used", False),
        (200, {"access_token": ""}, "Google gave no access token that can be used", False),
    ],
)
def test_a_refusal_says_what_to_do(
    status: int, said: dict[str, Any], text: str, refused: bool
) -> None:
    with pytest.raises(NoToken) as raised:
        answer(status, **said)
    assert (str(raised.value), raised.value.refused) == (text, refused)


@settings(max_examples=50)
@given(st.integers(100, 599), st.binary(max_size=60) | st.just(b"[" * 60_000))
def test_any_other_answer_is_no_token(status: int, body: bytes) -> None:
    with pytest.raises(NoToken):
        granted("Google", status, body)
