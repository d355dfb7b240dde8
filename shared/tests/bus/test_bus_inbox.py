"""The inbox table: what stands in it, who may change it, what is forgotten."""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from tests.bus.parties import NoteWritten, file, filed

from fairlead.bus import inbox
from fairlead.bus.inbox import (
    KEPT,
    LAST_ATTEMPT,
    LONGEST_WAIT,
    PURGED_AT_ONCE,
    RETRY_LEASE,
    AlreadyDone,
    InboxRow,
    InboxStatus,
    Work,
    begin_work,
    claim_failed,
    close,
    count_dead,
    count_failed,
    first_id_of,
    forget_parked,
    once,
    park,
    purge,
    record_failure,
    renew,
    wait_before,
)
from fairlead.store import EVERYWHERE, Database, ScopeViolation, new_id

pytestmark = pytest.mark.green


def work(handler: str = "keep", *, organisation: UUID | None = None) -> Work:
    return Work(
        event_id=new_id(), handler=handler, topic="a.b.v1", body=b"{}", organisation=organisation
    )


def again(work: Work, attempts: int) -> Work:
    """The same work as another worker has it."""
    return Work(work.event_id, work.handler, work.topic, work.body, work.organisation, attempts)


def row_of(database: Database, work: Work) -> InboxRow:
    with database.reading(EVERYWHERE) as session:
        row = session.get(InboxRow, work.key)
    assert row is not None
    return row


def happen(database: Database, work: Work) -> None:
    """Let a handler have its effect."""
    begin_work(work)
    with once(database) as session:
        file(session, work.handler, NoteWritten(id=work.event_id, text="a"))


def make_due(database: Database, work: Work) -> None:
    """Let its time come."""
    with database.transaction(EVERYWHERE) as session:
        row = session.get(InboxRow, work.key)
        assert row is not None
        row.next_attempt_at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)


def test_the_effect_happens_once(database: Database) -> None:
    first = work()
    happen(database, first)
    for attempts in (0, 1, 5):
        with pytest.raises(AlreadyDone):
            happen(database, again(first, attempts))
    happen(database, Work(first.event_id, "count", first.topic, b"", None))
    assert filed(database) == {("keep", "a"): 1, ("count", "a"): 1}


def test_an_effect_that_fails_leaves_nothing(database: Database) -> None:
    failed = work()
    begin_work(failed)

    def break_off() -> None:
        with once(database) as session:
            file(session, "keep", NoteWritten(id=failed.event_id, text="a"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert filed(database) == {}
    happen(database, again(failed, 0))


def test_a_handler_has_one_effect_and_not_two(database: Database) -> None:
    """A second transaction would be dropped as a duplicate, had the process died between them."""
    happening = work()
    happen(database, happening)
    with pytest.raises(RuntimeError, match="second"), once(database):
        pass


def test_the_effect_is_the_organisations_own(database: Database) -> None:
    begin_work(work(organisation=uuid4()))
    with pytest.raises(ScopeViolation), once(database) as session:
        session.execute(sa.text("SELECT 1"))


def test_a_failure_that_is_known_already_changes_nothing(database: Database) -> None:
    """An event that comes again from the broker while it waits here for its next try."""
    failed = work()
    assert not record_failure(database, failed, "first")
    assert not record_failure(database, again(failed, 1), "second")
    before = row_of(database, failed)
    assert not record_failure(database, again(failed, 0), "again", final=True)
    after = row_of(database, failed)
    assert (after.error, after.attempts, after.status) == ("second", 2, InboxStatus.FAILED)
    assert after.next_attempt_at == before.next_attempt_at


def test_the_last_failure_is_final(database: Database) -> None:
    failed = work()
    for attempt in range(LAST_ATTEMPT - 1):
        assert not record_failure(database, again(failed, attempt), "no")
    assert record_failure(database, again(failed, LAST_ATTEMPT - 1), "no")
    row = row_of(database, failed)
    assert (row.status, row.attempts) == (InboxStatus.DEAD, LAST_ATTEMPT)
    assert row.next_attempt_at is None
    assert (count_failed(database), count_dead(database)) == (0, 1)


def test_who_failed_late_does_not_undo_who_succeeded(database: Database) -> None:
    """Two workers on one row, because the first one's lease ran out."""
    failed = work()
    record_failure(database, failed, "no")
    slow, quick = again(failed, 1), again(failed, 1)
    happen(database, quick)
    record_failure(database, slow, "too late")
    assert row_of(database, failed).status is InboxStatus.DONE
    with pytest.raises(AlreadyDone):
        happen(database, slow)
    assert filed(database) == {("keep", "a"): 1}


def test_who_succeeds_late_does_not_undo_a_person(database: Database) -> None:
    """Somebody discarded it meanwhile, or it was tried and failed again."""
    failed = work()
    record_failure(database, failed, "no")
    slow = again(failed, 1)
    record_failure(database, again(failed, 1), "no, again")
    with pytest.raises(AlreadyDone):
        happen(database, slow)
    close(database, slow)
    assert row_of(database, failed).status is InboxStatus.FAILED


def test_what_is_due_is_leased_to_one(database: Database) -> None:
    due, later = work(), work()
    for each in (due, later):
        record_failure(database, each, "no")
    make_due(database, due)
    [claimed] = claim_failed(database, 10)
    assert (claimed.key, claimed.attempts, claimed.body) == (due.key, 1, b"{}")
    assert claim_failed(database, 10) == []
    leased = row_of(database, due).next_attempt_at
    assert leased is not None
    left = leased - dt.datetime.now(dt.UTC)
    assert RETRY_LEASE - dt.timedelta(seconds=30) < left <= RETRY_LEASE
    make_due(database, due)
    renew(database, [claimed])
    assert claim_failed(database, 10) == []


def test_no_more_is_claimed_than_can_be_worked_on(database: Database) -> None:
    works = [work() for _ in range(5)]
    for each in works:
        record_failure(database, each, "no")
        make_due(database, each)
    assert len(claim_failed(database, 3)) == 3
    assert len(claim_failed(database, 3)) == 2


def test_what_has_no_effect_this_time_is_closed(database: Database) -> None:
    failed = work()
    record_failure(database, failed, "no")
    close(database, again(failed, 1))
    row = row_of(database, failed)
    assert (row.status, row.body, row.error) == (InboxStatus.DONE, None, None)
    assert row.next_attempt_at is None


def test_what_is_parked_twice_is_there_once(database: Database) -> None:
    for _ in range(2):
        park(database, b"\xff", "unreadable")
    park(database, b"\xfe", "unreadable")
    assert count_dead(database) == 2
    with database.reading(EVERYWHERE) as session:
        rows = session.scalars(sa.select(InboxRow)).all()
    assert {row.body for row in rows} == {b"\xff", b"\xfe"}
    forget_parked(database, rows[0].event_id)
    assert count_dead(database) == 1


def test_what_was_done_long_ago_is_forgotten_and_nothing_else(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "PURGED_AT_ONCE", 4)
    now = dt.datetime.now(dt.UTC)
    old, recent = now - KEPT - dt.timedelta(minutes=1), now - KEPT + dt.timedelta(minutes=1)

    def row(at: dt.datetime, status: InboxStatus, handler: str) -> InboxRow:
        return InboxRow(
            event_id=UUID(int=first_id_of(at).int + len(handler)),
            handler=handler,
            topic="a.b.v1",
            status=status,
            attempts=1,
            received_at=at,
        )

    with database.transaction(EVERYWHERE) as session:
        session.add_all(row(old, InboxStatus.DONE, f"done{n}") for n in range(10))
        session.add_all(
            [
                row(old, InboxStatus.FAILED, "failed"),
                row(old, InboxStatus.DEAD, "dead"),
                row(recent, InboxStatus.DONE, "recent"),
            ]
        )
    assert purge(database) == 10
    assert purge(database) == 0
    with database.reading(EVERYWHERE) as session:
        assert set(session.scalars(sa.select(InboxRow.handler))) == {"failed", "dead", "recent"}


def test_a_purge_takes_some_at_a_time() -> None:
    """Other writers wait for each transaction, on SQLite for all of it."""
    assert PURGED_AT_ONCE <= 2000


@given(attempts=st.integers(1, LAST_ATTEMPT * 10))
def test_waits_grow_to_a_bound_and_are_spread(attempts: int) -> None:
    waits = {wait_before(attempts).total_seconds() for _ in range(20)}
    longest = min(inbox.FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)
    assert all(longest / 2 <= wait <= longest for wait in waits)
    assert len(waits) > 1


@given(st.integers(946_684_800, 4_102_444_800))
def test_ids_sort_by_their_time(moment: int) -> None:
    at = dt.datetime.fromtimestamp(moment, dt.UTC)
    assert first_id_of(at) < first_id_of(at + dt.timedelta(milliseconds=2))
    assert first_id_of(dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)) < new_id()
    assert new_id() < first_id_of(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1))
