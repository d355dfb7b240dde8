"""Groups as the gateway keeps them: orders taken in, answers written down, and what is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.common import Channel
from contracts.groups import (
    GroupAction,
    GroupChanged,
    GroupMember,
    GroupState,
    Membership,
    WhatsAppGroupOrdered,
)
from fairlead.bus import publish
from fairlead.context import service_context
from fairlead.store import new_id

from .domain import addresses, grouping
from .domain.grouping import Answered, Described, Task
from .domain.heard import Grouped, Who
from .store import chats, connections, groups
from .store.group_tables import GroupOrderRow, GroupRow, MemberRow
from .store.tables import ConnectionRow
from .told import can_have_groups, tell_joined

CANNOT = "This number cannot have groups; a number that is linked by scanning a code can"
REMOVED = "The connection was removed"
OUT = "Somebody took this number out of the group"
NOT_IN_IT = "This number is not in the group"


def take(session: Session, ordered: WhatsAppGroupOrdered, now: dt.datetime) -> None:
    """Keep what is to be done; what can never be is told at once."""
    connection = connections.find(session, ordered.connection_id)
    row = groups.locked(session, ordered.group_id)
    if row is None:
        row = groups.make(
            session, ordered.group_id, ordered.connection_id, subject=ordered.subject,
            state=GroupState.MAKING, address=None,
        )  # fmt: skip
    if connection is None or connection.removed or not can_have_groups(connection.details.kind):
        reason = REMOVED if connection is None or connection.removed else CANNOT
        if ordered.action is GroupAction.CREATE:
            row.state, row.reason = GroupState.FAILED, reason
        tell(session, row, now)
        return
    wanted: list[str] = []
    for address in ordered.addresses:
        key = chats.key_of(session, row.connection_id, address)
        known = groups.member(session, row.id, key)
        if ordered.action is GroupAction.REMOVE:
            wanted += [known.address] if known is not None else []
        elif grouping.is_wanted(known.standing if known else None):
            wanted.append(known.address if known else address)
            if known is None:
                groups.add(session, row.id, key, address, Membership.ASKED, now)
            else:
                groups.stand(known, Membership.ASKED, now)
    groups.order(
        session, row.connection_id, grouping.TASKS[ordered.action], now, id=ordered.id,
        group_id=row.id, subject=ordered.subject, addresses=wanted,
        ordered_at=ordered.ordered_at,
    )  # fmt: skip
    tell(session, row, now)


def done(session: Session, order: GroupOrderRow, said: Described, now: dt.datetime) -> None:
    """The network did what was ordered, or told who is in the group."""
    row = _row_of(session, order, said)
    row.address, row.reason = said.address, None
    row.state = GroupState.OPEN if said.with_us else GroupState.LEFT
    row.subject = said.subject or row.subject
    row.invitation = said.invitation or row.invitation
    keys = {_answered(session, row, each, now) for each in said.members}
    asked = [chats.key_of(session, row.connection_id, each) for each in order.addresses]
    for key in grouping.unanswered(order.task, asked, keys):
        _stand(session, row, key, Membership.UNKNOWN, grouping.NOT_ANSWERED, now)
    if order.task is Task.DESCRIBE:
        for member in groups.members(session, row.id):
            if member.key not in keys:
                groups.stand(member, grouping.absent(member.standing), now, member.reason)
    if order.task is Task.LEAVE:
        row.state = GroupState.LEFT
    doubts = any(each.standing is Membership.UNKNOWN for each in groups.members(session, row.id))
    if doubts and order.task is not Task.DESCRIBE:
        groups.want_description(session, row.connection_id, said.address, now)
    tell(session, row, now)


def failed(
    session: Session, order: GroupOrderRow, reason: str, now: dt.datetime, *, out: bool = False
) -> None:
    """The network will not do it; with `out` because we are not in the group."""
    row = _known(session, order)
    if row is None:
        return
    for address in order.addresses if order.task in (Task.CREATE, Task.ADD) else ():
        key = chats.key_of(session, row.connection_id, address)
        _stand(session, row, key, Membership.REFUSED, reason, now)
    if order.task is Task.CREATE:
        row.state, row.reason = GroupState.FAILED, reason
    elif out:
        row.state, row.reason = GroupState.LEFT, NOT_IN_IT
    elif order.task is not Task.DESCRIBE:
        row.reason = reason
    tell(session, row, now)


def doubtful(session: Session, order: GroupOrderRow, reason: str, now: dt.datetime) -> None:
    """No answer came: the network may have done it. What can be asked again is."""
    row = _known(session, order)
    if row is None:
        return
    for address in order.addresses if order.task in (Task.CREATE, Task.ADD) else ():
        key = chats.key_of(session, row.connection_id, address)
        _stand(session, row, key, Membership.UNKNOWN, grouping.UNANSWERED, now)
    if order.task is Task.CREATE:
        row.state, row.reason = GroupState.UNCERTAIN, reason
    elif row.address is not None:
        groups.want_description(session, row.connection_id, row.address, now)
    tell(session, row, now)


def happened(session: Session, connection: ConnectionRow, item: Grouped) -> None:
    """Others came or went, or it is called otherwise; of a group that is not known, ask."""
    row = groups.called(session, connection.id, item.chat)
    if row is None:
        groups.want_description(session, connection.id, item.chat, item.at)
        return
    row.subject = item.subject or row.subject
    by = chats.key_of(session, connection.id, item.by) if item.by else ""
    for address in item.joined:
        key = chats.key_of(session, connection.id, address)
        if groups.member(session, row.id, key) is None:
            groups.want_description(session, connection.id, item.chat, item.at)
        _stand(session, row, key, Membership.ADDED, None, item.at, address)
    for address in item.left:
        key = chats.key_of(session, connection.id, address)
        known = groups.member(session, row.id, key)
        if known is not None:
            went = grouping.gone(known.standing, by_himself=by in ("", key))
            groups.stand(known, went, item.at)
    if item.without_us:
        row.state, row.reason = GroupState.LEFT, OUT
    elif row.state is GroupState.LEFT and item.subject is not None and not item.left:
        groups.want_description(session, connection.id, item.chat, item.at)
    tell(session, row, item.at)


def heard_in(
    session: Session, connection: ConnectionRow, address: str, who: Who | None, at: dt.datetime
) -> None:
    """Something was said in a group: who said it is in it. Of a group that is not known, ask."""
    row = groups.called(session, connection.id, address)
    if row is None:
        groups.want_description(session, connection.id, address, at)
        return
    if who is None:
        return
    if who.also:
        chats.join(session, connection.id, [who.address, *who.also])
    key = chats.key_of(session, connection.id, who.address)
    known = groups.member(session, row.id, key)
    if known is not None and known.standing is Membership.ADDED and known.name == who.name[:500]:
        return
    member = _stand(session, row, key, Membership.ADDED, None, at, who.address)
    member.name = who.name[:500] or member.name
    tell(session, row, at)


def tell(session: Session, row: GroupRow, now: dt.datetime) -> None:
    """A group as it is now."""
    row.version += 1
    session.flush()
    publish(session, as_told(session, row, now), context=service_context(row.organisation_id))


def as_told(session: Session, row: GroupRow, now: dt.datetime) -> GroupChanged:
    """What others know of a group."""
    return GroupChanged(
        group_id=row.id,
        channel=Channel.WHATSAPP,
        connection_id=row.connection_id,
        address=row.address,
        subject=row.subject,
        state=row.state,
        reason=row.reason,
        invitation=row.invitation,
        members=[_member(each) for each in groups.members(session, row.id)],
        version=row.version,
        at=now,
    )


def _member(row: MemberRow) -> GroupMember:
    return GroupMember(
        address=row.address,
        standing=row.standing,
        at=row.since,
        also=row.also,
        name=row.name,
        reason=row.reason,
        admin=row.admin,
        history=row.history,
    )


def _row_of(session: Session, order: GroupOrderRow, said: Described) -> GroupRow:
    """The group that was ordered, or is described: known by its address, by what nobody answered,
    or new here."""
    row = _known(session, order) or groups.called(session, order.connection_id, said.address)
    if row is None:
        row = groups.doubtful(session, order.connection_id, said.subject)
    if row is not None:
        return row
    return groups.make(
        session, new_id(), order.connection_id, subject=said.subject, state=GroupState.OPEN,
        address=said.address,
    )  # fmt: skip


def _known(session: Session, order: GroupOrderRow) -> GroupRow | None:
    if order.group_id is not None:
        return groups.locked(session, order.group_id)
    if order.address is not None:
        return groups.called(session, order.connection_id, order.address)
    return None


def _answered(session: Session, row: GroupRow, said: Answered, now: dt.datetime) -> str:
    """Write down what was said of somebody; returns his key."""
    first, *others = said.addresses
    if others and chats.join(session, row.connection_id, said.addresses):
        tell_joined(session, row.organisation_id, row.connection_id, said.addresses, now)
    key = chats.key_of(session, row.connection_id, first)
    _rekey(session, row.id, key, said.addresses)
    member = _stand(session, row, key, said.standing, said.reason, now, first)
    member.also, member.admin = others[:10], said.admin
    return key


def _rekey(session: Session, group_id: UUID, key: str, known: Iterable[str]) -> None:
    """One who was known by another address of his before is one with who he is now."""
    for address in known:
        other = addresses.key(address)
        before = groups.member(session, group_id, other) if other != key else None
        if before is None:
            continue
        if groups.member(session, group_id, key) is None:
            before.key = key
        else:
            session.delete(before)
        session.flush()


def _stand(
    session: Session,
    row: GroupRow,
    key: str,
    standing: Membership,
    reason: str | None,
    at: dt.datetime,
    address: str | None = None,
) -> MemberRow:
    member = groups.member(session, row.id, key)
    if member is None:
        return groups.add(session, row.id, key, address or key, standing, at)
    groups.stand(member, standing, at, reason)
    return member
