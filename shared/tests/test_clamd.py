"""The virus checker's client: against a stand-in, and a real clamd where one is installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead.clamd import Away, Clamd, Refused, parse
from fairlead.testing.clamd import EICAR, FakeClamd, fake_clamd

pytestmark = pytest.mark.green


@pytest.fixture
def clamd() -> Iterator[FakeClamd]:
    with fake_clamd() as running:
        yield running


def test_what_holds_no_virus_passes_whole(clamd: FakeClamd) -> None:
    content = os.urandom(300_000)
    assert Clamd("127.0.0.1", clamd.port).scan(content) is None
    assert Clamd("127.0.0.1", clamd.port).scan(b"") is None
    assert clamd.scanned == [content, b""]


@pytest.mark.parametrize("before", [0, 65_530, 200_000])
def test_a_virus_is_named_wherever_it_is(before: int, clamd: FakeClamd) -> None:
    found = Clamd("127.0.0.1", clamd.port).scan(b"\0" * before + EICAR)
    assert found == "Eicar-Signature"


@pytest.mark.parametrize("size", [1001, 70_000, 8_000_000])
def test_what_is_too_large_for_it_is_refused(size: int) -> None:
    """However much was sent before it said so."""
    with fake_clamd(limit=1000) as small, pytest.raises(Refused, match="larger than"):
        Clamd("127.0.0.1", small.port).scan(b"\0" * size)


def test_one_that_is_away_or_silent_is_away(clamd: FakeClamd) -> None:
    clamd.silent = True
    begun = time.monotonic()
    with pytest.raises(Away):
        Clamd("127.0.0.1", clamd.port, total=0.3).scan(b"x")
    assert time.monotonic() - begun < 5
    clamd.stop()
    with pytest.raises(Away):
        Clamd("127.0.0.1", clamd.port).scan(b"x")
    with pytest.raises(Away):
        Clamd(path="/nowhere/clamd.sock").scan(b"x")


def test_what_is_no_clamd_never_clears_a_file() -> None:
    import eventlet

    for answer in (b"", b"HTTP/1.1 400\r\n\r\n", b"stream: OK FOUND ERROR\0", b"OK\0", b"\0"):
        with socket.create_server(("127.0.0.1", 0)) as listening:

            def talk(server: socket.socket = listening, answer: bytes = answer) -> None:
                with server.accept()[0] as line:
                    line.recv(1000)
                    line.sendall(answer)

            eventlet.spawn(talk)
            with pytest.raises(Away):
                Clamd("127.0.0.1", listening.getsockname()[1], total=5).scan(b"x")


def test_a_setting_names_it() -> None:
    assert parse("") is None
    assert parse("clamd:3310") == Clamd("clamd", 3310)
    assert parse("[::1]:3310") == Clamd("::1", 3310)
    assert parse("/run/clamd.sock") == Clamd(path="/run/clamd.sock")
    for wrong in ("clamd", ":3310", "clamd:", "clamd:0", "clamd:x", "clamd:99999"):
        with pytest.raises(ValueError, match="neither"):
            parse(wrong)


@pytest.mark.servers
@pytest.mark.skipif(shutil.which("clamd") is None, reason="no clamd is installed")
def test_a_real_clamd_finds_the_test_virus(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "test.ndb").write_text(f"Test.Eicar:0:*:{EICAR.hex()}\n")
    path = tmp_path / "clamd.sock"
    config = tmp_path / "clamd.conf"
    config.write_text(
        f"LocalSocket {path}\nDatabaseDirectory {tmp_path}\nForeground yes\nStreamMaxLength 1M\n"
    )
    process = subprocess.Popen(["clamd", "-c", str(config)], stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 50
        while not path.exists():
            assert process.poll() is None, "clamd ended"
            assert time.monotonic() < until, "clamd does not listen"
            time.sleep(0.1)
        real = Clamd(path=str(path))
        assert real.scan(b"hello") is None
        assert "Eicar" in str(real.scan(EICAR))
        with pytest.raises(Refused):
            real.scan(b"\0" * 3_000_000)
    finally:
        process.kill()
        process.wait()
