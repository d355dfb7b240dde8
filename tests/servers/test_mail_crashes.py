"""The mail server killed, stopped and started: nothing that it took is lost, nothing is left."""

from __future__ import annotations

import os
import signal
import smtplib
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from scripts.servers.dovecot import Dovecot
from scripts.servers.mail import MailServer
from scripts.servers.server import ServerError
from tests.servers.mailing import arrived, send
from tests.servers.processes import eventually, processes_of

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(os.geteuid() != 0, reason="Postfix runs only as root"),
]

OWNER = """
import signal
from scripts.servers.mail import MailServer
server = MailServer()
server.start()
print(server.folder, flush=True)
signal.pause()
"""
PATCHED = """
import eventlet
eventlet.monkey_patch()
import smtplib
from scripts.servers.mail import MailServer
with MailServer() as server:
    server.refuse("no@guest.test")
    with smtplib.SMTP("127.0.0.1", server.smtp_port, "tests") as smtp:
        print(smtp.sendmail("a@agency.test", ["yes@guest.test", "no@guest.test"], b"x"))
    with eventlet.Timeout(20, RuntimeError("nothing arrived")):
        while not server.mails("yes@guest.test"):
            eventlet.sleep(0.02)
"""


def test_a_killed_server_comes_back_with_all_that_it_took() -> None:
    with MailServer() as server:
        ports = (server.smtp_port, server.imap_port)
        taken = {send(server, "a@agency.test", "load@guest.test") for _ in range(30)}
        stopping = threading.Event()

        def keep_sending() -> None:
            while not stopping.is_set():
                try:
                    taken.add(send(server, "a@agency.test", "load@guest.test"))
                except (OSError, smtplib.SMTPException):
                    stopping.wait(0.01)

        thread = threading.Thread(target=keep_sending)
        thread.start()
        for _ in range(3):
            count = len(taken)
            assert eventually(lambda count=count: len(taken) > count + 10)  # type: ignore[misc]
            server.kill()
            assert not server.running
            assert not processes_of(server.folder)
            server.start()
        stopping.set()
        thread.join(30)
        assert (server.smtp_port, server.imap_port) == ports
        assert eventually(lambda: taken <= set(server.message_ids("load@guest.test")), 30)


def test_mail_waits_while_dovecot_is_away() -> None:
    with MailServer() as server:
        server.dovecot.kill()
        assert not server.running
        number = send(server, "a@agency.test", "b@guest.test")
        server.start()
        (mail,) = arrived(server, "b@guest.test")
        assert mail["Message-ID"] == number


def test_data_and_ports_outlive_a_close_of_a_kept_folder() -> None:
    folder = Path("/tmp", f"fairlead-mail-test-{os.getpid()}")  # tmp_path is root's alone
    try:
        with MailServer(folder) as server:
            port, password = server.smtp_port, server.password
            number = send(server, "a@agency.test", "b@guest.test")
            arrived(server, "b@guest.test")
        assert not processes_of(folder)
        with MailServer(folder) as again:
            assert (again.smtp_port, again.password) == (port, password)
            assert set(again.message_ids("b@guest.test")) == {number}
    finally:
        subprocess.run(["rm", "-rf", str(folder)], check=True)


def test_servers_run_side_by_side() -> None:
    with MailServer() as one, MailServer(domains=["other.test"]) as other:
        send(one, "a@agency.test", "b@guest.test")
        send(other, "a@agency.test", "b@other.test")
        arrived(one, "b@guest.test")
        arrived(other, "b@other.test")
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(other, "a@agency.test", "b@guest.test")
        assert len(one.message_ids()) == len(other.message_ids()) == 1
    assert not one.folder.exists()
    assert not other.folder.exists()


def test_it_listens_on_loopback_alone() -> None:
    with MailServer() as server:
        ports = {*server.postfix.ports.values(), *server.dovecot.ports.values()}
        listening = _listening(ports)
    assert listening == dict.fromkeys(ports, "0100007F")


def _listening(ports: set[int]) -> dict[int, str]:
    """The address, in hexadecimal, on which each of these ports is listened to."""
    listening = {}
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text(encoding="ascii").splitlines()[1:]:
            address, _, port = line.split()[1].partition(":")
            if line.split()[3] == "0A" and int(port, 16) in ports:
                listening[int(port, 16)] = address
    return listening


def test_without_root_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ServerError, match="Postfix runs only as root"):
        MailServer()


def test_no_process_is_left_when_the_owner_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        folder = Path(os.fsdecode(owner.stdout.readline().strip()))
        assert processes_of(folder)
        owner.send_signal(signal.SIGKILL)
    assert eventually(lambda: not processes_of(folder))
    subprocess.run(["rm", "-rf", str(folder)], check=True)


def test_it_serves_a_process_patched_by_eventlet() -> None:
    command = [sys.executable, "-W", "ignore", "-c", PATCHED]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50, check=False)
    assert "no@guest.test" in done.stdout, done.stderr
    assert "yes@guest.test" not in done.stdout
    assert done.returncode == 0, done.stderr


def test_dovecot_runs_without_postfix() -> None:
    with Dovecot() as dovecot:
        assert dovecot.mails("a@agency.test") == []
        assert dovecot.message_ids() == {}
