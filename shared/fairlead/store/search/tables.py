"""The tables of the words index, which every service's database has."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BigInteger, PrimaryKeyConstraint, String
from sqlalchemy import Index as TableIndex
from sqlalchemy.orm import Mapped, mapped_column

from ..scoping import Scoped
from ..tables import Base
from .words import suffixes, typos

LONGEST_FORM = 48
HASH_BYTES = 8
TYPO, BEGINNING = "~", "^"  # no word has these letters

# Compared by bytes on both databases: a range of it is a prefix, and PostgreSQL may use the index
# under row-level security.
_BYTES = String(LONGEST_FORM).with_variant(String(LONGEST_FORM, collation="C"), "postgresql")


class TermRow(Scoped, Base):
    """That a document has a word. `at` is the document's, the same in all its rows."""

    __tablename__ = "fairlead_search_terms"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "document", "term"),
        TableIndex("fairlead_search_newest", "organisation_id", "term", "at", "document"),
    )

    kind: Mapped[str] = mapped_column(String(1))
    term: Mapped[int] = mapped_column(BigInteger, autoincrement=False)
    at: Mapped[dt.datetime]
    document: Mapped[UUID]


class FormRow(Scoped, Base):
    """What a word may be asked for by."""

    __tablename__ = "fairlead_search_forms"
    __table_args__ = (
        PrimaryKeyConstraint("organisation_id", "form", "term"),
        TableIndex("fairlead_search_words", "organisation_id", "term"),
    )

    form: Mapped[str] = mapped_column(_BYTES)
    term: Mapped[int] = mapped_column(BigInteger, autoincrement=False)


@dataclass(frozen=True, slots=True)
class Index:
    """One kind of document; the same letter always means the same kind.

    With `names`, what begins with two or three letters is found at once however many begin so: for
    documents of few words, because each costs rows.
    """

    kind: str
    names: bool = False

    def term(self, word: str) -> int:
        """What a word is in `TermRow`."""
        digest = hashlib.blake2b(f"{self.kind}{word}".encode(), digest_size=HASH_BYTES).digest()
        return int.from_bytes(digest, signed=True)

    def tag(self, name: str, value: object = "") -> int:
        """What a document has that is no word: its conversation, its channel."""
        return self.term(f" {name} {value}")

    def beginning(self, word: str) -> int:
        """What every document has of which a word begins with these two or three letters."""
        return self.term(BEGINNING + word)

    def form(self, word: str) -> str:
        """What a word is in `FormRow`, written as it is."""
        return self.kind + word

    def mistyped(self, errors: int, rest: str) -> str:
        """What a word is in `FormRow` without some letters."""
        return f"{self.kind}{TYPO}{errors}{rest}"

    def forms(self, word: str, *, with_typos: bool = True) -> set[str]:
        """Everything that a word is in `FormRow`."""
        found = {self.form(word), *map(self.form, suffixes(word))}
        if with_typos:
            found.update(self.mistyped(errors, rest) for errors, rest in typos(word))
        return found
