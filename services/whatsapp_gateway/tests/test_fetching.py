"""Files that are awaited, where several processes look for them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from contracts.whatsapp_gateway import WhatsAppConnectionKind
from fairlead.bell import Bell
from fairlead.files import open_store
from fairlead.store import Database
from whatsapp_gateway.domain.heard import Media, Said, Who
from whatsapp_gateway.media import LAST_ATTEMPT, Fetcher
from whatsapp_gateway.store.tables import MediaRow

from .desk import OURS, PHONE, Desk

pytestmark = pytest.mark.green


def test_a_file_is_fetched_by_whoever_has_the_phone(
    store: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("whatsapp_gateway.media.IDLE_SECONDS", 0.0)
    desk = Desk(store, WhatsAppConnectionKind.LINKED)
    fetcher = Fetcher(desk.store, open_store(str(tmp_path / "files")), desk.numbers, Bell())
    photo = Media(name="gate.jpg", content_type="image/jpeg", source={"message": "in"})
    at = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    desk.hears(Said(id="in", who=Who(address=PHONE), at=at, chat=PHONE, media=[photo]))

    def row() -> MediaRow:
        with desk.store.reading(OURS) as session:
            return session.scalars(sa.select(MediaRow)).one()

    desk.network.here = False
    for _ in range(LAST_ATTEMPT + 1):
        fetcher.fetch_some()
    assert (row().attempts, row().done_at) == (0, None)
    desk.network.here = True
    fetcher.fetch_some()
    assert row().key is not None
