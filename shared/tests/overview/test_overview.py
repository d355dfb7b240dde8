"""What waits in a service, at its admin server and in its gauges."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any, ClassVar
from uuid import UUID

import pytest
from sqlalchemy import PrimaryKeyConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from fairlead import metrics, overview
from fairlead.admin import AdminServer
from fairlead.bus.inbox import InboxRow, InboxStatus
from fairlead.bus.outbox import OutboxRow
from fairlead.secrets import new_key
from fairlead.settings import Common
from fairlead.store import (
    COLUMN_TYPES,
    EVERYWHERE,
    Claimable,
    Database,
    Scoped,
    due_index,
    new_id,
    new_metadata,
)
from fairlead.store.migrations import FAIRLEAD, migrate
from fairlead.store.waiting import COUNTED

OURS = UUID(int=1)
TOKEN = "only for this test"


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = COLUMN_TYPES


class Send(Claimable, Scoped, Base):
    __tablename__ = "sends"
    __table_args__ = (PrimaryKeyConstraint("organisation_id", "id"), due_index("sends"))

    id: Mapped[UUID]


class Boat(Scoped, Base):
    __tablename__ = "boats"

    id: Mapped[UUID] = mapped_column(primary_key=True)


@pytest.fixture
def admin(store: Database) -> AdminServer:
    migrate(store, FAIRLEAD)
    with store.exclusive() as connection:
        Base.metadata.create_all(connection)
    environment = {"FAIRLEAD_SECRET_KEYS": new_key(), "FAIRLEAD_ADMIN_TOKEN": TOKEN}
    admin = AdminServer(Common.read("trial", environment))
    overview.offer(admin, "trial", store, Base.metadata)
    return admin


def shown(admin: AdminServer) -> Any:
    environ = {
        "PATH_INFO": "/admin/trial/overview",
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": "",
        "wsgi.input": io.BytesIO(),
        "HTTP_AUTHORIZATION": f"Bearer {TOKEN}",
    }
    [body] = admin(environ, lambda status, headers: None)
    return json.loads(body)


def ago(seconds: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) - dt.timedelta(seconds=seconds)


def test_nothing_waits(admin: AdminServer) -> None:
    body = shown(admin)
    assert set(body["queues"]) == {
        "outbox",
        "failed_events",
        "dead_events",
        "jobs",
        "projections",
        "sends",
    }
    for queue in body["queues"].values():
        assert queue == {"waiting": 0, "overdue": 0, "oldest_seconds": 0.0}
    assert body["rows"] == {"boats": 0, "sends": 0}


def test_what_waits_is_counted_with_its_age(admin: AdminServer, store: Database) -> None:
    with store.transaction(EVERYWHERE) as session:
        for seconds, done in ((100, None), (5, None), (-3600, None), (5000, ago(10))):
            session.add(Send(id=new_id(), organisation_id=OURS, due_at=ago(seconds), done_at=done))
        session.add(OutboxRow(id=new_id(), topic="a.b.v1", body=b"", created_at=ago(7)))
        for status, received in ((InboxStatus.DEAD, 300), (InboxStatus.DONE, 900)):
            session.add(
                InboxRow(
                    event_id=new_id(),
                    handler="hear",
                    topic="a.b.v1",
                    status=status,
                    attempts=1,
                    received_at=ago(received),
                )
            )
    queues = shown(admin)["queues"]
    assert (queues["sends"]["waiting"], queues["sends"]["overdue"]) == (3, 1)
    assert 100 <= queues["sends"]["oldest_seconds"] < 160
    assert (queues["outbox"]["waiting"], queues["outbox"]["overdue"]) == (1, 0)
    assert (queues["dead_events"]["waiting"], queues["failed_events"]["waiting"]) == (1, 0)
    assert 300 <= queues["dead_events"]["oldest_seconds"] < 360
    told = metrics.exposition().decode()
    assert 'fairlead_queue_waiting{queue="sends",service="trial"} 3.0' in told
    assert 'fairlead_queue_overdue{queue="sends",service="trial"} 1.0' in told
    assert 'fairlead_queue_oldest_seconds{queue="sends",service="trial"} 1' in told


def test_large_tables_are_estimated_where_counting_costs(
    admin: AdminServer, store: Database
) -> None:
    with store.transaction(EVERYWHERE) as session:
        session.add(Boat(id=new_id(), organisation_id=OURS))
    assert shown(admin)["rows"]["boats"] == 1
    if store.dialect != "postgresql":
        return
    with store.exclusive() as connection:
        connection.execute(
            text(
                "INSERT INTO boats SELECT gen_random_uuid(), gen_random_uuid()"
                " FROM generate_series(1, :rows)"
            ),
            {"rows": COUNTED},
        )
        connection.execute(text("ANALYZE boats"))
        connection.execute(text("DELETE FROM boats"))
    assert shown(admin)["rows"]["boats"] == COUNTED + 1
