"""The steps to a mailbox, with passwords and tokens, and what is told of the one that failed."""

from __future__ import annotations

import dataclasses
import itertools
import re
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from email_gateway.imap import Cursor, ImapError, ImapMailbox, ImapSettings, try_mailbox
from scripts.servers.dovecot import Dovecot
from tests.servers.mailing import deliver, imap_settings, numbered_mail

pytestmark = pytest.mark.servers

START = Cursor(0, 0)
addresses = (f"box{number}@agency.test" for number in itertools.count())


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """A server that no test stops."""
    with Dovecot() as server:
        yield server


@pytest.fixture
def address() -> str:
    """An address that no other test uses."""
    return next(addresses)


def steps(there: ImapSettings) -> dict[str, tuple[bool, str]]:
    return {step.name: (step.ok, step.answer) for step in try_mailbox(there)}


def test_all_steps_to_a_mailbox_are_told(dovecot: Dovecot, address: str) -> None:
    deliver(dovecot, address, numbered_mail(1))
    there = imap_settings(dovecot, address, security="starttls", ca_file=str(dovecot.certificate))
    assert steps(there) == {
        "resolve": (True, "127.0.0.1"),
        "connect": (True, f"127.0.0.1 port {dovecot.port}"),
        "greeting": (True, steps(there)["greeting"][1]),
        "tls": (True, "TLSv1.3"),
        "login": (True, "Logged in"),
        "select": (True, "INBOX: 1 mails"),
    }
    assert "Dovecot" in steps(there)["greeting"][1]


@pytest.mark.parametrize(
    ("changes", "step", "answer"),
    [
        ({"host": "nowhere.invalid"}, "resolve", ".+"),
        ({"port": 1}, "connect", "Connection refused"),
        ({"private_hosts": False, "security": "tls"}, "connect", "private network"),
        ({"security": "starttls"}, "tls", "certificate verify failed: self-signed"),
        ({"security": "tls"}, "tls", "(?i)ssl"),
        ({"password": "wrong"}, "login", r"^\[AUTHENTICATIONFAILED\] Authentication failed\.$"),
        ({"folder": "Nowhere"}, "select", "^Mailbox doesn't exist: Nowhere"),
    ],
)
def test_the_step_that_failed_is_told_with_the_servers_words(
    dovecot: Dovecot, address: str, changes: dict[str, Any], step: str, answer: str
) -> None:
    there = imap_settings(dovecot, address, **changes)
    taken = try_mailbox(there)
    assert [each.ok for each in taken] == [True] * (len(taken) - 1) + [False]
    assert taken[-1].name == step
    assert re.search(answer, taken[-1].answer)
    with ImapMailbox(there) as box, pytest.raises(ImapError) as raised:
        box.wait(1)
    assert raised.value.phase == step
    assert re.search(answer, raised.value.text)
    assert raised.value.refused == (step in ("login", "select") or "private" in taken[-1].answer)


def test_a_certificate_for_another_name_is_refused(dovecot: Dovecot, address: str) -> None:
    there = imap_settings(
        dovecot, address, security="tls", port=dovecot.imaps_port, ca_file=str(dovecot.certificate)
    )
    assert steps(there)["select"] == (True, "INBOX: 0 mails")
    elsewhere = dataclasses.replace(there, host="127.0.0.2")
    with socket.create_server(("127.0.0.2", 0)) as relay:  # Dovecot listens on 127.0.0.1 alone
        port = relay.getsockname()[1]
        threading.Thread(target=_pass_on, args=(relay, dovecot.imaps_port), daemon=True).start()
        ok, answer = steps(dataclasses.replace(elsewhere, port=port))["tls"]
    assert not ok
    assert "IP address mismatch" in answer


def _pass_on(relay: socket.socket, port: int) -> None:
    """Carries the first flight of a TLS handshake there and back."""
    near, _ = relay.accept()
    with near, socket.create_connection(("127.0.0.1", port)) as far:
        far.sendall(near.recv(65_536))
        near.sendall(far.recv(65_536))
        near.recv(1)


def test_a_silent_server_is_given_up_on(dovecot: Dovecot, address: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        there = imap_settings(dovecot, address, port=silent.getsockname()[1], timeout=0.3)
        assert steps(there)["greeting"] == (False, "no answer within 0.3 s")


def test_sign_in_by_access_token(dovecot: Dovecot, address: str) -> None:
    tokens: list[str] = []

    def token() -> str:
        tokens.append(dovecot.access_token(address))
        return tokens[-1]

    there = imap_settings(dovecot, address, password="", token=token)
    with ImapMailbox(there) as box:
        assert list(box.fetch_new(START)) == []
        box.close()
        assert list(box.fetch_new(START)) == []
    assert len(tokens) == 2  # asked for each connection: they expire


@pytest.mark.parametrize("made", ["expired", "another's", "nonsense"])
def test_a_token_that_does_not_hold_is_refused_with_the_reason(
    dovecot: Dovecot, address: str, made: str
) -> None:
    token = {
        "expired": dovecot.access_token(address, lifetime=-10),
        "another's": dovecot.access_token("someone.else@agency.test"),
        "nonsense": "no.such.token",
    }[made]
    there = imap_settings(dovecot, address, password="", token=lambda: token)
    ok, answer = steps(there)["login"]
    assert not ok
    assert "[AUTHENTICATIONFAILED]" in answer
    assert '"status":"401"' in answer
    assert token not in answer


def test_a_token_provider_that_fails_is_named_without_its_secrets(
    dovecot: Dovecot, address: str
) -> None:
    def provider() -> str:
        raise LookupError("refresh token 12345 was revoked")

    there = imap_settings(dovecot, address, password="", token=provider)
    assert steps(there)["login"] == (False, "no token to be had: LookupError")


def test_passwords_have_all_letters() -> None:
    with Dovecot(password="žluťoučký-kůň-€") as server:
        assert steps(imap_settings(server, "a@agency.test"))["login"] == (True, "Logged in")


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"host": "a b"}, "host"),
        ({"host": ""}, "host"),
        ({"port": 0}, "port"),
        ({"port": 70_000}, "port"),
        ({"security": "ssl"}, "security"),
        ({"private_hosts": False}, "security"),
        ({"username": ""}, "username"),
        ({"username": "a\r\nx LOGOUT"}, "username"),
        ({"password": "a\nb"}, "password"),
        ({"password": ""}, "password"),
        ({"folder": ""}, "folder"),
        ({"folder": "INBOX\r\n"}, "folder"),
        ({"timeout": 0}, "timeout"),
        ({"size_limit": 0}, ".*size_limit"),
    ],
)
def test_settings_that_cannot_be_are_named(
    dovecot: Dovecot, changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(ValueError, match=f"^{named}"):
        imap_settings(dovecot, "a@agency.test", **changes)


def test_secrets_are_not_shown(dovecot: Dovecot) -> None:
    assert dovecot.password not in repr(imap_settings(dovecot, "a@agency.test"))


def test_contexts_are_shared(dovecot: Dovecot) -> None:
    public = imap_settings(dovecot, "a@agency.test", security="tls")
    assert public.tls_context() is public.tls_context()
    assert public.tls_context().verify_mode is ssl.CERT_REQUIRED
    unchecked = dataclasses.replace(public, verify=False).tls_context()
    assert unchecked.verify_mode is ssl.CERT_NONE
