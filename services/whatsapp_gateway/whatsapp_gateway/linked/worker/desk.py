"""The worker: hears the service and the network, and hands over what is stored."""

from __future__ import annotations

import datetime as dt
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from neonize import events as told

from ..protocol import VERSION
from ..protocol.commands import (
    Ack,
    ChangeParticipants,
    Command,
    Connect,
    CreateGroup,
    DescribeGroup,
    Fetch,
    Find,
    LeaveGroup,
    Logout,
    Online,
    Pair,
    Read,
    RenameGroup,
    Send,
    Start,
    Stop,
    Typing,
)
from ..protocol.events import Alive, Code, Hello, Paired, Phase, Problem, Qr, State
from . import library, sealed, sessions
from .fetching import Fetcher
from .gate import Gate
from .line import Line
from .network import Network
from .sending import Sender
from .spool import Spool, unread
from .taking import Taker
from .tap import Tap

WINDOW = 100  # how much may be handed over and not acknowledged yet
ALIVE_SECONDS = 5.0
STOPPED, BROKEN, WRONG_VERSION = 0, 70, 71  # exit codes


class Desk:
    """One number's worker, from `Start` to the end of the process."""

    def __init__(self, line: Line, start: Start) -> None:
        self._line = line
        folder = Path(start.folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        session = folder / "session.db"
        if start.key:
            sealed.seal(session, start.key)
            self._sealed = sealed.Vfs(library.gocode, start.key)
        self._spool = Spool(folder / "spool.db")
        for user in self._spool.strangers():
            sessions.end(session, user)
            self._spool.estranged(user)
        self._gate = Gate(self._spool.knows)
        self._patience = dt.timedelta(seconds=start.unread_seconds)
        self._tap = Tap(self)
        self._network = Network(
            session,
            start.phone,
            device_name=start.device_name,
            proxy=start.proxy,
            tap=self._tap,
            listener=self,
        )
        self._fetcher = Fetcher(self._spool, self._network, folder)
        self._sender = Sender(self._spool, self._network, self._tap, folder)
        self._taker = Taker(self._spool, self._fetcher, line)
        self._acknowledged = threading.Semaphore(WINDOW)
        self._running = False

    def work(self, commands: Iterator[Command]) -> None:
        """Do what the service says until it hangs up."""
        self._line.say(Hello(VERSION, library.version()))
        self._spool.interrupted()
        self._spool.forget()
        self._sender.start()
        for body in (self._hand_over, self._show_life):
            threading.Thread(target=guarded, args=(body,), daemon=True).start()
        for command in commands:
            if isinstance(command, Stop):
                break
            self._take(command)
        self._network.stop()

    def _take(self, command: Command) -> None:
        match command:
            case Connect():
                self._begin(pair=None)
            case Pair():
                self._begin(pair=command)
            case (
                Send()
                | Find()
                | CreateGroup()
                | ChangeParticipants()
                | RenameGroup()
                | LeaveGroup()
                | DescribeGroup()
            ):
                self._sender.take(command)
            case Ack(seq=seq):
                self._spool.acknowledged(seq)
                self._acknowledged.release()
            case Fetch(message=message):
                self._fetcher.take(message)
            case _:
                self._now(command)

    def _now(self, command: Command) -> None:
        """What may be repeated, and is lost where it cannot be done now."""
        if not self._network.is_open:
            self._line.say(Problem("not_connected", type(command).__name__))
            return
        try:
            match command:
                case Read():
                    self._network.mark_read(command.chat, command.sender, command.messages)
                case Typing():
                    self._network.typing(command.chat, on=command.on, voice=command.voice)
                case Online(on=on):
                    self._network.online(on=on)
                case Logout():
                    self._network.logout()
        except Exception as error:
            self._line.say(Problem("failed", f"{type(command).__name__}: {error}"))

    def _begin(self, *, pair: Pair | None) -> None:
        if self._running:
            self._line.say(Problem("already_connecting"))
            return
        if pair is None and not self._network.has_session():
            self.phase(Phase.UNPAIRED)
            return
        self._running = True
        self._network.by_code = pair is not None and pair.by_code
        threading.Thread(target=self._network.run, name="network", daemon=True).start()

    def _hand_over(self) -> None:
        """Say what is kept, in order, as fast as the service acknowledges."""
        last = 0
        while True:
            self._spool.changed.clear()
            kept = self._spool.after(last, WINDOW)
            for each in kept:
                self._acknowledged.acquire()
                self._line.say(each)
                last = each.seq
            if not kept:
                self._spool.changed.wait()

    def _show_life(self) -> None:
        while True:
            heard = self._tap.heard_at
            self._line.say(Alive(None if heard is None else time.monotonic() - heard))
            self._spool.give_up(dt.datetime.now(dt.UTC) - self._patience)
            time.sleep(ALIVE_SECONDS)

    # What the network tells; these run in threads of the client.

    def phase(self, phase: Phase, detail: str = "", until: dt.datetime | None = None) -> None:
        """The connection changed."""
        self._line.say(State(phase, detail, until))

    def code(self, code: str, seconds: float, *, typed: bool = False) -> None:
        """A code to be scanned, or typed."""
        self._line.say(Code(code, seconds) if typed else Qr(code, seconds))

    def paired(self, account: Paired) -> None:
        """Which account it is."""
        self._taker.own = [each for each in (account.address, account.lid) if each]
        self._fetcher.start()
        self._line.say(account)

    def happened(self, event: Any) -> None:
        """Anything else. An error here would lose it: the process ends, and the network, which was
        not told that it was taken, says it again."""
        with self._gate:
            guarded(lambda: self._taker.take(event))
        match event:
            case told.MessageEv():
                self._gate.open(event.Info.ID)
            case told.UndecryptableMessageEv():
                self._gate.open(unread(event.Info.ID))

    # What the tap hears.

    def leaving(self, message: str) -> None:
        """A message leaves."""
        guarded(lambda: self._sender.leaving(message))

    def taking(self, message: str) -> None:
        """The network is about to be told that a message was taken."""
        self._wait(message)

    def passing(self, message: str) -> None:
        """The network is about to be told that it need not say a message again: it is stored, or
        was asked for anew. Without that question it would never come."""
        self._wait(message, unread(message))
        self._wait(message, _asked(message))

    def asking(self, message: str) -> None:
        """A message that cannot be read is asked for anew."""
        self._gate.open(_asked(message))

    def skipped(self, message: str, sender: str, chat: str) -> None:
        """The client passed over a message that it had seen before. If it is not stored, a process
        before this one died between decrypting and storing."""
        if not self._spool.knows(message):
            guarded(lambda: self._retrieve(message, sender, chat))
        self._gate.open(message)

    def _retrieve(self, message: str, sender: str, chat: str) -> None:
        """Begin again without a session with the sender. The network, which was not told that the
        message was taken, says it again; then it is one that cannot be read, and the client asks
        for it. That is tried once."""
        if self._spool.estrange(message, sender.partition("@")[0].partition(":")[0]):
            raise InterruptedError(f"the message {message} was decrypted and not stored")
        self._taker.lost(message, sender, chat)

    def _wait(self, *keys: str) -> None:
        if not self._gate.wait(*keys):
            sys.stderr.write(f"nothing came of the message {keys[0]}\n")


def _asked(message: str) -> str:
    return f"asked {message}"


def guarded(body: Any) -> None:
    """Run `body`; where it raises, end the process."""
    try:
        body()
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.stderr.flush()
        os._exit(BROKEN)
