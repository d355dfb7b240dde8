"""A kind of job that writes numbers down, and a process that works on it until it is killed."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

if __name__ == "__main__":
    os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_select")
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

import msgspec
from sqlalchemy import PrimaryKeyConstraint, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from fairlead.bus.outbox import Relay
from fairlead.context import Role, current
from fairlead.contract import Right
from fairlead.jobs import rows
from fairlead.jobs.messages import Job, JobFile, JobProblem
from fairlead.jobs.work import Effect, Kind, Progress, Worker
from fairlead.service import ServiceStore
from fairlead.store import EVERYWHERE, Database, Scoped, new_id, new_metadata

COUNT = Right("count", frozenset({Role.OWNER, Role.SERVICE}))


class Base(DeclarativeBase):
    metadata = new_metadata()


class Line(Scoped, Base):
    """One effect: which step wrote it, and who asked for it. Twice the same would be two rows."""

    __tablename__ = "lines"
    __table_args__ = (PrimaryKeyConstraint("organisation_id", "id"),)

    id: Mapped[Any] = mapped_column(rows.JobRow.__table__.c.id.type)
    number: Mapped[int]
    author: Mapped[str]


class Counting(msgspec.Struct):
    """Where the job is, and where it ends."""

    until: int
    number: int = 0


def no_trouble(job: Job, number: int) -> None:
    """Nothing happens."""


def counting(
    before: Callable[[Job, int], None] = no_trouble, within: Callable[[Job, int], None] = no_trouble
) -> Kind[Counting]:
    """The kind; `before` and `within` are called with the number of each step."""

    def step(job: Job, state: Counting) -> Effect[Counting]:
        before(job, state.number)

        def effect(session: Session) -> Progress[Counting]:
            number = state.number
            author = current().user_name or ""
            session.add(Line(id=new_id(), number=number, author=author))
            rows.add_part(session, job, "result", b"%d;" % number)
            session.flush()
            within(job, number)
            finished = number + 1 == state.until
            return Progress(
                state=Counting(until=state.until, number=number + 1),
                done=number + 1,
                total=state.until,
                refused=1,
                counts={"even": number // 2 + 1},
                problems=[JobProblem(line=number, field="number", reason="is a number")],
                finished=finished,
                result=_file(session, job) if finished else None,
            )

        return effect

    return Kind("counting", COUNT, Counting, step)


def waiting(seconds: float) -> Kind[Counting]:
    """The same, and each step waits after it."""
    kind = counting()

    def step(job: Job, state: Counting) -> Effect[Counting]:
        effect = kind.step(job, state)
        return lambda session: replace(effect(session), wait=seconds)

    return replace(kind, step=step)


def _file(session: Session, job: Job) -> JobFile:
    content = b"".join(rows.parts(session, job, "result"))
    return JobFile(key=content.decode(), name="numbers", content_type="text/plain", size=1)


class NobodyToWake:
    """Stands for the relay: nothing leaves."""

    def wake(self, rows: object) -> None:
        """Nothing waits for it."""


def store_of(database: Database) -> ServiceStore:
    """The database as a service has it."""
    return ServiceStore(database, cast("Relay", NobodyToWake()))


def written(database: Database) -> list[int]:
    """The numbers written down, in the order of writing."""
    with database.reading(EVERYWHERE) as session:
        return list(session.scalars(select(Line.number).order_by(Line.id)))


def main(url: str) -> None:
    """Work until there is nothing to do, saying what is about to be committed."""

    def say(job: Job, number: int) -> None:
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()

    worker = Worker(store_of(Database(url, name="trial")))
    kind = counting(before=say, within=say)
    while worker.work({kind.name: kind}):
        pass


if __name__ == "__main__":
    main(sys.argv[1])
