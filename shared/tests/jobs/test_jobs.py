"""Jobs: each step once, whatever dies around it; cancelled, failed, listed, told."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs
from sqlalchemy import select
from tests.jobs import counting as party
from tests.jobs.counting import Base, Counting, counting, store_of, waiting, written

from fairlead.bus.outbox import OutboxRow
from fairlead.bus.wire import decode_envelope
from fairlead.context import Context, Role, acting
from fairlead.contract import Event, decode, topic
from fairlead.errors import Conflict, Invalid, NotFound, Unavailable
from fairlead.jobs import rows, work
from fairlead.jobs.messages import Job, JobChanged, JobFile, JobState
from fairlead.jobs.rows import JobPart, JobRow
from fairlead.jobs.work import Kind, Made, Worker
from fairlead.notices import NotificationKind, NotificationRaised
from fairlead.precedence import precedence
from fairlead.store import EVERYWHERE, Database, LeaseLost, new_id
from fairlead.store.migrations import FAIRLEAD
from fairlead.testing.schema import bring_up

OURS, THEIRS = UUID(int=1), UUID(int=2)
ANA = Context(role=Role.OWNER, organisation=OURS, user=UUID(int=7), user_name="Ana")
NOON = dt.datetime(2020, 11, 22, 12, tzinfo=dt.UTC)


E = TypeVar("E", bound=Event)


class Killed(BaseException):
    """As kill -9: nothing that follows is run, and the transaction is rolled back."""


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        # Ahead of the true time, at which jobs are started.
        self.now = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


class Trial:
    """A store with jobs, and whoever works on them."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Clock()
        bring_up(database, FAIRLEAD)
        with database.exclusive() as connection:
            Base.metadata.create_all(connection)

    def start(self, until: int = 3, *, id: UUID | None = None, context: Context = ANA) -> Job:
        with acting(context), self.database.transaction(context.need_organisation()) as session:
            return rows.start(session, "trial", "counting", Counting(until=until), id=id)

    def worker(self) -> Worker:
        return Worker(store_of(self.database), now=self.clock)

    def work(self, kind: Kind[Any], *, times: int = 100) -> None:
        """As a service's loop does, until nothing is due."""
        worker = self.worker()
        for _ in range(times):
            if not worker.work({kind.name: kind}):
                return
        raise AssertionError("it never ends")

    def job(self, id: UUID, organisation: UUID = OURS) -> Job:
        with self.database.reading(organisation) as session:
            return rows.job_of(rows.get(session, id))

    def cancel(self, id: UUID) -> Job:
        with self.database.transaction(OURS) as session:
            return work.cancel(session, id, self.clock())

    def told(self) -> list[Job]:
        return [each.job for each in self.events(JobChanged)]

    def events(self, kind: type[E]) -> list[E]:
        wanted = select(OutboxRow.body).where(OutboxRow.topic == topic(kind))
        with self.database.reading(EVERYWHERE) as session:
            bodies = session.scalars(wanted.order_by(OutboxRow.id)).all()
        return [decode(bytes(decode_envelope(body).data), kind, "trial") for body in bodies]


@pytest.fixture
def trial(store_url: str) -> Iterator[Trial]:
    database = Database(store_url, name="trial", pool_size=10)
    yield Trial(database)
    database.close()


def test_a_job_is_done_step_by_step(trial: Trial) -> None:
    job = trial.start(3)
    assert (job.state, job.done, job.total, job.started_by_name) == (
        JobState.QUEUED,
        0,
        None,
        "Ana",
    )
    trial.work(counting())
    job = trial.job(job.id)
    assert (job.state, job.done, job.total, job.refused) == (JobState.DONE, 3, 3, 1)
    assert job.counts == {"even": 2}
    assert [problem.line for problem in job.problems] == [0, 1, 2]
    assert job.result is not None
    assert job.result.key == "0;1;2;"
    assert job.finished_at == trial.clock.now
    assert written(trial.database) == [0, 1, 2]
    with trial.database.reading(EVERYWHERE) as session:
        assert session.scalars(select(JobPart)).all() == []


def test_a_step_can_wait_and_be_woken(trial: Trial) -> None:
    job, kind = trial.start(until=3), waiting(600)
    trial.work(kind)
    assert written(trial.database) == [0]
    trial.clock.pass_by(599)
    trial.work(kind)
    assert written(trial.database) == [0]
    trial.clock.pass_by(1)
    trial.work(kind)
    assert written(trial.database) == [0, 1]
    with trial.database.transaction(OURS) as session:
        rows.wake(session, job.id, trial.clock())
    trial.work(kind)
    assert written(trial.database) == [0, 1, 2]
    assert trial.job(job.id).state is JobState.DONE


def test_one_that_waits_is_cancelled_at_once(trial: Trial) -> None:
    job, kind = trial.start(until=3), waiting(600)
    trial.work(kind)
    trial.cancel(job.id)
    trial.work(kind)
    assert trial.job(job.id).state is JobState.CANCELLED


def test_it_runs_in_the_name_of_who_started_it(trial: Trial) -> None:
    trial.start(2)
    trial.work(counting())
    with trial.database.reading(EVERYWHERE) as session:
        lines = session.scalars(select(party.Line)).all()
    assert {(line.author, line.organisation_id) for line in lines} == {("Ana", OURS)}


def test_only_the_first_problems_are_kept(trial: Trial) -> None:
    job = trial.start(30)
    trial.work(counting())
    assert [each.line for each in trial.job(job.id).problems] == list(range(20))


def test_starting_it_again_changes_nothing(trial: Trial) -> None:
    first = trial.start(3, id=UUID(int=5))
    assert trial.start(9, id=UUID(int=5)) == first
    trial.work(counting())
    assert trial.start(3, id=UUID(int=5)).state is JobState.DONE
    assert written(trial.database) == [0, 1, 2]


def test_an_id_of_another_kind_is_refused(trial: Trial) -> None:
    trial.start(3, id=UUID(int=5))
    with (
        pytest.raises(Conflict, match=r"jobs\.other_kind"),
        acting(ANA),
        trial.database.transaction(OURS) as session,
    ):
        rows.start(session, "trial", "other", Counting(until=1), id=UUID(int=5))


def test_one_id_is_two_jobs_of_two_organisations(trial: Trial) -> None:
    other = Context(role=Role.USER, organisation=THEIRS)
    trial.start(1, id=UUID(int=5))
    trial.start(2, id=UUID(int=5), context=other)
    trial.work(counting())
    assert trial.job(UUID(int=5)).done == 1
    assert trial.job(UUID(int=5), THEIRS).done == 2


def test_anothers_job_is_not_there(trial: Trial) -> None:
    job = trial.start(1)
    with pytest.raises(NotFound):
        trial.job(job.id, THEIRS)
    with pytest.raises(NotFound), trial.database.transaction(THEIRS) as session:
        work.cancel(session, job.id, trial.clock())
    with trial.database.reading(THEIRS) as session:
        found = rows.listed(session, kind=None, state=None, subject=None, cursor=None, limit=9)
    assert found.items == []


POINTS = ["before", "within", "committed"]


def deadly(at: str, number: int) -> Kind[Counting]:
    """Kills who works on step `number`: before its transaction, or within."""

    def kill(job: Job, now: int) -> None:
        if now == number:
            raise Killed

    return counting(**{at: kill})


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("number", [0, 1, 2])
def test_killed_anywhere_no_step_is_lost_or_doubled(
    trial: Trial, point: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = trial.start(3)
    kind = counting() if point == "committed" else deadly(point, number)
    with monkeypatch.context() as patch:
        if point == "committed":
            patch.setattr(Worker, "_commit", _die_after(number, Worker._commit))
        with pytest.raises(Killed):
            trial.work(kind)
    trial.clock.pass_by(rows.LEASE_SECONDS + 1)
    trial.work(counting())
    assert written(trial.database) == [0, 1, 2]
    assert trial.job(job.id).state is JobState.DONE


def _die_after(number: int, commit: Callable[..., Any]) -> Callable[..., Any]:
    seen = []

    def dying(*arguments: Any, **options: Any) -> Any:
        result = commit(*arguments, **options)
        seen.append(result)
        if len(seen) == number + 1:
            raise Killed
        return result

    return dying


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deaths=st.lists(st.tuples(st.sampled_from(["before", "within"]), st.integers(0, 4)), max_size=6)
)
def test_any_row_of_deaths_leaves_each_step_once(
    deaths: list[tuple[str, int]], tmp_path: Path
) -> None:
    database = Database(f"sqlite:///{tmp_path / new_id().hex}.db", name="trial")
    trial = Trial(database)
    job = trial.start(5)
    for point, number in deaths:
        try:
            trial.work(deadly(point, number))
        except Killed:
            trial.clock.pass_by(rows.LEASE_SECONDS + 1)
    trial.work(counting())
    assert written(database) == [0, 1, 2, 3, 4]
    assert trial.job(job.id).state is JobState.DONE
    database.close()


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_killed_process_is_followed_by_another(store_url: str) -> None:
    """SIGKILL at any moment, again and again."""
    database = Database(store_url, name="trial")
    trial = Trial(database)
    until = 12
    job = trial.start(until)
    chance = random.Random(4)
    kills = 0
    for _ in range(50):
        if trial.job(job.id).state is JobState.DONE:
            break
        with subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.counting", store_url],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        ) as process:
            assert process.stdout is not None
            for _ in range(chance.randint(1, 8)):
                process.stdout.readline()
            process.kill()
            process.wait()
        kills += process.returncode == -signal.SIGKILL
        with database.transaction(EVERYWHERE) as session:  # as if the lease had run out
            rows.expire_leases(session, dt.datetime.now(dt.UTC))
    assert written(database) == list(range(until))
    assert kills >= 3
    database.close()


def test_who_lost_its_lease_changes_nothing(trial: Trial) -> None:
    """A slow worker comes back when another has done its step."""
    job = trial.start(2)

    def dawdle(_: Job, number: int) -> None:
        if number == 0 and not overtaken:
            overtaken.append(number)
            trial.clock.pass_by(rows.LEASE_SECONDS + 1)
            other = trial.worker()
            other._alone = False
            assert other.work({"counting": counting()})

    overtaken: list[int] = []
    trial.work(counting(before=dawdle))
    assert written(trial.database) == [0, 1]
    assert trial.job(job.id).state is JobState.DONE


def test_a_lease_is_kept_while_it_is_worked_on(trial: Trial) -> None:
    trial.start(1)
    worker = trial.worker()
    others: list[bool] = []

    def linger(job: Job, number: int) -> None:
        for _ in range(3):
            trial.clock.pass_by(rows.LEASE_SECONDS / 2)
            worker.keep_leases()
        other = trial.worker()
        other._alone = False
        others.append(other.work({"counting": counting()}))

    kind = counting(before=linger)
    assert worker.work({kind.name: kind})
    assert others == [False]
    assert written(trial.database) == [0]


def test_a_step_that_fails_is_tried_again(trial: Trial) -> None:
    job = trial.start(2)
    failures: list[Exception] = [RuntimeError("broke"), Unavailable("x.away", "Accounts is away")]

    def fail(_: Job, number: int) -> None:
        if number == 1 and failures:
            raise failures.pop(0)

    kind = counting(within=fail)
    trial.work(kind)
    now = trial.job(job.id)
    assert (now.state, now.done, now.message) == (JobState.RUNNING, 1, work.UNFORESEEN)
    trial.clock.pass_by(work.FIRST_WAIT)
    trial.work(kind)
    assert trial.job(job.id).message == "Accounts is away"
    assert written(trial.database) == [0]
    trial.clock.pass_by(2 * work.FIRST_WAIT)
    trial.work(kind)
    assert trial.job(job.id).state is JobState.DONE
    assert trial.job(job.id).message == ""
    assert written(trial.database) == [0, 1]


def fail_for_good(_: Job, number: int) -> None:
    raise Invalid.field("trial.bad", "file", "is no file")


@pytest.mark.parametrize("at", ["before", "within"])
def test_what_can_never_work_fails_at_once_and_says_why(trial: Trial, at: str) -> None:
    job = trial.start(2)
    trial.work(counting(**{at: fail_for_good}))
    now = trial.job(job.id)
    assert (now.state, now.message) == (JobState.FAILED, "file: is no file")
    assert now.finished_at is not None
    assert written(trial.database) == []


def test_what_fails_too_often_is_given_up(trial: Trial) -> None:
    job = trial.start(2)

    def fail(_: Job, number: int) -> None:
        raise RuntimeError("broke")

    for tries in range(work.LAST_TRY):
        assert trial.job(job.id).state is not JobState.FAILED, tries
        trial.work(counting(within=fail))
        trial.clock.pass_by(work.LONGEST_WAIT)
    assert trial.job(job.id).state is JobState.FAILED
    assert trial.job(job.id).message == work.UNFORESEEN


def test_a_step_that_kills_whoever_begins_it_is_given_up(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "LAST_DEATH", 3)
    job = trial.start(2)
    for _ in range(4):
        try:
            trial.work(deadly("within", 1))
        except Killed:
            trial.clock.pass_by(rows.LEASE_SECONDS + 1)
    assert (trial.job(job.id).state, trial.job(job.id).message) == (JobState.FAILED, work.DIED)
    assert written(trial.database) == [0]


def test_a_kind_that_is_gone_fails(trial: Trial) -> None:
    job = trial.start(2)
    worker = trial.worker()
    for _ in range(work.LAST_TRY):
        worker.work({})
        trial.clock.pass_by(work.LONGEST_WAIT)
    assert trial.job(job.id).state is JobState.FAILED


def test_one_that_nobody_has_begun_is_cancelled_at_once(trial: Trial) -> None:
    job = trial.start(2)
    assert trial.cancel(job.id).state is JobState.CANCELLED
    trial.work(counting())
    assert written(trial.database) == []
    assert trial.cancel(job.id) == trial.job(job.id)


@pytest.mark.parametrize("number", [0, 1])
def test_one_under_way_ends_between_two_steps(trial: Trial, number: int) -> None:
    job = trial.start(3)

    def stop(_: Job, now: int) -> None:
        if now == number:
            answer = trial.cancel(job.id)
            assert (answer.state.ended, answer.cancelling) == (False, True)

    trial.work(counting(before=stop))
    assert trial.job(job.id).state is JobState.CANCELLED
    assert written(trial.database) == list(range(number))


def test_what_is_cancelled_while_it_fails_is_not_tried_again(trial: Trial) -> None:
    job = trial.start(3)

    def fail(_: Job, now: int) -> None:
        trial.cancel(job.id)
        raise RuntimeError("broke")

    trial.work(counting(before=fail))
    assert trial.job(job.id).state is JobState.CANCELLED


FILE = JobFile(key="a" * 64, name="refused.csv", content_type="text/csv", size=3)


def leaving(kind: Kind[Counting], answers: list[JobFile | Exception]) -> Kind[Counting]:
    """The kind, whose jobs leave these files, one after the other."""

    def made(job: Job, state: Counting) -> Made:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return Made(refusals=answer)

    return dataclasses.replace(kind, made=made)


def test_what_is_cancelled_leaves_its_files(trial: Trial) -> None:
    job = trial.start(3)

    def stop(_: Job, now: int) -> None:
        if now == 1:
            trial.cancel(job.id)

    answers: list[JobFile | Exception] = [RuntimeError("no file store"), FILE]
    kind = leaving(counting(before=stop), answers)
    trial.work(kind)
    waiting = trial.job(job.id)
    assert (waiting.state, waiting.cancelling) == (JobState.RUNNING, True)
    trial.clock.pass_by(work.LONGEST_WAIT)
    trial.work(kind)
    done = trial.job(job.id)
    assert (done.state, done.refusals, done.done) == (JobState.CANCELLED, FILE, 1)
    assert answers == []


def test_one_that_waits_its_turn_leaves_its_files_too(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "TURN_SECONDS", 0.0)
    job = trial.start(3)
    kind = leaving(counting(), [FILE])
    trial.worker().work({"counting": kind})
    assert trial.cancel(job.id).cancelling
    trial.work(kind)
    done = trial.job(job.id)
    assert (done.state, done.refusals, done.done) == (JobState.CANCELLED, FILE, 1)


@pytest.mark.parametrize("file", [FILE, None])
def test_what_is_given_up_leaves_its_files(trial: Trial, file: JobFile | None) -> None:
    job = trial.start(3)

    def fail(_: Job, now: int) -> None:
        if now == 1:
            raise Conflict("trial.no", "It cannot be")

    trial.work(leaving(counting(before=fail), [file or RuntimeError("no file store")]))
    done = trial.job(job.id)
    assert (done.state, done.refusals, done.message) == (JobState.FAILED, file, "It cannot be")


def test_a_done_one_cannot_be_cancelled(trial: Trial) -> None:
    job = trial.start(1)
    trial.work(counting())
    assert trial.cancel(job.id).state is JobState.DONE


def test_who_started_it_is_told_of_the_end(trial: Trial) -> None:
    job = trial.start(3)
    trial.start(3, context=structs.replace(ANA, user=None, role=Role.SERVICE))
    trial.work(counting())
    [notice] = trial.events(NotificationRaised)
    assert (notice.kind, notice.to.users) == (NotificationKind.JOB_FINISHED, [ANA.user])
    assert (notice.title, notice.text) == ("Done: counting", "3 done, 1 refused.")
    assert notice.target is not None
    assert (notice.target.id, notice.at) == (job.id, trial.clock.now)


def test_who_started_it_is_told_of_its_failure(trial: Trial) -> None:
    def refuse(job: Job, state: Counting) -> Any:
        raise Invalid("trial.refused", "There is nothing to count")

    trial.start(3)
    trial.work(Kind("counting", counting().right, Counting, refuse))
    [notice] = trial.events(NotificationRaised)
    assert (notice.title, notice.text) == ("Failed: counting", "There is nothing to count")


def test_who_cancelled_it_is_not_told(trial: Trial) -> None:
    trial.cancel(trial.start(3).id)
    assert trial.job(trial.told()[0].id).state is JobState.CANCELLED
    assert trial.events(NotificationRaised) == []


def test_changes_are_told_but_not_each_step(trial: Trial) -> None:
    job = trial.start(50)
    trial.work(counting())
    told = trial.told()
    assert [each.state for each in told] == [JobState.QUEUED, JobState.RUNNING, JobState.DONE]
    assert [each.id for each in told] == [job.id] * 3
    assert told == sorted(told, key=lambda each: each.version)
    assert told[-1] == trial.job(job.id)


def test_a_long_one_says_now_and_then_how_far_it_is(trial: Trial) -> None:
    trial.start(6)
    trial.work(counting(before=lambda job, number: trial.clock.pass_by(0.6)))
    assert [each.done for each in trial.told()] == [0, 1, 3, 5, 6]


def test_a_long_one_lets_others_have_their_turn(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "TURN_SECONDS", 0.0)
    first, second = trial.start(3), trial.start(2)
    order: list[UUID] = []

    def note(job: Job, number: int) -> None:
        trial.clock.pass_by(0.01)
        order.append(job.id)

    trial.work(counting(before=note))
    assert order == [first.id, second.id, first.id, second.id, first.id]


def test_many_workers_do_each_step_once(trial: Trial) -> None:
    jobs = [trial.start(5) for _ in range(6)]
    kind = counting()
    start = threading.Barrier(4)

    def run() -> None:
        worker = trial.worker()
        worker._alone = False
        start.wait(10)
        while not all(trial.job(job.id).state.ended for job in jobs):
            worker.work({kind.name: kind})

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(written(trial.database)) == sorted(list(range(5)) * 6)
    assert all(trial.job(job.id).state is JobState.DONE for job in jobs)


def test_jobs_are_listed_from_the_newest(trial: Trial) -> None:
    ids = [trial.start(1).id for _ in range(5)]
    trial.cancel(ids[2])
    cursor = None
    found: list[UUID] = []
    while True:
        with trial.database.reading(OURS) as session:
            page = rows.listed(
                session, kind="counting", state=None, subject=None, cursor=cursor, limit=2
            )
        found += [row.id for row in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert found == ids[::-1]
    with trial.database.reading(OURS) as session:
        page = rows.listed(
            session, kind=None, state=JobState.CANCELLED, subject=None, cursor=None, limit=9
        )
    assert [row.id for row in page.items] == [ids[2]]


def test_old_ones_are_forgotten(trial: Trial) -> None:
    old, new = trial.start(1), trial.start(1)
    trial.work(counting())
    with trial.database.transaction(EVERYWHERE) as session:
        session.scalars(select(JobRow).where(JobRow.id == old.id)).one().done_at = NOON
    with trial.database.transaction(EVERYWHERE) as session:
        assert rows.forget(session, NOON + dt.timedelta(days=1), 10) == 1
    assert trial.job(new.id).state is JobState.DONE
    with pytest.raises(NotFound):
        trial.job(old.id)


def test_a_claim_is_held_or_lost(trial: Trial) -> None:
    trial.start(1)
    with trial.database.transaction(EVERYWHERE) as session:
        claimed = rows.claim_next(session, "me", trial.clock())
    assert claimed is not None
    trial.cancel(claimed.id)
    with trial.database.transaction(OURS) as session:
        assert rows.held(session, claimed).cancelling
    with trial.database.transaction(EVERYWHERE) as session:
        trial.clock.pass_by(rows.LEASE_SECONDS + 1)
        assert rows.claim_next(session, "you", trial.clock()) is not None
    with pytest.raises(LeaseLost), trial.database.transaction(OURS) as session:
        rows.held(session, claimed)


def test_each_step_gives_way_to_calls(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    happened: list[str] = []
    monkeypatch.setattr(precedence, "give_way", lambda seconds: happened.append("gave way"))
    trial.start()
    trial.work(counting(before=lambda job, number: happened.append("step")))
    assert happened == ["gave way", "step"] * 3
