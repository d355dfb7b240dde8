"""Stores what the network tells, or passes on what is true for a moment only."""

from __future__ import annotations

from typing import Any

from neonize import events as told

from ..protocol.events import GroupChanged, History, Mark, Receipt, Typed, Unreadable
from . import incoming
from .fetching import Fetcher
from .incoming import address, moment
from .line import Line
from .spool import Spool

PIECE = 50  # messages of history in one event
_MARKS = {
    "DELIVERED": Mark.DELIVERED,
    "READ": Mark.READ,
    "PLAYED": Mark.PLAYED,
    "READ_SELF": Mark.READ_HERE,
    "PLAYED_SELF": Mark.READ_HERE,
    "RETRY": Mark.RETRIED,
    "SERVER_ERROR": Mark.REFUSED,
}


class Taker:
    """Called by one thread of the client, in the order of what happened."""

    def __init__(self, spool: Spool, fetcher: Fetcher, line: Line) -> None:
        self.own: list[str] = []  # our addresses, by phone first
        self._spool = spool
        self._fetcher = fetcher
        self._line = line

    def take(self, event: Any) -> None:
        """What it is about is on the disk when this returns."""
        match event:
            case told.MessageEv():
                self._message(event)
            case told.UndecryptableMessageEv():
                self._unreadable(event)
            case told.ReceiptEv():
                self._receipt(event)
            case told.HistorySyncEv():
                self._history(event.Data)
            case told.ChatPresenceEv():
                source = event.MessageSource
                on, voice = event.State == event.COMPOSING, event.Media == event.AUDIO
                chat, sender = address(source.Chat), address(source.Sender)
                self._line.say(Typed(chat, sender, on=on, voice=voice))
            case told.JoinedGroupEv():
                info = event.GroupInfo
                group = GroupChanged(address(info.JID), subject=info.GroupName.Name)
                self._spool.keep(group)
            case told.GroupInfoEv():
                self._group(event)

    def lost(self, message: str, sender: str, chat: str) -> None:
        """A message was decrypted and not stored, and did not come again."""
        self._spool.await_words(Unreadable(message, chat, sender, reason="interrupted"))

    def _message(self, event: Any) -> None:
        message = incoming.message(event)
        if message is None:
            return
        inside = incoming.unwrapped(event.Message)
        sources = {}
        if incoming.has_file(inside):
            sources[message.id] = inside.SerializePartialToString()
        if self._spool.keep(message, key=message.id, sources=sources) and sources:
            self._fetcher.take(message.id)

    def _unreadable(self, event: Any) -> None:
        info, source = event.Info, event.Info.MessageSource
        unreadable = Unreadable(
            id=info.ID,
            chat=address(source.Chat),
            sender=address(source.Sender),
            at=moment(info.Timestamp),
            reason="unavailable" if event.IsUnavailable else "undecryptable",
        )
        self._spool.await_words(unreadable)

    def _receipt(self, event: Any) -> None:
        mark = _MARKS.get(event.ReceiptType.Name(event.Type))
        if mark is None:
            return
        source = event.MessageSource
        messages = list(event.MessageIDs)
        receipt = Receipt(
            messages=messages,
            mark=mark,
            at=moment(event.Timestamp),
            chat=address(source.Chat),
            sender=address(source.Sender) if source.IsGroup else "",
            commands=self._spool.commands(messages),
        )
        self._spool.keep(receipt)

    def _group(self, event: Any) -> None:
        left = [address(jid) for jid in event.Leave]
        changed = GroupChanged(
            group=address(event.JID),
            at=moment(event.Timestamp),
            subject=event.Name.Name if event.HasField("Name") else None,
            joined=[address(jid) for jid in event.Join],
            left=[each for each in left if each not in self.own],
            by=address(event.Sender) if event.HasField("Sender") else "",
            without_us=any(each in self.own for each in left) or event.Delete.Deleted,
        )
        self._spool.keep(changed)

    def _history(self, data: Any) -> None:
        for conversation in data.conversations:
            if conversation.ID.endswith(("@broadcast", "@newsletter")):
                continue
            stored = [each.message for each in conversation.messages]
            for begin in range(0, len(stored), PIECE):
                self._piece(conversation, stored[begin : begin + PIECE])

    def _piece(self, conversation: Any, stored: list[Any]) -> None:
        messages, sources = [], {}
        for each in stored:
            message = incoming.historic(conversation.ID, each, self.own[0] if self.own else "")
            if message is None:
                continue
            messages.append(message)
            inside = incoming.unwrapped(each.message)
            if incoming.has_file(inside):
                sources[message.id] = inside.SerializePartialToString()
        if messages:
            history = History(conversation.ID, messages, conversation.name)
            self._spool.keep(history, sources=sources, fetch=False)
