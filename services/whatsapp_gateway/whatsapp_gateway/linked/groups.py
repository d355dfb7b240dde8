"""Groups: what a worker is told to do, and what it answers of each participant."""

from __future__ import annotations

from typing import Final

from contracts.groups import Membership

from ..domain.grouping import Answered, Described, Task, said
from ..drivers import GroupTask
from . import hearing
from .phones import same
from .protocol.commands import (
    ChangeParticipants,
    CreateGroup,
    DescribeGroup,
    LeaveGroup,
    Once,
    RenameGroup,
)
from .protocol.events import Admission, Group, Participant

_STANDINGS: Final = {
    None: Membership.ADDED,  # he is in it, and nothing was asked of him
    Admission.ADDED: Membership.ADDED,
    Admission.REMOVED: Membership.REMOVED,
    Admission.INVITE: Membership.INVITED,
    Admission.REFUSED: Membership.REFUSED,
}


def command(task: GroupTask) -> Once:
    """What the worker is told, once by the order's id."""
    id, group = str(task.id), task.group
    persons = [jid(each) for each in task.addresses]
    match task.task:
        case Task.CREATE:
            return CreateGroup(id, task.subject, persons)
        case Task.ADD | Task.REMOVE:
            return ChangeParticipants(id, group, persons, remove=task.task is Task.REMOVE)
        case Task.RENAME:
            return RenameGroup(id, group, task.subject)
        case Task.LEAVE:
            return LeaveGroup(id, group)
        case Task.DESCRIBE:
            return DescribeGroup(id, group)


def described(task: GroupTask, group: Group, own: str) -> Described:
    """What came of it; our number `own` is not among the members."""
    others = [each for each in group.participants if not _is_own(each, own)]
    ours_named = len(others) < len(group.participants)
    return Described(
        address=hearing.address(group.address),
        subject=group.subject,
        members=tuple(_answered(each, task.task) for each in others),
        invitation=group.invitation or None,
        with_us=task.task is not Task.DESCRIBE or ours_named,
    )


def jid(address: str) -> str:
    """An address as the network writes it."""
    return address if "@" in address else f"{address.lstrip('+')}@s.whatsapp.net"


def _answered(participant: Participant, task: Task) -> Answered:
    named = (participant.phone, participant.lid, participant.address)
    known = dict.fromkeys(hearing.address(each) for each in named if each)
    standing = _STANDINGS[participant.admission]
    if task is Task.REMOVE and standing is not Membership.REMOVED:
        standing = Membership.ADDED  # he could not be taken out, and so is still in it
    reason = (
        said(participant.code) if participant.code and standing is not Membership.ADDED else None
    )
    return Answered(tuple(known), standing, reason, participant.admin)


def _is_own(participant: Participant, own: str) -> bool:
    return bool(participant.phone) and same(participant.phone.partition("@")[0], own)
