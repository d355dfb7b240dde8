"""What a token endpoint is asked and what it answers (RFC 6749, sections 5 and 6)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

import msgspec

USUAL_LIFE = 3600.0  # seconds, where the answer does not say (section 5.1 recommends that it does)
BEFORE_THE_END = 300.0  # so that a token outlives the sign-in that it was got for
_LONGEST = 10_000  # characters of a token; Microsoft's have some 2,500
_TOKEN = re.compile(r"[\x21-\x7e]+")  # what a header can carry, and no control character of ours


class NoToken(Exception):
    """No access token is to be had. The text is for a person and holds no secret.

    `refused`: asking again is no use until a person does something.
    """

    def __init__(self, text: str, *, refused: bool = False) -> None:
        super().__init__(text)
        self.refused = refused


@dataclass(frozen=True, slots=True)
class Grant:
    """An access token and how long to use it; `refresh_token` replaces the one that was used."""

    access_token: str = field(repr=False)
    seconds: float
    refresh_token: str | None = field(repr=False)


class _Good(msgspec.Struct):
    access_token: str
    expires_in: float = USUAL_LIFE
    refresh_token: str | None = None


class _Bad(msgspec.Struct):
    error: str = ""
    error_description: str = ""


def question(refresh_token: str, client_id: str, client_secret: str) -> bytes:
    """The body of a request for a new access token; a public client has no secret."""
    fields = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token,
        "client_id": client_id,
    }
    if client_secret:
        fields["client_secret"] = client_secret
    return urlencode(fields).encode()


def granted(host: str, status: int, body: bytes, *secrets: str) -> Grant:
    """The grant that `host` answered with; raises NoToken, without `secrets` in its text."""
    if status == 200:
        try:
            good = msgspec.json.decode(body, type=_Good, strict=False)
        except (ValueError, RecursionError):
            raise NoToken(f"{host} gave no access token that can be read") from None
        if len(good.access_token) > _LONGEST or not _TOKEN.fullmatch(good.access_token):
            raise NoToken(f"{host} gave no access token that can be used")
        life = max(good.expires_in, 0.0)
        seconds = life - min(BEFORE_THE_END, life / 2)
        return Grant(good.access_token, seconds, good.refresh_token or None)
    try:
        bad = msgspec.json.decode(body, type=_Bad)
    except (ValueError, RecursionError):
        bad = _Bad()
    said = _clean(bad.error_description or bad.error, secrets)
    if bad.error == "invalid_grant":
        raise NoToken(
            f"{host} no longer accepts this sign-in; connect it anew: {said}", refused=True
        )
    if bad.error in ("invalid_client", "unauthorized_client"):
        raise NoToken(f"{host} does not accept this installation's client: {said}", refused=True)
    raise NoToken(f"{host} gave no access token: {said or f'HTTP status {status}'}")


def _clean(said: str, secrets: tuple[str, ...]) -> str:
    for secret in filter(None, secrets):
        said = said.replace(secret, "***")
    return "".join(letter for letter in " ".join(said.split())[:300] if letter.isprintable())
