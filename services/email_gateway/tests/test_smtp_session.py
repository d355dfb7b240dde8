"""Every way in which a mail server may break, stall or refuse, and what is then known."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest

from email_gateway.smtp import (
    Accepted,
    Deferred,
    Outcome,
    Phase,
    Refused,
    SmtpPool,
    SmtpSettings,
    Uncertain,
    Unreachable,
    try_connection,
)

CLOSE, RESET, STALL = "close", "reset", "stall"
Reaction = bytes | str | tuple[bytes, str] | list[bytes | str]
USUAL: dict[str, Reaction] = {
    "connect": b"220 mail.example.test ESMTP\r\n",
    "EHLO": b"250-mail.example.test\r\n250-SIZE 50000000\r\n250-DSN\r\n250 8BITMIME\r\n",
    "MAIL": b"250 2.1.0 Ok\r\n",
    "RCPT": b"250 2.1.5 Ok\r\n",
    "DATA": b"354 go on\r\n",
    "dot": b"250 2.0.0 Ok: queued as 4AB1\r\n",
    "RSET": b"250 Ok\r\n",
    "QUIT": b"221 Bye\r\n",
}
SMALL = b"Subject: x\r\n\r\nHello\r\n"
LARGE = b"Subject: x\r\n\r\n" + b"0123456789abcdef0123456789abcdef\r\n" * 600_000


class Server:
    """A server on a raw socket that reacts to each command as told.

    `changes` is what differs from USUAL: an answer, an end, an answer and then an end, or a list
    of what happens the first time, the second time and so on. The key `body` is the moment when
    a mail is about to be read.
    """

    def __init__(self, changes: Mapping[str, Reaction]) -> None:
        self.reactions = {**USUAL, **changes}
        self.commands: list[str] = []
        self.mails: list[bytes] = []
        self.connections = 0
        self.last_answer = b""
        self.dots = 0
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def stop(self) -> None:
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(line,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, line: socket.socket) -> None:
        with line, suppress(OSError):
            self._converse(line)

    def _converse(self, line: socket.socket) -> None:
        received = b""
        in_mail = False
        going_on = self._react(line, "connect")
        while going_on:
            end = b"\r\n.\r\n" if in_mail else b"\r\n"
            if in_mail and "body" in self.reactions:
                going_on = self._react(line, "body")
                continue
            while end not in received:
                read = line.recv(65_536)
                if not read:
                    return
                received += read
            said, received = received.split(end, 1)
            if in_mail:
                in_mail = False
                self.mails.append(said)
                self.dots += 1
                going_on = self._react(line, "dot")
            else:
                self.commands.append(said.decode())
                verb = said[:4].decode().upper()
                going_on = self._react(line, verb)
                in_mail = verb == "DATA" and self.last_answer.startswith(b"354")

    def _react(self, line: socket.socket, moment: str) -> bool:
        reaction = self.reactions.get(moment, b"502 no such command\r\n")
        if isinstance(reaction, list):
            reaction = reaction.pop(0) if len(reaction) > 1 else reaction[0]
        answer, end = reaction if isinstance(reaction, tuple) else (reaction, "")
        if isinstance(answer, bytes):
            line.sendall(answer)
            self.last_answer = answer
        else:
            end = answer
        if end == STALL:
            self._over.wait(30)
        elif end == RESET:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return not end and not str(answer).startswith("b'421")


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    started: list[Server] = []
    yield started
    for server in started:
        server.stop()


def settings_for(port: int, **more: Any) -> SmtpSettings:
    known: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "local_hostname": "client.example.test",
        "timeout": 0.6,
        "answer_timeout": 0.6,
        "private_hosts": True,
    }
    return SmtpSettings(**{**known, **more})


def start(servers: list[Server], changes: Mapping[str, Reaction] | None = None) -> Server:
    server = Server(changes or {})
    servers.append(server)
    return server


def send_once(server: Server, data: bytes = SMALL) -> Outcome:
    pool = SmtpPool(settings_for(server.port))
    try:
        return pool.send("a@example.test", "b@example.test", data, "env-1")
    finally:
        pool.close()


BREAKS = [CLOSE, RESET, STALL]


@pytest.mark.parametrize("reaction", BREAKS)
@pytest.mark.parametrize(
    ("moment", "phase"),
    [
        ("connect", Phase.GREETING),
        ("EHLO", Phase.GREETING),
        ("MAIL", Phase.MAIL),
        ("RCPT", Phase.RCPT),
        ("DATA", Phase.DATA),
    ],
)
def test_break_before_the_mail_is_unreachable(
    servers: list[Server], moment: str, phase: Phase, reaction: str
) -> None:
    server = start(servers, {moment: reaction})
    outcome = send_once(server)
    assert isinstance(outcome, Unreachable)
    # A reset may overtake the end of connecting.
    assert outcome.phase in {phase, Phase.CONNECT if moment == "connect" else phase}
    assert outcome.text
    assert server.dots == 0


@pytest.mark.parametrize("reaction", BREAKS)
def test_break_within_the_mail_is_unreachable(servers: list[Server], reaction: str) -> None:
    server = start(servers, {"body": reaction})
    outcome = send_once(server, LARGE)
    assert isinstance(outcome, Unreachable)
    assert outcome.phase is Phase.BODY
    assert server.dots == 0


@pytest.mark.parametrize("reaction", BREAKS)
def test_break_after_the_dot_is_uncertain(servers: list[Server], reaction: str) -> None:
    server = start(servers, {"dot": reaction})
    assert isinstance(send_once(server), Uncertain)
    assert server.dots == 1


@pytest.mark.parametrize("answer", [b"hello?\r\n", b"354 again\r\n", b"99 x\r\n", b"250", b"\r\n"])
def test_nonsense_after_the_dot_is_uncertain(servers: list[Server], answer: bytes) -> None:
    assert isinstance(send_once(start(servers, {"dot": answer})), Uncertain)


@pytest.mark.parametrize("answer", [b"hello?\r\n", b"354 again\r\n", b"251-\xff\r\n", b"220 x\r\n"])
def test_nonsense_before_the_mail_is_unreachable(servers: list[Server], answer: bytes) -> None:
    server = start(servers, {"MAIL": answer})
    outcome = send_once(server)
    assert isinstance(outcome, Unreachable)
    assert outcome.phase is Phase.MAIL


@pytest.mark.parametrize(
    ("moment", "phase"),
    [("MAIL", Phase.MAIL), ("RCPT", Phase.RCPT), ("DATA", Phase.DATA), ("dot", Phase.ANSWER)],
)
def test_refusals_carry_the_servers_words(servers: list[Server], moment: str, phase: Phase) -> None:
    hard = start(servers, {moment: b"550-5.1.1 No such\r\n550 5.1.1 person here\r\n"})
    assert send_once(hard) == Refused(phase, 550, "5.1.1", "5.1.1 No such 5.1.1 person here")
    soft = start(servers, {moment: b"450 4.2.0 Greylisted\r\n"})
    assert send_once(soft) == Deferred(phase, 450, "4.2.0", "4.2.0 Greylisted")
    bare = start(servers, {moment: b"554 no 5.1.1 here\r\n"})
    assert send_once(bare) == Refused(phase, 554, None, "no 5.1.1 here")
    leaving = start(servers, {moment: b"421 4.3.2 Shutting down\r\n"})
    assert send_once(leaving) == Deferred(phase, 421, "4.3.2", "4.3.2 Shutting down")
    assert leaving.connections == 1


@pytest.mark.parametrize("answer", [b"554 5.7.1 not you\r\n", b"421 4.7.0 too many\r\n"])
def test_refused_connection_is_unreachable_with_the_code(
    servers: list[Server], answer: bytes
) -> None:
    outcome = send_once(start(servers, {"connect": answer}))
    assert outcome == Unreachable(Phase.GREETING, answer[4:].decode().strip(), int(answer[:3]))


def test_last_words_within_the_mail_are_heard(servers: list[Server]) -> None:
    server = start(servers, {"body": (b"552 5.3.4 Too large\r\n", CLOSE)})
    assert send_once(server, LARGE) == Refused(Phase.BODY, 552, "5.3.4", "5.3.4 Too large")


def test_reply_that_never_ends_is_given_up(servers: list[Server]) -> None:
    endless = start(servers, {"EHLO": b"250-more\r\n" * 5_000})
    outcome = send_once(endless)
    assert isinstance(outcome, Unreachable)
    assert "without an end" in outcome.text
    long = start(servers, {"MAIL": b"250 " + b"x" * 20_000})
    outcome = send_once(long)
    assert isinstance(outcome, Unreachable)
    assert "without an end" in outcome.text


def test_nothing_listens(servers: list[Server]) -> None:
    server = start(servers)
    server.stop()
    outcome = send_once(server)
    assert isinstance(outcome, Unreachable)
    assert outcome.phase is Phase.CONNECT


def test_accepted_with_dsn_and_dots(servers: list[Server]) -> None:
    server = start(servers)
    data = b".begins\r\n..two\r\nSubject: x\r\n.\r\nend"
    pool = SmtpPool(settings_for(server.port))
    outcome = pool.send("", "b+c@example.test", data, "e+1=x", ("SUCCESS", "FAILURE"))
    pool.close()
    assert outcome == Accepted("2.0.0 Ok: queued as 4AB1")
    assert server.mails == [b"..begins\r\n...two\r\nSubject: x\r\n..\r\nend"]
    assert server.commands[:3] == [
        "ehlo client.example.test",
        f"MAIL FROM:<> SIZE={len(data)} RET=HDRS ENVID=e+2B1+3Dx",
        "RCPT TO:<b+c@example.test> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b+2Bc@example.test",
    ]


def test_no_extensions_no_parameters(servers: list[Server]) -> None:
    server = start(servers, {"EHLO": b"500 what?\r\n", "HELO": b"250 old friend\r\n"})
    assert isinstance(send_once(server), Accepted)
    assert server.commands[2:4] == ["MAIL FROM:<a@example.test>", "RCPT TO:<b@example.test>"]


PIPELINED = {"EHLO": b"250-x\r\n250 PIPELINING\r\n"}


def test_pipelining_keeps_refusals_apart(servers: list[Server]) -> None:
    server = start(servers, {**PIPELINED, "MAIL": b"550 5.7.1 not you\r\n", "RCPT": b"503 ?\r\n"})
    assert send_once(server) == Refused(Phase.MAIL, 550, "5.7.1", "5.7.1 not you")
    server = start(servers, {**PIPELINED, "RCPT": b"550 5.1.1 who?\r\n"})
    assert send_once(server) == Refused(Phase.RCPT, 550, "5.1.1", "5.1.1 who?")
    server = start(servers, {**PIPELINED, "MAIL": b"421 4.3.2 bye\r\n"})
    assert send_once(server) == Deferred(Phase.MAIL, 421, "4.3.2", "4.3.2 bye")
    server = start(servers, PIPELINED)
    assert isinstance(send_once(server), Accepted)


# -- connections that are kept --------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("death", [CLOSE, RESET, STALL, b"421 4.4.2 idle too long\r\n"])
def test_kept_connection_that_died_is_replaced(
    servers: list[Server], moment: str, death: bytes | str
) -> None:
    usual = USUAL[moment]
    assert isinstance(usual, bytes)
    server = start(servers, {moment: [usual, death, usual]})
    pool = SmtpPool(settings_for(server.port))
    assert isinstance(pool.send("", "b@example.test", SMALL), Accepted)
    assert isinstance(pool.send("", "b@example.test", SMALL), Accepted)
    pool.close()
    assert server.connections == 2
    assert server.dots == 2


def test_fresh_connection_is_not_tried_again(servers: list[Server]) -> None:
    server = start(servers, {"MAIL": CLOSE})
    assert isinstance(send_once(server), Unreachable)
    assert server.connections == 1


def test_uncertain_on_a_kept_connection_is_not_sent_again(servers: list[Server]) -> None:
    server = start(servers, {"dot": [b"250 2.0.0 Ok\r\n", CLOSE]})
    pool = SmtpPool(settings_for(server.port))
    assert isinstance(pool.send("", "b@example.test", SMALL), Accepted)
    assert isinstance(pool.send("", "b@example.test", SMALL), Uncertain)
    pool.close()
    assert (server.connections, server.dots) == (1, 2)


def test_last_answer_on_a_kept_connection_is_not_asked_for_again(servers: list[Server]) -> None:
    server = start(servers, {"dot": [b"250 2.0.0 Ok\r\n", b"421 4.3.2 Shutting down\r\n"]})
    pool = SmtpPool(settings_for(server.port))
    assert isinstance(pool.send("", "b@example.test", SMALL), Accepted)
    outcome = pool.send("", "b@example.test", SMALL)
    pool.close()
    assert outcome == Deferred(Phase.ANSWER, 421, "4.3.2", "4.3.2 Shutting down")
    assert (server.connections, server.dots) == (1, 2)


def test_refusal_keeps_the_connection_after_a_reset(servers: list[Server]) -> None:
    server = start(servers, {"RCPT": b"550 5.1.1 who?\r\n"})
    pool = SmtpPool(settings_for(server.port))
    for _ in range(3):
        assert isinstance(pool.send("", "b@example.test", SMALL), Refused)
    pool.close()
    assert server.connections == 1
    assert server.commands.count("rset") + server.commands.count("RSET") == 3


def test_connection_carries_a_limited_number(servers: list[Server]) -> None:
    server = start(servers)
    pool = SmtpPool(settings_for(server.port, max_messages_per_connection=3))
    for _ in range(7):
        assert isinstance(pool.send("", "b@example.test", SMALL), Accepted)
    pool.close()
    assert server.connections == 3


def test_idle_connection_is_not_used_again(servers: list[Server]) -> None:
    server = start(servers)
    pool = SmtpPool(settings_for(server.port, idle_limit=0.0))
    for _ in range(2):
        assert isinstance(pool.send("", "b@example.test", SMALL), Accepted)
    pool.reap()
    pool.close()
    assert server.connections == 2


# -- trying a connection --------------------------------------------------------------------------


def steps(settings: SmtpSettings, sender: str = "me@example.test") -> list[tuple[str, bool, str]]:
    return [(step.name, step.ok, step.answer) for step in try_connection(settings, sender)]


def test_steps_of_a_good_connection(servers: list[Server]) -> None:
    server = start(servers)
    assert steps(settings_for(server.port)) == [
        ("resolve", True, "127.0.0.1"),
        ("connect", True, f"127.0.0.1 port {server.port}"),
        ("greeting", True, "mail.example.test ESMTP"),
        ("mail-from", True, "2.1.0 Ok"),
    ]


def test_steps_stop_where_it_failed(servers: list[Server]) -> None:
    unknown = steps(settings_for(25, host="nowhere.invalid"))
    assert [(name, ok) for name, ok, _ in unknown] == [("resolve", False)]
    refused = start(servers, {"MAIL": b"553 5.7.1 Sender address rejected: not owned\r\n"})
    assert steps(settings_for(refused.port))[-1] == (
        "mail-from",
        False,
        "5.7.1 Sender address rejected: not owned",
    )
    plain = start(servers)
    assert steps(settings_for(plain.port, security="starttls"))[-1] == (
        "tls",
        False,
        "the server does not offer STARTTLS",
    )
    offered = {"EHLO": b"250-x\r\n250 STARTTLS\r\n"}
    busy = start(servers, {**offered, "STAR": b"454 4.7.0 TLS not available\r\n"})
    assert steps(settings_for(busy.port, security="starttls"))[-1] == (
        "tls",
        False,
        "4.7.0 TLS not available",
    )
    silent = start(servers, {**offered, "STAR": STALL})
    assert steps(settings_for(silent.port, security="starttls"))[-1] == ("tls", False, "timed out")
    no_tls = start(servers, {"connect": STALL})
    assert steps(settings_for(no_tls.port, security="tls"))[-1][:2] == ("tls", False)


def test_words_slipped_in_before_tls_are_not_believed(servers: list[Server]) -> None:
    server = start(
        servers,
        {"EHLO": b"250-x\r\n250 STARTTLS\r\n", "STAR": b"220 go\r\n250 AUTH PLAIN\r\n"},
    )
    name, ok, answer = steps(settings_for(server.port, security="starttls"))[-1]
    assert (name, ok) == ("tls", False)
    assert "before the line was secure" in answer


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::ffff:127.0.0.1", "10.0.0.1"])
def test_private_hosts_are_refused(servers: list[Server], host: str) -> None:
    server = start(servers)
    last = steps(settings_for(server.port, host=host, private_hosts=False))[-1]
    assert last == ("connect", False, "the host is on a private network")
    assert server.connections == 0
