"""Settings: typed values, every mistake at once, no secret in any message."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from fairlead.settings import (
    BadSettings,
    Common,
    Kind,
    Secret,
    Settings,
    boolean,
    choice,
    fernet_key,
    integer,
    listing,
    markdown,
    optional,
    path,
    seconds,
    secret,
    setting,
    url,
    zone,
)

KEY = Fernet.generate_key().decode()
REQUIRED = {"FAIRLEAD_SECRET_KEYS": KEY, "FAIRLEAD_ADMIN_TOKEN": "a token of some length"}


class Sample(Settings):
    workers = setting("SAMPLE_WORKERS", integer(1, 64), default="4", help="Workers")
    pause = setting("SAMPLE_PAUSE", seconds(0, 3600), default="1m", help="Pause")
    home = setting("SAMPLE_HOME", zone(), default="Europe/Prague", help="Zone")
    folders = setting("SAMPLE_FOLDERS", listing(path("a")), default="a,b", help="Folders")
    password = setting("SAMPLE_PASSWORD", secret(shortest=8), help="Password")
    relay = setting(
        "SAMPLE_RELAY",
        optional(url("smtp", example="smtp://mail.example.com")),
        default="",
        help="Relay",
    )


def test_values_have_their_types() -> None:
    sample = Sample.read(
        "contacts",
        {
            "SAMPLE_WORKERS": "8",
            "SAMPLE_PAUSE": "250ms",
            "SAMPLE_FOLDERS": " x , y/z ,",
            "SAMPLE_PASSWORD": "correct horse",
            "SAMPLE_RELAY": "smtp://u:p@mail.example.com:2525/?starttls=yes",
        },
    )
    assert sample.workers == 8
    assert sample.pause == 0.25
    assert sample.home == ZoneInfo("Europe/Prague")
    assert sample.folders == (Path("x"), Path("y/z"))
    assert sample.password.reveal() == "correct horse"
    assert sample.relay is not None
    assert (sample.relay.host, sample.relay.port) == ("mail.example.com", 2525)
    assert sample.relay.query == (("starttls", "yes"),)
    assert sample.service == "contacts"


def test_all_mistakes_are_told_at_once_in_one_line_each() -> None:
    with pytest.raises(BadSettings) as caught:
        Sample.read(
            "contacts",
            {"SAMPLE_WORKERS": "lots", "SAMPLE_PAUSE": "2h", "SAMPLE_HOME": "Europe"},
        )
    assert caught.value.problems == (
        "SAMPLE_WORKERS: 'lots' is not a whole number; "
        "expected a whole number from 1 to 64, for example 4",
        "SAMPLE_PAUSE: 7200 seconds are out of bounds; "
        "expected a duration from 0 to 3600 seconds, as 250ms, 30s, 15m, 2h, for example 1m",
        "SAMPLE_HOME: 'Europe' is no time zone; "
        "expected a time zone's IANA name, for example Europe/Prague",
        "SAMPLE_PASSWORD: is not set; expected a secret of 8 characters or more",
    )
    assert str(caught.value).startswith("4 settings are wrong:\n  SAMPLE_WORKERS")


def test_settings_do_not_change() -> None:
    sample = Sample.read("contacts", {"SAMPLE_PASSWORD": "correct horse"})
    with pytest.raises(AttributeError):
        sample.workers = 9  # type: ignore[assignment]


def test_empty_means_default_and_blanks_do_not_count() -> None:
    values = {"SAMPLE_PASSWORD": " correct horse\n", "SAMPLE_WORKERS": " "}
    sample = Sample.read("contacts", values)
    assert sample.workers == 4
    assert sample.password.reveal() == "correct horse"
    assert sample.relay is None


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (integer(-5, 5), ["-5", "+5", "0"], ["6", "1.0", "", "٣", "9" * 30, "0x1"]),
        (boolean(), ["1", "TRUE", "off"], ["", "2", "ja"]),
        (seconds(0.1, 90), ["100ms", "1.5s", "1m"], ["1h", "50ms", "-1", "1 s", "inf", "nan"]),
        (
            zone(),
            ["UTC", "America/Sao_Paulo"],
            ["../etc/passwd", "/etc/passwd", "Mars/Base", "localtime", ""],
        ),
        (choice("json", "console"), ["JSON"], ["xml"]),
        (path("x"), ["a/b"], ["a\0b"]),
        (
            url("amqp", "embedded", example="", hostless=frozenset({"embedded"})),
            ["amqp://u:p@h:5672/v", "embedded://", "AMQP://h"],
            ["amqp://", "http://h", "h", "amqp:h", "amqp://u:p", "amqp://h:99999", "amqp://[::1"],
        ),
        (fernet_key(), [KEY], [KEY[:-2], "é" * 44, KEY + KEY, ""]),
        (listing(integer(1, 9), shortest=1), ["1", "1,2,3"], ["", ",", "1,x"]),
    ],
)
def test_kinds(kind: Kind[object], good: list[str], bad: list[str]) -> None:
    for raw in good:
        kind.parse(raw)
    for raw in bad:
        with pytest.raises(ValueError, match=r"\w"):
            kind.parse(raw)


# A few letters, so that the words of the message itself do not hold the value by chance.
@given(st.text(alphabet="qxzQXZ79/:@?#[]", min_size=4), st.sampled_from(["{}", "amqp://user:{}"]))
def test_no_message_shows_any_part_of_a_secret(value: str, form: str) -> None:
    kinds: list[Kind[object]] = [
        secret(shortest=1000),
        fernet_key(),
        url("smtp", example="e"),
        listing(fernet_key()),
        optional(secret(shortest=1000)),
    ]
    for kind in kinds:
        with pytest.raises(ValueError, match=r"\w") as caught:
            kind.parse(form.format(value))
        assert value not in str(caught.value)


@given(st.text(alphabet="qxzQXZ79/:@?#[]", min_size=4))
def test_no_print_of_a_url_shows_its_password(password: str) -> None:
    kind = url("amqp", example="e")
    with contextlib.suppress(ValueError):
        parsed = kind.parse(f"amqp://user:{password}secret@host/path")
        assert "secret" not in f"{parsed} {parsed!r}" or "secret" in parsed.path


def test_secrets_and_passwords_do_not_print() -> None:
    common = Common.read(
        "contacts",
        {
            **REQUIRED,
            "FAIRLEAD_AMQP_URI": "amqp://user:hunter2@rabbit:5672/v",
            "FAIRLEAD_DATABASE_URL": "postgresql://{service}:hunter2@db/{service}?sslpassword=hunter2",
        },
    )
    shown = f"{common!r} {common.amqp_uri} {common.database_url} {common.admin_token}"
    assert "hunter2" not in shown
    assert KEY not in shown
    assert REQUIRED["FAIRLEAD_ADMIN_TOKEN"] not in shown
    assert common.amqp_uri.reveal() == "amqp://user:hunter2@rabbit:5672/v"
    assert Secret("x") == Secret("x") != Secret("y")


def test_common_needs_only_keys_and_token() -> None:
    common = Common.read("contacts", REQUIRED)
    assert common.amqp_uri.scheme == "embedded"
    assert common.database_url.reveal() == "sqlite:///var/contacts.db"
    assert common.sandbox is False
    assert [key.reveal() for key in common.secret_keys] == [KEY]
    with pytest.raises(BadSettings) as caught:
        Common.read("contacts", {})
    assert [line.split(":")[0] for line in caught.value.problems] == list(REQUIRED)


def test_every_default_of_common_is_a_good_value() -> None:
    for entry in Common.declared():
        if entry.default is not None:
            entry.kind.parse(entry.default)
        if entry.kind.example:
            entry.kind.parse(entry.kind.example)


def test_the_table_has_a_row_for_each_setting() -> None:
    table = markdown(Common)
    rows = [line for line in table.splitlines() if line.startswith("| `FAIRLEAD_")]
    assert len(rows) == len(list(Common.declared()))
    assert all(row.count(" | ") == 3 for row in rows)


def test_the_module_prints_settings_of_named_modules(tmp_path: Path) -> None:
    (tmp_path / "pilot.py").write_text(
        "from fairlead.settings import Common, integer, setting\n"
        "class Pilot(Common):\n"
        "    knots = setting('FAIRLEAD_PILOT_KNOTS', integer(1, 9), default='5', help='Speed')\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "fairlead.settings", "pilot"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
    )
    assert done.stdout.count("## ") == 2
    assert "| `FAIRLEAD_PILOT_KNOTS` | Speed |" in done.stdout
    assert done.stdout.count("FAIRLEAD_AMQP_URI") == 1
