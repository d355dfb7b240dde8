"""Sessions at rest: sealed on the disk, whatever happens, and of no use without their key."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.kinds import Secret
from fairlead.secrets import Undecryptable, Vault, new_key
from whatsapp_gateway.linked.keys import SessionKeys
from whatsapp_gateway.linked.protocol import commands, events
from whatsapp_gateway.linked.protocol.commands import SESSION_KEY
from whatsapp_gateway.linked.protocol.events import Phase
from whatsapp_gateway.linked.worker import sealed

if TYPE_CHECKING:
    from scripts.servers.whatsapp.server import StandIn

    from .working import Working

Begin = Callable[..., "Working"]
KEY = bytes(range(SESSION_KEY))
PAGES = st.binary(min_size=sealed.PAGE, max_size=sealed.PAGE)


@given(content=PAGES, place=st.integers(0, 2**30))
def test_a_page_comes_back_from_its_own_place_alone(content: bytes, place: int) -> None:
    pages = sealed.Pages(KEY[:64])
    hidden = pages.sealed(content, place * sealed.PAGE)
    assert hidden != content
    assert pages.opened(hidden, place * sealed.PAGE) == content
    assert pages.opened(hidden, (place + 1) * sealed.PAGE) != content


@given(
    pieces=st.lists(st.binary(min_size=1, max_size=100), min_size=1, max_size=20),
    start=st.binary(min_size=16, max_size=16),
)
def test_a_journal_is_one_stream_however_it_is_written(pieces: list[bytes], start: bytes) -> None:
    whole, hidden = b"".join(pieces), b""
    for piece in pieces:
        hidden += sealed.streamed(KEY[64:], start, piece, len(hidden))
    assert sealed.streamed(KEY[64:], start, hidden, 0) == whole
    half = len(whole) // 2
    assert sealed.streamed(KEY[64:], start, hidden[half:], half) == whole[half:]


def test_a_session_in_the_clear_is_sealed_once(tmp_path: Path) -> None:
    path = tmp_path / "session.db"
    sealed.seal(path, KEY)  # there is none
    with sqlite3.connect(path) as plain:
        plain.execute("PRAGMA page_size=1024")
        plain.execute("CREATE TABLE keys (secret TEXT)")
        plain.execute("INSERT INTO keys VALUES ('the secret of secrets')")
    plain.close()
    assert b"the secret of secrets" in path.read_bytes()
    sealed.seal(path, KEY)
    once = path.read_bytes()
    assert b"the secret of secrets" not in once
    sealed.seal(path, KEY)
    assert path.read_bytes() == once
    opened = tmp_path / "opened.db"
    opened.write_bytes(sealed.Pages(KEY[:64]).opened(once, 0))
    with sqlite3.connect(opened) as plain:
        assert plain.execute("SELECT secret FROM keys").fetchall() == [("the secret of secrets",)]
    plain.close()
    with pytest.raises(ValueError, match="another key"):
        sealed.seal(path, KEY[::-1])


def test_a_numbers_key_is_its_own_and_its_organisations(tmp_path: Path) -> None:
    vault, ours = Vault([Secret(new_key())]), uuid4()
    keys = SessionKeys(vault)
    key = keys.of(tmp_path / "one", ours)
    assert len(key) == SESSION_KEY
    assert keys.of(tmp_path / "one", ours) == key
    assert keys.of(tmp_path / "two", ours) != key
    stored = tmp_path / "one" / "session.key"
    assert stored.stat().st_mode & 0o777 == 0o600
    assert key not in stored.read_bytes()
    with pytest.raises(Undecryptable):
        keys.of(tmp_path / "one", uuid4())
    with pytest.raises(Undecryptable):
        SessionKeys(Vault([Secret(new_key())])).of(tmp_path / "one", ours)


@pytest.mark.servers
def test_nothing_of_a_session_lies_in_the_clear(begin: Begin, standin: StandIn) -> None:
    worker = begin(session=False)
    worker.tell(commands.Pair())
    standin.scan(worker.heard(events.Qr).code)
    worker.phase(Phase.OPEN)
    for _ in range(200):  # while it writes, too
        for path in worker.folder.glob("session.db*"):
            content = _content(path)
            assert not content.startswith(sealed.PLAIN)
            assert b"whatsmeow_" not in content
            assert standin.world.own.encode() not in content
    session = worker.folder / "session.db"
    assert b"whatsmeow_identity_keys" in sealed.Pages(KEY[:64]).opened(session.read_bytes(), 0)
    worker.kill()
    begin(again=worker).connected()


@pytest.mark.servers
def test_a_session_of_before_goes_on_sealed_and_with_no_other_key(
    begin: Begin, standin: StandIn
) -> None:
    worker = begin(session=False, key=b"")
    worker.tell(commands.Pair())
    standin.scan(worker.heard(events.Qr).code)
    worker.phase(Phase.OPEN)
    worker.close()
    session = worker.folder / "session.db"
    assert session.read_bytes().startswith(sealed.PLAIN)
    again = begin(again=worker).connected()
    again.close()
    assert b"whatsmeow_" not in session.read_bytes()
    other = begin(again=worker, key=os.urandom(SESSION_KEY))
    assert other.process.wait(30) != 0
    assert "another key" in other.log.read_text(encoding="utf-8")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""  # a journal is gone when its transaction ends
