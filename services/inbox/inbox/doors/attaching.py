"""Files that messages carry, and those that other services show."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from contracts.common import FileRef
from contracts.files import FileChecked, FilesAttached, attachment_of
from contracts.inbox import File, Inbox
from contracts.services import file_holders
from fairlead.bus.underway import mentioned
from fairlead.context import current
from fairlead.jobs import rows as jobs
from fairlead.service import AdminRoutes, Config, Parts, Provided, Store, loop, on, publish, rpc

from .. import organising, sweeping
from ..admin import register
from ..checking import Checker
from ..settings import InboxSettings
from ..storable import storable
from ..store import file_uses, files


class Attaching:
    """Files that messages carry, and those that other services show."""

    store = Store()
    config = Config(InboxSettings)
    files = Provided(lambda runtime: runtime.files)
    checker = Parts(
        lambda store, runtime: Checker(store, runtime.files, InboxSettings.read("inbox").clamd)
    )
    sweeper = Parts(
        lambda store, runtime: sweeping.Sweeper(
            store,
            runtime.files,
            [runtime.caller.client(each) for each in file_holders()],
            [runtime.caller.client(each) for each in file_holders() if each is not Inbox],
        )
    )
    admin = AdminRoutes(register)

    @rpc
    def add_file(self, *, file: FileRef) -> File:
        """Make a stored file known."""
        organising.check_file(self.files, current().need_organisation(), file)
        with self.store.transaction() as session:
            return organising.add_file(session, storable(file), self.config.first_state)

    @rpc
    def get_file(self, *, id: UUID) -> File:
        """A file that was uploaded or received."""
        with self.store.reading() as session:
            return organising.file(session, id)

    @rpc
    def hold_files(self, *, ids: list[UUID]) -> list[File]:
        """Those of these files that there are; they stay for a day."""
        with self.store.transaction() as session:
            file_uses.keep(session, ids, dt.datetime.now(dt.UTC))
            session.flush()
            return list(files.by_id(session, ids).values())

    @on(FilesAttached)
    def follow_files(self, event: FilesAttached) -> None:
        """Another service shows files: it is told what is known, or else as soon as it is."""
        with self.store.once() as session:
            for row in file_uses.follow(session, event.files):
                publish(session, FileChecked(file=attachment_of(files.view(row))))

    @rpc
    def files_held(self, *, keys: list[str]) -> list[str]:
        """Those keys that a file, a picture, a job or an event under way has."""
        with self.store.reading() as session:
            held = files.held(session, keys) | jobs.keys_held(session, keys)
            return sorted(held | mentioned(session, set(keys) - held))

    @rpc
    def discard_files(self, *, keys: list[str]) -> list[str]:
        """Remove those contents that no service refers to any more."""
        return self.sweeper.discard(current().need_organisation(), keys, sweeping.FRESH)

    @loop(every=1.0, greenlets=2)
    def check_files(self) -> bool:
        """Check and draw files that were stored."""
        return self.checker.work_some()

    @loop(every=3600.0)
    def sweep_files(self) -> bool:
        """Once a day, in one process: remove contents that nobody refers to."""
        self.sweeper.sweep(self.config.files_kept)
        return False
