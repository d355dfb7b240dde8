"""Keeping the words index in the transaction that changes what it is of."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Mapped, Session

from ..inserting import insert_many
from ..scoping import Scoped, ScopedSession
from .tables import FormRow, Index, TermRow

NOTED = "search"
CHANGED = "search changed"
KEPT_AT = dt.timedelta(days=1)  # a document's place among others may be as old as that
WITH_TYPOS = 200  # new words of one document that may be mistyped; hostile texts have more
BEGINNINGS = (2, 3)
BATCH = 5000  # rows in one statement


@dataclass(frozen=True, slots=True)
class Entry:
    """What a document is found by. The newest comes first, by `at` and then by `id`."""

    index: Index
    organisation: UUID
    id: UUID
    at: dt.datetime
    words: frozenset[str]
    tags: frozenset[int] = frozenset()

    def terms(self) -> dict[int, str]:
        """Its rows, and the word that each is of; of no word, ""."""
        found = dict.fromkeys(self.tags, "")
        if self.index.names:
            begun = {word[:count] for word in self.words for count in BEGINNINGS}
            found |= {self.index.beginning(each): "" for each in begun}
        return found | {self.index.term(word): word for word in self.words}


class Searched(Scoped):
    """Mixin of a mapped class whose rows are found by words.

    What the ORM's unit of work adds, changes or deletes is kept in the index by itself. Who writes
    such rows by INSERT, UPDATE or DELETE calls `put` and `remove`.
    """

    __tablename__: Any  # for the type checker: mapped classes have one
    search_index: ClassVar[Index]
    id: Mapped[UUID]

    @abstractmethod
    def search_entry(self, session: Session) -> Entry:
        """What the row is found by; it may be asked for under EVERYWHERE."""


_Key = tuple[UUID, str, UUID]  # organisation, kind, document


def put(session: Session, entry: Entry) -> None:
    """Let a document be found by these words and no others, once the transaction commits.

    It is written just before, all documents in one go and in one order, so that transactions that
    meet new words at once do not wait in a circle. A document that only became newer keeps its
    place for KEPT_AT.
    """
    key = (entry.organisation, entry.index.kind, entry.id)
    session.info.setdefault(NOTED, {})[key] = entry


def remove(session: Session, index: Index, organisation: UUID, id: UUID) -> None:
    """Let a document be found no more. Words that no other document has are forgotten."""
    session.info.setdefault(NOTED, {})[organisation, index.kind, id] = None


def retag(session: Session, ids: Sequence[UUID], old: int, new: int) -> None:
    """Let these documents have the tag `new` instead of `old`, without reading their words anew.

    For rows that an UPDATE gave to something else; none of them may have `new` already.
    """
    for some in _batches(ids):
        session.execute(
            update(TermRow)
            .where(TermRow.document.in_(some), TermRow.term == old)
            .values(term=new)
            .execution_options(synchronize_session=False)
        )


@event.listens_for(ScopedSession, "after_flush")
def _note_changed(session: Session, context: object) -> None:
    for row in (*session.new, *session.dirty):
        if isinstance(row, Searched):
            session.info.setdefault(CHANGED, {})[id(row)] = row
    for row in session.deleted:
        if isinstance(row, Searched):
            session.info.get(CHANGED, {}).pop(id(row), None)
            remove(session, row.search_index, row.organisation_id, row.id)


@event.listens_for(ScopedSession, "before_commit")
def _write_noted(session: Session) -> None:
    session.flush()
    for row in session.info.pop(CHANGED, {}).values():
        put(session, row.search_entry(session))
    noted: dict[_Key, Entry | None] = session.info.pop(NOTED, {})
    of_organisation: dict[UUID, dict[_Key, Entry | None]] = defaultdict(dict)
    for key in sorted(noted):
        of_organisation[key[0]][key] = noted[key]
    for organisation, theirs in of_organisation.items():
        _write(session, organisation, theirs)


def _write(session: Session, organisation: UUID, noted: dict[_Key, Entry | None]) -> None:
    present = _present(session, organisation, [id for _, _, id in noted])
    added: list[dict[str, Any]] = []
    gone: dict[UUID, set[int]] = {}
    words: dict[tuple[str, int], tuple[Index, str]] = {}
    for (_, kind, id), entry in noted.items():
        had, at = present.get((kind, id), (set(), None))
        wanted = entry.terms() if entry else {}
        if had - wanted.keys():
            gone[id] = had - wanted.keys()
        if entry is None:
            continue
        if at is not None and abs(entry.at - at) >= KEPT_AT:
            _move(session, organisation, kind, id, entry.at)
            at = None
        place = {"organisation_id": organisation, "kind": kind, "document": id}
        for term in sorted(wanted.keys() - had):
            added.append({**place, "at": at or entry.at, "term": term})
            if word := wanted[term]:
                words[entry.index.form(word), term] = entry.index, word
    if gone:
        _remove(session, organisation, gone)
    _learn(session, organisation, words)
    for rows in _batches(added):
        insert_many(session, TermRow, rows, known=True)


def _present(
    session: Session, organisation: UUID, ids: Sequence[UUID]
) -> dict[tuple[str, UUID], tuple[set[int], dt.datetime | None]]:
    """The terms that these documents have, by kind and id, and their places."""
    found: dict[tuple[str, UUID], tuple[set[int], dt.datetime | None]] = {}
    for some in _batches(ids):
        rows = session.execute(
            select(TermRow.kind, TermRow.document, TermRow.term, TermRow.at).where(
                TermRow.organisation_id == organisation, TermRow.document.in_(some)
            )
        )
        for kind, id, term, at in rows:
            found.setdefault((kind, id), (set(), at))[0].add(term)
    return found


def _move(session: Session, organisation: UUID, kind: str, id: UUID, at: dt.datetime) -> None:
    session.execute(
        update(TermRow)
        .where(
            TermRow.organisation_id == organisation, TermRow.document == id, TermRow.kind == kind
        )
        .values(at=at)
        .execution_options(synchronize_session=False)
    )


def _remove(session: Session, organisation: UUID, gone: dict[UUID, set[int]]) -> None:
    for id, terms in gone.items():
        session.execute(
            delete(TermRow)
            .where(
                TermRow.organisation_id == organisation,
                TermRow.document == id,
                TermRow.term.in_(terms),
            )
            .execution_options(synchronize_session=False)
        )
    unused = _unused(session, organisation, sorted(set().union(*gone.values())))
    if not unused:
        return
    # Held, and looked for again: who found the word a moment ago may have used it meanwhile.
    session.execute(
        select(FormRow.form)
        .where(FormRow.organisation_id == organisation, FormRow.term.in_(unused))
        .order_by(FormRow.form)
        .with_for_update()
    ).all()
    session.execute(
        delete(FormRow)
        .where(
            FormRow.organisation_id == organisation,
            FormRow.term.in_(_unused(session, organisation, unused)),
        )
        .execution_options(synchronize_session=False)
    )


def _unused(session: Session, organisation: UUID, terms: Sequence[int]) -> list[int]:
    """Those that no document has."""
    left = set(terms)
    for some in _batches(terms):
        left -= set(
            session.scalars(
                select(TermRow.term)
                .where(TermRow.organisation_id == organisation, TermRow.term.in_(some))
                .distinct()
            )
        )
    return sorted(left)


def _learn(
    session: Session, organisation: UUID, words: dict[tuple[str, int], tuple[Index, str]]
) -> None:
    """Let the words be found by what they may be asked for by, where they are new."""
    known: set[tuple[str, int]] = set()
    for some in _batches(sorted({form for form, _ in words})):
        found = session.execute(
            select(FormRow.form, FormRow.term)
            .where(FormRow.organisation_id == organisation, FormRow.form.in_(some))
            .order_by(FormRow.form, FormRow.term)
            .with_for_update(read=True, key_share=True)  # nobody forgets them now
        )
        known |= {(form, term) for form, term in found}
    rows = [
        {"organisation_id": organisation, "form": form, "term": key[1]}
        for number, key in enumerate(sorted(words.keys() - known))
        for index, word in [words[key]]
        for form in sorted(index.forms(word, with_typos=number < WITH_TYPOS))
    ]
    for each in _batches(rows):
        insert_many(session, FormRow, each, known=True)


def _batches(items: Iterable[Any]) -> Iterable[list[Any]]:
    rest = iter(items)
    while some := list(islice(rest, BATCH)):
        yield some
