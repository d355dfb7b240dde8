"""Search: against a plain model of it, on both databases; borders, bounds and hostile input."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fairlead.admin import Request
from fairlead.errors import Invalid, NotFound
from fairlead.runtime import Runtime
from fairlead.store import EVERYWHERE, Database, Scoped, insert_many, new_id, new_metadata
from fairlead.store.migrations import FAIRLEAD
from fairlead.store.search import (
    Entry,
    FormRow,
    Index,
    Searched,
    TermRow,
    Wanted,
    catching_up,
    find,
    put,
    reading,
    remove,
    words,
)
from fairlead.store.search.admin import offer
from fairlead.store.search.words import query_words
from fairlead.testing.schema import bring_up
from fairlead.testing.search import grade

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
OURS, THEIRS = UUID(int=1), UUID(int=2)
NOTES = Index("n")
PEOPLE = Index("p", names=True)


class Base(DeclarativeBase):
    metadata = new_metadata()


class Note(Scoped, Base):
    __tablename__ = "notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    text: Mapped[str]
    colour: Mapped[str] = mapped_column(default="")


@pytest.fixture
def database(store: Database) -> Database:
    bring_up(store, FAIRLEAD)
    with store.exclusive() as connection:
        Base.metadata.create_all(connection)
    return store


class Shelf:
    """Notes of one organisation, and the search of them."""

    def __init__(self, database: Database, organisation: UUID, index: Index = NOTES) -> None:
        self.database, self.organisation, self.index = database, organisation, index
        self.count = 0

    def write(
        self, text: str, *, days: float | None = None, tags: Iterable[str] = (), colour: str = ""
    ) -> UUID:
        """A note, newer than those before it unless `days` says when."""
        self.count += 1
        note = Note(id=new_id(), text=text, colour=colour)
        with self.database.transaction(self.organisation) as session:
            session.add(note)
            self.put(session, note, self.count if days is None else days, tags)
        return note.id

    def put(self, session: Session, note: Note, days: float, tags: Iterable[str] = ()) -> None:
        marked = frozenset(self.index.tag("tag", tag) for tag in tags)
        at = NOW + dt.timedelta(days=days)
        entry = Entry(self.index, self.organisation, note.id, at, words(note.text), marked)
        put(session, entry)

    def page(
        self,
        q: str,
        *,
        tags: Sequence[str] = (),
        cursor: str | None = None,
        limit: int = 50,
        where: Sequence[sa.ColumnElement[bool]] = (),
        **when: dt.datetime | None,
    ) -> tuple[list[str], str | None]:
        wanted = Wanted.by(q, [self.index.tag("tag", tag) for tag in tags], **when)
        with self.database.reading(self.organisation) as session:
            found = find(
                session, self.index, wanted, Note.id, where=where, cursor=cursor, limit=limit
            )
            return [note.text for note in found.items], found.next

    def find(self, q: str, **options: object) -> list[str]:
        """All that is found, page after page."""
        texts: list[str] = []
        cursor = None
        while True:
            some, cursor = self.page(q, cursor=cursor, **options)  # type: ignore[arg-type]
            texts += some
            if cursor is None:
                return texts


@pytest.fixture
def shelf(database: Database) -> Shelf:
    return Shelf(database, OURS)


def test_accents_case_and_the_order_of_words_do_not_matter(shelf: Shelf) -> None:
    shelf.write("José Núñez, Łódź, at Großer Platz with Søren")
    for q in ("jose nunez", "NUÑEZ José", "lodz", "grosser", "GROSSER soren", "søren łódz"):
        assert len(shelf.find(q)) == 1, q
    assert shelf.find("jose nobody") == []


def test_exact_comes_before_begun_before_mistyped_and_newer_before_older(shelf: Shelf) -> None:
    for text in ("mariana 1", "maria 1", "marta", "mraia", "maria 2", "mariana 2"):
        shelf.write(text)
    expected = ["maria 2", "maria 1", "mariana 2", "mariana 1", "mraia", "marta"]
    assert shelf.find("maria") == expected
    assert shelf.find("maria", limit=1) == expected
    assert shelf.find("maria", limit=2) == expected


@pytest.mark.parametrize(
    "q",
    [
        "TRP-2026-0099",
        "trp-2026",
        "2026-0099",
        "0099",
        "trp 2026 0099",
        "TRP-2026-00",
        "+351 912 345 678",
        "00351912345678",
        "0912 345 678",
        "912-345",
        "345 678",
        "5678",
        "2345",
        "maria.fernandez@hotel-lisboa.test",
        "fernandez@hotel",
        "lisboa.test",
        "maria fern",
        "o'brien",
        "obrien",
        "brien",
        "check-in",
        "checkin",
        "機場接送",
        "接送",
    ],
)
def test_numbers_references_and_addresses_are_found_by_whole_and_by_part(
    shelf: Shelf, q: str
) -> None:
    shelf.write(
        "TRP-2026-0099 O'Brien check-in +351912345678 maria.fernandez@hotel-lisboa.test 機場接送"
    )
    shelf.write("TRP-2025-0011 Smith +351966000111 someone@else.test")
    assert len(shelf.find(q)) == 1


def test_a_number_forgives_no_digit(shelf: Shelf) -> None:
    shelf.write("TRP-2026-0099 +351912345678")
    for q in ("TRP-2026-0098", "912345679", "trp20260990"):
        assert shelf.find(q) == [], q


def test_names_are_found_by_two_letters_however_many_begin_so(database: Database) -> None:
    people = Shelf(database, OURS, PEOPLE)
    with database.transaction(OURS) as session:
        for number, letters in enumerate(itertools.product("aeiou", repeat=3)):
            note = Note(id=new_id(), text=f"Ma{''.join(letters)}")
            session.add(note)
            people.put(session, note, number)
    assert len(people.find("ma")) == 125 > reading.STANDS_FOR
    assert len(people.find("maa")) == 25
    assert len(people.find("m")) == reading.STANDS_FOR


def test_tags_days_and_columns_narrow_a_search(shelf: Shelf) -> None:
    shelf.write("the van", days=0, tags=["red"], colour="red")
    shelf.write("the van", days=1, tags=["red", "big"])
    shelf.write("the bus", days=2, tags=["big"])
    assert len(shelf.find("the")) == 3
    assert len(shelf.find("van")) == 2
    assert len(shelf.find("van", tags=["big"])) == 1
    assert len(shelf.find("", tags=["red", "big"])) == 1
    assert len(shelf.find("", tags=["none"])) == 0
    tomorrow = NOW + dt.timedelta(days=1)
    assert len(shelf.find("the", since=tomorrow)) == 2
    assert len(shelf.find("the", until=tomorrow)) == 1
    assert len(shelf.find("the", since=tomorrow, until=tomorrow)) == 0
    assert len(shelf.find("the", where=[Note.colour == "red"])) == 1


def test_organisations_never_meet(database: Database) -> None:
    ours, theirs = Shelf(database, OURS), Shelf(database, THEIRS)
    ours.write("secret plan")
    theirs.write("secret party")
    assert ours.find("secret") == ["secret plan"]
    assert theirs.find("secre") == ["secret party"]
    assert theirs.find("secert") == ["secret party"]
    assert ours.find("party") == []
    with pytest.raises(Invalid):
        ours.page("secret", cursor="AAAA")
    with database.reading(THEIRS) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(TermRow)) == 2


def test_what_is_written_under_everywhere_belongs_to_its_organisation(database: Database) -> None:
    note = Note(id=new_id(), organisation_id=OURS, text="late words")
    with database.transaction(EVERYWHERE) as session:
        session.add(note)
        put(session, Entry(NOTES, OURS, note.id, NOW, words(note.text)))
    assert Shelf(database, OURS).find("late") == ["late words"]
    assert Shelf(database, THEIRS).find("late") == []


def test_a_changed_document_is_found_by_its_new_words_only(shelf: Shelf) -> None:
    id = shelf.write("old words")
    with shelf.database.transaction(OURS) as session:
        note = session.get_one(Note, id)
        note.text = "new words"
        shelf.put(session, note, 1)
    assert shelf.find("old") == []
    assert shelf.find("new") == shelf.find("words") == ["new words"]


def test_nothing_is_indexed_when_the_transaction_fails(shelf: Shelf) -> None:
    note = Note(id=new_id(), text="ghost")

    def fail() -> None:
        with shelf.database.transaction(OURS) as session:
            session.add(note)
            shelf.put(session, note, 1)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert shelf.find("ghost") == []


def test_words_that_nobody_has_any_more_are_forgotten(shelf: Shelf) -> None:
    gone, kept = shelf.write("fernandez lisbon"), shelf.write("lisbon porto")
    with shelf.database.transaction(OURS) as session:
        remove(session, NOTES, OURS, gone)
    with shelf.database.reading(OURS) as session:
        assert set(session.scalars(sa.select(TermRow.document))) == {kept}
        left = set(session.scalars(sa.select(FormRow.form)))
    assert not any("fern" in form for form in left)
    assert {"nlisbon", "nporto"} <= left
    assert shelf.find("lisbno") == ["lisbon porto"]


def test_a_document_that_is_a_little_newer_keeps_its_place_and_moves_later(shelf: Shelf) -> None:
    first = shelf.write("boat one", days=0)
    shelf.write("boat two", days=0.1)
    for days, expected in ((0.5, ["boat two", "boat one"]), (2, ["boat one", "boat two"])):
        with shelf.database.transaction(OURS) as session:
            shelf.put(session, session.get_one(Note, first), days)
        assert shelf.find("boat") == expected


def test_pages_are_stable_while_documents_come(shelf: Shelf) -> None:
    for number in range(7):
        shelf.write(f"tour {number}")
    seen, cursor = shelf.page("tour", limit=3)
    shelf.write("tour new")
    while cursor is not None:
        some, cursor = shelf.page("tour", limit=3, cursor=cursor)
        seen += some
    assert seen == [f"tour {number}" for number in range(6, -1, -1)]


def test_a_search_that_reaches_its_bound_goes_on_from_its_cursor(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "WALKED", 4)
    monkeypatch.setattr(reading, "_made", reading._made.__wrapped__)  # it stands in statements
    shelf.write("common rare")
    for _ in range(5):
        shelf.write("common")
    for _ in range(5):
        shelf.write("rare")
    pages, cursor = [], None
    while True:
        some, cursor = shelf.page("common rare", cursor=cursor, limit=2)
        pages.append(some)
        if cursor is None:
            break
    assert len(pages) > 1
    assert [text for some in pages for text in some] == ["common rare"]


@pytest.mark.parametrize(
    "q",
    [
        "%",
        "_",
        "'; drop table notes --",
        "\\",
        "\0",
        "a" * 500,
        "\U0010ffff" * 10,
        "~1ab ^ab",
        "- - -",
        "\ud800",
        "1 2 3 4 5 6 7 8 9 0 " * 20,
        " ".join("abcdefghij"),
        "अनुच्छेद ไทย ﷺ",
    ],
)
def test_a_hostile_query_finds_nothing_and_breaks_nothing(shelf: Shelf, q: str) -> None:
    shelf.write("plain text 100% sure_thing")
    if Wanted.by(q):
        assert shelf.find(q) == []
    assert shelf.find("sure_thing") == shelf.find("100%") == ["plain text 100% sure_thing"]


def test_a_search_for_nothing_is_a_mistake_of_the_caller(shelf: Shelf) -> None:
    with pytest.raises(ValueError, match="word or a tag"):
        shelf.page("  ")
    for limit in (0, 201):
        with pytest.raises(Invalid):
            shelf.page("a", limit=limit)


def test_a_hostile_text_costs_a_bounded_number_of_rows(shelf: Shelf) -> None:
    letters = "abcdefghijklmnop"
    text = " ".join(
        "".join(each) for each in itertools.islice(itertools.permutations(letters, 12), 3000)
    )
    shelf.write(text)
    with shelf.database.reading(OURS) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(TermRow)) == 1000
        assert session.scalar(sa.select(sa.func.count()).select_from(FormRow)) in range(
            1000, 20_000
        )


# Each example has an organisation of its own.
EACH_ITS_OWN = [HealthCheck.function_scoped_fixture]
LETTERS = "abn1ñ"
WORD = st.text(LETTERS, min_size=1, max_size=10)
TEXT = st.lists(WORD, min_size=1, max_size=4).map(" ".join)


@given(texts=st.lists(TEXT, max_size=8), q=st.lists(WORD, min_size=1, max_size=3).map(" ".join))
@settings(max_examples=60, suppress_health_check=EACH_ITS_OWN)
def test_what_is_found_is_what_the_model_finds(
    database: Database, texts: list[str], q: str
) -> None:
    shelf = Shelf(database, new_id())
    for text in texts:
        shelf.write(text)
    asked = query_words(q)
    graded = [(grade(text, asked), -number) for number, text in enumerate(texts)]
    expected = [texts[-at] for g, at in sorted((g, at) for g, at in graded if g is not None)]
    assert shelf.find(q) == expected
    assert shelf.find(q, limit=1) == expected


@settings(max_examples=60, suppress_health_check=EACH_ITS_OWN)
@given(word=st.text("abcd", min_size=3, max_size=11), data=st.data())
def test_every_typing_error_within_the_allowance_is_forgiven(
    database: Database, word: str, data: st.DataObject
) -> None:
    wrong = word
    for _ in range(data.draw(st.integers(1, 2))):
        wrong = data.draw(st.sampled_from(sorted(_one_error(wrong))))
    allowed = 2 if len(wrong) >= 8 else 1 if len(wrong) >= 4 else 0
    shelf = Shelf(database, new_id())
    shelf.write(word)
    if any(word in within for within in itertools.islice(_within(wrong), allowed + 1)):
        assert shelf.find(wrong) == [word]


def _one_error(word: str) -> set[str]:
    places = range(len(word) + 1)
    return {
        *(word[:i] + word[i + 1 :] for i in places[:-1] if len(word) > 1),
        *(word[:i] + c + word[i:] for i in places for c in "abcd"),
        *(word[:i] + c + word[i + 1 :] for i in places[:-1] for c in "abcd"),
        *(word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in places[:-2]),
    }


def _within(word: str) -> Iterable[set[str]]:
    """The words at edit distance 0, at most 1, at most 2."""
    found = {word}
    while True:
        yield found
        found = found | {each for known in found for each in _one_error(known)}


class Letter(Searched, Base):
    __tablename__ = "letters"

    search_index = Index("l")
    id: Mapped[UUID] = mapped_column(primary_key=True)
    text: Mapped[str]

    def search_entry(self, session: Session) -> Entry:
        return Entry(self.search_index, self.organisation_id, self.id, NOW, words(self.text))


def _letters(database: Database, q: str, organisation: UUID = OURS) -> list[str]:
    with database.reading(organisation) as session:
        found = find(session, Letter.search_index, Wanted.by(q), Letter.id, cursor=None, limit=50)
        return sorted(letter.text for letter in found.items)


def test_what_the_unit_of_work_changes_is_kept_in_the_index(database: Database) -> None:
    letter = Letter(id=new_id(), text="first words")
    with database.transaction(OURS) as session:
        session.add(letter)
        session.flush()
        letter.text = "second words"
    assert _letters(database, "first") == []
    assert _letters(database, "second") == ["second words"]
    with database.transaction(OURS) as session:
        session.get_one(Letter, letter.id).text = "third words"
    assert _letters(database, "second") == []
    assert _letters(database, "third") == ["third words"]
    with database.transaction(OURS) as session:
        session.delete(session.get_one(Letter, letter.id))
    with database.reading(EVERYWHERE) as session:
        assert not session.scalars(sa.select(TermRow)).all()
        assert not session.scalars(sa.select(FormRow)).all()


def _unindexed(database: Database, count: int) -> None:
    """Rows as they are from before there was an index."""
    for organisation in (OURS, THEIRS):
        with database.transaction(organisation) as session:
            rows = [{"id": new_id(), "text": f"letter {number}"} for number in range(count)]
            insert_many(session, Letter, rows)


def test_a_pass_brings_in_what_was_there_before_and_ends(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "STEP", 4)
    _unindexed(database, 5)
    assert _letters(database, "letter") == []
    steps = sum(1 for _ in iter(lambda: catching_up.step(database, [Letter]), False))
    assert steps == 3
    assert len(_letters(database, "letter")) == len(_letters(database, "letter", THEIRS)) == 5
    with database.reading(EVERYWHERE) as session:
        (done,) = catching_up.passes(session)
        assert (done.done, done.total, done.cancelled) == (10, 10, False)
        assert done.finished_at is not None


def test_a_pass_can_be_cancelled_and_begun_again_while_searches_go_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "STEP", 4)
    _unindexed(database, 5)
    assert catching_up.step(database, [Letter])
    with database.transaction(EVERYWHERE) as session:
        assert catching_up.cancel(session, Letter)
        assert not catching_up.cancel(session, Letter)
    assert not catching_up.step(database, [Letter])
    with database.transaction(EVERYWHERE) as session:
        session.execute(sa.delete(TermRow))  # what had gone wrong
        catching_up.start(session, Letter)
    while catching_up.step(database, [Letter]):
        pass
    assert len(_letters(database, "letter")) == 5
    with database.transaction(EVERYWHERE) as session:
        catching_up.start(session, Letter)
    while catching_up.step(database, [Letter]):
        assert len(_letters(database, "letter")) == 5


class Routes:
    """Stands in for a process: keeps the admin endpoints that are offered, to be called."""

    def __init__(self, database: Database) -> None:
        self.admin = self
        self.database = lambda service: database
        self.handlers: dict[tuple[str, str], Callable[[Request], Any]] = {}

    def route(self, service: str, method: str, path: str) -> Callable[[Any], Any]:
        def keep(handler: Any) -> Any:
            self.handlers[method, path] = handler
            return handler

        return keep

    def ask(self, method: str, path: str, **parameters: str) -> Any:
        return self.handlers[method, path](Request(method, path, parameters, {}, b""))


def test_an_operator_makes_the_index_anew_and_sees_how_far_it_is(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "STEP", 4)
    _unindexed(database, 5)
    routes = Routes(database)
    offer("trial", [Letter])(cast("Runtime", routes))
    assert routes.ask("GET", "/search") == {"passes": []}
    assert routes.ask("POST", "/search/{table}", table="letters") == {"started": "letters"}
    catching_up.step(database, [Letter])
    (found,) = routes.ask("GET", "/search")["passes"]
    assert (found["table"], found["done"], found["total"]) == ("letters", 4, 10)
    assert found["finished_at"] is None
    assert routes.ask("DELETE", "/search/{table}", table="letters") == {"cancelled": True}
    assert routes.ask("DELETE", "/search/{table}", table="letters") == {"cancelled": False}
    (found,) = routes.ask("GET", "/search")["passes"]
    assert found["cancelled"]
    for method in ("POST", "DELETE"):
        with pytest.raises(NotFound):
            routes.ask(method, "/search/{table}", table="strangers")
