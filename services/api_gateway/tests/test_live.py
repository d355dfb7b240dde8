"""Open streams: from where the client was, in order, to the right organisation only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import eventlet
import pytest

from api_gateway import live as streaming
from api_gateway import store
from api_gateway.live import Live
from api_gateway.testing import OURS, THEIRS, Services, Visitor, field_errors, problem
from fairlead.store import EVERYWHERE, Database

pytestmark = pytest.mark.green

CONNECTED = b": connected\n\n"


@dataclass(frozen=True)
class Line:
    number: int
    type: str
    data: str


def parse(frame: bytes) -> Line:
    """One event of a stream (WHATWG HTML 9.2.6)."""
    assert frame.endswith(b"\n\n")
    fields = dict(line.split(": ", 1) for line in frame.decode().strip().split("\n"))
    assert fields.keys() == {"id", "event", "data"}
    return Line(int(fields["id"]), fields["event"], fields["data"])


def add(database: Database, organisation: UUID, *words: str, user: UUID | None = None) -> None:
    with database.transaction(organisation) as session:
        for word in words:
            store.append(session, "contact.changed", f'"{word}"'.encode(), user)


def numbers(database: Database, organisation: UUID) -> list[int]:
    with database.reading(organisation) as session:
        return [each.number for each in store.since(session, 0, 1000)]


def forget_all_but_newest(database: Database) -> None:
    with database.transaction(EVERYWHERE) as session:
        store.purge(session, dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))


class Client:
    """Reads one stream, and gives up when nothing comes."""

    def __init__(
        self,
        live: Live,
        organisation: UUID = OURS,
        after: int | None = None,
        user: UUID | None = None,
        until: dt.datetime | None = None,
    ) -> None:
        self._stream = live.stream(organisation, user, after, until)
        assert self.next_frame() == CONNECTED

    def next_frame(self) -> bytes:
        with eventlet.Timeout(10, AssertionError("nothing came")):
            return next(self._stream)

    def next(self) -> Line:
        return parse(self.next_frame())

    def words(self, count: int) -> list[str]:
        return [self.next().data.strip('"') for _ in range(count)]

    def ended(self) -> bool:
        with eventlet.Timeout(10, AssertionError("it goes on")):
            return next(self._stream, None) is None

    def close(self) -> None:
        self._stream.close()  # type: ignore[attr-defined]


class Interruptible(Live):
    """Tells when it reads: one killed as it connects leaves PostgreSQL waiting for its password,
    and the database cannot be dropped for a minute."""

    reads = False

    def _hand_out(self) -> None:
        self.reads = True
        try:
            super()._hand_out()
        finally:
            self.reads = False


@pytest.fixture
def live(live_log: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    monkeypatch.setattr(streaming, "POLL_SECONDS", 0.01)
    live = Interruptible(live_log)
    reader = eventlet.spawn(live.run)
    yield live
    with eventlet.Timeout(10, AssertionError("it reads on")):
        while live.reads:
            eventlet.sleep(0.001)
    reader.kill()


def test_what_changes_is_told(live: Live, live_log: Database) -> None:
    add(live_log, OURS, "before")
    client = Client(live)
    greenlet = eventlet.spawn(client.words, 2)
    eventlet.sleep(0)
    add(live_log, OURS, "a")
    add(live_log, OURS, "b")
    assert greenlet.wait() == ["a", "b"]


def test_a_frame_holds_number_type_and_data(live: Live, live_log: Database) -> None:
    add(live_log, OURS, "a")
    [number] = numbers(live_log, OURS)
    assert Client(live, after=number - 1).next() == Line(number, "contact.changed", '"a"')


def test_what_is_for_one_user_reaches_no_other(live: Live, live_log: Database) -> None:
    ana, rui = UUID(int=11), UUID(int=12)
    add(live_log, OURS, "a", user=ana)
    add(live_log, OURS, "b")
    before = numbers(live_log, OURS)[0] - 1
    hers, his, nobodys = (
        Client(live, after=before, user=ana),
        Client(live, after=before, user=rui),
        Client(live, after=before),
    )
    assert (hers.words(2), his.words(1), nobodys.words(1)) == (["a", "b"], ["b"], ["b"])
    streams = [eventlet.spawn(each.words, count) for each, count in ((hers, 2), (his, 1))]
    eventlet.sleep(0)
    add(live_log, OURS, "c", user=ana)
    add(live_log, THEIRS, "x", user=rui)
    add(live_log, OURS, "d")
    assert [each.wait() for each in streams] == [["c", "d"], ["d"]]


def test_the_end_of_sessions_ends_streams_and_is_told_to_none(
    live: Live, live_log: Database
) -> None:
    ana, rui = UUID(int=11), UUID(int=12)
    ended: list[UUID] = []
    live.on_ended = ended.append
    hers, his = Client(live, user=ana), Client(live, user=rui)
    over = eventlet.spawn(hers.ended)
    word = eventlet.spawn(his.words, 1)
    eventlet.sleep(0)
    with live_log.transaction(OURS) as session:
        store.append(session, streaming.ENDED, b"{}", ana)
    add(live_log, OURS, "a")
    assert over.wait()
    assert word.wait() == ["a"]
    assert ended == [ana]
    before = numbers(live_log, OURS)[0] - 1
    assert Client(live, after=before, user=ana).words(1) == ["a"]


def test_a_stream_ends_with_the_session_that_opened_it(live: Live, live_log: Database) -> None:
    client = Client(live, until=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1))
    add(live_log, OURS, "one")
    assert client.words(1) == ["one"]
    while (frame := next(client._stream, None)) is not None:
        assert frame == b": still here\n\n"


def test_who_watches_is_told_without_any_stream(live: Live, live_log: Database) -> None:
    ended: list[UUID] = []
    live.on_ended = ended.append
    with live_log.transaction(OURS) as session:
        store.append(session, streaming.ENDED, b"{}", UUID(int=10))  # before anybody watches
    live.watch()
    with live_log.transaction(OURS) as session:
        store.append(session, streaming.ENDED, b"{}", UUID(int=11))
    with eventlet.Timeout(10, AssertionError("nobody was told")):
        while not ended:
            eventlet.sleep(0.01)
    assert ended == [UUID(int=11)]


def test_a_client_resumes_after_the_last_it_saw(live: Live, live_log: Database) -> None:
    add(live_log, OURS, *"abcde")
    place = numbers(live_log, OURS)[1]
    client = Client(live, after=place)
    assert client.words(3) == ["c", "d", "e"]
    add(live_log, OURS, "f")
    assert client.words(1) == ["f"]


def test_a_long_absence_is_caught_up_whole(
    live: Live, live_log: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "BATCH", 3)
    words = [f"w{number}" for number in range(20)]
    add(live_log, OURS, *words)
    client = Client(live, after=numbers(live_log, OURS)[0])
    assert client.words(19) == words[1:]
    add(live_log, OURS, *words)
    assert client.words(20) == words


def test_nothing_falls_between_catching_up_and_listening(live: Live, live_log: Database) -> None:
    """Lines keep coming while clients come and go; each sees every line once, in order."""
    add(live_log, OURS, "first")
    start = numbers(live_log, OURS)[0]
    words = [f"w{number}" for number in range(60)]

    def write() -> None:
        for word in words:
            add(live_log, OURS, word)
            eventlet.sleep(0.002)

    writer = eventlet.spawn(write)
    readers = []
    for _ in range(10):
        readers.append(eventlet.spawn(Client(live, after=start).words, len(words)))
        eventlet.sleep(0.01)
    writer.wait()
    for reader in readers:
        assert reader.wait() == words


def test_organisations_never_hear_of_each_other(live: Live, live_log: Database) -> None:
    ours, theirs = Client(live, OURS), Client(live, THEIRS)
    start = Client(live, OURS, after=0), Client(live, THEIRS, after=0)
    for number in range(10):
        add(live_log, OURS, f"ours{number}")
        add(live_log, THEIRS, f"theirs{number}")
    for client in (ours, start[0]):
        assert client.words(10) == [f"ours{number}" for number in range(10)]
    for client in (theirs, start[1]):
        assert client.words(10) == [f"theirs{number}" for number in range(10)]


def test_anothers_number_opens_nothing(live: Live, live_log: Database) -> None:
    add(live_log, THEIRS, "a", "b")
    add(live_log, OURS, "c")
    client = Client(live, OURS, after=numbers(live_log, THEIRS)[0])
    line = client.next()
    # Whether reset or not: nothing of theirs is in it.
    while line.type == "reset":
        add(live_log, OURS, "c")
        line = client.next()
    assert line.data == '"c"'


def test_who_was_away_too_long_starts_anew(live: Live, live_log: Database) -> None:
    add(live_log, OURS, *"abcd")
    known = numbers(live_log, OURS)
    forget_all_but_newest(live_log)
    client = Client(live, after=known[0])
    assert client.next() == Line(known[-1], "reset", "{}")
    add(live_log, OURS, "e")
    assert client.words(1) == ["e"]


def test_who_missed_nothing_is_not_reset(live: Live, live_log: Database) -> None:
    add(live_log, OURS, *"abcd")
    known = numbers(live_log, OURS)
    forget_all_but_newest(live_log)
    assert Client(live, after=known[2]).words(1) == ["d"]


def test_a_number_from_the_future_is_reset(live: Live, live_log: Database) -> None:
    """As after a database was restored from a copy."""
    add(live_log, OURS, "a")
    client = Client(live, after=10**17)
    assert client.next().type == "reset"
    add(live_log, OURS, "b")
    assert client.words(1) == ["b"]


def test_a_slow_client_is_sent_away_and_can_resume(
    live: Live, live_log: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "BACKLOG", 3)
    add(live_log, OURS, "first")
    slow, fast = Client(live, after=0), Client(live)
    assert slow.words(1) == ["first"]
    words = [f"w{number}" for number in range(10)]
    heard = []
    for word in words:
        add(live_log, OURS, word)
        heard += fast.words(1)
    assert heard == words  # nobody waits for the slow one
    seen = numbers(live_log, OURS)
    last = seen[0]
    while (frame := next(slow._stream, None)) is not None:
        last = parse(frame).number
    resumed = Client(live, after=last)
    rest = [word for word, number in zip(words, seen[1:], strict=True) if number > last]
    assert len(rest) > 5
    assert resumed.words(len(rest)) == rest


def test_a_silent_stream_shows_that_it_lives(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.05)
    assert Client(live).next_frame().startswith(b": ")


def test_a_closed_stream_is_forgotten(
    live: Live, live_log: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "STREAMS_EACH", 2)
    clients = [Client(live), Client(live)]
    assert live.is_full(OURS)
    assert not live.is_full(THEIRS)
    clients[0].close()
    assert not live.is_full(OURS)


def test_listening_begins_again_after_a_pause(live: Live, live_log: Database) -> None:
    """While nobody listens the log is not read; what came then is not news."""
    first = Client(live)
    add(live_log, OURS, "a")
    assert first.words(1) == ["a"]
    first.close()
    add(live_log, OURS, "b")
    second = Client(live)
    add(live_log, OURS, "c")
    assert second.words(1) == ["c"]


def test_who_comes_late_takes_nothing_from_who_listens(
    live: Live, live_log: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two begin to listen at once, and the read of one takes long."""
    held = eventlet.event.Event()
    bounds = store.bounds
    waits = iter([True])

    def slowly(session: object) -> tuple[int, int]:
        if next(waits, False):
            held.wait()
        return bounds(session)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "bounds", slowly)
    late = eventlet.spawn(Client, live, THEIRS)
    eventlet.sleep(0)
    early = eventlet.spawn(Client(live).words, 1)
    monkeypatch.setattr(streaming, "POLL_SECONDS", 0.3)
    eventlet.sleep(0.05)  # the reader sleeps now, until after the late one has come
    add(live_log, OURS, "a")
    held.send()
    late.wait()
    assert early.wait() == ["a"]


def test_the_log_is_read_again_when_the_store_is_back(
    live: Live, live_log: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(live_log, OURS, "first")
    client = Client(live, after=0)
    assert client.words(1) == ["first"]  # it has caught up, and is handed what follows
    away = OSError("away")
    troubles = iter([away, away])
    since = store.since

    def stumbling(session: object, number: int, limit: int) -> list[store.Change]:
        for trouble in troubles:
            raise trouble
        return since(session, number, limit)  # type: ignore[arg-type]

    monkeypatch.setattr(streaming, "is_away", lambda error: error is away)
    monkeypatch.setattr(store, "since", stumbling)
    add(live_log, OURS, "a")
    assert client.words(1) == ["a"]


def test_a_stream_wants_a_signed_in_user(anybody: Visitor) -> None:
    assert anybody.ask("GET", "/api/v1/events").status_code == 401


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "9" * 19, "٣", " 1", ""])
def test_a_place_that_is_no_number_is_refused(after: str, owner: Visitor) -> None:
    response = owner.ask("GET", "/api/v1/events", query_string={"after": after})
    assert response.status_code == 422
    assert list(field_errors(response)) == ["Last-Event-ID"]


def test_an_organisation_has_only_so_many_streams(
    owner: Visitor, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "STREAMS_EACH", 0)
    response = owner.ask("GET", "/api/v1/events")
    assert response.status_code == 429
    assert problem(response)["code"] == "gateway.too_many_streams"
    assert "Retry-After" in response.headers
