"""Watching a mailbox while its server, its network and our own store come and go."""

from __future__ import annotations

import itertools
import json
import os
import smtplib
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_gateway import imap_watch
from email_gateway.imap import Cursor, Fetched, ImapError, ImapMailbox, ImapSettings
from email_gateway.imap_watch import Status, Watch, pause
from scripts.servers.dovecot import Dovecot
from tests.servers.processes import eventually

pytestmark = pytest.mark.servers

ADDRESS = "trips@agency.test"


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """A server that the test may kill."""
    with Dovecot() as server:
        yield server


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_watch, "_FIRST_PAUSE", 0.05)
    monkeypatch.setattr(imap_watch, "_LONGEST_PAUSE", 0.2)


def settings(server: Dovecot, password: str = "") -> ImapSettings:
    return ImapSettings(
        host="127.0.0.1",
        port=server.port,
        security="none",
        username=ADDRESS,
        password=password or server.password,
        timeout=5,
        private_hosts=True,
    )


def deliver(server: Dovecot, *numbers: int) -> None:
    with smtplib.LMTP("127.0.0.1", server.ports["lmtp"], "tests") as lmtp:
        for number in numbers:
            lmtp.sendmail("", [ADDRESS], b"Message-ID: <%d@guest.test>\r\n\r\nx\r\n" % number)


class Store:
    """What a service keeps: the mails and the cursor, in one step; away when told to be."""

    def __init__(self) -> None:
        self.mails: list[Fetched] = []
        self.cursor = Cursor(0, 0)
        self.away = False

    def take(self, mail: Fetched) -> None:
        if self.away:
            raise ConnectionError("the store is away")
        self.mails.append(mail)
        self.cursor = mail.cursor

    @property
    def numbers(self) -> list[int]:
        """The numbers of the mails in the order of their coming."""
        return [
            int((mail.raw or b"").partition(b"ID: <")[2].partition(b"@")[0]) for mail in self.mails
        ]


@contextmanager
def running(watch: Watch) -> Iterator[None]:
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        yield
    finally:
        watch.stop()
        thread.join(10)
        assert not thread.is_alive()
        assert watch.status.state == "stopped"


def test_no_mail_is_lost_or_doubled_when_the_server_is_killed_in_idle(dovecot: Dovecot) -> None:
    store, states = Store(), list[Status]()
    watch = Watch(ImapMailbox(settings(dovecot)), store.take, store.cursor, states.append)
    deliver(dovecot, 0, 1)
    with running(watch):
        assert eventually(lambda: watch.status.state == "idle")
        assert store.numbers == [0, 1]
        for first in (2, 12, 22):
            dovecot.kill()
            assert eventually(lambda: watch.status.state == "error")
            dovecot.start()
            deliver(dovecot, *range(first, first + 10))
            assert eventually(lambda last=first + 9: store.numbers[-1:] == [last])  # type: ignore[misc]
    assert store.numbers == list(range(32))
    assert watch.status.mails == 32
    changes = [state for state, _ in itertools.groupby(status.state for status in states)]
    assert changes[:4] == ["connecting", "fetching", "idle", "error"]
    assert changes[-1] == "stopped"
    reasons = {status.reason for status in states if status.state == "error"}
    assert any(reason.startswith("idle: ") for reason in reasons)
    assert any(reason.startswith("connect: ") for reason in reasons)
    successes = [status.last_success for status in states if status.last_success]
    assert successes == sorted(successes)


def test_the_server_may_be_away_at_the_start(dovecot: Dovecot) -> None:
    deliver(dovecot, 7)
    dovecot.kill()
    store = Store()
    watch = Watch(ImapMailbox(settings(dovecot)), store.take, store.cursor)
    with running(watch):
        assert eventually(lambda: watch.status.state == "error")
        assert watch.status.reason.startswith("connect: ")
        assert watch.status.last_success is None
        dovecot.start()
        assert eventually(lambda: store.numbers == [7])
        assert eventually(lambda: watch.status.state == "idle")
        assert watch.status.reason == ""
        assert watch.status.last_success is not None


def test_a_mail_that_was_not_stored_comes_again(
    dovecot: Dovecot, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store()
    watch = Watch(ImapMailbox(settings(dovecot)), store.take, store.cursor)
    with running(watch):
        deliver(dovecot, 0, 1)
        assert eventually(lambda: store.numbers == [0, 1])
        store.away = True
        deliver(dovecot, 2, 3)
        assert eventually(lambda: watch.status.reason == "store: ConnectionError")
        assert watch.status.mails == 2
        store.away = False
        assert eventually(lambda: store.numbers == [0, 1, 2, 3])
    assert "a fetched mail was not taken" in caplog.messages


def test_a_watch_goes_on_where_the_last_one_ended(dovecot: Dovecot) -> None:
    store = Store()
    for numbers in ([0, 1, 2], [3], [4, 5]):
        deliver(dovecot, *numbers)
        watch = Watch(ImapMailbox(settings(dovecot)), store.take, store.cursor)
        with running(watch):
            assert eventually(lambda last=numbers[-1]: store.numbers[-1:] == [last])  # type: ignore[misc]
    assert store.numbers == list(range(6))


def test_mail_comes_also_where_the_server_does_not_tell_of_it(
    dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ImapMailbox, "wait", lambda box, timeout: threading.Event().wait(0.05))
    store = Store()
    with running(Watch(ImapMailbox(settings(dovecot)), store.take, store.cursor)):
        deliver(dovecot, 0)
        assert eventually(lambda: store.numbers == [0])
        deliver(dovecot, 1)
        assert eventually(lambda: store.numbers == [0, 1])


def test_a_wrong_password_is_told_and_not_tried_again_and_again(dovecot: Dovecot) -> None:
    store = Store()
    watch = Watch(ImapMailbox(settings(dovecot, password="wrong")), store.take, store.cursor)
    with running(watch):
        assert eventually(lambda: watch.status.state == "error")
        assert watch.status.reason == "login: [AUTHENTICATIONFAILED] Authentication failed."
        assert pause(1, ImapError("login", "Authentication failed.", refused=True)) >= 30


def test_a_stop_while_connecting_is_not_forgotten(dovecot: Dovecot) -> None:
    store = Store()
    watch = Watch(ImapMailbox(settings(dovecot)), store.take, store.cursor)
    original = ImapMailbox.fetch_new

    def fetch_and_be_stopped(box: ImapMailbox, *arguments: Any) -> Iterator[Fetched]:
        watch.stop()  # before there is a connection that it could end
        return original(box, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ImapMailbox, "fetch_new", fetch_and_be_stopped)
        thread = threading.Thread(target=watch.run)
        thread.start()
        thread.join(10)
        assert not thread.is_alive()


# -- eventlet -------------------------------------------------------------------------------------

GREEN = """
import eventlet
eventlet.monkey_patch()
import json, smtplib, sys, time
from email_gateway.imap import Cursor, ImapMailbox, ImapSettings
from email_gateway.imap_watch import Watch

given = json.loads(sys.argv[1])
lmtp = given.pop("lmtp")
ticks, got, states = [], [], []

def tick():
    while True:
        ticks.append(time.monotonic())
        eventlet.sleep(0.01)

def deliver(number):
    with smtplib.LMTP("127.0.0.1", lmtp, "tests") as client:
        raw = b"Subject: %d\\r\\n\\r\\n" % number + b"x\\r\\n" * 9999
        client.sendmail("", [given["username"]], raw)

def until(holds):
    with eventlet.Timeout(20, RuntimeError("never")):
        while not holds():
            eventlet.sleep(0.01)

watch = Watch(ImapMailbox(ImapSettings(**given)), lambda mail: got.append((time.monotonic(), mail)),
    Cursor(0, 0), lambda status: states.append(status.state))
watching = eventlet.spawn(watch.run)
eventlet.spawn(tick)
until(lambda: states[-1:] == ["idle"])
eventlet.sleep(3)  # more than one keepalive of Dovecot's
delays = []
for number in range(6):  # Dovecot's word of a new mail takes half a second
    deliver(number)
    sent = time.monotonic()
    until(lambda: len(got) > number)
    delays.append(got[-1][0] - sent)
until(lambda: watch.status.state == "idle")
began = time.monotonic()
watch.stop()
watching.wait()
gaps = [later - earlier for earlier, later in zip(ticks, ticks[1:])]
print(json.dumps({
    "uids": [mail.uid for _, mail in got],
    "states": sorted({*states}),
    "delay": max(delays),
    "gap": max(gaps),
    "stopped": time.monotonic() - began,
}))
"""


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_the_hub_goes_on_while_a_mailbox_is_watched(dovecot: Dovecot, security: str) -> None:
    given = {
        "host": "localhost",
        "port": dovecot.imaps_port if security == "tls" else dovecot.port,
        "security": security,
        "username": ADDRESS,
        "password": dovecot.password,
        "ca_file": str(dovecot.certificate),
        "private_hosts": True,
        "lmtp": dovecot.ports["lmtp"],
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", GREEN, json.dumps(given)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["uids"] == list(range(1, 7))
    assert seen["states"] == ["connecting", "fetching", "idle", "stopped"]
    assert seen["gap"] < 0.5
    assert seen["delay"] < 3
    assert seen["stopped"] < 2


@given(
    failures=st.integers(1, 10_000),
    phase=st.sampled_from(["connect", "login", "idle"]),
    refused=st.booleans(),
    text=st.sampled_from(["[AUTHENTICATIONFAILED] no", "[UNAVAILABLE] later", "socket error: EOF"]),
)
def test_pauses_are_bounded_and_longer_for_a_refused_sign_in(
    failures: int, phase: str, refused: bool, text: str
) -> None:
    error = ImapError(phase, text, refused=refused)  # type: ignore[arg-type]
    locked_out = phase == "login" and refused and "UNAVAILABLE" not in text
    first, longest = (
        (60, 1800) if locked_out else (imap_watch._FIRST_PAUSE, imap_watch._LONGEST_PAUSE)
    )
    seconds = pause(failures, error)
    assert first / 2 <= seconds <= longest
    assert pause(failures + 30, error) >= longest / 2
