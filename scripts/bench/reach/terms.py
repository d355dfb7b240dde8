"""The words index of the world's rows, in the text that COPY takes."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from fairlead.store.search import Entry, Index, words
from inbox.store import indexes

tag = functools.cache(indexes.MESSAGES.tag)


@dataclass(frozen=True, slots=True)
class Said:
    """A message as the index has it: which of the texts, which words more, and its tags."""

    id: str
    at: dt.datetime
    text: int
    more: tuple[str, ...]
    is_answer: bool
    tags: tuple[int, ...]


class Terms:
    """What the rows are found by. Messages are made of a few texts, so that each is taken apart
    once."""

    def __init__(self, organisation: UUID, texts: list[str]) -> None:
        self._organisation = organisation
        self._texts = [[self._of_text(text, prefix) for prefix in ("", "Re: ")] for text in texts]
        self._said: list[Said] = []
        self._words: dict[tuple[Index, str], None] = {}
        for text in texts:
            self._learn(indexes.MESSAGES, words(text, text[:40], "Re"))

    def said(self, message: Said) -> None:
        """A message."""
        self._said.append(message)
        self._learn(indexes.MESSAGES, message.more)

    def messages(self) -> Iterator[str]:
        """The lines of all messages."""
        term = functools.cache(indexes.MESSAGES.term)
        for message in self._said:
            found = {*self._texts[message.text][message.is_answer], *message.tags}
            found.update(map(term, message.more))
            yield from self._lines("m", found, message.at, message.id)

    def entry(self, entry: Entry) -> Iterator[str]:
        """The lines of anything else."""
        self._learn(entry.index, entry.words)
        yield from self._lines(entry.index.kind, entry.terms(), entry.at, str(entry.id))

    def forms(self) -> Iterator[str]:
        """The lines of all words that there were."""
        for index, word in self._words:
            term = index.term(word)
            for form in index.forms(word):
                yield f"{self._organisation}\t{form}\t{term}"

    def _lines(self, kind: str, terms: Iterable[int], at: dt.datetime, id: str) -> Iterator[str]:
        before, after = f"{self._organisation}\t{kind}\t", f"\t{at}\t{id}"
        for term in terms:
            yield f"{before}{term}{after}"

    def _learn(self, index: Index, found: Iterable[str]) -> None:
        for word in found:
            self._words[index, word] = None

    @staticmethod
    def _of_text(text: str, prefix: str) -> set[int]:
        return {indexes.MESSAGES.term(word) for word in words(f"{prefix}{text[:40]}", text)}
