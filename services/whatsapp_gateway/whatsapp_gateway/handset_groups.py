"""What people of the demo's world do with groups on their phones."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from contracts.whatsapp_gateway import SandboxGroup
from fairlead.bell import Bell
from fairlead.service import ServiceStore

from . import taking
from .domain import addresses
from .domain.heard import Grouped
from .store import sandbox
from .store import sandbox_groups as groups
from .store.group_tables import SandboxGroupRow


class HandsetGroups:
    """The groups of the sandbox's phones as the doors show them."""

    def __init__(self, store: ServiceStore, reader: Bell) -> None:
        self._store = store
        self._reader = reader

    def listed(self, address: str | None) -> list[SandboxGroup]:
        """All groups, or those that one phone is in."""
        with self._store.reading() as session:
            key = sandbox.handset(session, addresses.key(address)).key if address else None
            return [_group(session, row) for row in groups.listed(session, key)]

    def join(self, address: str, invitation: str) -> SandboxGroup:
        """Come into a group by its invitation."""
        with self._store.transaction() as session:
            phone = sandbox.handset(session, addresses.key(address))
            row = groups.by_invitation(session, invitation)
            if phone.key not in row.phones:
                row.phones = [*row.phones, phone.key]
                _moved(session, row, joined=[phone.address], by=phone.address)
            shown = _group(session, row)
        self._reader.ring()
        return shown

    def leave(self, address: str, group: str) -> SandboxGroup:
        """Leave a group."""
        with self._store.transaction() as session:
            phone = sandbox.handset(session, addresses.key(address))
            row = groups.with_phone(session, group, phone.key)
            row.phones = [each for each in row.phones if each != phone.key]
            _moved(session, row, left=[phone.address], by=phone.address)
            shown = _group(session, row)
        self._reader.ring()
        return shown


def _moved(session: Session, row: SandboxGroupRow, **what: Any) -> None:
    """Let us hear of it, if we are in the group."""
    if row.with_us:
        news = Grouped(chat=row.address, at=dt.datetime.now(dt.UTC), **what)
        taking.keep(session, row.connection_id, [news])


def _group(session: Session, row: SandboxGroupRow) -> SandboxGroup:
    return SandboxGroup(
        address=row.address,
        subject=row.subject,
        invitation=row.invitation,
        phones=[phone.address for phone in groups.phones(session, row)],
        with_us=row.with_us,
    )
