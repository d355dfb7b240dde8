"""The file store: one suite for the folder and for S3 (moto's server, over HTTP)."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import socket
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import boto3  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead import files, s3
from fairlead.errors import Invalid, NotFound, Unavailable
from fairlead.files import CHUNK, FileStore, Folder, open_store
from fairlead.settings import BadSettings

# Fixed: they stand in names of tests, which every worker of a run must agree on.
OURS = UUID("7d0c6a52-0c1e-4d1a-9b57-1f0d6a3e9c01")
THEIRS = UUID("2b8f1e6c-5a43-4f5e-8d1b-6c9e0a7b4d12")
HELLO = b"Dobr\xc3\xbd den"

BAD_KEYS = [
    "",
    "/",
    "..",
    f"{OURS}",
    f"{OURS}/",
    f"{OURS}/../{OURS}/{'a' * 64}",
    f"{OURS}/{'A' * 64}",
    f"{OURS}/{'a' * 63}",
    f"{OURS}/{'a' * 64}\n",
    f"{OURS}/{'a' * 64}/x",
    f"../{OURS}/{'a' * 64}",
    f"/etc/passwd{'a' * 64}",
    f"{str(OURS).upper()}/{'a' * 64}",
    f"{OURS}\\{'a' * 64}",
    f"{OURS}/{'a' * 62}%2",
    "\0" * 101,
]


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class FileStoreSuite(ABC):
    """What every file store does."""

    @pytest.fixture
    @abstractmethod
    def store(self, request: pytest.FixtureRequest) -> FileStore:
        """An empty store."""

    @abstractmethod
    def names(self, store: Any) -> list[str]:
        """The names of all that is stored, unfinished uploads included."""

    def test_what_is_put_is_read(self, store: FileStore) -> None:
        stored = store.put(OURS, HELLO)
        assert stored.sha256 == hashlib.sha256(HELLO).hexdigest()
        assert (stored.key, stored.size) == (f"{OURS}/{stored.sha256}", len(HELLO))
        assert store.read(OURS, stored.key) == HELLO
        assert store.exists(OURS, stored.key)

    def test_nothing_is_a_content_too(self, store: FileStore) -> None:
        stored = store.put(OURS, b"")
        assert stored.size == 0
        assert store.read(OURS, stored.key) == b""

    def test_a_large_content_streams_in_and_out(self, store: FileStore) -> None:
        content = os.urandom(5 * CHUNK + 7)
        whole = store.put(OURS, content)
        assert store.put(OURS, io.BytesIO(content)) == whole
        assert store.put(OURS, iter([content[:9], content[9:]])) == whole
        parts = []
        with store.open(OURS, whole.key) as stream:
            while part := stream.read(100_000):
                assert len(part) <= 100_000
                parts.append(part)
        assert b"".join(parts) == content

    def test_equal_content_is_stored_once(self, store: FileStore) -> None:
        with ThreadPoolExecutor(8) as pool:
            stored = set(pool.map(lambda _: store.put(OURS, HELLO * 50_000), range(8)))
        assert len(stored) == 1
        assert len(self.names(store)) == 1

    def test_another_organisations_key_does_not_exist(self, store: FileStore) -> None:
        stored = store.put(THEIRS, HELLO)
        assert not store.exists(OURS, stored.key)
        for refused in (store.open, store.read, store.delete):
            with pytest.raises(NotFound):
                refused(OURS, stored.key)
        with pytest.raises(NotFound):
            store.read(OURS, f"{OURS}/{stored.sha256}")
        assert store.read(THEIRS, stored.key) == HELLO

    @pytest.mark.parametrize("key", BAD_KEYS)
    def test_what_is_no_key_does_not_exist(self, store: FileStore, key: str) -> None:
        assert not store.exists(OURS, key)
        for refused in (store.open, store.read, store.delete):
            with pytest.raises(NotFound):
                refused(OURS, key)

    def test_a_content_beyond_the_limit_leaves_nothing(self, store: FileStore) -> None:
        assert store.put(OURS, HELLO, limit=len(HELLO)).size == len(HELLO)
        for content in (HELLO, io.BytesIO(HELLO), iter([HELLO, HELLO])):
            with pytest.raises(Invalid) as caught:
                store.put(THEIRS, content, limit=len(HELLO) - 1)
            assert caught.value.details["errors"][0]["field"] == "file"
        assert len(self.names(store)) == 1

    def test_an_endless_stream_is_left_at_the_limit(self, store: FileStore) -> None:
        taken = 0

        def endless() -> Iterator[bytes]:
            nonlocal taken
            while True:
                taken += 1
                yield b"x" * 1000

        with pytest.raises(Invalid):
            store.put(OURS, endless(), limit=10_000)
        assert taken == 11

    def test_a_stream_that_breaks_leaves_nothing(self, store: FileStore) -> None:
        def broken() -> Iterator[bytes]:
            yield HELLO
            raise ConnectionResetError

        with pytest.raises((ConnectionResetError, Unavailable)):
            store.put(OURS, broken())
        assert self.names(store) == []

    def test_deleting_twice_is_deleting_once(self, store: FileStore) -> None:
        ours, theirs = store.put(OURS, HELLO), store.put(THEIRS, HELLO)
        store.delete(OURS, ours.key)
        store.delete(OURS, ours.key)
        assert not store.exists(OURS, ours.key)
        assert store.exists(THEIRS, theirs.key)
        assert store.put(OURS, HELLO) == ours
        assert store.read(OURS, ours.key) == HELLO

    def test_a_stream_begins_where_it_is_told(self, store: FileStore) -> None:
        stored = store.put(OURS, b"0123456789")
        for start in (0, 1, 9):
            with store.open(OURS, stored.key, start=start) as stream:
                assert stream.read() == b"0123456789"[start:]

    def test_what_was_stored_before_a_moment_is_listed(self, store: FileStore) -> None:
        ours = {store.put(OURS, bytes([number])).key for number in range(5)}
        theirs = store.put(THEIRS, HELLO).key
        assert list(store.idle(now() - dt.timedelta(hours=1))) == []
        listed: dict[UUID, set[str]] = {}
        for organisation, keys in store.idle(now() + dt.timedelta(hours=1)):
            listed.setdefault(organisation, set()).update(keys)
        assert listed == {OURS: ours, THEIRS: {theirs}}

    def test_what_was_stored_again_is_not_discarded(self, store: FileStore) -> None:
        stored = store.put(OURS, HELLO)
        assert not store.discard(OURS, stored.key, now() - dt.timedelta(hours=1))
        assert store.read(OURS, stored.key) == HELLO
        with pytest.raises(NotFound):
            store.discard(THEIRS, stored.key, now())

    def test_what_is_idle_is_discarded_for_good(
        self, store: FileStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(s3, "MARKED", dt.timedelta(0))
        stored, other = store.put(OURS, HELLO), store.put(OURS, b"other")
        later = now() + dt.timedelta(hours=1)
        gone = [store.discard(OURS, stored.key, later) for _ in range(3)]
        assert gone[1:] == [True, True]
        assert self.names(store) == self.names_of(store, other.key)
        assert store.put(OURS, HELLO) == stored
        assert store.read(OURS, stored.key) == HELLO

    def names_of(self, store: Any, key: str) -> list[str]:
        return [name for name in self.names(store) if name.endswith(key.rpartition("/")[2])]

    def test_a_working_store_passes_its_check(self, store: FileStore) -> None:
        store.check()
        assert self.names(store) == []


class TestFolder(FileStoreSuite):
    @pytest.fixture
    def store(self, request: pytest.FixtureRequest) -> FileStore:
        return open_store(str(request.getfixturevalue("tmp_path") / "files"))

    def names(self, store: Folder) -> list[str]:
        return [str(path) for path in store._root.rglob("*") if path.is_file()]

    def test_who_stores_while_it_is_discarded_has_it(self, store: Folder) -> None:
        """Many times over, as two threads meet where they will."""
        key = store.put(OURS, HELLO).key
        path = store._path(OURS, key.rpartition("/")[2])
        for _ in range(200):
            store.put(OURS, HELLO)
            os.utime(path, (1, 1))
            with ThreadPoolExecutor(2) as pool:
                discarding = pool.submit(store.discard, OURS, key, now() - dt.timedelta(hours=1))
                pool.submit(store.put, OURS, HELLO).result()
                discarding.result()
            assert store.read(OURS, key) == HELLO
        assert len(self.names(store)) == 1

    def test_files_are_private(self, store: Folder) -> None:
        store.put(OURS, HELLO)
        for path in store._root.rglob("*"):
            assert path.stat().st_mode & 0o077 == 0

    def test_a_process_killed_in_the_middle_leaves_no_file(self, tmp_path: Path) -> None:
        code = """
            import os, signal, sys, uuid
            from pathlib import Path
            from fairlead.files import Folder
            def content():
                yield b"half"
                os.kill(os.getpid(), signal.SIGKILL)
            Folder(Path(sys.argv[1])).put(uuid.UUID(int=1), content())
        """
        done = run(code, str(tmp_path))
        assert done.returncode == -9
        (left,) = self.names(Folder(tmp_path))
        assert Path(left).parent.name == ".incoming"

        os.utime(left, (time.time() - files.STALE - 60,) * 2)
        assert self.names(Folder(tmp_path)) == []

    def test_a_store_that_is_away_says_so(self, tmp_path: Path) -> None:
        store = Folder(tmp_path / "files")
        (tmp_path / "files" / ".incoming").rmdir()
        (tmp_path / "files").rmdir()
        for refused in (store.check, lambda: store.put(OURS, HELLO)):
            with pytest.raises(Unavailable, match="ENOENT"):
                refused()

    def test_a_slow_disk_stops_no_other_greenlet(self, tmp_path: Path) -> None:
        code = """
            import eventlet
            eventlet.monkey_patch()
            import json, os, sys, time, uuid
            from pathlib import Path
            from eventlet import patcher
            from fairlead.files import Folder
            really_sleep = patcher.original("time").sleep
            os.fsync = lambda descriptor: really_sleep(0.5)
            ticks = []
            def tick():
                while True:
                    ticks.append(time.monotonic())
                    eventlet.sleep(0.01)
            eventlet.spawn(tick)
            eventlet.sleep(0.05)
            begun = time.monotonic()
            stored = Folder(Path(sys.argv[1])).put(uuid.UUID(int=1), b"x" * 20_000_000)
            ticks.append(time.monotonic())
            gaps = [b - a for a, b in zip(ticks, ticks[1:])]
            print(json.dumps({"took": time.monotonic() - begun, "gap": max(gaps)}))
        """
        done = run(code, str(tmp_path))
        result = json.loads(done.stdout)
        assert result["took"] >= 1.0, "fsync of the file and of its folder"
        assert result["gap"] < 0.4


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in a process of its own, which may monkey-patch."""
    lines = code.splitlines()
    indent = len(lines[1]) - len(lines[1].lstrip())
    return subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            "\n".join(line[indent:] for line in lines),
            *arguments,
        ],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of moto's S3 server, which runs in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 40
        while True:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, "moto's server ended"
            assert time.monotonic() < deadline, "moto's server does not listen"
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that moto takes, and nothing of this machine's own AWS settings."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)


class TestBucket(FileStoreSuite):
    @pytest.fixture
    def bucket(self, endpoint: str, aws: None) -> str:
        name = f"files-{uuid4().hex}"
        client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
        client.create_bucket(Bucket=name)
        return name

    @pytest.fixture
    def store(self, request: pytest.FixtureRequest) -> FileStore:
        bucket, endpoint = (request.getfixturevalue(name) for name in ("bucket", "endpoint"))
        return open_store(f"s3://{bucket}/some/prefix?endpoint={endpoint}&region=us-east-1")

    def names(self, store: Any) -> list[str]:
        found = store._client.list_objects_v2(Bucket=store._bucket).get("Contents", [])
        return [entry["Key"] for entry in found]

    def test_objects_stand_under_the_prefix(self, store: Any) -> None:
        stored = store.put(OURS, HELLO)
        assert self.names(store) == [f"some/prefix/{stored.key}"]

    def test_what_is_there_is_not_sent_again(self, store: Any) -> None:
        sent: list[str] = []
        events = store._client.meta.events
        events.register("before-call.s3", lambda model, **rest: sent.append(model.name))
        store.put(OURS, HELLO)
        store.put(OURS, HELLO)
        assert sent == ["HeadObject", "HeadObject", "PutObject", "HeadObject", "HeadObject"]

    def test_a_content_waits_marked_before_it_goes(self, store: Any) -> None:
        stored = store.put(OURS, HELLO)
        later = now() + dt.timedelta(hours=1)
        assert not store.discard(OURS, stored.key, later)
        assert not store.discard(OURS, stored.key, later), "the mark is younger than an hour"
        assert len(self.names(store)) == 2
        store.put(OURS, HELLO)
        assert self.names(store) == [f"some/prefix/{stored.key}"], "who stores takes the mark away"

    def test_who_stores_between_mark_and_end_has_it(
        self, store: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(s3, "MARKED", dt.timedelta(0))
        stored = store.put(OURS, HELLO)
        later = now() + dt.timedelta(hours=1)
        store.discard(OURS, stored.key, later)
        events = store._client.meta.events

        def meet(model: Any, **rest: Any) -> None:
            if model.name == "DeleteObject":  # just before the content goes
                events.unregister("before-call.s3", meet)
                store.put(OURS, HELLO)

        events.register("before-call.s3", meet)
        assert not store.discard(OURS, stored.key, later)
        assert store.read(OURS, stored.key) == HELLO

    def test_a_missing_bucket_fails_the_check(self, endpoint: str, aws: None) -> None:
        store = open_store(f"s3://absent-{uuid4().hex}?endpoint={endpoint}&region=us-east-1")
        with pytest.raises(Unavailable, match="no such bucket"):
            store.check()

    def test_a_server_that_is_away_says_so(self, aws: None) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
        store = open_store(f"s3://b?endpoint=http://127.0.0.1:{port}&region=us-east-1")
        for refused in (
            store.check,
            lambda: store.put(OURS, HELLO),
            lambda: store.read(OURS, f"{OURS}/{'a' * 64}"),
        ):
            with pytest.raises(Unavailable, match="EndpointConnectionError"):
                refused()

    def test_a_slow_server_stops_no_other_greenlet(self, aws: None) -> None:
        """Eight reads of half a second each, at once, under monkey-patching."""
        code = """
            import eventlet
            eventlet.monkey_patch()
            import json, sys, time, uuid
            from fairlead.files import open_store
            store = open_store(sys.argv[1])
            key = f"{uuid.UUID(int=1)}/{'a' * 64}"
            store.read(uuid.UUID(int=1), key)
            pool = eventlet.GreenPool()
            begun = time.monotonic()
            read = list(pool.imap(lambda _: store.read(uuid.UUID(int=1), key), range(8)))
            print(json.dumps({"took": time.monotonic() - begun, "read": len(read)}))
        """
        with slow_server() as address:
            done = run(code, f"s3://b?endpoint={address}&region=us-east-1")
        result = json.loads(done.stdout)
        assert result["read"] == 8
        assert result["took"] < 2.0, "one after the other they take 4 s"


class SlowServer(ThreadingHTTPServer):
    """Answers every request after half a second."""

    daemon_threads = True

    def __enter__(self) -> str:  # type: ignore[override]
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{self.server_port}"

    def __exit__(self, *error: object) -> None:
        self.shutdown()
        self.server_close()


def slow_server() -> SlowServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(0.5)
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:
            pass

    return SlowServer(("127.0.0.1", 0), Handler)


@pytest.mark.parametrize(
    "location",
    [
        "s3://",
        "s3://b?x=1",
        "s3://b?endpoint=http://h&acl=public",
        "s3://b?endpoint=nonsense",
        "http://h/b",
        "ftp://h",
        f"{__file__}/folder",
    ],
)
def test_a_location_that_is_none_is_refused(location: str) -> None:
    with pytest.raises(BadSettings, match="FAIRLEAD_FILES: "):
        open_store(location)


@given(st.uuids(), st.text(alphabet="0123456789abcdefABCDEF-/.\\%\0", max_size=110) | st.text())
def test_no_text_but_a_key_of_ones_own_passes(organisation: UUID, text: str) -> None:
    for key in (text, f"{organisation}/{text}", f"{organisation}{text}"):
        try:
            sha256 = files.hash_of(organisation, key)
        except NotFound:
            continue
        assert key == f"{organisation}/{sha256}"
        assert bytes.fromhex(sha256)
        assert len(sha256) == 64
