"""The sandbox's network, as far as groups go: private phones come only by the invitation."""

from __future__ import annotations

from sqlalchemy.orm import Session

from contracts.groups import Membership
from fairlead.service import ServiceStore

from .domain import addresses
from .domain.grouping import Answered, Described, Task, said
from .drivers import NOT_IN_IT, GroupTask, Refused, Undone
from .store import sandbox
from .store import sandbox_groups as store
from .store.group_tables import SandboxGroupRow

LINK = "https://chat.whatsapp.com/"
PRIVATE, NOT_ON_WHATSAPP = 403, 404
OUTSIDE = "This number is not in the group"


class SandboxGroups:
    """Carries out what is ordered; the same order twice changes nothing more."""

    def __init__(self, store: ServiceStore) -> None:
        self._store = store

    def carry_out(self, task: GroupTask) -> Described | Undone:
        """As `Driver.group`."""
        with self._store.transaction(task.organisation) as session:
            group = self._group(session, task)
            if group is None or not group.with_us:
                return Refused(OUTSIDE, NOT_IN_IT)
            members: list[Answered] = []
            match task.task:
                case Task.CREATE | Task.ADD:
                    members = [_admitted(session, group, each) for each in task.addresses]
                case Task.REMOVE:
                    members = [_removed(group, each) for each in task.addresses]
                case Task.DESCRIBE:
                    phones = store.phones(session, group)
                    members = [Answered((each.address,), Membership.ADDED) for each in phones]
                case Task.RENAME:
                    group.subject = task.subject
                case Task.LEAVE:
                    group.with_us = False
            invited = any(each.standing is Membership.INVITED for each in members)
            return Described(
                address=group.address,
                subject=group.subject,
                members=tuple(members),
                invitation=group.invitation if invited else None,
            )

    def _group(self, session: Session, task: GroupTask) -> SandboxGroupRow | None:
        if task.task is not Task.CREATE:
            return store.find(session, task.group)
        known = store.made_by(session, task.id)
        if known is not None:
            return known
        made = SandboxGroupRow(
            address=f"120363{task.id.int % 10**12:012d}@g.us",
            connection_id=task.connection_id,
            order_id=task.id,
            subject=task.subject,
            invitation=f"{LINK}{task.id.hex[-22:]}",
            phones=[],
            with_us=True,
        )
        session.add(made)
        return made


def _admitted(session: Session, group: SandboxGroupRow, address: str) -> Answered:
    key = addresses.key(address)
    phone = sandbox.find(session, key)
    if phone is None:
        return Answered((address,), Membership.REFUSED, said(NOT_ON_WHATSAPP))
    if key in group.phones:
        return Answered((phone.address,), Membership.ADDED)
    if phone.private:
        return Answered((phone.address,), Membership.INVITED, said(PRIVATE))
    group.phones = [*group.phones, key]
    return Answered((phone.address,), Membership.ADDED)


def _removed(group: SandboxGroupRow, address: str) -> Answered:
    key = addresses.key(address)
    group.phones = [each for each in group.phones if each != key]
    return Answered((address,), Membership.REMOVED)
