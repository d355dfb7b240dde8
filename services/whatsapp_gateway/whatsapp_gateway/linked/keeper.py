"""The linked numbers of this process: each has one worker, and one process at a time owns it."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import eventlet
import structlog

from fairlead.secrets import Undecryptable
from fairlead.store import is_away

from . import lifecycle as lc
from .answers import FILE, Answers, NotHere
from .book import Book, Number
from .lifecycle import Action, Life
from .process import Starter, Worker, started
from .protocol import VERSION
from .protocol.commands import Ack, Command, Connect, Fetch, Logout, Once, Online, Pair, Start
from .protocol.events import (
    Alive,
    Code,
    Done,
    Durable,
    Event,
    Hello,
    Kept,
    MediaFetched,
    Paired,
    Problem,
    Qr,
    Typed,
)
from .protocol.events import State as Told

log = structlog.get_logger(__name__)

LEASE_SECONDS = 30.0  # renewed each time `keep` is called, every few seconds
# So long a number counts as ours after its lease was renewed. Its worker has some seconds to end
# before another process may begin the same session: to the network two are one that was replaced.
SURE_FOR = dt.timedelta(seconds=LEASE_SECONDS - 10.0)
AWAY_SECONDS = 0.5  # between tries to store what the worker hands over
# Longer than the client waits for the network's answer (75 s): then it says itself that none came.
ANSWER_SECONDS = 100.0
# Longer than screens wait before they say again that somebody looks.
LOOKS = dt.timedelta(seconds=90)
# So long the network may take to unlink a device; then it is forgotten here alone.
UNLINKING = dt.timedelta(seconds=20)


@dataclass(slots=True)
class _Kept:
    number: Number
    leased_at: dt.datetime
    life: Life = field(default_factory=Life)
    worker: Worker | None = None
    looked_at: dt.datetime | None = None
    unlinking_at: dt.datetime | None = None
    answers: Answers = field(default_factory=Answers)


class Keeper:
    """Begins, hears and ends the workers. `keep` is called every few seconds by one greenlet."""

    def __init__(
        self,
        book: Book,
        folder: Path,
        *,
        proxy: str | None = None,
        keys: Callable[[Path, UUID], bytes] = lambda folder, organisation: b"",
        start: Starter = started,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        jitter: lc.Jitter = random.random,
    ) -> None:
        self._book = book
        self._folder = folder
        self._proxy = proxy
        self._keys = keys
        self._start = start
        self._clock = clock
        self._jitter = jitter
        self._kept: dict[UUID, _Kept] = {}

    def keep(self) -> None:
        """Take what is free, go on with what is ours, leave what is not wanted or another's."""
        # Before the book is read: what ended meanwhile was not asked for anew.
        idle = {id for id, kept in self._kept.items() if not kept.life.running}
        wanted = {number.id: number for number in self._book.wanted()}
        for id, kept in list(self._kept.items()):
            asked_at = self._clock()
            if id not in wanted:
                self._leave(kept)
                continue
            if not self._book.lease(id):
                self._abandon(kept)
                continue
            kept.leased_at = asked_at
            if kept.looked_at is not None and self._clock() - kept.looked_at > LOOKS:
                kept.looked_at = None
                self.tell(id, Online(on=False))
        for id, number in wanted.items():
            kept_one = self._kept.get(id)
            if kept_one is None:
                asked_at = self._clock()
                if self._book.lease(id):
                    self._kept[id] = kept_one = _Kept(number, asked_at)
                    self._happen(kept_one, lc.Wanted(number.asked, number.by_code))
                continue
            kept_one.number = number
            life = kept_one.life
            other_way = life.state in lc.SHOWING and life.by_code is not number.by_code
            again = number.asked and (id in idle or other_way)
            self._happen(kept_one, lc.Wanted(True, number.by_code) if again else lc.Tick())

    def guard(self) -> None:
        """End what may be another process's by now, as its lease could not be renewed in time. It
        asks nobody: `keep` waits, or fails, while the store is away. Called every few seconds by a
        greenlet of its own."""
        for id, kept in list(self._kept.items()):
            if self._clock() - kept.leased_at > SURE_FOR:
                log.warning("lease not renewed in time", connection=str(id))
                self._kept.pop(id, None)
                self._end(kept)

    def stop(self) -> None:
        """Leave all; another process may go on at once."""
        for kept in list(self._kept.values()):
            self._abandon(kept)

    def ready(self) -> list[UUID]:
        """The numbers by which this process can send now."""
        return [id for id, kept in self._kept.items() if kept.life.state is lc.State.OPEN]

    def life(self, number: UUID) -> Life | None:
        """How a number stands, if it is kept here."""
        kept = self._kept.get(number)
        return kept.life if kept else None

    def folder(self, number: UUID) -> Path:
        """Where a number's files lie, those that are to be sent included."""
        return self._folder / str(number)

    def tell(self, number: UUID, command: Command) -> None:
        """Say what needs no answer, and may be lost."""
        kept = self._kept.get(number)
        if kept is not None and kept.worker is not None:
            kept.worker.tell(command)

    def look(self, number: UUID) -> None:
        """Somebody looks at a chat of the number's: only who is online is told that others write.
        It is so for no longer than needed, as the phone rings less meanwhile."""
        kept = self._kept.get(number)
        if kept is not None:
            kept.looked_at = self._clock()
            self.tell(number, Online(on=True))

    def ask(self, number: UUID, command: Once, seconds: float = ANSWER_SECONDS) -> Done:
        """Have something carried out at most once, and wait for its end.

        Raises NotHere, where nothing was said to anybody, or Unanswered. Asked again with the same
        id it is not done again; its end then comes from the worker's memory.
        """
        kept = self._kept.get(number)
        if kept is None or kept.worker is None or kept.life.state is not lc.State.OPEN:
            raise NotHere
        done: Done = kept.answers.wait(kept.worker, command, command.id, seconds)
        return done

    def fetch(self, number: UUID, message: str, seconds: float = ANSWER_SECONDS) -> MediaFetched:
        """Have the file of a message fetched, and wait for it. Raises NotHere or Unanswered."""
        kept = self._kept.get(number)
        if kept is None or kept.worker is None:
            raise NotHere
        key = f"{FILE} {message}"
        fetched: MediaFetched = kept.answers.wait(kept.worker, Fetch(message), key, seconds)
        return fetched

    def logout(self, number: UUID) -> None:
        """Unlink the device; what it says then ends the worker."""
        self.tell(number, Logout())

    def erase(self) -> None:
        """Delete the folders of removed numbers that lie here, with their sessions."""
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            with suppress(ValueError):
                id = UUID(folder.name)
                if id not in self._kept and self._book.removed(id):
                    shutil.rmtree(folder, ignore_errors=True)

    def _leave(self, kept: _Kept) -> None:
        """A person wants it off, or removed it, which unlinks the device; or it came to an end that
        is told, and is not wanted since."""
        removed = self._book.removed(kept.number.id)
        if removed and kept.life.state is lc.State.OPEN:
            if kept.unlinking_at is None:
                kept.unlinking_at = self._clock()
                self.logout(kept.number.id)
            if self._clock() - kept.unlinking_at < UNLINKING:
                return
        if not kept.life.state.final:
            self._happen(kept, lc.Unwanted())
        self._forget(kept)
        if removed:
            shutil.rmtree(self.folder(kept.number.id), ignore_errors=True)

    def _abandon(self, kept: _Kept) -> None:
        """It is another process's, or will be: end here, and tell nobody that it ended."""
        self._end(kept)
        self._forget(kept)

    def _end(self, kept: _Kept) -> None:
        worker, kept.worker = kept.worker, None
        if worker is not None:
            worker.end()

    def _forget(self, kept: _Kept) -> None:
        self._kept.pop(kept.number.id, None)
        self._book.release(kept.number.id)

    def _happen(self, kept: _Kept, happened: lc.Happened) -> None:
        kept.life, actions = lc.after(kept.life, happened, self._clock(), self._jitter)
        for action in actions:
            match action:
                case Action.START:
                    self._begin(kept)
                case Action.PAIR:
                    if kept.worker is not None:
                        kept.worker.tell(Pair(by_code=kept.life.by_code))
                case Action.END:
                    self._end(kept)
                case Action.TELL:
                    self._stands(kept)

    def _begin(self, kept: _Kept) -> None:
        folder = self.folder(kept.number.id)
        try:
            key = self._keys(folder, kept.number.organisation)
            kept.worker = worker = self._start(folder)
        except Undecryptable:
            self._happen(kept, lc.Ended(lc.KEY_GONE))
            return
        except OSError as error:
            self._happen(kept, lc.Ended(f"the worker cannot be started: {error.strerror}"))
            return
        log.info("worker started", connection=str(kept.number.id), pid=worker.pid)
        phone = kept.number.phone
        worker.tell(Start(VERSION, str(folder), phone, key=key, proxy=self._proxy))
        worker.tell(Connect())
        eventlet.spawn_n(self._listen, kept, worker)

    def _listen(self, kept: _Kept, worker: Worker) -> None:
        for event in worker.events():
            if kept.worker is not worker:
                return  # it was given up; its words do not count any more
            self._hear(kept, worker, event)
        if kept.worker is worker:
            kept.worker = None
            code = worker.end()
            log.warning("worker ended", connection=str(kept.number.id), code=code)
            self._happen(kept, lc.Ended())

    def _hear(self, kept: _Kept, worker: Worker, event: Event) -> None:
        match event:
            case Kept(seq=seq, body=body):
                self._take(kept, worker, seq, body)
            case Told(phase=phase, detail=detail, until=until):
                self._happen(kept, lc.Told(phase, detail, until))
            case Qr(code=code, seconds=seconds):
                self._happen(kept, lc.Shown(code, dt.timedelta(seconds=seconds)))
            case Code(code=code, seconds=seconds):
                good = dt.timedelta(seconds=seconds)
                self._happen(kept, lc.Shown(code, good, typed=True))
            case Alive(heard=heard):
                ago = None if heard is None else dt.timedelta(seconds=heard)
                self._happen(kept, lc.Alive(ago))
            case Paired():
                self._patiently(kept, worker, lambda: self._book.paired(kept.number, event))
            case Typed():
                with suppress(Exception):
                    self._book.typed(kept.number, event)
            case Problem(reason=reason, detail=detail):
                log.warning(
                    "worker has a problem",
                    connection=str(kept.number.id),
                    reason=reason,
                    detail=detail,
                )
            case Hello():
                pass

    def _take(self, kept: _Kept, worker: Worker, seq: int, body: Durable) -> None:
        """Store, then acknowledge; what cannot be stored stays with the worker and comes again."""
        if self._patiently(kept, worker, lambda: self._book.takes(kept.number, body)):
            worker.tell(Ack(seq))
        kept.answers.heard(body)

    def _patiently(self, kept: _Kept, worker: Worker, action: Callable[[], None]) -> bool:
        """Do it as soon as the store is there; whether it was done."""
        while kept.worker is worker:
            try:
                action()
            except Exception as error:
                if not is_away(error):
                    log.exception("not taken", connection=str(kept.number.id))
                    return False
                eventlet.sleep(AWAY_SECONDS)
            else:
                return True
        return False

    def _stands(self, kept: _Kept) -> None:
        try:
            self._book.stands(kept.number, kept.life)
        except Exception as error:
            # Often it is the store whose absence is told here; the next change tells it all.
            log.warning("state not kept", connection=str(kept.number.id), error=str(error))
