"""The pool against real SMTP servers: TLS, sign-in, concurrency, rate, under eventlet too."""

from __future__ import annotations

import asyncio
import base64
import datetime
import ipaddress
import json
import logging
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from email_gateway import smtp
from email_gateway.smtp import (
    Accepted,
    Phase,
    Refused,
    SmtpPool,
    SmtpSettings,
    Unreachable,
    try_connection,
)
from email_gateway.smtp_session import Session as OurSession

MAIL = b"Subject: x\r\n\r\n.Hello\r\n..\r\nend\r\n"
PASSWORD = "corréct horse"


class Mailbox:
    """What arrived, and how many connections were open at once."""

    def __init__(self) -> None:
        self.mails: list[tuple[str | None, list[str], bytes]] = []
        self.signed_in: list[bool] = []
        self.open = 0
        self.most_open = 0
        self.connections = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.signed_in.append(bool(session.authenticated))
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return f"250 2.0.0 Ok: queued as {len(self.mails)}"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 5.1.1 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"


class Server(SMTP):
    """Counts its connections in the mailbox."""

    counted = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if not self.counted:  # STARTTLS comes here a second time
            self.counted = True
            box = self.event_handler
            box.connections += 1
            box.open += 1
            box.most_open = max(box.most_open, box.open)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.event_handler.open -= 1


class Host:
    """An aiosmtpd server on a free port, in a thread of this process."""

    def __init__(self, box: Mailbox, ssl_context: ssl.SSLContext | None = None, **options: Any):
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            self._loop.create_server(
                lambda: Server(box, loop=self._loop, **options), "127.0.0.1", 0, ssl=ssl_context
            )
        )
        self.port: int = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        ours = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in ours:
            task.cancel()
        await asyncio.gather(*ours, return_exceptions=True)


Start = Callable[..., tuple[Mailbox, int]]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[Host] = []

    def begin(box: Mailbox | None = None, **options: Any) -> tuple[Mailbox, int]:
        box = box or Mailbox()
        running.append(Host(box, **options))
        return box, running[-1].port

    yield begin
    for host in running:
        host.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "host.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture(scope="session")
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def settings_for(port: int, **more: Any) -> SmtpSettings:
    known: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "local_hostname": "client.example.test",
        "timeout": 5.0,
        "answer_timeout": 5.0,
        "private_hosts": True,
    }
    return SmtpSettings(**{**known, **more})


def send(pool: SmtpPool, recipient: str = "b@example.test") -> object:
    return pool.send("a@example.test", recipient, MAIL)


def test_bytes_arrive_as_they_were_sent(start: Start) -> None:
    box, port = start()
    pool = SmtpPool(settings_for(port))
    assert send(pool) == Accepted("2.0.0 Ok: queued as 1")
    pool.close()
    assert box.mails == [("a@example.test", ["b@example.test"], MAIL)]


def test_unknown_person_is_refused_and_the_next_one_is_not(start: Start) -> None:
    box, port = start()
    pool = SmtpPool(settings_for(port))
    refused = send(pool, "nobody@example.test")
    assert refused == Refused(Phase.RCPT, 550, "5.1.1", "5.1.1 nobody here")
    assert isinstance(send(pool), Accepted)
    pool.close()
    assert (len(box.mails), box.connections) == (1, 1)


def test_many_at_once_share_few_connections(start: Start) -> None:
    box, port = start()
    pool = SmtpPool(settings_for(port, max_connections=3))
    recipients = [f"p{number}@example.test" for number in range(120)]
    with ThreadPoolExecutor(12) as workers:
        outcomes = list(workers.map(lambda each: send(pool, each), recipients))
    pool.close()
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert sorted(to[0] for _, to, _ in box.mails) == sorted(recipients)
    assert box.most_open <= 3
    assert box.connections <= 4  # one more where the limit of mails was reached


def test_waiting_for_a_connection_has_an_end(start: Start) -> None:
    _, port = start()
    pool = SmtpPool(settings_for(port, max_connections=1, timeout=0.2))
    pool._free.acquire()
    outcome = send(pool)
    assert outcome == Unreachable(Phase.QUEUE, "all connections are busy", retry_after=1.0)
    pool._free.release()
    assert isinstance(send(pool), Accepted)
    pool.close()


def test_a_server_that_cannot_be_reached_is_left_alone_for_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    pool = SmtpPool(settings_for(port))
    first, second, third = (send(pool) for _ in range(3))
    assert isinstance(first, Unreachable)
    assert isinstance(second, Unreachable)
    assert (first.phase, first.retry_after) == (second.phase, second.retry_after)
    assert first.retry_after is None
    assert isinstance(third, Unreachable)
    assert (third.phase, third.text) == (Phase.QUEUE, second.text)
    assert third.retry_after is not None
    assert 0 < third.retry_after <= smtp.FIRST_REST
    # When the rest is over it is tried again, and a server that is back is at rest no more.
    pool._rest._until = 0.0
    monkeypatch.setattr(pool, "_send", lambda *_: Accepted("250 taken"))
    assert [type(send(pool)) for _ in range(3)] == [Accepted] * 3


def test_rate_per_minute_is_never_exceeded(start: Start) -> None:
    box, port = start()
    pool = SmtpPool(settings_for(port, per_minute=3, timeout=0.3))
    outcomes = [send(pool) for _ in range(5)]
    pool.close()
    assert [type(outcome) for outcome in outcomes] == [Accepted] * 3 + [Unreachable] * 2
    assert isinstance(outcomes[3], Unreachable)
    assert outcomes[3].retry_after is not None
    assert 55 < outcomes[3].retry_after <= 60
    assert len(box.mails) == 3


def test_closing_closes_all(start: Start) -> None:
    box, port = start()
    pool = SmtpPool(settings_for(port))
    send(pool)
    pool.close()
    send(pool)  # a straggler: its connection is not kept
    deadline = time.monotonic() + 5
    while box.open and time.monotonic() < deadline:
        time.sleep(0.01)
    assert box.open == 0


def test_what_may_not_go_over_the_wire() -> None:
    pool = SmtpPool(settings_for(25))
    for sender, recipient in [
        ("a@example.test", "b@example.test\r\nDATA"),
        ("a@example.test> SIZE=1", "b@example.test"),
        ("a@example.test", "žofie@example.test"),
        ("a@example.test", ""),
        ("a@example.test", "b c@example.test"),
        ("x" * 65 + "@example.test", "b@example.test"),
    ]:
        with pytest.raises(ValueError, match=r"sender|recipient"):
            pool.send(sender, recipient, MAIL)
    for data in (b"a\nb\r\n", b"a\rb\r\n", b"x\r\n\n.\r\nMAIL FROM:<>\r\n"):
        with pytest.raises(ValueError, match="data"):
            pool.send("", "b@example.test", data)
    for wrong in ("é", "", "x" * 101):
        with pytest.raises(ValueError, match="id"):
            pool.send("", "b@example.test", MAIL, wrong)


def test_settings_are_checked() -> None:
    cases: tuple[dict[str, Any], ...] = (
        {"host": "a..b"},
        {"host": "ex ample"},
        {"host": ""},
        {"host": "häuser.example"},
        {"port": 0},
        {"security": "maybe"},
        {"username": "me"},
        {"token": lambda: "t", "security": "tls"},
        {"max_connections": 0},
        {"local_hostname": "a\r\nb"},
    )
    for wrong in cases:
        with pytest.raises(
            ValueError, match=r"^(host|port|security|username|limits|local_hostname):"
        ):
            settings_for(**{"port": 25, **wrong})


# -- TLS and sign-in ------------------------------------------------------------------------------


def authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: Any
) -> AuthResult:
    assert isinstance(auth_data, LoginPassword)
    right = auth_data.login == b"me" and auth_data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


def sign_in_over(security: str, context: ssl.SSLContext) -> dict[str, Any]:
    if security == "tls":
        return {"ssl_context": context, "authenticator": authenticate, "auth_require_tls": False}
    return {"tls_context": context, "authenticator": authenticate, "auth_required": True}


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("excluded", [[], ["PLAIN"]])
def test_signed_in_over_tls(
    start: Start, tls: ssl.SSLContext, certificate: Path, security: str, excluded: list[str]
) -> None:
    box, port = start(**sign_in_over(security, tls), auth_exclude_mechanism=excluded)
    settings = settings_for(
        port, security=security, username="me", password=PASSWORD, ca_file=str(certificate)
    )
    pool = SmtpPool(settings)
    assert [type(send(pool)) for _ in range(3)] == [Accepted] * 3
    pool.close()
    assert len(box.mails) == 3
    assert box.signed_in == [True] * 3
    steps = try_connection(settings, "a@example.test")
    assert all(step.ok for step in steps)
    assert [step.name for step in steps if step.name in ("tls", "auth", "mail-from")] == [
        "tls",
        "auth",
        "mail-from",
    ]


def test_wrong_password_is_told_and_not_repeated(
    start: Start, tls: ssl.SSLContext, certificate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    _, port = start(**sign_in_over("starttls", tls))
    wrong = settings_for(
        port, security="starttls", username="me", password="hunter2", ca_file=str(certificate)
    )
    pool = SmtpPool(wrong)
    outcome = send(pool)
    pool.close()
    assert isinstance(outcome, Unreachable)
    assert (outcome.phase, outcome.code) == (Phase.AUTH, 535)
    steps = try_connection(wrong)
    assert (steps[-1].name, steps[-1].ok) == ("auth", False)
    ours = [record for record in caplog.records if not record.name.startswith("mail.")]
    shown = f"{outcome}{steps}{wrong}{pool!r}{ours}"
    for secret in ("hunter2", base64.b64encode(b"\0me\0hunter2").decode()):
        assert secret not in shown


def test_echoed_secrets_are_struck_out() -> None:
    settings = settings_for(25, security="tls", username="me", password="hunter2")
    session = OurSession(settings, settings.tls_context())
    said = b"535 bad hunter2 or " + base64.b64encode(b"hunter2") + b"\x00\x1b[31m"
    assert session.clean(said) == "535 bad *** or ***[31m"


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_unknown_certificate_is_refused(start: Start, tls: ssl.SSLContext, security: str) -> None:
    by = {"ssl_context": tls} if security == "tls" else {"tls_context": tls}
    _, port = start(**by)
    outcome = send(SmtpPool(settings_for(port, security=security)))
    assert isinstance(outcome, Unreachable)
    assert outcome.phase is Phase.TLS
    assert "certificate verify failed" in outcome.text
    trusting = SmtpPool(settings_for(port, security=security, verify=False))
    assert isinstance(send(trusting), Accepted)
    trusting.close()


def test_certificate_of_another_host_is_refused(
    start: Start, tls: ssl.SSLContext, certificate: Path
) -> None:
    _, port = start(ssl_context=tls)
    named = settings_for(port, security="tls", host="localhost", ca_file=str(certificate))
    step = try_connection(named)[-1]
    assert (step.name, step.ok) == ("tls", False)
    assert "localhost" in step.answer


class TokenServer(Mailbox):
    """Takes XOAUTH2 with one token, and answers as the big hosts do."""

    async def auth_XOAUTH2(self, server: SMTP, arguments: list[str]) -> AuthResult:  # noqa: N802
        said = base64.b64decode(arguments[1])
        if said == b"user=me@example.test\x01auth=Bearer good\x01\x01":
            return AuthResult(success=True, auth_data=LoginPassword(b"me", b""))
        reason = base64.b64encode(b'{"status":"400"}').decode()
        await server.push(f"334 {reason}")
        assert await server._reader.readline() == b"\r\n"
        return AuthResult(success=False, handled=False, message="535 5.7.8 token expired")


def test_xoauth2(start: Start, tls: ssl.SSLContext, certificate: Path) -> None:
    _, port = start(
        TokenServer(),
        **sign_in_over("tls", tls),
    )
    tokens = ["good", "stale"]
    common = {"security": "tls", "username": "me@example.test", "ca_file": str(certificate)}
    pool = SmtpPool(settings_for(port, **common, token=lambda: tokens.pop(0)))
    assert isinstance(send(pool), Accepted)
    assert isinstance(send(pool), Accepted)  # the kept connection asks for no token
    pool.close()
    refused = send(pool)
    assert refused == Unreachable(Phase.AUTH, "5.7.8 token expired", 535)
    nothing = send(pool)  # the provider raises IndexError
    assert nothing == Unreachable(Phase.AUTH, "no token to be had: IndexError")


# -- eventlet -------------------------------------------------------------------------------------

GREEN = """
import eventlet
eventlet.monkey_patch()
import json, sys, time
from email_gateway.smtp import Accepted, SmtpPool, SmtpSettings, Unreachable

port, silent, ca = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
common = dict(host="127.0.0.1", security="starttls", local_hostname="x.test", private_hosts=True)
pool = SmtpPool(SmtpSettings(port=port, ca_file=ca, max_connections=4, **common))
stalled = SmtpPool(SmtpSettings(port=silent, timeout=0.5, **common))
ticks = []

def tick():
    while True:
        ticks.append(time.monotonic())
        eventlet.sleep(0.01)

ticker = eventlet.spawn(tick)
eventlet.sleep(0)
waiting = eventlet.spawn(stalled.send, "", "b@example.test", b"x\\r\\n")
workers = eventlet.GreenPool(12)
sent = workers.imap(lambda n: pool.send("", f"p{n}@example.test", b"x\\r\\n" * 5000), range(60))
outcomes = [type(each).__name__ for each in sent]
stuck = waiting.wait()
ticker.kill()
pool.close()
gaps = [later - earlier for earlier, later in zip(ticks, ticks[1:])]
print(json.dumps({"accepted": outcomes.count("Accepted"), "stuck": [type(stuck).__name__,
    stuck.phase, stuck.text], "ticks": len(ticks), "longest": max(gaps)}))
"""


def test_green_threads_do_not_wait_for_each_other(
    start: Start, tls: ssl.SSLContext, certificate: Path
) -> None:
    box, port = start(tls_context=tls)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        done = subprocess.run(
            [
                sys.executable,
                "-W",
                "ignore::DeprecationWarning",
                "-c",
                GREEN,
                str(port),
                str(silent.getsockname()[1]),
                str(certificate),
            ],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["accepted"] == 60
    assert report["stuck"] == ["Unreachable", "greeting", "timed out"]
    assert report["ticks"] > 20
    assert report["longest"] < 0.25  # the silent server's half second never stopped the hub
    assert len(box.mails) == 60
    assert box.most_open <= 4


def test_two_threads_never_share_a_connection(start: Start) -> None:
    _, port = start()
    pool = SmtpPool(settings_for(port, max_connections=2))
    barrier = threading.Barrier(6)

    def work() -> list[object]:
        barrier.wait(5)
        return [send(pool) for _ in range(10)]

    with ThreadPoolExecutor(6) as workers:
        results = [future.result() for future in [workers.submit(work) for _ in range(6)]]
    pool.close()
    assert all(isinstance(outcome, Accepted) for each in results for outcome in each)
