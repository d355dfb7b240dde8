"""Finding documents by words: one statement, the cost of which has a bound.

Each word of a query stands for some terms: itself, those that begin with it, those that it may be
a mistyped form of. What is found comes in three grades: where every word stands as it is asked
for; where some only begin so; where some are mistyped; and in each grade the newest first.

A grade is found by walking the documents of one of the query's words, the newest first, and
looking whether they have the others. It is the word that is rarest around there. At most WALKED
documents are walked in one statement: a page may therefore hold less than was asked for, or
nothing, and still have a cursor, from which the search goes on.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from ..columns import UTCDateTime
from ..keyset import MOST, BadPage, Order
from .tables import FormRow, Index, TermRow
from .words import errors_of, mistyped, query_words
from .writing import BEGINNINGS

T = TypeVar("T")

WALKED = 500  # documents for one grade of one statement
STANDS_FOR = 64  # terms of one word in one grade
SAMPLED = 200  # documents by which it is judged how rare a word is
GRADES = EXACT, BEGUN, MISTYPED = range(3)

_LAST = "\U0010ffff"
_EPOCH = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
_GRADE: Any = sa.column("grade", sa.Integer)
_ORDER = Order(_GRADE, TermRow.at.desc(), TermRow.document.desc())
_Place: TypeAlias = tuple[int, dt.datetime, UUID]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: all of these words and all of these tags, from `since` to before
    `until`."""

    words: Sequence[str] = ()
    tags: Sequence[int] = ()
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    @classmethod
    def by(cls, q: str | None, tags: Sequence[int] = (), **when: dt.datetime | None) -> Wanted:
        """What somebody wants who wrote `q`."""
        return cls(query_words(q or ""), tags, **when)

    def __bool__(self) -> bool:
        return bool(self.words or self.tags)


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A page of what was found, and the cursor from which the search goes on; None at its end."""

    items: list[T]
    next: str | None


def find(
    session: Session,
    index: Index,
    wanted: Wanted,
    id: InstrumentedAttribute[UUID],
    *,
    where: Sequence[sa.ColumnElement[bool]] = (),
    shown: Callable[[Any], Any] | None = None,
    values: Mapping[str, Any] | None = None,
    cursor: str | None,
    limit: int,
) -> Found[Any]:
    """The rows, found by their column `id`, of the documents that are wanted.

    `where` is looked at for each document that is walked: what is rare belongs into the tags.
    `shown` gives the statement the joins and options of what is shown, and is the same function
    each time; `values` are those of its parameters, and of those in `where`.
    Raises BadPage for a wrong cursor or limit, and ValueError when nothing is wanted at all.
    """
    if not 1 <= limit <= MOST:
        raise BadPage.field("store.bad_page", "limit", f"must be from 1 to {MOST}")
    if not wanted:
        raise ValueError("a search needs a word or a tag")
    place = _place(cursor)
    shape = _Shape.of(index, wanted, place, is_lateral=_has_lateral(session))
    given = dict(values or {}) | _values(index, wanted, place) | {"limit": limit, "more": limit + 1}
    # Its making takes as long as its answering, and it is the same for most searches.
    make = _Statement.whole if where else _made
    statement = make(shape, id, tuple(where), shown)
    try:
        rows = session.execute(statement, given).all()
    except (sa.exc.DataError, OverflowError) as error:
        if cursor is None:
            raise
        raise BadPage.field("store.bad_page", "cursor", "holds impossible values") from error
    return _page(rows, limit)


def _place(cursor: str | None) -> _Place | None:
    if cursor is None:
        return None
    way, (grade, at, document) = _ORDER.decode(cursor)
    if way != "next" or grade not in GRADES or at.utcoffset() is None:
        raise BadPage.field("store.bad_page", "cursor", "is not one of a search")
    return grade, at, document


def _page(rows: Sequence[Any], limit: int) -> Found[Any]:
    items: list[Any] = []
    last: _Place | None = None
    for row, grade, at, document, is_end in rows:
        if is_end:
            return Found(items, _ORDER.encode("next", (grade, at, document)))
        if len(items) == limit:
            assert last is not None  # for the type checker: a page has room for one
            return Found(items, _ORDER.encode("next", last))
        last = grade, at, document
        if row is not None:
            items.append(row)
    return Found(items, None)


def _has_lateral(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a search's statement follows from, whatever is looked for."""

    words: tuple[tuple[bool, bool], ...]  # whether there are terms by beginning, and by typos
    tags: int
    has_since: bool
    has_until: bool
    grade: int | None
    is_lateral: bool

    @classmethod
    def of(cls, index: Index, wanted: Wanted, place: _Place | None, *, is_lateral: bool) -> _Shape:
        return cls(
            words=tuple(
                (index.names and len(word) in BEGINNINGS, errors_of(word) > 0)
                for word in wanted.words
            ),
            tags=len(wanted.tags),
            has_since=wanted.since is not None,
            has_until=wanted.until is not None,
            grade=place[0] if place else None,
            is_lateral=is_lateral,
        )


def _values(index: Index, wanted: Wanted, place: _Place | None) -> dict[str, Any]:
    """What stands in the statement's parameters."""
    found: dict[str, Any] = {"since": wanted.since, "until": wanted.until}
    for part, word in enumerate(wanted.words):
        form = index.form(word)
        found |= {f"term_{part}": index.term(word), f"beginning_{part}": index.beginning(word)}
        found |= {f"first_{part}": form, f"beyond_{part}": form + _LAST}
        found[f"typos_{part}"] = sorted({index.mistyped(*each) for each in mistyped(word)})
    for part, tag in enumerate(wanted.tags, len(wanted.words)):
        found[f"term_{part}"] = tag
    if place is not None:
        _, found["at"], found["document"] = place
    return found


class _Statement:
    """The statement of one search."""

    def __init__(
        self, shape: _Shape, id: InstrumentedAttribute[UUID], where: Sequence[Any]
    ) -> None:
        self._shape = shape
        self._id = id
        self._where = where
        self._parts = len(shape.words) + shape.tags
        self._stands = self._what_it_stands_for()
        self._lead = self._rarest() if self._parts > 1 else None

    @classmethod
    def whole(
        cls,
        shape: _Shape,
        id: InstrumentedAttribute[UUID],
        where: tuple[Any, ...],
        shown: Callable[[Any], Any] | None,
    ) -> sa.Select[Any]:
        """The rows in their order, with grade, place, and whether it is where the walk ended."""
        found = cls(shape, id, where)._whole()
        return found if shown is None else shown(found)

    def _whole(self) -> sa.Select[Any]:
        first = self._shape.grade or EXACT
        last = MISTYPED if self._shape.words else EXACT
        found: list[sa.Select[Any]] = []
        more: sa.ColumnElement[bool] = sa.true()
        for grade in range(first, last + 1):
            matching = self._matching(grade, more).cte(f"grade_{grade}")
            count = sa.select(sa.func.count()).select_from(matching).scalar_subquery()
            more = sa.and_(more, count <= sa.bindparam("limit", type_=sa.Integer))
            end = self._end(grade, more).cte(f"end_{grade}")
            more = sa.and_(more, ~sa.select(end.c.at).exists())
            found += [
                sa.select(
                    sa.literal(grade).label("grade"),
                    each.c.at,
                    each.c.document,
                    sa.literal(is_end).label("is_end"),
                )
                for each, is_end in ((matching, 0), (end, 1))
            ]
        rows = sa.union_all(*found).subquery("found")
        entity = self._id.class_
        return (
            sa.select(entity, rows.c.grade, rows.c.at, rows.c.document, rows.c.is_end)
            .select_from(rows)
            .outerjoin(entity, sa.and_(self._id == rows.c.document, rows.c.is_end == 0))
            .order_by(rows.c.grade, rows.c.is_end, rows.c.at.desc(), rows.c.document.desc())
        )

    def _what_it_stands_for(self) -> sa.CTE:
        """Each part of the query, by its number, with its terms and the grade of each."""
        found = []
        for part, (has_beginning, has_typos) in enumerate(self._shape.words):
            found.append(_term(part, EXACT, f"term_{part}"))
            if has_beginning:
                found.append(_term(part, BEGUN, f"beginning_{part}"))
            first = sa.bindparam(f"first_{part}", type_=FormRow.form.type)
            beyond = sa.bindparam(f"beyond_{part}", type_=FormRow.form.type)
            found.append(_terms(part, BEGUN, sa.and_(FormRow.form >= first, FormRow.form < beyond)))
            if has_typos:
                typos = sa.bindparam(f"typos_{part}", expanding=True, type_=FormRow.form.type)
                found.append(_terms(part, MISTYPED, FormRow.form.in_(typos)))
        for part in range(len(self._shape.words), self._parts):
            found.append(_term(part, EXACT, f"term_{part}"))
        every = sa.union_all(*found).subquery()
        return (
            sa.select(every.c.part, every.c.term, sa.func.min(every.c.grade).label("grade"))
            .group_by(every.c.part, every.c.term)
            .cte("stands")
        )

    def _rarest(self) -> sa.CTE:
        """The part whose documents lie farthest apart where the search begins."""
        sampled = aliased(TermRow)
        depth = (
            sa.select(sampled.at)
            .where(
                sampled.term == self._stands.c.term,
                *self._when(sampled, has_place=self._shape.grade is not None),
            )
            .order_by(sampled.at.desc(), sampled.document.desc())
            .offset(SAMPLED)
            .limit(1)
            .correlate(self._stands)
            .scalar_subquery()
        )
        nothing = sa.literal(_EPOCH, UTCDateTime())
        depths = sa.select(
            self._stands.c.part, sa.func.coalesce(depth, nothing).label("depth")
        ).subquery()
        return (
            sa.select(depths.c.part)
            .group_by(depths.c.part)
            .order_by(sa.func.max(depths.c.depth), depths.c.part)
            .limit(1)
            .cte("lead")
        )

    def _matching(self, grade: int, when: sa.ColumnElement[bool]) -> sa.Select[Any]:
        """The newest documents of a grade, one more than are asked for."""
        walked = self._walked(grade, when).subquery()
        statement = sa.select(walked.c.at, walked.c.document)
        if self._where:
            statement = statement.join(self._id.class_, self._id == walked.c.document)
            statement = statement.where(*self._where)
        if grade > EXACT:
            statement = statement.where(self._has_all(walked, grade))
        elif self._parts > 1:
            statement = statement.where(self._has_exactly(walked))
        return statement.order_by(walked.c.at.desc(), walked.c.document.desc()).limit(
            sa.bindparam("more", type_=sa.Integer)
        )

    def _end(self, grade: int, when: sa.ColumnElement[bool]) -> sa.Select[Any]:
        """Where the walk ended, if it did so because of its bound."""
        walked = self._walked(grade, when).subquery()
        return (
            sa.select(walked.c.at, walked.c.document)
            .order_by(walked.c.at.desc(), walked.c.document.desc())
            .offset(WALKED - 1)
            .limit(1)
        )

    def _walked(self, grade: int, is_wanted: sa.ColumnElement[bool]) -> sa.Select[Any]:
        """The newest documents that have the leading part in this grade or a better one."""
        if grade == EXACT:
            return self._walked_exactly(is_wanted)  # type: ignore[no-any-return]
        stands, row = self._stands, aliased(TermRow)
        when = self._when(row, has_place=self._shape.grade == grade)
        of_term = sa.select(row.at, row.document).where(row.term == stands.c.term, *when)
        if self._shape.is_lateral:
            newest = of_term.order_by(row.at.desc(), row.document.desc()).limit(WALKED)
            each = newest.lateral()
            statement = sa.select(each.c.at, each.c.document).select_from(
                stands.join(each, sa.true())
            )
        else:  # SQLite has no LATERAL: it reads each term's documents to the end
            statement = (
                sa.select(row.at, row.document)
                .select_from(stands)
                .join(row, row.term == stands.c.term)
                .where(*when)
            )
        if self._lead is not None:
            lead = sa.select(self._lead.c.part).scalar_subquery()
            statement = statement.where(stands.c.part == lead)
        at, document = statement.selected_columns
        return (
            statement.where(stands.c.grade <= grade, is_wanted)
            .distinct()
            .order_by(at.desc(), document.desc())
            .limit(WALKED)
        )

    def _walked_exactly(self, is_wanted: sa.ColumnElement[bool]) -> Any:
        """The newest documents of the one term that the leading part is: read in their order, so
        that no more are read than are needed."""
        row, stands = aliased(TermRow), self._stands
        term: sa.ColumnElement[int] = sa.bindparam("term_0", type_=sa.BigInteger)
        if self._lead is not None:
            leading = sa.select(self._lead.c.part).scalar_subquery()
            term = (
                sa.select(stands.c.term)
                .where(stands.c.part == leading, stands.c.grade == EXACT)
                .scalar_subquery()
            )
        return (
            sa.select(row.at, row.document)
            .where(
                row.term == term, is_wanted, *self._when(row, has_place=self._shape.grade == EXACT)
            )
            .order_by(row.at.desc(), row.document.desc())
            .limit(WALKED)
        )

    def _has_exactly(self, walked: Any) -> sa.ColumnElement[bool]:
        """Whether a document has every part as it is asked for: one look into the index each."""
        row = aliased(TermRow)
        terms = [sa.bindparam(f"term_{part}", type_=sa.BigInteger) for part in range(self._parts)]
        count = (
            sa.select(sa.func.count())
            .select_from(row)
            .where(row.document == walked.c.document, row.term.in_(terms))
            .correlate(walked)
            .scalar_subquery()
        )
        return count == self._parts

    def _has_all(self, walked: Any, grade: int) -> sa.ColumnElement[bool]:
        """Whether a document has every part in this grade or a better one, and one in this."""
        stands, row = self._stands, aliased(TermRow)
        better = sa.case((stands.c.grade < grade, stands.c.part))
        has_all = sa.func.count(stands.c.part.distinct()) == self._parts
        if grade > EXACT:
            has_all = sa.and_(has_all, sa.func.count(better.distinct()) < self._parts)
        return (
            sa.select(has_all)
            .select_from(row)
            .join(stands, stands.c.term == row.term)
            .where(row.document == walked.c.document, stands.c.grade <= grade)
            .correlate(walked)
            .scalar_subquery()
        )

    def _when(self, row: Any, *, has_place: bool) -> list[sa.ColumnElement[bool]]:
        found: list[sa.ColumnElement[bool]] = []
        if self._shape.has_since:
            found.append(row.at >= sa.bindparam("since", type_=UTCDateTime()))
        if self._shape.has_until:
            found.append(row.at < sa.bindparam("until", type_=UTCDateTime()))
        if has_place:
            at = sa.bindparam("at", type_=UTCDateTime())
            document = sa.bindparam("document", type_=sa.Uuid())
            found.append(sa.tuple_(row.at, row.document) < sa.tuple_(at, document))
        return found


_made = functools.lru_cache(maxsize=256)(_Statement.whole)


def _term(part: int, grade: int, name: str) -> Any:
    term = sa.bindparam(name, type_=sa.BigInteger)
    return sa.select(
        sa.literal(part, sa.Integer).label("part"),
        sa.literal(grade, sa.Integer).label("grade"),
        sa.cast(term, sa.BigInteger).label("term"),
    )


def _terms(part: int, grade: int, which: sa.ColumnElement[bool]) -> Any:
    some = sa.select(FormRow.term).where(which).order_by(FormRow.form).limit(STANDS_FOR).subquery()
    return sa.select(
        sa.literal(part, sa.Integer).label("part"),
        sa.literal(grade, sa.Integer).label("grade"),
        some.c.term,
    )
