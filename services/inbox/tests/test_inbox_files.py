"""Files are checked, drawn and swept; on both databases, with real contents."""

from __future__ import annotations

import datetime as dt
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import msgspec
import pytest
from PIL import Image

from contracts.channels import EmailQueued
from contracts.common import FileRef
from contracts.files import FileHolder
from contracts.inbox import ConversationChanged, File, FileState, PictureSize
from contracts.samples import sample
from fairlead.bus import publish
from fairlead.clamd import Clamd
from fairlead.context import Role, service_context
from fairlead.errors import Forbidden, NotFound, Unavailable
from fairlead.files import Folder
from fairlead.service import EVERYWHERE
from fairlead.store.lease import Lease
from fairlead.testing.clamd import EICAR, FakeClamd, fake_clamd
from inbox.checking import Checker, corrected
from inbox.settings import InboxSettings
from inbox.store.files import FileRow, PictureRow
from inbox.sweeping import Sweeper
from inbox.testing import received
from inbox.testing.desk import Desk


@pytest.fixture
def stored(desk: Desk, tmp_path: Path) -> Folder:
    folder = Folder(tmp_path / "files")
    desk._service.files = folder
    return folder


@pytest.fixture
def clamd() -> Iterator[FakeClamd]:
    with fake_clamd(limit=1_000_000) as running:
        yield running


def watched_by(desk: Desk, port: int) -> Clamd:
    """Files wait for this virus checker from now on."""
    settings = InboxSettings.read("inbox", {"FAIRLEAD_CLAMD": f"127.0.0.1:{port}"})
    desk._service.config = settings
    assert settings.clamd is not None
    return settings.clamd


def checker(desk: Desk, stored: Folder, scanner: Clamd | None = None) -> Checker:
    return Checker(desk._service.store, stored, scanner)


def make_due(desk: Desk) -> None:
    with desk.database.transaction(EVERYWHERE) as session:
        for row in session.query(FileRow):
            row.due_at = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


def photo(size: tuple[int, int] = (640, 320)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, "JPEG")
    return out.getvalue()


def ref(desk: Desk, stored: Folder, content: bytes, name: str, kind: str) -> FileRef:
    put = stored.put(desk.organisation, content)
    return FileRef(key=put.key, name=name, content_type=kind, size=put.size)


def added(desk: Desk, stored: Folder, content: bytes, name: str, kind: str = "image/jpeg") -> File:
    file: File = desk.call("add_file", file=ref(desk, stored, content, name, kind))
    return file


def test_an_image_gets_its_pictures(desk: Desk, stored: Folder) -> None:
    file = added(desk, stored, photo(), "beach.jpg")
    assert (file.state, file.prepared) == (FileState.UNCHECKED, False)
    while checker(desk, stored).work_some():
        pass
    known: File = desk.call("get_file", id=file.id)
    assert known.prepared
    assert known.shown
    assert (known.width, known.height) == (640, 320)
    assert [(each.size, each.width) for each in known.pictures] == [
        (PictureSize.SMALL, 160),
        (PictureSize.MEDIUM, 480),
        (PictureSize.LARGE, 640),
    ]
    small = stored.read(desk.organisation, known.pictures[0].key)
    assert Image.open(io.BytesIO(small)).size == (160, 80)


def test_a_lie_about_the_kind_is_corrected(desk: Desk, stored: Folder) -> None:
    page = added(desk, stored, b"<html><script>alert(1)</script></html>", "a.jpg", "image/jpeg")
    double = added(desk, stored, photo() + b"PK\5\6" + b"\0" * 18, "b.jpg", "image/jpeg")
    while checker(desk, stored).work_some():
        pass
    known = desk.call("get_file", id=page.id)
    assert (known.file.content_type, known.shown) == ("text/html", False)
    known = desk.call("get_file", id=double.id)
    assert (known.file.content_type, known.shown) == ("image/jpeg", False)


@pytest.mark.parametrize(
    ("said", "found", "wanted"),
    [
        ("text/x-log", "text/plain", "text/x-log"),
        ("application/x-pages", "application/zip", "application/x-pages"),
        ("image/jpeg", "application/octet-stream", "application/octet-stream"),
        ("image/jpeg", "text/html", "text/html"),
        ("text/plain", "image/png", "image/png"),
    ],
)
def test_the_content_is_right(said: str, found: str, wanted: str) -> None:
    assert corrected(said, found) == wanted


def test_a_file_waits_until_the_check_has_spoken(
    desk: Desk, stored: Folder, clamd: FakeClamd
) -> None:
    scanner = watched_by(desk, clamd.port)
    good = added(desk, stored, photo(), "beach.jpg")
    bad = added(desk, stored, EICAR, "invoice.pdf", "application/pdf")
    large = added(desk, stored, os.urandom(1_000_001), "film.mp4", "video/mp4")
    assert {each.state for each in (good, bad, large)} == {FileState.WAITING}
    while checker(desk, stored, scanner).work_some():
        pass
    good, bad, large = (desk.call("get_file", id=each.id) for each in (good, bad, large))
    assert (good.state, len(good.pictures)) == (FileState.CLEAN, 3)
    assert (bad.state, bad.reason) == (FileState.INFECTED, "holds a virus: Eicar-Signature")
    assert (bad.shown, bad.pictures) == (False, [])
    assert large.state is FileState.BLOCKED


def test_a_check_that_is_away_is_asked_again(desk: Desk, stored: Folder, clamd: FakeClamd) -> None:
    scanner = watched_by(desk, clamd.port)
    clamd.stop()
    file = added(desk, stored, photo(), "beach.jpg")
    assert checker(desk, stored, scanner).work_some()
    assert desk.call("get_file", id=file.id).state is FileState.WAITING
    assert not desk.call("get_file", id=file.id).prepared
    with fake_clamd() as back:
        make_due(desk)
        assert checker(desk, stored, Clamd("127.0.0.1", back.port)).work_some()
    assert desk.call("get_file", id=file.id).state is FileState.CLEAN


def test_a_file_of_a_message_is_shown_when_it_is_known(
    desk: Desk, stored: Folder, clamd: FakeClamd
) -> None:
    scanner = watched_by(desk, clamd.port)
    files = [
        ref(desk, stored, photo(), "beach.jpg", "image/jpeg"),
        ref(desk, stored, EICAR, "invoice.doc", "application/msword"),
    ]
    message = received(uuid4(), "joao@example.test", attachments=files)
    desk.hear("take_message", message)
    first = desk.call("get_message", id=message.id)
    assert [each.state for each in first.attachments] == [FileState.WAITING] * 2
    while checker(desk, stored, scanner).work_some():
        pass
    photo_shown, virus = desk.call("get_message", id=message.id).attachments
    assert (photo_shown.state, photo_shown.width, len(photo_shown.pictures)) == (
        FileState.CLEAN,
        640,
        3,
    )
    assert (virus.state, virus.reason) == (FileState.INFECTED, "holds a virus: Eicar-Signature")
    told = [each for each in desk.told(ConversationChanged) if each.change == "file_checked"]
    assert len(told) == 2
    assert told[-1].message is not None


def test_a_worker_that_dies_leaves_its_file_to_another(desk: Desk, stored: Folder) -> None:
    file = added(desk, stored, photo(), "beach.jpg")

    class Dies(Exception):
        pass

    def die(*_: Any) -> bytes:
        raise Dies

    broken = checker(desk, stored)
    broken._stored = type("Broken", (), {"read": die})()
    with pytest.raises(Dies):
        broken.work_some()
    assert not checker(desk, stored).work_some(), "it is leased"
    with desk.database.transaction(EVERYWHERE) as session:
        session.query(FileRow).update({"lease_until": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)})
    assert checker(desk, stored).work_some()
    assert desk.call("get_file", id=file.id).prepared


class Holder:
    """Another service that keeps files."""

    def __init__(self, *keys: str) -> None:
        self.keys = set(keys)
        self.away = False

    def files_held(self, *, keys: list[str]) -> list[str]:
        if self.away:
            raise Unavailable("other.away", "not running")
        return [key for key in keys if key in self.keys]


class Own:
    """The inbox itself, as the sweeper asks it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def files_held(self, *, keys: list[str]) -> list[str]:
        held: list[str] = self.desk.call("files_held", role=Role.SERVICE, keys=keys)
        return held


def sweeper(desk: Desk, stored: Folder, *others: Holder) -> Sweeper:
    theirs = cast("list[FileHolder]", others)
    return Sweeper(desk._service.store, stored, [cast("FileHolder", Own(desk)), *theirs], theirs)


def grow_old(stored: Folder) -> None:
    for path in stored._root.rglob("*"):
        if path.is_file():
            os.utime(path, (1, 1))


def test_what_nobody_refers_to_goes_after_a_while(desk: Desk, stored: Folder) -> None:
    file = added(desk, stored, photo(), "beach.jpg")
    while checker(desk, stored).work_some():
        pass
    orphan = stored.put(desk.organisation, b"uploaded, and the process died").key
    theirs = stored.put(desk.organisation, b"of another service").key
    other = Holder(theirs)
    assert sweeper(desk, stored, other).sweep(86_400.0) == 0, "it is too young"
    grow_old(stored)
    with desk.database.transaction(EVERYWHERE) as session:
        session.execute(_leases().delete())
    assert sweeper(desk, stored, other).sweep(86_400.0) == 1
    assert not stored.exists(desk.organisation, orphan)
    assert stored.exists(desk.organisation, theirs)
    known = desk.call("get_file", id=file.id)
    for key in (known.file.key, *(each.key for each in known.pictures)):
        assert stored.exists(desk.organisation, key)
    grow_old(stored)
    stored.put(desk.organisation, b"one more")
    assert sweeper(desk, stored, other).sweep(86_400.0) == 0, "somebody swept today"


def _leases() -> Any:
    return Lease.__table__


def test_when_one_holder_is_away_nothing_goes(desk: Desk, stored: Folder) -> None:
    orphan = stored.put(desk.organisation, b"orphan").key
    grow_old(stored)
    other = Holder()
    other.away = True
    with pytest.raises(Unavailable):
        sweeper(desk, stored, other).discard(desk.organisation, [orphan], 0.0)
    assert stored.exists(desk.organisation, orphan)


def test_a_file_that_an_event_under_way_names_is_held(desk: Desk, stored: Folder) -> None:
    file = ref(desk, stored, photo(), "beach.jpg", "image/jpeg")
    message = received(uuid4(), "joao@example.test", attachments=[file])
    desk.hear("take_message", message)
    with desk.database.transaction(EVERYWHERE) as session:
        session.query(PictureRow).delete()
        session.query(FileRow).delete()
    assert Own(desk).files_held(keys=[file.key, f"{desk.organisation}/{'a' * 64}"]) == []
    desk.call("mark_read", id=desk.call("get_message", id=message.id).conversation_id)
    with desk.database.transaction(desk.organisation) as session:
        queued = msgspec.structs.replace(sample(EmailQueued), attachments=[file])
        publish(session, queued, context=service_context(desk.organisation))
    assert Own(desk).files_held(keys=[file.key]) == [file.key]


def test_erased_files_go_at_once_and_others_stay(desk: Desk, stored: Folder) -> None:
    file = added(desk, stored, b"%PDF-1.4 passport", "passport.pdf", "application/pdf")
    grow_old(stored)
    desk._service.sweeper = sweeper(desk, stored)

    def erased() -> Any:
        return desk.call("discard_files", role=Role.SERVICE, keys=[file.file.key])

    assert erased() == []
    with desk.database.transaction(EVERYWHERE) as session:
        session.query(FileRow).delete()
    assert erased() == [file.file.key]
    assert not stored.exists(desk.organisation, file.file.key)


@pytest.mark.parametrize("method", ["files_held", "discard_files"])
@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN, Role.SUPERVISOR, Role.USER])
def test_only_services_ask_what_is_held(desk: Desk, method: str, role: Role) -> None:
    with pytest.raises(Forbidden):
        desk.call(method, role=role, keys=[])


def test_another_organisations_files_are_not_there(desk: Desk, stored: Folder) -> None:
    file = added(desk, stored, photo(), "beach.jpg")
    with desk.elsewhere():
        for id in (file.id, uuid4(), UUID(int=0)):
            with pytest.raises(NotFound):
                desk.call("get_file", id=id)
        assert Own(desk).files_held(keys=[file.file.key]) == []
