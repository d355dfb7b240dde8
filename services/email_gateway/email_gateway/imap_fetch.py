"""Fetching mails by UID so that none is lost and none stops those behind it."""

from __future__ import annotations

import collections
import datetime
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from .imap_session import BROKEN, REFUSED, Client, ImapError

_CHUNK = 50  # mails asked about at a time
_TOGETHER = 4 * 1024 * 1024  # bytes of mails fetched with one command
_HEADER_LIMIT = 256 * 1024
# A mail that failed so often is not asked for again: it would stop all behind it. And not at
# once: a server that is in trouble for a while refuses one mail after the other.
_STRIKES = 3

_Answer = TypeVar("_Answer")


# Whether a mail is to be fetched: its UID, and when it came, where the server told.
Wanted = Callable[[int, datetime.datetime | None], bool]


class Cursor(NamedTuple):
    """How far a folder was read: the last UID taken, and the UIDVALIDITY that it belongs to.

    The mails up to the UID `before` were there when the folder was first seen. `Cursor(0, 0)` is
    that of a folder which was not seen yet.
    """

    uidvalidity: int
    uid: int
    before: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail as the server gave it.

    `raw` are its bytes; None where it is larger than the limit, then `header` has its header
    block (256 kB at most), or where it could not be had, then `error` says why. `size` is in
    bytes, as told by the server; 0 where it did not tell. `internal_date` (aware) is when it came
    into the mailbox.
    """

    cursor: Cursor
    raw: bytes | None = None
    header: bytes | None = None
    size: int = 0
    internal_date: datetime.datetime | None = None
    error: str | None = None

    @property
    def uid(self) -> int:
        """Its UID in the folder."""
        return self.cursor.uid

    @property
    def too_large(self) -> bool:
        """Whether only its header was fetched, for its size."""
        return self.header is not None


class _Facts(NamedTuple):
    size: int
    internal_date: datetime.datetime | None


_UNKNOWN = _Facts(0, None)


class _Failure(NamedTuple):
    text: str


class Fetcher:
    """Fetches mails, and remembers which of them broke a connection.

    `connection` gives a client with the folder open and turns what goes wrong into an ImapError.
    """

    def __init__(
        self, connection: Callable[[], AbstractContextManager[Client]], size_limit: int
    ) -> None:
        self._connection = connection
        self._size_limit = size_limit
        self._uidvalidity = 0
        self._suspects: set[int] = set()
        self._strikes: collections.Counter[int] = collections.Counter()

    def fetch(
        self, cursor: Cursor, uids: list[int], wanted: Wanted = lambda uid, date: True
    ) -> Iterator[Fetched]:
        """The mails with these UIDs (ascending) that are wanted, without those that are gone.

        Each with the cursor moved onto it.
        """
        if cursor.uidvalidity != self._uidvalidity:
            self._uidvalidity = cursor.uidvalidity
            self._suspects.clear()
            self._strikes.clear()
        for start in range(0, len(uids), _CHUNK):
            yield from self._chunk(cursor, uids[start : start + _CHUNK], wanted)

    def _chunk(self, cursor: Cursor, uids: list[int], wanted: Wanted) -> Iterator[Fetched]:
        facts = self._ask(uids, _facts)
        known = {uid: fact for uid, fact in facts.items() if isinstance(fact, _Facts)}
        left = [uid for uid in sorted(facts) if wanted(uid, known.get(uid, _UNKNOWN).internal_date)]
        for group in grouped(left, known, self._size_limit):
            answers = self._answers(group, facts)
            for uid, answer in sorted(answers.items()):
                place = cursor._replace(uid=uid)
                yield self._fetched(place, known.get(uid, _UNKNOWN), answer)

    def _answers(
        self, group: list[int], facts: Mapping[int, _Facts | _Failure]
    ) -> Mapping[int, bytes | _Failure]:
        first = facts[group[0]]
        if isinstance(first, _Failure):
            return {group[0]: first}
        if first.size > self._size_limit:
            return self._ask(group, _header)
        total = sum(fact.size for uid in group if isinstance(fact := facts[uid], _Facts))
        return self._ask(group, lambda client, uids: _bodies(client, uids, total))

    def _fetched(self, cursor: Cursor, facts: _Facts, answer: bytes | _Failure) -> Fetched:
        size, date = facts
        if isinstance(answer, _Failure):
            return Fetched(cursor, size=size, internal_date=date, error=answer.text)
        size = max(size, len(answer))
        if size > self._size_limit:
            header = answer.partition(b"\r\n\r\n")[0][:_HEADER_LIMIT]
            return Fetched(cursor, header=header, size=size, internal_date=date)
        return Fetched(cursor, answer, size=size, internal_date=date)

    def _ask(
        self, uids: list[int], question: Callable[[Client, list[int]], Mapping[int, _Answer]]
    ) -> dict[int, _Answer | _Failure]:
        """The answer for each mail, or why there is none; nothing for one that is gone.

        Asks for all at once, and one by one where the server or the parser stumbles, or where
        asking for them broke the connection before. Raises ImapError until the last strike.
        """
        if len(uids) > 1 and not self._suspects.isdisjoint(uids):
            return self._ask_singly(uids, question)
        if self._strikes[uids[0]] >= _STRIKES:
            return {uids[0]: _Failure(f"failed {_STRIKES} times")}
        asked = False
        try:
            with self._connection() as client:
                asked = True
                answers: dict[int, _Answer | _Failure] = {**question(client, uids)}
        except ImapError as error:
            if len(uids) > 1 and error.refused:
                return self._ask_singly(uids, question)
            if asked:
                self._blame(uids)
            if error.refused and self._strikes[uids[0]] >= _STRIKES:
                return {uids[0]: _Failure(error.text)}
            raise
        missing = [uid for uid in uids if uid not in answers]
        if missing and len(uids) > 1:
            answers.update(self._ask_singly(missing, question))
        elif missing and self._is_there(missing[0]):
            answers[missing[0]] = _Failure("the server lists the mail but does not give it")
        return answers

    def _ask_singly(
        self, uids: list[int], question: Callable[[Client, list[int]], Mapping[int, _Answer]]
    ) -> dict[int, _Answer | _Failure]:
        answers: dict[int, _Answer | _Failure] = {}
        for uid in uids:
            answers.update(self._ask([uid], question))
        return answers

    def _blame(self, uids: list[int]) -> None:
        if len(uids) > 1:
            self._suspects.update(uids)
        else:
            self._strikes[uids[0]] += 1

    def _is_there(self, uid: int) -> bool:
        with self._connection() as client:
            client.allow()
            return uid in client.search(f"UID {uid}")


def _facts(client: Client, uids: list[int]) -> dict[int, _Facts]:
    try:
        return _told_facts(client, uids, ["RFC822.SIZE", "INTERNALDATE"])
    except REFUSED as error:
        if isinstance(error, BROKEN) or len(uids) > 1:
            raise
        # A date that cannot be read is not the mail.
        return _told_facts(client, uids, ["RFC822.SIZE"])


def _told_facts(client: Client, uids: list[int], items: list[str]) -> dict[int, _Facts]:
    client.allow()
    told: Mapping[int, Mapping[bytes, Any]] = client.fetch(uids, items)
    return {
        uid: _Facts(int(item[b"RFC822.SIZE"]), item.get(b"INTERNALDATE"))
        for uid, item in told.items()
    }


def _bodies(client: Client, uids: list[int], size: int) -> dict[int, bytes]:
    client.allow(2 * size)  # twice: Exchange tells the size of another form than the one it sends
    told: Mapping[int, Mapping[bytes, Any]] = client.fetch(uids, ["BODY.PEEK[]"])
    bodies = {uid: item.get(b"BODY[]") for uid, item in told.items()}
    return {uid: body for uid, body in bodies.items() if isinstance(body, bytes)}


def _header(client: Client, uids: list[int]) -> dict[int, bytes]:
    client.allow(_HEADER_LIMIT)
    part = f"[HEADER]<0.{_HEADER_LIMIT}>"
    told: Mapping[int, Mapping[bytes, Any]] = client.fetch(uids, [f"BODY.PEEK{part}"])
    return {uid: item.get(b"BODY[HEADER]<0>") or b"" for uid, item in told.items()}


def grouped(uids: list[int], known: Mapping[int, _Facts], size_limit: int) -> Iterator[list[int]]:
    """Neighbours that may be fetched together; one too large, or of unknown size, by itself."""
    group: list[int] = []
    total = 0
    for uid in uids:
        alone = uid not in known or known[uid].size > size_limit
        size = 0 if alone else known[uid].size
        if group and (alone or total + size > _TOGETHER):
            yield group
            group, total = [], 0
        if alone:
            yield [uid]
        else:
            group.append(uid)
            total += size
    if group:
        yield group
