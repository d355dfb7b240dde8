"""A worker without a network: `python scripted.py FD`. It does as the words that it is sent say.

A text `echo X` is delivered back as a message X, and with `late X` it could not be read at first;
`refuse X` is refused for that reason; `die` ends the process at once, before anything is answered;
`hush` lets it go on and say no more; `open`, `silent` and other phases are told as such.
Without a file `linked` in its folder no phone is linked; `Pair` shows one code and links it.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
import sys
import threading
import time
from pathlib import Path

from whatsapp_gateway.linked.protocol import VERSION, events
from whatsapp_gateway.linked.protocol.commands import (
    Ack,
    Connect,
    Logout,
    Online,
    Pair,
    Read,
    Send,
    Start,
    Stop,
    Typing,
)
from whatsapp_gateway.linked.protocol.content import Text
from whatsapp_gateway.linked.protocol.events import Done, Outcome, Phase, Reason
from whatsapp_gateway.linked.worker.line import Line
from whatsapp_gateway.linked.worker.spool import Spool

MOMENT = dt.datetime(2026, 11, 30, tzinfo=dt.UTC)


class Scripted:
    def __init__(self, line: Line, start: Start) -> None:
        self.line = line
        self.folder = Path(start.folder)
        self.spool = Spool(self.folder / "spool.db")
        self.spool.interrupted()
        self.hushed = self.online = False
        self.last = 0
        self.phone = start.phone

    def say(self, event: events.Event) -> None:
        if not self.hushed:
            self.line.say(event)

    def hand_over(self) -> None:
        for kept in self.spool.after(self.last, 100):
            self.say(kept)
            self.last = kept.seq

    def live(self) -> None:
        while True:
            self.say(events.Alive(0.0))
            time.sleep(0.05)

    def open(self) -> None:
        jid = f"{self.phone.lstrip('+')}@s.whatsapp.net"
        self.say(events.Paired(jid, self.phone))
        self.say(events.State(Phase.OPEN))

    def note(self, file: str, words: str) -> None:
        with open(self.folder / file, "a", encoding="utf-8") as noted:
            noted.write(f"{words}\n")

    def send(self, command: Send) -> None:
        begun = self.spool.begin(command.id, traced=True)
        if not begun.now:
            if begun.done is not None:
                self.spool.keep(begun.done)
            return
        assert isinstance(command.content, Text)
        word, _, rest = command.content.text.partition(" ")
        self.spool.leaves(command.id, f"3EB0{command.id}")
        self.note("left.txt", command.id)
        if word == "die":
            os._exit(9)
        if word == "hush":
            self.hushed = True
        if word in {phase.value for phase in Phase}:
            self.say(events.State(Phase(word)))
        if word == "refuse":
            self.spool.end(Done(command.id, Outcome.REFUSED, Reason(rest)))
            return
        if word == "late":
            self.spool.await_words(events.Unreadable(rest, command.to, command.to, MOMENT))
            self.spool.give_up(dt.datetime.now(dt.UTC))
        if word in ("echo", "late"):
            message = events.Message(rest, command.to, command.to, MOMENT, Text(rest))
            self.spool.keep(message, key=rest)
        self.spool.end(Done(command.id, Outcome.DONE, message=f"3EB0{command.id}"))


def main(descriptor: int) -> None:
    sock = socket.socket(fileno=descriptor)
    sock.setblocking(True)
    line = Line(sock)
    heard = line.commands()
    start = next(heard)
    assert isinstance(start, Start)
    scripted = Scripted(line, start)
    linked = scripted.folder / "linked"
    scripted.say(events.Hello(VERSION, "scripted"))
    threading.Thread(target=scripted.live, daemon=True).start()
    scripted.hand_over()
    for command in heard:
        match command:
            case Connect():
                scripted.open() if linked.exists() else scripted.say(events.State(Phase.UNPAIRED))
            case Pair(by_code=by_code):
                code = events.Code("TYPE-THIS", 160) if by_code else events.Qr("scan me", 60)
                scripted.say(code)
                linked.touch()
                scripted.open()
            case Send():
                scripted.send(command)
            case Ack(seq=seq):
                scripted.spool.acknowledged(seq)
            case Typing(chat=chat, on=on):
                if scripted.online:  # the other side does the same, which only who is online sees
                    scripted.say(events.Typed(chat, chat, on))
            case Online(on=on):
                scripted.online = on
                scripted.note("seen.txt", "online" if on else "offline")
            case Read(messages=messages):
                scripted.note("seen.txt", f"read {' '.join(messages)}")
            case Logout():
                linked.unlink()
                scripted.say(events.State(Phase.LOGGED_OUT))
            case Stop():
                return
        scripted.hand_over()


if __name__ == "__main__":
    main(int(sys.argv[1]))
    os._exit(0)
