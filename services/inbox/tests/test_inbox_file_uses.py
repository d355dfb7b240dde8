"""A file is shown as it is wherever it is used, and forgotten where nothing uses it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from PIL import Image

from contracts.common import FileRef
from contracts.files import FileChecked, FileHolder, FilesAttached
from contracts.inbox import (
    Attachment,
    CommentChanged,
    Draft,
    File,
    FileState,
    PictureSize,
    Recipient,
    SendAt,
)
from fairlead.context import Role
from fairlead.errors import Conflict, Invalid, NotFound, Unauthenticated, Unavailable
from fairlead.files import Folder
from fairlead.service import EVERYWHERE
from fairlead.testing.clamd import FakeClamd, fake_clamd
from inbox.checking import Checker
from inbox.forgetting import Forgetter
from inbox.settings import InboxSettings
from inbox.store.files import FileRow
from inbox.sweeping import Sweeper
from inbox.testing.team import LISBOA, Team


class Holder:
    """Another service that keeps files."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.away = False

    def files_held(self, *, keys: list[str]) -> list[str]:
        if self.away:
            raise Unavailable("other.away", "not running")
        return [key for key in keys if key in self.keys]


class Files:
    """What tests of files say often."""

    def __init__(self, team: Team, folder: Folder) -> None:
        self.team, self.desk, self.stored = team, team.desk, folder
        self.other = Holder()
        others = cast("list[FileHolder]", [self.other])
        self.sweeper = Sweeper(self.desk._service.store, folder, others, others)
        self.scanner: Any = None

    def watched_by(self, running: FakeClamd) -> None:
        """Files wait for this virus checker from now on."""
        settings = InboxSettings.read("inbox", {"FAIRLEAD_CLAMD": f"127.0.0.1:{running.port}"})
        self.desk._service.config = settings
        self.scanner = settings.clamd

    def add(self) -> UUID:
        """A photo that was uploaded."""
        out = io.BytesIO()
        Image.new("RGB", (64, 32), (uuid4().int % 256, 0, 90)).save(out, "JPEG")
        put = self.stored.put(self.desk.organisation, out.getvalue())
        ref = FileRef(key=put.key, name="beach.jpg", content_type="image/jpeg", size=put.size)
        file: File = self.desk.call("add_file", file=ref)
        return file.id

    def check(self) -> None:
        """Let everything be checked and drawn."""
        while Checker(self.desk._service.store, self.stored, self.scanner).work_some():
            pass

    def know(self, id: UUID) -> bool:
        """Whether there is still such a file."""
        try:
            self.desk.call("get_file", id=id)
        except NotFound:
            return False
        return True

    def forget(self, age: dt.timedelta = dt.timedelta(days=2)) -> int:
        """Let the sweeper forget what nobody uses, when everything is so old."""
        with self.desk.database.transaction(EVERYWHERE) as session:
            session.query(FileRow).update({"at": dt.datetime.now(dt.UTC) - age})
        return self.sweeper.forget_uploads(dt.datetime.now(dt.UTC) - dt.timedelta(days=1))


@pytest.fixture
def files(team: Team, tmp_path: Path) -> Files:
    folder = Folder(tmp_path / "files")
    team.desk._service.files = folder
    return Files(team, folder)


@pytest.fixture
def clamd() -> Iterator[FakeClamd]:
    with fake_clamd(limit=1_000_000) as running:
        yield running


def send(team: Team, *files: UUID, **fields: Any) -> UUID:
    message = team.answer(team.take(), attachments=list(files), **fields)
    return message.id


def shown(team: Team, id: UUID) -> list[Attachment]:
    found: list[Attachment] = team.desk.call("get_message", id=id).attachments
    return found


@pytest.mark.parametrize("watched", [False, True])
def test_a_comment_shows_what_was_found_out(files: Files, clamd: FakeClamd, watched: bool) -> None:
    team = files.team
    if watched:
        files.watched_by(clamd)
    file, talk = files.add(), team.take().conversation_id
    made = team.desk.call("add_comment", conversation_id=talk, text="look", attachments=[file])
    files.check()
    [now] = team.desk.call("list_comments", conversation_id=talk).comments
    [seen] = now.attachments
    assert seen.state is (FileState.CLEAN if watched else FileState.UNCHECKED)
    assert (seen.width, seen.pictures) == (64, [PictureSize.SMALL])
    assert team.desk.told(CommentChanged)[-1].comment == now
    edited = team.desk.call(
        "edit_comment", id=made.id, version=made.version, text="look!", attachments=[file]
    )
    assert edited.attachments == [seen]


def test_every_message_with_a_file_shows_what_was_found_out(files: Files) -> None:
    file = files.add()
    first, second = send(files.team, file), send(files.team, file)
    files.check()
    assert [each.width for each in shown(files.team, first)] == [64]
    assert [each.width for each in shown(files.team, second)] == [64]


def test_an_upload_that_nobody_used_is_forgotten_after_a_day(files: Files) -> None:
    file = files.add()
    files.check()
    assert files.forget(dt.timedelta(hours=23)) == 0
    assert files.forget() == 1
    assert not files.know(file)
    assert files.forget() == 0


def test_what_is_used_anywhere_stays(files: Files) -> None:
    team, desk = files.team, files.team.desk
    message = team.take()
    commented, drafted, planned, elsewhere = (files.add() for _ in range(4))
    sent = files.add()
    send(team, sent)
    made = desk.call(
        "add_comment",
        conversation_id=message.conversation_id,
        text="look",
        attachments=[commented],
    )
    draft = uuid4()
    desk.call("save_draft", id=draft, version=0, draft=Draft(attachments=[drafted]))
    later = SendAt(at=dt.datetime.now(dt.UTC) + dt.timedelta(days=3))
    waiting = desk.call(
        "schedule",
        draft=Draft(
            to=[Recipient(contact_id=LISBOA.id)],
            subject="Van",
            text="still on?",
            attachments=[planned],
            send_at=later,
        ),
        request_id="planned",
    )
    files.other.keys = {desk.call("get_file", id=elsewhere).file.key}
    assert files.forget() == 0
    desk.call("remove_comment", id=made.id, version=made.version)
    desk.call("discard_draft", id=draft)
    desk.call("withdraw_scheduled", id=waiting.id, version=waiting.version)
    files.other.keys = set()
    assert files.forget() == 4
    assert files.know(sent)


def test_a_message_that_came_keeps_its_files(files: Files) -> None:
    put = files.stored.put(files.desk.organisation, b"the list")
    came = FileRef(key=put.key, name="list.txt", content_type="text/plain", size=8)
    message = files.team.take(attachments=[came])
    assert files.forget() == 0
    assert files.know(message.attachments[0].id)


def test_nothing_is_forgotten_while_another_service_is_away(files: Files) -> None:
    file = files.add()
    files.other.away = True
    with pytest.raises(Unavailable):
        files.forget()
    assert files.know(file)


def test_a_message_with_a_forgotten_file_does_not_leave(files: Files) -> None:
    file = files.add()
    files.forget()
    with pytest.raises((Invalid, Conflict)) as caught:
        send(files.team, file)
    assert "attachments[0]" in str(caught.value.details)


def test_a_file_that_another_service_shows_is_told_when_it_is_checked(
    files: Files, clamd: FakeClamd
) -> None:
    files.watched_by(clamd)
    desk, id = files.team.desk, files.add()
    desk.hear("follow_files", FilesAttached(files=[id, uuid4()]))
    assert desk.told(FileChecked) == [], "there is nothing to say yet"
    files.check()
    [said] = desk.told(FileChecked)
    assert (said.file.id, said.file.state, said.file.width) == (id, FileState.CLEAN, 64)
    desk.hear("follow_files", FilesAttached(files=[id]))
    assert desk.told(FileChecked)[-1] == said, "who attaches it later is answered at once"
    with desk.elsewhere():
        desk.hear("follow_files", FilesAttached(files=[id]))
    assert len(desk.told(FileChecked)) == 2, "another organisation's is nobody's"


def test_what_a_service_holds_stays_until_it_is_shown(files: Files) -> None:
    desk, id = files.team.desk, files.add()
    held: list[File] = desk.call("hold_files", ids=[uuid4(), id])
    assert [each.id for each in held] == [id]
    with desk.elsewhere():
        assert desk.call("hold_files", role=Role.SERVICE, ids=[id]) == []
    with pytest.raises(Unauthenticated):
        desk.call("hold_files", role=Role.NOBODY, ids=[id])

    class Meanwhile(Holder):
        """While it is asked, somebody is about to show the file."""

        def files_held(self, *, keys: list[str]) -> list[str]:
            desk.call("hold_files", role=Role.SERVICE, ids=[id])
            return []

    others = cast("list[FileHolder]", [Meanwhile()])
    files.sweeper = Sweeper(desk._service.store, files.stored, others, others)
    assert files.forget() == 0
    assert files.know(id)


def test_a_file_that_others_forgot_goes_unless_a_message_shows_it(files: Files) -> None:
    desk, shown_here, gone = files.team.desk, files.add(), files.add()
    send(files.team, shown_here)
    file: File = desk.call("get_file", id=gone)
    desk._service.forgetter = Forgetter(desk._service.store, files.stored)
    ids = [shown_here, gone, uuid4()]
    done = desk.call("forget_copies", role=Role.SERVICE, ids=ids)
    assert (done.changed, done.files) == (1, [file.file.key])
    assert files.know(shown_here)
    assert not files.know(gone)
    assert desk.call("forget_copies", role=Role.SERVICE, ids=ids).changed == 0
