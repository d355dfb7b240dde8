"""One-time passwords against the vectors of RFC 6238 and RFC 4226, and what a code is good for."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain import totp
from accounts.domain.devices import UNKNOWN, device_of

KEY = b"12345678901234567890"
moments = st.integers(2**25, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
offsets = st.integers(-100, 100)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    """RFC 6238 appendix B, of which an app shows the last six digits."""
    assert totp.code(KEY, seconds // totp.PERIOD) == code[-6:]


@given(moments, offsets)
def test_a_code_is_good_one_step_around(now: datetime, offset: int) -> None:
    step = totp.step_at(now) + offset
    if step < 0:
        return
    found = totp.step_of(KEY, totp.code(KEY, step), now, 0)
    if abs(offset) <= totp.WINDOW:
        assert found is not None
        assert totp.code(KEY, found) == totp.code(KEY, step)
    elif found is not None:  # two steps can have one code, once in a million
        assert totp.code(KEY, found) == totp.code(KEY, step)


@given(moments, st.lists(st.integers(0, 90), max_size=40))
def test_no_code_opens_twice(now: datetime, pauses: list[int]) -> None:
    last, used = 0, set()
    for pause in pauses:
        now += timedelta(seconds=pause)
        for drift in (-1, 0, 1):
            step = totp.step_of(KEY, totp.code(KEY, totp.step_at(now) + drift), now, last)
            if step is not None:
                assert step not in used
                assert step > last
                used.add(step)
                last = step


@given(st.text(max_size=40))
def test_what_is_no_code_opens_nothing(given: str) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    right = {totp.code(KEY, totp.step_at(now) + drift) for drift in (-1, 0, 1)}
    assert (totp.step_of(KEY, given, now, 0) is not None) == (given.replace(" ", "") in right)


def test_a_code_may_be_typed_in_groups() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    code = totp.code(KEY, totp.step_at(now))
    assert totp.step_of(KEY, f"{code[:3]} {code[3:]}", now, 0) == totp.step_at(now)


@given(st.text(min_size=1, max_size=30), st.emails())
def test_an_app_reads_the_address(issuer: str, account: str) -> None:
    parts = urlsplit(totp.uri(KEY, account=account, issuer=issuer))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    query = parse_qs(parts.query, keep_blank_values=True)
    assert base64.b32decode(query["secret"][0] + "=" * (-len(query["secret"][0]) % 8)) == KEY
    assert query["issuer"] == [issuer]
    assert (query["digits"], query["period"]) == (["6"], ["30"])
    assert unquote(parts.path) == f"/{issuer.replace(':', ' ')}:{account}"


def test_recovery_codes_are_long_and_forgive_how_they_are_typed() -> None:
    codes = totp.new_recovery_codes()
    assert len(set(codes)) == totp.RECOVERY
    for code in codes:
        assert len(code.replace("-", "")) == 16
        digest = totp.recovery_digest(code)
        assert totp.recovery_digest(code.upper().replace("-", " ")) == digest
        assert code not in digest


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
         "Firefox on Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
         " Version/18.0 Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
         "Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        ("curl/8.5", "curl"), ("<script>", UNKNOWN), ("", UNKNOWN),
    ],
)  # fmt: skip
def test_devices_are_named(agent: str, device: str) -> None:
    assert device_of(agent) == device


@given(st.text(max_size=500))
def test_nothing_of_a_stranger_agent_is_shown(agent: str) -> None:
    assert len(device_of(agent)) <= 40
