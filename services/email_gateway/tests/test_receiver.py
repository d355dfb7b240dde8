"""A stored mail that ends each process which reads it."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from email_gateway import receiver as module
from email_gateway.domain.threads import Threader
from email_gateway.domain.tracking import Tracker
from email_gateway.receiver import Receiver
from email_gateway.store import incoming
from email_gateway.store.tables import IncomingRow
from email_gateway.understanding import understand
from fairlead.bus.outbox import OutboxRow, Relay
from fairlead.files import FileStore, open_store
from fairlead.service import ServiceStore
from fairlead.store import EVERYWHERE, Database
from fairlead.testing.schema import bring_up

OURS, CONNECTION = uuid4(), uuid4()


class _NobodyToWake:
    def wake(self, rows: object) -> None:
        """Nothing leaves the outbox in these tests."""


@pytest.fixture
def receiver(store: Database, tmp_path: Any) -> Receiver:
    bring_up(store, "email_gateway")
    files: FileStore = open_store(f"{tmp_path}/files")
    return Receiver(
        ServiceStore(store, cast("Relay", _NobodyToWake())),
        files,
        [Threader(b"k" * 32)],
        Tracker("a secret of some length"),
    )


def keep(receiver: Receiver, *names: str) -> None:
    for name in names:
        raw = f"Message-ID: <{name}@guest.test>\r\nSubject: {name}\r\n\r\n{name}\r\n".encode()
        assert receiver.keep(OURS, CONNECTION, raw)


def rows(store: Database) -> dict[str, IncomingRow]:
    with store.reading(EVERYWHERE) as session:
        found = session.scalars(sa.select(IncomingRow)).all()
    return {row.mail_id.partition("@")[0].strip("<"): row for row in found}


def let_leases_run_out(store: Database) -> None:
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    with store.transaction(EVERYWHERE) as session:
        leased = sa.update(IncomingRow).where(IncomingRow.lease_until.is_not(None))
        session.execute(leased.values(lease_until=before))


def test_a_mail_that_ends_its_process_is_put_aside_after_some_tries(
    receiver: Receiver, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(raw: bytes, *arguments: Any) -> Any:
        if b"killer" in raw:
            raise SystemExit
        return understand(raw, *arguments)

    monkeypatch.setattr(module, "understand", read)
    keep(receiver, "before", "killer", "behind", "last")
    for _ in range(incoming.LAST_ATTEMPT):
        with pytest.raises(SystemExit):
            receiver.work_some()
        let_leases_run_out(store)
    assert rows(store)["before"].done_at is not None
    receiver.work_some()
    found = rows(store)
    assert [name for name, row in found.items() if row.done_at is None] == []
    assert {name: bool(row.error) for name, row in found.items()} == {
        "before": False,
        "killer": True,
        "behind": False,
        "last": False,
    }
    # Those behind it had nothing to do with that.
    assert {name: found[name].attempts for name in ("before", "behind", "last")} == {
        "before": 1,
        "behind": 1,
        "last": 1,
    }
    assert found["before"].kind is not None
    with store.reading(EVERYWHERE) as session:
        assert session.scalar(sa.select(sa.func.count(OutboxRow.id))) == 3
        [aside] = incoming.aside(session, None, 10)
    assert (aside.mail_id, aside.key) == ("<killer@guest.test>", found["killer"].key)
    assert aside.error is not None
    assert "died" in aside.error


def test_what_was_put_aside_is_tried_again_when_a_person_says_so(
    receiver: Receiver, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> Any:
        raise SystemExit

    with monkeypatch.context() as deadly:
        deadly.setattr(module, "understand", die)
        keep(receiver, "mended")
        for _ in range(incoming.LAST_ATTEMPT):
            with pytest.raises(SystemExit):
                receiver.work_some()
            let_leases_run_out(store)
        receiver.work_some()
    id: UUID = rows(store)["mended"].id
    with store.transaction(EVERYWHERE) as session:
        assert incoming.again(session, id, dt.datetime.now(dt.UTC))
    receiver.work_some()
    row = rows(store)["mended"]
    assert (row.error, row.attempts) == (None, 1)
    assert row.done_at is not None
